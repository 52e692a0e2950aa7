"""`changebook respond`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click

from changebook.cli.options import Day, folder
from changebook.cli.output import PROBLEMS, coloured, print_problems
from changebook.model.diagnostics import errors, visible

_KINDS = ("approve", "object", "ask")


@click.command()
@folder()
@click.argument("file", metavar="FILE.eml", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--record", "id_", metavar="ID", help="Which record it answers, if not the one named."
)
@click.option("--as", "kind", type=click.Choice(_KINDS), help="What it is meant to be.")
@click.option("--by", metavar="NAME", help="Who wrote it, as client.md names them.")
@click.option("--on", type=Day(), help="When it was written.  [default: the mail's date]")
@click.option("--words", metavar="TEXT", help="What to keep instead of the mail's own words.")
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
def respond(
    root: Path,
    file: Path,
    id_: str | None,
    kind: str | None,
    by: str | None,
    on: date | None,
    words: str | None,
    dry_run: bool,
) -> None:
    """Take the mail FILE.eml, which answers a page, over into its record.

    An objection becomes an entry of `objections`, all else one of `communications`; an approval
    brings a proposed decision with it and is never a decision by itself. The rest of the file stays
    as it is, and nothing is written unless the record passes `check` afterwards. The same mail is
    taken over once.
    """
    from changebook.edit.respond import letter, planning, reading  # noqa: PLC0415 - slow to load
    from changebook.pages.answer_block import AnswerKind  # noqa: PLC0415 - the same
    from changebook.read.workspace import read_workspace  # noqa: PLC0415 - the same

    path = visible(str(file))
    if file.stat().st_size > letter.SIZE_LIMIT:
        size = letter.SIZE_LIMIT // 1_000_000
        raise click.UsageError(
            f"{path} is larger than {size} MB: save the mail without attachments"
        )
    answer = reading.read(letter.read(file.read_bytes(), path), path)
    workspace, found = read_workspace(root)
    said = planning.Said(id_, AnswerKind(kind) if kind else None, by, on, words)
    done = planning.respond(workspace, found, answer, path, said, datetime.now(UTC))
    if done.edit is None:
        click.echo(f"{path} was taken over before, in {done.place}; nothing was written.")
        return
    if wrong := errors(done.problems):
        after = done.edit.after
        print_problems(
            wrong,
            workspace.root,
            lambda path, line: after.source.lines[line - 1] if path == after.path else None,
            err=True,
        )
        click.echo(
            f"{done.id} would not pass check; nothing was written. "
            "Say in your own words what the mail says: --words TEXT",
            err=True,
        )
        sys.exit(PROBLEMS)
    if dry_run:
        click.echo(done.edit.difference, nl=False)
    else:
        done.edit.after.save(done.edit.file)
        who = f"{done.person.name} of {done.on}"
        click.echo(f"{done.id}: new {done.entry.value} by {who} in {done.place}")
    for warning in done.warnings:
        click.echo(f"{coloured('warning')}: {warning}", err=True)
    for text in answer.aside:
        click.echo(f"{coloured('note')}: not taken over: {_short(text)}", err=True)
    if names := answer.letter.attachments:
        shown = ", ".join(names)
        click.echo(f"{coloured('note')}: attachments are not taken over: {shown}", err=True)
    click.echo(
        f"{coloured('note')}: who sent a mail is no proof of who wrote it: look at it", err=True
    )
    for text in done.next_:
        click.echo(f"next, {text}")


def _short(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= 200 else f"{line[:200]}…"

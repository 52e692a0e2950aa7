"""`changebook respond`."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click

from changebook.cli.options import Day, folder, named
from changebook.cli.output import PROBLEMS, from_here, print_problems, say, short
from changebook.edit.edits import edited_lines
from changebook.edit.respond import letter, planning, reading
from changebook.model.diagnostics import errors, visible
from changebook.pages.answer_block import AnswerKind
from changebook.read.workspace import read_workspace


@named("respond")
@folder()
@click.argument("file", metavar="FILE.eml", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--record",
    "id_",
    metavar="ID",
    help="The record that it answers, if not the one that it names.",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice([kind.value for kind in AnswerKind]),
    help="What kind of answer it is.",
)
@click.option("--by", metavar="NAME", help="Who wrote it, as client.md names them.")
@click.option("--on", type=Day(), help="When it was written.  [default: the mail's date]")
@click.option("--words", metavar="TEXT", help="What to keep instead of the mail's own words.")
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
def command(
    root: Path,
    file: Path,
    id_: str | None,
    kind: str | None,
    by: str | None,
    on: date | None,
    words: str | None,
    dry_run: bool,
) -> None:
    """Copy the e-mail FILE.eml, which answers a page, into its record.

    An objection becomes an entry of `objections`, all else one of `communications`; an approval
    brings a proposed decision with it and is never a decision by itself. The rest of the file stays
    as it is, and nothing is written unless the record passes `check` afterwards. The same mail is
    taken over once.
    """
    path = visible(str(file))
    answer = reading.read(letter.read_file(file, path), path)
    workspace, faults = read_workspace(root)
    options = planning.Said(id_, AnswerKind(kind) if kind else None, by, on, words)
    done = planning.respond(workspace, faults, answer, path, options, datetime.now(UTC))
    if done.edit is None:
        place = from_here(done.place, workspace.root)
        click.echo(f"{path} was already copied into {place}; nothing was written.")
        return
    if wrong := errors(done.problems):
        lines = edited_lines(workspace.root, (done.edit,))
        print_problems(wrong, workspace.root, lines, err=True)
        click.echo(
            f"{done.id} would not pass check; nothing was written. "
            "Sum the mail up in your own words with --words TEXT",
            err=True,
        )
        sys.exit(PROBLEMS)
    if dry_run:
        click.echo(done.edit.difference, nl=False)
    else:
        done.edit.write()
        who = f"{done.person.name} of {done.on}"
        click.echo(
            f"{done.id}: new {done.entry.value} by {who} in {from_here(done.place, workspace.root)}"
        )
    for warning in done.warnings:
        say("warning", f"{warning}")
    for text in answer.aside:
        say("note", f"left out: {_short(text)}")
    if names := answer.letter.attachments:
        shown = ", ".join(names)
        say("note", f"attachments are left out: {shown}")
    say("note", "the sender's address does not prove who wrote the mail: read it yourself")
    for text in done.next_:
        click.echo(f"next, {text}")
    elsewhere = not Path.cwd().is_relative_to(workspace.root)
    where = ("--workspace", short(workspace.root)) if elsewhere else ()
    for command in done.commands:
        click.echo(f"next, {command.purpose}: {_line(command.words, where)}")


def _line(words: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Return a command as it runs. `note` is a group, so what is its own stands before the id."""
    at = 2 if words[1] == "note" else len(words)
    return shlex.join((*words[:at], *where, *words[at:]))


def _short(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= 200 else f"{line[:200]}…"

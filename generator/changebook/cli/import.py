"""`changebook import`."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Literal

import click

from changebook.cli.options import (
    Day,
    folder,
    named,
    refuse_among_records,
    refuse_other_kind,
    today,
)
from changebook.cli.output import PROBLEMS, deliver, print_problems, say, short
from changebook.importing import dry_run as shown
from changebook.importing.mapping import read_map
from changebook.importing.planning import (
    AGAIN,
    WRITTEN,
    Fate,
    ImportPlan,
    PlannedRecord,
    plan_import,
)
from changebook.importing.proposal import propose
from changebook.importing.remote import TOKEN, fetched
from changebook.importing.source import gathered
from changebook.importing.sources import kind_of, read_source_of
from changebook.importing.writing import write
from changebook.model.diagnostics import errors, number_of, visible
from changebook.model.import_map import Kind, SourceSettings
from changebook.model.words import Words
from changebook.packaged import own_templates
from changebook.read.workspace import Client, Workspace, read_workspace
from changebook.refusal import Refusal


@named("import")
@folder()
@click.argument("file", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@click.option("--client", "slug", required=True, metavar="SLUG", help="Whose records they become.")
@click.option(
    "--from",
    "kind",
    type=click.Choice([kind.value for kind in Kind]),
    help="What it is.  [default: by the file's name]",
)
@click.option(
    "--map",
    "map_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What its columns and words become. Without it, a mapping is proposed.",
)
@click.option(
    "--url",
    help="The address of a tracker's API (github, gitlab, jira, pingcode): its issues are written "
    f"into FILE first. A token is read from {TOKEN}.",
)
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook, for the proposal.")
@click.option("--encoding", metavar="ENC", help="The encoding of a CSV file, for the proposal.")
@click.option(
    "--dates",
    type=click.Choice(["git"]),
    help="git: for a folder of decision records, the days that git knows of, for the proposal.",
)
@click.option("--on", type=Day(), help="The day of the import.  [default: today]")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "json", "xlsx"]),
    help="How a dry run is shown.  [default: text]",
)
@click.option(
    "--out",
    type=click.Path(),
    help="A file for the proposed mapping or the dry run, or a folder for map.yml, import.FORMAT; "
    "for the import, a folder for the records.  [default: printed; the records go to changes/]",
)
def command(
    root: Path,
    file: Path,
    slug: str,
    kind: str | None,
    map_file: Path | None,
    url: str | None,
    sheet: str | None,
    encoding: str | None,
    dates: Literal["git"] | None,
    on: date | None,
    dry_run: bool,
    form: str | None,
    out: str | None,
) -> None:
    """Make records of what was kept elsewhere: FILE is a spreadsheet or an export.

    Without --map, a mapping is proposed to be read and completed. With it, --dry-run shows what
    each item becomes, and without --dry-run the records are written: all, or none. Exit code 1:
    something is not understood.
    """
    place = Path(out) if out else None
    if place:
        refuse_among_records(place, root)
    if form and not dry_run:
        raise click.UsageError("--format goes with --dry-run")
    if place and dry_run:
        refuse_other_kind(place, form or "text")
    workspace, _ = read_workspace(root)
    client = workspace.client(slug)
    if url:
        if kind is None:
            raise click.UsageError("--url goes with --from: which tracker is it?")
        deliver(fetched(url, Kind(kind), os.environ.get(TOKEN)), file)
    if map_file is None:
        if dry_run or on:
            raise click.UsageError("--dry-run and --on go with --map")
        settings = SourceSettings(
            kind=Kind(kind) if kind else kind_of(file), sheet=sheet, encoding=encoding, dates=dates
        )
        proposed = propose(read_source_of(file, settings), client.profile)
        deliver(proposed.encode(), _within(out, "map.yml"))
        return
    if (kind and not url) or sheet or encoding or dates:
        raise click.UsageError(
            "--from, --sheet, --encoding and --dates are in the mapping: leave them out"
        )
    mapping, problems = read_map(map_file)
    print_problems(problems, Path(), err=True)
    if mapping is None or errors(problems):
        sys.exit(PROBLEMS)
    day = on or today(client)
    source = read_source_of(file, mapping.source)
    plan = plan_import(workspace, client, source, mapping, day, file.parent)
    if dry_run:
        _show(plan, client, root, form or "text", out, day)
    _refuse_faults(plan, workspace)
    if not dry_run:
        _write(plan, client, place)


def _within(out: str | None, name: str) -> Path | None:
    """Return a file to write to: in a folder, which may end in `/`, it has its usual name."""
    if not out:
        return None
    return Path(out, name) if out.endswith(("/", os.sep)) or Path(out).is_dir() else Path(out)


def _refuse_faults(plan: ImportPlan, workspace: Workspace) -> None:
    """Exit where something is not understood, and say all that is not."""
    for fault in gathered(plan.faults):
        say("error", visible(fault))
    lines = {workspace.relative(planned.file): planned.text.split("\n") for planned in plan.written}
    print_problems(
        errors(plan.problems),
        workspace.root,
        lambda path, line: lines[path][line - 1] if line <= len(lines[path]) else None,
        err=True,
    )
    if not plan.understood:
        click.echo("Not everything is understood; nothing was written.", err=True)
        sys.exit(PROBLEMS)


def _write(plan: ImportPlan, client: Client, out: Path | None) -> None:
    for line in shown.remarks(plan):
        say("note", visible(line))
    for planned in plan.records:
        if planned.fate not in (*WRITTEN, Fate.SAME):
            say("warning", f"{planned.id}: {planned.fate.label}{_way_out(planned)}")
    if out and (out.is_file() or (out.is_dir() and any(out.iterdir()))):
        raise Refusal(f"{out} is not an empty folder: choose another for the records")
    files = write(plan, client.root, out or client.root)
    folder, attached = out.absolute() if out else client.folder, len(files) - len(plan.written)
    click.echo(f"wrote {number_of(len(files), 'file')} into {short(folder)}")
    click.echo(shown.summary(plan) + (f"; attachments: {attached} added" if attached else ""))
    if out:
        click.echo("Next: look at them, then import without --out.")
    elif any(planned.fate in _TO_SETTLE for planned in plan.records):
        click.echo("Next: settle what the warnings name, then `changebook check`.")
    else:
        click.echo("Next: `changebook check`.")


#: What a person has to settle between here and there.
_TO_SETTLE = frozenset({Fate.CONFLICT, Fate.DECIDED})


def _way_out(planned: PlannedRecord) -> str:
    """Say how a person settles what was changed there too: the next import would name it again."""
    if planned.fate not in _TO_SETTLE:
        return ""
    return f". Take over what should be here, then write `there: {planned.there}` in its `{AGAIN}`"


def _show(
    plan: ImportPlan, client: Client, root: Path, form: str, out: str | None, on: date
) -> None:
    profile = client.profile
    words = Words(profile.language, own_templates(root))
    match form:
        case "md":
            content = shown.as_markdown(plan, profile, words)
        case "json":
            content = shown.as_json(plan)
        case "xlsx":
            if out is None and sys.stdout.isatty():
                raise click.UsageError("a workbook is not text: name a file with --out")
            content = shown.as_workbook(plan, profile, words, client.profile.name, on)
        case _:
            content = shown.as_plain_text(plan, profile, words)
    deliver(content, _within(out, f"import.{'txt' if form == 'text' else form}"))

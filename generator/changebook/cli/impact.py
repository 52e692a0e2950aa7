"""`changebook impact`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook import atomic
from changebook.check import load_checked
from changebook.cli.options import Day, folder, words
from changebook.cli.output import PROBLEMS, print_problems, short
from changebook.model.diagnostics import errors
from changebook.model.vocabulary import Audience
from changebook.read.workspace import CHANGES
from changebook.refusal import Refusal


@click.command()
@folder()
@click.option("--audience", type=words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option("--as-of", type=Day(), help="The day to show.  [default: the newest in the records]")
@click.option("--known-on", type=Day(), help="Only what was written down by this day.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "xlsx"]),
    default="text",
    show_default=True,
    help="csv is the change order register.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file to write.")
@click.argument("client")
def impact(
    root: Path,
    client: str,
    audience: str,
    as_of: date | None,
    known_on: date | None,
    form: str,
    out: Path | None,
) -> None:
    """Print what all changes of CLIENT add up to: the figures of its Impact page.

    They are those that the client may see; --audience team counts internal changes too.
    """
    from changebook.exports import impact as impact_export  # noqa: PLC0415 - slow to load

    if form == "xlsx" and out is None and sys.stdout.isatty():
        raise click.UsageError("a workbook is no text for a terminal: name a file with --out")
    workspace, problems = load_checked(root)
    if out and out.resolve().is_relative_to(workspace.root / CHANGES):
        raise Refusal(f"{out} lies among the records: choose another place with --out")
    print_problems(problems, workspace.root, err=True)
    if errors(problems):
        sys.exit(PROBLEMS)
    report = impact_export.report(workspace.client(client), Audience(audience), as_of, known_on)
    written = impact_export.FORMATS[form](report)
    if out is None:
        click.echo(written, nl=False)
    else:
        atomic.write(out, written)
        click.echo(f"wrote {short(out.absolute())}")

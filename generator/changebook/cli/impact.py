"""`changebook impact`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook.cli.options import (
    Day,
    as_of,
    audience,
    folder,
    formats,
    named,
    refuse_among_records,
    refuse_other_kind,
)
from changebook.cli.output import checked, deliver
from changebook.exports.impact.figures import impact_figures
from changebook.exports.impact.files import FORMATS
from changebook.model.vocabulary import Audience


@named("impact")
@folder()
@audience()
@as_of()
@click.option("--known-on", type=Day(), help="Only what was recorded by this day.")
@formats(*FORMATS, default="text", help="csv is the change order register.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file to write.")
@click.argument("slug", metavar="CLIENT")
def command(
    root: Path,
    slug: str,
    audience: str,
    as_of: date | None,
    known_on: date | None,
    form: str,
    out: Path | None,
) -> None:
    """Print what all changes of CLIENT add up to: the figures of its Impact page.

    They are those that the client may see; --audience team counts internal changes too.
    """
    if form == "xlsx" and out is None and sys.stdout.isatty():
        raise click.UsageError("a workbook is not text for a terminal: name a file with --out")
    if out:
        refuse_among_records(out, root)
        refuse_other_kind(out, form)
    client = checked(root, (slug,)).client(slug)
    figures = impact_figures(client, Audience(audience), as_of, known_on)
    deliver(FORMATS[form](figures), out)

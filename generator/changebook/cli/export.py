"""`changebook export`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook.cli.options import Day, folder, named, refuse_among_records, words
from changebook.cli.output import checked, deliver, short
from changebook.edition.editions import located, make_edition
from changebook.exports.changes.files import FORMATS
from changebook.model.sums import position
from changebook.model.vocabulary import Audience
from changebook.site.configuration import site_url
from changebook.site.site_folder import write_site

_SITE = "site"
#: Where a site goes by default, below the workspace, with a folder for each client.
_OUT = {Audience.CLIENT: "export", Audience.TEAM: "export-team"}


@named("export")
@folder()
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "xlsx", "json", _SITE]),
    default="csv",
    show_default=True,
    help="site is a folder of Markdown that MkDocs builds without Changebook's plugin.",
)
@click.option("--audience", type=words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option("--as-of", type=Day(), help="The day to show.  [default: the newest in the records]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file to write, or for a site the folder.  [default for a site: export/CLIENT]",
)
@click.argument("slug", metavar="CLIENT")
def command(
    root: Path, slug: str, form: str, audience: str, as_of: date | None, out: Path | None
) -> None:
    """Write the list of changes of CLIENT, or its whole site as Markdown.

    It holds what the client may see; with --audience team internal changes too.
    """
    if form == "xlsx" and out is None and sys.stdout.isatty():
        raise click.UsageError("a workbook is not text for a terminal: name a file with --out")
    root, to = root.resolve(), Audience(audience)
    if form == _SITE:
        out = out or root / _OUT[to] / slug
    if out:
        refuse_among_records(out, root)
    edition = located(make_edition(checked(root, (slug,)).client(slug), to, as_of), site_url(root))
    if form == _SITE and out:
        written = write_site(edition, root, out)
        click.echo(f"wrote {len(written)} files into {short(out.absolute())}")
        return
    records = [record.data for record in edition.records]
    deliver(FORMATS[form](edition, position(records, edition.profile, edition.as_of)), out)

"""`changebook export`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook.cli.options import (
    as_of,
    audience,
    cache_folder,
    folder,
    formats,
    named,
    refuse_among_records,
    refuse_other_kind,
)
from changebook.cli.output import PROBLEMS, checked, deliver, print_problems, say, short
from changebook.edition.editions import Edition, located, make_edition
from changebook.exports.changes.files import FORMATS
from changebook.keep.place import open_store
from changebook.model.diagnostics import number_of
from changebook.model.sums import position
from changebook.model.vocabulary import Audience
from changebook.paper import typesetting
from changebook.paper.toolchain import toolchain
from changebook.publish.offline_copy import offline_copy
from changebook.read.workspace import Client
from changebook.refusal import Refusal
from changebook.site.building import SiteFailed
from changebook.site.configuration import site_url
from changebook.site.offline import DIGESTS
from changebook.site.site_folder import write_site

_SITE, _ZIP = "site", "zip"
#: Where a site goes by default, below the workspace, with a folder for each client.
_OUT = {Audience.CLIENT: "export", Audience.TEAM: "export-team"}


@named("export")
@folder()
@formats(
    "csv",
    "xlsx",
    "json",
    _SITE,
    _ZIP,
    default="csv",
    help="site is a folder of Markdown that MkDocs builds without Changebook's plugin; zip is the "
    "built site, to be read offline.",
)
@audience()
@as_of()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file to write, or for a site the folder.  [default for a site: export/CLIENT, for a "
    "zip: export/CLIENT-DATE.zip]",
)
@click.option(
    "--no-pdf", is_flag=True, help="With zip: leave out the documents and the links to them."
)
@cache_folder()
@click.argument("slug", metavar="CLIENT")
def command(
    root: Path,
    slug: str,
    form: str,
    audience: str,
    as_of: date | None,
    out: Path | None,
    no_pdf: bool,
    cache: Path | None,
) -> None:
    """Write the list of changes of CLIENT, or its site: as Markdown, or to read offline.

    It holds what the client may see; with --audience team internal changes too.
    """
    if form == "xlsx" and out is None and sys.stdout.isatty():
        raise click.UsageError("a workbook is not text for a terminal: name a file with --out")
    if form != _ZIP and (no_pdf or cache):
        raise click.UsageError("--no-pdf and --cache go with --format zip")
    root, to = root.resolve(), Audience(audience)
    if form == _SITE:
        out = out or root / _OUT[to] / slug
    if out:
        refuse_among_records(out, root)
        refuse_other_kind(out, form)
    client = checked(root, (slug,)).client(slug)
    edition = located(make_edition(client, to, as_of), site_url(root))
    if form == _SITE and out:
        written = write_site(edition, root, out)
        click.echo(f"wrote {number_of(len(written), 'file')} into {short(out.absolute())}")
        return
    if form == _ZIP:
        out = out or root / _OUT[to] / f"{slug}-{edition.as_of}.zip"
        _pack(edition, client, out, no_pdf=no_pdf, cache=cache)
        return
    records = [record.data for record in edition.records]
    deliver(FORMATS[form](edition, position(records, edition.profile, edition.as_of)), out)


def _pack(edition: Edition, client: Client, out: Path, *, no_pdf: bool, cache: Path | None) -> None:
    """Write the offline copy, and say how its content can be verified; exit where it can't be."""
    tools = None
    if not no_pdf and edition.audience is Audience.CLIENT:
        typesetting.require()
        for shortcoming in typesetting.shortcomings():
            say("warning", shortcoming)
        tools = toolchain() or ""
    store = open_store(client.root, cache)
    try:
        copy = offline_copy(edition, client, store, tools)
    except SiteFailed as failed:
        raise Refusal(f"{edition.slug}: {failed}") from None
    print_problems(copy.problems, client.root, err=True)
    for warning in copy.warnings:
        say("warning", warning)
    if not copy.archive:
        click.echo("Nothing was written; what was there before is unchanged.", err=True)
        sys.exit(PROBLEMS)
    out.parent.mkdir(parents=True, exist_ok=True)
    deliver(copy.archive, out)
    click.echo(f"{copy.files} files; SHA-256 of {DIGESTS} in it, to give along separately:")
    click.echo(copy.digest)

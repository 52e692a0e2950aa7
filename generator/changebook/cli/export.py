"""`changebook export` and `changebook index`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook import atomic
from changebook.check import load_checked
from changebook.cli.options import Day, folder, words
from changebook.cli.output import PROBLEMS, print_problems, short
from changebook.edition.editions import located, make_edition
from changebook.exports.changes import FORMATS
from changebook.model.diagnostics import errors
from changebook.model.sums import position
from changebook.model.vocabulary import Audience
from changebook.read.workspace import CHANGES
from changebook.refusal import Refusal

_SITE = "site"
#: Where a site goes by default, below the workspace, with a folder for each client.
_OUT = {Audience.CLIENT: "export", Audience.TEAM: "export-team"}


@click.command()
@folder()
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "xlsx", "json", _SITE]),
    default="csv",
    show_default=True,
    help="site is a folder of Markdown that MkDocs builds without our plugin.",
)
@click.option("--audience", type=words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option("--as-of", type=Day(), help="The day to show.  [default: the newest in the records]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file to write, or for a site the folder.  [default for a site: export/CLIENT]",
)
@click.argument("client")
def export(
    root: Path, client: str, form: str, audience: str, as_of: date | None, out: Path | None
) -> None:
    """Write the list of changes of CLIENT, or its whole site as Markdown.

    It holds what the client may see; with --audience team internal changes too.
    """
    if form == "xlsx" and out is None and sys.stdout.isatty():
        raise click.UsageError("a workbook is no text for a terminal: name a file with --out")
    workspace, problems = load_checked(root)
    to = Audience(audience)
    if form == _SITE:
        out = out or workspace.root / _OUT[to] / client
    if out and out.resolve().is_relative_to(workspace.root / CHANGES):
        raise Refusal(f"{out} lies among the records: choose another place with --out")
    print_problems(problems, workspace.root, err=True)
    if errors(problems):
        sys.exit(PROBLEMS)
    from changebook.site.configuration import site_settings  # noqa: PLC0415 - slow to load

    edition = located(
        make_edition(workspace.client(client), to, as_of), site_settings(workspace.root).site_url
    )
    if form == _SITE and out:
        from changebook.site.site_folder import write_site  # noqa: PLC0415 - slow to load

        written = write_site(edition, workspace.root, out)
        click.echo(f"wrote {len(written)} files into {short(out.absolute())}")
        return
    records = [record.data for record in edition.records]
    content = FORMATS[form](edition, position(records, edition.profile, edition.as_of))
    if out is None:
        click.echo(content, nl=False)
    else:
        atomic.write(out, content)
        click.echo(f"wrote {short(out.absolute())}")


@click.command()
@click.argument("built", type=click.Path(path_type=Path, file_okay=False), default=Path())
def index(built: Path) -> None:
    """Make the search index of an exported site that was built.  BUILT is the export's folder."""
    from changebook.site.site_folder import index as make  # noqa: PLC0415 - slow to load

    click.echo(f"indexed {short(make(built).absolute())}")

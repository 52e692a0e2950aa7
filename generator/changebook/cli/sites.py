"""`changebook build` and `changebook serve`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from changebook.cli.options import Day, folder, words
from changebook.cli.output import PROBLEMS, coloured, print_problems, progress, short
from changebook.model.vocabulary import Audience

if TYPE_CHECKING:
    from changebook.publish.build import Documents


@click.command(name="build")
@folder()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where the sites go.  [default: site, or site-team, in the workspace]",
)
@click.option("--client", "slugs", multiple=True, metavar="SLUG", help="Only this client; repeat.")
@click.option("--audience", type=words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option("--as-of", type=Day(), help="The day to show.  [default: the newest in the records]")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one per CPU]")
@click.option("--no-pdf", is_flag=True, help="Without the documents to print, and links to them.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where PDFs are kept for the next build.  [default: .changebook/documents in the "
    "workspace]",
)
def build_(
    root: Path,
    out: Path | None,
    slugs: tuple[str, ...],
    audience: str,
    as_of: date | None,
    jobs: int | None,
    no_pdf: bool,
    cache: Path | None,
) -> None:
    """Build and publish the clients' sites, or the team's.

    A client's site offers its documents as PDFs; those that would be as they were are not made
    again.
    """
    from changebook.publish.build import build  # noqa: PLC0415 - slow to load

    with progress() as say:
        result = build(
            root,
            audience=Audience(audience),
            out=out,
            slugs=slugs,
            as_of=as_of,
            jobs=jobs,
            progress=say,
            pdf=not no_pdf,
            cache=cache,
        )
    print_problems(result.problems, root.resolve(), err=True)
    for warning in result.warnings:
        click.echo(f"{coloured('warning')}: {warning}", err=True)
    for failure in result.failures:
        click.echo(f"{coloured('error')}: {failure}", err=True)
    if not result.ok:
        click.echo("Nothing was published; what was published before is as it was.", err=True)
        sys.exit(PROBLEMS)
    for site in result.published:
        documents = result.documents.get(site.name)
        click.echo(f"published {short(site)}{f', {_told(documents)}' if documents else ''}")
    if not result.published:
        click.echo("There are no clients to publish.")


def _told(documents: Documents) -> str:
    """How many PDFs a site has, and what it took to have them."""
    kept = documents.total - documents.made
    noun = "document" if documents.total == 1 else "documents"
    return f"with {documents.total} {noun}: {documents.made} made, {kept} kept"


@click.command()
@folder()
@click.option("--client", "slug", metavar="SLUG", help="Only this client's site.")
@click.option("--audience", type=words(Audience), help="[default: client with --client, else team]")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(root: Path, slug: str | None, audience: str | None, port: int) -> None:
    """Preview with live reload; problems are shown on the page."""
    from changebook.site.serve import serve as run  # noqa: PLC0415 - slow to load

    if audience == Audience.CLIENT and not slug:
        raise click.UsageError("--audience client needs --client: an edition is for one client")
    run(root.resolve(), slug=slug, audience=Audience(audience) if audience else None, port=port)

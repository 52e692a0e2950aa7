"""`changebook build`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook.cli.options import Day, cache_folder, folder, named, words
from changebook.cli.output import PROBLEMS, print_problems, progress, say, short
from changebook.model.vocabulary import Audience
from changebook.publish.build import Documents, build


@named("build")
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
@click.option(
    "--no-pdf", is_flag=True, help="Leave out the documents to print and the links to them."
)
@cache_folder()
@click.option("--verbose", is_flag=True, help="Say why each site was built.")
def command(
    root: Path,
    out: Path | None,
    slugs: tuple[str, ...],
    audience: str,
    as_of: date | None,
    jobs: int | None,
    no_pdf: bool,
    cache: Path | None,
    verbose: bool,
) -> None:
    """Build and publish the clients' sites, or the team's.

    A site that would be the same stays as it is, and so does each document in one that is built.
    """
    with progress() as step:
        result = build(
            root,
            audience=Audience(audience),
            out=out,
            slugs=slugs,
            as_of=as_of,
            jobs=jobs,
            progress=step,
            pdf=not no_pdf,
            cache=cache,
        )
    print_problems(result.problems, root.resolve(), err=True)
    for name, reason in result.reasons.items() if verbose else ():
        click.echo(f"built {name}: {reason}", err=True)
    for warning in result.warnings:
        say("warning", warning)
    for failure in result.failures:
        say("error", failure)
    if not result.ok:
        click.echo("Nothing was published; what was published before is unchanged.", err=True)
        sys.exit(PROBLEMS)
    for site in result.published:
        documents = result.documents.get(site.name)
        click.echo(f"published {short(site)}{f', {_told(documents)}' if documents else ''}")
    for site in result.unchanged:
        click.echo(f"unchanged {short(site)}")
    if not result.published and not result.unchanged:
        click.echo("There are no clients to publish.")


def _told(documents: Documents) -> str:
    """Say how many PDFs a site has, and how many had to be made."""
    kept = documents.total - documents.made
    noun = "document" if documents.total == 1 else "documents"
    return f"with {documents.total} {noun}: {documents.made} made, {kept} kept"

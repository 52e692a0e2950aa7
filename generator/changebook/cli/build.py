"""`changebook build`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import click

from changebook.cli.options import as_of, audience, cache_folder, folder, named
from changebook.cli.output import PROBLEMS, print_problems, say, short
from changebook.cli.progress import progress
from changebook.model.vocabulary import Audience
from changebook.publish.build import Documents, Result, build
from changebook.publish.cluster import dask_executor
from changebook.publish.shards import Shard


class ShardName(click.ParamType[Shard]):
    """A part of a build: its number and how many there are."""

    name = "N/M"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Shard:
        if isinstance(value, Shard):
            return value
        number, _, count = str(value).partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            self.fail(f"`{value}` is not a part: write 1/8 for the first of eight", param, ctx)
        return Shard(int(number), int(count))


@named("build")
@folder()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where the sites go.  [default: site, or site-team, in the workspace]",
)
@click.option("--client", "slugs", multiple=True, metavar="SLUG", help="Only this client; repeat.")
@click.option(
    "--shard",
    type=ShardName(),
    help="Only a part of the clients, as 2/8 for the second of eight.",
)
@audience()
@as_of()
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one per CPU]")
@click.option(
    "--no-pdf", is_flag=True, help="Leave out the documents to print and the links to them."
)
@click.option(
    "--executor",
    type=click.Choice(["dask"]),
    help="Work on a cluster, whose workers see the same folders, instead of in processes here.",
)
@click.option("--scheduler", metavar="ADDRESS", help="With --executor dask: where it answers.")
@cache_folder()
@click.option("--verbose", is_flag=True, help="Say why each site was built.")
def command(
    root: Path,
    out: Path | None,
    slugs: tuple[str, ...],
    shard: Shard | None,
    audience: str,
    as_of: date | None,
    jobs: int | None,
    no_pdf: bool,
    executor: str | None,
    scheduler: str | None,
    cache: Path | None,
    verbose: bool,
) -> None:
    """Build and publish the clients' sites, or the team's.

    A site that would be the same stays as it is, and so does each document in one that is built.
    """
    if shard and slugs:
        raise click.UsageError("--shard and --client don't go together: each says which clients")
    if shard and audience == Audience.TEAM:
        raise click.UsageError("--shard is for clients' sites: the portfolio shows all clients")
    if bool(executor) != bool(scheduler):
        raise click.UsageError("--executor dask and --scheduler ADDRESS go together")
    if executor and jobs:
        raise click.UsageError("--jobs is for processes here: leave it out with --executor")
    with progress() as step, dask_executor(scheduler) if scheduler else nullcontext() as cluster:
        result = build(
            root,
            audience=Audience(audience),
            out=out,
            slugs=slugs,
            shard=shard,
            as_of=as_of,
            jobs=jobs,
            executor=cluster,
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
    for site in result.published:
        documents = result.documents.get(site.name)
        click.echo(f"published {short(site)}{f', {_told(documents)}' if documents else ''}")
    for site in result.unchanged:
        click.echo(f"unchanged {short(site)}")
    _say_what_was_left_behind(result, out, audience)
    any_site = result.published or result.unchanged
    if not result.ok:
        left = (
            f"Not published: {', '.join(result.withheld)}" if any_site else "Nothing was published"
        )
        click.echo(f"{left}; what was published before is unchanged.", err=True)
        sys.exit(PROBLEMS)
    if not any_site:
        click.echo("There are no clients to publish.")


def _told(documents: Documents) -> str:
    """Say how many PDFs a site has, and how many had to be made."""
    kept = documents.total - documents.made
    noun = "document" if documents.total == 1 else "documents"
    return f"with {documents.total} {noun}: {documents.made} made, {kept} kept"


def _say_what_was_left_behind(result: Result, out: Path | None, audience: str) -> None:
    for site in result.left_behind:
        option = f" --out {short(out)}" if out else ""
        option += f" --audience {audience}" if audience != Audience.CLIENT else ""
        say(
            "warning",
            f"{short(site)} belongs to no client in the workspace any more, and is still "
            f"published; `changebook withdraw {site.name}{option}` takes it away",
        )

"""`changebook init`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import named
from changebook.cli.output import short
from changebook.edit import pipelines, scaffold
from changebook.proof import merge
from changebook.read.git import has_repository, repository
from changebook.read.workspace import CHANGES, PROFILE


@named("init")
@click.argument("place", metavar="[FOLDER]", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--client",
    "client",
    metavar="NAME",
    help="The client's name, for its profile. In a workspace, it is added to those that are there.",
)
@click.option("--no-example", is_flag=True, help="Leave the example client out.")
@click.option(
    "--ci",
    type=click.Choice([host.value for host in pipelines.CiHost]),
    help="Write pipelines that check and publish, also for a workspace that is there already.",
)
@click.option(
    "--install",
    metavar="WHAT",
    help="What the pipelines install: a wheel in the repository, or git+https://HOST/PATH@COMMIT.  "
    "[default: the commit that is installed here]",
)
def command(
    place: Path, client: str | None, no_example: bool, ci: str | None, install: str | None
) -> None:
    """Lay out a new workspace, with an example client, and yours if you name it.

    In a workspace that is there already, add a client to it: `--client NAME`.
    """
    if install and not ci:
        raise click.UsageError("--install is for pipelines: name who runs them with --ci")
    planned = pipelines.pipelines(pipelines.CiHost(ci), place, install) if ci else None
    if planned and not (client or no_example) and any(place.glob(f"{CHANGES}/*/{PROFILE}")):
        _write(planned)
        return
    vendor = repository(place).user() if has_repository(place) else None
    profile = scaffold.add_client(place, client, vendor) if client else None
    added = [profile] if profile else None
    for file in added or scaffold.init(place, client, example=not no_example, vendor=vendor):
        click.echo(f"wrote {short(file)}")
    if has_repository(place):
        if attributes := merge.set_up(place):
            click.echo(f"wrote {short(attributes)}")
    else:
        click.echo("Once it is in a git repository: changebook merge-seals --set-up")
    if planned:
        _write(planned)
    first = "fill in client.md, then changebook check" if client else "changebook check"
    click.echo(f"Next: {first}, then changebook serve, in that folder.")


def _write(planned: pipelines.Pipelines) -> None:
    for file in planned.write():
        click.echo(f"wrote {short(file)}")
    click.echo(f"The pipelines install: {planned.requirement}")
    click.echo("Before you push, see `changebook docs pull-requests`: secrets, owners, rules.")

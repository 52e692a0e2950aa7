"""`changebook init`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import named
from changebook.cli.output import short
from changebook.edit import scaffold
from changebook.proof import merge
from changebook.read.git import has_repository, repository


@named("init")
@click.argument("place", metavar="[FOLDER]", type=click.Path(path_type=Path), default=Path())
@click.option("--client", "client", metavar="NAME", help="The client's name, for its profile.")
@click.option("--no-example", is_flag=True, help="Leave the example client out.")
def command(place: Path, client: str | None, no_example: bool) -> None:
    """Lay out a new workspace, with an example client, and yours if you name it."""
    vendor = repository(place).user() if has_repository(place) else None
    for file in scaffold.init(place, client, example=not no_example, vendor=vendor):
        click.echo(f"wrote {short(file)}")
    if has_repository(place):
        merge.set_up(place)
    else:
        click.echo("Once it is in a git repository: changebook merge-seals --set-up")
    first = "fill in client.md, then changebook check" if client else "changebook check"
    click.echo(f"Next: {first}, then changebook serve, in that folder.")

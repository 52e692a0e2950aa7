"""`changebook init`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import named
from changebook.cli.output import short
from changebook.edit import scaffold
from changebook.proof import merge
from changebook.read.git import has_repository


@named("init")
@click.argument("place", metavar="[FOLDER]", type=click.Path(path_type=Path), default=Path())
def command(place: Path) -> None:
    """Lay out a new workspace with an example client."""
    for file in scaffold.init(place):
        click.echo(f"wrote {short(file)}")
    if has_repository(place):
        merge.set_up(place)
    else:
        click.echo("Once it is in a git repository: changebook merge-seals --set-up")
    click.echo("Next: changebook check, then changebook serve, in that folder.")

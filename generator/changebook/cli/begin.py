"""`changebook init` and `changebook new`: files to begin with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from changebook.cli.options import Day, folder, words
from changebook.cli.output import short
from changebook.model.vocabulary import ChangeType


@click.command()
@click.argument("place", metavar="[FOLDER]", type=click.Path(path_type=Path), default=Path())
def init(place: Path) -> None:
    """Lay out a new workspace with an example client."""
    from changebook.edit import scaffold  # noqa: PLC0415 - slow to load

    for file in scaffold.init(place):
        click.echo(f"wrote {short(file)}")
    click.echo("Next: changebook check, then changebook serve, in that folder.")


@click.command()
@folder()
@click.argument("client")
@click.argument("title")
@click.option("--type", "type_", type=words(ChangeType), help="What kind of change it is.")
@click.option("--from-client", is_flag=True, help="The client asks for it: submitted, with TODOs.")
@click.option("--on", type=Day(), help="The day it was asked for.  [default: today]")
@click.option("--by", metavar="NAME", help="Who asks for it.")
@click.option(
    "--base",
    metavar="REV",
    help="Take a number that is free on this revision, e.g. origin/main, and on all branches too.",
)
@click.option(
    "--number",
    type=click.IntRange(min=1),
    help="The number, e.g. that of the tracker's issue.  [default: the next free one]",
)
def new(
    root: Path,
    client: str,
    title: str,
    type_: str | None,
    from_client: bool,
    on: date | None,
    by: str | None,
    base: str | None,
    number: int | None,
) -> None:
    """Write the next record of CLIENT with the keys that its status needs."""
    from changebook.edit import scaffold  # noqa: PLC0415 - slow to load

    file = scaffold.new(
        root,
        client,
        title,
        type=ChangeType(type_) if type_ else None,
        from_client=from_client,
        on=on,
        by=by,
        base=base,
        number=number,
    )
    click.echo(short(file))

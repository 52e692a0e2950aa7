"""`changebook new`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from changebook.cli.options import Day, Sorted, Word, folder, named, today
from changebook.cli.output import short
from changebook.edit import scaffold
from changebook.model.vocabulary import (
    ChangePath,
    ChangeType,
    Priority,
    ReasonCategory,
    ScopeAction,
)
from changebook.read.workspace import read_workspace


@named("new")
@folder()
@click.argument("slug", metavar="CLIENT")
@click.argument("title")
@click.option("--type", type=Word(ChangeType), help="What kind of change it is.")
@click.option("--path", type=Word(ChangePath), help="The path that it takes.")
@click.option("--priority", type=Word(Priority), help="How much it matters.")
@click.option("--summary", metavar="TEXT", help="One plain sentence.")
@click.option(
    "--scope",
    type=Sorted(ScopeAction),
    multiple=True,
    metavar="ACTION=ITEM",
    help="What happens to what part, as modify=Checkout; repeat.",
)
@click.option(
    "--reason",
    type=Sorted(ReasonCategory),
    metavar="CATEGORY=TEXT",
    help="Why, as market=TEXT; the categories are those of the record format.",
)
@click.option("--from-client", is_flag=True, help="The client asks for it: submitted, with TODOs.")
@click.option("--on", type=Day(), help="The day it was asked for.  [default: today]")
@click.option("--by", metavar="NAME", help="Who asks for it, as client.md names them.")
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
def command(
    root: Path,
    slug: str,
    title: str,
    from_client: bool,
    on: date | None,
    by: str | None,
    base: str | None,
    number: int | None,
    **asked: Any,
) -> None:
    """Write the next record of CLIENT with the keys that its status needs."""
    workspace, _ = read_workspace(root)
    client = workspace.client(slug)
    file = scaffold.new(
        client,
        title,
        today(client),
        asked=scaffold.Asked(**asked),
        from_client=from_client,
        on=on,
        by=by,
        base=base,
        number=number,
    )
    click.echo(short(file))

"""Longer texts: laid out on a terminal, plain in a file or pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table


def show_markdown(text: str) -> None:
    console = Console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        click.echo(text, nl=False)


def show_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table with a head, or one row a line with tabs between its cells."""
    console = Console()
    if console.is_terminal:
        table = Table(*head, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    else:
        for row in rows:
            click.echo("\t".join(row))

"""How far a long command is. Most commands have no use for it, and it takes a while to load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def progress(
    doing: str = "Building", done_: str = "built"
) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on a terminal, else one line for each site or document."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total, name: click.echo(f"{done_} {name} ({done}/{total})")
        return
    columns = (
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, name="reading")
        yield lambda done, total, name: bar.update(task, completed=done, total=total, name=name)

"""What commands print: problems, what came of a build, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from changebook.model.diagnostics import Problem, as_text, count
from changebook.read.source_lines import source_lines

#: The exit code where something is wrong with what was looked at.
PROBLEMS = 1
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def print_problems(
    problems: Sequence[Problem],
    root: Path,
    source_line: Callable[[str, int], str | None] | None = None,
    *,
    err: bool = False,
) -> None:
    """Problems as people read them; their lines come from the files below `root` by default."""
    if not problems:
        return
    for line in as_text(problems, source_line or source_lines(root)).split("\n"):
        word, bracket, rest = line.partition("[")
        shown = coloured(word) + bracket + rest if bracket and word in _COLOURS else line
        click.echo(shown, err=err)


def coloured(severity: str) -> str:
    # click takes colours out again where the output is no terminal.
    return click.style(severity, fg=_COLOURS[severity], bold=True)


def summary(problems: Sequence[Problem]) -> str:
    if not problems:
        return "No problems."
    return ", ".join(
        f"{number} {severity}{'s' if number > 1 else ''}"
        for severity, number in count(problems).items()
        if number
    )


def short(path: Path) -> str:
    """A path as the person at the terminal would write it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


@contextmanager
def progress(
    doing: str = "Building", done_: str = "built"
) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on a terminal, else one line for each site or document."""
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

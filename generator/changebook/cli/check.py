"""`changebook check`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from changebook.checks import load_checked
from changebook.cli.options import folder
from changebook.cli.output import PROBLEMS, print_problems, summary
from changebook.diagnostics import Problem, as_json, errors


@click.command()
@folder()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(root: Path, form: str, paths: tuple[Path, ...]) -> None:
    """Check every record and name all problems.

    The whole workspace is read; PATHS limit which files' problems are shown.
    """
    workspace, problems = load_checked(root)
    problems = list(_below(problems, workspace.root, paths))
    if form == "json":
        click.echo(as_json(problems))
    else:
        print_problems(problems, workspace.root)
        click.echo(summary(problems))
    sys.exit(PROBLEMS if errors(problems) else 0)


def _below(problems: Iterable[Problem], root: Path, paths: Sequence[Path]) -> Iterator[Problem]:
    chosen = [path.resolve() for path in paths]
    for problem in problems:
        file = root / problem.path
        if not chosen or any(file.is_relative_to(path) for path in chosen):
            yield problem

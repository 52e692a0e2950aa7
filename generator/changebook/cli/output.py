"""What commands print: problems, what came of a build, and how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import click

from changebook import atomic
from changebook.check import load_checked
from changebook.check.concern import concerning
from changebook.model.diagnostics import Problem, as_text, count, errors, number_of
from changebook.model.schema import Decider
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Workspace
from changebook.refusal import Refusal

#: The exit code where something is wrong with what was looked at.
PROBLEMS = 1
#: The exit code where a command could not run.
COULD_NOT_RUN = 2
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def print_problems(
    problems: Sequence[Problem],
    root: Path,
    source_line: Callable[[str, int], str | None] | None = None,
    *,
    err: bool = False,
) -> None:
    """Print problems as people read them, with lines from the files below `root` by default.

    Someone who stands below `root` reads paths from there.
    """
    if not problems:
        return
    known = source_line or source_lines(root)
    shown = {path: from_here(path, root) for path in {problem.path for problem in problems}}
    paths = {name: path for path, name in shown.items()}
    told = [replace(problem, path=shown[problem.path]) for problem in problems]
    text = as_text(told, lambda name, number: known(paths[name], number))
    # In one piece: each is written at once, and there may be thousands.
    click.echo("\n".join(map(_in_colour, text.split("\n"))), err=err)


def _in_colour(line: str) -> str:
    word, bracket, rest = line.partition("[")
    return coloured(word) + bracket + rest if bracket and word in _COLOURS else line


def from_here(path: str, root: Path) -> str:
    """Return a path in a workspace from where one stands below it, or else from its root."""
    here, top = Path.cwd(), root.resolve()
    return os.path.relpath(top / path, here) if here.is_relative_to(top) else path


def checked(root: Path, slugs: Collection[str] = (), ids: Collection[str] = ()) -> Workspace:
    """Return the workspace for a command that needs some clients, by slugs or ids of records.

    Their problems go to stderr, with those that concern all clients; exit where there are errors.
    Of other clients, one line says who has errors.
    """
    workspace, all_problems = load_checked(root)
    owners = {r.data.id: client.slug for client in workspace.clients for r in client.records}
    concerned = {*slugs, *(owners[id] for id in ids if id in owners)}
    problems, others = concerning(all_problems, concerned)
    print_problems(problems, workspace.root, err=True)
    if others:
        names = ", ".join(f"{slug} ({number})" for slug, number in sorted(others.items()))
        say("note", f"other clients have errors: {names}; `changebook check` names them")
    if errors(problems):
        sys.exit(PROBLEMS)
    return workspace


def deliver(content: bytes, out: Path | None) -> None:
    """Write content into a file, and say so, or print it."""
    if out is None:
        click.echo(content, nl=False)
    elif not out.parent.is_dir():
        raise Refusal(f"{out.parent} is not a folder: make it first, or choose another for --out")
    else:
        atomic.write(out, content)
        click.echo(f"wrote {short(out.absolute())}")


def coloured(severity: str) -> str:
    """Return the word for a severity in its colour, which click takes out again for a file."""
    return click.style(severity, fg=_COLOURS[severity], bold=True)


def say(severity: str, text: str) -> None:
    """Print a warning or a note on stderr."""
    click.echo(f"{coloured(severity)}: {text}", err=True)


def say_asked_again(approvals: Sequence[Decider]) -> None:
    """Say whose approvals are in a record no more."""
    if approvals:
        names = " and ".join(f"{each.name} ({each.on})" for each in approvals)
        click.echo(f"Not in the record any more: the approval of {names}.")


def summary(problems: Sequence[Problem]) -> str:
    """Return how many problems there are of each severity, in a sentence."""
    if not problems:
        return "No problems."
    return ", ".join(
        number_of(number, severity) for severity, number in count(problems).items() if number
    )


def short(path: Path) -> str:
    """Return a path as the person at the terminal would write it, from there if it is shorter."""
    if not path.is_absolute():
        return str(path)
    return min(os.path.relpath(path), str(path), key=len)

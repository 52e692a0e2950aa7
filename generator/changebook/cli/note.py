"""`changebook note`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click

from changebook.cli.options import CommandGroup, Day, Word, committer, folder, named, today
from changebook.cli.output import PROBLEMS, from_here, print_problems
from changebook.edit import note as core
from changebook.edit.edits import edited_lines
from changebook.edit.note import Note
from changebook.model.diagnostics import Problem, errors
from changebook.model.vocabulary import ObjectionOutcome
from changebook.read.workspace import Client, Workspace, read_workspace


@dataclass(frozen=True)
class _About:
    """The record that something is noted in."""

    id: str
    workspace: Workspace
    reading: list[Problem]

    @property
    def client(self) -> Client:
        """The client whose record it is."""
        return self.workspace.record(self.id)[0]


@click.group("note", cls=CommandGroup)
@folder()
@click.argument("id_", metavar="ID")
@click.pass_context
def command(ctx: click.Context, root: Path, id_: str) -> None:
    """Note something in the record ID: an objection, a condition met, a step of the plan done.

    Nothing else in the file changes, and nothing is written that `check` would refuse. WHICH is a
    number, counted from 1, or a part of the text; it may be left out where only one can be meant.
    """
    ctx.obj = _About(id_, *read_workspace(root))


def _kind(name: str) -> Callable[[Callable[..., Note]], click.Command]:
    """Return what makes a kind of note of a function: its day, its dry run, and the writing."""

    def made(function: Callable[..., Note]) -> click.Command:
        @click.option("--on", type=Day(), help="The day.  [default: today, where the client is]")
        @click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
        @click.pass_obj
        @wraps(function)
        def run(about: _About, /, on: date | None, *, dry_run: bool, **said: Any) -> None:
            day = today(about.client)
            if on and on > day:
                raise click.UsageError(f"--on {on} is in the future: it is {day}")
            if "by" in said:
                said["by"] = said["by"] or committer(about.client)
                if said["by"] is None:
                    raise click.UsageError("say who, with --by NAME, as client.md names them")
            _write(about, function(on=on or day, **said), dry_run=dry_run)

        kind: click.Command = named(name)(run)
        command.add_command(kind)
        return kind

    return made


def _write(about: _About, note: Note, *, dry_run: bool) -> None:
    root = about.workspace.root
    done = core.noted(about.workspace, about.reading, about.id, note)
    print_problems(done.problems, root, edited_lines(root, (done.edit,)), err=True)
    if errors(done.problems):
        click.echo(f"{about.id} would not pass check; nothing was written.", err=True)
        sys.exit(PROBLEMS)
    if dry_run:
        click.echo(done.edit.difference, nl=False)
    else:
        done.edit.write()
        click.echo(f"noted in {from_here(done.edit.after.path, root)}")


_by = click.option(
    "--by",
    metavar="NAME",
    help="Who, as client.md names them.  [default: the name of your commits]",
)
_response = click.option("--response", metavar="TEXT", help="Our answer.")
_alternative = click.option("--alternative", metavar="TEXT", help="What could be done instead.")
_which = click.argument("which", required=False)


@_kind("objection")
@click.argument("concern")
@_by
@_response
@_alternative
@click.option("--follow-up", type=Day(), help="When to come back to it.")
def _objection(**said: Any) -> Note:
    """Note that somebody objects: CONCERN is what they say."""
    return core.objection(**said)


@_kind("settled")
@_which
@click.option(
    "--outcome", type=Word(ObjectionOutcome), required=True, help="How the objection ended."
)
@_response
@_alternative
def _settled(**said: Any) -> Note:
    """Note that an objection was settled."""
    return core.settled(**said)


@_kind("condition")
@_which
def _condition(**said: Any) -> Note:
    """Note that a condition of the decision was met."""
    return core.condition_met(**said)


@_kind("plan")
@_which
def _plan(**said: Any) -> Note:
    """Note that a step of the plan was finished."""
    return core.step_done(**said)


@_kind("revision")
@click.argument("words", metavar="NOTE")
@_by
def _revision(**said: Any) -> Note:
    """Note that what is asked for was changed: NOTE says what is different."""
    return core.revision(**said)

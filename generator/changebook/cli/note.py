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

from changebook.check.seals import NOT_SEALED
from changebook.cli.options import (
    Amount,
    Assigned,
    CommandGroup,
    Day,
    Word,
    committer,
    folder,
    named,
    once_each,
    today,
)
from changebook.cli.output import PROBLEMS, from_here, print_problems, say_asked_again
from changebook.cli.sealing import refuse_broken_seals, seal_written
from changebook.edit import note as core
from changebook.edit.edits import edited_lines
from changebook.edit.note import Note
from changebook.model.diagnostics import Problem, errors
from changebook.model.vocabulary import AcceptanceOutcome, ObjectionOutcome
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
    """Note something in the record ID: an objection, a condition met, an acceptance, what it took.

    Nothing else in the file changes, and nothing is written that `check` would refuse. WHICH is a
    number, counted from 1, or a part of the text; it may be left out where only one can be meant.
    """
    ctx.obj = _About(id_, *read_workspace(root))


def _kind(
    name: str, *, dated: bool = True, seals: bool = False
) -> Callable[[Callable[..., Note]], click.Command]:
    """Return what makes a kind of note of a function: its day, its dry run, and the writing.

    What it `seals` is sealed in the same run.
    """

    def made(function: Callable[..., Note]) -> click.Command:
        @click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
        @click.pass_obj
        @wraps(function)
        def run(about: _About, /, *, dry_run: bool, **given: Any) -> None:
            if dated:
                given["on"] = _day(about.client, given["on"])
            if "by" in given:
                given["by"] = given["by"] or committer(about.client)
                if given["by"] is None:
                    raise click.UsageError("say who, with --by NAME, as client.md names them")
            note = function(**given)
            if seals and not dry_run:
                refuse_broken_seals(about.workspace, about.client)
            _write(about, note, dry_run=dry_run, seals=seals)
            if seals and not dry_run:
                seal_written(about.workspace, about.client, about.id)

        kind: click.Command = named(name)(_on(run) if dated else run)
        command.add_command(kind)
        return kind

    return made


_on = click.option("--on", type=Day(), help="The day.  [default: today, where the client is]")


def _day(client: Client, on: date | None) -> date:
    day = today(client)
    if on and on > day:
        raise click.UsageError(f"--on {on} is in the future: it is {day}")
    return on or day


def _write(about: _About, note: Note, *, dry_run: bool, seals: bool) -> None:
    root = about.workspace.root
    done = core.noted(about.workspace, about.reading, about.id, note)
    # What is sealed in a moment need not be told of.
    told = [each for each in done.problems if not (seals and each.rule == NOT_SEALED.name)]
    print_problems(told, root, edited_lines(root, (done.edit,)), err=True)
    if errors(done.problems):
        click.echo(f"{about.id} would not pass check; nothing was written.", err=True)
        sys.exit(PROBLEMS)
    if dry_run:
        click.echo(done.edit.difference, nl=False)
    else:
        done.edit.write()
        click.echo(f"noted in {from_here(done.edit.after.path, root)}")
        say_asked_again(done.asked_again)


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
def _objection(**given: Any) -> Note:
    """Note that somebody objects: CONCERN is what they say."""
    return core.objection(**given)


@_kind("settled")
@_which
@click.option(
    "--outcome", type=Word(ObjectionOutcome), required=True, help="How the objection ended."
)
@_response
@_alternative
def _settled(**given: Any) -> Note:
    """Note that an objection was settled."""
    return core.settled(**given)


@_kind("condition")
@_which
def _condition(**given: Any) -> Note:
    """Note that a condition of the decision was met."""
    return core.condition_met(**given)


@_kind("plan")
@_which
def _plan(**given: Any) -> Note:
    """Note that a step of the plan was finished."""
    return core.step_done(**given)


@_kind("revision")
@click.argument("words", metavar="NOTE")
@_by
@click.option(
    "--base",
    metavar="REV",
    help="Where the client has read it: where this branch left REV in git.  [default: HEAD]",
)
def _revision(**given: Any) -> Note:
    """Note that what is asked for was changed: NOTE says what is different.

    Change the record first. The old amount and days come from git, where they are others now;
    whoever approved so far is asked again.
    """
    return core.revision(**given)


@_kind("due", dated=False)
@click.argument("day", metavar="DATE", type=Day())
def _due(day: date) -> Note:
    """Note that the client has until DATE to decide."""
    return core.due(day)


@_kind("signed", seals=True)
@click.option("--reference", metavar="TEXT", help="The amendment, if not in the record yet.")
def _signed(**given: Any) -> Note:
    """Note that the amendment was signed, where there is no paper to file. It is sealed.

    `changebook sign` files a signed paper.
    """
    return core.signed(**given)


@_kind("acceptance", seals=True)
@click.argument("outcome", type=Word(AcceptanceOutcome))
@click.option(
    "--by",
    "names",
    metavar="NAME",
    multiple=True,
    required=True,
    help="Who of the client said so, as client.md names them; repeat.",
)
@click.option("--remarks", metavar="TEXT", help="What else the client said.")
@click.option("--defect", "defects", metavar="TEXT", multiple=True, help="A defect; repeat.")
@click.option("--due", type=Day(), help="By when the defects must be fixed.")
def _acceptance(names: tuple[str, ...], **given: Any) -> Note:
    """Note what the client said of what was built. It is sealed, unless it was refused."""
    once_each("--by", names)
    if given["due"] and not given["defects"]:
        raise click.UsageError("--due is the day by which defects must be fixed: add --defect TEXT")
    return core.acceptance(by=names, **given)


@_kind("fixed")
@_which
def _fixed(**given: Any) -> Note:
    """Note that a defect was fixed."""
    return core.defect_fixed(**given)


@_kind("actual", dated=False)
@click.option("--finished", type=Day(), help="When the work was finished.")
@click.option(
    "--milestone",
    "milestones",
    type=Assigned(Day()),
    multiple=True,
    metavar="NAME=DATE",
    help="When a milestone was reached; repeat.",
)
@click.option(
    "--days",
    type=Assigned(Amount()),
    multiple=True,
    metavar="ROLE=DAYS",
    help="Person-days of a role; repeat.",
)
@click.option(
    "--cost",
    type=Assigned(Amount()),
    multiple=True,
    metavar="ITEM=AMOUNT",
    help="What an item cost, before tax; repeat.",
)
def _actual(finished: date | None, **given: tuple[tuple[str, Any], ...]) -> Note:
    """Note what it took, beside what was agreed: it enters no sum of the contract.

    A role or an item that is there gets the new figure.
    """
    for option, name in (("--milestone", "milestones"), ("--days", "days"), ("--cost", "cost")):
        once_each(option, [key for key, _ in given[name]])
    if not (finished or any(given.values())):
        raise click.UsageError("say what it took: --finished, --milestone, --days or --cost")
    return core.actual(finished, **{name: dict(pairs) for name, pairs in given.items()})

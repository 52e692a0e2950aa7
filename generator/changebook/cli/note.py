"""`changebook note`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from changebook.check.seals import NOT_SEALED
from changebook.cli.options import (
    Amount,
    CommandGroup,
    Day,
    Word,
    assigned,
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
    name: str,
    note: Callable[..., Note],
    help: str,
    *options: Callable[[Any], Any],
    dated: bool = True,
    seals: bool = False,
) -> None:
    """Add a kind of note: what it takes, its day, its dry run, and the writing.

    What it `seals` is sealed in the same run.
    """

    @click.pass_obj
    def run(about: _About, /, *, dry_run: bool, **given: Any) -> None:
        if dated:
            given["on"] = _day(about.client, given["on"])
        if "by" in given:
            given["by"] = given["by"] or committer(about.client)
            if given["by"] is None:
                raise click.UsageError("say who, with --by NAME, as client.md names them")
        written = note(**given)
        if seals and not dry_run:
            refuse_broken_seals(about.workspace, about.client)
        _write(about, written, dry_run=dry_run, seals=seals)
        if seals and not dry_run:
            seal_written(about.workspace, about.client, about.id)

    # The last that is put on is the first in the help.
    for option in reversed((*([_on] if dated else ()), _dry_run, *options)):
        option(run)
    command.add_command(named(name, help=help)(run))


_dry_run = click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
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


def _acceptance(names: tuple[str, ...], **given: Any) -> Note:
    once_each("--by", names)
    if given["due"] and not given["defects"]:
        raise click.UsageError("--due is the day by which defects must be fixed: add --defect TEXT")
    return core.acceptance(by=names, **given)


def _actual(finished: date | None, **given: tuple[tuple[str, Any], ...]) -> Note:
    for option, name in (("--milestone", "milestones"), ("--days", "days"), ("--cost", "cost")):
        once_each(option, [key for key, _ in given[name]])
    if not (finished or any(given.values())):
        raise click.UsageError("say what it took: --finished, --milestone, --days or --cost")
    return core.actual(finished, **{name: dict(pairs) for name, pairs in given.items()})


_kind(
    "objection",
    core.objection,
    "Note that somebody objects: CONCERN is what they say.",
    click.argument("concern"),
    _by,
    _response,
    _alternative,
    click.option("--follow-up", type=Day(), help="When to come back to it."),
)
_kind(
    "settled",
    core.settled,
    "Note that an objection was settled.",
    _which,
    click.option(
        "--outcome", type=Word(ObjectionOutcome), required=True, help="How the objection ended."
    ),
    _response,
    _alternative,
)
_kind("condition", core.condition_met, "Note that a condition of the decision was met.", _which)
_kind("plan", core.step_done, "Note that a step of the plan was finished.", _which)
_kind("fixed", core.defect_fixed, "Note that a defect was fixed.", _which)
_kind(
    "revision",
    core.revision,
    """Note that what is asked for was changed: NOTE says what is different.

    Change the record first. The old amount and days come from git, where they are others now;
    whoever approved so far is asked again.
    """,
    click.argument("words", metavar="NOTE"),
    _by,
    click.option(
        "--base",
        metavar="REV",
        help="Where the client has read it: where this branch left REV in git.  [default: HEAD]",
    ),
)
_kind(
    "due",
    core.due,
    "Note that the client has until DATE to decide.",
    click.argument("day", metavar="DATE", type=Day()),
    dated=False,
)
_kind(
    "signed",
    core.signed,
    """Note that the amendment was signed, where there is no paper to file. It is sealed.

    `changebook sign` files a signed paper.
    """,
    click.option("--reference", metavar="TEXT", help="The amendment, if not in the record yet."),
    seals=True,
)
_kind(
    "acceptance",
    _acceptance,
    "Note what the client said of what was built. It is sealed, unless it was refused.",
    click.argument("outcome", type=Word(AcceptanceOutcome)),
    click.option(
        "--by",
        "names",
        metavar="NAME",
        multiple=True,
        required=True,
        help="Who of the client said so, as client.md names them; repeat.",
    ),
    click.option("--remarks", metavar="TEXT", help="What else the client said."),
    click.option("--defect", "defects", metavar="TEXT", multiple=True, help="A defect; repeat."),
    click.option("--due", type=Day(), help="By when the defects must be fixed."),
    seals=True,
)
_kind(
    "actual",
    _actual,
    """Note what it took, beside what was agreed: it enters no sum of the contract.

    A role or an item that is there gets the new figure.
    """,
    click.option("--finished", type=Day(), help="When the work was finished."),
    assigned(
        "--milestone", Day(), "NAME=DATE", "When a milestone was reached; repeat.", "milestones"
    ),
    assigned("--days", Amount(), "ROLE=DAYS", "Person-days of a role; repeat."),
    assigned("--cost", Amount(), "ITEM=AMOUNT", "What an item cost, before tax; repeat."),
    dated=False,
)

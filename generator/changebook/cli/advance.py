"""`changebook advance`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from changebook import atomic
from changebook.check.approvers import listed
from changebook.cli.options import (
    Amount,
    Day,
    Word,
    assigned,
    committer,
    folder,
    named,
    once_each,
    today,
)
from changebook.cli.output import (
    COULD_NOT_RUN,
    PROBLEMS,
    from_here,
    print_problems,
    say_asked_again,
)
from changebook.cli.sealing import refuse_broken_seals, seal_written
from changebook.edit import advance as core
from changebook.edit.advance import Plan, Step, Wanted
from changebook.edit.edits import edited_lines
from changebook.model.diagnostics import errors
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import (
    OUTCOMES,
    AgreementStatus,
    ChangeType,
    Priority,
    Status,
    Visibility,
)
from changebook.read.workspace import Client, read_workspace


class _Yes(click.Choice[str]):
    """What can only be confirmed: whoever means no gives another answer before it."""

    def __init__(self) -> None:
        super().__init__(["yes"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(value, param, ctx) == "yes"


#: How an answer at a terminal is read; what is not here is text.
_TYPES: dict[str, click.ParamType[Any]] = {
    "visibility": Word(Visibility),
    "type": Word(ChangeType),
    "priority": Word(Priority),
    "due": Day(),
    "partial": _Yes(),
    "amount": Amount(),
    "milestones": Day(),
    "review": Day(),
    "agreement": Word(AgreementStatus),
    "signed": Day(),
}


@named("advance")
@folder()
@click.argument("id_", metavar="ID")
@click.argument("statuses", metavar="STATUS...", type=Word(Status), nargs=-1, required=True)
@click.option("--on", type=Day(), help="When it happened.  [default: today, where the client is]")
@click.option(
    "--by",
    multiple=True,
    metavar="NAME",
    help="Who did it, as client.md names them; repeat for a decision.",
)
@click.option(
    "--note", metavar="TEXT", help="For the history: why it ended, or what to know about it."
)
@click.option(
    "--recorded", type=Day(), help="When it was recorded.  [default: today, if --on is earlier]"
)
@click.option("--visibility", type=Word(Visibility), help="Who may read it from now on.")
@click.option("--type", type=Word(ChangeType), help="What kind of change it is.")
@click.option("--priority", type=Word(Priority), help="How much it matters.")
@click.option("--summary", metavar="TEXT", help="One plain sentence.")
@click.option("--due", type=Day(), help="By when it must be decided.")
@click.option("--option", metavar="OPTION", help="Which option was chosen.")
@click.option("--partial", is_flag=True, help="Only a part of the option was approved.")
@click.option("--amount", type=Amount(), help="What was approved, before tax.")
@assigned("--milestone", Day(), "NAME=DATE", "A new agreed date; repeat.", "milestones")
@assigned("--days", click.INT, "NAME=DAYS", "Days granted, if not those asked for; repeat.")
@click.option("--effective", type=Day(), help="When it counts in the sums.  [default: --on]")
@click.option("--rationale", metavar="TEXT", help="Why it was decided so.")
@click.option(
    "--condition", "conditions", multiple=True, metavar="TEXT", help="What it depends on; repeat."
)
@click.option("--review", type=Day(), help="When a deferred change is looked at again.")
@click.option(
    "--agreement", type=Word(AgreementStatus), help="The status of the contract's amendment."
)
@click.option("--reference", metavar="TEXT", help="The amendment that was signed.")
@click.option("--signed", type=Day(), help="When it was signed.")
@click.option("--supersede", is_flag=True, help="Also mark the records that it supersedes.")
@click.option(
    "--ask/--no-ask", default=None, help="Ask for what is missing.  [default: at a terminal]"
)
@click.option(
    "--scaffold", is_flag=True, help="Write the keys that are still needed, ready to fill in."
)
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
def command(
    root: Path,
    id_: str,
    statuses: tuple[Status, ...],
    ask: bool | None,
    scaffold: bool,
    dry_run: bool,
    **answers: Any,
) -> None:
    """Take the record ID to its next STATUS: the status, the history, and what the step needs.

    The rest of the file stays as it is. What the new status needs is asked for at a terminal, and
    listed elsewhere. Nothing is written unless the record passes `check` afterwards. A decision, or
    a signed agreement, is sealed in the same run. With --scaffold, what a step before the decision
    needs is written into the record as empty keys, and `check` names them until they are filled in.
    Several statuses are taken one after the other, all or none of them.
    """
    *before, last = statuses
    if before and dry_run:
        raise click.UsageError("--dry-run shows one step: name one STATUS")
    if decisions := [status for status in before if status in OUTCOMES]:
        raise click.UsageError(f"a decision is a step of its own: put `{decisions[0]}` last")
    file = read_workspace(root)[0].record(id_)[1].file
    original = taken = file.read_bytes()
    try:
        for status in before:
            _advance(root, id_, {**_of_any_step(answers), "status": status}, ask=ask)
            taken = file.read_bytes()
        _advance(
            root, id_, {**answers, "status": last}, ask=ask, scaffold=scaffold, dry_run=dry_run
        )
    except BaseException:
        # What stopped a later step has been said; the earlier ones are taken back.
        if file.read_bytes() == taken != original:
            atomic.write(file, original)
            click.echo("Nothing was written, of the earlier steps neither.", err=True)
        raise


def _of_any_step(answers: dict[str, Any]) -> dict[str, Any]:
    """Return what holds for each of several steps; all else is said of the last."""
    shared = {name: answers[name] for name in ("on", "by", "recorded")}
    return {**shared, "milestones": (), "days": (), "signed": None}


def _advance(
    root: Path,
    id_: str,
    answers: dict[str, Any],
    *,
    ask: bool | None,
    scaffold: bool = False,
    dry_run: bool = False,
) -> None:
    """Take one step."""
    workspace, reading = read_workspace(root)
    client, record = workspace.record(id_)
    step = _step(client, record.data, answers)
    asks = sys.stdin.isatty() if ask is None else ask
    if scaffold:
        core.refuse_sketch(step.status)
        asks = False
    plan = core.plan(workspace, id_, step)
    while (scaffold or not plan.unwritten) and (wanted := _next(plan, asks=asks)):
        step = _answered(step, wanted, asks=asks)
        plan = core.plan(workspace, id_, step)
    problems = core.problems(plan, workspace, reading)
    wrong = errors(problems)
    print_problems(wrong, workspace.root, edited_lines(workspace.root, plan.edits), err=True)
    if scaffold:
        plan = core.scaffolded(plan)
    if not plan.is_complete:
        _say_what_is_missing(id_, step, plan)
        sys.exit(COULD_NOT_RUN)
    if wrong:
        click.echo(f"{id_} would not pass check as `{step.status}`; nothing was written.", err=True)
        sys.exit(PROBLEMS)
    if plan.seals:
        refuse_broken_seals(workspace, client)
    if dry_run:
        for edit in plan.edits:
            click.echo(edit.difference, nl=False)
        return
    plan.write()
    print_problems(problems, workspace.root, err=True)
    _say_what_was_done(id_, plan, workspace.root)
    _say_who_is_asked_again(record.data, step)
    if scaffold:
        file = from_here(plan.edits[0].after.path, workspace.root)
        click.echo(f"Next: fill in the empty keys of {file}, then changebook check.")
    if plan.seals:
        seal_written(workspace, client, id_)


def _step(client: Client, data: ChangeRecord, answers: dict[str, Any]) -> Step:
    once_each("--by", answers["by"])
    for option, name in (("--milestone", "milestones"), ("--days", "days")):
        once_each(option, [key for key, _ in answers[name]])
        answers[name] = dict(answers[name])
    day = today(client)
    answers["on"] = answers["on"] or day
    for name in ("on", "recorded", "signed"):
        if answers[name] and answers[name] > day:
            raise click.UsageError(f"--{name} {answers[name]} is in the future: it is {day}")
    if answers["on"] < day:
        answers["recorded"] = answers["recorded"] or day
    answers["by"] = answers["by"] or _committer(client, data, answers["status"], answers["on"])
    return Step(**answers)


def _committer(client: Client, data: ChangeRecord, status: Status, on: date) -> tuple[str, ...]:
    """Return the person whose commits these are, if client.md lets that person take the step."""
    name = committer(client)
    return (name,) if name in core.possible(client, data, status, on) else ()


def _next(plan: Plan, *, asks: bool) -> Wanted | None:
    """Return what is wanted next, of a person or, without one, of what has an offered answer."""
    return next((w for w in plan.wanted if asks or w.offered), None)


def _answered(step: Step, wanted: Wanted, *, asks: bool) -> Step:
    """Return the step with the answer of the person at the terminal, or the offered one."""
    kind = _TYPES.get(wanted.name) or (
        click.Choice(wanted.choices) if wanted.choices else click.STRING
    )
    answer: Any
    if asks:
        answer = click.prompt(wanted.question, type=kind, default=wanted.suggestion, err=True)
    else:
        answer = kind.convert(wanted.offered, None, None)
        click.echo(f"{wanted.question}: {wanted.offered}", err=True)
    if wanted.of:
        answer = {**step.milestones, wanted.of: answer}
    elif wanted.name == "by":
        answer = (answer,)
    answered: dict[str, Any] = {wanted.name: answer}
    return replace(step, **answered)


def _say_what_is_missing(id_: str, step: Step, plan: Plan) -> None:
    lines = [f"{id_} can't become `{step.status}` yet; nothing was written."]
    if plan.unwritten:
        lines += ["Write in the record first:", *(f"  {line}" for line in plan.unwritten)]
    if plan.wanted:
        width = max(len(wanted.option) for wanted in plan.wanted)
        lines += ["Say with options:", *(_line(wanted, width) for wanted in plan.wanted)]
    click.echo("\n".join(lines), err=True)


def _line(wanted: Wanted, width: int) -> str:
    known = " | ".join(wanted.choices) or wanted.suggestion
    return f"  {wanted.option:{width}}  {wanted.question}?" + (f"  [{known}]" if known else "")


def _say_who_is_asked_again(data: ChangeRecord, step: Step) -> None:
    """Name those whose approval is not in the record any more, once it is not approved."""
    is_asked_on = step.status in (Status.APPROVED, Status.AWAITING_DECISION, Status.IMPLEMENTING)
    if not is_asked_on:
        say_asked_again(core.earlier(data))


def _say_what_was_done(id_: str, plan: Plan, root: Path) -> None:
    for edit in plan.edits:
        before, after = edit.before.source.data, edit.after.source.data
        place = from_here(edit.after.path, root)
        if plan.so_far:
            names = " and ".join(plan.step.by)
            click.echo(f"{after['id']}: approved by {names} on {plan.step.on} in {place}")
            click.echo(f"Still to approve: {listed(plan.so_far.missing)}.")
            continue
        click.echo(f"{after['id']}: {before['status']} -> {after['status']} in {place}")
    for old in plan.leaves:
        if core.may_become_superseded(old):
            options = f'--by "{plan.step.by[0]}" --on {plan.step.on}'
            what = f"Mark it: changebook advance {old.id} superseded {options}"
        else:
            what = f"It is still `{old.status}`: {core.instead(old)}"
        click.echo(f"{old.id} is superseded by {id_}. {what}")

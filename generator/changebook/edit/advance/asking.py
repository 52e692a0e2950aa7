"""What a step still has to say, in words that ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from changebook.check.lifecycle import missing_needs, shown_for
from changebook.check.options import differing
from changebook.edit.advance.step import Step
from changebook.model import sums
from changebook.model.diagnostics import KeyPath
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import (
    NEEDS_NOTE,
    OUTCOMES,
    AgreementStatus,
    ChangeType,
    Priority,
    Status,
    Term,
    Visibility,
)
from changebook.read.form import spell
from changebook.read.workspace import Client


@dataclass(frozen=True)
class Wanted:
    """What a step still has to say: a field of Step, its option, and the question that asks.

    `name` is the field of Step; `of` is the milestone of a date. `offered` is the answer that is
    right unless somebody says otherwise.
    """

    name: str
    option: str
    question: str
    suggestion: str | None = None
    choices: tuple[str, ...] = ()
    of: str | None = None
    offered: str | None = None


def _words(terms: type[Term]) -> tuple[str, ...]:
    return tuple(term.value for term in terms)


_AMOUNT: KeyPath = ("decision", "amount")
_QUESTIONS: Mapping[KeyPath, Wanted] = MappingProxyType(
    {
        ("type",): Wanted(
            "type", "--type TYPE", "What kind of change is it", choices=_words(ChangeType)
        ),
        ("priority",): Wanted(
            "priority", "--priority PRIORITY", "What is its priority", choices=_words(Priority)
        ),
        ("summary",): Wanted(
            "summary", "--summary TEXT", "In one plain sentence, what would be different"
        ),
        ("decision", "due"): Wanted("due", "--due DATE", "By when must it be decided"),
        ("decision", "rationale"): Wanted("rationale", "--rationale TEXT", "Why so"),
        _AMOUNT: Wanted("amount", "--amount NUMBER", "What amount was approved, before tax"),
        ("decision", "review"): Wanted(
            "review", "--review DATE", "When will it be looked at again"
        ),
        ("agreement",): Wanted(
            "agreement",
            "--agreement STATUS",
            "What is the status of the contract's amendment",
            choices=_words(AgreementStatus),
        ),
    }
)


def unwritten(after: ChangeRecord) -> Iterator[str]:
    """Yield what is missing and is too much for an option: how to write it in the record."""
    for need in missing_needs(after):
        if need.path not in _QUESTIONS:
            place = f" below `{spell(need.path[:-1])}:`" if need.path[:-1] else ""
            yield f"`{need.example}`{place}" + (f" ({need.remark})" if need.remark else "")


def wanted(
    client: Client, after: ChangeRecord, step: Step, names: tuple[str, ...]
) -> Iterator[Wanted]:
    """Return what is missing, in the order in which a person would be asked.

    `client` and `after` are as they would be with all of the step that was said, `names` those who
    can take it.
    """
    if not step.by:
        who = "decided" if step.status in OUTCOMES else "did it"
        only = names[0] if len(names) == 1 else None
        yield Wanted("by", "--by NAME", f"Who {who}", choices=names, offered=only)
    if step.status in NEEDS_NOTE and not step.note:
        yield Wanted("note", "--note TEXT", "Why did it end")
    if shown_for(after):
        yield Wanted(
            "visibility",
            "--visibility client",
            "The client will see it. Who may read it",
            choices=(Visibility.CLIENT.value,),
        )
    yield from _wanted_keys(client, after, step)
    if step.status is Status.APPROVED and not step.partial:
        differs = differing(after, client.profile)
        told = "; ".join(f"{granted} granted, not {stated}" for _, granted, stated in differs)
        if told:
            question = f"{told}. Is only a part of option `{step.option}` approved"
            yield Wanted("partial", "--partial", question, choices=("yes",))
    if step.agreement is AgreementStatus.SIGNED and after.agreement:
        if not after.agreement.reference:
            yield Wanted("reference", "--reference TEXT", "Which amendment was signed")
        if not after.agreement.signed:
            yield Wanted("signed", "--signed DATE", "When was it signed")


def _wanted_keys(client: Client, after: ChangeRecord, step: Step) -> Iterator[Wanted]:
    """Yield what the status needs: of an approval first which option, since all else follows."""
    option = _which_option(after) if step.status is Status.APPROVED else None
    if option:
        yield option
    for need in missing_needs(after):
        if option and need.path == _AMOUNT:
            continue  # that of the option is offered, once it is known
        if need.path in _QUESTIONS:
            amount = _suggestion(client, after, need.path)
            # Among several options, one has to be chosen.
            certain = after.chosen or len(after.options) < 2
            offered = amount if certain else None
            yield replace(_QUESTIONS[need.path], suggestion=amount, offered=offered)
    if not option:
        yield from _wanted_dates(client, after)


def wanted_so_far(data: ChangeRecord, step: Step, names: tuple[str, ...]) -> Iterator[Wanted]:
    """Return what an approval has to say while others are missing: whose it is, and of what."""
    if not step.by:
        only = names[0] if len(names) == 1 else None
        yield Wanted("by", "--by NAME", "Who approved", choices=names, offered=only)
    if not step.option and (option := _which_option(data)):
        yield option  # all have to approve the same


def _which_option(data: ChangeRecord) -> Wanted | None:
    """Return the question which option is approved, where there are several and none is chosen.

    To choose the one that does nothing is no approval.
    """
    ways = {option.id: option.title for option in data.options if not option.nothing}
    if len(data.options) < 2 or not ways or (data.decision and data.decision.option):
        return None
    listed = "; ".join(f"{id}: {title}" for id, title in ways.items())
    question = f"Which option is approved ({listed})"
    return Wanted("option", "--option OPTION", question, choices=tuple(ways))


def _suggestion(client: Client, after: ChangeRecord, path: KeyPath) -> str | None:
    """Return for an amount that of the chosen option, or else what was asked for."""
    if path != _AMOUNT or after.decision is None:
        return None
    amount = after.chosen.amount if after.chosen else sums.asked(after, client.profile)
    return None if amount is None else f"{amount:f}"


def _wanted_dates(client: Client, after: ChangeRecord) -> Iterator[Wanted]:
    """Yield the new date of each milestone with granted days, as the chain of dates gives it."""
    if after.status is not Status.APPROVED or after.decision is None:
        return
    granted = sums.granted(after)
    known = {milestone.id for milestone in client.profile.contract.milestones}
    missing = [
        m for m, days in granted.items() if days and m in known - set(after.decision.milestones)
    ]
    if not missing:
        return
    try:
        now = sums.position([r.data for r in client.records], client.profile, date.max)
    except OverflowError:
        return  # the check of the chain of dates names it
    order = sums.change_order(after.id, now)
    for step in order.steps if order else ():
        if step.milestone in missing:
            yield Wanted(
                "milestones",
                f"--milestone {step.milestone}=DATE",
                f"New date of {step.milestone} ({step.days:+d} days)",
                step.after.isoformat(),
                of=step.milestone,
                offered=step.after.isoformat(),
            )

"""A step as far as it was said, and what can't be a step whatever else is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from changebook.check.lifecycle import either, was_approved
from changebook.edit.edits import person, refuse_archived
from changebook.model.schema import Profile
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    OUTCOMES,
    AgreementStatus,
    ChangeType,
    Priority,
    Status,
    Visibility,
    may_become,
)
from changebook.read.workspace import Client, Record
from changebook.refusal import Refusal

#: What only a decision says.
_OF_A_DECISION = (
    "option",
    "partial",
    "amount",
    "milestones",
    "days",
    "effective",
    "rationale",
    "conditions",
    "review",
)


@dataclass(frozen=True)
class Step:
    """A step as far as it was said; money before tax in the contract's currency, calendar days.

    `by` are names of the profile: the first goes into the history, all of them into a decision.
    """

    status: Status
    on: date
    by: tuple[str, ...] = ()
    note: str | None = None
    recorded: date | None = None
    visibility: Visibility | None = None
    type: ChangeType | None = None
    priority: Priority | None = None
    summary: str | None = None
    due: date | None = None
    option: str | None = None
    partial: bool = False
    amount: Decimal | None = None
    milestones: Mapping[str, date] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    effective: date | None = None
    rationale: str | None = None
    conditions: tuple[str, ...] = ()
    review: date | None = None
    agreement: AgreementStatus | None = None
    reference: str | None = None
    signed: date | None = None
    supersede: bool = False

    @property
    def seals(self) -> bool:
        """Whether it decides or signs something, which then belongs in the client's seals."""
        decides = self.status in (Status.APPROVED, Status.REJECTED)
        return decides or self.agreement is AgreementStatus.SIGNED


#: What of it only an approval says.
_OF_AN_APPROVAL = ("partial", "amount", "milestones", "days", "effective")


def refuse_impossible(client: Client, record: Record, step: Step) -> None:
    """Raise Refusal for a step that no further answer makes possible."""
    refuse_archived(client)
    data, profile = record.data, client.profile
    approved = any(entry.status is Status.APPROVED for entry in data.history)
    came = not data.history or data.came_along(data.history[-1])
    approved = approved or (data.imported is not None and was_approved(data))
    if (
        data.history
        and data.history[-1].status is not data.status
        and not (came and data.imported_status is data.status)
    ):
        raise Refusal(
            f"{data.id} is {data.status}, but its history ends with {data.history[-1].status}: "
            "run `changebook check --fix`"
        )
    if not may_become(data.status, step.status, data.path, approved):
        next_ = [s for s in Status if may_become(data.status, s, data.path, approved)]
        hint = (
            f"after `{data.status}` comes {either(next_)}"
            if next_
            else f"`{data.status}` is final; write a new record that supersedes this one"
        )
        raise Refusal(f"{data.id} can't become `{step.status}`: {hint}")
    for name in step.by:
        person(client, name)
    if step.status is Status.APPROVED:
        names = able(profile, step.status, step.on)
        if not names:
            raise Refusal(
                f"nobody in {client.source.path} may approve on {step.on}: say there who does, "
                f"with `approves: true` or `approves: {{from: {step.on}}}`"
            )
        if step.by and not any(profile.approver(name, step.on) for name in step.by):
            raise Refusal(
                f"{', '.join(step.by)} may not approve on {step.on}; {' or '.join(names)} may"
            )
    elif len(step.by) > 1 and step.status not in OUTCOMES:
        raise Refusal("only a decision is taken by several people: give --by once")
    _refuse_what_does_not_belong(step)
    nothing = next((option.id for option in data.options if option.nothing), None)
    if step.option and step.status is not Status.REJECTED and step.option == nothing:
        raise Refusal(
            f"--option {nothing}: nothing is done with it, so it is a rejection: "
            f"changebook advance {data.id} rejected --option {nothing}"
        )
    if step.option and step.status is not Status.APPROVED and step.option != nothing:
        raise Refusal(
            f"--option {step.option}: only for an approval; a rejection chooses "
            + (f"{nothing}, with which nothing is done" if nothing else "none")
        )


def _refuse_what_does_not_belong(step: Step) -> None:
    of_decision = {name: getattr(step, name) for name in _OF_A_DECISION}
    given = [
        name
        for name, value in of_decision.items()
        if not (value is False or value in (None, (), {}))
    ]
    if given and step.status not in OUTCOMES:
        raise Refusal(f"{_spelled(given)}: only for a decision, which `{step.status}` is not")
    approval = [n for n in given if n in _OF_AN_APPROVAL]
    if approval and step.status is not Status.APPROVED:
        raise Refusal(f"{_spelled(approval)}: only for an approval")
    if step.review and step.status is not Status.DEFERRED:
        raise Refusal("--review: only for a deferral")
    if step.agreement and step.status not in APPROVED_OR_LATER:
        raise Refusal("--agreement: only for what is approved")
    if (step.reference or step.signed) and step.agreement is not AgreementStatus.SIGNED:
        raise Refusal("--reference and --signed belong to --agreement signed")
    if step.supersede and step.status is not Status.APPROVED:
        raise Refusal("--supersede: only for an approval")


def _spelled(names: Sequence[str]) -> str:
    singular = {"milestones": "milestone", "conditions": "condition"}
    return ", ".join(f"--{singular.get(name, name)}" for name in names)


def able(profile: Profile, status: Status, on: date) -> tuple[str, ...]:
    """Return the names of those who may take a step on a day: whoever approves, or anybody."""
    people = (p for p in profile.people if status not in OUTCOMES or p.may_approve(on))
    return tuple(person.name for person in people)

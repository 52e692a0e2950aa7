"""Who on the client's side is waited for, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from changebook.edition.editions import Edition
from changebook.model.approval import Approvals
from changebook.model.schema import Profile, TeamPerson
from changebook.model.vocabulary import Party
from changebook.views.waiting import (
    AwaitedAcceptance,
    OpenObjection,
    UnsignedAgreement,
    WaitKind,
    Waits,
    waiting,
)


@dataclass(frozen=True)
class ReminderItem:
    """What a person is waited for. `text` says more, and `place` is where it is on its page.

    `approvals` are those of a decision, with who has approved and who is missing.
    """

    kind: WaitKind
    id: str
    title: str
    text: str
    since: date
    due: date | None
    overdue: bool
    approvals: Approvals | None = None

    @property
    def place(self) -> str:
        """The part of the record's page in which it is answered."""
        return {
            WaitKind.DECISION: "answer",
            WaitKind.OBJECTION: "objections",
            WaitKind.AGREEMENT: "sign",
            WaitKind.ACCEPTANCE: "acceptance",
        }[self.kind]


@dataclass(frozen=True)
class Reminder:
    """One person with all that waits for them, what is overdue and due first."""

    name: str
    role: str
    items: tuple[ReminderItem, ...]


def reminders(edition: Edition) -> tuple[Reminder, ...]:
    """Return a reminder for each of the client's people who is waited for, as `people` has them.

    Signatures and acceptances wait for those who may approve, a decision for those of them whose
    approval is missing, an objection for whoever raised it, or else for those who may approve. Who
    has announced a decision has answered.
    """
    profile, day = edition.profile, edition.as_of
    people = [person for person in profile.people if person.party is Party.CLIENT]
    waits = waiting(edition.records, day, profile)
    by_person: dict[str, list[ReminderItem]] = {person.name: [] for person in people}
    for item in waits.all:
        for name in _waited_for(item, profile, people, day):
            by_person[name].append(_item(item, day))
    return tuple(
        Reminder(person.name, person.role, tuple(sorted(by_person[person.name], key=_order)))
        for person in people
        if by_person[person.name]
    )


def _waited_for(
    item: Waits,
    profile: Profile,
    people: list[TeamPerson],
    day: date,
) -> Iterator[str]:
    # A record may have a name that the person had before.
    named = {name: person.name for person in people for name in person.names}
    approvers = [person.name for person in people if person.may_approve(day)]
    if isinstance(item, OpenObjection):
        by = item.objection.by
        yield from [named[by]] if by in named else approvers
    elif isinstance(item, UnsignedAgreement):
        signatories = [named[s.name] for s in profile.paper.signatories if s.name in named]
        yield from signatories or approvers
    elif isinstance(item, AwaitedAcceptance):
        yield from approvers
    else:
        answered = {named.get(name) for talk in item.answers for name in talk.with_}
        asked = item.approvals.still_asked
        yield from (name for name in approvers if name in asked and name not in answered)


def _item(item: Waits, day: date) -> ReminderItem:
    if isinstance(item, OpenObjection):
        objection = item.objection
        due = objection.follow_up
        late = due is not None and due < day
        return ReminderItem(
            WaitKind.OBJECTION, item.id, item.title, objection.concern, objection.on, due, late
        )
    if isinstance(item, UnsignedAgreement):
        text = item.reference or ""
        return ReminderItem(WaitKind.AGREEMENT, item.id, item.title, text, item.since, None, False)
    if isinstance(item, AwaitedAcceptance):
        due = item.accept_by
        return ReminderItem(
            WaitKind.ACCEPTANCE, item.id, item.title, "", item.since, due, item.overdue
        )
    text = item.summary or ""
    return ReminderItem(
        WaitKind.DECISION,
        item.id,
        item.title,
        text,
        item.since,
        item.due,
        item.overdue,
        item.approvals,
    )


def _order(item: ReminderItem) -> tuple[bool, date, date, str]:
    return item.due is None, item.due or item.since, item.since, item.id

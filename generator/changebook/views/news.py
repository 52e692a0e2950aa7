"""What happened: every dated event of the records, the newest first."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate, groupby
from types import MappingProxyType
from typing import TypeVar

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord
from changebook.model import timeline
from changebook.model.periods import month_end, month_start
from changebook.model.schema import (
    Acceptance,
    ChangeRecord,
    Communication,
    Decision,
    Objection,
    Profile,
)
from changebook.model.vocabulary import (
    OUTCOMES,
    AcceptanceOutcome,
    AgreementStatus,
    Channel,
    ObjectionOutcome,
    Outcome,
    Status,
    Term,
)

#: From so many events on, the older months have pages of their own.
_ON_FIRST_PAGE = 300
#: A slip such as the year 202 must not make a page of twenty thousand empty months.
_QUIET_MONTHS = 24
#: The namespace of the ids of events (RFC 9562, version 5). Another one would make all news again.
_EVENTS = uuid.UUID("1b7c7a52-3c0f-5d0e-9a64-6a1d0c5b7e21")

_Dated = TypeVar("_Dated", Objection, Communication)


class EventKind(Term):
    """What sort of thing happened to a change, or to the contract."""

    STATUS = "status", "New status"
    APPROVAL = "approval", "Approval given"
    AGREEMENT = "agreement", "Agreement signed"
    ACCEPTANCE = "acceptance", "Acceptance"
    DEFECT = "defect", "Defect fixed"
    STEP = "step", "Step completed"
    REVISION = "revision", "Request revised"
    OBJECTION = "objection", "Objection"
    SETTLED = "settled", "Objection settled"
    CONDITION = "condition", "Condition met"
    TALK = "talk", "Discussion"
    AMENDMENT = "amendment", "Amendment"
    CORRECTION = "correction", "Contract corrected"


_SECTIONS = MappingProxyType(
    {
        EventKind.AGREEMENT: "agreement",
        EventKind.ACCEPTANCE: "acceptance",
        EventKind.DEFECT: "acceptance",
        EventKind.STEP: "plan",
        EventKind.REVISION: "revisions",
        EventKind.OBJECTION: "objections",
        EventKind.SETTLED: "objections",
        EventKind.CONDITION: "decision",
        EventKind.TALK: "talks",
        EventKind.CORRECTION: "sum",
    }
)
#: What happens to the contract and not to a change.
OF_CONTRACT = frozenset({EventKind.AMENDMENT, EventKind.CORRECTION})


@dataclass(frozen=True)
class NewsEvent:
    """One dated thing that happened to a change, or to the contract: then `id` is its reference.

    `place` tells it from others of its kind in the record, whatever its words are. `recorded` is
    the day on which a reader could first have learned of it. `status` is what a change of status
    led to, `outcome` how an objection or an acceptance ended, `channel` how people talked; `text`
    says what the step, the objection, the condition, the defect, the talk or the agreement is, or
    why the contract was corrected. `correction` is the number of that one in the profile, from 0.
    """

    on: date
    recorded: date
    id: str
    title: str
    kind: EventKind
    place: str
    text: str | None = None
    status: Status | None = None
    outcome: ObjectionOutcome | AcceptanceOutcome | None = None
    channel: Channel | None = None
    unseen: bool = False
    correction: int | None = None

    @property
    def key(self) -> str:
        """The same in every build, on every host, in every edition and after a corrected word."""
        return f"{self.id}/{self.kind.value}/{self.place}"

    @property
    def uuid(self) -> uuid.UUID:
        """The key as other programs take it."""
        return uuid.uuid5(_EVENTS, self.key)

    @property
    def short(self) -> str:
        """The beginning of the uuid: enough to tell the events of one log apart."""
        return self.uuid.hex[:10]

    @property
    def what(self) -> Term:
        """The word that says in short what happened."""
        return self.status or self.channel or self.kind

    @property
    def is_of_contract(self) -> bool:
        """Whether it happened to the contract and not to a change."""
        return self.kind in OF_CONTRACT

    @property
    def page(self) -> str:
        """The page on which more is said."""
        if self.kind is EventKind.AMENDMENT:
            return urls.amendment(self.id)
        return urls.IMPACT if self.is_of_contract else urls.record(self.id)

    @property
    def section(self) -> str:
        """The anchor on that page where more is said; empty for the page as a whole."""
        return _SECTIONS.get(self.kind, "")

    @property
    def is_decision(self) -> bool:
        """A decision, what takes one back, the agreement that seals it, or news of the contract."""
        return (
            self.kind is EventKind.AGREEMENT
            or self.is_of_contract
            or self.status in (*OUTCOMES, Status.VOID)
        )


def of_edition(edition: Edition) -> tuple[NewsEvent, ...]:
    """Return all events of the records and of the contract, the newest first.

    An announced amendment has the day that it is dated, which may still be to come.
    """
    found = [*_of_contract(edition.profile), *events(edition.records)]
    found.sort(key=_newest, reverse=True)
    return tuple(found)


def happened(edition: Edition) -> tuple[NewsEvent, ...]:
    """Return all events up to the day of the edition, the newest first."""
    return tuple(event for event in of_edition(edition) if event.on <= edition.as_of)


def events(records: Iterable[EditionRecord]) -> tuple[NewsEvent, ...]:
    """Return all events of the records, the newest first."""
    found = [event for record in records for event in _events(record.data, record.unseen)]
    found.sort(key=_newest, reverse=True)
    return tuple(found)


def notices(records: Iterable[EditionRecord]) -> tuple[NewsEvent, ...]:
    """Return the events that are no change of status, the newest first."""
    found = [event for record in records for event in _notices(record.data, record.unseen)]
    found.sort(key=_newest, reverse=True)
    return tuple(found)


def _newest(event: NewsEvent) -> tuple[date, str]:
    return event.on, event.id


@dataclass(frozen=True)
class NewsDay:
    """A day of the calendar and what happened on it; on most days nothing did."""

    on: date
    events: tuple[NewsEvent, ...]


@dataclass(frozen=True)
class NewsMonth:
    """A month with all its days, the last one first: whoever asks what came since one finds it."""

    first: date
    days: tuple[NewsDay, ...]

    @property
    def count(self) -> int:
        """How many things happened in the month."""
        return sum(len(day.events) for day in self.days)


@dataclass(frozen=True)
class News:
    """All months, the newest first: `newest` stand on one page, `older` have a page each."""

    newest: tuple[NewsMonth, ...]
    older: tuple[NewsMonth, ...]

    def day_before(self, day: date, count: int) -> date | None:
        """Return the day so many days before another, where the first page reaches back to it."""
        before = day - timedelta(days=min(count, day.toordinal() - 1))
        return before if self.newest and self.newest[-1].first <= before else None


def news(edition: Edition) -> News:
    """Return all that happened, by month. A page has whole months, so maybe a few more."""
    months = _months(happened(edition), edition.as_of)
    counts = accumulate((month.count for month in months), initial=0)
    on_page = sum(1 for before in counts if before < _ON_FIRST_PAGE)
    return News(months[:on_page], tuple(month for month in months[on_page:] if month.count))


def _months(events: tuple[NewsEvent, ...], as_of: date) -> tuple[NewsMonth, ...]:
    """Return every month from the day's to the oldest event's, of a quiet time not every one."""
    if not events:
        return ()
    on_day = {on: tuple(those) for on, those in groupby(events, lambda event: event.on)}
    firsts: list[date] = []
    for busy in dict.fromkeys(month_start(on) for on in (as_of, *on_day)):
        for _ in range(_QUIET_MONTHS if firsts else 0):
            quiet = month_start(firsts[-1] - timedelta(days=1))
            if quiet <= busy:
                break
            firsts.append(quiet)
        firsts.append(busy)
    return tuple(
        NewsMonth(first, tuple(NewsDay(day, on_day.get(day, ())) for day in _days_of(first)))
        for first in firsts
    )


def _days_of(first: date) -> Iterator[date]:
    """Return the days of a month, the last one first."""
    return (first.replace(day=number) for number in range(month_end(first).day, 0, -1))


def newly_learned(events: Iterable[NewsEvent]) -> tuple[NewsEvent, ...]:
    """Return the events by the day on which a reader could learn of them, the newest first."""
    return tuple(sorted(events, key=lambda event: event.recorded, reverse=True))


def _of_contract(profile: Profile) -> Iterator[NewsEvent]:
    """Yield the amendments that are announced for a day, and the corrections.

    The place begins with the client's prefix: two clients may have contracts of the same name.
    """
    for announced in profile.amendments:
        if on := announced.on:
            title = announced.title or profile.project
            kind, place = EventKind.AMENDMENT, profile.prefix
            yield NewsEvent(on, on, announced.reference, title, kind, place)
    contract = profile.contract
    for number, each in enumerate(contract.corrections):
        yield NewsEvent(
            each.on,
            each.on,
            contract.reference,
            profile.project,
            EventKind.CORRECTION,
            f"{profile.prefix}/{number + 1}",
            each.reason,
            correction=number,
        )


def _events(data: ChangeRecord, unseen: bool) -> Iterator[NewsEvent]:
    # Sorting keeps this order within a day: what came last comes first, as everywhere in a list.
    yield from reversed(tuple(_statuses(data, unseen)))
    yield from _notices(data, unseen)


def _notices(data: ChangeRecord, unseen: bool) -> Iterator[NewsEvent]:
    def event(on: date, kind: EventKind, place: str, text: str | None = None) -> NewsEvent:
        return NewsEvent(on, on, data.id, data.title, kind, place, text, unseen=unseen)

    agreement = data.agreement
    if agreement and agreement.status is AgreementStatus.SIGNED and agreement.signed:
        yield event(agreement.signed, EventKind.AGREEMENT, "signed", agreement.reference)
    if data.acceptance:
        yield from _of_acceptance(data.acceptance, event)
    if data.decision:
        yield from _of_decision(data.decision, event)
    for number, step in enumerate(data.plan or (), 1):
        if step.done:
            yield event(step.done, EventKind.STEP, str(number), step.step)
    for revision in reversed(data.revisions):
        yield event(revision.on, EventKind.REVISION, str(revision.revision), revision.note)
    for place, objection in places(data.objections):
        if objection.resolved and objection.outcome is not ObjectionOutcome.OPEN:
            settled = event(objection.resolved, EventKind.SETTLED, place, objection.concern)
            yield replace(settled, outcome=objection.outcome)
        yield event(objection.on, EventKind.OBJECTION, place, objection.concern)
    for place, talk in places(data.communications):
        yield replace(event(talk.on, EventKind.TALK, place, talk.summary), channel=talk.channel)


def _of_decision(decision: Decision, event: Callable[..., NewsEvent]) -> Iterator[NewsEvent]:
    """Yield the approvals of those who each have a day, and the conditions that were met."""
    for each in decision.by if decision.outcome in (None, Outcome.APPROVED) else ():
        if each.on:
            yield event(each.on, EventKind.APPROVAL, each.name, each.name)
    for number, condition in enumerate(decision.conditions, 1):
        if condition.met:
            yield event(condition.met, EventKind.CONDITION, str(number), condition.text)


def _of_acceptance(acceptance: Acceptance, event: Callable[..., NewsEvent]) -> Iterator[NewsEvent]:
    for number, defect in enumerate(acceptance.defects, 1):
        if defect.fixed:
            yield event(defect.fixed, EventKind.DEFECT, str(number), defect.text)
    if on := acceptance.on:
        answered = event(on, EventKind.ACCEPTANCE, on.isoformat(), acceptance.remarks)
        yield replace(answered, outcome=acceptance.outcome)


def _statuses(data: ChangeRecord, unseen: bool) -> Iterator[NewsEvent]:
    """Yield the changes of status; a status that was entered twice has two places."""
    times: Counter[Status] = Counter()
    for entry in data.history:
        times[entry.status] += 1
        yield NewsEvent(
            entry.on,
            timeline.recorded(entry),
            data.id,
            data.title,
            EventKind.STATUS,
            f"{entry.status.value}/{times[entry.status]}",
            status=entry.status,
            unseen=unseen,
        )


def places(items: Iterable[_Dated]) -> Iterator[tuple[str, _Dated]]:
    """Yield each with its place: its day and its number on that day.

    Such lists grow in the middle too, when something is recorded late: a number in the list
    would then make old things new.
    """
    on_day: Counter[date] = Counter()
    for item in items:
        on_day[item.on] += 1
        yield f"{item.on.isoformat()}/{on_day[item.on]}", item

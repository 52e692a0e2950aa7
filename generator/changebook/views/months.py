"""The position at each month end, and what changed between two of them.

A month end is shown as it was known on that day, so it stays as it is when more is written down.
Where something that concerns the day was written down later, it is shown as known now too.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from changebook import sums, timeline
from changebook.editions import Edition, as_known
from changebook.sums import (
    ChangeOrder,
    Figure,
    MilestonePosition,
    Position,
    Standing,
    SumLine,
)
from changebook.views.impact import HEADLINE
from changebook.vocabulary import Status


@dataclass(frozen=True)
class Then:
    """An edition's figures on a day, and the status of each change; `titles` names them all."""

    on: date
    position: Position
    statuses: Mapping[str, Status]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class LineChange:
    """One line of the sums on two days."""

    line: SumLine
    before: Figure
    after: Figure

    @property
    def difference(self) -> Decimal:
        return self.after.amount - self.before.amount


@dataclass(frozen=True)
class DateChange:
    """A milestone's agreed date on two days."""

    id: str
    name: str
    completion: bool
    before: date
    after: date
    ids: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.after - self.before).days


@dataclass(frozen=True)
class Move:
    """A change whose status differs between two days; `before` is None where it is new."""

    id: str
    title: str
    before: Status | None
    after: Status


@dataclass(frozen=True)
class Comparison:
    """What is different on the later of two days."""

    before: date
    after: date
    lines: tuple[LineChange, ...]
    dates: tuple[DateChange, ...]
    orders: tuple[ChangeOrder, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class LateEntry:
    """A step that was taken by a day and written down after it."""

    id: str
    title: str
    status: Status
    on: date
    recorded: date


@dataclass(frozen=True)
class PendingThen:
    """A change that was pending on the day."""

    id: str
    title: str
    status: Status
    standing: Standing


@dataclass(frozen=True)
class MonthEnd:
    """A month end as known then, what changed since the one before, and what is known now.

    `late` are the steps that were written down afterwards; `now` compares the figures as known
    then with those as of the same day, known now, and is None where both are the same.
    """

    then: Then
    since: Comparison
    pending: tuple[PendingThen, ...]
    late: tuple[LateEntry, ...]
    now: Comparison | None

    @property
    def on(self) -> date:
        return self.then.on

    @property
    def position(self) -> Position:
        return self.then.position


def month_ends(edition: Edition) -> tuple[MonthEnd, ...]:
    """Every month end from the month of the first event to the edition's day, the oldest first.

    The first is compared with the contract as it was signed.
    """
    before = _at(edition, edition.profile.contract.signed)
    found: list[MonthEnd] = []
    for day in _last_days(edition):
        then = _at(edition, day)
        found.append(_month_end(edition, before, then))
        before = then
    return tuple(found)


def _last_days(edition: Edition) -> Iterator[date]:
    """The last day of each month that has ended by the edition's day."""
    happened = [day for r in edition.records for day in timeline.event_dates(r.data)]
    if not happened:
        return
    day = max(min(happened), edition.profile.contract.signed)
    while (day := day.replace(day=monthrange(day.year, day.month)[1])) <= edition.as_of:
        yield day
        if day == date.max:
            return
        day += timedelta(days=1)


def _at(edition: Edition, day: date) -> Then:
    return _then(as_known(edition, day, day))


def _then(edition: Edition) -> Then:
    data = [record.data for record in edition.records]
    return Then(
        edition.as_of,
        sums.position(data, edition.profile, edition.as_of),
        {record.id: record.status for record in data},
        {record.id: record.title for record in data},
    )


def _month_end(edition: Edition, before: Then, then: Then) -> MonthEnd:
    late = tuple(_late(edition, then.on))
    now = None
    if late:
        known_now = _then(as_known(edition, then.on))
        if known_now.position != then.position:
            now = compare(then, known_now)
    return MonthEnd(then, compare(before, then), tuple(_pending(then)), late, now)


def _late(edition: Edition, day: date) -> Iterator[LateEntry]:
    for data in (record.data for record in edition.records):
        for entry in data.history:
            if entry.on <= day < timeline.recorded(entry):
                recorded = timeline.recorded(entry)
                yield LateEntry(data.id, data.title, entry.status, entry.on, recorded)


def _pending(then: Then) -> Iterator[PendingThen]:
    for id, standing in then.position.standings.items():
        if standing.bucket in sums.PENDING:
            yield PendingThen(id, then.titles[id], then.statuses[id], standing)


def compare(before: Then, after: Then) -> Comparison:
    """What is different on the day of `after`."""
    seen = {(entry.id, entry.reversal) for entry in before.position.register}
    return Comparison(
        before.on,
        after.on,
        tuple(
            LineChange(line, before.position.lines[line], after.position.lines[line])
            for line in HEADLINE
        ),
        tuple(
            DateChange(
                old.id,
                old.name,
                old.completion,
                old.agreed,
                new.agreed,
                _movers(old, new),
            )
            for old, new in zip(before.position.milestones, after.position.milestones, strict=True)
        ),
        tuple(e for e in after.position.register if (e.id, e.reversal) not in seen),
        tuple(
            Move(id, after.titles[id], before.statuses.get(id), status)
            for id, status in sorted(after.statuses.items())
            if status is not Status.DRAFT and before.statuses.get(id) is not status
        ),
    )


def _movers(old: MilestonePosition, new: MilestonePosition) -> tuple[str, ...]:
    """The changes that moved a milestone between two days."""
    seen = {(step.id, step.reversal) for step in old.steps}
    moved = (step for step in new.steps if step.days and (step.id, step.reversal) not in seen)
    return tuple(dict.fromkeys(step.id for step in moved))

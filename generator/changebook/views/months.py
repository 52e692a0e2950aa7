"""The position at each month end, and what changed between two of them.

A month end is shown as it was known on that day, so it stays as it is when more is recorded.
Where something that concerns the day was recorded later, it is shown as known now too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from changebook.edition.editions import Edition, Past, Then
from changebook.model import sums, timeline
from changebook.model.periods import month_end
from changebook.model.schema import ChangeRecord
from changebook.model.sums import (
    ChangeOrder,
    Figure,
    MilestonePosition,
    Position,
    Standing,
    SumLine,
)
from changebook.model.visibility import is_unseen
from changebook.model.vocabulary import OUTCOMES, Status
from changebook.views.impact import HEADLINE

#: Twenty years; a year that is mistyped must not make ten thousand pages.
MOST_MONTHS = 240


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
    """A milestone on two days."""

    before: MilestonePosition
    after: MilestonePosition

    @property
    def days(self) -> int:
        """By how many calendar days its agreed date moved."""
        return (self.after.agreed - self.before.agreed).days

    @property
    def ids(self) -> tuple[str, ...]:
        """The changes that moved it in between, also where they outweigh each other."""
        seen = {(step.id, step.reversal) for step in self.before.steps}
        steps = (s for s in self.after.steps if s.days and (s.id, s.reversal) not in seen)
        return tuple(dict.fromkeys(step.id for step in steps))


@dataclass(frozen=True)
class Move:
    """A change that took steps between two days; `before` is None where it is new.

    `steps` are the statuses that it entered, in their order; the last one is where it stands.
    """

    id: str
    title: str
    before: Status | None
    steps: tuple[Status, ...]
    unseen: bool


@dataclass(frozen=True)
class Comparison:
    """What is different on the later of two days."""

    before: date
    after: date
    lines: tuple[LineChange, ...]
    dates: tuple[DateChange, ...]
    orders: tuple[ChangeOrder, ...]
    moves: tuple[Move, ...]

    def line(self, line: SumLine) -> LineChange:
        """Return what became of a line of the sums."""
        return next(change for change in self.lines if change.line is line)

    def difference(self, line: SumLine) -> Decimal:
        return self.line(line).difference

    @property
    def requested(self) -> tuple[str, ...]:
        return self._entered(frozenset({Status.SUBMITTED}))

    @property
    def decided(self) -> tuple[str, ...]:
        return self._entered(OUTCOMES.keys())

    @property
    def implemented(self) -> tuple[str, ...]:
        return self._entered(frozenset({Status.IMPLEMENTED}))

    def _entered(self, statuses: Set[Status]) -> tuple[str, ...]:
        return tuple(move.id for move in self.moves if not statuses.isdisjoint(move.steps))


@dataclass(frozen=True)
class LateEntry:
    """A step that concerns a day and was recorded after it.

    It was taken by that day, or it is an approval that counts back: from `counts_from` on.
    """

    id: str
    title: str
    status: Status
    on: date
    recorded: date
    counts_from: date | None = None


@dataclass(frozen=True)
class PendingThen:
    """A change that was pending on the day."""

    id: str
    title: str
    status: Status
    standing: Standing
    unseen: bool


@dataclass(frozen=True)
class MonthEnd:
    """A month end as known then, what changed since the one before, and what is known now.

    `late` are the steps that were recorded afterwards; `now` compares the figures as known
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
    """Return every month end from the contract's signing to the edition's day, the oldest first.

    The first is compared with the day of the signing. Of more than `MOST_MONTHS` the last ones.
    """
    signed = edition.profile.contract.signed
    first, *days = deque((signed, *_last_days(signed, edition.as_of)), maxlen=MOST_MONTHS + 1)
    before = edition.past.on(first)
    late, hindsight = LateEntries(edition), Past(edition, hindsight=True)
    ends: list[MonthEnd] = []
    for day in days:
        then = edition.past.on(day)
        ends.append(_month_end(before, then, late.on(day), hindsight))
        before = then
    return tuple(ends)


def _last_days(first: date, until: date) -> Iterator[date]:
    """Yield the last day of each month that has ended by `until`, from the month of `first` on."""
    day = first
    while (day := month_end(day)) <= until:
        yield day
        if day == date.max:
            return
        day += timedelta(days=1)


def _month_end(before: Then, then: Then, late: tuple[LateEntry, ...], hindsight: Past) -> MonthEnd:
    now = None
    if late:
        both = compare(then, hindsight.on(then.on))
        if any(line.before != line.after for line in both.lines) or any(
            milestone.before != milestone.after for milestone in both.dates
        ):
            now = both
    return MonthEnd(then, compare(before, then), tuple(_pending(then)), late, now)


class LateEntries:
    """The steps of an edition that were recorded late, or count back."""

    def __init__(self, edition: Edition) -> None:
        """Find the steps: the first day that each concerns, and the day on which it is known."""
        data = (record.data for record in edition.records)
        self._found = sorted(
            (late for each in data for late in _late(each)),
            key=lambda late: (late[2].id, late[2].on),
        )

    def on(self, day: date) -> tuple[LateEntry, ...]:
        """Return the steps that concern the day and were recorded after it, or count back to it."""
        return tuple(entry for first, known, entry in self._found if first <= day < known)


def _late(data: ChangeRecord) -> Iterator[tuple[date, date, LateEntry]]:
    back = timeline.counts_back(data)
    for entry in data.history:
        on, recorded = entry.on, timeline.recorded(entry)
        late = LateEntry(data.id, data.title, entry.status, on, recorded)
        if on < recorded:
            yield on, recorded, late
        if back and entry is back.entry:
            yield back.counts_from, on, replace(late, counts_from=back.counts_from)


def _pending(then: Then) -> Iterator[PendingThen]:
    for id, standing in then.position.standings.items():
        if standing.bucket in sums.PENDING:
            data = then.records[id].data
            yield PendingThen(id, data.title, data.status, standing, is_unseen(data))


def compare(before: Then, after: Then) -> Comparison:
    """Return what is different on the day of `after`."""
    seen = {(entry.id, entry.reversal) for entry in before.position.register}
    return Comparison(
        before.on,
        after.on,
        line_changes(before, after),
        date_changes(before, after),
        tuple(e for e in after.position.register if (e.id, e.reversal) not in seen),
        tuple(_moves(before, after)),
    )


def line_changes(before: Then, after: Then) -> tuple[LineChange, ...]:
    """Return the lines of the sums on two days."""
    old, new = before.position.lines, after.position.lines
    return tuple(LineChange(line, old[line], new[line]) for line in HEADLINE)


def date_changes(before: Then, after: Then) -> tuple[DateChange, ...]:
    """Return the milestones on two days."""
    pairs = zip(before.position.milestones, after.position.milestones, strict=True)
    return tuple(DateChange(old, new) for old, new in pairs)


def _moves(before: Then, after: Then) -> Iterator[Move]:
    """Yield the changes that went on; what was known before is never unknown later."""
    known = ((before.records.get(id), record) for id, record in after.records.items())
    moved = [(old, record.data) for old, record in known if old is not record]
    for old, data in sorted(moved, key=lambda pair: pair[1].id):
        steps = tuple(e.status for e in data.history[len(old.data.history) if old else 0 :])
        steps = tuple(status for status in steps if status is not Status.DRAFT)
        if steps:
            status = old.data.status if old and old.data.status is not Status.DRAFT else None
            yield Move(data.id, data.title, status, steps, is_unseen(data))

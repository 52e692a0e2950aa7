"""How fast changes move: how many per month, and how many days they stay in each status."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from statistics import median

from changebook.model.periods import first_of_month, month_count
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import TRANSITIONS, Status

#: Where a change stays for good. A closed one can still be superseded, but nothing waits there.
ENDS = frozenset({Status.CLOSED} | {status for status, to in TRANSITIONS.items() if not to})


@dataclass(frozen=True)
class Stay:
    """A record in one status: from one day to the next step, or None if it is there still.

    `days` are counted to the next step or to the day of the position.
    """

    id: str
    status: Status
    since: date
    until: date | None
    days: int


@dataclass(frozen=True)
class StatusPace:
    """The stays in one status: how many have ended, their median days, and who is there now.

    `passed` are the records whose stays have ended, each once.
    """

    status: Status
    completed: int
    passed: tuple[str, ...]
    median: Decimal | None
    now: tuple[Stay, ...]

    @property
    def longest(self) -> Stay | None:
        """The stay that has lasted longest and goes on."""
        return min(self.now, key=lambda stay: (-stay.days, stay.id), default=None)


@dataclass(frozen=True)
class MonthRate:
    """The records that were requested and that were decided in one calendar month, by id."""

    first: date
    requested: tuple[str, ...]
    decided: tuple[str, ...]


def stays(records: Iterable[ChangeRecord], as_of: date) -> tuple[Stay, ...]:
    """Return every stay in a status that is not an end; a record may stay in one again.

    Days are what happened: a step of a later day than `as_of` was not taken yet, even where an
    approval counts back to that day.
    """
    return tuple(stay for record in records for stay in _stays(record, as_of))


def _stays(record: ChangeRecord, as_of: date) -> Iterator[Stay]:
    steps = [entry for entry in record.history if entry.on <= as_of]
    for entry, following in zip_longest(steps, steps[1:]):
        if entry.status not in ENDS:
            until = following.on if following else None
            days = ((until or as_of) - entry.on).days
            yield Stay(record.id, entry.status, entry.on, until, days)


def days_in_status(stays: Iterable[Stay]) -> tuple[StatusPace, ...]:
    """Return the stays by status, in the order of the life cycle; also over several clients."""
    groups: dict[Status, list[Stay]] = defaultdict(list)
    for stay in stays:
        groups[stay.status].append(stay)
    return tuple(_pace(status, groups[status]) for status in Status if status in groups)


def _pace(status: Status, stays: Iterable[Stay]) -> StatusPace:
    ordered = sorted(stays, key=lambda stay: (stay.since, stay.id))
    ended = [stay for stay in ordered if stay.until]
    now = tuple(stay for stay in ordered if stay.until is None)
    return StatusPace(
        status,
        len(ended),
        tuple(sorted({stay.id for stay in ended})),
        median(Decimal(stay.days) for stay in ended) if ended else None,
        now,
    )


def months(
    requested: Mapping[str, date], decided: Iterable[tuple[str, date]], until: date
) -> tuple[MonthRate, ...]:
    """Return every month from the first request or decision to `until`, quiet ones too.

    `requested` has the day for each record's id, `decided` the day of each decision; what is later
    than `until` is left out.
    """
    asked, done = _by_month(requested.items(), until), _by_month(decided, until)
    days = [*asked, *done]
    if not days:
        return ()
    first, last = min(days), month_count(until)
    return tuple(
        MonthRate(
            first_of_month(month),
            tuple(dict.fromkeys(asked[month])),
            tuple(dict.fromkeys(done[month])),
        )
        for month in range(first, last + 1)
    )


def _by_month(days: Iterable[tuple[str, date]], until: date) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = defaultdict(list)
    for id, day in sorted(days):
        if day <= until:
            groups[month_count(day)].append(id)
    return groups

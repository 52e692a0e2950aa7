"""The sums by calendar quarter: what was requested, decided and approved in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import TypeVar

from changebook.model.periods import first_of_quarter, quarter_count
from changebook.model.sums.amounts import EXACT, ZERO, rounded
from changebook.model.sums.course import left
from changebook.model.sums.figures import PENDING, ChangeOrder, Figure, Part, Position
from changebook.model.sums.standings import figure

T = TypeVar("T")


@dataclass(frozen=True)
class Quarter:
    """One calendar quarter.

    `pending` is what was requested in it and is pending still; over all quarters it adds up to the
    pending line. `approved` is the net of the register's entries in it, `days` what they moved the
    completion by (None where the contract names none): they add up to the approved line and to the
    completion's move. `revised` is the sum at the quarter's end, or at the position's day, and
    `left` what is left of the change budget then (None where the contract has none).
    """

    first: date
    requested: tuple[str, ...]
    decided: tuple[str, ...]
    pending: Figure
    approved: Figure
    days: int | None
    revised: Decimal
    left: Decimal | None


def quarters(
    position: Position,
    signed: date,
    requested: Mapping[str, date],
    decided: Iterable[tuple[str, date]],
) -> tuple[Quarter, ...]:
    """Return every quarter from the contract's signing to the position's day, empty ones too.

    `requested` has the day for each record's id, `decided` the day of each decision. What is later
    than the position's day is left out; what was before the signing makes the quarters begin
    earlier. A pending change that has no day counts in the last quarter.
    """
    entries = _by_quarter((entry.on, entry) for entry in position.register)
    asked = _ids_by_quarter(requested.items(), position.as_of)
    done = _ids_by_quarter(decided, position.as_of)
    last = quarter_count(position.as_of)
    first = min(quarter_count(signed), last, *entries, *asked, *done)
    waiting = defaultdict(list)
    for standing in position.standings.values():
        if standing.bucket in PENDING:
            day = requested.get(standing.id, position.as_of)
            waiting[min(quarter_count(day), last)].append(standing)
    ended: list[Quarter] = []
    revised = position.original.amount
    with localcontext(EXACT):
        for quarter in range(first, last + 1):
            here = entries[quarter]
            revised = here[-1].after if here else revised
            ended.append(
                Quarter(
                    first_of_quarter(quarter),
                    tuple(dict.fromkeys(asked[quarter])),
                    tuple(dict.fromkeys(done[quarter])),
                    figure(waiting[quarter], position.currency),
                    _net(here, position.currency),
                    _days(here, position),
                    revised,
                    left(position, revised),
                )
            )
    return tuple(ended)


def _by_quarter(dated: Iterable[tuple[date, T]]) -> defaultdict[int, list[T]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for day, what in dated:
        groups[quarter_count(day)].append(what)
    return groups


def _ids_by_quarter(days: Iterable[tuple[str, date]], until: date) -> defaultdict[int, list[str]]:
    return _by_quarter((day, id) for id, day in sorted(days) if day <= until)


def _net(entries: Iterable[ChangeOrder], currency: str) -> Figure:
    """Return what the entries come to; a change and its reversal in one quarter are two parts."""
    parts = tuple(Part(entry.id, entry.this) for entry in entries)
    return Figure(sum((part.amount for part in parts), rounded(ZERO, currency)), parts)


def _days(entries: Iterable[ChangeOrder], position: Position) -> int | None:
    completion = position.completion
    if completion is None:
        return None
    steps = (step for entry in entries for step in entry.steps)
    return sum(step.days for step in steps if step.milestone == completion.id)

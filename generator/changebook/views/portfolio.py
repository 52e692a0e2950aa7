"""The team's overview of all clients. Sums of different currencies are never added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from changebook.editions import Edition
from changebook.sums import Position
from changebook.views.waiting import Waiting, waiting
from changebook.vocabulary import Status


@dataclass(frozen=True)
class ClientLine:
    """One client in the portfolio.

    `longest` is the number of days that the oldest open decision has waited.
    """

    slug: str
    name: str
    project: str
    as_of: date
    position: Position
    statuses: tuple[tuple[Status, int], ...]
    waiting: Waiting
    longest: int | None

    @property
    def overdue(self) -> int:
        """How many decisions are past the day by which they were due."""
        return sum(1 for d in self.waiting.decisions if d.overdue)


@dataclass(frozen=True)
class Portfolio:
    """All clients, by name."""

    clients: tuple[ClientLine, ...]


def portfolio(editions: Sequence[tuple[Edition, Position]]) -> Portfolio:
    """The overview of these editions, each with its sums."""
    lines = [_line(edition, position) for edition, position in editions]
    return Portfolio(tuple(sorted(lines, key=lambda c: (c.name, c.slug))))


def _line(edition: Edition, position: Position) -> ClientLine:
    counts = Counter(r.data.status for r in edition.records)
    waits = waiting(edition.records, edition.as_of)
    return ClientLine(
        slug=edition.slug,
        name=edition.profile.name,
        project=edition.profile.project,
        as_of=edition.as_of,
        position=position,
        statuses=tuple((s, counts[s]) for s in Status if counts[s]),
        waiting=waits,
        longest=max(((edition.as_of - d.since).days for d in waits.decisions), default=None),
    )

"""How long pending changes have been waiting: the line "pending", by age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import localcontext

from changebook.model.sums.amounts import EXACT
from changebook.model.sums.figures import PENDING, Figure, Position
from changebook.model.sums.standings import figure

#: The last day of each band but the oldest, which has none: the bands of receivables.
_LAST_DAYS = (30, 60, 90)


@dataclass(frozen=True)
class AgeBand:
    """Pending changes that were requested `first` to `last` days ago (None: or longer)."""

    first: int
    last: int | None
    figure: Figure


@dataclass(frozen=True)
class Age:
    """How many days ago a change was requested."""

    id: str
    days: int


@dataclass(frozen=True)
class Aging:
    """The pending line by age: the bands add up to it. `oldest` is None where nothing pends."""

    bands: tuple[AgeBand, ...]
    oldest: Age | None

    def band(self, first: int) -> AgeBand:
        """Return the band that begins with a number of days."""
        return next(band for band in self.bands if band.first == first)


def aging(position: Position, asked_on: Mapping[str, date]) -> Aging:
    """Return the pending changes by the days since the day on which each was requested.

    `asked_on` has that day by id. A record that has none, or a later one than the position's, is 0
    days old.
    """
    ages = {
        id: max((position.as_of - asked_on.get(id, position.as_of)).days, 0)
        for id, standing in position.standings.items()
        if standing.bucket in PENDING
    }
    bounds = (*zip((0, *(last + 1 for last in _LAST_DAYS)), (*_LAST_DAYS, None), strict=True),)
    with localcontext(EXACT):
        bands = tuple(
            AgeBand(first, last, _figure(position, ages, first, last)) for first, last in bounds
        )
    oldest = min(ages.items(), key=lambda item: (-item[1], item[0]), default=None)
    return Aging(bands, Age(*oldest) if oldest else None)


def _figure(position: Position, ages: Mapping[str, int], first: int, last: int | None) -> Figure:
    members = (
        position.standings[id]
        for id, age in sorted(ages.items())
        if age >= first and (last is None or age <= last)
    )
    return figure(members, position.currency)

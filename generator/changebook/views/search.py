"""What the search knows of each change besides its text: what it is filtered and sorted by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from changebook.model.periods import first_of_quarter, quarter_count
from changebook.views.change import ChangeRow
from changebook.views.index import Facet, History, Listed

#: The facets of the history that the search has too, in the order of its page.
_SHARED = ("status", "type", "priority", "reason", "item", "milestone")
#: More than any amount: a change without one is the last, whichever way amounts are sorted.
_NO_AMOUNT = 10**15
#: Newer than any change: a draft that nobody has requested yet.
_NO_DAY = "9999-12-31"


@dataclass(frozen=True)
class FacetPeriod:
    """A year or a quarter in which something was requested or decided."""

    value: str
    first: date
    is_year: bool


@dataclass(frozen=True)
class PeriodFacet:
    """The periods of one kind of day, the newest year first, each before its quarters."""

    key: str
    periods: tuple[FacetPeriod, ...]


@dataclass(frozen=True)
class Found:
    """What the page of one change tells the search: values of facets, and what it is sorted by."""

    row: ChangeRow
    filters: tuple[tuple[str, str], ...]
    sorts: Mapping[str, str]


@dataclass(frozen=True)
class Search:
    """The facets that the changes of an edition have, and each change by its id."""

    facets: tuple[Facet, ...]
    periods: tuple[PeriodFacet, ...]
    found: Mapping[str, Found]


def search(history: History) -> Search:
    """Return what an edition can be searched by; a facet has only values that some change has."""
    listed = [*history.undated, *(entry for month in history.months for entry in month.listed)]
    changes = {entry.row.id: _found(entry) for entry in listed}
    used = {pair for entry in changes.values() for pair in entry.filters}
    facets = [
        Facet(f.key, tuple(choice for choice in f.choices if (f.key, choice.value) in used))
        for key in _SHARED
        for f in history.facets
        if f.key == key
    ]
    periods = [
        PeriodFacet("asked", _periods(entry.row.day for entry in listed)),
        PeriodFacet("decided", _periods(entry.row.decided for entry in listed)),
    ]
    return Search(
        facets=tuple(facet for facet in facets if facet.choices),
        periods=tuple(facet for facet in periods if facet.periods),
        found=MappingProxyType(changes),
    )


def _found(entry: Listed) -> Found:
    row = entry.row
    amount = entry.amount
    return Found(
        row=row,
        filters=tuple(_filters(entry)),
        sorts=MappingProxyType(
            {
                "day": row.day.isoformat() if row.day else _NO_DAY,
                "most": str(-_NO_AMOUNT if amount is None else amount),
                "least": str(_NO_AMOUNT if amount is None else amount),
            }
        ),
    )


def _filters(entry: Listed) -> Iterator[tuple[str, str]]:
    row = entry.row
    yield "status", row.status.value
    for key, term in (("type", row.type), ("priority", row.priority), ("reason", row.reason)):
        if term:
            yield key, term.value
    for item in entry.items:
        yield "item", item
    for milestone in entry.milestones:
        yield "milestone", milestone
    for key, day in (("asked", row.day), ("decided", row.decided)):
        if day:
            yield key, _year(day).value
            yield key, _quarter(day).value


def _periods(days: Iterator[date | None]) -> tuple[FacetPeriod, ...]:
    periods = {period for day in days if day for period in (_year(day), _quarter(day))}
    return tuple(
        sorted(periods, key=lambda p: (-p.first.year, not p.is_year, -p.first.month, p.value))
    )


def _year(day: date) -> FacetPeriod:
    return FacetPeriod(f"{day.year}", date(day.year, 1, 1), is_year=True)


def _quarter(day: date) -> FacetPeriod:
    quarter = quarter_count(day)
    return FacetPeriod(f"{day.year}-q{quarter % 4 + 1}", first_of_quarter(quarter), is_year=False)

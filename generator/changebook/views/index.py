"""The indexes of changes: the whole history by month, by status, and by scope item."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from changebook.editions import Edition
from changebook.sums import Position
from changebook.views.change import ChangeRow, newest_first, row
from changebook.vocabulary import Status


@dataclass(frozen=True)
class Month:
    """The changes that were asked for in one month."""

    first: date
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True)
class Year:
    """The months of one year that have changes."""

    first: date
    months: tuple[Month, ...]

    @property
    def count(self) -> int:
        """How many changes were asked for in the year."""
        return sum(len(month.rows) for month in self.months)


@dataclass(frozen=True)
class History:
    """Every change, newest first. `undated` are drafts that nobody has asked for yet."""

    undated: tuple[ChangeRow, ...]
    years: tuple[Year, ...]

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.undated) + sum(year.count for year in self.years)


@dataclass(frozen=True)
class StatusGroup:
    """The changes of one status."""

    status: Status
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True)
class ItemGroup:
    """The changes that touch one item of the scope; `anchor` is its place on the page."""

    item: str
    anchor: str
    rows: tuple[ChangeRow, ...]


def history(edition: Edition, position: Position) -> History:
    """Every change of the edition by year and month, newest first."""
    rows = _rows(edition, position)
    dated = [(r.day, r) for r in rows if r.day]
    years = []
    for year, of_year in groupby(dated, lambda pair: pair[0].year):
        months = tuple(
            Month(date(year, month, 1), tuple(r for _, r in of_month))
            for month, of_month in groupby(of_year, lambda pair: pair[0].month)
        )
        years.append(Year(date(year, 1, 1), months))
    return History(tuple(r for r in rows if not r.day), tuple(years))


def by_status(edition: Edition, position: Position) -> tuple[StatusGroup, ...]:
    """The changes by status, in the order of the life cycle."""
    groups: dict[Status, list[ChangeRow]] = defaultdict(list)
    for entry in _rows(edition, position):
        groups[entry.status].append(entry)
    return tuple(StatusGroup(s, tuple(groups[s])) for s in Status if s in groups)


def by_item(edition: Edition, position: Position) -> tuple[ItemGroup, ...]:
    """The changes by item of the scope, items with most changes first."""
    groups: dict[str, list[ChangeRow]] = defaultdict(list)
    for entry in _rows(edition, position):
        for item in entry.items:
            groups[item].append(entry)
    anchors = anchors_of(sorted(groups))
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(ItemGroup(item, anchors[item], tuple(rows)) for item, rows in ordered)


def anchors_of(names: Iterable[str]) -> dict[str, str]:
    """An id for each name that a link can hold, no two the same."""
    anchors: dict[str, str] = {}
    for name in names:
        wanted = base = "item-" + re.sub(r"[^\w]+", "-", name.casefold()).strip("-")
        number = 2
        while wanted in anchors.values():
            wanted, number = f"{base}-{number}", number + 1
        anchors[name] = wanted
    return anchors


def _rows(edition: Edition, position: Position) -> list[ChangeRow]:
    rows = [row(record, edition.profile, position) for record in edition.records]
    return sorted(rows, key=newest_first, reverse=True)

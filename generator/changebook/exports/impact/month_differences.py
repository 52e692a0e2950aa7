"""The difference between any two month ends, in the reader's language, as data for a script.

The script on the page only chooses: every figure in here is computed and written as on the pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Literal

from changebook.edition.editions import Then
from changebook.model.json_model import JsonModel
from changebook.model.words import Words
from changebook.views.meanings import line_name
from changebook.views.months import Comparison, MonthEnd, date_changes, line_changes

VERSION: Literal[1] = 1


class MonthDifferences(JsonModel):
    """The names of the rows; for each month end their values, for each two the differences."""

    version: Literal[1] = VERSION
    rows: tuple[str, ...]
    values: dict[str, tuple[str, ...]]
    differences: dict[str, tuple[str | None, ...]]


def as_json(ends: Sequence[MonthEnd], words: Words) -> bytes:
    """Write for each month end its values, and for each two of them the differences, row by row.

    The rows are the lines of the sums and then the milestones. A difference is null where there is
    none.
    """
    currency = ends[0].position.currency if ends else ""
    money = lru_cache(maxsize=None)(words.money)

    def differences(before: Then, after: Then) -> tuple[str | None, ...]:
        sums = [
            money(line.difference, currency, signed=True) if line.difference else None
            for line in line_changes(before, after)
        ]
        days = [
            words.days(moved.days, signed=True) if moved.days else None
            for moved in date_changes(before, after)
        ]
        return (*sums, *days)

    def values(end: MonthEnd) -> tuple[str, ...]:
        sums = [money(line.after.amount, currency) for line in end.since.lines]
        return (*sums, *(words.date(d.after.agreed) for d in end.since.dates))

    return MonthDifferences(
        rows=tuple(_rows(ends[0].since, words)) if ends else (),
        values={f"{end.on:%Y-%m}": values(end) for end in ends},
        differences={
            f"{a.on:%Y-%m}/{b.on:%Y-%m}": differences(a.then, b.then)
            for a, b in combinations(ends, 2)
        },
    ).as_bytes(indent=None)


def _rows(comparison: Comparison, words: Words) -> Iterator[str]:
    """Yield the names of the rows, as the pages have them."""
    yield from (line_name(change.line, words) for change in comparison.lines)
    yield from (moved.after.name for moved in comparison.dates)

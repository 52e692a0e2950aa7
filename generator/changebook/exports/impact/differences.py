"""The difference between any two month ends, in the reader's language, as data for a script.

The script on the page only chooses: every figure in here is computed and written as on the pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from changebook.model.sums import SumLine
from changebook.model.words import Words
from changebook.views.months import Comparison, MonthEnd, Then, date_changes, line_changes

VERSION = 1


def as_json(ends: Sequence[MonthEnd], words: Words) -> bytes:
    """For each month end its values, and for each two of them the differences, row by row.

    The rows are the lines of the sums and then the milestones. A difference is null where there is
    none.
    """
    currency = ends[0].position.currency if ends else ""
    money = lru_cache(maxsize=None)(words.money)

    def differences(before: Then, after: Then) -> list[str | None]:
        sums = [
            money(line.difference, currency, signed=True) if line.difference else None
            for line in line_changes(before, after)
        ]
        return sums + [
            words.days(moved.days, signed=True) if moved.days else None
            for moved in date_changes(before, after)
        ]

    def values(end: MonthEnd) -> list[str]:
        sums = [money(line.after.amount, currency) for line in end.since.lines]
        return sums + [words.date(d.after.agreed) for d in end.since.dates]

    shape = {
        "version": VERSION,
        "rows": list(_rows(ends[0].since, words)) if ends else [],
        "values": {f"{end.on:%Y-%m}": values(end) for end in ends},
        "differences": {
            f"{a.on:%Y-%m}/{b.on:%Y-%m}": differences(a.then, b.then)
            for a, b in combinations(ends, 2)
        },
    }
    return (json.dumps(shape, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _rows(of: Comparison, words: Words) -> Iterator[str]:
    """The names of the rows, as the pages have them."""
    for change in of.lines:
        label = words.label(change.line)
        part = change.line is SumLine.PROCEEDING
        yield words.gettext("of which: %(line)s") % {"line": label} if part else label
    yield from (moved.after.name for moved in of.dates)

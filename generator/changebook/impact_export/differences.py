"""The difference between any two month ends, in the reader's language, as data for a script.

The script on the page only chooses: every figure in here is computed and written as on the pages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from changebook.views.months import Comparison, MonthEnd, compare
from changebook.words import Words

VERSION = 1


def as_json(ends: Sequence[MonthEnd], words: Words) -> bytes:
    """For each month end its values, and for each two of them the differences, row by row.

    The rows are the lines of the sums and then the milestones. A difference is null where there is
    none.
    """
    currency = ends[0].position.currency if ends else ""
    money = lru_cache(maxsize=None)(words.money)

    def differences(of: Comparison) -> list[str | None]:
        sums = [
            money(line.difference, currency, signed=True) if line.difference else None
            for line in of.lines
        ]
        return sums + [words.days(d.days, signed=True) if d.days else None for d in of.dates]

    def values(end: MonthEnd) -> list[str]:
        sums = [money(line.after.amount, currency) for line in end.since.lines]
        return sums + [words.date(d.after) for d in end.since.dates]

    shape = {
        "version": VERSION,
        "rows": [words.label(line.line) for line in ends[0].since.lines]
        + [milestone.name for milestone in ends[0].since.dates]
        if ends
        else [],
        "values": {f"{end.on:%Y-%m}": values(end) for end in ends},
        "differences": {
            f"{a.on:%Y-%m}/{b.on:%Y-%m}": differences(compare(a.then, b.then))
            for a, b in combinations(ends, 2)
        },
    }
    return (json.dumps(shape, ensure_ascii=False, separators=(",", ":")) + "\n").encode()

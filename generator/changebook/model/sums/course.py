"""The revised sum over time: a step function with a step for each day on which it moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import groupby

from changebook.model.sums.amounts import EXACT
from changebook.model.sums.figures import Position


@dataclass(frozen=True)
class CoursePoint:
    """The revised sum from a day on, and the records whose entries moved it on that day.

    `left` is what is left of the change budget; None where the contract has none.
    """

    on: date
    revised: Decimal
    left: Decimal | None
    ids: tuple[str, ...] = ()


def course(position: Position, signed: date) -> tuple[CoursePoint, ...]:
    """Return the original sum from the signing on, then the revised sum after each day of entries.

    The last point holds until the day of the position. An approval from before the signing moves
    the beginning to its own day.
    """
    days = [(on, tuple(entries)) for on, entries in groupby(position.register, lambda e: e.on)]
    begin = min(signed, days[0][0]) if days else signed
    original = position.original.amount
    return (
        CoursePoint(begin, original, left(position, original)),
        *(
            CoursePoint(
                on,
                entries[-1].after,
                left(position, entries[-1].after),
                tuple(dict.fromkeys(entry.id for entry in entries)),
            )
            for on, entries in days
        ),
    )


def left(position: Position, revised: Decimal) -> Decimal | None:
    """Return what is left of the change budget when the contract sum is `revised`.

    None without one.
    """
    if position.budget is None:
        return None
    with localcontext(EXACT):
        return position.budget.amount - (revised - position.original.amount)

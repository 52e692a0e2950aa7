"""What the pictures show, row by row: the sum with what moves it, and dates with where they go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import groupby

from changebook import charts
from changebook.charts import Axis, Bar
from changebook.sums import Bucket, ChangeOrder, MilestonePosition, PendingDates, Position, Standing
from changebook.sums.amounts import EXACT

#: More bars than this are no picture any more: they are drawn together.
MOST_BARS = 30


@dataclass(frozen=True)
class SumBar:
    """What moves the sum: entries of the register, or pending changes.

    It is one of them, or several that are drawn together. The amount is None where nothing is
    assessed yet; the bar then has no width.
    """

    amount: Decimal | None
    bar: Bar[Decimal]
    orders: tuple[ChangeOrder, ...] = ()
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True)
class SumPicture:
    """The waterfall from the original sum over the revised one to the forecast.

    `by_quarter` and `by_bucket` say that approved or pending changes are drawn together.
    """

    axis: Axis[Decimal]
    cut: bool
    original: Bar[Decimal]
    approved: tuple[SumBar, ...]
    revised: Bar[Decimal]
    pending: tuple[SumBar, ...]
    forecast: Bar[Decimal]
    by_quarter: bool
    by_bucket: bool


@dataclass(frozen=True)
class DateRow:
    """A milestone: from where to where it moves, and how far pending changes may move it.

    `asked` says that the move itself is only asked for; `ids` are the changes behind the row.
    """

    name: str
    completion: bool
    move: Bar[date]
    asked: bool = False
    possible: Bar[date] | None = None
    ids: tuple[str, ...] = ()

    @property
    def reach(self) -> Bar[date] | None:
        """From the agreed date, or what is possible before it, to the last that is possible."""
        if self.possible is None:
            return None
        agreed, agreed_at, may = self.move.end, self.move.end_at, self.possible
        return Bar(
            min(agreed, may.start),
            max(agreed, may.end),
            min(agreed_at, may.start_at),
            max(agreed_at, may.end_at),
        )


@dataclass(frozen=True)
class DatesPicture:
    """Milestones on one calendar; `today` is where the edition's day lies, if it is on it."""

    axis: Axis[date]
    rows: tuple[DateRow, ...]
    today: Decimal | None = None


def sum_picture(position: Position, pending: Iterable[Standing]) -> SumPicture | None:
    """The waterfall of a position; `pending` in the order of the page. None if nothing moves it."""
    orders: list[tuple[ChangeOrder, ...]] = [(order,) for order in position.register]
    standings: list[tuple[Standing, ...]] = [(standing,) for standing in pending]
    by_quarter, by_bucket = len(orders) > MOST_BARS, len(standings) > MOST_BARS
    if by_quarter:
        orders = [tuple(group) for _, group in groupby(position.register, _quarter)]
    if by_bucket:
        ordered = sorted((standing for (standing,) in standings), key=_place)
        standings = [tuple(group) for _, group in groupby(ordered, _place)]
    approved = [_total(order.this for order in group) for group in orders]
    asked = [_total(standing.amount for standing in group) for group in standings]
    if not any((*approved, *asked)):
        return None
    drawn = charts.waterfall(position.original.amount, approved, asked)
    return SumPicture(
        drawn.axis,
        drawn.cut,
        drawn.original,
        tuple(map(_order_bar, orders, approved, drawn.approved)),
        drawn.revised,
        tuple(map(_pending_bar, standings, asked, drawn.pending)),
        drawn.forecast,
        by_quarter,
        by_bucket,
    )


def _order_bar(
    orders: tuple[ChangeOrder, ...], amount: Decimal | None, bar: Bar[Decimal]
) -> SumBar:
    return SumBar(amount, bar, orders=orders)


def _pending_bar(
    standings: tuple[Standing, ...], amount: Decimal | None, bar: Bar[Decimal]
) -> SumBar:
    return SumBar(amount, bar, standings=standings)


def _quarter(order: ChangeOrder) -> tuple[int, int]:
    return order.on.year, (order.on.month - 1) // 3


def _place(standing: Standing) -> int:
    """Where the bucket of a pending change stands in the order of the vocabulary."""
    return list(Bucket).index(standing.bucket)


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """What is known of the amounts; None if nothing is."""
    known = [amount for amount in amounts if amount is not None]
    with localcontext(EXACT):
        return sum(known, Decimal(0)) if known else None


def dates_picture(milestones: Sequence[MilestonePosition], today: date) -> DatesPicture | None:
    """Every milestone of a contract; None if there is none."""
    if not milestones:
        return None
    days = [day for m in milestones for day in (m.original, m.agreed)]
    days += [day for m in milestones if (p := _possible(m)) for day in (p.earliest, p.latest)]
    axis = charts.calendar_axis(days)
    rows = [
        DateRow(
            m.name,
            m.completion,
            axis.bar(m.original, m.agreed),
            possible=axis.bar(p.earliest, p.latest) if (p := _possible(m)) else None,
            ids=_behind(m),
        )
        for m in milestones
    ]
    return DatesPicture(
        axis, tuple(rows), axis.at(today) if axis.low <= today <= axis.high else None
    )


def _possible(milestone: MilestonePosition) -> PendingDates | None:
    """Where pending changes may move a milestone, if any of them asks for days."""
    pending = milestone.pending
    return pending if pending and (pending.low or pending.high) else None


def _behind(milestone: MilestonePosition) -> tuple[str, ...]:
    """The changes that move a milestone or ask to, in the order in which they did."""
    moved = [step.id for step in milestone.steps if step.days]
    asked = [request.id for request in milestone.requests if request.days]
    return tuple(dict.fromkeys((*moved, *asked)))

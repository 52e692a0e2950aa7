"""What the pictures show, row by row: the sum with what moves it, and dates with where they go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import groupby, pairwise

from changebook.model.periods import quarter_count
from changebook.model.sums import (
    Bucket,
    ChangeOrder,
    CostTable,
    CoursePoint,
    GroupShare,
    MilestonePosition,
    PendingDates,
    Position,
    Standing,
)
from changebook.model.sums.amounts import EXACT
from changebook.model.sums.pace import MonthRate, StatusPace
from changebook.views import charts
from changebook.views.charts import Axis, Bar, Segment

#: More bars than this no longer make a picture: they are drawn together.
MOST_BARS = 30
#: So many months are still wide enough to be told apart on a phone.
MOST_MONTHS = 60
#: Sums over time: more steps than this would lie within a pixel of each other.
MOST_POINTS = 300


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

    `asked` says that the move itself is only requested; `ids` are the changes that moved it, and
    `pending` those that ask to.
    """

    name: str
    completion: bool
    move: Bar[date]
    asked: bool = False
    possible: Bar[date] | None = None
    ids: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

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


@dataclass(frozen=True)
class SmallSums:
    """The sums as five bars: what all approved and all pending changes come to."""

    axis: Axis[Decimal]
    cut: bool
    original: Bar[Decimal]
    approved: Bar[Decimal]
    revised: Bar[Decimal]
    pending: Bar[Decimal]
    forecast: Bar[Decimal]


@dataclass(frozen=True)
class CostBar:
    """A line of a record's cost; None where its amount is not known."""

    item: str
    amount: Decimal | None
    bar: Bar[Decimal]


@dataclass(frozen=True)
class CostPicture:
    """How the lines of a cost add up, line after line."""

    axis: Axis[Decimal]
    lines: tuple[CostBar, ...]
    total: Bar[Decimal]


@dataclass(frozen=True)
class CourseMark:
    """A day on which the revised sum moved, where it lies, and its first entry in the register."""

    point: CoursePoint
    order: int
    x: Decimal
    y: Decimal


@dataclass(frozen=True)
class CoursePicture:
    """The revised sum over time; `levels` are the round sums from the top, with where they lie.

    `ceiling` is the original sum with all that is set aside for changes, and None where nothing is.
    `is_thinned` where some days are too close to each other to be drawn apart.
    """

    days: Axis[date]
    levels: tuple[tuple[Decimal, Decimal], ...]
    cut: Decimal | None
    line: tuple[Segment, ...]
    marks: tuple[CourseMark, ...]
    original: Decimal
    ceiling: Decimal | None
    forecast: Decimal
    is_thinned: bool


@dataclass(frozen=True)
class RateColumn:
    """One month of the change rate: where its two columns lie and how high they are, in percent."""

    rate: MonthRate
    x: Decimal
    width: Decimal
    requested: Decimal
    decided: Decimal


@dataclass(frozen=True)
class RatePicture:
    """Changes requested and decided per month; `levels` are round counts, with where they lie."""

    days: Axis[date]
    levels: tuple[tuple[int, Decimal], ...]
    columns: tuple[RateColumn, ...]


@dataclass(frozen=True)
class ShareBars:
    """Approved and pending money of one group, on the axis of all groups beside it."""

    zero: Decimal
    approved: Bar[Decimal]
    pending: Bar[Decimal]


@dataclass(frozen=True)
class DayBars:
    """The usual and the longest days in one status, on the axis of all statuses beside it."""

    usual: Bar[Decimal] | None
    longest: Bar[Decimal] | None


def small_sums(position: Position) -> SmallSums | None:
    """Return the sums of a position in five bars; None if nothing moves them."""
    approved, pending = position.approved.amount, position.pending.amount
    if not (approved or pending):
        return None
    drawn = charts.waterfall(position.original.amount, [approved], [pending])
    return SmallSums(
        drawn.axis,
        drawn.cut,
        drawn.original,
        drawn.approved[0],
        drawn.revised,
        drawn.pending[0],
        drawn.forecast,
    )


def cost_picture(costs: CostTable) -> CostPicture | None:
    """Return the lines of a cost one after the other; None where there is nothing to add up."""
    amounts = [row.amount for row in costs.rows]
    if len(costs.rows) < 2 or not any(amounts):
        return None
    drawn = charts.waterfall(Decimal(0), amounts, ())
    lines = (CostBar(r.item, r.amount, b) for r, b in zip(costs.rows, drawn.approved, strict=True))
    return CostPicture(drawn.axis, tuple(lines), drawn.revised)


def course_picture(position: Position, points: Sequence[CoursePoint]) -> CoursePicture | None:
    """Return the revised sum from the signing to the position's day; None where it never moved."""
    if len(points) < 2:
        return None
    until = max(position.as_of, points[-1].on)
    days = charts.calendar_axis([*(point.on for point in points), until])
    original, forecast = position.original.amount, position.forecast.amount
    ceiling = None if position.budget is None else original + position.budget.amount
    known = [*(point.revised for point in points), forecast]
    up = charts.money_axis(known if ceiling is None else [*known, ceiling])
    drawn = _apart(points, days)
    first = {order.on: order.number for order in reversed(position.register)}
    return CoursePicture(
        days,
        tuple((tick, charts.height(up, tick)) for tick in up.values),
        up.low if up.low > 0 else None,
        charts.steps([(point.on, point.revised) for point in drawn], until, days, up),
        tuple(
            CourseMark(p, first[p.on], days.at(p.on), charts.height(up, p.revised))
            for p in drawn
            if p.ids
        ),
        charts.height(up, original),
        None if ceiling is None else charts.height(up, ceiling),
        charts.height(up, forecast),
        is_thinned=len(drawn) < len(points),
    )


def _apart(points: Sequence[CoursePoint], days: Axis[date]) -> Sequence[CoursePoint]:
    """Return the points without those that the next one hides, where there are very many."""
    if len(points) <= MOST_POINTS:
        return points
    last = {int(days.at(point.on) * MOST_POINTS / 100): point for point in points}
    return (points[0], *(point for point in last.values() if point is not points[0]))


def rate_picture(rates: Sequence[MonthRate]) -> RatePicture | None:
    """Return the change rate of the last months that fit; None where there is one month at most."""
    rates = rates[-MOST_MONTHS:]
    if len(rates) < 2:
        return None
    most = max(max(len(rate.requested), len(rate.decided)) for rate in rates)
    up = charts.money_axis([Decimal(0), Decimal(most)])
    days = charts.calendar_axis(rate.first for rate in rates)
    starts = [days.at(rate.first) for rate in rates]
    columns = (
        RateColumn(
            rate,
            start,
            end - start,
            up.at(Decimal(len(rate.requested))),
            up.at(Decimal(len(rate.decided))),
        )
        for rate, (start, end) in zip(rates, pairwise([*starts, Decimal(100)]), strict=True)
    )
    counts = ((int(tick), charts.height(up, tick)) for tick in up.values if tick == int(tick))
    return RatePicture(days, tuple(counts), tuple(columns))


def share_bars(shares: Sequence[GroupShare]) -> tuple[ShareBars | None, ...]:
    """Return the bars of groups below each other, or None for each where none has money."""
    amounts = [a for share in shares for a in (share.approved.amount, share.pending.amount)]
    if not any(amounts):
        return (None,) * len(shares)
    axis = charts.money_axis([Decimal(0), *amounts])
    zero = Decimal(0)
    return tuple(
        ShareBars(
            axis.at(zero),
            axis.bar(zero, share.approved.amount),
            axis.bar(zero, share.pending.amount),
        )
        for share in shares
    )


def day_bars(statuses: Sequence[StatusPace]) -> tuple[DayBars | None, ...]:
    """Return the bars of statuses below each other, or None for each where none took a day."""
    days = [
        (pace.median, Decimal(pace.longest.days) if pace.longest else None) for pace in statuses
    ]
    known = [number for pair in days for number in pair if number]
    if not known:
        return (None,) * len(statuses)
    zero = Decimal(0)
    axis = charts.money_axis([zero, *known])
    return tuple(
        DayBars(*(axis.bar(zero, number) if number else None for number in pair)) for pair in days
    )


def sum_picture(position: Position, pending: Iterable[Standing]) -> SumPicture | None:
    """Return a position's waterfall, or None if nothing moves; `pending` in the page's order."""
    orders: list[tuple[ChangeOrder, ...]] = [(order,) for order in position.register]
    standings: list[tuple[Standing, ...]] = [(standing,) for standing in pending]
    by_quarter, by_bucket = len(orders) > MOST_BARS, len(standings) > MOST_BARS
    if by_quarter:
        orders = [
            tuple(group)
            for _, group in groupby(position.register, lambda order: quarter_count(order.on))
        ]
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
        tuple(
            SumBar(amount, bar, orders=group)
            for group, amount, bar in zip(orders, approved, drawn.approved, strict=True)
        ),
        drawn.revised,
        tuple(
            SumBar(amount, bar, standings=group)
            for group, amount, bar in zip(standings, asked, drawn.pending, strict=True)
        ),
        drawn.forecast,
        by_quarter,
        by_bucket,
    )


def _place(standing: Standing) -> int:
    """Return where the bucket of a pending change stands in the order of the vocabulary."""
    return list(Bucket).index(standing.bucket)


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return what is known of the amounts; None if nothing is."""
    known = [amount for amount in amounts if amount is not None]
    with localcontext(EXACT):
        return sum(known, Decimal(0)) if known else None


def dates_picture(milestones: Sequence[MilestonePosition], today: date) -> DatesPicture | None:
    """Return every milestone of a contract; None if there is none."""
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
            pending=tuple(request.id for request in m.requests if request.days),
        )
        for m in milestones
    ]
    return DatesPicture(
        axis, tuple(rows), axis.at(today) if axis.low <= today <= axis.high else None
    )


def _possible(milestone: MilestonePosition) -> PendingDates | None:
    """Return where pending changes may move a milestone, if any of them requests days."""
    pending = milestone.pending
    return pending if pending and (pending.low or pending.high) else None


def _behind(milestone: MilestonePosition) -> tuple[str, ...]:
    """Return the changes by which the agreed date differs from the original one, in their order."""
    moved: dict[str, int] = {}
    for step in milestone.steps:
        moved[step.id] = moved.get(step.id, 0) + step.days
    return tuple(id for id, days in moved.items() if days)

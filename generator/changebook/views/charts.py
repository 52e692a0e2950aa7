"""The geometry of the pictures: where each bar, mark and tick lies, in percent of the width.

Nothing here knows of words, links or colours; templates draw what this says. Percent, because the
pictures are as wide as the page lets them be while their text and marks keep their size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import accumulate, count, pairwise
from math import floor
from typing import Generic, TypeVar

from changebook.model.periods import first_of_month, month_count
from changebook.model.sums.amounts import EXACT

#: More than four spaces between ticks leave no room for their labels.
_SPACES = 4
_ROUND = (1, 2, 5)
#: Steps of a calendar, in months; longer ones are whole years in round numbers.
_MONTHS = (1, 2, 3, 6)
#: So near to an end, in percent, a label would stand out over it if it were centred.
_EDGE = 10
_HUNDREDTH = Decimal("0.01")

V = TypeVar("V", Decimal, date)


@dataclass(frozen=True)
class Tick(Generic[V]):
    """A round value on the axis."""

    value: V
    at: Decimal

    @property
    def anchor(self) -> str:
        """Which point of its label stands at the tick, in the words of SVG."""
        return "start" if self.at < _EDGE else "end" if self.at > 100 - _EDGE else "middle"


@dataclass(frozen=True)
class Axis(Generic[V]):
    """The values from the left end of a picture to its right end."""

    low: V
    high: V
    values: tuple[V, ...]

    @property
    def ticks(self) -> tuple[Tick[V], ...]:
        """Where the round values lie; the first is the left end."""
        return tuple(Tick(value, self.at(value)) for value in self.values)

    def at(self, value: V) -> Decimal:
        """Return where a value lies, in percent of the width."""
        low, high = _number(self.low), _number(self.high)
        with localcontext(EXACT):
            return ((_number(value) - low) * 100 / (high - low)).quantize(_HUNDREDTH)

    def bar(self, start: V, end: V) -> Bar[V]:
        """Return the bar between two values."""
        return Bar(start, end, self.at(start), self.at(end))


@dataclass(frozen=True)
class Bar(Generic[V]):
    """A bar from one value to another; the other may be the smaller or the earlier one."""

    start: V
    end: V
    start_at: Decimal
    end_at: Decimal

    @property
    def left(self) -> Decimal:
        return min(self.start_at, self.end_at)

    @property
    def width(self) -> Decimal:
        return abs(self.end_at - self.start_at)

    @property
    def falls(self) -> bool:
        return self.end < self.start


@dataclass(frozen=True)
class Waterfall:
    """A sum that changes move, bar after bar, between bars of the sum itself.

    An amount that is not known leaves the sum where it was, as a bar without width.
    """

    axis: Axis[Decimal]
    original: Bar[Decimal]
    approved: tuple[Bar[Decimal], ...]
    revised: Bar[Decimal]
    pending: tuple[Bar[Decimal], ...]
    forecast: Bar[Decimal]

    @property
    def cut(self) -> bool:
        """Whether the axis begins above zero, so that the bars of the sum are cut off."""
        return self.axis.low > 0


def waterfall(
    original: Decimal, approved: Iterable[Decimal | None], pending: Iterable[Decimal | None]
) -> Waterfall:
    """Return where the bars lie: each begins where the one before it ends."""
    before = _running(original, approved)
    after = _running(before[-1], pending)
    axis = money_axis([*before, *after])
    base = max(axis.low, Decimal(0))
    return Waterfall(
        axis,
        original=axis.bar(base, original),
        approved=tuple(axis.bar(*ends) for ends in pairwise(before)),
        revised=axis.bar(base, before[-1]),
        pending=tuple(axis.bar(*ends) for ends in pairwise(after)),
        forecast=axis.bar(base, after[-1]),
    )


def _running(start: Decimal, amounts: Iterable[Decimal | None]) -> list[Decimal]:
    """Return the sum before all amounts, and after each."""
    with localcontext(EXACT):
        return list(accumulate((amount or Decimal(0) for amount in amounts), initial=start))


def money_axis(sums: Iterable[Decimal]) -> Axis[Decimal]:
    """Return the axis of sums: from zero, unless their differences were too small to see.

    Where the smallest sum is more than their spread it begins a tenth of the spread below it. The
    left end is a tick. Ticks lie at multiples of 1, 2 or 5 times a power of ten, the smallest that
    leaves no more than four spaces.
    """
    low, high = min(values := list(sums)), max(values)
    with localcontext(EXACT):
        spread = high - low
        if spread and low > spread:
            low -= spread / 10
        else:
            low, high = min(low, Decimal(0)), max(high, Decimal(0))
        if low == high:
            high = low + 1
        for step in _round_steps(high - low):
            first, last = floor(low / step), floor(high / step)
            if last - first <= _SPACES:
                break
        ticks = tuple(n * step for n in range(first, last + 1))
    return Axis(ticks[0], high, ticks)


@dataclass(frozen=True)
class Segment:
    """A straight line, from left to right or upright, in percent of the width and from the top."""

    x1: Decimal
    y1: Decimal
    x2: Decimal
    y2: Decimal


def height(axis: Axis[Decimal], value: Decimal) -> Decimal:
    """Return where a value lies on an upright axis, in percent from the top."""
    return 100 - axis.at(value)


def steps(
    points: Sequence[tuple[date, Decimal]], until: date, across: Axis[date], up: Axis[Decimal]
) -> tuple[Segment, ...]:
    """Return the line of a value that holds from each point to the next, the last to `until`."""
    segments: list[Segment] = []
    ends = [*(day for day, _ in points[1:]), until]
    before: Decimal | None = None
    for (day, value), end in zip(points, ends, strict=True):
        x, y = across.at(day), height(up, value)
        if before is not None and before != y:
            segments.append(Segment(x, before, x, y))
        segments.append(Segment(x, y, across.at(end), y))
        before = y
    return tuple(segments)


def _round_steps(spread: Decimal) -> Iterator[Decimal]:
    """Yield round steps, from one that is surely too small."""
    for exponent in count(spread.adjusted() - 2):
        for digit in _ROUND:
            yield Decimal(digit).scaleb(exponent)


def calendar_axis(days: Iterable[date]) -> Axis[date]:
    """Return the axis of days: from the first of a month to the end of one.

    Ticks are 1, 2, 3 or 6 months apart, or 1, 2 or 5 years times a power of ten: the smallest step
    that leaves no more than four spaces.
    """
    low, high = min(values := list(days)), max(values)
    first, last = month_count(low), month_count(high) + 1
    step = next(step for step in _calendar_steps() if (last - first) // step <= _SPACES)
    ticks = tuple(_first_of(month) for month in range(first, last + 1, step))
    return Axis(ticks[0], _first_of(last), ticks)


def _calendar_steps() -> Iterator[int]:
    yield from _MONTHS
    for power in count():
        for digit in _ROUND:
            yield 12 * digit * 10**power


def _first_of(month: int) -> date:
    """Return the first of the month, or the last day that exists."""
    return first_of_month(month) if month <= month_count(date.max) else date.max


def _number(value: Decimal | date) -> Decimal:
    return Decimal(value.toordinal()) if isinstance(value, date) else value

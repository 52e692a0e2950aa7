"""Periods of the calendar: ISO weeks and months by the names that people write, and counting."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

_WEEK = re.compile(r"(\d{4})-?[Ww](\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class PeriodKind(Enum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """A week from Monday to Sunday (ISO 8601) or a calendar month."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def is_week(self) -> bool:
        return self.kind is PeriodKind.WEEK

    @property
    def year(self) -> int:
        """The year that its name has: a week belongs to the year in which its Thursday lies."""
        return self.first.isocalendar().year if self.is_week else self.first.year

    @property
    def number(self) -> int:
        """The number of the week or of the month in its year."""
        return self.first.isocalendar().week if self.is_week else self.first.month

    @property
    def id(self) -> str:
        """`2026-W12` or `2026-03`."""
        return f"{self.year:04}-{'W' if self.is_week else ''}{self.number:02}"

    @property
    def next(self) -> Period:
        """The one after it. Raises OverflowError at the end of the calendar."""
        return around(self.last + timedelta(days=1), self.kind)


def around(day: date, kind: PeriodKind) -> Period:
    if kind is PeriodKind.MONTH:
        return Period(kind, month_start(day), month_end(day))
    first = day.toordinal() - day.weekday()
    # The last week of the calendar has no Sunday.
    last = date.fromordinal(min(first + 6, date.max.toordinal()))
    return Period(kind, date.fromordinal(first), last)


def last_complete(day: date, kind: PeriodKind) -> Period:
    """Return the newest period that has ended by the day. OverflowError before the calendar."""
    running = around(day, kind)
    return running if running.last == day else around(running.first - timedelta(days=1), kind)


def named(text: str) -> Period:
    """Return the period of a name like `2026-W12` or `2026-03`. ValueError where it is none."""
    if match := _WEEK.fullmatch(text):
        year, week = map(int, match.groups())
        try:
            return around(date.fromisocalendar(year, week, 1), PeriodKind.WEEK)
        except ValueError:
            raise ValueError(f"{text} is not a week of the calendar: {_weeks(year)}") from None
    if match := _MONTH.fullmatch(text):
        year, month = map(int, match.groups())
        try:
            return around(date(year, month, 1), PeriodKind.MONTH)
        except ValueError:
            raise ValueError(f"{text} is not a month of the calendar") from None
    raise ValueError(f"{text!r} is neither a week like 2026-W12 nor a month like 2026-03")


def _weeks(year: int) -> str:
    if not date.min.year <= year < date.max.year:
        return "the year is out of range"
    # 28 December always lies in the last week of its year.
    return f"{year:04} has weeks W01 to W{date(year, 12, 28).isocalendar().week}"


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_count(day: date) -> int:
    """Return the months since the year 0, so that they can be counted through."""
    return day.year * 12 + day.month - 1


def first_of_month(count: int) -> date:
    """Return the first day of a month that was counted. Raises ValueError after the last one."""
    return date(count // 12, count % 12 + 1, 1)


def quarter_count(day: date) -> int:
    """Return the quarters since the year 0, so that they can be counted through."""
    return month_count(day) // 3


def first_of_quarter(count: int) -> date:
    """Return the first day of a quarter that was counted."""
    return first_of_month(count * 3)

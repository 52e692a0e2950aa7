"""Where bars, marks and ticks lie: pictures must say the same as the figures beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook import sums
from changebook.charts import Axis, calendar_axis, money_axis, waterfall
from changebook.sums import Position
from changebook.sums.amounts import EXACT
from changebook.views import pictures
from changebook.views.pictures import MOST_BARS, SumPicture, dates_picture, sum_picture

from .strategies import Log, logs

D = Decimal
ALL = (D(0), D(100))
amounts = st.decimals(-(10**12), 10**12, places=2, allow_nan=False, allow_infinity=False)
maybe = st.lists(st.none() | amounts, max_size=12)


@given(amounts, maybe, maybe)
def test_each_bar_begins_where_the_one_before_it_ends(
    original: Decimal, approved: list[Decimal | None], pending: list[Decimal | None]
) -> None:
    drawn = waterfall(original, approved, pending)
    moving = [*drawn.approved, *drawn.pending]
    assert [before.end for before in moving[:-1]] == [after.start for after in moving[1:]]
    assert [b.end_at for b in moving[:-1]] == [b.start_at for b in moving[1:]]
    assert [b.end - b.start for b in moving] == [a or 0 for a in (*approved, *pending)]
    assert drawn.original.end == original
    assert drawn.revised.end == original + sum(a or 0 for a in approved)
    assert drawn.forecast.end == drawn.revised.end + sum(a or 0 for a in pending)


@given(amounts, maybe, maybe)
def test_bars_stay_within_the_picture(
    original: Decimal, approved: list[Decimal | None], pending: list[Decimal | None]
) -> None:
    drawn = waterfall(original, approved, pending)
    for bar in (
        drawn.original,
        *drawn.approved,
        drawn.revised,
        *drawn.pending,
        drawn.forecast,
    ):
        assert 0 <= bar.left <= bar.left + bar.width <= 100
        assert bar.falls == (bar.end < bar.start)
    if not drawn.cut:
        assert drawn.axis.low <= 0 <= drawn.axis.high
    else:
        assert drawn.original.left == 0
        assert min(b.end for b in (drawn.original, *drawn.approved, *drawn.pending)) > (
            drawn.axis.low
        )


@given(st.lists(amounts, min_size=1, max_size=6))
def test_ticks_of_money_are_few_round_and_even(values: list[Decimal]) -> None:
    axis = money_axis(values)
    assert_ticks(axis)
    steps = {after - before for before, after in pairwise(axis.values)}
    assert len(steps) <= 1
    for step in steps:
        assert step.normalize().as_tuple().digits in {(1,), (2,), (5,)}
        assert all(value % step == 0 for value in axis.values)


@given(st.lists(st.dates(), min_size=1, max_size=6))
def test_ticks_of_a_calendar_are_few_firsts_of_months(days: list[date]) -> None:
    axis = calendar_axis(days)
    assert_ticks(axis)
    assert all(0 <= axis.at(day) <= 100 for day in days)
    assert all(day.day == 1 or day == date.max for day in axis.values)


def assert_ticks(axis: Axis[Decimal] | Axis[date]) -> None:
    places = [tick.at for tick in axis.ticks]
    assert 1 <= len(places) <= 5
    assert places[0] == 0
    assert all(before < after for before, after in pairwise(places))
    assert places[-1] <= 100


@pytest.mark.parametrize(
    ("values", "low", "ticks"),
    [
        (["480000", "537970"], "460000", ["460000", "480000", "500000", "520000"]),
        (["100", "250"], "0", ["0", "100", "200"]),
        (["0", "-30"], "-30", ["-30", "-20", "-10", "0"]),
        (["5", "5"], "0", ["0", "2", "4"]),
        (["0"], "0", ["0", "0.5", "1.0"]),
    ],
)
def test_the_axis_begins_at_zero_unless_the_differences_would_be_lost(
    values: list[str], low: str, ticks: list[str]
) -> None:
    axis = money_axis(map(D, values))
    assert (axis.low, axis.values) == (D(low), tuple(map(D, ticks)))


@pytest.mark.parametrize(
    ("days", "ticks"),
    [
        (("2026-07-20", "2026-07-28"), ("2026-07", "2026-08")),
        (("2026-01-30", "2026-08-08"), ("2026-01", "2026-03", "2026-05", "2026-07", "2026-09")),
        (("2024-12-02", "2026-12-04"), ("2024-12", "2025-06", "2025-12", "2026-06", "2026-12")),
        (("2020-03-01", "2031-01-01"), ("2020-03", "2025-03", "2030-03")),
    ],
)
def test_ticks_of_a_calendar(days: tuple[str, str], ticks: tuple[str, ...]) -> None:
    axis = calendar_axis(map(date.fromisoformat, days))
    assert tuple(f"{day:%Y-%m}" for day in axis.values) == ticks


def test_labels_at_the_ends_of_an_axis_stay_within_it() -> None:
    axis = calendar_axis([date(2026, 1, 30), date(2026, 8, 8)])
    assert [tick.anchor for tick in axis.ticks] == ["start", "middle", "middle", "middle", "end"]


def position(log: Log) -> Position:
    return sums.position(log.records, log.profile, log.day)


def picture_of(position: Position) -> SumPicture | None:
    pending = [s for s in position.standings.values() if s.bucket in sums.PENDING]
    return sum_picture(position, pending)


@given(logs(approved=True))
def test_the_picture_ends_at_the_forecast_and_shows_every_entry_once(log: Log) -> None:
    found = position(log)
    drawn = picture_of(found)
    if drawn is None:
        assert found.forecast.amount == found.original.amount
        return
    assert drawn.original.end == found.original.amount
    assert drawn.revised.end == found.revised.amount
    assert drawn.forecast.end == found.forecast.amount
    assert [o for bar in drawn.approved for o in bar.orders] == list(found.register)
    assert {s.id for bar in drawn.pending for s in bar.standings} == set(found.pending.ids)


@given(logs(approved=True))
def test_drawn_together_they_come_to_the_same(log: Log) -> None:
    found = position(log)
    plain = picture_of(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "MOST_BARS", 0)
        folded = picture_of(found)
    if plain is None or folded is None:
        return
    assert folded.by_quarter == bool(found.register)
    assert (folded.revised.end, folded.forecast.end) == (plain.revised.end, plain.forecast.end)
    assert [o for bar in folded.approved for o in bar.orders] == list(found.register)
    quarters = [{(o.on.year, (o.on.month + 2) // 3) for o in b.orders} for b in folded.approved]
    assert all(len(quarter) == 1 for quarter in quarters)
    with localcontext(EXACT):
        for bar in folded.approved:
            assert bar.amount == sum(o.this for o in bar.orders)


def test_up_to_thirty_changes_have_a_bar_each() -> None:
    assert MOST_BARS == 30


@given(logs())
def test_dates_lie_where_the_table_says(log: Log) -> None:
    found = position(log)
    drawn = dates_picture(found.milestones, log.day)
    assert drawn is not None
    for row, milestone in zip(drawn.rows, found.milestones, strict=True):
        assert (row.move.start, row.move.end) == (milestone.original, milestone.agreed)
        bars = [bar for bar in (row.move, row.possible, row.reach) if bar]
        assert all(0 <= bar.left <= bar.left + bar.width <= 100 for bar in bars)
        if row.reach and row.possible:
            assert row.reach.start <= row.possible.start <= row.possible.end <= row.reach.end
    assert (drawn.today is None) == (not drawn.axis.low <= log.day <= drawn.axis.high)
    assert dates_picture((), log.day) is None

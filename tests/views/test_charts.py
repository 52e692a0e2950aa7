"""Where bars, marks and ticks lie: pictures must say the same as the figures beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook.model import sums
from changebook.model.sums import CostRow, CostTable, Position
from changebook.model.sums.amounts import EXACT
from changebook.model.sums.pace import MonthRate, Stay, days_in_status
from changebook.model.vocabulary import Status
from changebook.views import pictures
from changebook.views.charts import (
    Axis,
    Segment,
    calendar_axis,
    height,
    money_axis,
    steps,
    waterfall,
)
from changebook.views.pace import pace
from changebook.views.pictures import MOST_BARS, SumPicture, dates_picture, sum_picture
from tests.strategies import Log, logs

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


@given(logs() | logs(approved=True))
def test_the_small_picture_has_the_same_sums(log: Log) -> None:
    found = position(log)
    drawn = pictures.small_sums(found)
    if drawn is None:
        assert found.forecast.amount == found.original.amount
        return
    bars = (drawn.original, drawn.approved, drawn.revised, drawn.pending, drawn.forecast)
    assert [bar.end for bar in bars] == [
        found.original.amount,
        found.revised.amount,
        found.revised.amount,
        found.forecast.amount,
        found.forecast.amount,
    ]
    assert drawn.approved.start == found.original.amount
    assert drawn.pending.start == found.revised.amount


def cost(*amounts: str | None) -> CostTable:
    rows = tuple(
        CostRow(f"line {n}", None, None, None, None if a is None else D(a), "EUR", None)
        for n, a in enumerate(amounts)
    )
    return CostTable("EUR", rows, sum((r.amount for r in rows if r.amount), D(0)))


def test_the_lines_of_a_cost_add_up_and_credits_fall() -> None:
    table = cost("500.00", None, "-120.50", "30")
    drawn = pictures.cost_picture(table)
    assert drawn is not None
    assert [(b.bar.start, b.bar.end, b.bar.falls) for b in drawn.lines] == [
        (D(0), D(500), False),
        (D(500), D(500), False),
        (D(500), D("379.50"), True),
        (D("379.50"), D("409.50"), False),
    ]
    assert [line.amount for line in drawn.lines] == [row.amount for row in table.rows]
    assert drawn.total.end == table.total


@pytest.mark.parametrize("amounts", [(), ("5",), (None, None), ("0", None)])
def test_there_is_no_picture_where_nothing_adds_up(amounts: tuple[str | None, ...]) -> None:
    assert pictures.cost_picture(cost(*amounts)) is None


@given(st.lists(st.tuples(st.dates(), amounts), min_size=1, max_size=8, unique_by=lambda p: p[0]))
def test_a_step_line_is_one_line_to_its_end(points: list[tuple[date, Decimal]]) -> None:
    points.sort()
    until = points[-1][0]
    days, up = calendar_axis(day for day, _ in points), money_axis(value for _, value in points)
    line = steps(points, until, days, up)
    assert all(s.x1 == s.x2 or s.y1 == s.y2 for s in line)
    assert [(s.x2, s.y2) for s in line[:-1]] == [(s.x1, s.y1) for s in line[1:]]
    assert (line[0].x1, line[0].y1) == (days.at(points[0][0]), height(up, points[0][1]))
    assert (line[-1].x2, line[-1].y2) == (days.at(until), height(up, points[-1][1]))
    for s in line:
        assert all(0 <= place <= 100 for place in (s.x1, s.x2, s.y1, s.y2))
    for day, value in points:
        assert any(s.x1 == days.at(day) and s.y1 == height(up, value) for s in _level(line))


def _level(line: tuple[Segment, ...]) -> list[Segment]:
    return [s for s in line if s.y1 == s.y2]


@given(logs(approved=True))
def test_the_sum_over_time_ends_at_the_revised_sum_below_its_ceiling(log: Log) -> None:
    found = position(log)
    points = sums.course(found, log.profile.contract.signed)
    drawn = pictures.course_picture(found, points)
    if drawn is None:
        assert not found.register
        return
    # Each mark stands on the day of the register's entry that it leads to.
    entries = {order.number: order for order in found.register}
    assert [entries[m.order].on for m in drawn.marks] == sorted({o.on for o in found.register})
    for mark in drawn.marks:
        assert entries[mark.order].id in mark.point.ids
    assert drawn.line[-1].y2 == drawn.marks[-1].y
    if found.approved.amount > 0:
        assert drawn.marks[-1].y <= drawn.original
    else:
        assert drawn.marks[-1].y >= drawn.original
    assert (drawn.ceiling is None) == (found.budget is None)
    if drawn.ceiling is not None and found.budget and found.budget.left > 0:
        assert drawn.marks[-1].y >= drawn.ceiling
    if drawn.cut is not None:
        assert drawn.cut > 0


@given(logs())
def test_the_columns_of_the_change_rate_stand_in_their_month(log: Log) -> None:
    rates = pace(log.records, log.day).months
    drawn = pictures.rate_picture(rates)
    if drawn is None:
        assert len(rates) < 2
        return
    assert [column.rate for column in drawn.columns] == list(rates)
    assert drawn.columns[0].x == 0
    last = drawn.columns[-1]
    assert last.x + last.width == 100
    heights = {count: 100 - y for count, y in drawn.levels}
    for column in drawn.columns:
        for list_, at in (
            (column.rate.requested, column.requested),
            (column.rate.decided, column.decided),
        ):
            assert bool(list_) == bool(at)
            assert 0 <= at <= 100
            assert heights.get(len(list_), at) == at


def test_only_the_last_five_years_of_the_change_rate_are_drawn() -> None:
    rates = [MonthRate(date(2020 + n // 12, n % 12 + 1, 1), ("A",), ()) for n in range(72)]
    drawn = pictures.rate_picture(rates)
    assert drawn is not None
    assert [column.rate for column in drawn.columns] == rates[12:]
    assert drawn.levels[0] == (0, D(100))


@given(logs())
def test_bars_of_groups_share_a_zero_and_a_scale(log: Log) -> None:
    found = position(log)
    shares = list(
        sums.breakdown(found, {record.id: record.type for record in log.records}).values()
    )
    bars = pictures.share_bars(shares)
    assert len(bars) == len(shares)
    if not any(bars):
        assert not any(s.approved.amount or s.pending.amount for s in shares)
        return
    widest = D(0)
    for bar, share in zip(bars, shares, strict=True):
        assert bar is not None
        for drawn, amount in (
            (bar.approved, share.approved.amount),
            (bar.pending, share.pending.amount),
        ):
            assert (drawn.start, drawn.end) == (D(0), amount)
            assert drawn.start_at == bar.zero
            assert drawn.falls == (amount < 0)
            widest = max(widest, drawn.width)
    assert widest >= 40


def stay(id: str, status: Status, days: int, ended: bool) -> Stay:
    return Stay(id, status, date(2026, 1, 1), date(2026, 6, 1) if ended else None, days)


def test_days_in_each_status_are_drawn_to_one_scale() -> None:
    of = days_in_status(
        [
            stay("A-0001", Status.SUBMITTED, 2, True),
            stay("A-0002", Status.SUBMITTED, 3, True),
            stay("A-0003", Status.ASSESSING, 0, True),
            stay("A-0002", Status.ASSESSING, 10, False),
            stay("A-0001", Status.ASSESSING, 4, False),
        ]
    )
    assert [(row.completed, row.passed) for row in of] == [
        (2, ("A-0001", "A-0002")),
        (1, ("A-0003",)),
    ]
    submitted, assessing = pictures.day_bars(of)
    assert submitted is not None
    assert submitted.usual is not None
    assert assessing is not None
    assert assessing.longest is not None
    assert (submitted.longest, assessing.usual) == (None, None)
    assert (submitted.usual.width, assessing.longest.width) == (D(25), D(100))
    assert pictures.day_bars(of[:0]) == ()
    assert pictures.day_bars(days_in_status([stay("A-0001", Status.SUBMITTED, 0, True)])) == (None,)

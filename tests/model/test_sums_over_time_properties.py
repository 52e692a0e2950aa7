"""What holds of the sums over time, by quarter and by group, of pace and aging, for every log."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import timeline
from changebook.model.sums import Bucket
from changebook.model.sums.pace import ENDS, stays
from changebook.model.vocabulary import Audience, Status
from changebook.views.impact import ImpactView, impact
from tests.strategies import Log, logs

quick = settings(max_examples=30, deadline=None)
BREAKDOWNS = ("by_reason", "by_type", "by_party")
#: What later events and the order of the files must leave alone.
FIGURES = (
    *BREAKDOWNS,
    "position",
    "course",
    "by_item",
    "on_several_items",
    "by_quarter",
    "pace",
    "aging",
    "risks",
    "matrix",
)


def edition(log: Log, known_on: date | None = None) -> Edition:
    """The team's edition as of the log's day."""
    then = ((record, timeline.at(record, log.day, known_on)) for record in log.records)
    held = tuple(EditionRecord(data, "") for _, data in then if data)
    return Edition("acme", Audience.TEAM, log.day, log.profile, "", (), held)


def view(log: Log, known_on: date | None = None) -> ImpactView:
    return impact(edition(log, known_on))


def figures(of: ImpactView) -> dict[str, Any]:
    return {name: getattr(of, name) for name in FIGURES}


@quick
@given(logs() | logs(approved=True))
def test_the_course_is_the_register_day_by_day(log: Log) -> None:
    of = view(log)
    register, first = of.position.register, of.course[0]
    assert (first.revised, first.ids) == (of.position.original.amount, ())
    assert of.course[-1].revised == of.position.revised.amount
    after = {entry.on: entry.after for entry in register}
    assert {point.on: point.revised for point in of.course[1:]} == after
    assert len(of.course) == len(after) + 1
    for point in of.course[1:]:
        assert set(point.ids) == {entry.id for entry in register if entry.on == point.on}
    assert first.on == min([log.profile.contract.signed, *after])
    days = [point.on for point in of.course]
    assert days == sorted(days)
    budget = of.position.budget
    assert (first.left, of.course[-1].left) == (
        (budget.amount, budget.left) if budget else (None,) * 2
    )
    for point in of.course:
        assert budget is None or point.left == budget.amount - point.revised + first.revised


@quick
@given(logs() | logs(approved=True))
def test_the_quarters_add_up_to_the_lines(log: Log) -> None:
    of = view(log)
    now, found = of.position, of.by_quarter
    assert sum(quarter.approved.amount for quarter in found) == now.approved.amount
    assert sum(quarter.pending.amount for quarter in found) == now.pending.amount
    pending = [part for quarter in found for part in quarter.pending.parts]
    assert sorted(pending, key=lambda part: part.id) == list(now.pending.parts)
    unknown = [id for quarter in found for id in quarter.pending.unknown]
    assert sorted(unknown) == list(now.pending.unknown)
    completion = now.completion
    assert completion is not None
    moved = sum(quarter.days or 0 for quarter in found)
    assert completion.agreed == completion.original + timedelta(days=moved)
    revised = now.original.amount
    for quarter in found:
        revised += quarter.approved.amount
        assert quarter.revised == revised
    assert found[-1].left == (now.budget.left if now.budget else None)


@quick
@given(logs() | logs(approved=True))
def test_the_quarters_are_those_of_the_calendar_without_a_hole(log: Log) -> None:
    of = view(log)
    firsts = [quarter.first for quarter in of.by_quarter]
    assert all(first.day == 1 and first.month in (1, 4, 7, 10) for first in firsts)
    assert firsts[0] <= log.profile.contract.signed
    assert firsts[-1] <= log.day < next_quarter(firsts[-1])
    assert firsts[1:] == [next_quarter(first) for first in firsts[:-1]]
    standings = of.position.standings
    asked = [id for quarter in of.by_quarter for id in quarter.requested]
    assert len(asked) == len(set(asked))
    for quarter in of.by_quarter:
        ids = [*quarter.requested, *quarter.decided]
        assert all(standings[id].bucket is not Bucket.DRAFT for id in ids)


def next_quarter(first: date) -> date:
    return first.replace(month=first.month + 3) if first.month < 10 else date(first.year + 1, 1, 1)


@quick
@given(logs() | logs(approved=True))
def test_each_record_is_in_one_group_and_the_groups_add_up(log: Log) -> None:
    of = view(log)
    now, completion = of.position, of.position.completion
    assert completion is not None
    counted = sorted(id for id, s in now.standings.items() if s.bucket is not Bucket.DRAFT)
    for name in BREAKDOWNS:
        groups = getattr(of, name)
        assert len({group.term for group in groups}) == len(groups)
        shares = [group.share for group in groups]
        assert sorted(id for share in shares for id in share.ids) == counted
        assert sum(share.approved.amount for share in shares) == now.approved.amount
        assert sum(share.pending.amount for share in shares) == now.pending.amount
        granted = sum(share.granted or 0 for share in shares)
        assert completion.agreed == completion.original + timedelta(days=granted)
        requests = [request for share in shares for request in share.requests]
        assert sorted(requests, key=lambda request: request.id) == sorted(
            completion.requests, key=lambda request: request.id
        )


@quick
@given(logs() | logs(approved=True))
def test_a_change_counts_whole_on_each_of_its_scope_items(log: Log) -> None:
    of = view(log)
    items: dict[str, set[str | None]] = {
        r.id: {scope.item for scope in r.scope} or {None} for r in log.records
    }
    counted = [id for id, s in of.position.standings.items() if s.bucket is not Bucket.DRAFT]
    times = Counter(id for group in of.by_item for id in group.share.ids)
    assert times == {id: len(items[id]) for id in counted}
    assert set(of.on_several_items) == {id for id in counted if len(items[id]) > 1}
    for group in of.by_item:
        assert set(group.share.ids) == {id for id in counted if group.term in items[id]}
        for figure, line in (
            (group.share.approved, of.position.approved),
            (group.share.pending, of.position.pending),
        ):
            assert list(figure.parts) == [p for p in line.parts if p.id in group.share.ids]
            assert figure.amount == sum((p.amount for p in figure.parts), Decimal(0))


@quick
@given(logs())
def test_the_ages_add_up_to_what_is_pending(log: Log) -> None:
    of = view(log)
    now, bands = of.position, of.aging.bands
    assert sum(band.figure.amount for band in bands) == now.pending.amount
    ids = [id for band in bands for id in band.figure.ids]
    assert sorted(ids) == list(now.pending.ids)
    assert [band.first for band in bands[1:]] == [(band.last or 0) + 1 for band in bands[:-1]]
    assert (bands[0].first, bands[-1].last) == (0, None)
    by_id = {record.data.id: record.data for record in edition(log).records}
    ages = {}
    for band in bands:
        for id in band.figure.ids:
            data = by_id[id]
            asked = data.requested.on if data.requested else data.history[0].on
            ages[id] = max((log.day - asked).days, 0)
            assert band.first <= ages[id] <= (band.last if band.last is not None else ages[id])
    oldest = of.aging.oldest
    assert (oldest.days if oldest else None) == max(ages.values(), default=None)
    assert oldest is None or ages[oldest.id] == oldest.days


@quick
@given(logs() | logs(approved=True))
def test_the_stays_fill_the_time_from_the_first_step_on(log: Log) -> None:
    records = [r.data for r in edition(log, log.day).records if r.data.history]
    for data in records:
        found = stays([data], log.day)
        steps = [entry for entry in data.history if entry.status not in ENDS]
        assert [(stay.status, stay.since) for stay in found] == [(e.status, e.on) for e in steps]
        assert [stay for stay in found if stay.until is None] == (
            [] if data.status in ENDS else [found[-1]]
        )
        if ENDS.isdisjoint(entry.status for entry in data.history[:-1]):
            end = data.history[-1].on if data.status in ENDS else log.day
            assert sum(stay.days for stay in found) == (end - data.history[0].on).days
    of = view(log, log.day).pace
    asked = [data for data in records if data.status is not Status.DRAFT]
    paced = [stay for pace in of.statuses for stay in pace.now]
    assert sorted(stay.id for stay in paced) == sorted(
        data.id for data in asked if data.status not in ENDS
    )
    every = stays(asked, log.day)
    assert sum(pace.completed for pace in of.statuses) + len(paced) == len(every)
    for pace in of.statuses:
        done = [stay.days for stay in every if stay.status is pace.status and stay.until]
        assert pace.completed == len(done)
        if pace.median is not None:
            assert sum(days <= pace.median for days in done) * 2 >= len(done)
            assert sum(days >= pace.median for days in done) * 2 >= len(done)


@quick
@given(logs() | logs(approved=True))
def test_the_months_have_what_the_quarters_have(log: Log) -> None:
    of = view(log, log.day)
    firsts = [month.first for month in of.pace.months]
    assert firsts == sorted(set(firsts))
    for what in ("requested", "decided"):
        for quarter in of.by_quarter:
            end = next_quarter(quarter.first)
            inside = [m for m in of.pace.months if quarter.first <= m.first < end]
            ids = {id for month in inside for id in getattr(month, what)}
            assert tuple(sorted(ids)) == getattr(quarter, what)


@quick
@given(logs() | logs(approved=True))
def test_every_decision_stands_in_its_quarter_the_deferral_before_an_approval_too(log: Log) -> None:
    outcomes = {Status.APPROVED, Status.REJECTED, Status.DEFERRED}
    decided = {
        (record.id, entry.on.year, (entry.on.month - 1) // 3)
        for record in log.records
        for entry in record.history
        if entry.status in outcomes and entry.on <= log.day
    }
    found = [
        (id, quarter.first.year, quarter.first.month // 3)
        for quarter in view(log).by_quarter
        for id in quarter.decided
    ]
    assert len(found) == len(set(found))
    assert set(found) == decided


@quick
@given(logs() | logs(approved=True), st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(log: Log, random: Any) -> None:
    shuffled = list(log.records)
    random.shuffle(shuffled)
    assert figures(view(replace(log, records=tuple(shuffled)))) == figures(view(log))


@quick
@given(logs() | logs(approved=True), st.integers(0, 100))
def test_a_day_keeps_its_figures_when_more_happens_later(log: Log, more: int) -> None:
    """As known then: nothing but a decision that counts back changes a day that has passed."""
    later = log.day + timedelta(days=more)
    then = tuple(r for r in (timeline.at(r, later, later) for r in log.records) if r)
    assert figures(view(replace(log, records=then), log.day)) == figures(view(log, log.day))

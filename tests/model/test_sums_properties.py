"""What holds of the sums for every log, whatever is in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile

from hypothesis import given, settings
from hypothesis import strategies as st

from changebook.model import sums, timeline
from changebook.model.schema import ChangeRecord
from changebook.model.sums import Bucket, Figure, Position, Standing, SumLine
from changebook.model.vocabulary import (
    ChangePath,
    Outcome,
    Status,
    SupersedeMode,
    Visibility,
)
from tests.strategies import Log, changed, changes, logs, may_be_hidden

checked = settings(max_examples=100, deadline=None)

#: The line on which each bucket's records stand. Drafts and replaced records stand on none.
LINES = {
    Bucket.APPROVED: SumLine.APPROVED,
    Bucket.PENDING: SumLine.PENDING,
    Bucket.PROCEEDING: SumLine.PENDING,
    Bucket.APPROVED_LATER: SumLine.PENDING,
    Bucket.DEFERRED: SumLine.DEFERRED,
    Bucket.REJECTED: SumLine.REJECTED,
    Bucket.WITHDRAWN: SumLine.WITHDRAWN,
    Bucket.VOID: SumLine.VOID,
}


def position(log: Log, known_on: date | None = None) -> Position:
    return sums.position(log.records, log.profile, log.day, known_on)


def total(figure: Figure) -> Decimal:
    return sum((part.amount for part in figure.parts), Decimal(0))


@checked
@given(logs())
def test_each_record_is_in_one_bucket_and_on_its_line_alone(log: Log) -> None:
    now = position(log)
    assert set(now.standings) == {r.id for r in log.records if timeline.at(r, log.day) is not None}
    for id, standing in now.standings.items():
        stands_on = {line for line in set(LINES.values()) if id in now.lines[line].ids}
        assert stands_on == ({LINES[standing.bucket]} if standing.bucket in LINES else set())


@checked
@given(logs() | logs(approved=True))
def test_the_approved_sum_is_what_the_format_says(log: Log) -> None:
    """Computed in another way, record by record, in the words of record-format.md.

    As of a day, an approval of a later day that counts back to it is in effect.
    """
    assert position(log).approved.amount == approved_by_the_format(log, date.max)


@checked
@given(logs() | logs(approved=True))
def test_the_approved_sum_as_known_takes_what_was_written_down(log: Log) -> None:
    """As known on a day, an approval that was given or recorded after it is not."""
    known = position(log, log.day)
    assert known.approved.amount == approved_by_the_format(log, log.day)


def approved_by_the_format(log: Log, known_on: date) -> Decimal:
    """What was approved, in effect by the log's day and recorded by `known_on`."""
    by_id = {r.id: r for r in log.records}

    def in_effect(record: ChangeRecord) -> bool:
        written = list(takewhile(lambda e: (e.recorded or e.on) <= known_on, record.history))
        decision = record.decision
        return (
            any(e.status is Status.APPROVED for e in written)
            and not any(e.status is Status.VOID and e.on <= log.day for e in written)
            and decision is not None
            and (decision.effective or decision.on or date.max) <= log.day
        )

    approved = Decimal(0)
    for record in log.records:
        replaced = any(in_effect(by_id[id]) for id in log.replaced_by(record.id))
        if in_effect(record) and not replaced and record.decision and record.decision.amount:
            approved += sums.rounded(record.decision.amount, log.profile.contract.currency)
    return approved


@checked
@given(logs(), st.data())
def test_internal_work_is_in_no_sum(log: Log, data: st.DataObject) -> None:
    """A record on the internal path beside the others changes no line, no date and no entry."""
    others = [r for r in log.records if not r.links.supersedes and timeline.at(r, log.day)]
    if not others:
        return
    own = changed(
        data.draw(st.sampled_from(others)),
        id="ACME-9999",
        path=ChangePath.INTERNAL,
        visibility=Visibility.INTERNAL,
    )
    now, beside = position(log), position(replace(log, records=(*log.records, own)))
    assert beside.standings[own.id].bucket is Bucket.INTERNAL
    assert replace(beside, standings=now.standings) == now


@checked
@given(logs())
def test_the_lines_add_up(log: Log) -> None:
    now = position(log)
    assert now.revised.amount == now.original.amount + now.approved.amount
    assert now.forecast.amount == now.revised.amount + now.pending.amount
    for line, figure in now.lines.items():
        base = now.original.amount if line in (SumLine.REVISED, SumLine.FORECAST) else 0
        if line is not SumLine.ORIGINAL:
            assert figure.amount == base + total(figure)
    assert now.adds.amount + now.credits.amount == now.approved.amount
    assert now.pending_adds.amount + now.pending_credits.amount == now.pending.amount
    assert now.credits.amount <= 0 <= now.adds.amount
    assert set(now.proceeding.parts) <= set(now.pending.parts)


@checked
@given(logs() | logs(approved=True))
def test_the_sum_before_an_entry_is_the_sum_after_the_one_before(log: Log) -> None:
    now = position(log)
    after = now.original.amount
    for number, entry in enumerate(now.register, start=1):
        assert entry.number == number
        assert entry.before == after == now.original.amount + entry.earlier
        assert entry.this == entry.amount + sum((p.amount for p in entry.replaced), Decimal(0))
        after = entry.after
        assert after == entry.before + entry.this
    assert after == now.revised.amount
    assert [e.on for e in now.register] == sorted(e.on for e in now.register)


@checked
@given(logs() | logs(approved=True))
def test_the_dates_chain(log: Log) -> None:
    for milestone in position(log).milestones:
        agreed = milestone.original
        for step in milestone.steps:
            assert step.before == agreed
            agreed = step.after
            assert agreed == step.before + timedelta(days=step.days)
        assert milestone.agreed == agreed


@checked
@given(logs(), st.randoms())
def test_the_order_of_the_records_does_not_matter(log: Log, random: object) -> None:
    shuffled = list(log.records)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert position(replace(log, records=tuple(shuffled))) == position(log)


@checked
@given(logs(), st.integers(0, 100))
def test_a_day_keeps_its_sums_when_more_happens_later(log: Log, more: int) -> None:
    later = log.day + timedelta(days=more)
    then = tuple(r for r in (timeline.at(r, later) for r in log.records) if r)
    assert position(replace(log, records=then)) == position(log)


@checked
@given(logs(), changes(9))
def test_a_record_of_a_later_day_changes_nothing(log: Log, more: ChangeRecord) -> None:
    if log.records:
        more = changed(more, links={"supersedes": [log.records[0].id], "mode": "replace"})
    first = min(timeline.event_dates(more))
    before = replace(log, day=min(log.day, first - timedelta(days=1)))
    both = replace(before, records=(*log.records, more))
    assert position(both, both.day) == position(before, before.day)
    back = timeline.counts_back(more)
    if back is None or back.counts_from > both.day:
        assert position(both) == position(before)


@checked
@given(logs())
def test_what_is_known_on_the_last_day_is_all(log: Log) -> None:
    known = position(log, date(2027, 1, 1))
    assert replace(known, known_on=None) == position(log)


@checked
@given(logs(), st.data())
def test_the_audiences_differ_in_what_is_pending_and_forecast_alone(
    log: Log, data: st.DataObject
) -> None:
    then = [r for r in (timeline.at(r, log.day) for r in log.records) if r]
    hidden = data.draw(st.sets(st.sampled_from(may_be_hidden(then) or [""])))
    shown = tuple(
        changed(r, visibility=Visibility.INTERNAL) if r.id in hidden else r for r in log.records
    )
    team = position(replace(log, records=shown))
    client = position(replace(log, records=tuple(r for r in shown if r.id not in hidden)))
    beyond = sums.difference(team, client)

    for line in set(SumLine) - {SumLine.PENDING, SumLine.FORECAST, SumLine.WITHDRAWN}:
        assert team.lines[line] == client.lines[line]
    assert team.register == client.register
    assert [m.agreed for m in team.milestones] == [m.agreed for m in client.milestones]
    assert client.pending.amount + beyond.pending.amount == team.pending.amount
    assert client.forecast.amount + beyond.forecast.amount == team.forecast.amount
    assert client.lines[SumLine.WITHDRAWN].amount + beyond.withdrawn.amount == (
        team.lines[SumLine.WITHDRAWN].amount
    )
    assert beyond.pending.amount == beyond.forecast.amount == total(beyond.pending)


@checked
@given(logs() | logs(approved=True))
def test_a_voided_change_leaves_no_trace_but_its_two_entries(log: Log) -> None:
    now = position(log)
    void = {id for id, s in now.standings.items() if s.bucket is Bucket.VOID}
    without = position(replace(log, records=tuple(r for r in log.records if r.id not in void)))
    for line in set(SumLine) - {SumLine.VOID}:
        assert now.lines[line] == without.lines[line]
    assert [m.agreed for m in now.milestones] == [m.agreed for m in without.milestones]
    for id in void:
        entries = [e for e in now.register if e.id == id]
        assert [e.reversal for e in entries] in ([], [False, True])


@checked
@given(logs() | logs(approved=True))
def test_the_agreed_date_is_that_of_the_contract_and_what_counts_was_granted(log: Log) -> None:
    """Computed in another way: what was replaced or voided has no days."""
    now = position(log)
    records = {record.id: record for record in log.records}
    counting = [id for id, s in now.standings.items() if s.bucket is Bucket.APPROVED]
    for milestone in now.milestones:
        granted = sum(sums.granted(records[id]).get(milestone.id, 0) for id in counting)
        assert milestone.agreed == milestone.original + timedelta(days=granted)


@checked
@given(logs())
def test_requested_days_are_those_of_the_change_less_what_it_replaces(log: Log) -> None:
    now = position(log)
    for milestone in now.milestones:
        for request in milestone.requests:
            standing = now.standings[request.id]
            less = sum(_granted(log, part.id, milestone.id) for part in standing.replaces)
            assert request.days == _days_of(log, standing, milestone.id) - less


def _granted(log: Log, id: str, milestone: str) -> int:
    record = next(r for r in log.records if r.id == id)
    return sums.granted(record).get(milestone, 0)


def _days_of(log: Log, standing: Standing, milestone: str) -> int:
    record = next(r for r in log.records if r.id == standing.id)
    if standing.bucket is Bucket.APPROVED_LATER:
        return _granted(log, record.id, milestone)
    return sums.asked_days(record).get(milestone, 0)


@checked
@given(logs() | logs(approved=True), st.decimals(0, 9999, places=2))
def test_a_replaced_change_counts_no_more_whatever_it_was(log: Log, other: Decimal) -> None:
    now = position(log)
    records = tuple(
        changed(r, decision=r.decision.model_dump() | {"amount": other})
        if now.standings.get(r.id) and now.standings[r.id].bucket is Bucket.REPLACED and r.decision
        else r
        for r in log.records
    )
    assert position(replace(log, records=records)).lines == now.lines


@checked
@given(logs() | logs(approved=True))
def test_a_delta_counts_beside_what_it_supersedes(log: Log) -> None:
    unlinked = tuple(
        changed(r, links={}) if r.links.mode is SupersedeMode.DELTA else r for r in log.records
    )
    assert position(replace(log, records=unlinked)).lines == position(log).lines


@checked
@given(logs())
def test_the_forecast_comes_true_if_all_is_approved_as_asked_for(log: Log) -> None:
    """Of what the format takes off: a request to replace stands beside another request."""
    now = position(log)
    asked = {
        id for id, s in now.standings.items() if s.bucket in (Bucket.PENDING, Bucket.PROCEEDING)
    }
    known = tuple(
        r if asked.isdisjoint(r.links.supersedes) else changed(r, links={})
        for r in log.records
        if r.id not in now.pending.unknown
    )
    log = replace(log, records=known)
    now = position(log)

    def approved(record: ChangeRecord) -> ChangeRecord:
        standing = now.standings.get(record.id)
        if standing is None or standing.bucket not in sums.PENDING:
            return record
        then = timeline.at(record, log.day)
        assert then is not None
        history = [e.model_dump() for e in then.history]
        if standing.bucket is not Bucket.APPROVED_LATER:
            history.append({"status": Status.APPROVED, "on": log.day, "by": "Chen Yu"})
        return changed(
            record,
            status=history[-1]["status"],
            history=history,
            decision={"outcome": Outcome.APPROVED, "on": log.day, "amount": standing.own},
        )

    records = tuple(approved(record) for record in log.records)
    assert position(replace(log, records=records)).revised.amount == now.forecast.amount


@checked
@given(logs())
def test_shares_and_bases_add_up_to_their_lines(log: Log) -> None:
    now = position(log)
    shares = sums.breakdown(now, {r.id: r.type for r in log.records}).values()
    counted = [id for id, s in now.standings.items() if s.bucket is not Bucket.DRAFT]
    assert sorted(id for share in shares for id in share.ids) == sorted(counted)
    assert sum(share.approved.amount for share in shares) == now.approved.amount
    assert sum(share.pending.amount for share in shares) == now.pending.amount
    completion = now.completion
    assert completion is not None
    granted = sum(share.granted or 0 for share in shares)
    assert completion.agreed == completion.original + timedelta(days=granted)
    for tax, whole in ((now.tax_on_revised, now.revised), (now.tax_on_forecast, now.forecast)):
        if tax:
            assert sum(line.base for line in tax) == whole.amount


@checked
@given(logs())
def test_roles_add_up_to_the_effort(log: Log) -> None:
    effort = position(log).effort
    assert sum(role.approved.amount for role in effort.roles) == effort.total.approved.amount
    assert sum(role.pending.amount for role in effort.roles) == effort.total.pending.amount


@checked
@given(logs())
def test_the_rows_of_a_cost_table_add_up_to_what_is_asked_for(log: Log) -> None:
    for record in log.records:
        table = sums.lines(record, log.profile)
        assert table.total == sums.asked(record, log.profile)
        if record.impact and record.impact.cost is not None:
            rows = [row.amount or Decimal(0) for row in table.rows]
            assert table.total == sum(rows, Decimal(0))
            assert len(table.rows) + len(table.foreign) == len(record.impact.cost)
        else:
            assert table.rows == table.foreign == ()


taxes = st.builds(
    sums.TaxLine,
    st.none(),
    st.decimals(-1000, 1000, places=2),
    st.none() | st.decimals(-100, 100, places=2),
)


@checked
@given(st.none() | st.decimals(-10000, 10000, places=2), st.lists(taxes, max_size=3))
def test_a_total_with_tax_is_the_total_and_all_its_taxes_or_not_known(
    amount: Decimal | None, lines: list[sums.TaxLine]
) -> None:
    owed = [line.tax for line in lines if line.base]
    both = sums.with_tax(amount, lines)
    if amount is None or None in owed:
        assert both is None
    elif any(owed):
        assert both == amount + sum(tax or 0 for tax in owed)
    else:
        assert both is None


@checked
@given(logs())
def test_sums_with_tax_are_those_of_the_tax_lines(log: Log) -> None:
    now = position(log)
    for with_tax, sum_, lines in (
        (now.revised_with_tax, now.revised, now.tax_on_revised),
        (now.forecast_with_tax, now.forecast, now.tax_on_forecast),
    ):
        assert with_tax == sums.with_tax(sum_.amount, lines)
        assert with_tax is None or any(line.tax for line in lines)

"""A record as it stood on an earlier day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changebook.model import timeline
from changebook.model.schema import Acceptance, ChangeRecord, Decision
from changebook.model.vocabulary import (
    AcceptanceOutcome,
    AgreementStatus,
    ObjectionOutcome,
    Outcome,
    Status,
)
from tests.strategies import START, changes

RECORD = ChangeRecord.model_validate(
    {
        "id": "ACME-0012",
        "title": "Split payments",
        "status": "implementing",
        "visibility": "client",
        "requested": {"on": "2026-03-01", "by": "Zhao Min", "party": "client"},
        "impact": {"assessed": {"on": "2026-03-09", "by": "Lin Wei"}, "cost": []},
        "plan": [
            {"step": "Extend the ledger", "finish": "2026-04-10", "done": "2026-04-09"},
            {"step": "Pilot", "finish": "2026-06-01"},
        ],
        "decision": {
            "due": "2026-03-16",
            "outcome": "approved",
            "on": "2026-03-20",
            "effective": "2026-04-01",
            "amount": "54000.00",
            "conditions": [{"text": "Pilot first", "due": "2026-06-20", "met": "2026-06-18"}],
        },
        "objections": [
            {
                "by": "Zhao Min",
                "party": "client",
                "on": "2026-03-12",
                "concern": "Too dear",
                "outcome": "compromise",
                "resolved": "2026-03-18",
            }
        ],
        "communications": [
            {"on": "2026-03-10", "channel": "video", "summary": "Walked through it."},
            {"on": "2026-05-02", "channel": "demo", "summary": "Showed it."},
        ],
        "agreement": {"status": "signed", "reference": "Amendment 2", "signed": "2026-03-24"},
        "history": [
            {"status": "submitted", "on": "2026-03-02", "by": "Zhao Min"},
            {"status": "assessing", "on": "2026-03-03", "by": "Lin Wei"},
            {"status": "awaiting-decision", "on": "2026-03-09", "by": "Lin Wei"},
            {
                "status": "approved",
                "on": "2026-03-20",
                "by": "Chen Yu",
                "recorded": "2026-03-23",
            },
            {"status": "implementing", "on": "2026-03-25", "by": "Lin Wei"},
        ],
    }
)


def on(month: int, day: int, known: date | None = None) -> ChangeRecord:
    then = timeline.at(RECORD, date(2026, month, day), known)
    assert then is not None
    return then


def test_it_does_not_exist_before_it_was_asked_for() -> None:
    assert timeline.at(RECORD, date(2026, 2, 28)) is None
    assert on(3, 1).status is Status.DRAFT


def test_the_status_is_the_last_entry_of_that_day() -> None:
    statuses = [on(3, day).status for day in (2, 8, 9, 19, 20, 25)]
    assert statuses == [
        Status.SUBMITTED,
        Status.ASSESSING,
        Status.AWAITING_DECISION,
        Status.AWAITING_DECISION,
        Status.APPROVED,
        Status.IMPLEMENTING,
    ]


def test_a_later_decision_is_not_there_but_the_day_it_is_due_is() -> None:
    before, after = on(3, 19).decision, on(3, 20).decision
    assert before is not None
    assert after is not None
    assert before.model_dump(exclude_defaults=True) == {"due": date(2026, 3, 16)}
    assert (after.outcome, after.effective) == (Outcome.APPROVED, date(2026, 4, 1))
    assert after.conditions[0].met is None
    last = on(6, 18).decision
    assert last is not None
    assert last.conditions[0].met == date(2026, 6, 18)


def test_what_was_written_down_later_was_not_known() -> None:
    known = on(3, 22, date(2026, 3, 22))
    assert known.status is Status.AWAITING_DECISION
    assert known.decision is not None
    assert known.decision.outcome is None
    assert on(3, 22).status is Status.APPROVED
    assert on(3, 22, date(2026, 3, 23)).status is Status.APPROVED
    # Without the approval, what followed it was not known either.
    assert on(3, 25, date(2026, 3, 22)).status is Status.AWAITING_DECISION


def _counting_back() -> ChangeRecord:
    """An emergency: asked for on 1 March, begun on the 2nd, approved on the 20th."""
    way = (("submitted", 1), ("implementing", 2), ("awaiting-decision", 5), ("approved", 20))
    return ChangeRecord.model_validate(
        {
            "id": "ACME-0004",
            "title": "Stop the double charge",
            "status": "approved",
            "visibility": "client",
            "path": "emergency",
            "requested": {"on": "2026-03-01", "by": "Zhao Min", "party": "client"},
            "decision": {"outcome": "approved", "on": "2026-03-20", "effective": "2026-03-02"},
            "history": [
                {"status": status, "on": date(2026, 3, day), "by": "Lin Wei"}
                | ({"recorded": "2026-03-23"} if status == "approved" else {})
                for status, day in way
            ],
        }
    )


@pytest.mark.parametrize(
    ("as_of", "known_on", "status"),
    [
        (1, None, Status.SUBMITTED),
        (2, None, Status.APPROVED),
        (2, 2, Status.IMPLEMENTING),
        (10, 22, Status.AWAITING_DECISION),
        (10, 23, Status.APPROVED),
    ],
)
def test_an_approval_that_counts_back_is_in_force_from_then_on_once_it_is_known(
    as_of: int, known_on: int | None, status: Status
) -> None:
    known = date(2026, 3, known_on) if known_on else None
    then = timeline.at(_counting_back(), date(2026, 3, as_of), known)
    assert then is not None
    assert then.status is status
    assert (then.decision is not None and then.decision.outcome is not None) == (
        status is Status.APPROVED
    )


def test_an_approval_may_count_back_to_before_it_was_asked_for() -> None:
    data = _counting_back()
    early = Decision(outcome=Outcome.APPROVED, on=date(2026, 3, 20), effective=date(2026, 2, 1))
    data = data.model_copy(update={"decision": early})
    then = timeline.at(data, date(2026, 2, 10))
    assert then is not None
    assert (then.status, then.requested) == (Status.APPROVED, data.requested)
    assert timeline.at(data, date(2026, 1, 31)) is None
    assert timeline.at(data, date(2026, 2, 10), date(2026, 2, 10)) is None


def test_objections_talks_plan_agreement_and_assessment_follow_their_days() -> None:
    assert on(3, 11).objections == ()
    assert on(3, 17).objections[0].outcome is ObjectionOutcome.OPEN
    assert on(3, 17).objections[0].resolved is None
    assert on(3, 18).objections[0].outcome is ObjectionOutcome.COMPROMISE
    assert len(on(5, 1).communications) == 1
    assert len(on(5, 2).communications) == 2
    plan = on(4, 8).plan
    assert plan is not None
    assert [step.done for step in plan] == [None, None]
    agreement = on(3, 23).agreement
    assert agreement is not None
    assert (agreement.status, agreement.signed) == (AgreementStatus.DRAFTING, None)
    impact = on(3, 8).impact
    assert impact is not None
    assert (impact.assessed, impact.cost) == (None, ())


def test_acceptance_and_what_it_took_follow_their_days() -> None:
    built = [
        {"status": "implemented", "on": "2026-07-08", "by": "Lin Wei"},
        {"status": "closed", "on": "2026-07-20", "by": "Lin Wei"},
    ]
    data = ChangeRecord.model_validate(
        RECORD.model_dump(mode="json", by_alias=True, exclude_none=True)
        | {
            "status": "closed",
            "history": [*RECORD.model_dump(mode="json", exclude_none=True)["history"], *built],
            "acceptance": {
                "due": "2026-07-15",
                "on": "2026-07-14",
                "by": [{"name": "Chen Yu", "party": "client"}],
                "outcome": "with-defects",
                "defects": [{"text": "Cut off", "fixed": "2026-07-18"}],
            },
            "actual": {"resources": [{"role": "Engineer", "days": "21"}]},
        }
    )
    before = timeline.at(data, date(2026, 7, 7))
    assert before
    assert before.acceptance == Acceptance(due=date(2026, 7, 15))
    assert before.actual is None
    open_then = timeline.at(data, date(2026, 7, 14))
    assert open_then
    assert open_then.acceptance
    assert open_then.acceptance.outcome is AcceptanceOutcome.WITH_DEFECTS
    assert open_then.acceptance.defects[0].fixed is None
    assert open_then.actual == data.actual
    fixed = timeline.at(data, date(2026, 7, 18))
    assert fixed
    assert fixed.acceptance == data.acceptance


def test_from_the_newest_event_on_it_is_as_written() -> None:
    assert max(timeline.event_dates(RECORD)) == date(2026, 6, 18)
    assert timeline.at(RECORD, date(2026, 6, 18)) == RECORD
    assert timeline.at(RECORD, date(2026, 6, 17)) != RECORD


def test_a_draft_without_history_is_there_on_any_day() -> None:
    draft = ChangeRecord.model_validate(
        {"id": "ACME-0001", "title": "Idea", "status": "draft", "visibility": "internal"}
    )
    assert timeline.at(draft, date(2020, 1, 1)) == draft


def test_a_draft_that_was_asked_for_is_not_there_before() -> None:
    """Else a record would be gone before its request, and back when looked at from later."""
    draft = ChangeRecord.model_validate(
        {
            "id": "ACME-0009",
            "title": "A thought",
            "status": "draft",
            "visibility": "internal",
            "requested": {"on": "2026-03-01", "by": "Zhao Min", "party": "client"},
        }
    )
    assert timeline.at(draft, date(2026, 2, 28)) is None
    assert timeline.at(draft, date(2026, 3, 1)) == draft


def test_a_record_that_was_deferred_twice_holds_the_last_deferral() -> None:
    twice = ChangeRecord.model_validate(
        {
            "id": "ACME-0003",
            "title": "Later",
            "status": "deferred",
            "visibility": "client",
            "decision": {"outcome": "deferred", "on": "2026-05-01", "review": "2026-08-01"},
            "history": [
                {"status": status, "on": on, "by": "Lin Wei"}
                for status, on in (
                    ("submitted", "2026-02-01"),
                    ("assessing", "2026-02-02"),
                    ("awaiting-decision", "2026-02-03"),
                    ("deferred", "2026-02-10"),
                    ("assessing", "2026-04-01"),
                    ("awaiting-decision", "2026-04-10"),
                    ("deferred", "2026-05-01"),
                )
            ],
        }
    )
    first = timeline.at(twice, date(2026, 3, 1))
    assert first is not None
    assert first.status is Status.DEFERRED
    assert first.decision is not None
    assert first.decision.on is None


SOME_DAY = st.integers(-5, 160).map(lambda n: START + timedelta(days=n))


@settings(max_examples=100, deadline=None)
@given(changes(1), SOME_DAY)
def test_nothing_that_happened_later_is_left(record: ChangeRecord, day: date) -> None:
    then = timeline.at(record, day, known_on=day)
    assert then is None or all(event <= day for event in timeline.event_dates(then))


@settings(max_examples=100, deadline=None)
@given(changes(1), SOME_DAY, SOME_DAY)
def test_looking_back_from_a_later_day_shows_the_same(
    record: ChangeRecord, one: date, other: date
) -> None:
    earlier, later = sorted((one, other))
    then = timeline.at(record, later)
    assert (then and timeline.at(then, earlier)) == timeline.at(record, earlier)


@settings(max_examples=50, deadline=None)
@given(changes(1) | changes(1, approved=True) | st.just(RECORD))
def test_a_record_is_another_on_its_turns_alone(record: ChangeRecord) -> None:
    """Also on those of the past that a later approval counts back to."""
    turns = timeline.turns(record)
    days = [turns[0] + timedelta(days=n) for n in range(-1, (turns[-1] - turns[0]).days + 2)]
    for before, day in pairwise(days):
        for known in ((before, day), (None, None)):
            if timeline.at(record, before, known[0]) != timeline.at(record, day, known[1]):
                assert day in turns

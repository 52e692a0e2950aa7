"""Month ends: each stays as it was known then, and says what was recorded later."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, Past, as_known
from changebook.exports.impact import month_differences
from changebook.model import sums
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums import SumLine
from changebook.model.visibility import is_unseen
from changebook.model.vocabulary import Audience, Status, Visibility
from changebook.model.words import Words
from changebook.views import months
from changebook.views.months import Comparison, MonthEnd
from tests import strategies
from tests.all_pages import edition_pages

CLIENT, TEAM = Audience.CLIENT, Audience.TEAM
JANUARY, FEBRUARY, MARCH, APRIL = (
    date(2026, 1, 31),
    date(2026, 2, 28),
    date(2026, 3, 31),
    date(2026, 4, 30),
)


def profile(language: str = "en") -> Profile:
    return Profile.model_validate(
        {
            "name": "Acme Trading",
            "language": language,
            "timezone": "Asia/Shanghai",
            "prefix": "ACME",
            "project": "Storefront renewal",
            "vendor": {"name": "Northwind Software"},
            "contract": {
                "reference": "SOW-3",
                "signed": "2026-01-15",
                "currency": "CNY",
                "sum": "1000000.00",
                "change_budget": "90000.00",
                "milestones": [
                    {"id": "uat", "name": "UAT starts", "date": "2026-05-04"},
                    {
                        "id": "go-live",
                        "name": "Go-live",
                        "date": "2026-06-30",
                        "completion": "true",
                    },
                ],
            },
        }
    )


def record(number: int, *way: str | dict[str, Any], days: int = 0, **decision: Any) -> ChangeRecord:
    """A change over 5,000.00; a step of its way is "status 2026-03-20" or a whole entry."""
    history = [
        step
        if isinstance(step, dict)
        else dict(zip(("status", "on"), step.split(), strict=True)) | {"by": "Lin Wei"}
        for step in way
    ]
    values: dict[str, Any] = {
        "id": f"ACME-{number:04}",
        "title": f"Change {number}",
        "status": history[-1]["status"],
        "visibility": "client",
        "history": history,
        "impact": {
            "cost": [{"item": "Work", "amount": "5000.00"}],
            "schedule": [{"milestone": "go-live", "days": days}] if days else [],
        },
    }
    approval = next((e for e in history if e["status"] == "approved"), None)
    if approval:
        values["decision"] = {
            "outcome": "approved",
            "on": approval["on"],
            "amount": "5000.00",
        } | decision
    return ChangeRecord.model_validate(values)


def approved(number: int, on: str, *, asked: str | None = None, **keys: Any) -> ChangeRecord:
    """A change that was approved on a day, and perhaps recorded later."""
    asked, recorded = asked or on, keys.pop("recorded", None)
    return record(
        number,
        f"submitted {asked}",
        f"assessing {asked}",
        f"awaiting-decision {asked}",
        {"status": "approved", "on": on, "by": "Chen Yu", "recorded": recorded},
        **keys,
    )


def edition(
    *records: ChangeRecord, audience: Audience = TEAM, until: date = APRIL, language: str = "en"
) -> Edition:
    held = tuple(EditionRecord(data, "", unseen=is_unseen(data)) for data in records)
    return Edition("acme", audience, until, profile(language), "", (), held)


def end(of: Edition, day: date) -> MonthEnd:
    return next(end for end in months.month_ends(of) if end.on == day)


def page(of: Edition, path: str) -> str:
    return next(page.content for page in edition_pages(of) if page.path == path)


def moved(comparison: Comparison) -> dict[SumLine, str]:
    return {c.line: str(c.difference) for c in comparison.lines if c.difference}


FIRST = approved(1, "2026-02-10")


def test_there_is_a_month_end_from_the_signing_to_the_last_month_that_has_ended() -> None:
    assert [e.on for e in months.month_ends(edition(FIRST))] == [JANUARY, FEBRUARY, MARCH, APRIL]
    until = edition(FIRST, until=date(2026, 4, 29))
    assert [e.on for e in months.month_ends(until)] == [JANUARY, FEBRUARY, MARCH]


def test_of_very_many_month_ends_the_last_are_shown() -> None:
    ends = months.month_ends(edition(FIRST, until=date(9999, 12, 31)))
    assert len(ends) == months.MOST_MONTHS
    assert (ends[0].since.before, ends[0].on) == (date(9979, 12, 31), date(9980, 1, 31))
    assert ends[-1].on == date.max


def test_before_a_month_has_ended_the_page_says_so() -> None:
    new = edition(until=date(2026, 1, 20))
    assert months.month_ends(new) == ()
    assert "No month has ended since the contract was signed." in page(new, urls.MONTHS)
    assert json.loads(month_differences.as_json((), Words("en")))["differences"] == {}


def test_a_month_end_says_what_changed_in_the_month() -> None:
    second = record(2, "submitted 2026-03-02", "assessing 2026-03-05", days=4)
    void = {"status": "void", "on": "2026-03-30", "by": "Chen Yu", "note": "Cancelled."}
    third = record(
        3,
        "submitted 2026-01-20",
        "assessing 2026-01-21",
        "awaiting-decision 2026-02-01",
        "approved 2026-02-05",
        void,
        days=10,
    )
    march = end(edition(FIRST, second, third), MARCH)
    assert moved(march.since) == {
        SumLine.APPROVED: "-5000.00",
        SumLine.REVISED: "-5000.00",
        SumLine.PENDING: "5000.00",
    }
    assert [(o.id, o.reversal) for o in march.since.orders] == [("ACME-0003", True)]
    assert [(d.after.id, d.days, d.ids) for d in march.since.dates] == [
        ("uat", 0, ()),
        ("go-live", -10, ("ACME-0003",)),
    ]
    assert [(m.id, m.before, m.steps) for m in march.since.moves] == [
        ("ACME-0002", None, (Status.SUBMITTED, Status.ASSESSING)),
        ("ACME-0003", Status.APPROVED, (Status.VOID,)),
    ]
    assert (march.since.requested, march.since.decided) == (("ACME-0002",), ())
    assert [p.id for p in march.pending] == ["ACME-0002"]
    february = end(edition(FIRST, second, third), FEBRUARY)
    assert (february.since.requested, february.since.decided) == (
        ("ACME-0001",),
        ("ACME-0001", "ACME-0003"),
    )


def test_later_records_leave_earlier_pages_the_same_byte_for_byte() -> None:
    before = edition_pages(edition(FIRST))
    late = approved(2, "2026-05-10", days=9)
    after = {p.path: p.content for p in edition_pages(edition(FIRST, late, until=date(2026, 6, 2)))}
    for day in (JANUARY, FEBRUARY, MARCH):
        path = urls.month(day)
        assert after[path] == next(p.content for p in before if p.path == path)
    # The last one only learns that there is a newer one.
    old = next(p.content for p in before if p.path == urls.month(APRIL)).splitlines()
    new = after[urls.month(APRIL)].splitlines()
    assert [line for line in old if line not in new] == []
    assert "ACME-0002" not in after[urls.month(APRIL)]


def test_an_approval_that_is_written_down_later_shows_both() -> None:
    late = approved(2, "2026-02-20", asked="2026-02-01", recorded="2026-03-05", days=7)
    february = end(edition(FIRST, late), FEBRUARY)
    assert february.position.approved.ids == ("ACME-0001",)
    assert february.position.pending.ids == ("ACME-0002",)
    assert [(e.id, e.status, e.on, e.recorded) for e in february.late] == [
        ("ACME-0002", Status.APPROVED, date(2026, 2, 20), date(2026, 3, 5))
    ]
    assert february.now is not None
    assert moved(february.now) == {
        SumLine.APPROVED: "5000.00",
        SumLine.REVISED: "5000.00",
        SumLine.PENDING: "-5000.00",
    }
    text = page(edition(FIRST, late), urls.month(FEBRUARY))
    assert "recorded on" in text
    assert "As known then" in text
    assert "As known now" in text
    assert text.index("CN¥1,005,000.00") < text.index("CN¥1,010,000.00")
    march = end(edition(FIRST, late), MARCH)
    assert (march.late, march.now) == ((), None)
    assert march.since.decided == ("ACME-0002",)


def test_an_approval_that_counts_back_shows_both() -> None:
    back = approved(2, "2026-03-20", asked="2026-03-02", effective="2026-02-15")
    february, march = (end(edition(FIRST, back), day) for day in (FEBRUARY, MARCH))
    assert february.position.approved.ids == ("ACME-0001",)
    assert [(e.id, e.on, e.counts_from) for e in february.late] == [
        ("ACME-0002", date(2026, 3, 20), date(2026, 2, 15))
    ]
    assert february.now is not None
    assert moved(february.now)[SumLine.APPROVED] == "5000.00"
    assert "effective from" in page(edition(FIRST, back), urls.month(FEBRUARY))
    assert end(edition(FIRST, back), JANUARY).late == ()
    assert (march.late, march.now) == ((), None)
    assert march.position.approved.ids == ("ACME-0001", "ACME-0002")


def test_what_changes_no_figure_is_named_and_shown_once() -> None:
    done = {"status": "implementing", "on": "2026-02-20", "by": "Lin Wei", "recorded": "2026-03-02"}
    late = record(
        1,
        "submitted 2026-02-01",
        "assessing 2026-02-01",
        "awaiting-decision 2026-02-01",
        "approved 2026-02-10",
        done,
    )
    february = end(edition(late), FEBRUARY)
    assert [e.status for e in february.late] == [Status.IMPLEMENTING]
    assert february.now is None
    text = page(edition(late), urls.month(FEBRUARY))
    assert "It changes no figure of this page." in text
    assert "As known then" not in text


def test_a_client_never_sees_what_was_a_draft_then() -> None:
    drafted = record(2, "draft 2026-01-20", "submitted 2026-03-02")
    drafted = drafted.model_copy(
        update={
            "requested": ChangeRecord.model_validate(
                {
                    "id": "ACME-0002",
                    "title": "Change 2",
                    "status": "draft",
                    "visibility": "client",
                    "requested": {"on": "2026-01-19", "by": "Zhao Min", "party": "client"},
                }
            ).requested
        }
    )
    seen = drafted.model_copy(update={"history": drafted.history[1:]})
    client = edition(FIRST, seen, audience=CLIENT)
    for day in (JANUARY, FEBRUARY):
        assert "ACME-0002" not in end(client, day).then.records
        assert "ACME-0002" not in page(client, urls.month(day))
    assert "ACME-0002" in page(client, urls.month(MARCH))
    team = end(edition(FIRST, drafted), FEBRUARY)
    assert team.then.records["ACME-0002"].data.status is Status.DRAFT
    assert team.position.pending.ids == ()
    assert end(edition(FIRST, drafted), MARCH).since.moves[-1].before is None


def test_the_team_sees_which_change_is_internal() -> None:
    hidden = record(2, "submitted 2026-03-02").model_copy(
        update={"visibility": Visibility.INTERNAL, "title": "Rework the tills"}
    )
    march = end(edition(FIRST, hidden), MARCH)
    assert [p.unseen for p in march.pending] == [True]
    assert [m.unseen for m in march.since.moves] == [True]
    assert page(edition(FIRST, hidden), urls.month(MARCH)).count("cb-chip--internal") == 2
    assert "cb-chip--internal" not in page(edition(FIRST, hidden), urls.month(FEBRUARY))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_differences_are_those_of_the_pages(language: str) -> None:
    of = edition(FIRST, approved(2, "2026-03-10", days=3), language=language)
    words, ends = Words(language), months.month_ends(of)
    data = json.loads(month_differences.as_json(ends, words))
    assert len(data["differences"]) == 6
    first, last = ends[0], ends[-1]
    whole = months.compare(first.then, last.then)
    assert data["differences"]["2026-01/2026-04"] == [
        *(
            words.money(c.difference, "CNY", signed=True) if c.difference else None
            for c in whole.lines
        ),
        None,
        words.days(3, signed=True),
    ]
    assert data["values"]["2026-04"][-1] == words.date(date(2026, 7, 3))
    assert len(data["rows"]) == len(data["values"]["2026-01"])
    text = page(of, urls.MONTHS)
    for month in ends:
        values = data["values"][f"{month.on:%Y-%m}"]
        assert values[2] in text
        assert values[5] in text


@settings(max_examples=60, deadline=None)
@given(strategies.logs() | strategies.logs(approved=True), st.sampled_from(Audience))
def test_a_month_end_stays_as_it_was_known(log: strategies.Log, audience: Audience) -> None:
    held = tuple(EditionRecord(data, "") for data in log.records if not is_unseen(data))
    now = Edition("acme", audience, log.day, log.profile, "", (), held)
    for month in months.month_ends(now):
        then = as_known(now, month.on, month.on)
        as_built_then = months.month_ends(then)[-1]
        assert as_built_then.on == month.on
        assert (as_built_then.then, as_built_then.since, as_built_then.pending) == (
            month.then,
            month.since,
            month.pending,
        )
        assert (as_built_then.late, as_built_then.now) == ((), None)
        if not month.late:
            known = sums.position(
                [r.data for r in as_known(now, month.on).records], log.profile, month.on
            )
            assert known == month.position


@settings(max_examples=60, deadline=None)
@given(
    strategies.logs() | strategies.logs(approved=True),
    st.sampled_from(Audience),
    st.booleans(),
    st.lists(st.integers(-10, 120), min_size=1, max_size=8),
)
def test_many_days_in_one_sweep_are_each_as_on_its_own(
    log: strategies.Log, audience: Audience, hindsight: bool, days: list[int]
) -> None:
    """In whatever order they are asked for, and however often."""
    held = tuple(EditionRecord(data, "") for data in log.records if not is_unseen(data))
    now = Edition("acme", audience, log.day, log.profile, "", (), held)
    past = Past(now, hindsight=hindsight)
    for day in (strategies.START + timedelta(days=number) for number in days):
        alone, then = as_known(now, day, None if hindsight else day), past.on(day)
        assert tuple(then.records.values()) == alone.records
        assert then.position == sums.position(
            [record.data for record in alone.records], log.profile, day
        )


@settings(max_examples=60, deadline=None)
@given(strategies.logs())
def test_the_months_add_up(log: strategies.Log) -> None:
    held = tuple(EditionRecord(data, "") for data in log.records)
    ends = months.month_ends(Edition("acme", TEAM, log.day, log.profile, "", (), held))
    if len(ends) < 2:
        return
    whole = months.compare(ends[0].then, ends[-1].then)
    for n, line in enumerate(whole.lines):
        assert line.difference == sum(e.since.lines[n].difference for e in ends[1:])
    for n, milestone in enumerate(whole.dates):
        assert milestone.days == sum(e.since.dates[n].days for e in ends[1:])
    orders = [(o.id, o.reversal) for e in ends[1:] for o in e.since.orders]
    assert sorted(orders) == sorted((o.id, o.reversal) for o in whole.orders)


def test_the_order_of_the_records_changes_no_page() -> None:
    late = [approved(n, "2026-02-20", recorded="2026-03-05") for n in (2, 3)]
    one, other = edition(FIRST, *late), edition(*late[::-1], FIRST)
    assert page(one, urls.month(FEBRUARY)) == page(other, urls.month(FEBRUARY))
    assert page(one, urls.MONTHS) == page(other, urls.MONTHS)


def test_a_month_says_when_more_was_used_than_was_set_aside() -> None:
    dear = approved(2, "2026-03-10", amount="100000.00")
    assert "was used and" in page(edition(FIRST, dear), urls.month(FEBRUARY))
    march = page(edition(FIRST, dear), urls.month(MARCH))
    assert "CN¥105,000.00 was used, which is CN¥15,000.00 over budget." in march

"""What there is to choose among, and what is said of it, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from changebook.edition.editions import Edition, EditionRecord
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Audience
from changebook.views.impact import impact
from changebook.views.what_if import WhatIf, what_if
from tests.worked_example import approved, change, profile, replacing


def calculation(*records: ChangeRecord, **contract: Any) -> WhatIf | None:
    held = tuple(EditionRecord(record, "") for record in records)
    edition = Edition("acme", Audience.CLIENT, date(2026, 6, 1), profile(**contract), "", (), held)
    return what_if(edition, impact(edition).position)


def calculated(*records: ChangeRecord, **contract: Any) -> WhatIf:
    found = calculation(*records, **contract)
    assert found is not None
    return found


def waiting(number: int = 5, *cost: Any, **keys: Any) -> ChangeRecord:
    return change(number, "awaiting-decision", *cost, **keys)


def test_nothing_waits_nothing_is_offered() -> None:
    assert calculation() is None
    assert calculation(approved(1, "2026-03-20", "54000.00")) is None
    later = approved(2, "2026-03-20", "54000.00", decision={"effective": "2026-07-01"})
    assert calculation(later) is None


@pytest.mark.parametrize("status", ["draft", "withdrawn", "rejected", "deferred"])
def test_what_does_not_wait_is_not_offered(status: str) -> None:
    keys = (
        {"decision": {"outcome": status, "on": "2026-03-04"}}
        if status in ("rejected", "deferred")
        else {}
    )
    found = calculated(waiting(5, "20000.00"), change(6, status, "7.00", **keys))
    assert [choice.id for choice in found.changes] == ["ACME-0005"]


def test_internal_work_is_not_offered_to_the_team_either() -> None:
    work = change(6, "assessing", "7.00", path="internal", visibility="internal")
    found = calculated(waiting(5, "20000.00"), work)
    assert [choice.id for choice in found.changes] == ["ACME-0005"]


OPTIONS: list[dict[str, Any]] = [
    {"id": "a", "title": "All", "amount": "9.00", "days": 4, "recommended": True},
    {"id": "b", "title": "Less", "amount": "-3.50"},
    {"id": "c", "title": "Nothing", "nothing": True, "amount": "0", "days": 0},
]


def test_each_option_that_does_something_is_a_way() -> None:
    resources = [{"role": "Tester", "days": "2.5"}]
    found = calculated(waiting(options=OPTIONS, impact={"resources": resources}))
    first, second = found.changes[0].ways
    assert (first.value, first.adds.amount, first.adds.days) == (
        "ACME-0005.a",
        Decimal("9.00"),
        {"go-live": 4},
    )
    # An option has stated neither person-days nor, here, days.
    assert first.adds.effort == Decimal("2.5")
    assert (second.adds.amount, second.adds.effort, second.adds.days, second.is_dated) == (
        Decimal("-3.50"),
        None,
        {},
        False,
    )
    assert found.data["changes"][0]["requested"] == "ACME-0005.a"


def test_what_is_requested_is_a_way_where_no_option_is_recommended() -> None:
    options = [option | {"recommended": False} for option in OPTIONS[:2]]
    asked = calculated(waiting(5, "20000.00", options=options)).changes[0]
    assert [way.value for way in asked.ways] == ["ACME-0005", "ACME-0005.a", "ACME-0005.b"]
    nothing = calculated(waiting(5, "20000.00", options=OPTIONS[2:])).changes[0]
    assert [way.value for way in nothing.ways] == ["ACME-0005"]
    unstated = calculated(waiting(options=options))
    assert unstated.data["changes"][0]["requested"] is None
    assert calculation(waiting(options=OPTIONS[2:])) is None


def test_what_is_replaced_goes_out_once_and_is_named() -> None:
    old = approved(1, "2026-03-20", "54000.00", decision={"days": {"go-live": 10, "uat": 2}})
    found = calculated(
        old,
        waiting(5, "20000.00", links=replacing(1)),
        waiting(6, "-100.00", links=replacing(1)),
        waiting(7, "1.00", links=replacing(1, mode="delta")),
    )
    assert [[each.id for each in c.replaces] for c in found.changes] == [
        ["ACME-0001"],
        ["ACME-0001"],
        [],
    ]
    assert found.data["replaced"] == {
        "ACME-0001": {"units": "5400000", "effort": None, "days": {"go-live": 10, "uat": 2}}
    }
    # It moves a milestone that nothing on offer moves.
    assert [milestone.id for milestone in found.milestones] == ["uat", "go-live"]


def test_what_counts_later_is_fixed_and_comes_first_in_the_sums() -> None:
    later = approved(
        8,
        "2026-03-20",
        "54000.00",
        decision={"effective": "2026-07-01", "partial": True, "days": {"go-live": 3}},
    )
    found = calculated(waiting(5, "20000.00"), later)
    assert [change["id"] for change in found.data["changes"]] == ["ACME-0008", "ACME-0005"]
    shown = found.changes[-1]
    assert (shown.id, shown.fixed) == ("ACME-0008", date(2026, 7, 1))
    assert shown.ways[0].adds.amount == Decimal("54000.00")
    assert shown.ways[0].adds.days == {"go-live": 3}


@pytest.mark.parametrize(
    ("currency", "units"), [("CNY", "2000050"), ("JPY", "20001"), ("KWD", "20000500")]
)
def test_amounts_are_whole_minor_units(currency: str, units: str) -> None:
    found = calculated(waiting(5, "20000.50"), currency=currency)
    assert found.data["changes"][0]["ways"][0]["units"] == units


def test_an_amount_that_nobody_stated_stays_unknown() -> None:
    way = calculated(waiting()).data["changes"][0]["ways"][0]
    assert (way["units"], way["effort"], way["days"], way["dated"]) == (None, None, {}, False)


def test_lines_in_other_currencies_are_left_out_and_named() -> None:
    foreign = {"item": "Licence", "amount": "900.00", "currency": "USD"}
    found = calculated(waiting(5, "20.00", foreign))
    assert found.data["changes"][0]["ways"][0]["units"] == "2000"
    assert [(line.amount, line.currency) for line in found.changes[0].foreign] == [
        (Decimal("900.00"), "USD")
    ]


def test_person_days_are_whole_numbers_of_their_smallest_part() -> None:
    found = calculated(
        waiting(impact={"resources": [{"role": "Tester", "days": "0.125"}]}), effort="640.5"
    )
    assert found.effort_is_whole
    assert (found.data["effort"], found.data["effortDecimals"]) == ("640500", 3)
    assert found.data["changes"][0]["ways"][0]["effort"] == "125"


def test_what_is_due_first_stands_first() -> None:
    found = calculated(
        waiting(5, "1.00"),
        waiting(6, "1.00", decision={"due": "2026-06-20"}),
        waiting(7, "1.00", decision={"due": "2026-06-10"}),
    )
    assert [choice.id[-1] for choice in found.changes] == ["7", "6", "5"]

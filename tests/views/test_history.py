"""The history of changes as a view: what the list is filtered and sorted by, and the months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import sums, timeline
from changebook.model.schema import ChangeRecord
from changebook.model.sums import minor_units
from changebook.model.vocabulary import Audience, Status
from changebook.model.words import Words
from changebook.views import index
from changebook.views.change import decided_on
from changebook.views.index import History, Listed, State, slugs
from changebook.views.pace import decision_days, request_days
from tests.strategies import Log, logs


def history(log: Log) -> tuple[Edition, History]:
    standing = (timeline.at(record, log.day) for record in log.records)
    records = tuple(EditionRecord(data, "") for data in standing if data)
    edition = Edition("acme", Audience.TEAM, log.day, log.profile, "", (), records)
    position = sums.position([r.data for r in records], log.profile, log.day)
    return edition, index.history(edition, position)


def listed(view: History) -> list[Listed]:
    return [*view.undated, *(entry for month in view.months for entry in month.listed)]


@given(logs())
@settings(max_examples=60)
def test_every_change_is_listed_once_in_the_month_of_its_request(log: Log) -> None:
    edition, view = history(log)
    assert sorted(e.row.id for e in listed(view)) == sorted(r.data.id for r in edition.records)
    assert view.count == len(edition.records)
    months = [month.first for month in view.months]
    assert months == sorted(months, reverse=True)
    for month in view.months:
        assert month.listed
        assert {e.row.day.replace(day=1) for e in month.listed if e.row.day} == {month.first}


@given(logs())
@settings(max_examples=60)
def test_every_value_of_a_row_is_one_of_its_facets_choices(log: Log) -> None:
    _, view = history(log)
    choices = {facet.key: [choice.value for choice in facet.choices] for facet in view.facets}
    assert all(len(values) == len(set(values)) for values in choices.values())
    assert not any(" " in value for values in choices.values() for value in values)
    for entry in listed(view):
        row = entry.row
        single = {
            "state": entry.state,
            "status": row.status,
            "type": row.type,
            "priority": row.priority,
            "risk": row.risk,
            "reason": row.reason,
        }
        for key, term in single.items():
            assert term is None or term.value in choices[key]
        assert set(entry.items) <= set(choices["item"])
        assert len(entry.items) == len(row.items)
        assert set(entry.milestones) <= set(choices["milestone"])


@given(logs())
@settings(max_examples=60)
def test_the_months_have_every_request_and_every_decision(log: Log) -> None:
    edition, view = history(log)
    asked = [r.data for r in edition.records if r.data.status is not Status.DRAFT]
    requests = {(s.row.id, s.on) for month in view.timeline for s in month.requested}
    assert requests == set(request_days(asked).items())
    decisions = sorted((s.row.id, s.on) for month in view.timeline for s in month.decided)
    assert decisions == sorted(decision_days(asked, log.day))
    for month in view.timeline:
        steps = [*month.requested, *month.decided, *month.done, *month.ended]
        assert steps
        assert {step.on.replace(day=1) for step in steps} == {month.first}
        for kind in (month.requested, month.decided, month.done, month.ended):
            assert [s.on for s in kind] == sorted((s.on for s in kind), reverse=True)


@given(logs())
@settings(max_examples=60)
def test_what_waits_for_a_decision_has_none(log: Log) -> None:
    _, view = history(log)
    for entry in listed(view):
        if entry.state is State.DECIDED:
            assert entry.row.decided
        elif entry.state is State.OPEN:
            assert entry.row.decided is None
        else:
            own = {record.id for record in log.records if record.is_internal_work}
            assert entry.row.status is Status.WITHDRAWN or entry.row.id in own


def record(*history: tuple[str, str]) -> ChangeRecord:
    steps = [{"status": status, "on": on, "by": "Lin Wei"} for status, on in history]
    return ChangeRecord.model_validate(
        {
            "id": "ACME-0001",
            "title": "A change",
            "status": history[-1][0],
            "visibility": "client",
            "history": steps,
        }
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("submitted", None),
        ("submitted assessing awaiting-decision approved implementing", 4),
        ("submitted assessing awaiting-decision deferred", 4),
        ("submitted assessing awaiting-decision deferred assessing", None),
        ("submitted assessing awaiting-decision deferred assessing awaiting-decision rejected", 7),
        ("submitted assessing withdrawn", None),
        ("submitted implementing", None),
    ],
)
def test_the_decision_that_stands(steps: str, expected: int | None) -> None:
    data = record(*((status, f"2026-03-{n:02d}") for n, status in enumerate(steps.split(), 1)))
    assert decided_on(data) == (date(2026, 3, expected) if expected else None)


def test_words_for_an_address() -> None:
    found = slugs(["Check out", "check-out", "对账 模块", "!!", "-", ""])
    assert found["Check out"] == "check-out"
    assert found["对账 模块"] == "对账-模块"
    assert len(set(found.values())) == len(found)
    assert all(found.values())


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("12.345", "CNY", 1235),
        ("-0.005", "EUR", -1),
        ("1030", "JPY", 1030),
        ("1.5", "KWD", 1500),
        ("999999999999999.999999999", "CNY", 100000000000000000),
        ("0", "CNY", 0),
    ],
)
def test_minor_units(amount: str, currency: str, units: int) -> None:
    assert minor_units(Decimal(amount), currency) == units


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("currency", ["CNY", "EUR", "JPY", "KWD", "CHF", "USD"])
def test_the_forms_of_money_are_those_of_the_pages(language: str, currency: str) -> None:
    words = Words(language)
    form = words.money_form(currency)
    number = words.number(Decimal("7654.321").quantize(Decimal(1).scaleb(-form.decimals)))
    for sign, pattern in ((1, form.plus), (-1, form.minus)):
        amount = sign * Decimal(number.replace(",", ""))
        assert pattern.replace("{number}", number) == words.money(amount, currency, signed=True)
    nil = Decimal(0).scaleb(-form.decimals)
    assert form.nil.replace("{number}", f"{nil:f}") == words.money(nil, currency, signed=True)

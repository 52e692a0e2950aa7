"""The sums of record-format.md, point by point, against numbers that were worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from changebook.model import sums
from changebook.model.schema import ChangeRecord
from changebook.model.sums import Bucket, Position, SumLine
from changebook.model.vocabulary import ReasonCategory
from tests.worked_example import EXAMPLE, approved, at, change, profile, replacing


def amounts(position: Position, *lines: SumLine) -> list[str]:
    return [str(position.lines[line].amount) for line in lines or SumLine]


def shown(*values: object) -> str:
    """Values as text: also how many decimals they have."""
    return " ".join(map(str, values))


def buckets(position: Position) -> list[Bucket]:
    return [standing.bucket for standing in position.standings.values()]


def test_a_worked_example_at_its_end() -> None:
    position = at("2026-05-31", *EXAMPLE)
    # approved: 60,000 - 12,500 = 47,500; pending: 20,000 - 3,000 + 4,200 = 21,200
    assert {line.value: str(figure.amount) for line, figure in position.lines.items()} == {
        "original": "1200000.00",
        "approved": "47500.00",
        "revised": "1247500.00",
        "pending": "21200.00",
        "proceeding": "4200.00",
        "forecast": "1268700.00",
        "deferred": "0.00",
        "rejected": "99000.00",
        "withdrawn": "0.00",
        "void": "8000.00",
    }
    assert shown(position.adds.amount, position.credits.amount) == "60000.00 -12500.00"
    assert (
        shown(position.pending_adds.amount, position.pending_credits.amount) == "24200.00 -3000.00"
    )
    assert position.approved.ids == ("ACME-0002", "ACME-0004")
    assert position.forecast.ids == (
        "ACME-0002",
        "ACME-0004",
        "ACME-0005",
        "ACME-0006",
        "ACME-0007",
    )
    assert buckets(position) == [
        Bucket.REPLACED,
        Bucket.APPROVED,
        Bucket.VOID,
        Bucket.APPROVED,
        Bucket.PENDING,
        Bucket.PENDING,
        Bucket.PROCEEDING,
        Bucket.REJECTED,
    ]


def test_the_register_of_the_worked_example() -> None:
    register = at("2026-05-31", *EXAMPLE).register
    assert [
        (e.number, e.id, e.reversal, str(e.on), *map(str, (e.earlier, e.before, e.this, e.after)))
        for e in register
    ] == [
        (1, "ACME-0001", False, "2026-03-20", "0.00", "1200000.00", "54000.00", "1254000.00"),
        (2, "ACME-0002", False, "2026-04-02", "54000.00", "1254000.00", "-12500.00", "1241500.00"),
        (3, "ACME-0003", False, "2026-04-10", "41500.00", "1241500.00", "8000.00", "1249500.00"),
        (4, "ACME-0004", False, "2026-04-20", "49500.00", "1249500.00", "6000.00", "1255500.00"),
        (5, "ACME-0003", True, "2026-05-01", "55500.00", "1255500.00", "-8000.00", "1247500.00"),
    ]
    new = register[3]
    assert new.amount == 60000
    assert new.replaced == (sums.Part("ACME-0001", Decimal(-54000)),)


def test_the_dates_of_the_worked_example() -> None:
    uat, go_live = at("2026-05-31", *EXAMPLE).milestones
    # 4 May + 2 days, and back with the void
    assert [(s.id, s.days, str(s.after)) for s in uat.steps] == [
        ("ACME-0003", 2, "2026-05-06"),
        ("ACME-0003", -2, "2026-05-04"),
    ]
    # 30 June + 10 = 10 July, - 3 = 7 July, + 4 - 10 = 1 July: a replacement takes the old days back
    assert [(s.id, s.days, str(s.before), str(s.after)) for s in go_live.steps] == [
        ("ACME-0001", 10, "2026-06-30", "2026-07-10"),
        ("ACME-0002", -3, "2026-07-10", "2026-07-07"),
        ("ACME-0004", -6, "2026-07-07", "2026-07-01"),
    ]
    assert (uat.original, uat.agreed) == (date(2026, 5, 4), date(2026, 5, 4))
    assert (go_live.original, go_live.agreed) == (date(2026, 6, 30), date(2026, 7, 1))
    replacing = go_live.steps[-1]
    assert (replacing.own, replacing.replaced) == (4, (sums.DayRequest("ACME-0001", -10),))


def test_a_pending_replacement_requests_the_new_days_less_the_old() -> None:
    old = approved(1, "2026-03-20", "54000.00", decision={"days": {"go-live": 10, "uat": 3}})
    schedule = [{"milestone": "go-live", "days": "4"}]
    new = change(
        2,
        "assessing",
        impact={"cost": [{"item": "Work", "amount": "60.00"}], "schedule": schedule},
        links=replacing(1),
    )
    uat, go_live = at("2026-04-30", old, new).milestones
    assert go_live.requests == (sums.DayRequest("ACME-0002", -6),)
    assert uat.requests == (sums.DayRequest("ACME-0002", -3),)
    assert go_live.agreed == date(2026, 7, 10)


def test_voiding_a_replacement_gives_the_days_back() -> None:
    old = approved(1, "2026-03-20", "54000.00", decision={"days": {"go-live": 10}})
    new = approved(
        2,
        "2026-04-02",
        "6.00",
        decision={"days": {"go-live": 4}},
        links=replacing(1),
        void="2026-04-20",
    )
    days = ("2026-04-01", "2026-04-02", "2026-04-20")
    agreed = [at(day, old, new).completion for day in days]
    assert [m and str(m.agreed) for m in agreed] == ["2026-07-10", "2026-07-04", "2026-07-10"]


def test_the_worked_example_on_earlier_days() -> None:
    revised = {
        day: amounts(at(day, *EXAMPLE), SumLine.REVISED)[0]
        for day in (
            "2026-02-01",
            "2026-03-19",
            "2026-03-20",
            "2026-04-15",
            "2026-04-20",
            "2026-04-30",
            "2026-05-01",
        )
    }
    assert revised == {
        "2026-02-01": "1200000.00",
        "2026-03-19": "1200000.00",
        "2026-03-20": "1254000.00",
        "2026-04-15": "1249500.00",
        "2026-04-20": "1255500.00",
        "2026-04-30": "1255500.00",  # the later void is not yet there
        "2026-05-01": "1247500.00",
    }


def test_entries_are_found_by_their_record() -> None:
    position = at("2026-05-31", *EXAMPLE)
    entry, back = sums.change_order("ACME-0003", position), sums.reversal("ACME-0003", position)
    assert entry is not None
    assert back is not None
    assert (entry.number, back.number) == (3, 5)
    assert sums.change_order("ACME-0005", position) is None
    assert sums.reversal("ACME-0001", position) is None


# Point by point.


def test_nothing_at_all() -> None:
    position = at("2026-03-01")
    assert amounts(position, SumLine.REVISED, SumLine.FORECAST) == ["1200000.00", "1200000.00"]
    assert position.register == ()
    assert position.tax_on_revised == ()
    assert position.budget is None


@pytest.mark.parametrize(
    ("status", "bucket"),
    [
        ("draft", Bucket.DRAFT),
        ("submitted", Bucket.PENDING),
        ("assessing", Bucket.PENDING),
        ("awaiting-decision", Bucket.PENDING),
        ("deferred", Bucket.DEFERRED),
        ("rejected", Bucket.REJECTED),
        ("withdrawn", Bucket.WITHDRAWN),
    ],
)
def test_what_is_not_approved_is_never_in_the_revised_sum(status: str, bucket: Bucket) -> None:
    outcome = {"outcome": status, "on": "2026-03-04"} if status in ("deferred", "rejected") else {}
    position = at("2026-03-31", change(1, status, "700.00", decision=outcome))
    assert buckets(position) == [bucket]
    assert position.revised.amount == 1200000
    assert position.forecast.amount == 1200000 + (700 if bucket is Bucket.PENDING else 0)


@pytest.mark.parametrize("status", ["approved", "implementing", "implemented", "closed"])
def test_approved_or_later_counts(status: str) -> None:
    record = approved(1, "2026-03-20", "700.00")
    history = [entry.model_dump() for entry in record.history]
    history.append({"status": status, "on": "2026-03-21", "by": "Lin Wei"})
    data = record.model_dump() | {"status": status, "history": history}
    position = at("2026-03-31", ChangeRecord.model_validate(data))
    assert buckets(position) == [Bucket.APPROVED]
    assert position.approved.amount == 700


def test_what_was_approved_counts_not_what_was_asked_for() -> None:
    partial = approved(
        1, "2026-03-20", "27580.00", impact={"cost": [{"item": "W", "amount": "34220"}]}
    )
    position = at("2026-03-31", partial)
    assert position.approved.amount == 27580
    assert sums.asked(partial, profile()) == 34220


def test_an_approval_counts_from_its_effective_day_and_is_pending_until_then() -> None:
    record = approved(1, "2026-03-20", "700.00", decision={"effective": date(2026, 4, 1)})
    before, after = at("2026-03-31", record), at("2026-04-01", record)
    assert buckets(before) == [Bucket.APPROVED_LATER]
    assert amounts(before, SumLine.APPROVED, SumLine.PENDING, SumLine.FORECAST) == [
        "0.00",
        "700.00",
        "1200700.00",
    ]
    assert before.register == ()
    assert buckets(after) == [Bucket.APPROVED]
    assert amounts(after, SumLine.APPROVED, SumLine.PENDING) == ["700.00", "0.00"]


def test_known_on_uses_the_days_of_recording() -> None:
    record = approved(1, "2026-03-20", "700.00", recorded=date(2026, 3, 23))
    day = date(2026, 3, 22)
    assert at("2026-03-22", record).approved.amount == 700
    assert at("2026-03-22", record, known_on=day).approved.amount == 0
    assert at("2026-03-22", record, known_on=date(2026, 3, 23)).approved.amount == 700


def test_entries_of_one_day_go_by_recording_then_id() -> None:
    first = approved(2, "2026-03-20", "1.00", recorded=date(2026, 3, 21))
    later = approved(1, "2026-03-20", "2.00", recorded=date(2026, 3, 22))
    same = approved(3, "2026-03-20", "4.00", recorded=date(2026, 3, 21))
    register = at("2026-03-31", later, same, first).register
    assert [e.id for e in register] == ["ACME-0002", "ACME-0003", "ACME-0001"]


def test_a_pending_replacement_adds_the_new_amount_less_the_old() -> None:
    old = approved(1, "2026-03-20", "54000.00")
    new = change(2, "assessing", "60000.00", links=replacing(1))
    position = at("2026-03-31", old, new)
    assert position.approved.amount == 54000
    assert position.pending.amount == 6000
    assert position.standings["ACME-0002"].own == 60000
    assert position.standings["ACME-0002"].replaces == (sums.Part("ACME-0001", Decimal(-54000)),)


def test_a_pending_replacement_of_several() -> None:
    old = [approved(n, "2026-03-20", amount) for n, amount in ((1, "100.00"), (2, "-30.00"))]
    open_one = change(3, "submitted", "9.00")
    new = change(4, "assessing", "50.00", links=replacing(1, 2, 3))
    # 50 - 100 + 30; what is not approved is not taken out
    assert at("2026-03-31", *old, open_one, new).standings["ACME-0004"].amount == -20


def test_a_pending_delta_adds_all_of_it() -> None:
    old = approved(1, "2026-03-20", "54000.00")
    new = change(2, "assessing", "6000.00", links=replacing(1, mode="delta"))
    position = at("2026-03-31", old, new)
    assert shown(position.pending.amount, position.forecast.amount) == "6000.00 1260000.00"


def test_a_replacement_that_is_not_assessed_takes_nothing_out() -> None:
    old = approved(1, "2026-03-20", "54000.00")
    position = at("2026-03-31", old, change(2, "submitted", links=replacing(1)))
    assert position.forecast.amount == 1254000
    assert position.pending.unknown == ("ACME-0002",)
    assert position.pending.ids == ("ACME-0002",)


def test_the_old_counts_until_the_successor_takes_effect_then_only_the_successor() -> None:
    old = approved(1, "2026-03-20", "54000.00")
    new = approved(
        2, "2026-04-02", "60000.00", decision={"effective": "2026-05-01"}, links=replacing(1)
    )
    approved_on = {
        day: str(at(day, old, new).approved.amount)
        for day in ("2026-04-01", "2026-04-02", "2026-04-30", "2026-05-01")
    }
    assert approved_on == {
        "2026-04-01": "54000.00",
        "2026-04-02": "54000.00",
        "2026-04-30": "54000.00",
        "2026-05-01": "60000.00",
    }
    assert at("2026-04-30", old, new).pending.amount == 6000


def test_both_count_with_a_delta_even_if_the_old_is_marked_as_superseded() -> None:
    old = approved(1, "2026-03-20", "54000.00")
    history = [entry.model_dump() for entry in old.history]
    history.append({"status": "superseded", "on": "2026-04-02", "by": "Chen Yu"})
    old = ChangeRecord.model_validate(
        old.model_dump() | {"status": "superseded", "history": history}
    )
    new = approved(2, "2026-04-02", "6000.00", links=replacing(1, mode="delta"))
    assert at("2026-04-30", old, new).approved.amount == 60000


def test_two_requests_to_replace_one_record_take_it_out_once() -> None:
    old = approved(1, "2026-03-20", "100.00")
    one, other = (change(n, "assessing", "30.00", links=replacing(1)) for n in (2, 3))
    position = at("2026-03-31", old, one, other)
    # 30 - 100 + 30, so that the forecast is what two approvals would make it
    assert shown(position.pending.amount, position.forecast.amount) == "-40.00 1200060.00"


def test_what_was_replaced_before_it_took_effect_brings_no_money() -> None:
    old = approved(1, "2026-03-20", "100.00", decision={"effective": "2026-05-01"})
    new = approved(2, "2026-04-02", "30.00", links=replacing(1))
    register = at("2026-05-31", old, new).register
    assert [shown(e.id, e.this) for e in register] == ["ACME-0002 30.00", "ACME-0001 0.00"]
    assert at("2026-04-30", old, new).forecast.amount == 1200030


def test_a_request_takes_out_what_is_approved_and_not_in_effect_yet() -> None:
    old = approved(1, "2026-03-20", "100.00", decision={"effective": "2026-05-01"})
    position = at("2026-03-31", old, change(2, "assessing", "30.00", links=replacing(1)))
    # 100 + 30 - 100: both are pending, and only one of them can come true
    assert shown(position.pending.amount, position.forecast.amount) == "30.00 1200030.00"


def test_only_the_last_of_a_row_of_replacements_counts() -> None:
    row = (
        approved(1, "2026-03-20", "10.00"),
        approved(2, "2026-04-01", "20.00", links=replacing(1)),
        approved(3, "2026-04-10", "35.00", links=replacing(2)),
    )
    position = at("2026-04-30", *row)
    assert position.approved.ids == ("ACME-0003",)
    assert [e.this for e in position.register] == [10, 10, 15]


def test_voiding_a_replacement_gives_its_place_back() -> None:
    old = approved(1, "2026-03-20", "54000.00")
    new = approved(2, "2026-04-02", "60000.00", links=replacing(1), void="2026-04-20")
    position = at("2026-04-30", old, new)
    assert position.approved.amount == 54000
    back = sums.reversal("ACME-0002", position)
    assert back is not None
    assert shown(back.amount, back.this) == "-60000.00 -6000.00"


def test_what_is_voided_before_it_takes_effect_never_counts() -> None:
    record = approved(
        1, "2026-03-20", "700.00", decision={"effective": "2026-05-01"}, void="2026-04-01"
    )
    for day in ("2026-04-01", "2026-06-01"):
        assert at(day, record).register == ()
        assert buckets(at(day, record)) == [Bucket.VOID]


def test_an_emergency_proceeds_until_it_is_decided() -> None:
    way = [
        ("submitted", "2026-03-01"),
        ("implementing", "2026-03-02"),
        ("awaiting-decision", "2026-03-05"),
        ("approved", "2026-03-09"),
    ]
    record = change(
        1,
        "approved",
        "5000.00",
        path="emergency",
        decision={"outcome": "approved", "on": "2026-03-09", "amount": "4000.00"},
        history=[{"status": status, "on": on, "by": "Lin Wei"} for status, on in way],
    )
    found = {}
    for day in ("2026-03-01", "2026-03-02", "2026-03-05", "2026-03-09"):
        position = at(day, record)
        lines = (SumLine.APPROVED, SumLine.PENDING, SumLine.PROCEEDING)
        found[day] = (*buckets(position), *amounts(position, *lines))
    assert found == {
        "2026-03-01": (Bucket.PENDING, "0.00", "5000.00", "0.00"),
        "2026-03-02": (Bucket.PROCEEDING, "0.00", "5000.00", "5000.00"),
        "2026-03-05": (Bucket.PROCEEDING, "0.00", "5000.00", "5000.00"),
        "2026-03-09": (Bucket.APPROVED, "4000.00", "0.00", "0.00"),
    }


def test_options_are_never_summed_but_the_recommended_one_stands_in_for_lines() -> None:
    options = [
        {"id": "a", "title": "A", "amount": "18400.00", "recommended": "true"},
        {"id": "b", "title": "B", "amount": "14900.00"},
    ]
    assert sums.asked(change(1, "submitted", options=options), profile()) == 18400
    assert sums.asked(change(1, "submitted", "5.00", options=options), profile()) == 5
    assert sums.asked(change(1, "submitted", impact={}, options=options), profile()) == 0
    assert sums.asked(change(1, "submitted", options=options[1:]), profile()) is None


def test_lines_are_rounded_half_up_and_then_summed() -> None:
    lines = [
        {"item": "A", "quantity": "0.5", "rate": "0.01"},  # 0.005 -> 0.01
        {"item": "B", "quantity": "-0.5", "rate": "0.01"},  # -0.005 -> -0.01
        {"item": "C", "amount": "1.005"},  # -> 1.01
        {"item": "D", "amount": "1.0049"},  # -> 1.00
        {"item": "E", "quantity": "3", "unit": "day", "rate": "333.335"},  # 1000.005 -> 1000.01
    ]
    table = sums.lines(change(1, "submitted", *lines), profile())
    assert [str(row.amount) for row in table.rows] == ["0.01", "-0.01", "1.01", "1.00", "1000.01"]
    assert str(table.total) == "1002.02"
    assert table.rows[4].unit == "day"


@pytest.mark.parametrize(
    ("currency", "rounded"),
    [("CNY", "1234.57"), ("JPY", "1235"), ("KWD", "1234.568")],
)
def test_the_minor_unit_is_the_currency_s(currency: str, rounded: str) -> None:
    table = sums.lines(change(1, "submitted", "1234.5675"), profile(currency=currency))
    assert str(table.total) == rounded


def test_the_longest_numbers_are_exact() -> None:
    line = {"item": "A", "quantity": "999999999999999.999999999", "rate": "999999999999999.99"}
    # (10^15 - 10^-9) x (10^15 - 0.01) = 10^30 - 10^13 - 10^6 + 10^-11
    assert str(sums.asked(change(1, "submitted", line), profile())) == (
        "999999999999999989999999000000.00"
    )


def test_no_amount_is_minus_nothing() -> None:
    assert str(sums.rounded(Decimal("-0.004"), "CNY")) == "0.00"


def test_other_currencies_are_listed_apart_with_a_memo_where_a_rate_is_given() -> None:
    fx = {"rate": "7.85", "source": "Bank of China, middle rate", "date": "2026-03-02"}
    record = change(
        1,
        "submitted",
        "100.00",
        {"item": "Licence", "amount": "99.999", "currency": "EUR", "fx": fx},
        {"item": "Fonts", "amount": "5000.4", "currency": "JPY"},
    )
    position = at("2026-03-31", record)
    assert position.pending.amount == 100
    # 100.00 EUR x 7.85; the yen have no rate, so no memo
    assert [(f.id, str(f.row.amount), f.row.currency, f.row.memo) for f in position.foreign] == [
        ("ACME-0001", "100.00", "EUR", Decimal("785.00")),
        ("ACME-0001", "5000", "JPY", None),
    ]
    table = sums.lines(record, profile())
    assert shown(len(table.rows), len(table.foreign), table.total) == "1 2 100.00"


def test_tax_stands_below_per_rate() -> None:
    mixed = change(
        1,
        "awaiting-decision",
        "1000.00",
        {"item": "Books", "amount": "50.55", "tax_rate": "9"},
        {"item": "Exempt", "amount": "7.00", "tax_rate": "0"},
    )
    position = at("2026-03-31", mixed, tax_rate="6")
    assert [shown(t.rate, t.base, t.tax) for t in position.tax_on_revised] == [
        "6 1200000.00 72000.00"
    ]
    # 9% of 50.55 is 4.5495
    assert [shown(t.rate, t.base, t.tax, *t.ids) for t in position.tax_on_forecast] == [
        "9 50.55 4.55 ACME-0001",
        "6 1201000.00 72060.00 ACME-0001",
        "0 7.00 0.00 ACME-0001",
    ]
    own = sums.lines(mixed, profile(tax_rate="6")).tax
    assert [shown(t.rate, t.base, t.tax) for t in own] == [
        "9 50.55 4.55",
        "6 1000.00 60.00",
        "0 7.00 0.00",
    ]


def test_tax_on_another_amount_than_the_lines_have() -> None:
    books = {"item": "Books", "amount": "100.00", "tax_rate": "9"}
    work = {"item": "Work", "amount": "900.00"}
    one_rate = approved(1, "2026-03-20", "80.00", impact={"cost": [books]})
    two_rates = approved(2, "2026-03-20", "700.00", impact={"cost": [books, work]})
    position = at("2026-03-31", one_rate, two_rates, tax_rate="6")
    # 80 and 100 at 9%; 900 less the 300 that were not approved at the contract's rate
    assert [shown(t.rate, t.base) for t in position.tax_on_revised] == ["9 180.00", "6 1200600.00"]


def test_a_replacement_takes_the_tax_of_the_old_out() -> None:
    old = approved(
        1,
        "2026-03-20",
        "100.00",
        impact={"cost": [{"item": "Books", "amount": "100.00", "tax_rate": "9"}]},
    )
    new = change(2, "assessing", "250.00", links=replacing(1))
    position = at("2026-03-31", old, new, tax_rate="6")
    assert [shown(t.rate, t.base) for t in position.tax_on_forecast] == ["9 0.00", "6 1200250.00"]


def test_without_any_rate_there_is_no_tax() -> None:
    assert at("2026-03-31", change(1, "submitted", "5.00")).tax_on_forecast == ()
    taxed = {"item": "Books", "amount": "100.00", "tax_rate": "9"}
    lines = at("2026-03-31", change(1, "submitted", taxed)).tax_on_forecast
    assert [shown(t.rate, t.base, t.tax) for t in lines] == [
        "9 100.00 9.00",
        "None 1200000.00 None",
    ]


def test_the_change_budget_is_used_by_what_is_approved() -> None:
    budget = at("2026-05-31", *EXAMPLE, change_budget="60000.00").budget
    assert budget is not None
    # 60,000 - 47,500 = 12,500; 21,200 are pending
    assert [str(n) for n in (budget.used.amount, budget.left, budget.left_if_pending)] == [
        "47500.00",
        "12500.00",
        "-8700.00",
    ]


def test_person_days_per_role_and_in_total() -> None:
    def resources(**days: str) -> dict[str, Any]:
        return {"cost": [], "resources": [{"role": r, "days": d} for r, d in days.items()]}

    done = approved(1, "2026-03-20", "1.00", impact=resources(Engineer="18", Tester="6"))
    saved = approved(2, "2026-03-21", "-1.00", impact=resources(Engineer="-4.5"))
    new = change(3, "assessing", impact=resources(Engineer="20", Designer="3"), links=replacing(1))
    unknown = change(4, "submitted")
    effort = at("2026-03-31", done, saved, new, unknown, effort="640").effort
    # The replacement: 20 - 18 engineer's days, 3 designer's, and none of the tester's 6 any more.
    assert [(r.role, str(r.approved.amount), str(r.pending.amount)) for r in effort.roles] == [
        ("Designer", "0", "3"),
        ("Engineer", "13.5", "2"),
        ("Tester", "6", "-6"),
    ]
    assert shown(effort.total.approved.amount, effort.total.pending.amount) == "19.5 -1"
    assert effort.total.pending.unknown == ("ACME-0004",)
    assert shown(effort.original, effort.revised, effort.forecast) == "640 659.5 658.5"


def test_granted_days_are_those_of_the_decision_or_else_those_asked_for() -> None:
    schedule = [{"milestone": "uat", "days": 7}, {"milestone": "go-live", "days": 12}]
    record = approved(
        1,
        "2026-03-20",
        "1.00",
        impact={"cost": [], "schedule": schedule},
        decision={"days": {"go-live": 5}, "milestones": {"go-live": "2026-07-05"}},
    )
    assert sums.asked_days(record) == {"uat": 7, "go-live": 12}
    assert sums.granted(record) == {"uat": 7, "go-live": 5}
    uat, go_live = at("2026-03-31", record).milestones
    assert (str(uat.agreed), str(go_live.agreed)) == ("2026-05-11", "2026-07-05")
    assert go_live.steps[0].stated == go_live.agreed


def test_days_that_are_granted_later_are_asked_for_until_then() -> None:
    record = approved(
        1,
        "2026-03-20",
        "1.00",
        impact={"schedule": [{"milestone": "go-live", "days": 12}]},
        decision={"days": {"go-live": 5}, "effective": "2026-04-01"},
    )
    before, after = (at(day, record).milestones[1] for day in ("2026-03-31", "2026-04-01"))
    assert [r.days for r in before.requests] == [5]
    assert shown(before.agreed, after.agreed) == "2026-06-30 2026-07-05"
    assert after.requests == ()


def asking(number: int, days: int) -> ChangeRecord:
    impact = {"schedule": [{"milestone": "go-live", "days": days}]}
    return change(number, "assessing", impact=impact)


@pytest.mark.parametrize(
    ("days", "low", "high", "earliest", "latest"),
    [
        ((10, 4, 3), 10, 17, "2026-07-10", "2026-07-17"),
        ((10,), 10, 10, "2026-07-10", "2026-07-10"),
        ((10, -4), 6, 10, "2026-07-06", "2026-07-10"),
        ((-2, -4), -6, -4, "2026-06-24", "2026-06-26"),
    ],
)
def test_days_asked_for_are_a_range_from_the_largest_to_the_sum(
    days: tuple[int, ...], low: int, high: int, earliest: str, latest: str
) -> None:
    records = [asking(number, n) for number, n in enumerate(days, 1)]
    uat, go_live = at("2026-03-31", *records, asking(9, 0)).milestones
    assert uat.pending is None
    assert go_live.pending is not None
    assert (go_live.pending.low, go_live.pending.high) == (low, high)
    assert (str(go_live.pending.earliest), str(go_live.pending.latest)) == (earliest, latest)
    assert [r.days for r in go_live.requests] == list(days)
    assert go_live.agreed == date(2026, 6, 30)


def test_the_team_sees_by_how_much_it_differs_from_the_client() -> None:
    hidden = change(9, "assessing", "7160.00", visibility="internal")
    team, client = at("2026-05-31", *EXAMPLE, hidden), at("2026-05-31", *EXAMPLE)
    beyond = sums.difference(team, client)
    assert shown(beyond.pending.amount, beyond.forecast.amount) == "7160.00 7160.00"
    assert beyond.pending.parts == (sums.Part("ACME-0009", Decimal("7160.00")),)
    assert beyond.withdrawn.amount == 0


def test_audiences_that_differ_in_what_is_decided_are_refused() -> None:
    with pytest.raises(ValueError, match="decided"):
        sums.difference(at("2026-05-31", *EXAMPLE), at("2026-05-31", *EXAMPLE[1:]))


def test_shares_by_reason() -> None:
    market, defect = ReasonCategory.MARKET, ReasonCategory.DEFECT
    reasons = {r.id: market if r.id < "ACME-0005" else defect for r in EXAMPLE}
    shares = sums.breakdown(
        at("2026-05-31", *EXAMPLE, asking(9, 6)), reasons | {"ACME-0009": market}
    )
    assert shown(shares[market].approved.amount, shares[market].pending.amount) == "47500.00 0.00"
    assert shown(shares[defect].approved.amount, shares[defect].pending.amount) == "0.00 21200.00"
    assert len(shares[market].ids) == 5
    assert len(shares[defect].ids) == 4
    assert (shares[market].granted, shares[defect].granted) == (1, 0)
    assert shares[market].requested == sums.DaySpan(6, 6)
    assert shares[defect].requested is None


def test_an_amount_that_is_not_given_is_not_taken_for_nothing() -> None:
    record = change(1, "submitted", "5.00", {"item": "Not priced yet"})
    assert sums.asked(record, profile()) is None
    assert at("2026-03-31", record).pending.unknown == ("ACME-0001",)

"""Course, quarters, pace and aging against numbers that were worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from changebook.model import sums
from changebook.model.schema import ChangeRecord
from changebook.model.sums.aging import Age, aging
from changebook.model.sums.pace import Stay, days_in_status, months, stays
from changebook.model.vocabulary import Status
from tests.worked_example import EXAMPLE, approved, at, change

SIGNED = date(2026, 1, 15)
#: When each change of the example was asked for, and when it was decided.
ASKED = {record.id: record.history[0].on for record in EXAMPLE}
DECIDED = (
    ("ACME-0001", date(2026, 3, 20)),
    ("ACME-0002", date(2026, 4, 2)),
    ("ACME-0003", date(2026, 4, 10)),
    ("ACME-0004", date(2026, 4, 20)),
    ("ACME-0008", date(2026, 3, 4)),
)


def short(*ids: str) -> str:
    return " ".join(str(int(id.removeprefix("ACME-"))) for id in ids)


def walked(*steps: tuple[str, str], number: int = 1, **keys: Any) -> ChangeRecord:
    """A record that came to each status on its day."""
    history = [{"status": status, "on": on, "by": "Lin Wei"} for status, on in steps]
    return change(number, steps[-1][0], history=history, **keys)


# The revised sum over time.


def course(day: str, *records: ChangeRecord, signed: date = SIGNED, **contract: Any) -> list[str]:
    points = sums.course(at(day, *records, **contract), signed)
    return [f"{p.on:%m-%d} {p.revised} {p.left} {short(*p.ids)}".rstrip() for p in points]


def test_the_course_of_the_worked_example() -> None:
    assert course("2026-05-31", *EXAMPLE, change_budget="50000.00") == [
        "01-15 1200000.00 50000.00",
        "03-20 1254000.00 -4000.00 1",
        "04-02 1241500.00 8500.00 2",
        "04-10 1249500.00 500.00 3",
        "04-20 1255500.00 -5500.00 4",
        "05-01 1247500.00 2500.00 3",
    ]


def test_without_a_change_budget_nothing_is_left_of_it() -> None:
    assert course("2026-03-31", *EXAMPLE) == ["01-15 1200000.00 None", "03-20 1254000.00 None 1"]


def test_entries_of_one_day_are_one_step_of_the_course() -> None:
    records = [approved(n, "2026-03-20", f"{n}00.00") for n in (1, 2)]
    assert course("2026-03-31", *records) == [
        "01-15 1200000.00 None",
        "03-20 1200300.00 None 1 2",
    ]


def test_an_approval_from_before_the_signing_begins_the_course() -> None:
    assert course("2026-03-31", *EXAMPLE[:1], signed=date(2026, 3, 25)) == [
        "03-20 1200000.00 None",
        "03-20 1254000.00 None 1",
    ]


# By quarter.


def quarters(day: str, signed: date = SIGNED, **contract: Any) -> list[str]:
    found = sums.quarters(at(day, *EXAMPLE, **contract), signed, ASKED, DECIDED)
    return [
        f"{q.first}: asked {short(*q.requested)}, decided {short(*q.decided)}, "
        f"pending {q.pending.amount}, approved {q.approved.amount} ({short(*q.approved.ids)}), "
        f"days {q.days}, sum {q.revised}, left {q.left}"
        for q in found
    ]


def test_the_quarters_of_the_worked_example() -> None:
    # 54,000 in the first; -12,500 + 8,000 + 6,000 - 8,000 in the second: together 47,500
    assert quarters("2026-05-31", change_budget="50000.00") == [
        (
            "2026-01-01: asked 1 2 5 6 7 8, decided 1 8, pending 21200.00, "
            "approved 54000.00 (1), days 10, sum 1254000.00, left -4000.00"
        ),
        (
            "2026-04-01: asked 3 4, decided 2 3 4, pending 0.00, "
            "approved -6500.00 (2 3 4), days -9, sum 1247500.00, left 2500.00"
        ),
    ]


def test_a_quarter_in_which_nothing_happens_is_kept() -> None:
    found = quarters("2026-10-01", date(2025, 11, 30))
    assert [line.split(":")[0] for line in found] == [
        "2025-10-01",
        "2026-01-01",
        "2026-04-01",
        "2026-07-01",
        "2026-10-01",
    ]
    nothing = "asked , decided , pending 0.00, approved 0.00 (), days 0"
    assert found[0] == f"2025-10-01: {nothing}, sum 1200000.00, left None"
    assert found[3] == f"2026-07-01: {nothing}, sum 1247500.00, left None"


def test_what_is_decided_later_than_the_day_is_in_no_quarter() -> None:
    (only,) = sums.quarters(at("2026-03-10", *EXAMPLE), SIGNED, ASKED, DECIDED)
    assert (short(*only.requested), short(*only.decided)) == ("5 6 7 8", "8")


def test_a_contract_without_a_completion_has_no_days() -> None:
    (only,) = sums.quarters(at("2026-03-31", milestones=[]), SIGNED, {}, ())
    assert only.days is None


# Stays and medians.


RETURNED = walked(
    ("submitted", "2026-03-01"),
    ("assessing", "2026-03-02"),
    ("awaiting-decision", "2026-03-09"),
    ("assessing", "2026-03-12"),
    ("awaiting-decision", "2026-03-20"),
)


def test_a_record_that_comes_back_to_a_status_stays_there_again() -> None:
    found = stays([RETURNED], date(2026, 3, 31))
    assert [(stay.status.value, stay.days, stay.until is None) for stay in found] == [
        ("submitted", 1, False),
        ("assessing", 7, False),
        ("awaiting-decision", 3, False),
        ("assessing", 8, False),
        ("awaiting-decision", 11, True),
    ]


def test_the_median_of_an_even_number_may_be_half_a_day() -> None:
    submitted, assessing, awaiting = days_in_status(stays([RETURNED], date(2026, 3, 31)))
    assert (assessing.status, assessing.completed, assessing.median) == (
        Status.ASSESSING,
        2,
        Decimal("7.5"),
    )
    assert (submitted.now, submitted.longest) == ((), None)
    assert (awaiting.completed, awaiting.median) == (1, Decimal(3))
    assert awaiting.longest == Stay(
        "ACME-0001", Status.AWAITING_DECISION, date(2026, 3, 20), None, 11
    )


def test_the_longest_stay_is_the_earliest_and_of_two_the_first_by_id() -> None:
    records = [
        walked(("submitted", on), number=n)
        for n, on in ((3, "2026-03-02"), (1, "2026-03-05"), (2, "2026-03-02"))
    ]
    (submitted,) = days_in_status(stays(records, date(2026, 3, 31)))
    assert [stay.id for stay in submitted.now] == ["ACME-0002", "ACME-0003", "ACME-0001"]
    assert submitted.longest
    assert (submitted.longest.id, submitted.longest.days) == ("ACME-0002", 29)
    assert (submitted.completed, submitted.median) == (0, None)


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "void", "closed", "superseded"])
def test_nothing_stays_in_a_status_that_is_an_end(end: str) -> None:
    record = walked(("submitted", "2026-03-01"), (end, "2026-03-04"))
    assert [stay.status for stay in stays([record], date(2026, 3, 31))] == [Status.SUBMITTED]


def test_a_step_of_a_later_day_was_not_taken_yet() -> None:
    """An approval that counts back to the day is in the history, with its own day."""
    record = walked(("awaiting-decision", "2026-05-01"), ("approved", "2026-05-18"))
    (stay,) = stays([record], date(2026, 5, 15))
    assert (stay.status, stay.until, stay.days) == (Status.AWAITING_DECISION, None, 14)


# By month.


def test_every_month_from_the_first_request_on() -> None:
    asked = {"ACME-0001": date(2025, 11, 30), "ACME-0002": date(2026, 2, 1)}
    decided = (
        ("ACME-0001", date(2025, 12, 5)),  # deferred
        ("ACME-0001", date(2026, 2, 20)),  # then approved
        ("ACME-0002", date(2026, 2, 10)),  # deferred
        ("ACME-0002", date(2026, 2, 19)),  # and again
        ("ACME-0002", date(2026, 3, 2)),  # later than the day
    )
    found = months(asked, decided, date(2026, 3, 1))
    assert [f"{m.first:%Y-%m} {short(*m.requested)}/{short(*m.decided)}" for m in found] == [
        "2025-11 1/",
        "2025-12 /1",
        "2026-01 /",
        "2026-02 2/1 2",
        "2026-03 /",
    ]
    assert months({}, (), date(2026, 3, 1)) == ()


# By age.


@pytest.mark.parametrize(
    ("asked_on", "band"),
    [
        ("2026-05-31", 0),
        ("2026-05-01", 0),  # 30 days
        ("2026-04-30", 1),  # 31
        ("2026-04-01", 1),  # 60
        ("2026-03-31", 2),  # 61
        ("2026-03-02", 2),  # 90
        ("2026-03-01", 3),  # 91
        ("2026-06-30", 0),  # not asked for yet
    ],
)
def test_the_bands_begin_and_end_on_their_days(asked_on: str, band: int) -> None:
    position = at("2026-05-31", change(5, "awaiting-decision", "20000.00"))
    found = aging(position, {"ACME-0005": date.fromisoformat(asked_on)})
    assert [(b.first, b.last) for b in found.bands] == [(0, 30), (31, 60), (61, 90), (91, None)]
    assert [n for n, b in enumerate(found.bands) if b.figure.ids] == [band]
    assert found.bands[band].figure.amount == 20000


def test_the_ages_of_the_worked_example() -> None:
    """0005 and 0006 were asked for on 1 March, 0007 (proceeding) is taken to be younger."""
    found = aging(at("2026-05-31", *EXAMPLE), ASKED | {"ACME-0007": date(2026, 5, 2)})
    assert [str(band.figure.amount) for band in found.bands] == [
        "4200.00",
        "0.00",
        "0.00",
        "17000.00",
    ]
    assert found.oldest == Age("ACME-0005", 91)
    assert aging(at("2026-05-31"), {}).oldest is None


def test_what_is_not_assessed_has_an_age_and_no_amount() -> None:
    found = aging(at("2026-05-31", change(6, "submitted")), {"ACME-0006": date(2026, 3, 1)})
    assert found.bands[3].figure.unknown == ("ACME-0006",)
    assert found.bands[3].figure.amount == 0


# By scope item.


def test_a_change_on_several_items_counts_whole_on_each() -> None:
    position = at("2026-05-31", *EXAMPLE)
    groups = {"ACME-0002": ("Checkout",), "ACME-0004": ("Checkout", "Ledger", "Ledger")}
    shares = sums.breakdown_each(position, groups)
    # -12,500 + 60,000 and 60,000; the days of the decisions: -3 + 4 and 4
    assert {item: (str(s.approved.amount), s.granted) for item, s in shares.items()} == {
        "Checkout": ("47500.00", 1),
        "Ledger": ("60000.00", 4),
    }
    assert shares["Ledger"].ids == ("ACME-0004",)

"""The impact view: which changes, risks and groups it shows, and in which order."""

from __future__ import annotations

from datetime import date
from typing import Any

from changebook.editions import Edition, EditionRecord
from changebook.schema import ChangeRecord, Profile
from changebook.sums import SumLine
from changebook.views.impact import impact
from changebook.vocabulary import Audience

PROFILE = Profile.model_validate(
    {
        "name": "Acme Trading",
        "language": "en",
        "timezone": "Asia/Shanghai",
        "prefix": "ACME",
        "project": "Storefront renewal",
        "vendor": {"name": "Northwind Software"},
        "contract": {
            "reference": "SOW-3",
            "signed": "2026-01-15",
            "currency": "CNY",
            "sum": "1000.00",
        },
    }
)


def record(number: int, status: str, amount: str, **keys: Any) -> EditionRecord:
    risks = [
        {"risk": f"{likelihood} and {severity}", "likelihood": likelihood, "severity": severity}
        for likelihood, severity in keys.pop("risks", ())
    ]
    data = ChangeRecord.model_validate(
        {
            "id": f"ACME-{number:04}",
            "title": f"Change {number}",
            "status": status,
            "visibility": "client",
            "type": "addition",
            "reason": {"category": "market", "text": "Asked for."},
            "impact": {"cost": [{"item": "Work", "amount": amount}], "risks": risks},
            "history": [{"status": status, "on": "2026-03-01", "by": "Lin Wei"}],
        }
        | keys
    )
    return EditionRecord(data, "", unseen=data.visibility == "internal")


RECORDS = (
    record(1, "submitted", "10.00", risks=[("low", "low")]),
    record(2, "awaiting-decision", "20.00", decision={"due": "2026-04-09"}, type="removal"),
    record(
        3,
        "approved",
        "30.00",
        decision={"outcome": "approved", "on": "2026-03-01", "amount": "30.00"},
        risks=[("high", "low"), ("low", "high"), ("high", "medium")],
        reason={"category": "defect", "text": "Broken."},
    ),
    record(4, "awaiting-decision", "40.00", decision={"due": "2026-04-02"}, reason=None),
    record(5, "rejected", "50.00", risks=[("high", "high")]),
    record(6, "assessing", "7.00", visibility="internal"),
)


def edition(audience: Audience) -> Edition:
    shown = tuple(r for r in RECORDS if audience is Audience.TEAM or not r.unseen)
    return Edition("acme", audience, date(2026, 3, 31), PROFILE, "", (), shown)


CLIENT = impact(edition(Audience.CLIENT))


def test_pending_changes_come_by_the_day_to_decide_them() -> None:
    assert [c.row.id for c in CLIENT.pending] == ["ACME-0004", "ACME-0002", "ACME-0001"]
    assert [c.due for c in CLIENT.pending] == [date(2026, 4, 2), date(2026, 4, 9), None]


def test_the_greatest_risk_comes_first_and_what_was_given_up_has_none() -> None:
    assert [(r.id, r.score, r.risk.risk) for r in CLIENT.risks] == [
        ("ACME-0003", 6, "high and medium"),
        ("ACME-0003", 3, "low and high"),
        ("ACME-0003", 3, "high and low"),
        ("ACME-0001", 1, "low and low"),
    ]


def test_groups_come_in_the_order_of_the_vocabulary_and_add_up() -> None:
    reasons = [
        (g.term, g.share.ids, g.share.approved.amount, g.share.pending.amount)
        for g in CLIENT.by_reason
    ]
    assert [(str(term), len(ids), int(done), int(asked)) for term, ids, done, asked in reasons] == [
        ("market", 3, 0, 30),
        ("defect", 1, 30, 0),
        ("None", 1, 0, 40),
    ]
    assert [(str(g.term), len(g.share.ids)) for g in CLIENT.by_type] == [
        ("addition", 4),
        ("removal", 1),
    ]


def test_the_lines_that_are_added_and_those_that_stand_apart() -> None:
    assert [(line.value, int(figure.amount)) for line, figure in CLIENT.headline] == [
        ("original", 1000),
        ("approved", 30),
        ("revised", 1030),
        ("pending", 70),
        ("proceeding", 0),
        ("forecast", 1100),
    ]
    assert [(line, figure.ids) for line, figure in CLIENT.apart] == [
        (SumLine.REJECTED, ("ACME-0005",))
    ]


def test_only_the_team_sees_what_it_has_beyond_the_client() -> None:
    assert CLIENT.beyond is None
    assert "ACME-0006" not in CLIENT.titles
    beyond = impact(edition(Audience.TEAM)).beyond
    assert beyond is not None
    assert (beyond.pending.ids, int(beyond.forecast.amount)) == (("ACME-0006",), 7)

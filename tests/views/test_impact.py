"""The impact view: which changes, risks and groups it shows, and in which order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from changebook.edition.editions import Edition, EditionRecord
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums import SumLine
from changebook.model.vocabulary import Audience
from changebook.views.impact import impact

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


def test_the_matrix_has_each_risk_in_its_cell() -> None:
    cells = [
        f"{cell.likelihood.value}/{cell.severity.value} {cell.band.value}: "
        + " ".join(risk.id for risk in cell.risks)
        for row in CLIENT.matrix
        for cell in row
    ]
    assert cells == [
        "high/low medium: ACME-0003",
        "high/medium high: ACME-0003",
        "high/high high: ",
        "medium/low low: ",
        "medium/medium medium: ",
        "medium/high high: ",
        "low/low low: ACME-0001",
        "low/medium low: ",
        "low/high medium: ACME-0003",
    ]


def _scope(*items: str) -> list[dict[str, str]]:
    return [{"item": item, "action": "modify"} for item in items]


def _requested(on: str, party: str) -> dict[str, str]:
    return {"on": on, "by": "Zhao Min", "party": party}


def _history(*steps: tuple[str, str]) -> list[dict[str, str]]:
    return [{"status": status, "on": on, "by": "Lin Wei"} for status, on in steps]


def _objection(on: str, outcome: str, resolved: str | None = None) -> dict[str, str | None]:
    return {
        "by": "Zhao Min",
        "party": "client",
        "on": on,
        "concern": "Why?",
        "outcome": outcome,
        "resolved": resolved,
    }


#: 0001 is deferred and then approved in time; 0002 is rejected late; 0003 is approved on 18 May and
#: counts from 14 May; 0004 is asked for by nobody that is named; 0009 is a draft.
MADE = (
    record(
        1,
        "approved",
        "30.00",
        scope=_scope("Search", "Checkout", "Search"),
        requested=_requested("2026-01-31", "client"),
        decision={"due": "2026-04-09", "outcome": "approved", "on": "2026-04-09", "amount": "30"},
        objections=[
            _objection("2026-03-01", "accepted", "2026-03-05"),
            _objection("2026-03-01", "maintained", "2026-03-08"),
        ],
        history=_history(
            ("submitted", "2026-02-01"),
            ("awaiting-decision", "2026-02-10"),
            ("deferred", "2026-02-20"),
            ("assessing", "2026-03-01"),
            ("awaiting-decision", "2026-04-01"),
            ("approved", "2026-04-09"),
        ),
    ),
    record(
        2,
        "rejected",
        "50.00",
        scope=_scope("Search"),
        requested=_requested("2026-03-01", "vendor"),
        decision={"due": "2026-03-09", "outcome": "rejected", "on": "2026-03-10"},
        history=_history(("awaiting-decision", "2026-03-02"), ("rejected", "2026-03-10")),
    ),
    record(
        3,
        "approved",
        "7.00",
        requested=_requested("2026-05-01", "client"),
        decision={
            "due": "2026-05-20",
            "outcome": "approved",
            "on": "2026-05-18",
            "effective": "2026-05-14",
            "amount": "7.00",
        },
        history=_history(("awaiting-decision", "2026-05-02"), ("approved", "2026-05-18")),
    ),
    record(
        4,
        "submitted",
        "2.00",
        scope=_scope("Checkout"),
        objections=[_objection("2026-04-02", "open")],
        history=_history(("submitted", "2026-04-01")),
    ),
    record(
        9, "draft", "99.00", scope=_scope("Checkout"), history=_history(("draft", "2026-05-01"))
    ),
)
TEAM = impact(Edition("acme", Audience.TEAM, date(2026, 5, 15), PROFILE, "", (), MADE))


def test_groups_by_party_and_by_scope_item() -> None:
    assert [(str(g.term), g.share.ids) for g in TEAM.by_party] == [
        ("client", ("ACME-0001", "ACME-0003")),
        ("vendor", ("ACME-0002",)),
        ("None", ("ACME-0004",)),
    ]
    assert [
        (g.term, int(g.share.approved.amount), int(g.share.pending.amount)) for g in TEAM.by_item
    ] == [("Checkout", 30, 2), ("Search", 30, 0), (None, 7, 0)]
    assert TEAM.on_several_items == ("ACME-0001",)


def test_a_change_that_is_deferred_and_then_approved_is_decided_twice() -> None:
    assert [(q.first, q.decided) for q in TEAM.by_quarter] == [
        (date(2026, 1, 1), ("ACME-0001", "ACME-0002")),
        (date(2026, 4, 1), ("ACME-0001",)),
    ]
    decided = {f"{m.first:%m}": m.decided for m in TEAM.pace.months if m.decided}
    assert decided == {"02": ("ACME-0001",), "03": ("ACME-0002",), "04": ("ACME-0001",)}
    assert TEAM.pace.months[0].first == date(2026, 1, 1)


def test_what_counts_back_is_in_the_sums_but_not_yet_decided() -> None:
    assert [(e.id, e.on) for e in TEAM.position.register] == [
        ("ACME-0001", date(2026, 4, 9)),
        ("ACME-0003", date(2026, 5, 14)),
    ]
    assert [q.approved.ids for q in TEAM.by_quarter] == [(), ("ACME-0001", "ACME-0003")]
    assert not any("ACME-0003" in quarter.decided for quarter in TEAM.by_quarter)
    assert "ACME-0003" not in TEAM.pace.in_time


def test_how_soon_decisions_and_answers_came() -> None:
    pace = TEAM.pace
    # from 31 January to 9 April are 68 days, from 1 to 10 March 9
    assert (pace.decisions.median, pace.decisions.ids) == (
        Decimal("38.5"),
        ("ACME-0001", "ACME-0002"),
    )
    assert (pace.in_time, pace.late) == (("ACME-0001",), ("ACME-0002",))
    assert (pace.objections.median, pace.objections.ids) == (Decimal("5.5"), ("ACME-0001",))
    assert pace.open_objections == ("ACME-0004",)


def test_a_draft_is_in_none_of_it() -> None:
    figures = (TEAM.by_party, TEAM.by_item, TEAM.by_quarter, TEAM.pace, TEAM.aging, TEAM.course)
    assert "ACME-0009" not in repr(figures)
    assert [(band.first, band.figure.ids) for band in TEAM.aging.bands if band.figure.ids] == [
        (31, ("ACME-0004",))
    ]


def test_only_the_team_sees_what_it_has_beyond_the_client() -> None:
    assert CLIENT.beyond is None
    assert "ACME-0006" not in CLIENT.titles
    beyond = impact(edition(Audience.TEAM)).beyond
    assert beyond is not None
    assert (beyond.pending.ids, int(beyond.forecast.amount)) == (("ACME-0006",), 7)

"""A contract and its changes, for figures that are worked out by hand.

The example is in the manner of AIA G702 and its change order summary.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from changebook.model import sums
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums import Position

_WAY = {
    "draft": ("draft",),
    "submitted": ("submitted",),
    "assessing": ("submitted", "assessing"),
    "awaiting-decision": ("submitted", "assessing", "awaiting-decision"),
    "withdrawn": ("submitted", "withdrawn"),
}
_ASKED = _WAY["awaiting-decision"]


def profile(**contract: Any) -> Profile:
    return Profile.model_validate(
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
                "sum": "1200000.00",
                "milestones": [
                    {"id": "uat", "name": "UAT starts", "date": "2026-05-04"},
                    {
                        "id": "go-live",
                        "name": "Go-live",
                        "date": "2026-06-30",
                        "completion": "true",
                    },
                ],
            }
            | contract,
        }
    )


def change(number: int, status: str, *cost: str | dict[str, Any], **keys: Any) -> ChangeRecord:
    """A record that took the direct way to its status, one step a day from 2026-03-01 on."""
    way = _WAY.get(status, (*_ASKED, status))
    history = [
        {"status": s, "on": date(2026, 3, day), "by": "Lin Wei"} for day, s in enumerate(way, 1)
    ]
    lines = [line if isinstance(line, dict) else {"item": "Work", "amount": line} for line in cost]
    impact = {"cost": lines} | keys.pop("impact", {}) if cost or "impact" in keys else None
    return ChangeRecord.model_validate(
        {
            "id": f"ACME-{number:04}",
            "title": f"Change {number}",
            "status": status,
            "visibility": "client",
            "history": history,
            "impact": impact,
        }
        | keys
    )


def approved(number: int, on: str, amount: str, **keys: Any) -> ChangeRecord:
    """A record that was approved on a day, and perhaps voided later."""
    decided = date.fromisoformat(on)
    void, path = keys.pop("void", None), keys.pop("recorded", None)
    steps = [(s, decided - timedelta(days=3 - n)) for n, s in enumerate(_ASKED)]
    history: list[dict[str, Any]] = [{"status": s, "on": d, "by": "Lin Wei"} for s, d in steps]
    history.append({"status": "approved", "on": decided, "by": "Chen Yu", "recorded": path})
    if void:
        history.append({"status": "void", "on": void, "by": "Chen Yu", "note": "Cancelled."})
    decision = {"outcome": "approved", "on": decided, "amount": amount}
    return change(
        number,
        history[-1]["status"],
        **{"history": history, "decision": decision | keys.pop("decision", {})} | keys,
    )


def replacing(*old: int, mode: str = "replace") -> dict[str, Any]:
    return {"supersedes": [f"ACME-{number:04}" for number in old], "mode": mode}


def at(day: str, *records: ChangeRecord, known_on: date | None = None, **contract: Any) -> Position:
    return sums.position(records, profile(**contract), date.fromisoformat(day), known_on)


#: 0001 adds 54,000; 0002 is a credit of 12,500; 0003 adds 8,000 and is voided on 1 May; 0004 takes
#: the place of 0001 with 60,000; 0005 asks for 20,000; 0006 asks for a credit of 3,000; 0007 is
#: worked on as an emergency for 4,200.
EXAMPLE = (
    approved(1, "2026-03-20", "54000.00", decision={"days": {"go-live": 10}}),
    approved(2, "2026-04-02", "-12500.00", decision={"days": {"go-live": -3}}),
    approved(3, "2026-04-10", "8000.00", decision={"days": {"uat": 2}}, void="2026-05-01"),
    approved(4, "2026-04-20", "60000.00", decision={"days": {"go-live": 4}}, links=replacing(1)),
    change(5, "awaiting-decision", "20000.00"),
    change(6, "submitted", "-3000.00"),
    change(
        7,
        "implementing",
        "4200.00",
        path="emergency",
        history=[
            {"status": "submitted", "on": "2026-03-01", "by": "Lin Wei"},
            {"status": "implementing", "on": "2026-03-02", "by": "Lin Wei"},
        ],
    ),
    change(8, "rejected", "99000.00", decision={"outcome": "rejected", "on": "2026-03-04"}),
)

"""Made-up change logs for property tests: every record has walked the life cycle as it may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from changebook.schema import ChangeRecord, Profile
from changebook.vocabulary import (
    APPROVED_OR_LATER,
    MAY_BE_INTERNAL,
    ChangePath,
    ChangeType,
    Outcome,
    Party,
    ReasonCategory,
    ScopeAction,
    Status,
    SupersedeMode,
    Visibility,
    may_become,
)

START = date(2026, 1, 5)
_MILESTONES = ("uat", "go-live")
_ROLES = ("Engineer", "Tester")
_ITEMS = ("Checkout", "Returns", "Search")
_DECIDED = {
    Status.APPROVED: Outcome.APPROVED,
    Status.REJECTED: Outcome.REJECTED,
    Status.DEFERRED: Outcome.DEFERRED,
}

#: Where walks begin to go at random: most logs should have decisions.
_ASKED = (Status.SUBMITTED, Status.ASSESSING, Status.AWAITING_DECISION)
_APPROVED = (*_ASKED, Status.APPROVED)
_BEGINNINGS = ((Status.DRAFT,), _ASKED[:1], _ASKED, _APPROVED, _APPROVED)

amounts = st.decimals(-20_000, 50_000, places=2)
days = st.integers(-15, 30)


@dataclass(frozen=True)
class Log:
    """A client's profile and records, and a day on which to look at them."""

    profile: Profile
    records: tuple[ChangeRecord, ...]
    day: date

    def replaced_by(self, id: str) -> list[str]:
        """The records that name this one as the one that they replace."""
        return [
            r.id
            for r in self.records
            if r.links.mode is SupersedeMode.REPLACE and id in r.links.supersedes
        ]


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """A contract with two milestones, in a currency with two, no or three decimals."""
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
                "signed": START,
                "currency": draw(st.sampled_from(("CNY", "JPY", "KWD"))),
                "sum": draw(st.decimals(0, 2_000_000, places=2)),
                "tax_rate": draw(st.none() | st.sampled_from((Decimal(6), Decimal("19.5")))),
                "effort": draw(st.none() | st.just(Decimal(640))),
                "milestones": [
                    {"id": "uat", "name": "UAT starts", "date": date(2026, 5, 4)},
                    {
                        "id": "go-live",
                        "name": "Go-live",
                        "date": date(2026, 6, 30),
                        "completion": True,
                    },
                ],
                "change_budget": draw(st.none() | st.just(Decimal(150_000))),
            },
        }
    )


@st.composite
def impacts(draw: st.DrawFn) -> dict[str, Any]:
    """Cost lines of every kind, days and resources; each may also be unknown."""
    line = st.fixed_dictionaries(
        {"item": st.just("Work")},
        optional={
            "tax_rate": st.sampled_from((Decimal(0), Decimal(6), Decimal(13))),
            "currency": st.just("EUR"),
        },
    )
    priced = st.one_of(
        amounts.map(lambda amount: {"amount": amount}),
        st.tuples(st.decimals(-9, 30, places=3), st.decimals(0, 2000, places=3)).map(
            lambda pair: {"quantity": pair[0], "rate": pair[1]}
        ),
    )
    costs = st.lists(st.tuples(line, priced).map(lambda both: both[0] | both[1]), max_size=3)
    schedule = st.lists(
        st.fixed_dictionaries({"milestone": st.sampled_from(_MILESTONES), "days": days}), max_size=2
    )
    resources = st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(_ROLES), "days": st.decimals(-9, 20, places=1)}
        ),
        max_size=2,
    )
    return draw(
        st.fixed_dictionaries(
            {}, optional={"cost": costs, "schedule": schedule, "resources": resources}
        )
    )


@st.composite
def histories(draw: st.DrawFn, path: ChangePath, approved: bool) -> list[dict[str, Any]]:
    """A walk through the life cycle; `superseded` comes with the record that supersedes."""
    walk = list(_APPROVED if approved else draw(st.sampled_from(_BEGINNINGS)))
    for _ in range(draw(st.sampled_from((0, 0, 1, 2, 3, 6)))):
        following = [
            status
            for status in Status
            if status is not Status.SUPERSEDED
            and may_become(walk[-1], status, path, Status.APPROVED in walk)
        ]
        if following:
            walk.append(draw(st.sampled_from(following)))
    on = START + timedelta(days=draw(st.sampled_from(range(40))))
    history: list[dict[str, Any]] = []
    for status in walk:
        entry: dict[str, Any] = {"status": status, "on": on, "by": "Lin Wei"}
        if draw(st.booleans()):
            entry["recorded"] = on + timedelta(days=draw(st.integers(0, 4)))
        history.append(entry)
        on += timedelta(days=draw(st.sampled_from(range(9))))
    return history


@st.composite
def changes(draw: st.DrawFn, number: int, approved: bool = False) -> ChangeRecord:
    """One record on its own; `approved` says that it was so at some time."""
    path = draw(st.sampled_from(ChangePath))
    history = draw(histories(path, approved))
    record: dict[str, Any] = {
        "id": f"ACME-{number:04}",
        "title": f"Change {number}",
        "status": history[-1]["status"],
        "visibility": Visibility.CLIENT,
        "type": draw(st.sampled_from(ChangeType)),
        "path": path,
        "reason": {"category": draw(st.sampled_from(ReasonCategory)), "text": "Asked for."},
        "scope": [
            {"item": item, "action": ScopeAction.MODIFY}
            for item in draw(st.lists(st.sampled_from(_ITEMS), max_size=2))
        ],
        "impact": draw(impacts()),
        "history": history,
    }
    if draw(st.booleans()):
        record["requested"] = {
            "on": history[0]["on"] - timedelta(days=draw(st.integers(0, 40))),
            "by": "Zhao Min",
            "party": draw(st.sampled_from(Party)),
        }
    if draw(st.booleans()):
        record["options"] = [
            {"id": "a", "title": "Do it", "amount": draw(amounts), "recommended": True},
            {"id": "b", "title": "Do nothing", "amount": Decimal(0)},
        ]
    decided = [e for e in history if e["status"] in _DECIDED]
    if decided:
        record["decision"] = decision = {
            "outcome": _DECIDED[decided[-1]["status"]],
            "on": decided[-1]["on"],
        }
        if decision["outcome"] is Outcome.APPROVED:
            decision["amount"] = draw(amounts)
            decision["days"] = draw(st.dictionaries(st.sampled_from(_MILESTONES), days))
            if draw(st.booleans()):
                away = timedelta(days=draw(st.integers(-30, 30)))
                decision["effective"] = decision["on"] + away
    return ChangeRecord.model_validate(record)


@st.composite
def logs(draw: st.DrawFn, approved: bool = False) -> Log:
    """A log in which some changes supersede approved ones, and a day to look at it."""
    size = draw(st.sampled_from((3, 4, 5, 6, 0)))
    records = [draw(changes(number, approved)) for number in range(1, size + 1)]
    free = [r.id for r in records if r.entered(Status.APPROVED)]
    for index, record in enumerate(records):
        supersedes = draw(st.sampled_from((True, True, False)))
        older = [id for id in free if id < record.id]
        if older and supersedes:
            old = draw(st.sampled_from(older))
            free.remove(old)
            mode = draw(st.sampled_from((*SupersedeMode, SupersedeMode.REPLACE)))
            records[index] = changed(record, links={"supersedes": [old], "mode": mode})
    return Log(
        draw(profiles()),
        tuple(records),
        START + timedelta(days=draw(st.sampled_from(range(20, 110)))),
    )


def changed(record: ChangeRecord, **values: Any) -> ChangeRecord:
    """The record with other values, checked like any record."""
    return ChangeRecord.model_validate(record.model_dump() | values)


def may_be_hidden(records: Iterable[ChangeRecord]) -> list[str]:
    """The records that may be internal: open or withdrawn, and the client never decided them."""
    return [
        r.id
        for r in records
        if r.status in MAY_BE_INTERNAL
        and not any(e.status in APPROVED_OR_LATER or e.status in _DECIDED for e in r.history)
    ]

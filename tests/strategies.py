"""Made-up change logs for property tests: every record has walked the life cycle as it may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from changebook.model.schema import ChangeRecord, Profile
from changebook.model.vocabulary import (
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
_T = TypeVar("_T")
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

# Made once: to make a strategy takes hypothesis longer than to draw from it.
_currencies = st.sampled_from(("CNY", "JPY", "KWD"))
_sums = st.decimals(0, 2_000_000, places=2)
_tax_rates = st.none() | st.sampled_from((Decimal(6), Decimal("19.5")))
_efforts = st.none() | st.just(Decimal(640))
_budgets = st.none() | st.just(Decimal(150_000))
_milestones = st.sampled_from(_MILESTONES)
_cost_lines = st.tuples(
    st.fixed_dictionaries(
        {"item": st.just("Work")},
        optional={
            "tax_rate": st.sampled_from((Decimal(0), Decimal(6), Decimal(13))),
            "currency": st.just("EUR"),
        },
    ),
    st.one_of(
        amounts.map(lambda amount: {"amount": amount}),
        st.tuples(st.decimals(-9, 30, places=3), st.decimals(0, 2000, places=3)).map(
            lambda pair: {"quantity": pair[0], "rate": pair[1]}
        ),
    ),
).map(lambda both: both[0] | both[1])
#: Cost lines of every kind, days and resources; each may also be unknown.
impacts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "cost": st.lists(_cost_lines, max_size=3),
        "schedule": st.lists(
            st.fixed_dictionaries({"milestone": _milestones, "days": days}), max_size=2
        ),
        "resources": st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(_ROLES), "days": st.decimals(-9, 20, places=1)}
            ),
            max_size=2,
        ),
    },
)
_beginnings = st.sampled_from(_BEGINNINGS)
_steps = st.sampled_from((0, 0, 1, 2, 3, 6))
_first_days = st.sampled_from(range(40))
_waits = st.sampled_from(range(9))
_written_later = st.none() | st.integers(0, 4)
#: Internal work has no decision and is in no sum: see `test_internal_work_is_in_no_sum`.
_paths = st.sampled_from([path for path in ChangePath if path is not ChangePath.INTERNAL])
_types = st.sampled_from(ChangeType)
_reasons = st.sampled_from(ReasonCategory)
_scopes = st.lists(st.sampled_from(_ITEMS), max_size=2)
_requests = st.none() | st.tuples(st.integers(0, 40), st.sampled_from(Party))
_option_amounts = st.none() | amounts
_decided_days = st.dictionaries(_milestones, days)
_effective = st.none() | st.integers(-30, 30)
_sizes = st.sampled_from((3, 4, 5, 6, 0))
_supersedes = st.sampled_from((True, True, False))
_modes = st.sampled_from((*SupersedeMode, SupersedeMode.REPLACE))
_days_of_a_log = st.sampled_from(range(20, 110))


@cache
def _any_of(options: tuple[_T, ...]) -> st.SearchStrategy[_T]:
    return st.sampled_from(options)


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
                "currency": draw(_currencies),
                "sum": draw(_sums),
                "tax_rate": draw(_tax_rates),
                "effort": draw(_efforts),
                "milestones": [
                    {"id": "uat", "name": "UAT starts", "date": date(2026, 5, 4)},
                    {
                        "id": "go-live",
                        "name": "Go-live",
                        "date": date(2026, 6, 30),
                        "completion": True,
                    },
                ],
                "change_budget": draw(_budgets),
            },
        }
    )


@st.composite
def histories(draw: st.DrawFn, path: ChangePath, approved: bool) -> list[dict[str, Any]]:
    """A walk through the life cycle; `superseded` comes with the record that supersedes."""
    walk = list(_APPROVED if approved else draw(_beginnings))
    for _ in range(draw(_steps)):
        following = tuple(
            status
            for status in Status
            if status is not Status.SUPERSEDED
            and may_become(walk[-1], status, path, Status.APPROVED in walk)
        )
        if following:
            walk.append(draw(_any_of(following)))
    on = START + timedelta(days=draw(_first_days))
    history: list[dict[str, Any]] = []
    for status in walk:
        entry: dict[str, Any] = {"status": status, "on": on, "by": "Lin Wei"}
        later = draw(_written_later)
        if later is not None:
            entry["recorded"] = on + timedelta(days=later)
        history.append(entry)
        on += timedelta(days=draw(_waits))
    return history


@st.composite
def changes(draw: st.DrawFn, number: int, approved: bool = False) -> ChangeRecord:
    """One record on its own; `approved` says that it was so at some time."""
    path = draw(_paths)
    history = draw(histories(path, approved))
    record: dict[str, Any] = {
        "id": f"ACME-{number:04}",
        "title": f"Change {number}",
        "status": history[-1]["status"],
        "visibility": Visibility.CLIENT,
        "type": draw(_types),
        "path": path,
        "reason": {"category": draw(_reasons), "text": "Asked for."},
        "scope": [{"item": item, "action": ScopeAction.MODIFY} for item in draw(_scopes)],
        "impact": draw(impacts),
        "history": history,
    }
    requested = draw(_requests)
    if requested is not None:
        earlier, party = requested
        record["requested"] = {
            "on": history[0]["on"] - timedelta(days=earlier),
            "by": "Zhao Min",
            "party": party,
        }
    option = draw(_option_amounts)
    if option is not None:
        record["options"] = [
            {"id": "a", "title": "Do it", "amount": option, "recommended": True},
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
            decision["days"] = draw(_decided_days)
            away = draw(_effective)
            if away is not None:
                decision["effective"] = decision["on"] + timedelta(days=away)
    return ChangeRecord.model_validate(record)


@st.composite
def logs(draw: st.DrawFn, approved: bool = False) -> Log:
    """A log in which some changes supersede approved ones, and a day to look at it."""
    size = draw(_sizes)
    records = [draw(changes(number, approved)) for number in range(1, size + 1)]
    free = [r.id for r in records if r.entered(Status.APPROVED)]
    for index, record in enumerate(records):
        supersedes = draw(_supersedes)
        older = tuple(id for id in free if id < record.id)
        if older and supersedes:
            old = draw(_any_of(older))
            free.remove(old)
            mode = draw(_modes)
            records[index] = changed(record, links={"supersedes": [old], "mode": mode})
    return Log(
        draw(profiles()),
        tuple(records),
        START + timedelta(days=draw(_days_of_a_log)),
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

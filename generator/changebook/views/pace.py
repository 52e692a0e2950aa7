"""How fast changes move: how many are requested, how long they stay, how soon answers come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from changebook.model.schema import ChangeRecord
from changebook.model.sums.pace import MonthRate, StatusPace, days_in_status, months, stays
from changebook.model.vocabulary import OUTCOMES, ObjectionOutcome
from changebook.views.change import asked_on


@dataclass(frozen=True)
class Answered:
    """How soon something was answered: the median in days (None where nothing was, yet)."""

    median: Decimal | None
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Pace:
    """The change rate, the days in each status, and the response times.

    `decisions` runs from the request to the last decision, `objections` from the objection to its
    settlement. `in_time` and `late` are the decisions that had a day by which they were due.
    """

    months: tuple[MonthRate, ...]
    statuses: tuple[StatusPace, ...]
    decisions: Answered
    in_time: tuple[str, ...]
    late: tuple[str, ...]
    objections: Answered
    open_objections: tuple[str, ...]


def pace(records: Iterable[ChangeRecord], as_of: date) -> Pace:
    """Return the pace of the records as they stand on the day; drafts are not requested yet."""
    asked = [data for data in records if data.is_asked]
    requested, decisions = request_days(asked), decision_days(asked, as_of)
    decided = dict(decisions)
    due = {
        data.id: data.decision.due
        for data in asked
        if data.id in decided and data.decision and data.decision.due
    }
    objections = [(data.id, objection) for data in asked for objection in data.objections]
    settled = [(id, o) for id, o in objections if o.outcome is not ObjectionOutcome.OPEN]
    return Pace(
        months=months(requested, decisions, as_of),
        statuses=days_in_status(stays(asked, as_of)),
        decisions=_answered(
            (id, (day - requested[id]).days) for id, day in decided.items() if id in requested
        ),
        in_time=tuple(id for id in sorted(due) if decided[id] <= due[id]),
        late=tuple(id for id in sorted(due) if decided[id] > due[id]),
        objections=_answered((id, (o.resolved - o.on).days) for id, o in settled if o.resolved),
        open_objections=_ids(id for id, o in objections if o.outcome is ObjectionOutcome.OPEN),
    )


def request_days(records: Iterable[ChangeRecord]) -> dict[str, date]:
    return {data.id: day for data in records if (day := asked_on(data))}


def decision_days(records: Iterable[ChangeRecord], as_of: date) -> tuple[tuple[str, date], ...]:
    """Return the day of each decision, the last one of a record last.

    From the history, which has them all: `decision` holds only the last one, so a change that was
    deferred before it was approved would lose the first.
    """
    return tuple(
        (data.id, entry.on)
        for data in records
        for entry in data.history
        if entry.status in OUTCOMES and entry.on <= as_of
    )


def _answered(days: Iterable[tuple[str, int]]) -> Answered:
    answers = list(days)
    middle = median(Decimal(number) for _, number in answers) if answers else None
    return Answered(middle, _ids(id for id, _ in answers))


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ids)))

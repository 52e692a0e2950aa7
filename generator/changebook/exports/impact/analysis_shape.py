"""The figures by group, over time and by age: the second half of the JSON shape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from changebook.exports.impact.figure_shape import FigureJson, PartJson, RequestJson
from changebook.model.json_model import Amount, Ids, JsonModel, Number, at
from changebook.model.sums import SumLine
from changebook.model.vocabulary import Level, Status
from changebook.views.impact import OpenRisk
from changebook.views.months import Comparison


def _records(risks: Iterable[OpenRisk]) -> list[str]:
    return list(dict.fromkeys(risk.id for risk in risks))


def _month(first: dt.date) -> str:
    return f"{first:%Y-%m}"


class RiskJson(JsonModel):
    """A risk of an open change."""

    id: str
    title: str
    status: Status
    risk: str = at("risk", "risk")
    likelihood: Level = at("risk", "likelihood")
    severity: Level = at("risk", "severity")
    score: int
    response: str | None = at("risk", "response")


class RiskCellJson(JsonModel):
    likelihood: Level
    severity: Level
    band: Level
    count: Annotated[int, BeforeValidator(len)] = at("risks")
    records: Annotated[Ids, BeforeValidator(_records)] = at("risks")


RiskMatrix = Annotated[tuple[RiskCellJson, ...], BeforeValidator(lambda rows: [*chain(*rows)])]


class SpanJson(JsonModel):
    """A range of days."""

    low: int
    high: int


class GroupJson(JsonModel):
    """What one group of changes makes of the sums and dates."""

    group: str | None = at("term")
    records: Ids = at("share", "ids")
    approved: FigureJson = at("share", "approved")
    pending: FigureJson = at("share", "pending")
    days_granted: int | None = at("share", "granted")
    requests: tuple[RequestJson, ...] = at("share", "requests")
    days_requested: SpanJson | None = at("share", "requested")


class PointJson(JsonModel):
    """The revised sum from a day on."""

    on: dt.date
    revised: Amount
    left: Amount | None
    records: Ids = at("ids")


class QuarterJson(JsonModel):
    first: dt.date
    requested: Ids
    decided: Ids
    pending: FigureJson
    approved: FigureJson
    days: int | None
    revised: Amount
    left: Amount | None


class MonthJson(JsonModel):
    """What was requested and decided in a month."""

    month: Annotated[str, BeforeValidator(_month)] = at("first")
    requested: Ids
    decided: Ids


class StayJson(JsonModel):
    """A change in a status."""

    id: str
    since: dt.date
    days: int


class StatusJson(JsonModel):
    """How long changes stay in a status."""

    status: Status
    completed: int
    median: Number | None
    now: tuple[StayJson, ...]


class AnsweredJson(JsonModel):
    """How soon something was answered."""

    median: Number | None
    records: Ids = at("ids")


class PaceJson(JsonModel):
    """How fast changes move."""

    months: tuple[MonthJson, ...]
    statuses: tuple[StatusJson, ...]
    decisions: AnsweredJson
    in_time: Ids
    late: Ids
    objections: AnsweredJson
    open_objections: Ids


class BandJson(JsonModel):
    """Pending changes by age: a figure with the days that it is about."""

    from_days: int = at("first")
    to_days: int | None = at("last")
    amount: Amount = at("figure", "amount")
    records: Ids = at("figure", "ids")
    parts: tuple[PartJson, ...] = at("figure", "parts")
    not_assessed: Ids = at("figure", "unknown")


class OldestJson(JsonModel):
    """The change that has waited longest."""

    id: str
    days: int


class AgingJson(JsonModel):
    """The pending changes by the days since they were requested."""

    bands: tuple[BandJson, ...]
    oldest: OldestJson | None


class KnownJson(JsonModel):
    """A position on the later of two days."""

    lines: dict[SumLine, Amount]
    approved: Ids
    pending: Ids
    milestones: dict[str, dt.date]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, known: Comparison) -> dict[str, Any]:
        return {
            "lines": {change.line: change.after.amount for change in known.lines},
            "approved": known.line(SumLine.APPROVED).after.ids,
            "pending": known.line(SumLine.PENDING).after.ids,
            "milestones": {moved.after.id: moved.after.agreed for moved in known.dates},
        }


class LateJson(JsonModel):
    """A step that was recorded after the day that it concerns."""

    id: str
    title: str
    status: Status
    on: dt.date
    recorded: dt.date
    counts_from: dt.date | None


class MonthEndJson(JsonModel):
    """A month end as known then, and as known now where that differs."""

    on: dt.date
    known_then: KnownJson = at("since")
    known_now: KnownJson | None = at("now")
    written_later: tuple[LateJson, ...] = at("late")

"""The JSON shape that docs/impact-json.md documents: first the sums, then what `analysis` adds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationInfo, model_validator

from changebook.exports.impact.analysis_shape import (
    AgingJson,
    GroupJson,
    MonthEndJson,
    PaceJson,
    PointJson,
    QuarterJson,
    RiskJson,
    RiskMatrix,
)
from changebook.exports.impact.closing_shape import AcceptanceJson, AmendmentJson, OutcomeJson
from changebook.exports.impact.figure_shape import FigureJson, PartJson, RequestJson
from changebook.exports.impact.figures import ImpactFigures
from changebook.exports.shared_shape import ClientJson, DaysByMilestone
from changebook.model.json_model import (
    Amount,
    Ids,
    JsonModel,
    Number,
    at,
)
from changebook.model.sums import Bucket, Budget, CostRow, Effort, Figure, Standing, SumLine
from changebook.model.values import Money, in_currency
from changebook.model.vocabulary import Audience, Status

VERSION: Literal[1] = 1


def _ids(*figures: Figure) -> list[str]:
    return sorted({id for figure in figures for id in figure.ids})


def _title(id: str, info: ValidationInfo[ImpactFigures]) -> str:
    return info.context.view.titles[id]


def _in_own_currency(row: CostRow) -> Money | None:
    return in_currency(row.amount, row.currency)


#: The title of the record with the id that stands there.
Title = Annotated[str, BeforeValidator(_title)]


class DerivedJson(JsonModel):
    """An amount that follows from others, with the records behind them."""

    amount: Amount
    records: Ids


class BudgetJson(JsonModel):
    """What is set aside for changes, and what is left of it."""

    amount: Amount
    used: FigureJson
    left: DerivedJson
    left_if_pending: DerivedJson

    @model_validator(mode="before")
    @classmethod
    def _read(cls, budget: Budget, info: ValidationInfo[ImpactFigures]) -> dict[str, Any]:
        used, pending = budget.used, info.context.position.pending
        return {
            "amount": budget.amount,
            "used": used,
            "left": {"amount": budget.left, "records": _ids(used)},
            "left_if_pending": {
                "amount": budget.left_if_pending,
                "records": _ids(used, pending),
            },
        }


class TaxLineJson(JsonModel):
    """The tax at one rate."""

    rate: Number | None
    base: Amount
    tax: Amount | None
    records: Ids = at("ids")
    parts: tuple[PartJson, ...]


class TaxJson(JsonModel):
    """The tax on each of the two sums, read off a position."""

    revised: tuple[TaxLineJson, ...] = at("tax_on_revised")
    forecast: tuple[TaxLineJson, ...] = at("tax_on_forecast")


class ExchangeJson(JsonModel):
    """At which rate an amount is worth what."""

    rate: Number
    source: str
    date: dt.date


class ForeignJson(JsonModel):
    """A line in another currency."""

    id: str
    bucket: Bucket
    item: str = at("row", "item")
    amount: Annotated[Amount | None, BeforeValidator(_in_own_currency)] = at("row")
    currency: str = at("row", "currency")
    memo: Amount | None = at("row", "memo")
    exchange: ExchangeJson | None = at("row", "fx")


class MoveJson(JsonModel):
    """By how much a change order moves a milestone."""

    milestone: str
    days: int
    own: int
    replaced: tuple[RequestJson, ...]
    before: dt.date
    after: dt.date


class OrderJson(JsonModel):
    """An entry of the register."""

    number: int
    id: str
    title: Title = at("id")
    reversal: bool
    counts_from: dt.date = at("on")
    recorded: dt.date
    amount: Amount
    replaced: tuple[PartJson, ...]
    earlier: Amount
    sum_before: Amount = at("before")
    this: Amount
    sum_after: Amount = at("after")
    milestones: tuple[MoveJson, ...] = at("steps")


class StandingJson(JsonModel):
    """Where a change counts, and with how much."""

    id: str
    title: Title = at("id")
    bucket: Bucket
    own: Amount | None
    amount: Amount | None
    replaces: tuple[PartJson, ...]


def _values(standings: Mapping[str, Standing]) -> list[Standing]:
    return list(standings.values())


class PendingJson(JsonModel):
    """A pending change, with the day by which to decide."""

    id: str = at("standing", "id")
    title: str = at("row", "title")
    bucket: Bucket = at("standing", "bucket")
    own: Amount | None = at("standing", "own")
    amount: Amount | None = at("standing", "amount")
    replaces: tuple[PartJson, ...] = at("standing", "replaces")
    status: Status = at("row", "status")
    due: dt.date | None
    days: DaysByMilestone = at("row", "days")


class StepJson(JsonModel):
    """What moved a milestone."""

    id: str
    reversal: bool
    days: int
    own: int
    replaced: tuple[RequestJson, ...]
    before: dt.date
    after: dt.date


class RangeJson(JsonModel):
    """How far pending changes may move a milestone."""

    low: int
    high: int
    earliest: dt.date
    latest: dt.date


class MilestoneJson(JsonModel):
    milestone: str = at("id")
    name: str
    completion: bool
    original: dt.date
    agreed: dt.date
    steps: tuple[StepJson, ...]
    requests: tuple[RequestJson, ...]
    pending: RangeJson | None


class DaysPartJson(JsonModel):
    """What one record adds to person-days."""

    id: str
    days: Number = at("amount")


class DaysJson(JsonModel):
    """Person-days, and the records behind them."""

    days: Number = at("amount")
    records: Ids = at("ids")
    parts: tuple[DaysPartJson, ...]
    not_assessed: Ids = at("unknown")


class RolesJson(JsonModel):
    """The person-days of all roles."""

    approved: DaysJson
    pending: DaysJson


class RoleJson(JsonModel):
    """The person-days of one role."""

    role: str
    approved: DaysJson
    pending: DaysJson


class DerivedDaysJson(JsonModel):
    """Person-days that follow from others."""

    days: Number
    records: Ids


def _derived(days: Decimal | None, *made_of: Figure) -> dict[str, Any] | None:
    return None if days is None else {"days": days, "records": _ids(*made_of)}


class EffortJson(JsonModel):
    """The contract's person-days, and with the changes."""

    original: Number | None
    revised: DerivedDaysJson | None
    forecast: DerivedDaysJson | None
    total: RolesJson
    roles: tuple[RoleJson, ...]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, effort: Effort) -> dict[str, Any]:
        total = effort.total
        return {
            "original": effort.original,
            "revised": _derived(effort.revised, total.approved),
            "forecast": _derived(effort.forecast, total.approved, total.pending),
            "total": total,
            "roles": effort.roles,
        }


class BeyondJson(JsonModel):
    """By how much the team's figures differ from the client's."""

    pending: FigureJson
    forecast: FigureJson
    withdrawn: FigureJson


class CorrectionJson(JsonModel):
    """A correction of the contract; both values as they are written."""

    on: dt.date
    by: str
    key: str
    was: Any
    now: Any
    reason: str


class ImpactFile(JsonModel):
    """All figures of an edition. The context of its validation is what it is read off."""

    version: Literal[1] = VERSION
    client: ClientJson = at("edition")
    contract: str = at("edition", "profile", "contract", "reference")
    audience: Audience = at("edition", "audience")
    as_of: dt.date = at("edition", "as_of")
    known_on: dt.date | None
    currency: str
    lines: dict[SumLine, FigureJson] = at("position", "lines")
    approved_adds: FigureJson = at("position", "adds")
    approved_credits: FigureJson = at("position", "credits")
    pending_adds: FigureJson = at("position", "pending_adds")
    pending_credits: FigureJson = at("position", "pending_credits")
    budget: BudgetJson | None = at("position", "budget")
    tax: TaxJson = at("position")
    foreign: tuple[ForeignJson, ...] = at("position", "foreign")
    orders: tuple[OrderJson, ...] = at("position", "register", key="register")
    pending: tuple[PendingJson, ...] = at("view", "pending")
    milestones: tuple[MilestoneJson, ...] = at("position", "milestones")
    person_days: EffortJson = at("position", "effort")
    changes: Annotated[tuple[StandingJson, ...], BeforeValidator(_values)] = at(
        "position", "standings"
    )
    beyond_client: BeyondJson | None = at("view", "beyond")
    risks: tuple[RiskJson, ...] = at("view", "risks")
    risk_matrix: RiskMatrix = at("view", "matrix")
    by_reason: tuple[GroupJson, ...] = at("view", "by_reason")
    by_type: tuple[GroupJson, ...] = at("view", "by_type")
    by_party: tuple[GroupJson, ...] = at("view", "by_party")
    by_item: tuple[GroupJson, ...] = at("view", "by_item")
    course: tuple[PointJson, ...] = at("view", "course")
    by_quarter: tuple[QuarterJson, ...] = at("view", "by_quarter")
    pace: PaceJson = at("view", "pace")
    aging: AgingJson = at("view", "aging")
    corrections: tuple[CorrectionJson, ...] = at("edition", "profile", "contract", "corrections")
    amendments: tuple[AmendmentJson, ...]
    acceptances: tuple[AcceptanceJson, ...]
    outcomes: tuple[OutcomeJson, ...] = at("view", "outcomes")
    month_ends: tuple[MonthEndJson, ...] = at("ends")

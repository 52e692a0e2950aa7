"""What changes came to, in the JSON shape: their amendments, their acceptance, what they took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator

from changebook.exports.impact.figure_shape import FigureJson
from changebook.model.json_model import Amount, JsonModel, Number, at
from changebook.model.schema import Person
from changebook.model.vocabulary import AcceptanceOutcome
from changebook.views.amendments import SignatureState


def _names(people: Iterable[Person]) -> list[str]:
    return [person.name for person in people]


class AmendedChangeJson(JsonModel):
    id: str
    title: str = at("data", "title")
    amount: Amount | None = at("net")
    signing: SignatureState
    signed: dt.date | None


class TotalMoveJson(JsonModel):
    """A milestone that the changes of an amendment move together."""

    name: str
    completion: bool
    granted: int
    asked: int
    after: dt.date


class AmendmentJson(JsonModel):
    """Changes that share the reference of their agreement, or that are announced under one."""

    reference: str
    title: str | None
    on: dt.date | None
    signing: SignatureState
    sum: FigureJson = at("sum", "net")
    with_tax: Amount | None = at("sum", "with_tax")
    milestones: tuple[TotalMoveJson, ...] = at("sum", "moves")
    changes: tuple[AmendedChangeJson, ...]


class DefectJson(JsonModel):
    """Something that is not as agreed."""

    text: str
    due: dt.date | None
    fixed: dt.date | None


class AcceptanceJson(JsonModel):
    """What the client said of what was built."""

    id: str
    title: str
    on: dt.date = at("acceptance", "on")
    outcome: AcceptanceOutcome = at("acceptance", "outcome")
    by: Annotated[tuple[str, ...], BeforeValidator(_names)] = at("acceptance", "by")
    remarks: str | None = at("acceptance", "remarks")
    defects: tuple[DefectJson, ...] = at("acceptance", "defects")


class ReachedJson(JsonModel):
    """A milestone as agreed, and as it was reached."""

    name: str
    agreed: dt.date | None
    reached: dt.date
    days: int | None


class WorkedJson(JsonModel):
    """The person-days of a role, as estimated and as it took."""

    role: str
    agreed: Number | None
    actual: Number | None


class OutcomeJson(JsonModel):
    """What a change took beside what was agreed. It is in no sum."""

    id: str
    title: str
    planned: dt.date | None
    finished: dt.date | None
    agreed: Amount | None
    cost: Amount | None
    difference: Amount | None
    milestones: tuple[ReachedJson, ...] = at("dates")
    roles: tuple[WorkedJson, ...]

"""The JSON of `changebook diff`, as docs/pull-requests.md documents it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from changebook.diff.effects import (
    AmountChange,
    BudgetRow,
    Effect,
    Figures,
    PresenceChange,
    RecordEffect,
    What,
)
from changebook.diff.revealed import RevealedKind
from changebook.exports.impact.shape import CorrectionJson
from changebook.model.diagnostics import ProblemJson, Shown
from changebook.model.json_model import Amount, Ids, JsonModel, at
from changebook.model.sums import SumLine
from changebook.model.values import in_currency
from changebook.model.vocabulary import Audience, Status

VERSION: Literal[1] = 1


def _or_none(text: str) -> str | None:
    return text or None


#: No text at all is null.
OptionalText = Annotated[str | None, BeforeValidator(_or_none)]


class RecordJson(JsonModel):
    """A record that is new, gone or touched."""

    id: str
    title: str
    path: Shown
    before: Status | None
    after: Status | None
    steps: tuple[Status, ...]
    by: str | None
    amount: Amount | None = at("money")
    keys: tuple[str, ...]
    client_sees_it: bool = at("seen")
    approvals: str | None


class FileJson(JsonModel):
    """A file beside the records."""

    path: Shown
    state: PresenceChange


class ApproverJson(JsonModel):
    """Who may approve now, or no longer."""

    name: str
    may_approve: bool

    @model_validator(mode="before")
    @classmethod
    def _read(cls, approver: tuple[str, bool]) -> dict[str, Any]:
        name, may_approve = approver
        return {"name": name, "may_approve": may_approve}


class AmountsJson(JsonModel):
    """A figure on both sides."""

    before: Amount | None
    after: Amount | None
    difference: Amount | None


class ArchiveChangeJson(JsonModel):
    """The day on which the client is archived, on either side."""

    before: dt.date | None
    after: dt.date | None


class RuleJson(JsonModel):
    """Which changes need whose approval, in words."""

    changes: str
    who: str


class ApprovalChangeJson(JsonModel):
    """Who must approve, on either side."""

    before: tuple[RuleJson, ...]
    after: tuple[RuleJson, ...]


class PendingDatesJson(JsonModel):
    """How far pending changes may move a milestone."""

    earliest: dt.date
    latest: dt.date


class AgreedJson(JsonModel):
    """A milestone on one side."""

    agreed: dt.date
    pending: PendingDatesJson | None


class MilestoneChangeJson(JsonModel):
    """A milestone on both sides."""

    milestone: str = at("id")
    name: str
    before: AgreedJson | None
    after: AgreedJson | None
    days: int | None


class FiguresJson(JsonModel):
    """The sums and dates on both sides."""

    as_of: dt.date
    currency: str
    lines: dict[SumLine, AmountsJson]
    budget: dict[BudgetRow, AmountsJson] | None
    milestones: tuple[MilestoneChangeJson, ...]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, figures: Figures) -> dict[str, Any]:
        def amounts(changes: Iterable[AmountChange]) -> dict[str, Any]:
            return {
                change.name: {
                    "before": in_currency(change.before, figures.currency),
                    "after": in_currency(change.after, figures.currency),
                    "difference": in_currency(change.difference, figures.currency),
                }
                for change in changes
            }

        return {
            "as_of": figures.as_of,
            "currency": figures.currency,
            "lines": amounts(figures.lines),
            "budget": amounts(figures.budget) or None,
            "milestones": figures.dates,
        }


class RevealedJson(JsonModel):
    """Something that becomes visible to the client."""

    kind: RevealedKind
    id: str | None
    words: Shown
    origin: Annotated[Shown | None, BeforeValidator(_or_none)]


class WaitJson(JsonModel):
    """Something that waits for somebody."""

    what: What = at("what", key="for")
    id: str
    title: str
    whom: tuple[str, ...]
    due: dt.date | None
    about: OptionalText


def _records(records: Iterable[RecordEffect]) -> list[str]:
    return [record.id for record in records]


class ClientEffectJson(JsonModel):
    """What a change does to one client."""

    slug: str
    name: str
    state: PresenceChange
    new: tuple[RecordJson, ...]
    moved: tuple[RecordJson, ...]
    edited: tuple[RecordJson, ...]
    gone: tuple[RecordJson, ...]
    files: tuple[FileJson, ...]
    profile: tuple[str, ...]
    approvers: tuple[ApproverJson, ...]
    archived: ArchiveChangeJson | None
    approval: ApprovalChangeJson | None
    corrections: tuple[CorrectionJson, ...]
    figures: FiguresJson | None
    closed: tuple[FiguresJson, ...]
    becomes_visible: tuple[RevealedJson, ...] = at("revealed")
    no_longer_visible: Annotated[Ids, BeforeValidator(_records)] = at("concealed")
    waiting: tuple[WaitJson, ...]
    settled: tuple[WaitJson, ...]
    problems: tuple[ProblemJson, ...]


class EffectJson(JsonModel):
    """The whole report."""

    version: Literal[1] = VERSION
    internal: Literal[True] = True
    base: str
    audience: Audience
    clients: tuple[ClientEffectJson, ...]
    problems: tuple[ProblemJson, ...]


def as_json(effect: Effect, base: str) -> str:
    """Return the whole effect; `base` is the name of the commit that it is compared with."""
    whole = {
        "base": base,
        "audience": effect.audience,
        "clients": effect.clients,
        "problems": effect.elsewhere,
    }
    return EffectJson.model_validate(whole).model_dump_json(indent=2)

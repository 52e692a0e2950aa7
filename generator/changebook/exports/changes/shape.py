"""The JSON shape that docs/export.md documents."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo

from changebook.edition import urls
from changebook.exports.changes.table import ChangeList, front_matter
from changebook.exports.shared_shape import ClientJson, DaysByMilestone
from changebook.model.approval import Approvals
from changebook.model.json_model import Amount, Ids, JsonModel, at
from changebook.model.schema import ChangeRecord
from changebook.model.sums import Bucket
from changebook.model.vocabulary import Audience, Level, Party, Status
from changebook.views import index

VERSION: Literal[1] = 1


def _page(id: str, info: ValidationInfo[ChangeList]) -> str | None:
    site = info.context.edition.site_url
    return urls.absolute(site, urls.record(id)) if site else None


def _unseen(unseen: bool, info: ValidationInfo[ChangeList]) -> bool | None:
    return unseen if info.context.edition.audience is Audience.TEAM else None


def _front_matter(data: ChangeRecord, info: ValidationInfo[ChangeList]) -> dict[str, Any]:
    return front_matter(data, info.context.edition.audience)


class ContractMilestoneJson(JsonModel):
    """A milestone as the contract names it."""

    milestone: str = at("id")
    name: str
    completion: bool


class ApprovalJson(JsonModel):
    """An approval that a change has, or that it lacks."""

    party: Party | None = None
    role: str | None = None
    name: str | None = None
    on: dt.date | None = None


def _approvals(counted: Approvals) -> tuple[ApprovalJson, ...]:
    return tuple(
        ApprovalJson(
            party=each.given.party if each.given else each.needed.party if each.needed else None,
            role=each.given.role if each.given else each.needed.role if each.needed else None,
            name=each.given.name if each.given else None,
            on=each.on,
        )
        for each in counted.each
    )


class ChangeJson(JsonModel):
    """A change with its whole record, as this reader may see it; read off a ListedChange."""

    id: str = at("row", "id")
    title: str = at("row", "title")
    status: Status = at("row", "status")
    state: Annotated[index.State | None, BeforeValidator(index.state)] = at("row")
    proceeding: bool = at("row", "proceeding")
    risk: Level | None = at("row", "risk")
    items: tuple[str, ...] = at("row", "items")
    asked_on: dt.date | None = at("row", "day")
    decided_on: dt.date | None = at("row", "decided")
    since: dt.date | None = at("row", "since")
    approvals: Annotated[tuple[ApprovalJson, ...], BeforeValidator(_approvals)] = at("approvals")
    amount: Amount | None = at("row", "amount")
    bucket: Bucket = at("row", "bucket")
    counts: Amount | None = at("row", "counts")
    days: DaysByMilestone = at("row", "days")
    superseded_by: Ids = at("record", "superseded_by")
    required_by: Ids = at("record", "required_by")
    related_from: Ids = at("record", "related_from")
    page: Annotated[str | None, BeforeValidator(_page)] = at("row", "id")
    #: Only the team's file has the key.
    unseen: Annotated[
        bool | None, BeforeValidator(_unseen), Field(exclude_if=lambda unseen: unseen is None)
    ] = at("record", "unseen")
    record: Annotated[dict[str, Any], BeforeValidator(_front_matter)] = at("record", "data")
    body: str = at("record", "body")


class ChangesFile(JsonModel):
    """All changes of an edition. The context of its validation is what it is read off."""

    version: Literal[1] = VERSION
    client: ClientJson = at("edition")
    contract: str = at("edition", "profile", "contract", "reference")
    audience: Audience = at("edition", "audience")
    as_of: dt.date = at("edition", "as_of")
    currency: str
    milestones: tuple[ContractMilestoneJson, ...] = at(
        "edition", "profile", "contract", "milestones"
    )
    changes: tuple[ChangeJson, ...]

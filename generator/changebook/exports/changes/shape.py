"""The JSON shape that docs/export.md documents.

A change that a reader of the shape would notice needs a new VERSION, except for a new key.
"""

from __future__ import annotations

from typing import Any

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord
from changebook.model.sums import Position
from changebook.model.values import day_or_none, money_or_none
from changebook.model.vocabulary import Audience
from changebook.views.change import ChangeRow
from changebook.views.index import ordered, state

VERSION = 1

Shape = dict[str, Any]


def shape(edition: Edition, position: Position) -> Shape:
    """All changes as plain data, each with its whole record as this reader may see it."""
    profile = edition.profile
    return {
        "version": VERSION,
        "client": {"slug": edition.slug, "name": profile.name, "project": profile.project},
        "contract": profile.contract.reference,
        "audience": edition.audience.value,
        "as_of": edition.as_of.isoformat(),
        "currency": position.currency,
        "milestones": [
            {"milestone": m.id, "name": m.name, "completion": m.completion}
            for m in profile.contract.milestones
        ],
        "changes": [
            _change(record, row, edition, position.currency)
            for record, row in ordered(edition, position)
        ],
    }


def _change(record: EditionRecord, row: ChangeRow, edition: Edition, currency: str) -> Shape:
    stands = state(row)
    return {
        "id": row.id,
        "title": row.title,
        "status": row.status.value,
        "state": stands and stands.value,
        "proceeding": row.proceeding,
        "risk": row.risk and row.risk.value,
        "items": list(row.items),
        "asked_on": day_or_none(row.day),
        "decided_on": day_or_none(row.decided),
        "since": day_or_none(row.since),
        "amount": money_or_none(row.amount, currency),
        "bucket": row.bucket.value,
        "counts": money_or_none(row.counts, currency),
        "days": None if row.days is None else {move.milestone: move.days for move in row.days},
        "superseded_by": list(record.superseded_by),
        "required_by": list(record.required_by),
        "related_from": list(record.related_from),
        "page": urls.absolute(edition.site_url, urls.record(row.id)) if edition.site_url else None,
        **({"unseen": record.unseen} if edition.audience is Audience.TEAM else {}),
        "record": _record(record, edition.audience),
        "body": record.body,
    }


def _record(record: EditionRecord, audience: Audience) -> Shape:
    """The front matter, with the keys of the record format; what is not given is left out."""
    # A client's copy has nothing internal; not even the key is for them.
    hidden = {"internal"} if audience is Audience.CLIENT else set()
    return record.data.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=hidden)

"""In which bucket each record counts, and with how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums.amounts import ZERO, asked, or_nothing, rounded
from changebook.model.sums.figures import PENDING, Bucket, Figure, Part, Standing
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    ChangePath,
    Outcome,
    Status,
    SupersedeMode,
)

_BY_STATUS = {
    Status.DRAFT: Bucket.DRAFT,
    Status.DEFERRED: Bucket.DEFERRED,
    Status.REJECTED: Bucket.REJECTED,
    Status.WITHDRAWN: Bucket.WITHDRAWN,
    Status.VOID: Bucket.VOID,
}


def standings(
    records: Mapping[str, ChangeRecord], profile: Profile, as_of: date
) -> dict[str, Standing]:
    """Return where each of the records, as they stood on `as_of`, counts on that day."""
    replaced = {
        old
        for record in records.values()
        if counts(record, as_of) and record.status is not Status.VOID
        for old in replaces(record)
    }
    buckets = {id: _bucket(record, id in replaced, as_of) for id, record in records.items()}
    own = {id: _own(record, profile) for id, record in records.items()}
    taken: set[str] = set()

    def standing(id: str) -> Standing:
        amount, takes = own[id], list[Part]()
        if buckets[id] in PENDING and amount is not None:
            for old in replaces(records[id]):
                # Two requests to replace one record take it out once, as two approvals would.
                counted = buckets.get(old) in (Bucket.APPROVED, Bucket.APPROVED_LATER)
                if counted and old not in taken:
                    taken.add(old)
                    takes.append(Part(old, -or_nothing(own[old])))
            amount += sum((part.amount for part in takes), ZERO)
        return Standing(id, buckets[id], own[id], amount, tuple(takes))

    # What is agreed already takes another's place before what is only requested.
    agreed_first = sorted(records, key=lambda id: (buckets[id] is not Bucket.APPROVED_LATER, id))
    by_id = {id: standing(id) for id in agreed_first}
    return {id: by_id[id] for id in sorted(by_id)}


def is_approved(record: ChangeRecord) -> bool:
    """Return whether it was approved, also if a replacement or a reversal took it out later."""
    return (
        record.status in APPROVED_OR_LATER
        and record.decision is not None
        and record.decision.outcome is Outcome.APPROVED
        and record.decision.counts_from is not None
    )


def counts(record: ChangeRecord, as_of: date) -> bool:
    """Return whether an approval is in effect by that day."""
    return is_approved(record) and counts_from(record) <= as_of


def counts_from(record: ChangeRecord) -> date:
    """Return the day from which an approved record counts."""
    day = record.decision.counts_from if record.decision else None
    if day is None:
        raise ValueError(f"{record.id} is not decided")
    return day


def replaces(record: ChangeRecord) -> tuple[str, ...]:
    """Return the records that it replaces in the sums once it is approved."""
    return record.links.supersedes if record.links.mode is SupersedeMode.REPLACE else ()


def figure(of: Iterable[Standing], currency: str) -> Figure:
    """Return what these records add, with them behind it."""
    parts, unknown = list[Part](), list[str]()
    for standing in of:
        if standing.amount is None:
            unknown.append(standing.id)
        else:
            parts.append(Part(standing.id, standing.amount))
    amount = sum((part.amount for part in parts), rounded(ZERO, currency))
    return Figure(amount, tuple(parts), tuple(unknown))


def _bucket(record: ChangeRecord, replaced: bool, as_of: date) -> Bucket:
    if record.status in _BY_STATUS:
        return _BY_STATUS[record.status]
    if is_approved(record):
        if replaced:
            return Bucket.REPLACED
        return Bucket.APPROVED if counts(record, as_of) else Bucket.APPROVED_LATER
    if record.path is ChangePath.EMERGENCY and record.entered(Status.IMPLEMENTING):
        return Bucket.PROCEEDING
    return Bucket.PENDING


def _own(record: ChangeRecord, profile: Profile) -> Decimal | None:
    """Return what was approved, which may differ from what was requested.

    Else what is requested.
    """
    if is_approved(record) and record.decision and record.decision.amount is not None:
        return rounded(record.decision.amount, profile.contract.currency)
    return asked(record, profile)

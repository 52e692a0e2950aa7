"""In which bucket each record counts, and with how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from changebook.model.sums.amounts import ZERO, or_nothing, rounded
from changebook.model.sums.figures import PENDING, Bucket, Figure, Part, Standing
from changebook.model.sums.priced import Priced
from changebook.model.vocabulary import Status


def standings(records: Mapping[str, Priced], as_of: date) -> dict[str, Standing]:
    """Return where each of the records, as they stood on `as_of`, counts on that day."""
    replaced = {
        old
        for priced in records.values()
        if priced.replaces and priced.counts(as_of) and priced.record.status is not Status.VOID
        for old in priced.replaces
    }
    by_id = {
        id: priced.standing(priced.bucket(as_of, id in replaced))
        for id, priced in sorted(records.items())
    }
    asking = (s for s in by_id.values() if s.bucket in PENDING and records[s.id].replaces)
    taken: set[str] = set()
    # What is agreed already takes another's place before what is only requested.
    for standing in sorted(
        asking, key=lambda standing: standing.bucket is not Bucket.APPROVED_LATER
    ):
        if standing.own is None:
            continue
        takes = list[Part]()
        for old in records[standing.id].replaces:
            # Two requests to replace one record take it out once, as two approvals would.
            counted = old in by_id and by_id[old].bucket in (Bucket.APPROVED, Bucket.APPROVED_LATER)
            if counted and old not in taken:
                taken.add(old)
                takes.append(Part(old, -or_nothing(by_id[old].own)))
        amount = standing.own + sum((part.amount for part in takes), ZERO)
        by_id[standing.id] = replace(standing, amount=amount, replaces=tuple(takes))
    return by_id


def figure(standings: Iterable[Standing], currency: str) -> Figure:
    """Return what these records add, with them behind it."""
    parts, unknown = list[Part](), list[str]()
    for standing in standings:
        if standing.part is None:
            unknown.append(standing.id)
        else:
            parts.append(standing.part)
    amount = sum((part.amount for part in parts), rounded(ZERO, currency))
    return Figure(amount, tuple(parts), tuple(unknown))

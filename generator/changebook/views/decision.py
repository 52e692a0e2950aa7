"""Decisions: the log in order, and what one decision said."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.edition.editions import Edition, EditionRecord, Seal
from changebook.model.chain import SealedEvent
from changebook.model.schema import Condition, Option, Person, Profile
from changebook.model.sums import Bucket, Position
from changebook.model.vocabulary import Outcome, Status
from changebook.views.change import MilestoneDays, granted, is_approved


@dataclass(frozen=True)
class NewDate:
    name: str
    completion: bool
    day: date
    days: int | None


@dataclass(frozen=True)
class SignedPaper:
    """The file of the paper that was signed: where it lies in the edition, and its SHA-256."""

    path: str
    name: str
    sha256: str
    filed: date
    by: tuple[str, ...]
    seal: Seal | None

    @property
    def kind(self) -> str:
        """What people call such a file: PDF, PNG or JPG."""
        return posixpath.splitext(self.name)[1][1:].upper()


@dataclass(frozen=True)
class DecisionEntry:
    """What was decided, why, and what was not chosen.

    `void_on` is the day of a reversal, `replaced_on` that from which a later change counts instead.
    """

    id: str
    title: str
    status: Status
    outcome: Outcome
    partial: bool
    on: date
    effective: date | None
    by: tuple[Person, ...]
    chosen: Option | None
    others: tuple[Option, ...]
    amount: Decimal | None
    new_dates: tuple[NewDate, ...]
    rationale: str | None
    conditions: tuple[Condition, ...]
    review: date | None
    void_on: date | None
    replaced_on: date | None
    paper: SignedPaper | None

    @property
    def ended_on(self) -> date | None:
        """The day from which its amount and days count no longer."""
        return self.void_on or self.replaced_on


def entry(record: EditionRecord, profile: Profile, position: Position) -> DecisionEntry | None:
    """Return the decision on one record, once there is one."""
    data, decision = record.data, record.data.decision
    if decision is None or decision.outcome is None or decision.on is None:
        return None
    void = data.entered(Status.VOID)
    return DecisionEntry(
        id=data.id,
        title=data.title,
        status=data.status,
        outcome=decision.outcome,
        partial=decision.partial,
        on=decision.on,
        effective=decision.effective if decision.effective != decision.on else None,
        by=decision.by,
        chosen=data.chosen,
        others=tuple(o for o in data.options if o is not data.chosen),
        amount=decision.amount if is_approved(data) else None,
        new_dates=_new_dates(record, profile),
        rationale=decision.rationale,
        conditions=decision.conditions,
        review=decision.review,
        void_on=void.on if void else None,
        replaced_on=_replaced_on(data.id, position),
        paper=signed_paper(record),
    )


def signed_paper(record: EditionRecord) -> SignedPaper | None:
    """Return the paper that was signed, once it is filed."""
    agreement = record.data.agreement
    if record.signed_copy is None or agreement is None or agreement.signed_copy is None:
        return None
    copy = agreement.signed_copy
    return SignedPaper(
        record.signed_copy.path,
        posixpath.basename(record.signed_copy.path),
        copy.sha256,
        copy.filed,
        copy.by,
        next((seal for seal in record.seals if seal.entry.event is SealedEvent.FILED), None),
    )


def _replaced_on(id: str, position: Position) -> date | None:
    """Return the day from which a later change counts in place of this one."""
    if position.standings[id].bucket is not Bucket.REPLACED:
        return None
    orders = (o.on for o in position.register if any(part.id == id for part in o.replaced))
    return max(orders, default=None)


def log(edition: Edition, position: Position) -> tuple[DecisionEntry, ...]:
    """Return every decision in the order in which it was taken, the newest first."""
    entries = [e for r in edition.records if (e := entry(r, edition.profile, position))]
    return tuple(sorted(entries, key=lambda e: (e.on, e.id), reverse=True))


def seals(edition: Edition) -> tuple[Seal, ...]:
    """Return the client's chain as far as this reader sees it, in its order."""
    sealed = [seal for record in edition.records for seal in record.seals]
    return tuple(sorted((*edition.contract_seals, *sealed), key=lambda seal: seal.entry.number))


def _new_dates(record: EditionRecord, profile: Profile) -> tuple[NewDate, ...]:
    decision = record.data.decision
    if decision is None:
        return ()
    days: dict[str, MilestoneDays] = {d.milestone: d for d in granted(record.data, profile)}
    return tuple(
        NewDate(
            m.name,
            m.completion,
            decision.milestones[m.id],
            days[m.id].days if m.id in days else None,
        )
        for m in profile.contract.milestones
        if m.id in decision.milestones
    )

"""Amendments of the contract: the changes that share one, what they come to, and who signed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.edition.editions import Edition, EditionRecord, Seal
from changebook.model.schema import ChangeRecord
from changebook.model.sums import ChangesTotal, MilestoneStep, Position, Totals
from changebook.model.vocabulary import APPROVED_OR_LATER, FINAL, AgreementStatus, Status, Term
from changebook.views.change import ChangeRow, row
from changebook.views.decision import SignedPaper, signed_paper


class SignatureState(Term):
    """How far the signing of an amendment, or of a change in it, has come."""

    ANNOUNCED = "announced", "Announced"
    UNDECIDED = "undecided", "Waiting for a decision"
    TO_SIGN = "to-sign", "To be signed"
    PARTLY = "partly-signed", "Signed in part"
    SIGNED = "signed", "Signed"
    NOTHING = "nothing", "Nothing to sign"


@dataclass(frozen=True)
class AmendedChange:
    """A change in an amendment. What is void has no `steps`: they were taken back.

    `net` is what it adds to the contract; None where it counts nowhere or is not known. `seal` is
    that of its decision.
    """

    data: ChangeRecord
    row: ChangeRow
    net: Decimal | None
    steps: tuple[MilestoneStep, ...]
    signing: SignatureState
    signed: date | None
    paper: SignedPaper | None
    seal: Seal | None

    @property
    def id(self) -> str:
        return self.data.id


@dataclass(frozen=True)
class AmendmentView:
    """An amendment with its changes in the order of their ids, as far as this reader sees them.

    `sum` is of all its changes, `sum_to_sign` of those that still are to be signed.
    """

    reference: str
    title: str | None
    on: date | None
    changes: tuple[AmendedChange, ...]
    sum: ChangesTotal
    sum_to_sign: ChangesTotal

    @property
    def signing(self) -> SignatureState:
        """How far its signing has come: a change that is still open comes first."""
        states = {change.signing for change in self.changes} - {SignatureState.NOTHING}
        if not self.changes:
            return SignatureState.ANNOUNCED
        if SignatureState.UNDECIDED in states:
            return SignatureState.UNDECIDED
        if states == {SignatureState.SIGNED, SignatureState.TO_SIGN}:
            return SignatureState.PARTLY
        return next(iter(states), SignatureState.NOTHING)

    def of(self, signing: SignatureState) -> tuple[AmendedChange, ...]:
        """Return the changes whose signing has come that far."""
        return tuple(change for change in self.changes if change.signing is signing)

    @property
    def can_be_signed(self) -> bool:
        """Whether all is decided, and something is still to be signed."""
        return self.signing in (SignatureState.TO_SIGN, SignatureState.PARTLY)

    @property
    def last_seal(self) -> Seal | None:
        """The last seal of a decision in it, which stands for all before."""
        seals = [change.seal for change in self.changes if change.seal]
        return max(seals, key=lambda seal: seal.entry.number, default=None)


def members(edition: Edition) -> dict[str, list[EditionRecord]]:
    """Return the records of each amendment by its reference, those announced in the profile too."""
    by_reference: dict[str, list[EditionRecord]] = defaultdict(list)
    for announced in edition.profile.amendments:
        by_reference[announced.reference] = []
    for record in sorted(edition.records, key=lambda record: record.data.id):
        if reference := reference_of(record.data):
            by_reference[reference].append(record)
    return dict(by_reference)


def reference_of(data: ChangeRecord) -> str | None:
    """Return what the amendment is called that a record belongs to."""
    return data.agreement.reference if data.agreement else None


def amendments(edition: Edition, position: Position) -> tuple[AmendmentView, ...]:
    """Return every amendment, in the order in which they were signed or are to be."""
    announced = {each.reference: each for each in edition.profile.amendments}
    totals = Totals((record.data for record in edition.records), edition.profile, position)
    views = []
    for reference, records in members(edition).items():
        changes = tuple(_change(record, edition, position, totals) for record in records)
        known = announced.get(reference)

        to_sign = [change.id for change in changes if change.signing is SignatureState.TO_SIGN]
        views.append(
            AmendmentView(
                reference,
                known.title if known else None,
                known.on if known else None,
                changes,
                totals.of([change.id for change in changes]),
                totals.of(to_sign),
            )
        )
    return tuple(sorted(views, key=_in_time))


def _in_time(view: AmendmentView) -> tuple[date, str]:
    signed = [change.signed for change in view.changes if change.signed]
    return min(signed, default=view.on or date.max), view.reference


def _change(
    record: EditionRecord, edition: Edition, position: Position, totals: Totals
) -> AmendedChange:
    data = record.data
    return AmendedChange(
        data,
        row(record, edition.profile, position),
        totals.net(data.id),
        totals.steps(data.id) if data.status is not Status.VOID else (),
        signing_of(data),
        data.agreement.signed if data.agreement else None,
        signed_paper(record),
        next((seal for seal in record.seals if seal.entry.event.is_decision), None),
    )


def signing_of(data: ChangeRecord) -> SignatureState:
    """Return how far the signing of one change has come."""
    status = data.agreement.status if data.agreement else None
    if status is AgreementStatus.SIGNED:
        return SignatureState.SIGNED
    if status is AgreementStatus.NOT_REQUIRED or data.status in FINAL:
        return SignatureState.NOTHING
    # An emergency is worked on before it is decided.
    decided = data.status in APPROVED_OR_LATER and not data.undecided_emergency
    return SignatureState.TO_SIGN if decided else SignatureState.UNDECIDED

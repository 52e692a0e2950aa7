"""What waits for the client: decisions, objections, agreements and acceptances still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from changebook.edition.editions import EditionRecord
from changebook.model import baseline
from changebook.model.approval import Approvals, approvals
from changebook.model.schema import ChangeRecord, Communication, Objection, Profile
from changebook.model.vocabulary import (
    AcceptanceNeed,
    AgreementStatus,
    ObjectionOutcome,
    Outcome,
    Party,
    Status,
    Term,
)


class WaitKind(Term):
    """What may wait for the client."""

    DECISION = "decision", "A decision"
    OBJECTION = "objection", "An open objection"
    AGREEMENT = "agreement", "An agreement to be signed"
    ACCEPTANCE = "acceptance", "An acceptance"


@dataclass(frozen=True)
class WaitingDecision:
    """A change that is still undecided. `proceeding`: work on it has begun.

    `answers` are the decisions that were announced on its present revision: they wait for us to
    record them. `approvals` says who has approved and who is missing.
    """

    id: str
    title: str
    summary: str | None
    since: date
    due: date | None
    overdue: bool
    proceeding: bool
    approvals: Approvals
    answers: tuple[Communication, ...] = ()

    @property
    def asks_client(self) -> bool:
        """Whether it waits for somebody of the client, by party or by role."""
        return any(
            each.needed is None
            or each.needed.party is Party.CLIENT
            or (each.needed.party is None and any(p.party is Party.CLIENT for p in each.people))
            for each in self.approvals.missing
        )


@dataclass(frozen=True)
class OpenObjection:
    """An objection that has not been settled."""

    id: str
    title: str
    objection: Objection


@dataclass(frozen=True)
class UnsignedAgreement:
    """An approved change whose contract amendment has not been signed."""

    id: str
    title: str
    reference: str | None
    since: date


@dataclass(frozen=True)
class AwaitedAcceptance:
    """A change that is built and that the client has not accepted yet. `since` it was built."""

    id: str
    title: str
    since: date
    accept_by: date | None
    overdue: bool


Waits = WaitingDecision | OpenObjection | UnsignedAgreement | AwaitedAcceptance


@dataclass(frozen=True)
class Waiting:
    """All that waits, each list the oldest first: for the client, but for `undecided`.

    Those are all changes that are still undecided, whoever has to approve them.
    """

    undecided: tuple[WaitingDecision, ...]
    objections: tuple[OpenObjection, ...]
    agreements: tuple[UnsignedAgreement, ...]
    acceptances: tuple[AwaitedAcceptance, ...]

    @property
    def decisions(self) -> tuple[WaitingDecision, ...]:
        return tuple(item for item in self.undecided if item.asks_client)

    @property
    def of_vendor(self) -> tuple[WaitingDecision, ...]:
        """The decisions that wait for the vendor's approval alone."""
        return tuple(item for item in self.undecided if not item.asks_client)

    @property
    def all(self) -> tuple[Waits, ...]:
        """All that waits for the client, what holds up most first."""
        return (*self.decisions, *self.objections, *self.agreements, *self.acceptances)

    @property
    def count(self) -> int:
        """How many things wait."""
        return len(self.all)

    def of(self, id: str) -> tuple[WaitKind, ...]:
        return tuple(kind for kind in WaitKind if id in self.ids(kind))

    def ids(self, kind: WaitKind) -> tuple[str, ...]:
        """Return the records on which something of a kind waits."""
        items: Mapping[WaitKind, tuple[Waits, ...]] = {
            WaitKind.DECISION: self.decisions,
            WaitKind.OBJECTION: self.objections,
            WaitKind.AGREEMENT: self.agreements,
            WaitKind.ACCEPTANCE: self.acceptances,
        }
        return tuple(item.id for item in items[kind])


def waiting(records: Iterable[EditionRecord], as_of: date, profile: Profile) -> Waiting:
    """Return everything that waits on the day."""
    seen = [r.data for r in records]
    decisions = [d for data in seen if (d := waiting_decision(data, as_of, profile))]
    objections = [
        OpenObjection(data.id, data.title, o)
        for data in seen
        for o in data.objections
        if o.outcome is ObjectionOutcome.OPEN
    ]
    agreements = [a for data in seen if (a := unsigned_agreement(data))]
    acceptances = [b for data in seen if (b := awaited_acceptance(data, as_of, profile))]
    return Waiting(
        tuple(sorted(decisions, key=lambda d: (d.due or d.since, d.id))),
        tuple(sorted(objections, key=lambda o: (o.objection.on, o.id))),
        tuple(sorted(agreements, key=lambda a: (a.since, a.id))),
        tuple(sorted(acceptances, key=lambda a: (a.accept_by or a.since, a.id))),
    )


def waiting_decision(data: ChangeRecord, as_of: date, profile: Profile) -> WaitingDecision | None:
    """Return the decision that a record waits for, from whomever, if it does.

    An emergency that is worked on before its decision waits like any other.
    """
    if not data.awaits_decision:
        return None
    since = data.entered(Status.AWAITING_DECISION, Status.IMPLEMENTING, Status.SUBMITTED)
    if since is None:
        return None
    due = data.decision.due if data.decision else None
    overdue = due is not None and due < as_of
    before = data.decision.approved_so_far if data.decision else ()
    # A message may have a name that the person had before.
    people = [profile.person(each.name) for each in before]
    recorded = {each.name for each in before}.union(*(p.names for p in people if p))
    answers = tuple(
        talk
        for talk in data.communications
        if talk.proposes
        and talk.proposes.revision == data.revision
        and not (talk.proposes.outcome is Outcome.APPROVED and recorded.intersection(talk.with_))
    )
    return WaitingDecision(
        data.id,
        data.title,
        data.summary,
        since.on,
        due,
        overdue,
        data.undecided_emergency,
        approvals(data, baseline.known(profile, as_of), as_of),
        answers,
    )


def approved_in_part(
    records: Iterable[EditionRecord], as_of: date, profile: Profile
) -> tuple[WaitingDecision, ...]:
    """Return the decisions for which somebody's approval is there and another one is missing."""
    waits = waiting(records, as_of, profile).undecided
    return tuple(item for item in waits if item.approvals.given)


def unsigned_agreement(data: ChangeRecord) -> UnsignedAgreement | None:
    """Return the agreement that a record waits for to be signed, if it does."""
    decision, agreement = data.decision, data.agreement
    if (
        data.is_undone
        or decision is None
        or decision.outcome is not Outcome.APPROVED
        or decision.on is None
        or agreement is None
        or agreement.status is not AgreementStatus.DRAFTING
    ):
        return None
    return UnsignedAgreement(data.id, data.title, agreement.reference, decision.on)


def awaited_acceptance(
    data: ChangeRecord, as_of: date, profile: Profile
) -> AwaitedAcceptance | None:
    """Return the acceptance that a record waits for: it is required, or was asked for by a day."""
    if data.status is not Status.IMPLEMENTED:
        return None
    due = data.acceptance.due if data.acceptance else None
    asked = due is not None or profile.contract.acceptance is AcceptanceNeed.REQUIRED
    built = data.entered(Status.IMPLEMENTED)
    if built is None or not asked:
        return None
    if data.answered_acceptance or data.is_internal_work:
        return None
    if data.acceptance and data.acceptance.outcome:
        due = None  # it was that of the state that was refused
    overdue = due is not None and due < as_of
    return AwaitedAcceptance(data.id, data.title, built.on, due, overdue)

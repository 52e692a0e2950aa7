"""What a change order states beyond its record: sums, contract time, and who signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from changebook.model import sums
from changebook.model.approval import Approvals
from changebook.model.schema import Person, Profile
from changebook.model.sums import PENDING, Part, Position
from changebook.model.vocabulary import APPROVED_OR_LATER, AgreementStatus, Party, Status
from changebook.views.record import RecordView

_TO_SIGN = (APPROVED_OR_LATER | {Status.AWAITING_DECISION}) - {Status.VOID, Status.SUPERSEDED}


@dataclass(frozen=True)
class OrderSum:
    """The contract sum before and after a change (AIA G701).

    `agreed` tells an entry of the register, counted on `on`, from what an open change would do.
    `net` is what the change adds in all: its own amount and what goes out for it.
    """

    agreed: bool
    on: date | None
    earlier: Decimal
    before: Decimal
    own: Decimal
    replaced: tuple[Part, ...]
    net: Decimal
    after: Decimal


class Direction(Enum):
    """What a change does to a sum or to the contract time."""

    INCREASED = "increased"
    DECREASED = "decreased"
    UNCHANGED = "unchanged"

    @classmethod
    def of(cls, number: Decimal | int) -> Direction:
        """Return which one a signed number is."""
        return cls.INCREASED if number > 0 else cls.DECREASED if number < 0 else cls.UNCHANGED


class Signing(Enum):
    """What the end of a change order asks for."""

    TO_SIGN = "to-sign"
    SIGNED = "signed"
    NOT_REQUIRED = "not-required"
    CLOSED = "closed"


@dataclass(frozen=True)
class Signatory:
    """One block to sign in; what is not known is written in by hand."""

    party: Party
    organisation: str
    name: str | None = None
    title: str | None = None


def order_sum(view: RecordView, position: Position) -> OrderSum | None:
    """Return the sums of an approved change or of a pending one; None where it counts nowhere.

    A pending change is put on top of all that is approved to date.
    """
    if entry := view.order:
        return OrderSum(
            True,
            entry.on,
            entry.earlier,
            entry.before,
            entry.amount,
            entry.replaced,
            entry.this,
            entry.after,
        )
    standing = position.standings[view.data.id]
    if standing.bucket not in PENDING or standing.own is None or standing.amount is None:
        return None
    before = position.revised.amount
    return OrderSum(
        False,
        None,
        position.approved.amount,
        before,
        standing.own,
        tuple(Part(part.id, -part.amount) for part in standing.replaces),
        standing.amount,
        before + standing.amount,
    )


def total_with_tax(view: RecordView, profile: Profile) -> Decimal | None:
    """Return what was approved with its tax; None where nothing was, or nothing is taxed."""
    amount = view.decision.amount if view.decision else None
    return sums.amount_with_tax(view.data, amount, profile)


def contract_time(view: RecordView) -> tuple[Direction, int] | None:
    """Return what the change does to the completion, in calendar days.

    None where it is not assessed.
    """
    if view.row.days is None:
        return None
    moved = next((move.days for move in view.moves if move.completion), 0)
    return Direction.of(moved), moved


def signing(view: RecordView) -> Signing:
    """Return whether there is anything to sign.

    Not before it is assessed, after its end, or twice.
    """
    data = view.data
    if data.agreement and data.agreement.status is AgreementStatus.SIGNED:
        return Signing.SIGNED
    if data.agreement and data.agreement.status is AgreementStatus.NOT_REQUIRED:
        return Signing.NOT_REQUIRED
    return Signing.TO_SIGN if data.status in _TO_SIGN else Signing.CLOSED


def signatories(view: RecordView, profile: Profile) -> tuple[Signatory, ...]:
    """Return who signs for each party.

    Whom the profile names, else who decided, else a blank block. As long as a change awaits its
    decision, all who must approve it sign, also where the profile names others.
    """
    if view.waits and view.waits.approvals.rule:
        return to_approve(view.waits.approvals, profile)
    decided = view.data.decision.by if view.data.decision else ()
    return blocks(profile.paper.signatories or decided, profile)


def to_approve(approvals: Approvals, profile: Profile) -> tuple[Signatory, ...]:
    """Return a block for each approval that a change needs, and for whom the profile names besides.

    A name stands in it where one person has given the approval, is named to sign, or is the only
    one who can give it.
    """
    organisations = {Party.CLIENT: profile.name, Party.VENDOR: profile.vendor.name}
    named = {person.name: person for person in profile.paper.signatories}
    signatories: list[Signatory] = []
    for each in approvals.each:
        given = profile.person(each.given.name) if each.given else None
        people = (given,) if given else each.people
        signing = [p for p in people if p.name in named] or people
        one = signing[0] if len(signing) == 1 else None
        asked, role = (each.needed.party, each.needed.role) if each.needed else (None, None)
        party = asked or (people[0].party if people else Party.CLIENT)
        title = one.role if one else role
        signatories.append(Signatory(party, organisations[party], one.name if one else None, title))
    listed = {each.name for each in signatories}
    more = [person for person in named.values() if person.name not in listed]
    signatories += (Signatory(p.party, organisations[p.party], p.name, p.role) for p in more)
    without = set(Party) - {each.party for each in signatories}
    signatories += (Signatory(party, organisations[party]) for party in without)
    return tuple(sorted(signatories, key=lambda each: tuple(organisations).index(each.party)))


def signatories_of_all(views: Iterable[RecordView], profile: Profile) -> tuple[Signatory, ...]:
    """Return who signs for several changes at once: as for one, each name once."""
    decided = [person for view in views if view.data.decision for person in view.data.decision.by]
    return blocks(profile.paper.signatories or tuple(dict.fromkeys(decided)), profile)


def blocks(named: tuple[Person, ...], profile: Profile) -> tuple[Signatory, ...]:
    """Return the blocks to sign in, for each party those of its people who are named."""
    organisations = {Party.CLIENT: profile.name, Party.VENDOR: profile.vendor.name}
    return tuple(
        signatory
        for party, organisation in organisations.items()
        for signatory in _blocks(party, organisation, named)
    )


def _blocks(party: Party, organisation: str, named: tuple[Person, ...]) -> tuple[Signatory, ...]:
    people = tuple(p for p in named if p.party is party)
    if not people:
        return (Signatory(party, organisation),)
    return tuple(Signatory(party, organisation, p.name, p.role) for p in people)

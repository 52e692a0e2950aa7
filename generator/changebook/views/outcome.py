"""The end of a change: what the client said of what was built, and what it took beside the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import sums
from changebook.model.schema import Acceptance, Actual, ChangeRecord, Profile, ResourceLine
from changebook.model.sums import CostRow, Position
from changebook.model.sums.amounts import ZERO, rows_of
from changebook.model.vocabulary import Outcome


@dataclass(frozen=True)
class ReachedDate:
    """A milestone as it was agreed with a change, and the day on which it was reached."""

    name: str
    agreed: date | None
    reached: date

    @property
    def days(self) -> int | None:
        """How many calendar days later than agreed it was reached; negative if earlier."""
        return (self.reached - self.agreed).days if self.agreed else None


@dataclass(frozen=True)
class WorkedDays:
    """The person-days of a role: as estimated, and as it took. None where nothing is known."""

    role: str
    agreed: Decimal | None
    actual: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """How many more it took than were estimated."""
        return None if self.agreed is None or self.actual is None else self.actual - self.agreed


@dataclass(frozen=True)
class ActualOutcome:
    """What a change took beside what was agreed. None of its figures is in the contract's sums.

    `rows` are the lines of the actual cost; `agreed` and `cost` are in the contract's currency.
    """

    id: str
    title: str
    finished: date | None
    planned: date | None
    agreed: Decimal | None
    cost: Decimal | None
    rows: tuple[CostRow, ...]
    dates: tuple[ReachedDate, ...]
    roles: tuple[WorkedDays, ...]

    @property
    def difference(self) -> Decimal | None:
        """By how much it cost more than was agreed."""
        return None if self.agreed is None or self.cost is None else self.cost - self.agreed

    @property
    def days(self) -> int | None:
        """How many calendar days later than planned it was finished."""
        return (self.finished - self.planned).days if self.finished and self.planned else None

    @property
    def agreed_days(self) -> Decimal | None:
        """The person-days that were estimated."""
        return _total(role.agreed for role in self.roles)

    @property
    def actual_days(self) -> Decimal | None:
        """The person-days that it took."""
        return _total(role.actual for role in self.roles)


@dataclass(frozen=True)
class AcceptedChange:
    """A change that the client accepted or refused, for lists."""

    id: str
    title: str
    acceptance: Acceptance


def outcome(data: ChangeRecord, profile: Profile, position: Position) -> ActualOutcome | None:
    """Return what a change took, where the record says it."""
    actual = data.actual
    if actual is None or data.is_internal_work:
        return None
    currency = profile.contract.currency
    rows = rows_of(actual.cost, profile)
    own = [row.amount for row in rows if row.currency == currency]
    known = [amount for amount in own if amount is not None]
    decided = data.decision and data.decision.outcome is Outcome.APPROVED
    finishes = [step.finish for step in data.plan or () if step.finish]
    return ActualOutcome(
        id=data.id,
        title=data.title,
        finished=actual.finished,
        planned=max(finishes, default=None),
        agreed=data.decision.amount if data.decision and decided else None,
        cost=sums.rounded(sum(known, ZERO), currency) if known else None,
        rows=rows,
        dates=_dates(data, actual, profile, position),
        roles=_roles(data, actual),
    )


def outcomes(edition: Edition, position: Position) -> tuple[ActualOutcome, ...]:
    """Return what each change of an edition took that says it, by id."""
    all_outcomes = (outcome(record.data, edition.profile, position) for record in edition.records)
    return tuple(sorted((each for each in all_outcomes if each), key=lambda each: each.id))


def accepted(records: Iterable[EditionRecord]) -> tuple[AcceptedChange, ...]:
    """Return the changes that the client answered on, the newest first."""
    answered = [
        AcceptedChange(record.data.id, record.data.title, record.data.acceptance)
        for record in records
        if record.data.acceptance and record.data.acceptance.on
    ]
    return tuple(sorted(answered, key=lambda each: (each.acceptance.on, each.id), reverse=True))


def _dates(
    data: ChangeRecord, actual: Actual, profile: Profile, position: Position
) -> tuple[ReachedDate, ...]:
    """Return the milestones that it names: as agreed by this change, else as agreed today."""
    stated = data.decision.milestones if data.decision else {}
    now = {milestone.id: milestone.agreed for milestone in position.milestones}
    return tuple(
        ReachedDate(m.name, stated.get(m.id) or now.get(m.id), actual.milestones[m.id])
        for m in profile.contract.milestones
        if m.id in actual.milestones
    )


def _roles(data: ChangeRecord, actual: Actual) -> tuple[WorkedDays, ...]:
    """Return the roles of the estimate and of the actual work, each once."""
    estimated = _by_role((data.impact and data.impact.resources) or ())
    took = _by_role(actual.resources)
    if not took:
        return ()
    return tuple(
        WorkedDays(role, estimated.get(role), took.get(role))
        for role in dict.fromkeys((*estimated, *took))
    )


def _by_role(lines: Iterable[ResourceLine]) -> dict[str, Decimal]:
    days: dict[str, Decimal] = {}
    for line in lines:
        days[line.role] = days.get(line.role, ZERO) + line.days
    return days


def _total(days: Iterable[Decimal | None]) -> Decimal | None:
    known = [each for each in days if each is not None]
    return sum(known, ZERO) if known else None

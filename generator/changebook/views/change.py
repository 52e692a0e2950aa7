"""One change as lists show it: enough to compare it with the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.edition.editions import EditionRecord
from changebook.model import sums
from changebook.model.schema import ChangeRecord, Profile, Risk
from changebook.model.sums import Bucket, Position
from changebook.model.vocabulary import (
    OPEN,
    OUTCOMES,
    ChangePath,
    ChangeType,
    Level,
    Outcome,
    Priority,
    ReasonCategory,
    Status,
)
from changebook.views.waiting import waiting_decision

#: The usual weights of a risk matrix.
WEIGHT = {Level.HIGH: 3, Level.MEDIUM: 2, Level.LOW: 1}


@dataclass(frozen=True)
class MilestoneDays:
    """Calendar days on one milestone, requested or granted; negative is earlier."""

    milestone: str
    name: str
    completion: bool
    days: int


@dataclass(frozen=True)
class ChangeRow:
    """A change in a list.

    `amount` is what was approved, or else what is requested; None where it has not been assessed
    yet. `bucket` says where it counts, and `counts` with how much: the amount less what it takes
    the place of. `day` is the day on which the change was requested; a draft may have none.
    `decided` is the day of the decision that stands. `risk` is how grave its gravest risk is; None
    where it names none.
    """

    id: str
    title: str
    summary: str | None
    status: Status
    type: ChangeType | None
    priority: Priority | None
    urgency: Level | None
    risk: Level | None
    reason: ReasonCategory | None
    path: ChangePath | None
    items: tuple[str, ...]
    bucket: Bucket
    amount: Decimal | None
    counts: Decimal | None
    days: tuple[MilestoneDays, ...] | None
    day: date | None
    decided: date | None
    since: date | None
    unseen: bool
    waits: bool

    @property
    def proceeding(self) -> bool:
        """Worked on before it is agreed."""
        return self.bucket is Bucket.PROCEEDING

    @property
    def undecided(self) -> bool:
        """Asked for, or still a draft, and nothing decided yet."""
        return self.bucket in (Bucket.DRAFT, Bucket.PENDING, Bucket.PROCEEDING)

    @property
    def moves(self) -> MilestoneDays | None:
        """The days that lists show: on the completion, or on the first milestone that moves."""
        moving = [days for days in self.days or () if days.days]
        return next((d for d in moving if d.completion), next(iter(moving), None))


def row(record: EditionRecord, profile: Profile, position: Position) -> ChangeRow:
    data = record.data
    standing = position.standings[data.id]
    waits = waiting_decision(data, position.as_of, profile)
    return ChangeRow(
        id=data.id,
        title=data.title,
        summary=data.summary,
        status=data.status,
        type=data.type,
        priority=data.priority,
        urgency=data.urgency,
        risk=gravest(data.impact.risks) if data.impact else None,
        reason=data.reason.category if data.reason else None,
        path=data.path,
        items=tuple(dict.fromkeys(item.item for item in data.scope)),
        bucket=standing.bucket,
        amount=standing.own,
        counts=standing.amount,
        days=granted(data, profile) if is_approved(data) else asked_days(data, profile),
        day=asked_on(data),
        decided=decided_on(data),
        since=data.history[-1].on if data.history else None,
        unseen=record.unseen,
        waits=waits is not None and waits.asks_client,
    )


def score(risk: Risk) -> int:
    """Return likelihood times severity, 1 to 9."""
    return WEIGHT[risk.likelihood] * WEIGHT[risk.severity]


def band(score: int) -> Level:
    """Return the usual three bands of the matrix: high from 6, medium from 3."""
    return Level.HIGH if score >= 6 else Level.MEDIUM if score >= 3 else Level.LOW


def gravest(risks: tuple[Risk, ...]) -> Level | None:
    """Return the band of the gravest risk; None where there is none."""
    return band(max(score(risk) for risk in risks)) if risks else None


def is_approved(data: ChangeRecord) -> bool:
    """Return whether a decision approved it, whatever became of it later."""
    return data.decision is not None and data.decision.outcome is Outcome.APPROVED


def asked_on(data: ChangeRecord) -> date | None:
    """Return the day on which a change was requested."""
    if data.requested:
        return data.requested.on
    # What was imported may begin later in its life.
    begun = (e.on for e in data.history if e.status in (Status.DRAFT, Status.SUBMITTED))
    return next(begun, None)


def decided_on(data: ChangeRecord) -> date | None:
    """Return the day of the decision that stands; None if there is none, or it was reopened."""
    if data.status in OPEN:
        return None
    entry = data.entered(*OUTCOMES)
    return entry.on if entry else None


def newest_first(row: ChangeRow) -> tuple[date, str]:
    """Return the sort key of every list of changes (reversed); what has no day comes first."""
    return row.day or date.max, row.id


def asked_days(data: ChangeRecord, profile: Profile) -> tuple[MilestoneDays, ...] | None:
    """Return the days that were requested, per milestone; None if that was not assessed yet."""
    if data.impact is None or data.impact.schedule is None:
        return None
    return _named(sums.asked_days(data), profile)


def granted(data: ChangeRecord, profile: Profile) -> tuple[MilestoneDays, ...]:
    """Return the days that an approval granted, per milestone."""
    return _named(sums.granted(data), profile)


def _named(totals: dict[str, int], profile: Profile) -> tuple[MilestoneDays, ...]:
    """Return the days in the order of the contract."""
    return tuple(
        MilestoneDays(m.id, m.name, m.completion, totals[m.id])
        for m in profile.contract.milestones
        if m.id in totals
    )

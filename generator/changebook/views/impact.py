"""The impact page: what all changes together make of money, dates, people and risk.

The figures are those of `sums`; this view chooses and orders them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from changebook import sums
from changebook.editions import Edition, EditionRecord
from changebook.schema import Risk
from changebook.sums import Difference, Figure, Position, Share, Standing, SumLine
from changebook.views import pictures
from changebook.views.change import WEIGHT, ChangeRow, row, score
from changebook.vocabulary import OPEN, Audience, ChangeType, ReasonCategory, Status, Term

_HEADLINE = (
    SumLine.ORIGINAL,
    SumLine.APPROVED,
    SumLine.REVISED,
    SumLine.PENDING,
    SumLine.PROCEEDING,
    SumLine.FORECAST,
)
_APART = (SumLine.DEFERRED, SumLine.REJECTED, SumLine.WITHDRAWN, SumLine.VOID)
#: A risk lives until the change is closed or given up; a deferred change runs none.
_AT_RISK = OPEN | {Status.APPROVED, Status.IMPLEMENTING, Status.IMPLEMENTED}

T = TypeVar("T", bound=Term)


@dataclass(frozen=True)
class PendingChange:
    """A change of the line "pending", with how it counts and the day by which to decide."""

    row: ChangeRow
    standing: Standing
    due: date | None


@dataclass(frozen=True)
class OpenRisk:
    """A risk of a change that is not closed; `score` is likelihood times severity, 1 to 9."""

    id: str
    title: str
    status: Status
    risk: Risk
    score: int


@dataclass(frozen=True)
class Group(Generic[T]):
    """The share of all changes with one reason or of one type (None: the record doesn't say)."""

    term: T | None
    share: Share


@dataclass(frozen=True)
class Impact:
    """The sums of an edition on its day. `titles` names every record that a figure points at.

    `beyond` is what the team's figures have beyond the client's; None in a client edition.
    """

    position: Position
    titles: Mapping[str, str]
    pending: tuple[PendingChange, ...]
    risks: tuple[OpenRisk, ...]
    by_reason: tuple[Group[ReasonCategory], ...]
    by_type: tuple[Group[ChangeType], ...]
    beyond: Difference | None
    waterfall: pictures.SumPicture | None
    calendar: pictures.DatesPicture | None

    @property
    def headline(self) -> tuple[tuple[SumLine, Figure], ...]:
        """The lines from the original sum to the forecast, in this order."""
        return tuple((line, self.position.lines[line]) for line in _HEADLINE)

    @property
    def apart(self) -> tuple[tuple[SumLine, Figure], ...]:
        """The lines that are never added, where a record stands on them."""
        lines = ((line, self.position.lines[line]) for line in _APART)
        return tuple((line, figure) for line, figure in lines if figure.ids)


def impact(edition: Edition) -> Impact:
    """The impact view of an edition."""
    position = _position(edition, edition.records)
    seen = tuple(record for record in edition.records if not record.unseen)
    team = edition.audience is Audience.TEAM
    reasons = {
        r.data.id: r.data.reason.category if r.data.reason else None for r in edition.records
    }
    pending = _pending(edition, position)
    types = {r.data.id: r.data.type for r in edition.records}
    return Impact(
        position=position,
        titles={record.data.id: record.data.title for record in edition.records},
        pending=pending,
        risks=_risks(edition),
        by_reason=_groups(position, reasons, ReasonCategory),
        by_type=_groups(position, types, ChangeType),
        beyond=sums.difference(position, _position(edition, seen)) if team else None,
        waterfall=pictures.sum_picture(position, [change.standing for change in pending]),
        calendar=pictures.dates_picture(position.milestones, edition.as_of),
    )


def _position(edition: Edition, records: tuple[EditionRecord, ...]) -> Position:
    return sums.position([r.data for r in records], edition.profile, edition.as_of)


def _pending(edition: Edition, position: Position) -> tuple[PendingChange, ...]:
    """What is to be decided first comes first, then what has no day yet."""
    changes = [
        PendingChange(
            row(record, edition.profile, position),
            position.standings[record.data.id],
            record.data.decision.due if record.data.decision else None,
        )
        for record in edition.records
        if position.standings[record.data.id].bucket in sums.PENDING
    ]
    return tuple(sorted(changes, key=lambda c: (c.due or date.max, c.row.id)))


def _risks(edition: Edition) -> tuple[OpenRisk, ...]:
    risks = [
        OpenRisk(data.id, data.title, data.status, risk, score(risk))
        for data in (record.data for record in edition.records)
        if data.status in _AT_RISK and data.impact
        for risk in data.impact.risks
    ]
    return tuple(sorted(risks, key=lambda r: (-r.score, -WEIGHT[r.risk.severity], r.id)))


def _groups(
    position: Position, terms: Mapping[str, T | None], vocabulary: type[T]
) -> tuple[Group[T], ...]:
    shares = sums.breakdown(position, terms)
    order: tuple[T | None, ...] = (*vocabulary, None)
    return tuple(Group(term, shares[term]) for term in order if term in shares)

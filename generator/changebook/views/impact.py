"""The impact page: what all changes together make of money, dates, people and risk.

The figures are those of `sums`; this view chooses and orders them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import sums
from changebook.model.schema import ChangeRecord, Profile, Risk
from changebook.model.sums import (
    Bucket,
    CoursePoint,
    Difference,
    Figure,
    GroupShare,
    Position,
    Quarter,
    Standing,
    SumLine,
)
from changebook.model.sums.aging import Aging, aging
from changebook.model.vocabulary import (
    OPEN,
    Audience,
    ChangeType,
    Level,
    Party,
    ReasonCategory,
    Status,
)
from changebook.views import outcome, pictures
from changebook.views.change import WEIGHT, ChangeRow, band, row, score
from changebook.views.pace import Pace, decision_days, pace, request_days

HEADLINE = (
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

T = TypeVar("T", bound=str)


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
    """The share of all changes with one reason, type, party or scope item.

    `term` is None where the record doesn't say; `bars` where there is no money to draw.
    """

    term: T | None
    share: GroupShare
    bars: pictures.ShareBars | None


@dataclass(frozen=True)
class RiskCell:
    """One cell of the risk matrix, with the risks that lie in it."""

    likelihood: Level
    severity: Level
    band: Level
    risks: tuple[OpenRisk, ...]


@dataclass(frozen=True)
class ImpactView:
    """The sums of an edition on its day. `titles` names every record that a figure points at.

    `beyond` is what the team's figures have beyond the client's; None in a client edition. A change
    on several scope items (`on_several_items`) counts whole in each group of `by_item`. `matrix`
    has a row for each likelihood, the highest first, with the severities from low to high. `partly`
    are the changes that count with all the person-days assessed, and were approved in part.
    """

    position: Position
    profile: Profile
    titles: Mapping[str, str]
    pending: tuple[PendingChange, ...]
    aging: Aging
    course: tuple[CoursePoint, ...]
    risks: tuple[OpenRisk, ...]
    matrix: tuple[tuple[RiskCell, ...], ...]
    by_reason: tuple[Group[ReasonCategory], ...]
    by_type: tuple[Group[ChangeType], ...]
    by_party: tuple[Group[Party], ...]
    by_item: tuple[Group[str], ...]
    on_several_items: tuple[str, ...]
    by_quarter: tuple[Quarter, ...]
    pace: Pace
    beyond: Difference | None
    outcomes: tuple[outcome.ActualOutcome, ...]
    waterfall: pictures.SumPicture | None
    calendar: pictures.DatesPicture | None
    course_picture: pictures.CoursePicture | None
    rate_picture: pictures.RatePicture | None
    day_bars: tuple[pictures.DayBars | None, ...]
    partly: tuple[str, ...]

    @property
    def headline(self) -> tuple[tuple[SumLine, Figure], ...]:
        """The lines from the original sum to the forecast, in this order."""
        return tuple((line, self.position.lines[line]) for line in HEADLINE)

    @property
    def apart(self) -> tuple[tuple[SumLine, Figure], ...]:
        """The lines that are never added, where a record stands on them."""
        lines = ((line, self.position.lines[line]) for line in _APART)
        return tuple((line, figure) for line, figure in lines if figure.ids)


def impact(edition: Edition) -> ImpactView:
    position = _position(edition, edition.records)
    seen = tuple(record for record in edition.records if not record.unseen)
    team = edition.audience is Audience.TEAM
    data = [record.data for record in edition.records]
    asked = [each for each in data if each.is_asked]
    requested, signed = request_days(asked), edition.profile.contract.signed
    items = {d.id: tuple(dict.fromkeys(scope.item for scope in d.scope)) for d in data}
    pending = _pending(edition, position)
    risks = _risks(edition)
    course, speed = sums.course(position, signed), pace(asked, edition.as_of)
    return ImpactView(
        position=position,
        profile=edition.profile,
        titles={d.id: d.title for d in data},
        pending=pending,
        aging=aging(position, requested),
        course=course,
        risks=risks,
        matrix=matrix(risks),
        by_reason=_groups(
            position, {d.id: d.reason.category if d.reason else None for d in data}, ReasonCategory
        ),
        by_type=_groups(position, {d.id: d.type for d in data}, ChangeType),
        by_party=_groups(
            position, {d.id: d.requested.party if d.requested else None for d in data}, Party
        ),
        by_item=_items(position, items),
        on_several_items=tuple(sorted(d.id for d in asked if len(items[d.id]) > 1)),
        by_quarter=sums.quarters(position, signed, requested, decision_days(asked, edition.as_of)),
        pace=speed,
        beyond=sums.difference(position, _position(edition, seen)) if team else None,
        outcomes=outcome.outcomes(edition, position),
        waterfall=pictures.sum_picture(position, [change.standing for change in pending]),
        calendar=pictures.dates_picture(position.milestones, edition.as_of),
        course_picture=pictures.course_picture(position, course),
        rate_picture=pictures.rate_picture(speed.months),
        day_bars=pictures.day_bars(speed.statuses),
        partly=tuple(sorted(each.id for each in data if _is_partly_approved(each, position))),
    )


def _is_partly_approved(data: ChangeRecord, position: Position) -> bool:
    standing = position.standings.get(data.id)
    counts = standing is not None and standing.bucket in (Bucket.APPROVED, Bucket.APPROVED_LATER)
    assessed = data.impact is not None and bool(data.impact.resources)
    return counts and assessed and data.decision is not None and bool(data.decision.partial)


def _position(edition: Edition, records: tuple[EditionRecord, ...]) -> Position:
    return sums.position([r.data for r in records], edition.profile, edition.as_of)


def _pending(edition: Edition, position: Position) -> tuple[PendingChange, ...]:
    """Return pending changes, those to be decided first in front, those without a day last."""
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
    position: Position, terms: Mapping[str, T | None], vocabulary: Iterable[T]
) -> tuple[Group[T], ...]:
    return _drawn(sums.breakdown(position, terms), (*vocabulary, None))


def _drawn(
    shares: Mapping[T | None, GroupShare], order: Iterable[T | None]
) -> tuple[Group[T], ...]:
    """Return the groups in this order, each with its bars on an axis that all have in common."""
    terms = [term for term in order if term in shares]
    bars = pictures.share_bars([shares[term] for term in terms])
    return tuple(Group(term, shares[term], bar) for term, bar in zip(terms, bars, strict=True))


def _items(position: Position, items: Mapping[str, tuple[str, ...]]) -> tuple[Group[str], ...]:
    """Return the items by name, and last what names none."""
    shares = sums.breakdown_each(position, {id: names or (None,) for id, names in items.items()})
    return _drawn(shares, sorted(shares, key=lambda item: (item is None, item or "")))


def matrix(risks: tuple[OpenRisk, ...]) -> tuple[tuple[RiskCell, ...], ...]:
    """Return the risks by likelihood, the highest first, and severity, the lowest first."""
    levels = sorted(Level, key=lambda level: WEIGHT[level])

    def cell(likelihood: Level, severity: Level) -> RiskCell:
        here = (r for r in risks if (r.risk.likelihood, r.risk.severity) == (likelihood, severity))
        score = WEIGHT[likelihood] * WEIGHT[severity]
        return RiskCell(likelihood, severity, band(score), tuple(here))

    return tuple(tuple(cell(row, column) for column in levels) for row in reversed(levels))

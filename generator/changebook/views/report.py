"""What happened in a week or a month, what it did to sums and dates, and what waits at its end.

A report shows the period as it was known at its end, so it stays as it is when more is written
down. What is recorded late stands in the report of the period in which that was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import accumulate

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import baseline, timeline
from changebook.model.periods import Period, PeriodKind, around, last_complete
from changebook.model.schema import ChangeRecord, PlanStep, Profile
from changebook.model.sums import Position
from changebook.model.vocabulary import OUTCOMES, Status
from changebook.views.change import ChangeRow, row
from changebook.views.decision import DecisionEntry, entry
from changebook.views.months import (
    MOST_MONTHS,
    Comparison,
    LateEntries,
    LateEntry,
    compare,
)
from changebook.views.news import NewsEvent, notices
from changebook.views.pictures import DatesPicture, SmallSums, dates_picture, small_sums
from changebook.views.waiting import Waiting, WaitingDecision, waiting

#: Statuses in which the steps of a plan are being taken.
_IN_WORK = frozenset({Status.APPROVED, Status.IMPLEMENTING, Status.IMPLEMENTED})


class ReportStage(Enum):
    """The part of the life cycle that a step belongs to, in the order of a report."""

    REQUESTED = "requested"
    ASSESSED = "assessed"
    DECIDED = "decided"
    IMPLEMENTED = "implemented"
    ENDED = "ended"


_STAGES = {
    Status.SUBMITTED: ReportStage.REQUESTED,
    Status.ASSESSING: ReportStage.ASSESSED,
    Status.AWAITING_DECISION: ReportStage.ASSESSED,
    **dict.fromkeys(OUTCOMES, ReportStage.DECIDED),
    Status.IMPLEMENTING: ReportStage.IMPLEMENTED,
    Status.IMPLEMENTED: ReportStage.IMPLEMENTED,
    Status.CLOSED: ReportStage.IMPLEMENTED,
    Status.SUPERSEDED: ReportStage.ENDED,
    Status.VOID: ReportStage.ENDED,
    Status.WITHDRAWN: ReportStage.ENDED,
}


@dataclass(frozen=True)
class ReportStep:
    """A status that a change entered; `recorded` is the day where that was recorded later."""

    status: Status
    on: date
    by: str | None
    recorded: date | None
    note: str | None


@dataclass(frozen=True)
class Progress:
    """What one change did within one stage in the period.

    `decision` is what was decided, where the last of the steps is a decision that still stands.
    """

    stage: ReportStage
    row: ChangeRow
    data: ChangeRecord
    steps: tuple[ReportStep, ...]
    decision: DecisionEntry | None

    @property
    def day(self) -> date:
        """The day of its last step."""
        return self.steps[-1].on

    def entered(self, *statuses: Status) -> bool:
        """Return whether it came to one of these statuses in the period."""
        return any(step.status in statuses for step in self.steps)


@dataclass(frozen=True)
class Assessment:
    """A change that the vendor has to assess: nobody can decide on it yet."""

    id: str
    title: str
    status: Status
    since: date
    unseen: bool


@dataclass(frozen=True)
class DueStep:
    """A step of an agreed plan that is overdue, or due by the end of the next period."""

    id: str
    title: str
    step: PlanStep
    overdue: bool


@dataclass(frozen=True)
class InHand:
    """What waits for the vendor. `approvals` are decisions that lack its approval alone."""

    approvals: tuple[WaitingDecision, ...]
    assessments: tuple[Assessment, ...]
    steps: tuple[DueStep, ...]

    @property
    def count(self) -> int:
        """How many things wait."""
        return len(self.approvals) + len(self.assessments) + len(self.steps)


@dataclass(frozen=True)
class PeriodReport:
    """A period as known at its end, or on the edition's day where it has not ended yet.

    `since` compares the end with the beginning: the day before the period, or the signing of the
    contract in its first one. `notices` are the events that are no change of status. `late` are
    steps of the period that were recorded after it. `profile` has the contract as known at the end.
    """

    period: Period
    complete: bool
    since: Comparison
    position: Position
    progress: tuple[Progress, ...]
    notices: tuple[NewsEvent, ...]
    waiting: Waiting
    in_hand: InHand
    late: tuple[LateEntry, ...]
    profile: Profile
    sums: SmallSums | None
    calendar: DatesPicture | None

    @property
    def on(self) -> date:
        """The day as of which all figures are."""
        return self.position.as_of

    @property
    def stages(self) -> tuple[tuple[ReportStage, tuple[Progress, ...]], ...]:
        """What happened, stage by stage, without those in which nothing did."""
        groups = (
            (stage, tuple(p for p in self.progress if p.stage is stage)) for stage in ReportStage
        )
        return tuple((stage, group) for stage, group in groups if group)

    def count(self, *statuses: Status) -> int:
        """Return how many changes came to one of these statuses in the period."""
        return len({p.row.id for p in self.progress if p.entered(*statuses)})

    @property
    def quiet(self) -> bool:
        """Whether nothing happened, and no sum or date moved."""
        return not (
            self.progress
            or self.notices
            or any(line.difference for line in self.since.lines)
            or any(moved.ids for moved in self.since.dates)
        )


class PeriodUnknown(Exception):
    """A period that an edition has no report of; the message says why."""


def report(edition: Edition, period: Period) -> PeriodReport:
    """Return the report of one period.

    Raises PeriodUnknown where the log does not reach into it.
    """
    signed = edition.profile.contract.signed
    if period.last < signed:
        raise PeriodUnknown(
            f"{period.id} ends before {signed}, the day on which the contract was signed"
        )
    if period.first > edition.as_of or edition.as_of < signed:
        raise PeriodUnknown(f"{period.id} begins after {edition.as_of}, the last day shown")
    return _Reports(edition).of(period)


def reports(edition: Edition) -> tuple[PeriodReport, ...]:
    """Return every month, and the weeks in which something happened: the newest first.

    The period that the edition's day is in has a report of what happened so far, once anything did.
    """
    signed, until = edition.profile.contract.signed, edition.as_of
    if until < signed:
        return ()
    known = _Reports(edition)
    days = {max(day, signed) for day in _days(edition.records) if day <= until}
    weeks = {around(day, PeriodKind.WEEK) for day in days}
    months = {around(day, PeriodKind.MONTH) for day in days} | set(_ended_months(signed, until))
    all_reports = [
        known.of(period) for period in sorted(weeks | months, key=lambda p: (p.last, p.first))
    ]
    shown = (r for r in all_reports if not (r.quiet and (r.period.is_week or not r.complete)))
    return tuple(shown)[::-1]


def ended_months(edition: Edition) -> tuple[Period, ...]:
    """Return the months that are over and have a report: every one, the newest first."""
    signed, until = edition.profile.contract.signed, edition.as_of
    days = {max(day, signed) for day in _days(edition.records) if day <= until}
    months = {around(day, PeriodKind.MONTH) for day in days} | set(_ended_months(signed, until))
    over = (month for month in months if month.last <= until)
    return tuple(sorted(over, key=lambda month: month.last, reverse=True))


def _ended_months(first: date, until: date) -> Iterator[Period]:
    """Yield the months that have ended, of more than `MOST_MONTHS` the last."""
    for _ in range(MOST_MONTHS):
        try:
            month = last_complete(until, PeriodKind.MONTH)
        except OverflowError:
            return
        if month.last < first:
            return
        yield month
        if month.first == date.min:
            return
        until = month.first - timedelta(days=1)


def _days(records: Iterable[EditionRecord]) -> Iterator[date]:
    """Yield the days on which something may be different.

    It happened, was recorded, or counts.
    """
    for data in (record.data for record in records):
        yield from timeline.event_dates(data)
        # What follows a step that was recorded late was not known before that either.
        yield from accumulate((timeline.recorded(entry) for entry in data.history), max)
        if data.decision and data.decision.counts_from:
            yield data.decision.counts_from


class _Reports:
    """Reports of one edition. The end of a period is often the beginning of the next."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._late = LateEntries(edition)

    def of(self, period: Period) -> PeriodReport:
        signed, past = self._edition.profile.contract.signed, self._edition.past
        on = min(period.last, self._edition.as_of)
        is_first = period.first <= signed
        begin = signed if is_first else period.first - timedelta(days=1)
        before, after = past.on(begin), past.on(on)
        # What happened before the contract was signed belongs to the first period.
        earlier = {} if is_first else before.records
        records = after.records.values()
        moved = [r for r in records if r is not earlier.get(r.data.id)]
        position, since = after.position, compare(before, after)
        waits = waiting(records, on, self._edition.profile)
        late = (e for e in self._late.on(on) if (e.counts_from or e.on) > begin)
        return PeriodReport(
            period=period,
            complete=period.last <= self._edition.as_of,
            since=since,
            position=position,
            progress=tuple(_progress(earlier, moved, self._edition.profile, position)),
            notices=_notices(earlier, moved),
            waiting=waits,
            in_hand=_in_hand(records, waits, period, on),
            late=tuple(late),
            profile=baseline.known(self._edition.profile, on),
            sums=small_sums(position),
            calendar=dates_picture(position.milestones, on),
        )


def _progress(
    earlier: Mapping[str, EditionRecord],
    moved: Iterable[EditionRecord],
    profile: Profile,
    position: Position,
) -> Iterator[Progress]:
    """Yield the steps that were not known at the beginning, in the order they were taken."""
    progress = []
    for record in moved:
        data, before = record.data, earlier.get(record.data.id)
        groups: dict[ReportStage, list[ReportStep]] = {}
        for step in data.history[len(before.data.history) if before else 0 :]:
            if step.status in _STAGES:
                recorded = step.recorded if step.recorded != step.on else None
                groups.setdefault(_STAGES[step.status], []).append(
                    ReportStep(step.status, step.on, step.by, recorded, step.note)
                )
        for stage, steps in groups.items():
            decided = entry(record, profile, position) if stage is ReportStage.DECIDED else None
            if decided and decided.outcome is not OUTCOMES[steps[-1].status]:
                decided = None
            shown = row(record, profile, position)
            progress.append(Progress(stage, shown, data, tuple(steps), decided))
    yield from sorted(progress, key=lambda p: (p.day, p.row.id))


def _notices(
    earlier: Mapping[str, EditionRecord], moved: Sequence[EditionRecord]
) -> tuple[NewsEvent, ...]:
    """Return the other events that were not known at the beginning, the oldest first."""
    before = (earlier[record.data.id] for record in moved if record.data.id in earlier)
    known = {event.key for event in notices(before)}
    return tuple(event for event in reversed(notices(moved)) if event.key not in known)


def _in_hand(records: Iterable[EditionRecord], waits: Waiting, period: Period, on: date) -> InHand:
    try:
        until = period.next.last
    except OverflowError:
        until = date.max
    assessments, steps = [], []
    for record in records:
        data = record.data
        to_assess = data.status in (Status.SUBMITTED, Status.ASSESSING)
        since = data.entered(data.status) if to_assess else None
        if since:
            assessments.append(
                Assessment(data.id, data.title, data.status, since.on, record.unseen)
            )
        if data.status in _IN_WORK:
            steps += [
                DueStep(data.id, data.title, step, step.finish < on)
                for step in data.plan or ()
                if step.finish and not step.done and step.finish <= until
            ]
    return InHand(
        waits.of_vendor,
        tuple(sorted(assessments, key=lambda a: (a.since, a.id))),
        tuple(sorted(steps, key=lambda s: (s.step.finish or date.max, s.id))),
    )

"""One change in full: what the record itself does not say in so many words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from changebook.edition.editions import Edition, EditionRecord, Seal
from changebook.model import canonical, sums
from changebook.model.approval import Approvals
from changebook.model.chain import SealedEvent
from changebook.model.schema import ChangeRecord, Communication, Option, Profile, Revision
from changebook.model.sums import ChangeOrder, CostTable, Position
from changebook.model.vocabulary import ENDED, FINAL, OPEN, WAY, Status, SupersedeMode
from changebook.views import change, decision, outcome, waiting
from changebook.views.approvals import other_approvals
from changebook.views.charts import calendar_axis
from changebook.views.effect import OptionEffect, effects
from changebook.views.pictures import CostPicture, DateRow, DatesPicture, cost_picture


class StepState(Enum):
    """Where a step of the life cycle stands."""

    DONE = "done"
    CURRENT = "current"
    TO_COME = "to-come"


@dataclass(frozen=True)
class HistoryStep:
    """One step of the life cycle, with the day on which it was entered (last)."""

    status: Status
    state: StepState
    on: date | None


@dataclass(frozen=True)
class MilestoneMove:
    """A milestone before and after a change.

    For a decided change `before` and `after` are what was agreed; before that, today's agreed date
    and where it would be (`asked`). `own` are the days of the change itself, `days` what they come
    to less those of what it replaces.
    """

    name: str
    completion: bool
    days: int
    own: int
    before: date | None
    after: date | None
    asked: bool


@dataclass(frozen=True)
class RecordLink:
    """Another record of the edition."""

    id: str
    title: str
    status: Status


@dataclass(frozen=True)
class RecordLinks:
    """Links both ways; back-links are derived."""

    supersedes: tuple[RecordLink, ...]
    mode: SupersedeMode | None
    superseded_by: tuple[RecordLink, ...]
    depends_on: tuple[RecordLink, ...]
    required_by: tuple[RecordLink, ...]
    related: tuple[RecordLink, ...]

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(
            self.supersedes
            or self.superseded_by
            or self.depends_on
            or self.required_by
            or self.related
        )


@dataclass(frozen=True)
class DaysThen:
    """The calendar days requested for a milestone before a revision, and after it."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class LatestRevision:
    """What is different since the request was last revised, as far as the record says it.

    `amount` is what was requested before; None where it is not stated.
    """

    said: Revision
    amount: Decimal | None
    days: tuple[DaysThen, ...]


@dataclass(frozen=True)
class RecordView:
    """All that the page of a record shows.

    `digest` is the short one of what the client is asked to decide on; what was decided, and what
    was signed, has a seal once it stands in the client's chain.
    """

    data: ChangeRecord
    row: change.ChangeRow
    body: str
    addresses: frozenset[str]
    unseen: bool
    steps: tuple[HistoryStep, ...]
    waits: waiting.WaitingDecision | None
    effects: tuple[OptionEffect, ...]
    revised: LatestRevision | None
    digest: str
    decision_seal: Seal | None
    agreement_seal: Seal | None
    acceptance_seal: Seal | None
    accepts: waiting.AwaitedAcceptance | None
    actual: outcome.ActualOutcome | None
    paper: decision.SignedPaper | None
    costs: CostTable | None
    cost_picture: CostPicture | None
    moves: tuple[MilestoneMove, ...]
    calendar: DatesPicture | None
    decision: decision.DecisionEntry | None
    other_approvals: tuple[tuple[Option, Approvals], ...]
    order: ChangeOrder | None
    reversal: ChangeOrder | None
    links: RecordLinks
    newer: RecordLink | None
    older: RecordLink | None

    @property
    def may_be_objected_to(self) -> bool:
        """Whether a doubt can still change something."""
        return self.data.status not in ENDED

    @property
    def waits_for_signature(self) -> bool:
        """Whether the amendment of the contract is still to be signed."""
        return waiting.unsigned_agreement(self.data) is not None

    @property
    def refused(self) -> bool:
        """Whether it was decided or taken back without an approval, so that it changes nothing."""
        return self.data.status in (Status.REJECTED, Status.DEFERRED, Status.WITHDRAWN)

    @property
    def nothing(self) -> Option | None:
        """The option with which nothing is done."""
        return next((option for option in self.data.options if option.nothing), None)

    @property
    def proposals(self) -> tuple[Communication, ...]:
        """The decisions that were announced on what is requested now, and not recorded yet."""
        return self.waits.answers if self.waits else ()

    @property
    def plan_done(self) -> int:
        """How many steps of the plan are done."""
        return sum(1 for step in self.data.plan or () if step.done)


def order(edition: Edition, position: Position) -> tuple[str, ...]:
    """Return the ids in the order of the list of changes, the newest first."""
    rows = (change.row(record, edition.profile, position) for record in edition.records)
    return tuple(row.id for row in sorted(rows, key=change.newest_first, reverse=True))


def records(
    edition: Edition, position: Position, chosen: Collection[str] | None = None
) -> tuple[RecordView, ...]:
    """Return the view of every record or of those chosen, the newest first."""
    profile = edition.profile
    rows = {r.data.id: change.row(r, profile, position) for r in edition.records}
    ordered = sorted(
        edition.records, key=lambda r: change.newest_first(rows[r.data.id]), reverse=True
    )
    links = {r.data.id: RecordLink(r.data.id, r.data.title, r.data.status) for r in ordered}
    orders = {(entry.id, entry.reversal): entry for entry in position.register}
    return tuple(
        _view(
            record,
            edition,
            position,
            rows[record.data.id],
            orders,
            links,
            links[ordered[n - 1].data.id] if n else None,
            links[ordered[n + 1].data.id] if n + 1 < len(ordered) else None,
        )
        for n, record in enumerate(ordered)
        if chosen is None or record.data.id in chosen
    )


def digest(record: EditionRecord) -> str:
    """Return the short digest of what a decision is about: an answer names what was read."""
    return canonical.short(canonical.digest(record.question))


def _view(
    record: EditionRecord,
    edition: Edition,
    position: Position,
    row: change.ChangeRow,
    orders: Mapping[tuple[str, bool], ChangeOrder],
    links: dict[str, RecordLink],
    newer: RecordLink | None,
    older: RecordLink | None,
) -> RecordView:
    data, profile = record.data, edition.profile
    moves = _moves(data, position)
    costs = sums.lines(data, profile) if data.impact and data.impact.cost is not None else None
    return RecordView(
        data=data,
        row=row,
        body=record.body,
        addresses=record.addresses,
        unseen=record.unseen,
        steps=steps(data),
        waits=waiting.waiting_decision(data, edition.as_of, profile),
        effects=effects(data, profile, position),
        revised=_revised(data, profile),
        digest=digest(record),
        decision_seal=next((s for s in record.seals if s.entry.event.is_decision), None),
        agreement_seal=next((s for s in record.seals if s.entry.event is SealedEvent.SIGNED), None),
        acceptance_seal=next(
            (s for s in record.seals if s.entry.event is SealedEvent.ACCEPTED), None
        ),
        accepts=waiting.awaited_acceptance(data, edition.as_of, profile),
        actual=outcome.outcome(data, profile, position),
        paper=decision.signed_paper(record),
        costs=costs,
        cost_picture=cost_picture(costs) if costs else None,
        moves=moves,
        calendar=calendar(moves),
        decision=decision.entry(record, profile, position),
        other_approvals=tuple(other_approvals(data, profile, edition.as_of)),
        order=orders.get((data.id, False)),
        reversal=orders.get((data.id, True)),
        links=_links(record, links),
        newer=newer,
        older=older,
    )


def steps(data: ChangeRecord) -> tuple[HistoryStep, ...]:
    """Return the way of a change: the steps that it took, where it is, and what is still to come.

    A step that was undone (assessed again after the client asked) is to come again.
    """
    entered = {entry.status: entry.on for entry in data.history}
    undecided = {Status.AWAITING_DECISION, Status.APPROVED} if data.is_internal_work else set()
    way = [Status.DRAFT, *WAY] if data.status is Status.DRAFT or not entered else list(WAY)
    way = [status for status in way if status not in undecided]
    if data.status in way:
        here = way.index(data.status)
    else:
        # An end, or a deferral: it stands after the last step that was taken.
        here = 1 + max((n for n, s in enumerate(way) if s in entered), default=-1)
        if data.status in (Status.REJECTED, Status.DEFERRED):
            here = way.index(Status.APPROVED)
        way.insert(here, data.status)
        if data.status in FINAL:
            del way[here + 1 :]
    shown = []
    for n, status in enumerate(way):
        if n == here:
            shown.append(HistoryStep(status, StepState.CURRENT, entered.get(status)))
        elif n < here and status in entered:
            shown.append(HistoryStep(status, StepState.DONE, entered[status]))
        elif n > here or (data.undecided_emergency and status is Status.APPROVED):
            # An emergency that is approved afterwards has begun its implementation before.
            begun = status is Status.IMPLEMENTING and status in entered
            state = StepState.DONE if begun else StepState.TO_COME
            shown.append(HistoryStep(status, state, entered[status] if begun else None))
    return tuple(shown)


def _revised(data: ChangeRecord, profile: Profile) -> LatestRevision | None:
    """Return what the latest revision changed, while the request is undecided."""
    newest = data.revisions[-1] if data.revisions else None
    if newest is None or newest.revision != data.revision or not data.is_undecided:
        return None
    asked = sums.asked_days(data)
    days = (
        DaysThen(m.name, newest.was.days[m.id], asked.get(m.id, 0))
        for m in profile.contract.milestones
        if newest.was and m.id in newest.was.days
    )
    return LatestRevision(newest, newest.was.amount if newest.was else None, tuple(days))


def _moves(data: ChangeRecord, position: Position) -> tuple[MilestoneMove, ...]:
    approved = change.is_approved(data)
    own = dict(sums.granted(data) if approved else sums.asked_days(data))
    stated = data.decision.milestones if data.decision and approved else {}
    shown = []
    for milestone in position.milestones:
        steps = (s for s in milestone.steps if s.id == data.id and not s.reversal)
        request = next((r for r in milestone.requests if r.id == data.id), None)
        link, days = next(steps, None), own.get(milestone.id, 0)
        net = link.days if link else request.days if request else days
        if milestone.id not in own and not net:
            continue
        before = after = None
        if link:
            before, after = link.before, link.after
        elif milestone.id in stated:
            after = stated[milestone.id]
        elif data.status in OPEN or data.undecided_emergency:
            before, after = milestone.agreed, milestone.agreed + timedelta(days=net)
        shown.append(
            MilestoneMove(
                milestone.name, milestone.completion, net, days, before, after, asked=link is None
            )
        )
    return tuple(shown)


def calendar(moves: tuple[MilestoneMove, ...]) -> DatesPicture | None:
    """Return the milestones that the change moves or asks to on a calendar; None without any."""
    moving = [(m, m.before, m.after) for m in moves if m.before and m.after and m.days]
    if not moving:
        return None
    axis = calendar_axis(day for _, *days in moving for day in days)
    rows = [
        DateRow(m.name, m.completion, axis.bar(before, after), asked=m.asked)
        for m, before, after in moving
    ]
    return DatesPicture(axis, tuple(rows))


def _links(record: EditionRecord, known: dict[str, RecordLink]) -> RecordLinks:
    def each(*ids: str) -> tuple[RecordLink, ...]:
        return tuple(known[id] for id in dict.fromkeys(ids) if id in known)

    links = record.data.links
    return RecordLinks(
        supersedes=each(*links.supersedes),
        mode=links.mode,
        superseded_by=each(*record.superseded_by),
        depends_on=each(*links.depends_on),
        required_by=each(*record.required_by),
        related=each(*links.related, *record.related_from),
    )

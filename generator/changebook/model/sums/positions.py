"""Where a contract stands on a day: the lines of the sums, dates, effort, tax and budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from changebook.model import timeline
from changebook.model.schema import ChangeRecord, Contract, Milestone, Profile
from changebook.model.sums.amounts import EXACT, ZERO, Shares, moved, rounded, taxes
from changebook.model.sums.figures import (
    PENDING,
    Bucket,
    Budget,
    ChangeOrder,
    DayRequest,
    DaySpan,
    Difference,
    Effort,
    Figure,
    ForeignLine,
    MilestonePosition,
    Part,
    PendingDates,
    Position,
    RoleDays,
    Standing,
    SumLine,
)
from changebook.model.sums.priced import Priced
from changebook.model.sums.registers import register
from changebook.model.sums.standings import figure, standings

#: The days of a record per role; None where they are not assessed yet.
_RoleDays = Mapping[str, Decimal] | None
#: The lines that are each the records of one bucket.
_BUCKET_OF = {
    SumLine.APPROVED: Bucket.APPROVED,
    SumLine.PROCEEDING: Bucket.PROCEEDING,
    SumLine.DEFERRED: Bucket.DEFERRED,
    SumLine.REJECTED: Bucket.REJECTED,
    SumLine.WITHDRAWN: Bucket.WITHDRAWN,
    SumLine.VOID: Bucket.VOID,
}


class Positions:
    """Where a contract stands on several days.

    What follows from a record alone is computed once as long as the record is the same one, as
    most are from one day to the next.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._priced: dict[str, Priced] = {}

    def on(
        self, as_of: date, records: Iterable[ChangeRecord], known_on: date | None = None
    ) -> Position:
        """Return the position on `as_of` of records as they stood on that day."""
        with localcontext(EXACT):
            priced = {record.id: self._price(record) for record in records}
            return _position(priced, self._profile.contract, as_of, known_on)

    def _price(self, record: ChangeRecord) -> Priced:
        known = self._priced.get(record.id)
        if known is None or known.record is not record:
            known = self._priced[record.id] = Priced(record, self._profile)
        return known


def position(
    records: Iterable[ChangeRecord],
    profile: Profile,
    as_of: date,
    known_on: date | None = None,
) -> Position:
    """Return where the contract stands on `as_of`, as far as it was recorded by `known_on`."""
    then = (timeline.at(record, as_of, known_on) for record in records)
    return Positions(profile).on(as_of, (record for record in then if record), known_on)


def change_order(id: str, position: Position) -> ChangeOrder | None:
    """Return the entry with which an approved record came into the sums."""
    return next((e for e in position.register if e.id == id and not e.reversal), None)


def reversal(id: str, position: Position) -> ChangeOrder | None:
    """Return the entry with which a voided record went out of the sums."""
    return next((e for e in position.register if e.id == id and e.reversal), None)


def difference(team: Position, client: Position) -> Difference:
    """Return what the team's figures add to the client's: changes that the client does not see.

    Only an open or a withdrawn record can be internal, so all that is decided must agree.
    """
    if (team.register, team.proceeding) != (client.register, client.proceeding):
        raise ValueError("The two differ in what is decided: they are not the same client's sums.")
    with localcontext(EXACT):
        return Difference(
            *(
                _beyond(team.lines[line], client.lines[line])
                for line in (SumLine.PENDING, SumLine.FORECAST, SumLine.WITHDRAWN)
            )
        )


def _beyond(ours: Figure, theirs: Figure) -> Figure:
    seen = {part.id: part.amount for part in theirs.parts}
    parts = (Part(p.id, p.amount - seen.get(p.id, ZERO)) for p in ours.parts)
    return Figure(
        ours.amount - theirs.amount,
        tuple(part for part in parts if part.amount or part.id not in seen),
        tuple(id for id in ours.unknown if id not in theirs.unknown),
    )


def _position(
    records: Mapping[str, Priced], contract: Contract, as_of: date, known_on: date | None
) -> Position:
    currency = contract.currency
    where = standings(records, as_of)
    entries = register(records, contract, as_of)
    members: dict[Bucket, list[Standing]] = {bucket: [] for bucket in Bucket}
    for standing in where.values():
        members[standing.bucket].append(standing)
    approved = members[Bucket.APPROVED]
    pending = [standing for standing in where.values() if standing.bucket in PENDING]
    lines = {line: figure(members[bucket], currency) for line, bucket in _BUCKET_OF.items()}
    lines[SumLine.ORIGINAL] = Figure(rounded(contract.sum, currency))
    lines[SumLine.PENDING] = figure(pending, currency)
    lines[SumLine.REVISED] = _added(lines[SumLine.ORIGINAL], lines[SumLine.APPROVED])
    lines[SumLine.FORECAST] = _added(lines[SumLine.REVISED], lines[SumLine.PENDING])
    original = (None, {contract.tax_rate: lines[SumLine.ORIGINAL].amount})
    taxed = [original, *_shares(approved, records)]
    return Position(
        as_of=as_of,
        known_on=known_on,
        currency=currency,
        lines=MappingProxyType({line: lines[line] for line in SumLine}),
        adds=figure(_adds(approved), currency),
        credits=figure(_credits(approved), currency),
        pending_adds=figure(_adds(pending), currency),
        pending_credits=figure(_credits(pending), currency),
        standings=MappingProxyType(where),
        register=entries,
        milestones=tuple(_milestone(m, entries, pending, records) for m in contract.milestones),
        effort=_effort(approved, pending, records, contract),
        tax_on_revised=taxes(taxed, currency),
        tax_on_forecast=taxes([*taxed, *_shares(pending, records)], currency),
        foreign=tuple(
            ForeignLine(standing.id, standing.bucket, row)
            for standing in approved + pending
            for row in records[standing.id].foreign
        ),
        budget=_budget(contract, lines[SumLine.APPROVED], lines[SumLine.PENDING]),
    )


def _added(base: Figure, more: Figure) -> Figure:
    return Figure(base.amount + more.amount, base.parts + more.parts, base.unknown + more.unknown)


def _adds(standings: list[Standing]) -> Iterable[Standing]:
    return (
        standing for standing in standings if standing.amount is not None and standing.amount > 0
    )


def _credits(standings: list[Standing]) -> Iterable[Standing]:
    return (
        standing for standing in standings if standing.amount is not None and standing.amount < 0
    )


def _milestone(
    milestone: Milestone,
    entries: Sequence[ChangeOrder],
    pending: Iterable[Standing],
    records: Mapping[str, Priced],
) -> MilestonePosition:
    steps = tuple(s for e in entries for s in e.steps if s.milestone == milestone.id)
    agreed = steps[-1].after if steps else milestone.date
    requests = tuple(
        DayRequest(standing.id, days)
        for standing in pending
        if (days := _days_on(milestone.id, standing, records))
    )
    return MilestonePosition(
        id=milestone.id,
        name=milestone.name,
        completion=milestone.completion,
        original=milestone.date,
        agreed=agreed,
        steps=steps,
        requests=requests,
        pending=_pending_dates(requests, agreed),
    )


def _days_on(milestone: str, standing: Standing, records: Mapping[str, Priced]) -> int:
    """Return a record's days on a milestone, less those of the records that it replaces."""
    less = sum(records[part.id].days.get(milestone, 0) for part in standing.replaces)
    return records[standing.id].days.get(milestone, 0) - less


def day_span(requests: Sequence[DayRequest]) -> DaySpan | None:
    """Return the range of what the requests may come to; None where nothing is requested."""
    if not requests:
        return None
    largest = max((r.days for r in requests), key=lambda days: (abs(days), days))
    low, high = sorted((largest, sum(r.days for r in requests)))
    return DaySpan(low, high)


def _pending_dates(requests: Sequence[DayRequest], agreed: date) -> PendingDates | None:
    span = day_span(requests)
    if span is None:
        return None
    return PendingDates(span.low, span.high, moved(agreed, span.low), moved(agreed, span.high))


def _effort(
    approved: Iterable[Standing],
    pending: Iterable[Standing],
    records: Mapping[str, Priced],
    contract: Contract,
) -> Effort:
    done = {s.id: _role_days(s, records) for s in approved}
    asked_for = {s.id: _role_days(s, records) for s in pending}
    names = sorted({role for days in (*done.values(), *asked_for.values()) for role in days or ()})
    total = RoleDays(None, _total_days(done), _total_days(asked_for))
    revised = None if contract.effort is None else contract.effort + total.approved.amount
    return Effort(
        original=contract.effort,
        total=total,
        revised=revised,
        forecast=None if revised is None else revised + total.pending.amount,
        roles=tuple(
            RoleDays(role, _days_of(role, done), _days_of(role, asked_for)) for role in names
        ),
    )


def _role_days(standing: Standing, records: Mapping[str, Priced]) -> _RoleDays:
    """Return a record's days, less those of the records that it replaces."""
    own = records[standing.id].effort
    if own is None or not standing.replaces:
        return own
    days = defaultdict(Decimal, own)
    for part in standing.replaces:
        for role, less in (records[part.id].effort or {}).items():
            days[role] -= less
    return days


def _total_days(by_record: Mapping[str, _RoleDays]) -> Figure:
    known = {id: days for id, days in by_record.items() if days is not None}
    parts = tuple(Part(id, sum(days.values(), ZERO)) for id, days in known.items())
    unknown = tuple(id for id in by_record if id not in known)
    return Figure(sum((part.amount for part in parts), ZERO), parts, unknown)


def _days_of(role: str, by_record: Mapping[str, _RoleDays]) -> Figure:
    parts = tuple(Part(id, days[role]) for id, days in by_record.items() if days and role in days)
    return Figure(sum((part.amount for part in parts), ZERO), parts)


def _shares(
    standings: Iterable[Standing], records: Mapping[str, Priced]
) -> Iterator[tuple[str | None, Shares]]:
    """Yield what these changes add at each tax rate, and what they take the place of."""
    for standing in standings:
        yield standing.id, records[standing.id].shares
        for part in standing.replaces:
            yield part.id, {rate: -base for rate, base in records[part.id].shares.items()}


def _budget(contract: Contract, used: Figure, pending: Figure) -> Budget | None:
    if contract.change_budget is None:
        return None
    amount = rounded(contract.change_budget, contract.currency)
    left = amount - used.amount
    return Budget(amount, used, left, left - pending.amount)

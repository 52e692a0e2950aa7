"""Where a contract stands on a day: the lines of the sums, dates, effort, tax and budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from changebook.model import timeline
from changebook.model.schema import ChangeRecord, Contract, Milestone, Profile
from changebook.model.sums.amounts import (
    EXACT,
    ZERO,
    Shares,
    asked_days,
    by_rate,
    cost_rows,
    granted,
    moved,
    rounded,
    taxes,
)
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
    TaxLine,
)
from changebook.model.sums.registers import register
from changebook.model.sums.standings import figure, is_approved, standings

#: The days of a record per role; None where they are not assessed yet.
_RoleDays = Mapping[str, Decimal] | None


def position(
    records: Sequence[ChangeRecord],
    profile: Profile,
    as_of: date,
    known_on: date | None = None,
) -> Position:
    """Return where the contract stands on `as_of`, as far as it was recorded by `known_on`."""
    then = (timeline.at(record, as_of, known_on) for record in records)
    standing = {record.id: record for record in then if record}
    with localcontext(EXACT):
        return _position(standing, profile, as_of, known_on)


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
    records: Mapping[str, ChangeRecord], profile: Profile, as_of: date, known_on: date | None
) -> Position:
    contract, currency = profile.contract, profile.contract.currency
    where = standings(records, profile, as_of)
    entries = register(records, where, profile, as_of)

    def those(*buckets: Bucket) -> list[Standing]:
        return [standing for standing in where.values() if standing.bucket in buckets]

    approved, pending = those(Bucket.APPROVED), those(*PENDING)
    lines = {
        SumLine.ORIGINAL: Figure(rounded(contract.sum, currency)),
        SumLine.APPROVED: figure(approved, currency),
        SumLine.PENDING: figure(pending, currency),
        SumLine.PROCEEDING: figure(those(Bucket.PROCEEDING), currency),
        SumLine.DEFERRED: figure(those(Bucket.DEFERRED), currency),
        SumLine.REJECTED: figure(those(Bucket.REJECTED), currency),
        SumLine.WITHDRAWN: figure(those(Bucket.WITHDRAWN), currency),
        SumLine.VOID: figure(those(Bucket.VOID), currency),
    }
    lines[SumLine.REVISED] = _added(lines[SumLine.ORIGINAL], lines[SumLine.APPROVED])
    lines[SumLine.FORECAST] = _added(lines[SumLine.REVISED], lines[SumLine.PENDING])
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
        tax_on_revised=_tax(approved, records, profile),
        tax_on_forecast=_tax(approved + pending, records, profile),
        foreign=tuple(
            ForeignLine(standing.id, standing.bucket, row)
            for standing in approved + pending
            for row in cost_rows(records[standing.id], profile)
            if row.currency != currency
        ),
        budget=_budget(contract, lines[SumLine.APPROVED], lines[SumLine.PENDING]),
    )


def _added(base: Figure, more: Figure) -> Figure:
    return Figure(base.amount + more.amount, base.parts + more.parts, base.unknown + more.unknown)


def _adds(of: list[Standing]) -> Iterable[Standing]:
    return (standing for standing in of if standing.amount is not None and standing.amount > 0)


def _credits(of: list[Standing]) -> Iterable[Standing]:
    return (standing for standing in of if standing.amount is not None and standing.amount < 0)


def _milestone(
    milestone: Milestone,
    entries: Sequence[ChangeOrder],
    pending: Iterable[Standing],
    records: Mapping[str, ChangeRecord],
) -> MilestonePosition:
    steps = tuple(s for e in entries for s in e.steps if s.milestone == milestone.id)
    agreed = steps[-1].after if steps else milestone.date
    requests: list[DayRequest] = []
    for standing in pending:
        record = records[standing.id]
        days = granted(record) if is_approved(record) else asked_days(record)
        if days.get(milestone.id):
            requests.append(DayRequest(standing.id, days[milestone.id]))
    return MilestonePosition(
        id=milestone.id,
        name=milestone.name,
        completion=milestone.completion,
        original=milestone.date,
        agreed=agreed,
        steps=steps,
        requests=tuple(requests),
        pending=_pending_dates(requests, agreed),
    )


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
    records: Mapping[str, ChangeRecord],
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


def _role_days(standing: Standing, records: Mapping[str, ChangeRecord]) -> _RoleDays:
    """Return a record's days, less those of the records that it replaces."""
    impact = records[standing.id].impact
    if impact is None or impact.resources is None:
        return None
    days: dict[str, Decimal] = defaultdict(Decimal)
    for line in impact.resources:
        days[line.role] += line.days
    for part in standing.replaces:
        old = records[part.id].impact
        for line in (old and old.resources) or ():
            days[line.role] -= line.days
    return days


def _total_days(by_record: Mapping[str, _RoleDays]) -> Figure:
    known = {id: days for id, days in by_record.items() if days is not None}
    parts = tuple(Part(id, sum(days.values(), ZERO)) for id, days in known.items())
    unknown = tuple(id for id in by_record if id not in known)
    return Figure(sum((part.amount for part in parts), ZERO), parts, unknown)


def _days_of(role: str, by_record: Mapping[str, _RoleDays]) -> Figure:
    parts = tuple(Part(id, days[role]) for id, days in by_record.items() if days and role in days)
    return Figure(sum((part.amount for part in parts), ZERO), parts)


def _tax(
    of: Iterable[Standing], records: Mapping[str, ChangeRecord], profile: Profile
) -> tuple[TaxLine, ...]:
    """Return the tax on the contract's sum with these changes."""
    contract = profile.contract
    original = rounded(contract.sum, contract.currency)
    shares: list[tuple[str | None, Shares]] = [(None, {contract.tax_rate: original})]
    for standing in of:
        shares.append((standing.id, by_rate(records[standing.id], standing.own, profile)))
        for part in standing.replaces:
            replaced = by_rate(records[part.id], -part.amount, profile)
            shares.append((part.id, {rate: -base for rate, base in replaced.items()}))
    return taxes(shares, contract.currency)


def _budget(contract: Contract, used: Figure, pending: Figure) -> Budget | None:
    if contract.change_budget is None:
        return None
    amount = rounded(contract.change_budget, contract.currency)
    left = amount - used.amount
    return Budget(amount, used, left, left - pending.amount)

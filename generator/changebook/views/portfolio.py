"""The team's overview of all clients. Sums of different currencies are never added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from changebook.edition.editions import Edition
from changebook.model.schema import Profile
from changebook.model.sums import Position
from changebook.model.sums.aging import Age, AgeBand, Aging
from changebook.model.sums.pace import MonthRate, Stay, days_in_status, stays
from changebook.model.sums.portfolio import (
    BudgetUse,
    CurrencyTotals,
    ShareTotal,
    Total,
    budget_use,
    by_currency,
    shares,
    total,
)
from changebook.model.vocabulary import ChangeType, ReasonCategory, Status, Term
from changebook.views import charts
from changebook.views.charts import Axis, Bar
from changebook.views.impact import Group, ImpactView, OpenRisk
from changebook.views.waiting import Waiting, WaitingDecision, waiting

#: From this score on (likelihood times severity) a risk is a grave one.
GRAVE = 6

T = TypeVar("T", bound=Term)
_ZERO, _WHOLE = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class ClientLine:
    """One client in the portfolio.

    `longest` is the number of days that the oldest open decision has waited. `months` and `stays`
    say how fast its changes move, `aging` how long the pending ones have waited.
    """

    slug: str
    name: str
    project: str
    profile: Profile
    as_of: date
    position: Position
    statuses: tuple[tuple[Status, int], ...]
    waiting: Waiting
    longest: int | None
    aging: Aging
    months: tuple[MonthRate, ...]
    stays: tuple[Stay, ...]
    archived: date | None = None

    @property
    def overdue(self) -> int:
        """How many decisions are past the day by which they were due."""
        return sum(1 for d in self.waiting.undecided if d.overdue)


@dataclass(frozen=True)
class Members:
    """Records of several clients: the ids of each client that has any."""

    by_client: tuple[tuple[ClientLine, tuple[str, ...]], ...]

    @property
    def count(self) -> int:
        """How many records there are."""
        return sum(len(ids) for _, ids in self.by_client)


@dataclass(frozen=True)
class ClientBars:
    """The sum of one client: the original, what approved changes and pending ones make of it."""

    client: ClientLine
    original: Bar[Decimal]
    approved: Bar[Decimal]
    pending: Bar[Decimal]


@dataclass(frozen=True)
class SumsPicture:
    """The sums of all clients of one currency on one axis, from zero."""

    axis: Axis[Decimal]
    rows: tuple[ClientBars, ...]


@dataclass(frozen=True)
class TermTotal(Generic[T]):
    """What changes of one reason or type make of the sums (None: the record doesn't say)."""

    term: T | None
    total: ShareTotal
    members: Members


@dataclass(frozen=True)
class AgeTotal:
    """Pending changes of several clients that were requested `first` to `last` days ago."""

    first: int
    last: int | None
    total: Total
    members: Members


@dataclass(frozen=True)
class ClientAge:
    """The pending change that was requested longest ago, with its client."""

    client: ClientLine
    age: Age


@dataclass(frozen=True)
class CurrencyPart:
    """All clients whose contracts are in one currency; `picture` compares them if several."""

    totals: CurrencyTotals
    clients: tuple[ClientLine, ...]
    picture: SumsPicture | None
    aging: tuple[AgeTotal, ...]
    oldest: ClientAge | None
    by_reason: tuple[TermTotal[ReasonCategory], ...]
    by_type: tuple[TermTotal[ChangeType], ...]


@dataclass(frozen=True)
class BudgetLine:
    """How much of its change budget a client has used, with the bars that show it.

    `limit` is where the whole budget lies on the bars, in percent of the width. The bars are None
    where a share can't be told, because the budget is not above zero.
    """

    client: ClientLine
    use: BudgetUse
    used: Bar[Decimal] | None
    pending: Bar[Decimal] | None
    limit: Decimal

    @property
    def over(self) -> bool:
        """More is used than was set aside."""
        return self.use.budget.left < 0

    @property
    def over_if_pending(self) -> bool:
        """More would be used if all pending changes were approved as requested."""
        return self.use.budget.left_if_pending < 0


@dataclass(frozen=True)
class ClientRisk:
    """A grave risk of an open change, with its client."""

    client: ClientLine
    risk: OpenRisk


@dataclass(frozen=True)
class ClientDecision:
    """A decision that waits, with its client; `days` since it began to wait."""

    client: ClientLine
    decision: WaitingDecision
    days: int

    @property
    def amount(self) -> Decimal | None:
        """What it requests, in the client's currency."""
        return self.client.position.standings[self.decision.id].own


@dataclass(frozen=True)
class MonthTotal:
    """What was requested and decided in one month, with bars that compare the months."""

    first: date
    requested: Members
    decided: Members
    requested_bar: Bar[Decimal]
    decided_bar: Bar[Decimal]


@dataclass(frozen=True)
class StatusDays:
    """How long changes stay in one status: the median of the stays that have ended, in days.

    `median` is None where none has; `longest` is the stay that has lasted longest and goes on.
    """

    status: Status
    completed: int
    median: Decimal | None
    now: Members
    longest: tuple[ClientLine, Stay] | None


@dataclass(frozen=True)
class Portfolio:
    """All clients by name, budgets by the share used (largest first), months newest first."""

    clients: tuple[ClientLine, ...]
    currencies: tuple[CurrencyPart, ...]
    budgets: tuple[BudgetLine, ...]
    without_budget: tuple[ClientLine, ...]
    decisions: tuple[ClientDecision, ...]
    risks: tuple[ClientRisk, ...]
    months: tuple[MonthTotal, ...]
    statuses: tuple[StatusDays, ...]

    @property
    def going_on(self) -> tuple[ClientLine, ...]:
        """The clients whose projects have not ended: only these have anything open."""
        return tuple(client for client in self.clients if client.archived is None)


def portfolio(editions: Sequence[tuple[Edition, ImpactView]]) -> Portfolio:
    """Return the overview of these editions, each with its impact view."""
    ordered = sorted(editions, key=lambda pair: (pair[0].profile.name, pair[0].slug))
    clients = tuple(_line(edition, view) for edition, view in ordered)
    views = {edition.slug: view for edition, view in ordered}
    going_on = tuple(client for client in clients if client.archived is None)
    return Portfolio(
        clients=clients,
        currencies=tuple(
            _part(totals, clients, views)
            for totals in by_currency({c.slug: c.position for c in clients})
        ),
        budgets=_budgets(clients),
        without_budget=tuple(c for c in clients if c.position.budget is None),
        decisions=_decisions(going_on),
        risks=_grave(going_on, views),
        months=_months(clients),
        statuses=_days_in_status(clients),
    )


def _line(edition: Edition, view: ImpactView) -> ClientLine:
    data = [record.data for record in edition.records]
    counts = Counter(record.status for record in data)
    waits = waiting(edition.records, edition.as_of, edition.profile)
    return ClientLine(
        slug=edition.slug,
        name=edition.profile.name,
        project=edition.profile.project,
        profile=edition.profile,
        as_of=edition.as_of,
        position=view.position,
        statuses=tuple((s, counts[s]) for s in Status if counts[s]),
        waiting=waits,
        longest=max(((edition.as_of - d.since).days for d in waits.undecided), default=None),
        aging=view.aging,
        months=view.pace.months,
        stays=stays((each for each in data if each.is_asked), edition.as_of),
        archived=edition.profile.archived,
    )


def _part(
    totals: CurrencyTotals, clients: Sequence[ClientLine], views: Mapping[str, ImpactView]
) -> CurrencyPart:
    members = tuple(client for client in clients if client.slug in totals.clients)
    own = {client.slug: views[client.slug] for client in members}
    return CurrencyPart(
        totals=totals,
        clients=members,
        picture=_picture(members) if len(members) > 1 else None,
        aging=_aging(members),
        oldest=_oldest(members),
        by_reason=_terms(members, own, lambda view: view.by_reason, ReasonCategory),
        by_type=_terms(members, own, lambda view: view.by_type, ChangeType),
    )


def _picture(clients: Sequence[ClientLine]) -> SumsPicture:
    positions = [client.position for client in clients]
    ends = [f.amount for p in positions for f in (p.original, p.revised, p.forecast)]
    axis = charts.money_axis([_ZERO, *ends])

    def bars(client: ClientLine) -> ClientBars:
        position = client.position
        original, revised = position.original.amount, position.revised.amount
        return ClientBars(
            client,
            original=axis.bar(_ZERO, original),
            approved=axis.bar(original, revised),
            pending=axis.bar(revised, position.forecast.amount),
        )

    return SumsPicture(axis, tuple(map(bars, clients)))


def _aging(clients: Sequence[ClientLine]) -> tuple[AgeTotal, ...]:
    """Return the pending changes band by band: all clients have the same bands."""

    def of_all(band: AgeBand) -> AgeTotal:
        figures = {client.slug: client.aging.band(band.first).figure for client in clients}
        members = _members(clients, {slug: figure.ids for slug, figure in figures.items()})
        return AgeTotal(band.first, band.last, total(figures), members)

    return tuple(map(of_all, clients[0].aging.bands))


def _oldest(clients: Iterable[ClientLine]) -> ClientAge | None:
    ages = [ClientAge(client, age) for client in clients if (age := client.aging.oldest)]
    return min(ages, key=lambda a: (-a.age.days, a.age.id), default=None)


def _members(clients: Iterable[ClientLine], ids: Mapping[str, Iterable[str]]) -> Members:
    """Return the records by client, in the order of the clients; `ids` by slug."""
    own_ids = ((client, tuple(ids.get(client.slug, ()))) for client in clients)
    return Members(tuple((client, own) for client, own in own_ids if own))


def _terms(
    clients: Sequence[ClientLine],
    views: Mapping[str, ImpactView],
    groups: Callable[[ImpactView], Iterable[Group[T]]],
    vocabulary: type[T],
) -> tuple[TermTotal[T], ...]:
    """Return the groups of all clients in the order of the vocabulary, what is not said last."""
    totals = shares(
        {slug: {group.term: group.share for group in groups(v)} for slug, v in views.items()}
    )
    order: tuple[T | None, ...] = (*vocabulary, None)
    return tuple(
        TermTotal(
            term,
            totals[term],
            _members(clients, {slug: share.ids for slug, share in totals[term].shares.items()}),
        )
        for term in order
        if term in totals
    )


def _budgets(clients: Iterable[ClientLine]) -> tuple[BudgetLine, ...]:
    uses = [(client, use) for client in clients if (use := budget_use(client.position))]
    known = [s for _, use in uses for s in (use.share, use.if_pending) if s is not None]
    axis = charts.money_axis([_ZERO, _WHOLE, *known])

    def line(client: ClientLine, use: BudgetUse) -> BudgetLine:
        used = None if use.share is None else axis.bar(_ZERO, use.share)
        asked = None
        if use.share is not None and use.if_pending is not None:
            asked = axis.bar(use.share, use.if_pending)
        return BudgetLine(client, use, used, asked, axis.at(_WHOLE))

    lines = [line(client, use) for client, use in uses]
    return tuple(sorted(lines, key=_hottest_first))


def _hottest_first(line: BudgetLine) -> tuple[bool, Decimal, Decimal, str]:
    """Sort by the largest share; a budget of nothing that is overspent comes before all."""
    share, later = line.use.share, line.use.if_pending
    if share is None or later is None:
        return (not line.over, _ZERO, _ZERO, line.client.name)
    return (True, -share, -later, line.client.name)


def _decisions(clients: Iterable[ClientLine]) -> tuple[ClientDecision, ...]:
    """Return open decisions by the day they are due, then those without by how long they wait."""
    waits = [
        ClientDecision(client, decision, (client.as_of - decision.since).days)
        for client in clients
        for decision in client.waiting.undecided
    ]
    return tuple(sorted(waits, key=lambda d: (d.decision.due or date.max, -d.days, d.decision.id)))


def _grave(
    clients: Iterable[ClientLine], views: Mapping[str, ImpactView]
) -> tuple[ClientRisk, ...]:
    """Return the grave risks, the gravest first."""
    risks = [
        ClientRisk(client, risk)
        for client in clients
        for risk in views[client.slug].risks
        if risk.score >= GRAVE
    ]
    return tuple(sorted(risks, key=lambda r: -r.risk.score))


def _months(clients: Sequence[ClientLine]) -> tuple[MonthTotal, ...]:
    """Return every month that any client's log covers."""
    own = {c.slug: {month.first: month for month in c.months} for c in clients}
    rates = [
        (
            first,
            _members(clients, {s: m[first].requested for s, m in own.items() if first in m}),
            _members(clients, {s: m[first].decided for s, m in own.items() if first in m}),
        )
        for first in sorted({first for months in own.values() for first in months}, reverse=True)
    ]
    most = max((m.count for _, *both in rates for m in both), default=0)
    axis = charts.money_axis([_ZERO, Decimal(most)])

    def bar(members: Members) -> Bar[Decimal]:
        return axis.bar(_ZERO, Decimal(members.count))

    return tuple(
        MonthTotal(first, requested, decided, bar(requested), bar(decided))
        for first, requested, decided in rates
    )


def _days_in_status(clients: Sequence[ClientLine]) -> tuple[StatusDays, ...]:
    """Return the days by status; a median is that of all clients' stays, not of their medians."""
    paces = days_in_status(stay for client in clients for stay in client.stays)
    now = [(client, stay) for client in clients for stay in client.stays if stay.until is None]

    def total_of(status: Status, completed: int, median: Decimal | None) -> StatusDays:
        staying = [(client, stay) for client, stay in now if stay.status is status]
        ids = {c.slug: [stay.id for other, stay in staying if other is c] for c in clients}
        return StatusDays(
            status,
            completed,
            median,
            _members(clients, ids),
            min(staying, key=lambda pair: (-pair[1].days, pair[1].id), default=None),
        )

    return tuple(total_of(pace.status, pace.completed, pace.median) for pace in paces)

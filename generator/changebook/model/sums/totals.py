"""What chosen changes come to together: the sum, its tax, and the days on each milestone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property

from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums.amounts import EXACT, ZERO, Shares, moved, rounded, taxes
from changebook.model.sums.figures import (
    PENDING,
    ChangeOrder,
    Figure,
    MilestoneStep,
    Part,
    Position,
    TaxLine,
    with_tax,
)
from changebook.model.sums.priced import Priced


@dataclass(frozen=True)
class TotalMove:
    """What chosen changes do to a milestone.

    `granted` are the days that count already, `asked` those that do not yet. `after` is the date
    that the last of the changes gave to the milestone, or that it would have.
    """

    name: str
    completion: bool
    granted: int
    asked: int
    after: date

    @property
    def days(self) -> int:
        return self.granted + self.asked


@dataclass(frozen=True)
class ChangesTotal:
    """What chosen changes add to the contract: what counts already, and what is pending.

    `net` is less than their own amounts where they take the place of others.
    """

    net: Figure
    tax: tuple[TaxLine, ...]
    moves: tuple[TotalMove, ...]

    @property
    def with_tax(self) -> Decimal | None:
        """The sum with its tax; None where nothing is taxed, or a rate or an amount is unknown."""
        return None if self.net.unknown else with_tax(self.net.amount, self.tax)


class Totals:
    """Adds up chosen changes of a position. `records` are all that it is of."""

    def __init__(
        self, records: Iterable[ChangeRecord], profile: Profile, position: Position
    ) -> None:
        self._records = {record.id: record for record in records}
        self._profile = profile
        self._position = position

    def of(self, ids: Collection[str]) -> ChangesTotal:
        """Return what some changes come to."""
        return ChangesTotal(
            self._net(ids),
            taxes(self._shares(ids), self._position.currency),
            tuple(self._moves(ids)),
        )

    def net(self, id: str) -> Decimal | None:
        """Return what a change adds; None where it counts nowhere, or where that is unknown."""
        if orders := self._orders.get(id):
            with localcontext(EXACT):
                return sum((order.this for order in orders), ZERO)
        standing = self._position.standings[id]
        return standing.amount if standing.bucket in PENDING else None

    def steps(self, id: str) -> tuple[MilestoneStep, ...]:
        """Return what an approved change did to the dates, its reversal aside."""
        orders = (order for order in self._orders.get(id, ()) if not order.reversal)
        return tuple(step for order in orders for step in order.steps if step.days)

    @cached_property
    def _orders(self) -> Mapping[str, list[ChangeOrder]]:
        orders: dict[str, list[ChangeOrder]] = defaultdict(list)
        for order in self._position.register:
            orders[order.id].append(order)
        return dict(orders)

    @cached_property
    def _requests(self) -> Mapping[str, Mapping[str, int]]:
        """The days that pending changes ask for, by milestone and id."""
        return {
            milestone.id: {request.id: request.days for request in milestone.requests}
            for milestone in self._position.milestones
        }

    def _net(self, ids: Collection[str]) -> Figure:
        amounts = {id: self.net(id) for id in ids}
        parts = tuple(Part(id, amount) for id, amount in amounts.items() if amount is not None)
        standings = self._position.standings
        unknown = (id for id in ids if amounts[id] is None and standings[id].bucket in PENDING)
        with localcontext(EXACT):
            amount = sum((p.amount for p in parts), rounded(ZERO, self._position.currency))
        return Figure(amount, parts, tuple(unknown))

    def _shares(self, ids: Collection[str]) -> Iterator[tuple[str, Shares]]:
        """Yield what the changes add at each tax rate, and what they take the place of."""
        for id in ids:
            orders, standing = self._orders.get(id, ()), self._position.standings[id]
            if any(order.reversal for order in orders):
                continue  # what it added was taken back
            if orders:
                replaced = [part.id for order in orders for part in order.replaced]
            elif standing.bucket in PENDING:
                replaced = [part.id for part in standing.replaces]
            else:
                continue
            yield id, self._priced(id).shares
            for other in replaced:
                yield other, {rate: -base for rate, base in self._priced(other).shares.items()}

    def _priced(self, id: str) -> Priced:
        return Priced(self._records[id], self._profile)

    def _moves(self, ids: Collection[str]) -> Iterator[TotalMove]:
        orders = [order for id in ids for order in self._orders.get(id, ())]
        orders.sort(key=lambda order: order.number)
        for milestone in self._position.milestones:
            steps = [s for order in orders for s in order.steps if s.milestone == milestone.id]
            granted = sum(step.days for step in steps)
            asked = sum(self._requests[milestone.id].get(id, 0) for id in ids)
            if granted or asked:
                after = moved(milestone.agreed, asked) if asked else steps[-1].after
                yield TotalMove(milestone.name, milestone.completion, granted, asked, after)

"""Sums over several clients: figures of one currency added, those of different ones never."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TypeVar

from changebook.model.sums.amounts import EXACT, ZERO
from changebook.model.sums.figures import Budget, Figure, GroupShare, Position, SumLine

Group = TypeVar("Group", bound=Hashable)

_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Total:
    """A figure of each client, by slug, and what they add up to."""

    amount: Decimal
    by_client: Mapping[str, Figure]

    @property
    def count(self) -> int:
        """How many records are behind it, also those that have no amount yet."""
        return sum(len(figure.ids) for figure in self.by_client.values())

    @property
    def unknown(self) -> int:
        """How many of them have no amount yet."""
        return sum(len(figure.unknown) for figure in self.by_client.values())


@dataclass(frozen=True)
class CurrencyTotals:
    """The lines of the sums over all clients whose contracts are in one currency."""

    currency: str
    clients: tuple[str, ...]
    lines: Mapping[SumLine, Total]


@dataclass(frozen=True)
class ShareTotal:
    """What one group of records makes of the sums of several clients; `shares` by slug."""

    shares: Mapping[str, GroupShare]
    approved: Total
    pending: Total

    @property
    def count(self) -> int:
        """How many records are in the group."""
        return sum(len(share.ids) for share in self.shares.values())


@dataclass(frozen=True)
class BudgetUse:
    """How much of a change budget is used, in percent to a tenth.

    `if_pending` is the share if all pending changes are approved as requested. Both are None where
    the budget is not above zero.
    """

    budget: Budget
    share: Decimal | None
    if_pending: Decimal | None


def total(figures: Mapping[str, Figure]) -> Total:
    """Return the sum of a figure of several clients, which must be in one currency."""
    with localcontext(EXACT):
        return Total(sum((figure.amount for figure in figures.values()), ZERO), dict(figures))


def by_currency(positions: Mapping[str, Position]) -> tuple[CurrencyTotals, ...]:
    """Return the lines of the sums for each currency, in alphabetical order of the codes."""
    members: dict[str, dict[str, Position]] = defaultdict(dict)
    for client, position in positions.items():
        members[position.currency][client] = position
    return tuple(
        CurrencyTotals(
            currency,
            tuple(of),
            {line: total({c: p.lines[line] for c, p in of.items()}) for line in SumLine},
        )
        for currency, of in sorted(members.items())
    )


def shares(breakdowns: Mapping[str, Mapping[Group, GroupShare]]) -> dict[Group, ShareTotal]:
    """Return the breakdowns of several clients, which must be in one currency, as one."""
    groups: dict[Group, dict[str, GroupShare]] = defaultdict(dict)
    for client, breakdown in breakdowns.items():
        for group, share in breakdown.items():
            groups[group][client] = share
    return {
        group: ShareTotal(
            of,
            approved=total({client: share.approved for client, share in of.items()}),
            pending=total({client: share.pending for client, share in of.items()}),
        )
        for group, of in groups.items()
    }


def budget_use(position: Position) -> BudgetUse | None:
    """Return the share of the change budget that is used; None where the contract has no budget."""
    budget = position.budget
    if budget is None:
        return None
    with localcontext(EXACT):
        used = budget.used.amount
        return BudgetUse(
            budget,
            _percent(used, budget.amount),
            _percent(used + position.pending.amount, budget.amount),
        )


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return a part in percent, half up to a tenth; None where the whole is not above zero."""
    return (part * 100 / whole).quantize(_TENTH) if whole > 0 else None

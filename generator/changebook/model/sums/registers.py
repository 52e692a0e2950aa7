"""The change order register: what each approval and reversal did to the sum and to the dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

from changebook.model.schema import Contract
from changebook.model.sums.amounts import ZERO, moved, or_nothing, rounded
from changebook.model.sums.figures import ChangeOrder, MilestoneStep, Part
from changebook.model.sums.priced import Priced


def register(
    records: Mapping[str, Priced], contract: Contract, as_of: date
) -> tuple[ChangeOrder, ...]:
    """Return the entries in the order in which they count, up to `as_of`."""
    original = rounded(contract.sum, contract.currency)
    walk = _Walk(records, original, {m.id: m.date for m in contract.milestones})
    entries: list[ChangeOrder] = []
    counting = (priced.entries for priced in records.values() if priced.counts(as_of))
    for on, recorded, id, is_reversal in sorted(chain.from_iterable(counting)):
        amount, replaced = walk.turn(records[id], is_reversal)
        this = amount + sum((part.amount for part in replaced), ZERO)
        entries.append(
            ChangeOrder(
                number=len(entries) + 1,
                id=id,
                reversal=is_reversal,
                on=on,
                recorded=recorded,
                amount=amount,
                replaced=replaced,
                earlier=walk.total - original,
                before=walk.total,
                this=this,
                after=walk.total + this,
                steps=walk.move(records[id], is_reversal),
            )
        )
        walk.total += this
    return tuple(entries)


@dataclass
class _Walk:
    """The contract's sum and dates while the entries pass, one by one."""

    records: Mapping[str, Priced]
    total: Decimal
    agreed: dict[str, date]
    active: set[str] = field(default_factory=set)
    replacers: Counter[str] = field(default_factory=Counter)

    def turn(self, priced: Priced, is_reversal: bool) -> tuple[Decimal, tuple[Part, ...]]:
        """Take a record in or out: its own amount, and what it replaces or gives back its place.

        A record that is replaced itself has no amount left to take in or out.
        """
        sign = -1 if is_reversal else 1
        id, own = priced.record.id, or_nothing(priced.own)
        amount = sign * own if not self.replacers[id] else 0 * own
        parts: list[Part] = []
        for old in priced.replaces:
            was_replaced = self.replacers[old] > 0
            self.replacers[old] += sign
            if old in self.active and was_replaced != (self.replacers[old] > 0):
                parts.append(Part(old, -sign * or_nothing(self.records[old].own)))
        if is_reversal:
            self.active.discard(id)
        else:
            self.active.add(id)
        return amount, tuple(parts)

    def move(self, priced: Priced, is_reversal: bool) -> tuple[MilestoneStep, ...]:
        """Move the milestones by the days that were granted, or back by them."""
        record = priced.record
        stated = record.decision.milestones if record.decision and not is_reversal else {}
        given, sign = priced.days, -1 if is_reversal else 1
        if not (given or stated):
            return ()
        steps: list[MilestoneStep] = []
        for milestone, before in self.agreed.items():
            days = sign * given.get(milestone, 0)
            if not days and milestone not in stated:
                continue
            after = moved(before, days)
            steps.append(
                MilestoneStep(
                    record.id, milestone, is_reversal, days, before, after, stated.get(milestone)
                )
            )
        self.agreed |= {step.milestone: step.after for step in steps}
        return tuple(steps)

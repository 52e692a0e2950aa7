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
from changebook.model.sums.figures import ChangeOrder, DayRequest, MilestoneStep, Part
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
        counts, taken = walk.turn(records[id], is_reversal)
        sign = -1 if is_reversal else 1
        own = or_nothing(records[id].own)
        amount = sign * own if counts else 0 * own
        replaced = tuple(Part(old, -sign * or_nothing(records[old].own)) for old in taken)
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
                steps=walk.move(records[id], is_reversal, counts, taken),
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

    def turn(self, priced: Priced, is_reversal: bool) -> tuple[bool, tuple[str, ...]]:
        """Take a record in or out; return whether it counts itself, and whose place it takes.

        A reversal gives the place back. A record that is replaced itself has no money and no days
        left to take in or out.
        """
        sign = -1 if is_reversal else 1
        id = priced.record.id
        counts = not self.replacers[id]
        taken: list[str] = []
        for old in priced.replaces:
            was_replaced = self.replacers[old] > 0
            self.replacers[old] += sign
            if old in self.active and was_replaced != (self.replacers[old] > 0):
                taken.append(old)
        if is_reversal:
            self.active.discard(id)
        else:
            self.active.add(id)
        return counts, tuple(taken)

    def move(
        self, priced: Priced, is_reversal: bool, counts: bool, taken: tuple[str, ...]
    ) -> tuple[MilestoneStep, ...]:
        """Move the milestones by the days that were granted less those of what it replaces.

        A reversal moves them back.
        """
        record = priced.record
        stated = record.decision.milestones if record.decision and not is_reversal else {}
        sign = -1 if is_reversal else 1
        steps: list[MilestoneStep] = []
        for milestone, before in self.agreed.items():
            own = sign * priced.days.get(milestone, 0) if counts else 0
            less = ((old, self.records[old].days.get(milestone, 0)) for old in taken)
            replaced = tuple(DayRequest(old, -sign * days) for old, days in less if days)
            if not (own or replaced or milestone in stated):
                continue
            days = own + sum(each.days for each in replaced)
            after = moved(before, days)
            steps.append(
                MilestoneStep(
                    record.id,
                    milestone,
                    is_reversal,
                    days,
                    before,
                    after,
                    stated.get(milestone),
                    own,
                    replaced,
                )
            )
        self.agreed |= {step.milestone: step.after for step in steps}
        return tuple(steps)

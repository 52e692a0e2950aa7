"""The change order register: what each approval and reversal did to the sum and to the dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from changebook.model import timeline
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums.amounts import ZERO, granted, moved, or_nothing, rounded
from changebook.model.sums.figures import ChangeOrder, MilestoneStep, Part, Standing
from changebook.model.sums.standings import counts, counts_from, replaces
from changebook.model.vocabulary import Status


def register(
    records: Mapping[str, ChangeRecord],
    standings: Mapping[str, Standing],
    profile: Profile,
    as_of: date,
) -> tuple[ChangeOrder, ...]:
    """Return the entries in the order in which they count, up to `as_of`."""
    original = rounded(profile.contract.sum, profile.contract.currency)
    walk = _Walk(original, {m.id: m.date for m in profile.contract.milestones})
    entries: list[ChangeOrder] = []
    for on, recorded, id, is_reversal in sorted(_events(records.values(), as_of)):
        amount, replaced = walk.turn(records[id], standings, is_reversal)
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


def _events(records: Iterable[ChangeRecord], as_of: date) -> Iterable[tuple[date, date, str, bool]]:
    """Day, day of recording, id, and whether it is a reversal: in this order they count."""
    for record in records:
        if not counts(record, as_of):
            continue
        on, approval = counts_from(record), record.entered(Status.APPROVED)
        recorded = timeline.recorded(approval) if approval else on
        void = record.entered(Status.VOID)
        if void and void.on < on:
            continue  # voided before it took effect: it never counted
        yield on, recorded, record.id, False
        if void:
            yield void.on, max(timeline.recorded(void), recorded), record.id, True


@dataclass
class _Walk:
    """The contract's sum and dates while the entries pass, one by one."""

    total: Decimal
    agreed: dict[str, date]
    active: set[str] = field(default_factory=set)
    replacers: Counter[str] = field(default_factory=Counter)

    def turn(
        self, record: ChangeRecord, standings: Mapping[str, Standing], is_reversal: bool
    ) -> tuple[Decimal, tuple[Part, ...]]:
        """Take a record in or out: its own amount, and what it replaces or gives back its place.

        A record that is replaced itself has no amount left to take in or out.
        """
        sign = -1 if is_reversal else 1
        own = or_nothing(standings[record.id].own)
        amount = sign * own if not self.replacers[record.id] else 0 * own
        parts: list[Part] = []
        for old in replaces(record):
            was_replaced = self.replacers[old] > 0
            self.replacers[old] += sign
            if old in self.active and was_replaced != (self.replacers[old] > 0):
                parts.append(Part(old, -sign * or_nothing(standings[old].own)))
        if is_reversal:
            self.active.discard(record.id)
        else:
            self.active.add(record.id)
        return amount, tuple(parts)

    def move(self, record: ChangeRecord, is_reversal: bool) -> tuple[MilestoneStep, ...]:
        """Move the milestones by the days that were granted, or back by them."""
        stated = record.decision.milestones if record.decision and not is_reversal else {}
        given, sign = granted(record), -1 if is_reversal else 1
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

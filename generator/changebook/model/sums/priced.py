"""A record with all that the sums take from it, whatever the day is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from changebook.model import timeline
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums.amounts import (
    Shares,
    asked,
    asked_days,
    by_rate,
    cost_rows,
    granted,
    rounded,
)
from changebook.model.sums.figures import Bucket, CostRow, Standing
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    ChangePath,
    Outcome,
    Status,
    SupersedeMode,
)

_BY_STATUS = {
    Status.DRAFT: Bucket.DRAFT,
    Status.DEFERRED: Bucket.DEFERRED,
    Status.REJECTED: Bucket.REJECTED,
    Status.WITHDRAWN: Bucket.WITHDRAWN,
    Status.VOID: Bucket.VOID,
}


class Priced:
    """A record as it stood on a day, with what follows from it alone, each computed once.

    `counts_from` is the day from which it counts once it is approved, also where a replacement or
    a reversal takes it out later; None before that. `replaces` are the records that it then takes
    the place of.
    """

    def __init__(self, record: ChangeRecord, profile: Profile) -> None:
        self.record = record
        self._profile = profile
        links, decision = record.links, record.decision
        self.replaces = links.supersedes if links.mode is SupersedeMode.REPLACE else ()
        self.counts_from = (
            decision.counts_from
            if record.status in APPROVED_OR_LATER
            and not record.is_internal_work
            and decision is not None
            and decision.outcome is Outcome.APPROVED
            else None
        )
        self._standings: dict[Bucket, Standing] = {}

    def counts(self, as_of: date) -> bool:
        """Return whether its approval is in effect by that day."""
        return self.counts_from is not None and self.counts_from <= as_of

    @cached_property
    def own(self) -> Decimal | None:
        """What was approved, which may differ from what was requested; else what is requested."""
        record, decision = self.record, self.record.decision
        if self.counts_from is not None and decision and decision.amount is not None:
            return rounded(decision.amount, self._profile.contract.currency)
        return asked(record, self._profile)

    @cached_property
    def days(self) -> Mapping[str, int]:
        """The calendar days per milestone that were granted, or else are requested."""
        return asked_days(self.record) if self.counts_from is None else granted(self.record)

    @cached_property
    def effort(self) -> Mapping[str, Decimal] | None:
        """The person-days per role; None where they are not assessed yet."""
        impact = self.record.impact
        if impact is None or impact.resources is None:
            return None
        days: dict[str, Decimal] = defaultdict(Decimal)
        for line in impact.resources:
            days[line.role] += line.days
        return days

    @cached_property
    def foreign(self) -> tuple[CostRow, ...]:
        """The lines of its cost in other currencies than the contract's."""
        currency = self._profile.contract.currency
        return tuple(r for r in cost_rows(self.record, self._profile) if r.currency != currency)

    @cached_property
    def shares(self) -> Shares:
        """Its own amount per tax rate."""
        return by_rate(self.record, self.own, self._profile)

    @cached_property
    def entries(self) -> tuple[tuple[date, date, str, bool], ...]:
        """What it enters into the register once it counts.

        Day, day of recording, id, and whether it is a reversal: in this order they count.
        """
        record, on = self.record, self.counts_from
        if on is None:
            return ()
        approval, void = record.entered(Status.APPROVED), record.entered(Status.VOID)
        recorded = timeline.recorded(approval) if approval else on
        if void is None:
            return ((on, recorded, record.id, False),)
        if void.on < on:
            return ()  # voided before it took effect: it never counted
        return (
            (on, recorded, record.id, False),
            (void.on, max(timeline.recorded(void), recorded), record.id, True),
        )

    def bucket(self, as_of: date, replaced: bool) -> Bucket:
        """Return where it counts on that day."""
        if self._apart:
            return self._apart
        if self.counts_from is None:
            return Bucket.PENDING
        if replaced:
            return Bucket.REPLACED
        return Bucket.APPROVED if self.counts_from <= as_of else Bucket.APPROVED_LATER

    @cached_property
    def _apart(self) -> Bucket | None:
        """The bucket that an approval does not decide on."""
        record = self.record
        if record.is_internal_work:
            return Bucket.INTERNAL
        is_begun = record.path is ChangePath.EMERGENCY and record.entered(Status.IMPLEMENTING)
        begun = Bucket.PROCEEDING if is_begun and self.counts_from is None else None
        return _BY_STATUS.get(record.status, begun)

    def standing(self, bucket: Bucket) -> Standing:
        """Return what it adds there, if it takes no other record's place."""
        if bucket not in self._standings:
            self._standings[bucket] = Standing(self.record.id, bucket, self.own, self.own)
        return self._standings[bucket]

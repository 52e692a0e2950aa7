"""What the sums say: plain figures, each with the records behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from changebook.model.schema import ExchangeRate
from changebook.model.vocabulary import Term


class Bucket(Term):
    """Where a record counts; each record is in exactly one."""

    DRAFT = "draft", "Draft"
    PENDING = "pending", "Pending"
    PROCEEDING = "proceeding", "Proceeding, not agreed"
    APPROVED_LATER = "approved-later", "Approved, effective later"
    APPROVED = "approved", "Approved"
    REPLACED = "replaced", "Replaced by a later change"
    DEFERRED = "deferred", "Deferred"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    VOID = "void", "Void"
    INTERNAL = "internal", "Internal work, in no sum"


#: What the line "pending" adds up.
PENDING = frozenset({Bucket.PENDING, Bucket.PROCEEDING, Bucket.APPROVED_LATER})


class SumLine(Term):
    """The lines of the sums. From `deferred` on they stand on their own and are never added."""

    ORIGINAL = "original", "Original contract sum"
    APPROVED = "approved", "Approved changes to date"
    REVISED = "revised", "Revised contract sum"
    PENDING = "pending", "Pending changes"
    PROCEEDING = "proceeding", "Proceeding, not agreed"
    FORECAST = "forecast", "Forecast contract sum"
    DEFERRED = "deferred", "Deferred changes"
    REJECTED = "rejected", "Rejected changes"
    WITHDRAWN = "withdrawn", "Withdrawn changes"
    VOID = "void", "Voided changes"


@dataclass(frozen=True)
class Part:
    """What one record adds to a figure."""

    id: str
    amount: Decimal


@dataclass(frozen=True)
class Figure:
    """An amount and the records behind it.

    The parts add up to the amount; on `revised` and `forecast`, to its difference from the original
    sum. `unknown` names the records that belong here but have no amount yet: they add nothing.
    """

    amount: Decimal
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The records behind the figure, also those that have no amount yet."""
        return tuple(sorted({part.id for part in self.parts} | set(self.unknown)))


@dataclass(frozen=True)
class Standing:
    """Where one record counts, and with how much.

    `own` is what was approved or else what is requested; `amount` is what the record adds to its
    bucket: its own amount, less what it takes the place of (`replaces`, with the amounts of those
    records). Both are None where nothing is assessed yet.
    """

    id: str
    bucket: Bucket
    own: Decimal | None
    amount: Decimal | None
    replaces: tuple[Part, ...] = ()

    @cached_property
    def part(self) -> Part | None:
        """What it adds to a figure; None where nothing is assessed yet."""
        return None if self.amount is None else Part(self.id, self.amount)


@dataclass(frozen=True)
class DayRequest:
    """Calendar days of one change on a milestone: requested, or taken back for another change."""

    id: str
    days: int


@dataclass(frozen=True)
class MilestoneStep:
    """One link in a milestone's chain: `before` plus `days` is `after`.

    `days` are those that the change was granted (`own`) and, with their sign, those that go out
    for it (`replaced`). `stated` is the new date that the decision gives, which must be `after`.
    """

    id: str
    milestone: str
    reversal: bool
    days: int
    before: date
    after: date
    stated: date | None
    own: int = 0
    replaced: tuple[DayRequest, ...] = ()


@dataclass(frozen=True)
class ChangeOrder:
    """One entry of the register: an approved change, or the reversal of a voided one.

    `amount` is the change's own amount, `replaced` what goes out for it (with its sign), `this`
    their sum; `earlier` is the net of all entries before. The sum before is the sum after of the
    entry before.
    """

    number: int
    id: str
    reversal: bool
    on: date
    recorded: date
    amount: Decimal
    replaced: tuple[Part, ...]
    earlier: Decimal
    before: Decimal
    this: Decimal
    after: Decimal
    steps: tuple[MilestoneStep, ...]


@dataclass(frozen=True)
class DaySpan:
    """How many days pending changes may take together: no critical-path analysis.

    From the largest single request (all run at the same time) to the sum (one after the other), the
    smaller number of days first.
    """

    low: int
    high: int


@dataclass(frozen=True)
class PendingDates(DaySpan):
    """How far pending changes may move a milestone."""

    earliest: date
    latest: date


@dataclass(frozen=True)
class MilestonePosition:
    """A milestone: the contract's date, the one agreed by now, and what pending changes ask for."""

    id: str
    name: str
    completion: bool
    original: date
    agreed: date
    steps: tuple[MilestoneStep, ...] = ()
    requests: tuple[DayRequest, ...] = ()
    pending: PendingDates | None = None


@dataclass(frozen=True)
class RoleDays:
    """Person-days of one role, or of all (`role` is None)."""

    role: str | None
    approved: Figure
    pending: Figure


@dataclass(frozen=True)
class Effort:
    """Person-days: the contract's, and with the changes. `roles` come in alphabetical order."""

    original: Decimal | None
    total: RoleDays
    revised: Decimal | None
    forecast: Decimal | None
    roles: tuple[RoleDays, ...]


@dataclass(frozen=True)
class TaxLine:
    """The tax at one rate, in percent; `rate` and `tax` are None where no rate is agreed."""

    rate: Decimal | None
    base: Decimal
    tax: Decimal | None
    parts: tuple[Part, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The records behind the base; the rest of it is the contract's own sum."""
        return tuple(sorted({part.id for part in self.parts}))


def with_tax(amount: Decimal | None, lines: Iterable[TaxLine]) -> Decimal | None:
    """Return an amount with its tax; None where nothing is taxed, or a rate or it is unknown."""
    taxes = [line.tax for line in lines if line.base]
    known = [tax for tax in taxes if tax is not None]
    if amount is None or not any(known) or len(known) < len(taxes):
        return None
    return sum(known, amount)


@dataclass(frozen=True)
class CostRow:
    """One line of a cost as it is shown.

    `memo` is its worth in the contract's currency, only where a rate, its source and its date are
    given.
    """

    item: str
    quantity: Decimal | None
    unit: str | None
    rate: Decimal | None
    amount: Decimal | None
    currency: str
    tax_rate: Decimal | None
    fx: ExchangeRate | None = None
    memo: Decimal | None = None


@dataclass(frozen=True)
class CostTable:
    """A record's own cost.

    `rows` are in the contract's currency and add up to `total`; those in other currencies
    (`foreign`) are never added.
    """

    currency: str
    rows: tuple[CostRow, ...]
    total: Decimal | None
    foreign: tuple[CostRow, ...] = ()
    tax: tuple[TaxLine, ...] = ()

    @property
    def total_with_tax(self) -> Decimal | None:
        """The total and its tax, where both are known."""
        return with_tax(self.total, self.tax)


@dataclass(frozen=True)
class ForeignLine:
    """A line of an approved or pending change in another currency, listed apart."""

    id: str
    bucket: Bucket
    row: CostRow


@dataclass(frozen=True)
class Budget:
    """The agreed allowance for changes.

    `left_if_pending` is what is left if all pending changes are approved as requested.
    """

    amount: Decimal
    used: Figure
    left: Decimal
    left_if_pending: Decimal


@dataclass(frozen=True)
class Position:
    """Where a contract stands as of a day: every figure of record-format.md, "The sums"."""

    as_of: date
    known_on: date | None
    currency: str
    lines: Mapping[SumLine, Figure]
    adds: Figure
    credits: Figure
    pending_adds: Figure
    pending_credits: Figure
    standings: Mapping[str, Standing]
    register: tuple[ChangeOrder, ...]
    milestones: tuple[MilestonePosition, ...]
    effort: Effort
    tax_on_revised: tuple[TaxLine, ...]
    tax_on_forecast: tuple[TaxLine, ...]
    foreign: tuple[ForeignLine, ...]
    budget: Budget | None

    @property
    def original(self) -> Figure:
        return self.lines[SumLine.ORIGINAL]

    @property
    def approved(self) -> Figure:
        return self.lines[SumLine.APPROVED]

    @property
    def revised(self) -> Figure:
        return self.lines[SumLine.REVISED]

    @property
    def pending(self) -> Figure:
        return self.lines[SumLine.PENDING]

    @property
    def proceeding(self) -> Figure:
        return self.lines[SumLine.PROCEEDING]

    @property
    def forecast(self) -> Figure:
        return self.lines[SumLine.FORECAST]

    @property
    def revised_with_tax(self) -> Decimal | None:
        """The revised sum with its tax, where that is known."""
        return with_tax(self.revised.amount, self.tax_on_revised)

    @property
    def forecast_with_tax(self) -> Decimal | None:
        """The forecast sum with its tax, where that is known."""
        return with_tax(self.forecast.amount, self.tax_on_forecast)

    @property
    def completion(self) -> MilestonePosition | None:
        """The milestone that ends the contract, if one is marked so."""
        return next((m for m in self.milestones if m.completion), None)


@dataclass(frozen=True)
class GroupShare:
    """What one group of records makes of the sums, and of the days on the completion.

    `granted` counts the days of all approvals and reversals; it is None where the contract names no
    completion. `requested` is the range of the days that pending changes ask for.
    """

    ids: tuple[str, ...]
    approved: Figure
    pending: Figure
    granted: int | None
    requests: tuple[DayRequest, ...]
    requested: DaySpan | None


@dataclass(frozen=True)
class Difference:
    """By how much the team's figures differ from the client's, and the records that make it."""

    pending: Figure
    forecast: Figure
    withdrawn: Figure

"""What a choice among the pending changes would make of the contract: the figures to add up.

A page adds them up as its reader chooses. All that is added is a whole number: minor units of the
currency, person-days in their smallest written part, calendar days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import TypedDict

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import sums
from changebook.model.schema import ChangeRecord, Option
from changebook.model.sums import Bucket, CostRow, MilestonePosition, Position
from changebook.model.sums.amounts import EXACT
from changebook.model.vocabulary import SupersedeMode
from changebook.views.effect import OptionEffect, effects

#: An approved change that a pending one may take the place of.
_APPROVED = (Bucket.APPROVED, Bucket.APPROVED_LATER)


@dataclass(frozen=True)
class Addends:
    """What something adds; None is what nobody has stated. `days` are calendar, by milestone."""

    amount: Decimal | None
    effort: Decimal | None
    days: Mapping[str, int]


@dataclass(frozen=True)
class WayToApprove:
    """One way to approve a change: as requested or approved, or with one of its options.

    `value` is its name in an address. `is_dated` where its days on the completion are stated.
    """

    value: str
    option: Option | None
    adds: Addends
    is_dated: bool

    @property
    def is_requested(self) -> bool:
        return self.option is None or self.option.recommended


@dataclass(frozen=True)
class Replaced:
    """An approved change that a pending one takes the place of, and what goes out with it."""

    id: str
    adds: Addends


@dataclass(frozen=True)
class PendingChoice:
    """A pending change with the ways to approve it.

    `fixed` is the day from which it counts, where it is approved and nothing is left to choose.
    `foreign` are its lines in other currencies, which no sum has.
    """

    id: str
    title: str
    unseen: bool
    due: date | None
    fixed: date | None
    ways: tuple[WayToApprove, ...]
    replaces: tuple[Replaced, ...]
    foreign: tuple[CostRow, ...]


class _AddendsData(TypedDict):
    """Whole numbers as text: a script's own numbers are not exact."""

    units: str | None
    effort: str | None
    days: Mapping[str, int]


class _WayData(_AddendsData):
    value: str
    dated: bool


class _ChangeData(TypedDict):
    id: str
    fixed: bool
    requested: str | None
    replaces: list[str]
    ways: list[_WayData]


class WhatIfData(TypedDict):
    """What the page's script adds up. `effortDecimals` are those of every `effort`."""

    sum: str
    budget: str | None
    effort: str
    effortDecimals: int
    milestones: dict[str, str]
    replaced: dict[str, _AddendsData]
    changes: list[_ChangeData]


@dataclass(frozen=True)
class WhatIf:
    """The pending changes, those to be decided first in front, and what they add to.

    `milestones` are the completion and those that something moves. `effort` is that of the whole
    contract, or of its changes where nobody has stated the contract's (`effort_is_whole`). `data`
    has the changes in the order in which the sums add them.
    """

    changes: tuple[PendingChoice, ...]
    milestones: tuple[MilestonePosition, ...]
    effort: Decimal
    effort_is_whole: bool
    data: WhatIfData


def what_if(edition: Edition, position: Position) -> WhatIf | None:
    """Return what an edition's readers can choose among; None where nothing is left to choose."""
    records = {record.data.id: record for record in edition.records}
    all_pending = (
        _choice(records[standing.id], records, edition, position)
        for standing in position.standings.values()
        if standing.bucket in sums.PENDING
    )
    # A change may offer nothing but to do nothing.
    pending = [choice for choice in all_pending if choice.ways]
    if all(choice.fixed for choice in pending):
        return None
    # As the sums do: what is agreed already takes another's place first.
    pending.sort(key=lambda choice: (choice.fixed is None, choice.id))
    moved = {id for addends in _all_addends(pending) for id in addends.days}
    milestones = tuple(m for m in position.milestones if m.completion or m.id in moved)
    revised = position.effort.revised
    effort = position.effort.total.approved.amount if revised is None else revised
    return WhatIf(
        tuple(sorted(pending, key=lambda c: (c.fixed is not None, c.due or date.max, c.id))),
        milestones,
        effort,
        revised is not None,
        _data(position, pending, milestones, effort),
    )


def _choice(
    record: EditionRecord,
    records: Mapping[str, EditionRecord],
    edition: Edition,
    position: Position,
) -> PendingChoice:
    data, decision = record.data, record.data.decision
    later = position.standings[data.id].bucket is Bucket.APPROVED_LATER
    asked = data.links.supersedes if data.links.mode is SupersedeMode.REPLACE else ()
    standings = (position.standings[id] for id in asked if id in position.standings)
    return PendingChoice(
        data.id,
        data.title,
        record.unseen,
        decision.due if decision else None,
        decision.counts_from if decision and later else None,
        (_approved(data, position),) if later else tuple(_ways(data, edition, position)),
        tuple(
            Replaced(old.id, _granted(records[old.id].data, position))
            for old in standings
            if old.bucket in _APPROVED
        ),
        tuple(line.row for line in position.foreign if line.id == data.id),
    )


def _approved(data: ChangeRecord, position: Position) -> WayToApprove:
    return WayToApprove(data.id, None, _granted(data, position), is_dated=True)


def _granted(data: ChangeRecord, position: Position) -> Addends:
    days = _counted(sums.granted(data), position)
    return Addends(position.standings[data.id].own, _effort(data), days)


def _counted(days: Mapping[str, int], position: Position) -> Mapping[str, int]:
    """Return days as they were stated: what does not move the completion has none on it."""
    return ({position.completion.id: 0} if position.completion else {}) | dict(days)


def _ways(data: ChangeRecord, edition: Edition, position: Position) -> Iterable[WayToApprove]:
    """Yield the options; and what is requested, where no option stands for it."""
    impact, days = data.impact, sums.asked_days(data)
    is_dated = impact is not None and impact.schedule is not None
    adds = Addends(
        position.standings[data.id].own,
        _effort(data),
        _counted(days, position) if is_dated else days,
    )
    requested = WayToApprove(data.id, None, adds, is_dated)
    stated = impact and (impact.cost, impact.schedule, impact.resources) != (None, None, None)
    options = [each for each in data.options if not each.nothing]
    if not data.options or (stated and not any(option.recommended for option in options)):
        yield requested
    for effect in effects(data, edition.profile, position):
        if effect.option is not None:
            yield _option(data, effect, effect.option, requested, position)


def _option(
    data: ChangeRecord,
    effect: OptionEffect,
    option: Option,
    requested: WayToApprove,
    position: Position,
) -> WayToApprove:
    """Return an option as a way to approve.

    Its days are those on the completion; on other milestones they are those that are requested. Of
    the person-days only what is requested has any: an option does not state them.
    """
    days, is_dated = dict(requested.adds.days), requested.is_dated
    if position.completion:
        days.pop(position.completion.id, None)
        is_dated = effect.days is not None
        if effect.days is not None:
            days[position.completion.id] = effect.days
    effort = requested.adds.effort if option.recommended else None
    value = f"{data.id}.{option.id}"
    return WayToApprove(value, option, Addends(effect.amount, effort, days), is_dated)


def _effort(data: ChangeRecord) -> Decimal | None:
    if data.impact is None or data.impact.resources is None:
        return None
    with localcontext(EXACT):
        return sum((line.days for line in data.impact.resources), Decimal(0))


def _all_addends(pending: Iterable[PendingChoice]) -> Iterable[Addends]:
    for choice in pending:
        yield from (way.adds for way in choice.ways)
        yield from (old.adds for old in choice.replaces)


def _data(
    position: Position,
    pending: Sequence[PendingChoice],
    milestones: Iterable[MilestonePosition],
    effort: Decimal,
) -> WhatIfData:
    efforts = [effort, *(addends.effort for addends in _all_addends(pending))]
    decimals = max(_decimals(days) for days in efforts if days is not None)

    def money(amount: Decimal | None) -> str | None:
        return None if amount is None else str(sums.minor_units(amount, position.currency))

    def people(days: Decimal | None) -> str | None:
        return None if days is None else str(int(days.scaleb(decimals, context=EXACT)))

    def added(addends: Addends) -> _AddendsData:
        return {
            "units": money(addends.amount),
            "effort": people(addends.effort),
            "days": addends.days,
        }

    return {
        "sum": str(sums.minor_units(position.revised.amount, position.currency)),
        "budget": money(position.budget.left) if position.budget else None,
        "effort": str(int(effort.scaleb(decimals, context=EXACT))),
        "effortDecimals": decimals,
        "milestones": {milestone.id: milestone.agreed.isoformat() for milestone in milestones},
        "replaced": {old.id: added(old.adds) for choice in pending for old in choice.replaces},
        "changes": [
            {
                "id": choice.id,
                "fixed": choice.fixed is not None,
                "requested": next((way.value for way in choice.ways if way.is_requested), None),
                "replaces": [old.id for old in choice.replaces],
                "ways": [
                    {"value": way.value, "dated": way.is_dated, **added(way.adds)}
                    for way in choice.ways
                ],
            }
            for choice in pending
        ],
    }


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0

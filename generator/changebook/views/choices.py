"""What a choice among the pending changes would make of the contract: the figures to add up.

A page adds them up as its reader chooses. All that is added is a whole number: minor units of the
currency, person-days in their smallest written part, calendar days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import TypedDict

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import sums
from changebook.model.schema import ChangeRecord, Option
from changebook.model.sums import Bucket, MilestonePosition, Position
from changebook.model.sums.amounts import EXACT
from changebook.model.vocabulary import SupersedeMode
from changebook.views.effect import OptionEffect, effects

#: An approved change that a pending one may take the place of.
_TAKEN = (Bucket.APPROVED, Bucket.APPROVED_LATER)


@dataclass(frozen=True)
class Way:
    """One way to approve a change; `value` is its name in an address.

    `days` are calendar days by milestone, None where nobody has stated those of the completion.
    """

    value: str
    option: Option | None
    recommended: bool
    amount: Decimal | None
    person_days: Decimal | None
    days: dict[str, int]
    is_dated: bool


@dataclass(frozen=True)
class PendingChoice:
    """A pending change with the ways to approve it; `fixed` from when it counts, if approved.

    `has_foreign` where lines in another currency come on top, which no sum has.
    """

    id: str
    title: str
    unseen: bool
    due: date | None
    fixed: date | None
    ways: tuple[Way, ...]
    replaces: tuple[str, ...]
    has_foreign: bool


class _Addends(TypedDict):
    """What something adds. Whole numbers as text: a script's own numbers are not exact."""

    units: str | None
    effort: str | None
    days: dict[str, int]


class _WayData(_Addends):
    value: str
    dated: bool


class _ChangeData(TypedDict):
    id: str
    fixed: bool
    recommended: str | None
    replaces: list[str]
    ways: list[_WayData]


class ChoiceData(TypedDict):
    """What the page's script adds up. `effortDecimals` are those of every `effort`."""

    sum: str
    budget: str | None
    effort: str
    effortDecimals: int
    milestones: dict[str, str]
    replaced: dict[str, _Addends]
    changes: list[_ChangeData]


@dataclass(frozen=True)
class Choices:
    """The pending changes, those to be decided first in front, and what they add to.

    `milestones` are the completion and those that a way moves. `data` has the changes in the
    order in which the sums add them.
    """

    changes: tuple[PendingChoice, ...]
    milestones: tuple[MilestonePosition, ...]
    effort: Decimal
    effort_is_whole: bool
    data: ChoiceData


def choices(edition: Edition, position: Position) -> Choices | None:
    """Return the choices of an edition; None where nothing is left to choose."""
    records = {record.data.id: record for record in edition.records}
    all_pending = (
        _choice(records[standing.id], edition, position)
        for standing in position.standings.values()
        if standing.bucket in sums.PENDING
    )
    # A change may offer nothing but to do nothing.
    pending = [choice for choice in all_pending if choice.ways]
    if all(choice.fixed for choice in pending):
        return None
    # As the sums do: what is agreed already takes another's place first.
    pending.sort(key=lambda choice: (choice.fixed is None, choice.id))
    moved = {id for choice in pending for way in choice.ways for id, days in way.days.items()}
    milestones = tuple(m for m in position.milestones if m.completion or m.id in moved)
    effort = position.effort.revised
    base = position.effort.total.approved.amount if effort is None else effort
    replaced = [records[id].data for id in sorted({id for c in pending for id in c.replaces})]
    data = _data(edition, position, pending, replaced, base)
    shown = sorted(pending, key=lambda c: (c.fixed is not None, c.due or date.max, c.id))
    return Choices(tuple(shown), milestones, base, effort is not None, data)


def _choice(record: EditionRecord, edition: Edition, position: Position) -> PendingChoice:
    data = record.data
    standing = position.standings[data.id]
    later = standing.bucket is Bucket.APPROVED_LATER
    if later:
        ways = (_approved(data, standing.own),)
    else:
        completion = position.completion.id if position.completion else None
        ways = tuple(_way(data, e, completion) for e in effects(data, edition.profile, position))
    asked = data.links.supersedes if data.links.mode is SupersedeMode.REPLACE else ()
    return PendingChoice(
        data.id,
        data.title,
        record.unseen,
        data.decision.due if data.decision else None,
        data.decision.counts_from if data.decision and later else None,
        ways,
        tuple(
            id
            for id in asked
            if id in position.standings and position.standings[id].bucket in _TAKEN
        ),
        any(line.id == data.id for line in position.foreign),
    )


def _approved(data: ChangeRecord, amount: Decimal | None) -> Way:
    return Way(data.id, None, False, amount, _effort(data), sums.granted(data), is_dated=True)


def _way(data: ChangeRecord, effect: OptionEffect, completion: str | None) -> Way:
    """Return one way to approve; days on other milestones are those that the change requests.

    The person-days of a change are those of what is requested: another option has not stated any.
    """
    option = effect.option
    requested = option is None or option.recommended
    days = sums.asked_days(data)
    is_dated = bool(data.impact and data.impact.schedule is not None) or not requested
    if completion:
        days[completion] = effect.days or 0
        is_dated = effect.days is not None
    return Way(
        data.id if option is None else f"{data.id}:{option.id}",
        option,
        option is not None and option.recommended,
        effect.amount,
        _effort(data) if requested else None,
        {id: count for id, count in days.items() if count or (id == completion and is_dated)},
        is_dated,
    )


def _effort(data: ChangeRecord) -> Decimal | None:
    if data.impact is None or data.impact.resources is None:
        return None
    with localcontext(EXACT):
        return sum((line.days for line in data.impact.resources), Decimal(0))


def _data(
    edition: Edition,
    position: Position,
    pending: Iterable[PendingChoice],
    replaced: Iterable[ChangeRecord],
    base: Decimal,
) -> ChoiceData:
    pending, replaced = tuple(pending), tuple(replaced)
    efforts = [base, *(_effort(data) or 0 for data in replaced)]
    efforts += [way.person_days or 0 for choice in pending for way in choice.ways]
    decimals = max(_decimals(Decimal(effort)) for effort in efforts)

    def money(amount: Decimal | None) -> str | None:
        return None if amount is None else str(sums.minor_units(amount, position.currency))

    def people(days: Decimal | None) -> str | None:
        return None if days is None else str(int(days.scaleb(decimals, context=EXACT)))

    return {
        "sum": str(sums.minor_units(position.revised.amount, position.currency)),
        "budget": money(position.budget.left) if position.budget else None,
        "effort": str(int(base.scaleb(decimals, context=EXACT))),
        "effortDecimals": decimals,
        "milestones": {m.id: m.agreed.isoformat() for m in position.milestones},
        "replaced": {
            data.id: {
                "units": money(position.standings[data.id].own),
                "effort": people(_effort(data)),
                "days": sums.granted(data),
            }
            for data in replaced
        },
        "changes": [
            {
                "id": choice.id,
                "fixed": choice.fixed is not None,
                "recommended": next(
                    (w.value for w in choice.ways if w.recommended or w.option is None), None
                ),
                "replaces": list(choice.replaces),
                "ways": [
                    {
                        "value": way.value,
                        "units": money(way.amount),
                        "effort": people(way.person_days),
                        "days": way.days,
                        "dated": way.is_dated,
                    }
                    for way in choice.ways
                ],
            }
            for choice in pending
        ],
    }


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0

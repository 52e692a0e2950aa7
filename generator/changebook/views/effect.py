"""What each way to decide on a change would do to the contract, were it taken today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.model import sums
from changebook.model.schema import ChangeRecord, Option, Profile
from changebook.model.sums import PENDING, Position
from changebook.model.vocabulary import SupersedeMode


@dataclass(frozen=True)
class OptionEffect:
    """What an approval does: of one option, or of a change without options.

    `amount` is the change's own, `net` what the contract sum rises by, which is less where the
    change takes the place of others; `total` is the amount with its tax. None is what nobody has
    stated. `milestone` is the completion of the contract, if it has one, with its date as agreed
    now and after.
    """

    option: Option | None
    amount: Decimal | None
    total: Decimal | None
    net: Decimal | None
    after: Decimal | None
    days: int | None
    milestone: str | None
    date_before: date | None
    date_after: date | None


def effects(data: ChangeRecord, profile: Profile, position: Position) -> tuple[OptionEffect, ...]:
    """Return what each option with which something is done would do; or the change without any.

    None of a change that does not count as pending.
    """
    standing = position.standings[data.id]
    if standing.bucket not in PENDING:
        return ()
    completion = next((m for m in position.milestones if m.completion), None)
    # What a change takes the place of is not known before its own amount is.
    open_end = standing.own is None and data.links.mode is SupersedeMode.REPLACE
    replaced = sum((part.amount for part in standing.replaces), Decimal(0))
    asked_days = None
    if completion and data.impact and data.impact.schedule is not None:
        asked_days = sums.asked_days(data).get(completion.id, 0)

    def effect(option: Option | None, amount: Decimal | None, days: int | None) -> OptionEffect:
        net = None if amount is None or open_end else amount + replaced
        return OptionEffect(
            option,
            amount,
            sums.amount_with_tax(data, amount, profile),
            net,
            None if net is None else position.revised.amount + net,
            days,
            completion.name if completion else None,
            completion.agreed if completion else None,
            sums.moved(completion.agreed, days) if completion and days is not None else None,
        )

    def of(option: Option) -> OptionEffect:
        amount, days = option.amount, option.days
        if amount is not None:
            amount = sums.rounded(amount, profile.contract.currency)
        # What is requested is what the recommended option needs.
        if option.recommended:
            amount = standing.own if amount is None else amount
            days = asked_days if days is None else days
        return effect(option, amount, days)

    if not data.options:
        return (effect(None, standing.own, asked_days),)
    return tuple(of(option) for option in data.options if not option.nothing)

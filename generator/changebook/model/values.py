"""Money, and values as plain text for programs: no program rounds an amount that is text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from changebook.model import sums


@dataclass(frozen=True)
class Money:
    """An amount and the currency that it is in."""

    amount: Decimal
    currency: str


def in_currency(amount: Decimal | None, currency: str) -> Money | None:
    """Return an amount in a currency; None stays None."""
    return None if amount is None else Money(amount, currency)


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with all decimals of its currency and nothing else."""
    return format(sums.rounded(amount, currency), "f")


def number(value: Decimal) -> str:
    """Return a quantity with the decimals that were written; never minus 0."""
    return format(value or abs(value), "f")

"""Values as plain text for programs. Amounts are text, so that no program rounds them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from changebook.model import sums


def money(amount: Decimal, currency: str) -> str:
    """An amount with all decimals of its currency and nothing else."""
    return format(sums.rounded(amount, currency), "f")


def money_or_none(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else money(amount, currency)


def number(value: Decimal) -> str:
    """A quantity with the decimals that were written; never minus 0."""
    return format(value or abs(value), "f")


def number_or_none(value: Decimal | None) -> str | None:
    return None if value is None else number(value)


def day_or_none(day: date | None) -> str | None:
    return day.isoformat() if day else None

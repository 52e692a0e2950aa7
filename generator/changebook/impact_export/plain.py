"""Values of the sums as plain data. Amounts are text, so that no program rounds them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from changebook import sums
from changebook.sums import DayRequest, Figure, Part

Shape = dict[str, Any]


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


def figure(of: Figure, currency: str) -> Shape:
    """An amount, and the records behind it."""
    return {
        "amount": money(of.amount, currency),
        "records": list(of.ids),
        "parts": parts(of.parts, currency),
        "not_assessed": list(of.unknown),
    }


def parts(of: Iterable[Part], currency: str) -> list[Shape]:
    return [{"id": part.id, "amount": money(part.amount, currency)} for part in of]


def requests(of: Iterable[DayRequest]) -> list[Shape]:
    return [{"id": request.id, "days": request.days} for request in of]

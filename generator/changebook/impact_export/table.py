"""A table of figures, for every form that has rows and columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Money:
    """An amount and the currency that it is in."""

    amount: Decimal
    currency: str


Cell = str | int | Decimal | Money | date | None
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with its heads; every row has a cell for each of them.

    A title has at most 31 characters: it is the name of a sheet.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def ids_or_none(ids: Iterable[str]) -> str | None:
    """The ids of records in one cell."""
    return " ".join(ids) or None


def money_or_none(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)

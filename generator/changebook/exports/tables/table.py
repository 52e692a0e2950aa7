"""A table of values, for every form that has rows and columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from changebook.model.diagnostics import visible
from changebook.model.words import Words


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

    A title has at most 31 characters: it is the name of a sheet. `repeated` are the columns (by
    place) that say what stands elsewhere in the tables too; text, which is narrow, leaves them out.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    repeated: frozenset[int] = frozenset()


def ids_or_none(ids: Iterable[str]) -> str | None:
    """The ids of records in one cell."""
    return " ".join(ids) or None


def read(cell: Cell, words: Words) -> str:
    """A value for people."""
    match cell:
        case None:
            return ""
        case Money():
            return words.money(cell.amount, cell.currency)
        case Decimal() | int():
            return words.number(cell)
        case str():
            return visible(cell)
    return words.date(cell)


def money_or_none(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def with_currency(table: Table, words: Words) -> Table:
    """The table with the currency of each row in a column of its own, as numbers bear none."""
    rows = tuple(
        (*row, next((cell.currency for cell in row if isinstance(cell, Money)), None))
        for row in table.rows
    )
    return replace(table, columns=(*table.columns, words.gettext("Currency")), rows=rows)

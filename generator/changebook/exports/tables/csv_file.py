"""A table as CSV that opens right in a spreadsheet, and in any program."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

from changebook.model import values
from changebook.model.diagnostics import visible_lines
from changebook.model.table import FORMULA, AnyTable, Cell, Medium, with_currency
from changebook.model.values import Money
from changebook.model.words import Words


def as_csv(table: AnyTable, words: Words) -> bytes:
    """Write the table with the currency as its last column (RFC 4180).

    It has a byte order mark, or Excel garbles Chinese.
    """
    table = with_currency(table.on(Medium.FILE), words)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_harmless(column.title) for column in table.columns)
    for cells in table.cells():
        writer.writerow(map(_plain, cells))
    return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Return text that no spreadsheet runs as a formula: an apostrophe marks it as text."""
    text = visible_lines(text)
    return f"'{text}" if FORMULA.match(text) else text


def _plain(cell: Cell) -> str:
    """Return a value for programs: no symbol, no separator, ISO dates."""
    match cell:
        case None:
            return ""
        case str():
            return _harmless(cell)
        case Money():
            return values.money(cell.amount, cell.currency)
        case Decimal():
            return values.number(cell)
        case date():
            return cell.isoformat()
    return str(cell)

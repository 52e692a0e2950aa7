"""A table as CSV that opens right in a spreadsheet, and in any program."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

from changebook.exports.tables.harmless import FORMULA
from changebook.exports.tables.table import Cell, Money, Table, with_currency
from changebook.model.diagnostics import visible
from changebook.model.values import money, number
from changebook.model.words import Words


def as_csv(table: Table, words: Words) -> bytes:
    """The table with the currency as its last column (RFC 4180).

    It has a byte order mark, or Excel garbles Chinese.
    """
    table = with_currency(table, words)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_harmless(head) for head in table.columns)
    for row in table.rows:
        writer.writerow(_harmless(cell) if isinstance(cell, str) else _plain(cell) for cell in row)
    return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe marks it as text."""
    text = visible(text)
    return f"'{text}" if FORMULA.match(text) else text


def _plain(cell: Cell) -> str:
    """A value for programs: no symbol, no separator, ISO dates."""
    match cell:
        case None:
            return ""
        case Money():
            return money(cell.amount, cell.currency)
        case Decimal():
            return number(cell)
        case date():
            return cell.isoformat()
    return str(cell)

"""Tables as an Excel workbook. It doesn't depend on the clock: the same tables, the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from babel.numbers import get_currency_precision, get_currency_symbol
from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from rich.cells import cell_len

from changebook.exports.tables.harmless import FORMULA
from changebook.exports.tables.table import Cell, Money, Table, read, with_currency
from changebook.model.diagnostics import visible
from changebook.model.values import number
from changebook.model.words import Words

#: A spreadsheet keeps numbers as binary fractions, which hold so many decimal digits for certain.
_DIGITS = 15
_WIDEST = 60
#: The years that an archive's entries can bear.
_ZIP_YEARS = (1980, 2107)


def as_xlsx(tables: Iterable[Table], words: Words, *, creator: str, title: str, day: date) -> bytes:
    """A sheet for each table: numbers as numbers, with the format of their currency.

    `day` is the day on which the workbook is said to be made.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for table in tables:
        has_money = any(isinstance(cell, Money) for row in table.rows for cell in row)
        _fill(
            workbook.create_sheet(table.title),
            with_currency(table, words) if has_money else table,
            words,
        )
    properties = workbook.properties
    properties.creator, properties.title = visible(creator), visible(title)
    properties.created = properties.modified = datetime.combine(day, time.min)
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).save()
    return _dated(written, day)


def _fill(sheet: Worksheet, table: Table, words: Words) -> None:
    heads = [_cell(sheet, head, words) for head in table.columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in table.rows:
        sheet.append([_cell(sheet, value, words) for value in row])
    for place, title in enumerate(table.columns):
        shown = [title, *(read(row[place], words) for row in table.rows)]
        width = min(_WIDEST, max(map(cell_len, shown))) + 2
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    sheet.freeze_panes = "A2"


def _cell(sheet: Worksheet, value: Cell, words: Words) -> SheetCell:
    cell = WriteOnlyCell(sheet)
    match value:
        case Money():
            _put_number(cell, value.amount, _number_format(value.currency, words))
        case Decimal():
            _put_number(cell, value, "General")
        case str():
            _put_text(cell, visible(value))
        case date():
            cell.value, cell.number_format = value, "yyyy-mm-dd"
        case _:
            cell.value = value
    return cell


def _put_number(cell: SheetCell, value: Decimal, number_format: str) -> None:
    """A number; as text, to the last digit, where the spreadsheet could not keep it."""
    if len(value.normalize().as_tuple().digits) > _DIGITS:
        _put_text(cell, number(value))
    else:
        cell.value, cell.number_format = value, number_format


def _put_text(cell: SheetCell, text: str) -> None:
    cell.value = text
    # Not a formula nor an error value, even after someone has edited it.
    cell.data_type = "s"
    cell.quotePrefix = bool(FORMULA.match(text))


def _number_format(currency: str, words: Words) -> str:
    """The format of a currency in a spreadsheet's own notation."""
    digits = get_currency_precision(currency)
    symbol = get_currency_symbol(currency, locale=words.locale)
    space = "\N{NO-BREAK SPACE}" if symbol[-1:].isalpha() else ""
    return f'"{symbol}{space}"#,##0' + (f".{'0' * digits}" if digits else "")


def _dated(written: BytesIO, day: date) -> bytes:
    """The archive with the day on every entry in the place of the time of writing."""
    first, last = _ZIP_YEARS
    stamp = (min(max(day.year, first), last), day.month, day.day, 0, 0, 0)
    out = BytesIO()
    with ZipFile(written) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, stamp), old.read(name), ZIP_DEFLATED)
    return out.getvalue()

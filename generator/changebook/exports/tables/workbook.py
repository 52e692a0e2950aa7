"""Tables as an Excel workbook. It doesn't depend on the clock: the same tables, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol
from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from rich.cells import cell_len

from changebook.model.diagnostics import visible, visible_lines
from changebook.model.table import (
    FORMULA,
    AnyTable,
    Cell,
    Column,
    Format,
    Medium,
    R,
    Table,
    with_currency,
)
from changebook.model.values import Money, number
from changebook.model.words import Words

#: A spreadsheet keeps numbers as binary fractions, which hold so many decimal digits for certain.
_DIGITS = 15
#: What a cell of Excel holds, in units of UTF-16; openpyxl cuts what is longer without a word.
_MOST = 32_767
#: No text of so many characters is longer than that, whatever they are.
_SAFE = _MOST // 7
#: Where a spreadsheet would take text for the code of a character (ECMA-376, ST_Xstring).
_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: The years that an archive's entries can bear.
_ZIP_YEARS = (1980, 2107)
_HEAD = Font(bold=True)
_TEXT = Alignment(wrap_text=True, vertical="top")
_VALUE = Alignment(vertical="top")


def as_xlsx(
    tables: Iterable[AnyTable], words: Words, *, creator: str, title: str, day: date
) -> bytes:
    """Write a sheet for each table: numbers as numbers, with the format of their currency.

    `day` is the day on which the workbook is said to be made.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for table in (each.on(Medium.FILE) for each in tables):
        has_money = any(isinstance(cell, Money) for cells in table.cells() for cell in cells)
        sheet = workbook.create_sheet(table.title)
        whole = with_currency(table, words) if has_money else table
        _fill(sheet, _in_parts(whole, words), words)
    properties = workbook.properties
    properties.creator, properties.title = visible(creator), visible(title)
    properties.created = properties.modified = datetime.combine(day, time.min)
    written = BytesIO()
    with _Dated(written, day) as archive:
        ExcelWriter(workbook, archive).save()
    return written.getvalue()


class _Dated(ZipFile):
    """An archive with the day on every entry instead of the time of writing.

    The clock is not even read: no archive can hold a time before 1980, and one that is set so would
    stop the build.
    """

    def __init__(self, out: BytesIO, day: date) -> None:
        super().__init__(out, "w", ZIP_DEFLATED)
        first, last = _ZIP_YEARS
        self._stamp = (min(max(day.year, first), last), day.month, day.day, 0, 0, 0)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(ZipInfo(zinfo_or_arcname, self._stamp), data, ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        self.writestr(arcname, Path(filename).read_bytes())


def _in_parts(table: Table[R], words: Words) -> Table[R]:
    """Return a table in which a text that no cell of Excel holds goes on in the next columns."""
    columns: list[Column[R]] = []
    for column in table.columns:
        values = [column.cell(row) for row in table.rows]
        long = [_parts(value) for value in values if isinstance(value, str) and len(value) > _SAFE]
        count = max(map(len, long), default=1)
        if count == 1:
            columns.append(column)
            continue
        for number_of_part in range(count):
            title = words.gettext("%(title)s, part %(number)s")
            title %= {"title": column.title, "number": number_of_part + 1}
            columns.append(replace(column, title=title, value=_part_of(column, number_of_part)))
    return replace(table, columns=tuple(columns))


def _part_of(column: Column[R], number_of_part: int) -> Callable[[R], Cell]:
    def part(row: R) -> Cell:
        value = column.cell(row)
        if not isinstance(value, str):
            return None if number_of_part else value
        parts = _parts(value)
        return parts[number_of_part] if number_of_part < len(parts) else None

    return part


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[str, ...]:
    """Return a text in parts for cells, at the end of a line if one is near."""
    parts = []
    while _units(text) > _MOST:
        end = min(_MOST, len(text))
        while _units(text[:end]) > _MOST:
            end -= -(-(_units(text[:end]) - _MOST) // 2)
        end = text.rfind("\n", end // 2, end) + 1 or end
        parts.append(text[:end])
        text = text[end:]
    return (*parts, text)


def _units(text: str) -> int:
    """Return how long a text is for Excel: in UTF-16, with what is written for a code."""
    return len(_CODE.sub("_x005F_", text).encode("utf-16-le", "surrogatepass")) // 2


def _fill(sheet: Worksheet, table: AnyTable, words: Words) -> None:
    heads = [SheetCell(sheet, 1, place) for place, _ in enumerate(table.columns, 1)]
    for head, column in zip(heads, table.columns, strict=True):
        _put_text(head, visible(column.title))
        head.font = _HEAD
    sheet.append(heads)
    for number_of_row, row in enumerate(table.rows, 2):
        cells = (
            _cell(SheetCell(sheet, number_of_row, place), column, row, words)
            for place, column in enumerate(table.columns, 1)
        )
        sheet.append(list(cells))
    for place, column in enumerate(table.columns, 1):
        shown = [column.title, *(column.shown(row, words) for row in table.rows)]
        width = min(column.width, max(map(cell_len, shown))) + 2
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"


def _cell(cell: SheetCell, column: Column[R], row: R, words: Words) -> SheetCell:
    """Fill a cell in the format of its column."""
    value = column.cell(row)
    if value is None:
        return cell
    cell.alignment = _TEXT if column.format.is_text else _VALUE
    match value:
        case Money(amount, currency):
            _put_number(cell, amount, _number_format(currency, words.locale))
        case Decimal():
            _put_number(cell, value, "General")
        case str():
            _put_text(cell, visible_lines(value))
            if column.format is Format.LINK:
                cell.hyperlink = visible(value)
        case date():
            cell.value, cell.number_format = value, "yyyy-mm-dd"
        case _:
            cell.value = value
    return cell


def _put_number(cell: SheetCell, value: Decimal, number_format: str) -> None:
    """Put a number; as text, to the last digit, where the spreadsheet could not keep it."""
    if len(value.normalize().as_tuple().digits) > _DIGITS:
        _put_text(cell, number(value))
    else:
        cell.value, cell.number_format = value, number_format


def _put_text(cell: SheetCell, text: str) -> None:
    cell.value = _CODE.sub("_x005F_", text)
    # Not a formula nor an error value, even after someone has edited it.
    cell.data_type = "s"
    cell.quotePrefix = bool(FORMULA.match(text))


@lru_cache
def _number_format(currency: str, locale: Locale) -> str:
    """Return the format of a currency in a spreadsheet's own notation."""
    digits = get_currency_precision(currency)
    symbol = get_currency_symbol(currency, locale=locale)
    space = "\N{NO-BREAK SPACE}" if symbol[-1:].isalpha() else ""
    return f'"{symbol}{space}"#,##0' + (f".{'0' * digits}" if digits else "")

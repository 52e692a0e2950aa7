"""The rows of an Excel workbook: values, where they stand, and what of the sheet is odd."""

from __future__ import annotations

import re
import zipfile
from contextlib import closing
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parse
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange

from changebook.importing.cell_notes import notes_of
from changebook.importing.grids import Grid, Merge
from changebook.importing.known_words import currencies, units
from changebook.importing.source import Cell, Held, Told, UnreadableSource

#: What a workbook may unpack to: 100,000 rows of 20 columns take a third of it.
_MOST_BYTES = 1 << 30
_MOST_TIMES = 500
#: What its readers raise for a workbook that is not whole; what is no XML is a SyntaxError there.
_DAMAGED = (
    *(KeyError, ValueError, TypeError, IndexError, OSError, SyntaxError),
    *(zipfile.BadZipFile, SAXException, DefusedXmlException),
)
#: What a number format writes beside the digits: `[$€-407]`, `"万元"`, `\\$`, `$`, `%`.
_WORDS = re.compile(r'\[\$([^\]-]*)[^\]]*\]|"([^"]*)"|\\(.)|([$€£¥￥%])')
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
#: A comma behind the digits, or an escaped point, shows less than the cell holds.
_SCALED = re.compile(r"[0#?],(?![0#?])|!\.")
#: Digits with zeros before them, behind a text: `"CR-"000`.
_PADDED = re.compile(r'(?:"([^"]*)")?(0{2,})')
_OLD_FORMAT = b"\xd0\xcf\x11\xe0"


def read_workbook(file: Path, wanted: str | None) -> Grid:
    """Return the cells of the one sheet that has any, or of the one that is wanted."""
    _refuse_harmful(file)
    try:
        # Where it fails, what it opened itself would stay open.
        with (
            file.open("rb") as stream,
            closing(load_workbook(stream, read_only=True, data_only=True)) as values,
        ):
            return _sheet(file, values, wanted)
    except _DAMAGED as error:
        raise UnreadableSource(f"{file.name} is not a workbook, or damaged: {error}") from None


def _refuse_harmful(file: Path) -> None:
    with file.open("rb") as stream:
        if stream.read(4) == _OLD_FORMAT:
            raise UnreadableSource(
                f"{file.name} is in Excel's old format, or has a password: save it as .xlsx "
                "without one"
            )
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise UnreadableSource(f"{file.name} is not a workbook: save it as .xlsx") from None
    size, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    if size > _MOST_BYTES or size > _MOST_TIMES * max(packed, 1 << 20):
        raise UnreadableSource(
            f"{file.name} unpacks to {size >> 20} MB, {size // max(packed, 1)} times its size: "
            "no list of changes does, so it is not opened"
        )
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise UnreadableSource(f"{file.name} has macros: save it as .xlsx without them")


def _sheet(file: Path, book: Workbook, wanted: str | None) -> Grid:
    names = [sheet.title for sheet in book.worksheets]
    if wanted is not None and wanted not in names:
        raise UnreadableSource(f"{file.name} has no sheet `{wanted}`; it has {', '.join(names)}")
    filled = [name for name in names if _has_cells(book[name])]
    if wanted is None and len(filled) != 1:
        raise UnreadableSource(
            f"{file.name} has several sheets: choose one with --sheet ({', '.join(filled)})"
            if filled
            else f"{file.name} has no cells"
        )
    name = wanted or filled[0]
    oddities = _oddities(file, book[name])
    faults: list[Told] = []
    rows: list[tuple[int, dict[int, Cell]]] = []
    for number, row in enumerate(book[name].iter_rows(), 1):
        cells: dict[int, Cell] = {}
        for column, cell in enumerate(row, 1):
            value = cell.value
            place = f"{name}, row {number}, column {get_column_letter(column)}"
            coordinate = f"{get_column_letter(column)}{number}"
            if value is None or value == "":
                if coordinate in oddities.formulas:
                    faults.append(
                        Told(
                            "a formula without its value: open the file in the program that made "
                            "it, and save it again",
                            place,
                        )
                    )
            elif isinstance(value, str) and value in _ERRORS:
                faults.append(Told(f"the formula gives {value}", place))
            elif (held := _held(value, cell)) != "":
                cells[column] = Cell(held, place)
        rows.append((number, cells))
    notes = [Told("hidden, and read like the others", f"{name}, row {n}") for n in oddities.hidden]
    if book.epoch == MAC_EPOCH:
        notes.append(Told("the workbook counts its days from 1904"))
    others = [other for other in filled if other != name]
    if others:
        notes.append(Told(f"sheets that are not read: {', '.join(others)}"))
    settings: dict[str, str | int] = {"sheet": name}
    if book.epoch == MAC_EPOCH:
        settings["epoch"] = 1904
    return Grid(rows, oddities.merges, settings, tuple(notes), tuple(faults), oddities.remarks)


_ERRORS = frozenset("#REF! #N/A #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC!".split())


def _has_cells(sheet: Any) -> bool:
    return any(value is not None for row in sheet.iter_rows(values_only=True) for value in row)


def _held(value: Any, cell: Any) -> Held:
    match value:
        case bool() | date():
            return value
        case int() | float():
            # As many digits as the spreadsheet shows for certain.
            return _as_shown(Decimal(f"{value:.15g}"), cell.number_format)
        case time():
            return value.isoformat()
        case _:
            return str(value).strip()


@cache
def _words_of(number_format: str) -> str:
    """Return what a number format writes beside a number: `$`, `万元`, `%`."""
    return "".join("".join(found) for found in _WORDS.findall(number_format.partition(";")[0]))


def _as_shown(number: Decimal, number_format: str) -> Held:
    """Return a number with what its format says that it is: a currency, a unit or a percentage.

    A format with a comma behind its digits shows thousands of what the cell holds.
    """
    if padded := _PADDED.fullmatch(number_format):
        prefix, zeros = padded[1] or "", len(padded[2])
        return f"{prefix}{number:0{zeros}f}" if number == number.to_integral_value() else number
    words = _words_of(number_format).strip()
    if "%" in words:
        return f"{(number * 100).normalize():f}%"
    says = any(sign in words for sign in currencies()) or _CODE.search(words)
    unit = any(word in words for word in units() if not word.isascii())
    if unit and _SCALED.search(number_format):
        return number
    return f"{number:f}{words}" if says or unit else number


class _Oddities(ContentHandler):
    """What a sheet's XML says besides values."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: list[int] = []
        self.merges: list[Merge] = []
        self.formulas: set[str] = set()
        self.links: dict[str, str] = {}
        self.remarks: dict[int, list[Cell]] = {}
        self._cell = ""

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the parser's name
        match name.rpartition(":")[2]:
            case "row" if attrs.get("hidden") in ("1", "true"):
                self.hidden.append(int(attrs["r"]))
            case "c":
                self._cell = attrs.get("r", "")
            case "f":
                self.formulas.add(self._cell)
            case "hyperlink":
                self.links[attrs.get("ref", "")] = attrs.get("r:id", "")
            case "mergeCell":
                merged = CellRange(attrs["ref"])
                self.merges.append(
                    Merge(merged.min_row, merged.min_col, merged.max_row, merged.max_col)
                )


def _oddities(file: Path, sheet: Any) -> _Oddities:
    oddities = _Oddities()
    path: str = sheet._worksheet_path  # noqa: SLF001 - nothing else says which part it is
    with zipfile.ZipFile(file) as archive, archive.open(path.lstrip("/")) as stream:
        parse(stream, oddities, forbid_dtd=True)
        for at, text in notes_of(archive, path.lstrip("/"), oddities.links):
            first = CellRange(at)
            place = f"{sheet.title}, row {first.min_row}, column {get_column_letter(first.min_col)}"
            oddities.remarks.setdefault(first.min_row, []).append(Cell(text, place))
    return oddities

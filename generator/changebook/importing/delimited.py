"""The rows of a CSV file in the encoding and with the delimiter that it has."""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import islice
from pathlib import Path
from statistics import median_low

from openpyxl.utils import get_column_letter

from changebook.importing.grids import Grid
from changebook.importing.known_words import headers, plainly
from changebook.importing.source import Cell, Told, UnreadableSource

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: What comes in place of an export from those who are not logged in.
_PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_DELIMITERS = ",;\t|"
#: A field may be a whole description, but not a book.
_LONGEST_FIELD = 1 << 20


def read_text(file: Path, encoding: str | None) -> tuple[str, str]:
    """Return a file's text and its encoding: its mark's, else UTF-8, else GB18030."""
    content = file.read_bytes()
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    reached, wrong = 0, ""
    for name in [encoding] if encoding else [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = content.decode(name or "utf-8")
        except UnicodeDecodeError as error:
            # Of those that don't fit, the one that comes further is likely meant.
            if error.start >= reached:
                reached, line = error.start, content[: error.start].count(b"\n") + 1
                wrong = f"{file.name}, line {line}: byte {content[error.start]:#04x} is not {name}"
        except LookupError:
            raise UnreadableSource(f"{encoding} is not an encoding such as big5") from None
        else:
            if "\0" in text:
                raise UnreadableSource(
                    f"{file.name}, line {text[: text.index(chr(0))].count(chr(10)) + 1}: there is "
                    "a NUL character, so it is no such text: say what it is with --encoding, e.g. "
                    "utf-16-le"
                )
            if _PAGE.match(text):
                raise UnreadableSource(
                    f"{file.name} is a web page and not an export: log in, and export it again"
                )
            return text, name or "utf-8"
    raise UnreadableSource(f"{wrong}: say what it is with --encoding, e.g. big5")


def read_delimited(file: Path, encoding: str | None, delimiter: str | None = None) -> Grid:
    """Return the cells of a CSV file."""
    text, used = read_text(file, encoding)
    csv.field_size_limit(_LONGEST_FIELD)
    delimiter = delimiter or max(_DELIMITERS, key=lambda each: _columns(text, each))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, dict[int, Cell]]] = []
    try:
        for number, row in enumerate(reader, 1):
            cells = {
                column: Cell(value.strip(), f"row {number}, column {get_column_letter(column)}")
                for column, value in enumerate(row, 1)
                if value.strip()
            }
            rows.append((number, cells))
    except csv.Error as error:
        raise UnreadableSource(f"{file.name}, line {reader.line_num}: {error}") from None
    notes: tuple[Told, ...] = ()
    if used == "gb18030" and not encoding:
        notes = (Told("read as GB18030: if the words are wrong, say --encoding, e.g. big5"),)
    return Grid(rows, [], {"encoding": used, "delimiter": delimiter}, notes, ())


def _columns(text: str, delimiter: str) -> tuple[int, int, int]:
    """Return how many known headers a line has with a delimiter, and how many columns most have.

    A title or a long text may hold other delimiters, but no headers, and most lines don't.
    """
    head = io.StringIO(text[:65536], newline="")
    known, widths = 0, [0]
    try:
        for row in islice(filter(None, csv.reader(head, delimiter=delimiter)), 10):
            known = max(known, sum(plainly(value) in headers() for value in row))
            widths.append(len(row))
    except csv.Error:
        pass  # told when all of it is read
    return known, median_low(widths[1:] or widths), max(widths)

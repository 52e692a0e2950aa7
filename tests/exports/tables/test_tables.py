"""One list of columns gives the same rows in every form."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as SheetCell

from changebook.edition import editions
from changebook.edition.editions import Edition
from changebook.exports.tables import text, workbook
from changebook.exports.tables.csv_file import as_csv
from changebook.model import timeline, values
from changebook.model.diagnostics import visible, visible_lines
from changebook.model.table import (
    ALL,
    AnyTable,
    Cell,
    Column,
    Format,
    Medium,
    Table,
    with_currency,
)
from changebook.model.values import Money
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.pages.rendering import environment
from changebook.views.impact import impact
from changebook.views.impact_tables import tables
from changebook.views.months import month_ends
from tests.strategies import Log, logs

WORDS = Words("en")
DAY = date(2026, 3, 31)

texts = st.text(
    st.characters(codec="utf-8") | st.sampled_from("_x0041=+-"), min_size=1, max_size=30
)
ids = st.lists(st.from_regex(r"[A-Z]{2}-[0-9]{4}", fullmatch=True), max_size=4)
decimals = st.decimals(-(10**9), 10**9, places=2)
amounts = st.builds(Money, decimals, st.sampled_from(["EUR", "CNY", "GBP"]))
#: A spreadsheet's calendar begins in 1900.
days = st.dates(date(1901, 1, 1), date(2200, 1, 1))
#: What may stand in a column of each format.
CELLS: dict[Format, st.SearchStrategy[Any]] = {
    Format.TEXT: texts,
    Format.ALARM: texts,
    Format.ID: ids,
    Format.LINK: st.just("https://changes.example/a/"),
    Format.DATE: days,
    Format.ORDINAL: st.integers(1, 10**9),
    Format.COUNT: ids,
    Format.NUMBER: st.one_of(st.integers(-(10**9), 10**9), decimals),
    Format.MONEY: amounts,
    Format.MONEY_DIFFERENCE: amounts,
    Format.DAYS_DIFFERENCE: st.integers(-1000, 1000),
}


def _at(place: int, written: Format) -> Column[tuple[Any, ...]]:
    return Column(f"Column {place}", lambda row: row[place], written, on=ALL)


@st.composite
def any_tables(draw: st.DrawFn) -> AnyTable:
    """A table of some columns of any formats, in which some cells are empty."""
    formats = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=6))
    row = st.tuples(*(st.none() | CELLS[each] for each in formats))
    columns = tuple(_at(place, each) for place, each in enumerate(formats))
    return Table("A table", columns, tuple(draw(st.lists(row, max_size=5))))


def csv_rows(table: AnyTable) -> list[list[str]]:
    content = as_csv(table, WORDS).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def in_csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Money(amount, currency):
            return values.money(amount, currency)
        case str():
            shown = visible_lines(cell)
            return f"'{shown}" if shown[:1] in set("=+-@\t\r\n＝＋－＠") else shown
        case Decimal():
            return values.number(cell)
    return str(cell)


def sheet_rows(table: AnyTable) -> list[tuple[SheetCell, ...]]:
    content = workbook.as_xlsx([table], WORDS, creator="", title="", day=DAY)
    (sheet,) = load_workbook(io.BytesIO(content)).worksheets
    return list(sheet.iter_rows())  # type: ignore[arg-type]


def of_sheet(cell: SheetCell) -> Any:
    """The value of a cell, as exact as a spreadsheet keeps it."""
    match cell.value:
        case datetime() as day:
            return day.date()
        case int() | float() as number:
            return Decimal(repr(number))
        case str() as words:
            # As spreadsheets read it: ECMA-376, part 1, 22.9.2.19 (ST_Xstring).
            return re.sub("_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), words)
    return cell.value


def in_sheet(cell: Cell) -> Any:
    match cell:
        case Money(amount):
            return amount
        case str():
            return visible_lines(cell)
        case int():
            return Decimal(cell)
    return cell


class _Page(HTMLParser):
    """The cells of a page's table: the text of each, and the ids that it links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.heads: list[str] = []
        self.rows: list[list[tuple[str, list[str]]]] = []
        self._tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self._tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag == "th":
            self.heads.append("")
        elif tag == "td":
            self.rows[-1].append(("", []))

    def handle_endtag(self, tag: str) -> None:
        assert self._tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if "th" in self._tags:
            self.heads[-1] += data
        elif "td" in self._tags:
            text, links = self.rows[-1][-1]
            self.rows[-1][-1] = (text + data, [*links, data] if "a" in self._tags else links)


def in_page(column: Column[Any], row: Any) -> tuple[str, list[str]]:
    """What a page's cell begins with, and the changes behind it."""
    if column.format is Format.BARS:
        return "", []
    if column.format not in (Format.ID, Format.COUNT):
        behind = column.records(row) if column.records else ()
        return column.shown(row, WORDS, "–"), list(behind)
    value: Any = column.value(row)
    return "", [value] if isinstance(value, str) else list(value or ())


def same_on_the_page(table: AnyTable) -> None:
    """The page has the titles and values of its columns, as text and files have them."""
    source = (
        '{% import "_macros.html.j2" as m with context %}'
        "{% macro bars(row) %}{% endmacro %}{{ m.table(table, bars=bars) }}"
    )
    template = environment("en", ()).from_string(source)
    page = _Page(template.render(table=table, href=lambda target: target))
    columns = table.on(Medium.PAGE).columns
    assert page.heads == [column.title for column in columns]
    for number, (cells, row) in enumerate(zip(page.rows[1:], table.rows, strict=True), 1):
        is_sum = table.is_summed and number == len(table.rows)
        for (words, links), column in zip(cells, columns, strict=True):
            begins, behind = in_page(column, row)
            assert words.startswith(begins)
            assert links == ([] if is_sum else behind)
            assert words == begins or behind or column.format in (Format.ID, Format.COUNT)


def same_in_every_form(table: AnyTable) -> None:
    """Page, CSV, sheet and text hold the values of the table, cell by cell."""
    same_on_the_page(table)
    cells = list(with_currency(table.on(Medium.FILE), WORDS).cells())
    _, *lines = csv_rows(table)
    assert lines == [[in_csv(cell) for cell in row] for row in cells]
    has_money = any(isinstance(cell, Money) for row in cells for cell in row)
    _, *sheet = sheet_rows(table)
    expected = [[in_sheet(cell) for cell in (row if has_money else row[:-1])] for row in cells]
    while expected and not any(cell is not None for cell in expected[-1]):
        expected.pop()  # a sheet ends with the last row in which anything stands
    assert [[of_sheet(cell) for cell in row] for row in sheet] == expected
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    written = "".join(text.as_text(table, WORDS).split()) if table.rows else ""
    for shown in _whole(table.on(Medium.TEXT)):
        assert shown in written


def _whole(table: AnyTable) -> Iterator[str]:
    """What is never broken into lines: numbers and dates, without the spaces in them."""
    for column in table.columns:
        if not column.format.is_text:
            yield from ("".join(column.shown(row, WORDS).split()) for row in table.rows)


@given(any_tables())
@settings(max_examples=40)
def test_any_table_has_the_same_rows_in_every_form(table: AnyTable) -> None:
    same_in_every_form(table)


@given(logs())
@settings(max_examples=4)
def test_every_table_of_the_impact_page_has_the_same_rows_in_every_form(log: Log) -> None:
    standing = (timeline.at(record, log.day) for record in log.records)
    records = tuple(editions.EditionRecord(data, "") for data in standing if data)
    edition = Edition("acme", Audience.TEAM, log.day, log.profile, "", (), records)
    for table in tables(impact(edition), month_ends(edition), WORDS):
        same_in_every_form(table)


@given(any_tables())
def test_text_loses_no_word(table: AnyTable) -> None:
    if table.rows:
        letters = re.sub(r"\s", "", text.as_text(table, WORDS))
        for shown in table.shown(WORDS):
            for cell in shown:
                assert set(re.sub(r"\s", "", visible(cell))) <= set(letters)


def test_a_column_knows_how_its_values_are_written() -> None:
    def shown(value: Any, written: Format) -> str:
        return Column[None]("", lambda _: value, written).shown(None, WORDS, "–")

    ten = Money(Decimal(10), "EUR")
    nothing = Money(Decimal(0), "EUR")
    assert shown(None, Format.TEXT) == "–"
    assert shown((), Format.ID) == "–"
    assert shown(["AB-0001", "AB-0002"], Format.ID) == "AB-0001 AB-0002"
    assert shown(ten, Format.MONEY) == "€10.00"
    assert shown(ten, Format.MONEY_DIFFERENCE) == "+€10.00"
    assert (shown(nothing, Format.MONEY), shown(nothing, Format.MONEY_DIFFERENCE)) == ("€0.00", "–")
    assert shown(3, Format.DAYS_DIFFERENCE) == "+3 days"
    assert shown(3, Format.NUMBER) == "3"
    assert shown(["AB-0001", "AB-0002"], Format.COUNT) == "2"
    assert shown("not computed", Format.MONEY_DIFFERENCE) == "not computed"


def test_a_column_stands_where_it_is_for_and_a_plus_is_written_where_it_is_signed() -> None:
    signed: Column[int] = Column("Days", lambda row: row, Format.NUMBER, on=ALL, signed=True)
    drawn: Column[int] = Column("Drawn", on=Medium.PAGE | Medium.PAPER)
    table = Table("A table", (signed, drawn), (3, -3, 0))
    assert csv_rows(table) == [["Days", "Currency"], ["3", ""], ["-3", ""], ["0", ""]]
    assert text.as_text(table, WORDS).split() == [
        "A",
        "table",
        "Days",
        "+3",
        "\N{MINUS SIGN}3",
        "0",
    ]
    for medium in (Medium.PAGE, Medium.PAPER):
        assert table.on(medium).columns == (signed, drawn)
    same_on_the_page(table)


@pytest.mark.parametrize(
    "words", ["_x0041_", "a_x000D_b", "_x005F_x0041_", "__x0041__", "_x004_", "_x00aF_"]
)
def test_a_sheet_takes_no_text_for_the_code_of_a_character(words: str) -> None:
    _, (cell,) = sheet_rows(Table("A table", (Column[str]("Words", str),), (words,)))
    assert of_sheet(cell) == words


def test_an_address_can_be_clicked_in_a_sheet_and_long_text_is_broken_there() -> None:
    columns: tuple[Column[str], ...] = (
        Column("Page", lambda row: row, Format.LINK),
        Column("Title", lambda row: row, width=10),
    )
    address = "https://changes.example/a/"
    _, (page, title) = sheet_rows(Table("A table", columns, (address,)))
    assert page.hyperlink
    assert page.hyperlink.target == address
    assert (title.hyperlink, title.alignment.wrap_text) == (None, True)

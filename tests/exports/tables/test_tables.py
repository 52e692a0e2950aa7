"""One list of columns gives the same rows in every form."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as SheetCell

from changebook.edition import editions
from changebook.edition.editions import Edition
from changebook.exports.impact.figures import ImpactFigures
from changebook.exports.impact.tables import tables
from changebook.exports.tables import text, workbook
from changebook.exports.tables.csv_file import as_csv
from changebook.exports.tables.table import AnyTable, Cell, Column, Format, Table, with_currency
from changebook.model import timeline, values
from changebook.model.diagnostics import visible
from changebook.model.values import Money
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.views.impact import impact
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
    Format.NUMBER: st.one_of(st.integers(-(10**9), 10**9), decimals),
    Format.MONEY: amounts,
    Format.MONEY_DIFFERENCE: amounts,
    Format.DAYS_DIFFERENCE: st.integers(-1000, 1000),
}


def _at(place: int, written: Format) -> Column[tuple[Any, ...]]:
    return Column(f"Column {place}", lambda row: row[place], written)


@st.composite
def any_tables(draw: st.DrawFn) -> AnyTable:
    """A table of some columns of any formats, in which some cells are empty."""
    formats = draw(st.lists(st.sampled_from(Format), min_size=1, max_size=6))
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
            shown = visible(cell)
            return f"'{shown}" if shown[:1] in set("=+-@\t\r＝＋－＠") else shown
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
            return visible(cell)
        case int():
            return Decimal(cell)
    return cell


def same_in_every_form(table: AnyTable) -> None:
    """CSV, sheet and text hold the values of the table, cell by cell."""
    cells = list(with_currency(table, WORDS).cells())
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
    for shown in _whole(table):
        assert shown in written


def _whole(table: AnyTable) -> Iterator[str]:
    """What is never broken into lines: numbers and dates, without the spaces in them."""
    for column in table.columns:
        if not column.format.is_text and not column.repeated:
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
    for table in tables(ImpactFigures(edition, None, impact(edition), month_ends(edition))):
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
    assert shown("not computed", Format.MONEY_DIFFERENCE) == "not computed"


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

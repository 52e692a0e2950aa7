"""A table: a list of columns, each of which knows its title, its value and how that is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum, Flag, auto
from typing import Any, Generic, TypeVar

from changebook.model.cells import Piece
from changebook.model.values import Money, in_currency
from changebook.model.words import Words

R = TypeVar("R")

#: What a spreadsheet may take for the beginning of a formula, also in its full-width form.
#: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


Cell = str | int | Decimal | Money | date | None


class Format(Enum):
    """How the values of a column are written. A text instead of a value stands as it is.

    Each name is a class of HTML, too.
    """

    TEXT = "text"
    #: Text that nobody must overlook.
    ALARM = "alarm"
    #: A word of a fixed list, or a name: short.
    WORD = "word"
    #: The id of a record, or several.
    ID = "id"
    #: A whole address.
    LINK = "link"
    DATE = "date"
    NUMBER = "number"
    #: The place of a row in its table.
    ORDINAL = "ordinal"
    #: How many records its value names; pages say which.
    COUNT = "count"
    MONEY = "money"
    #: By how much an amount differs: a plus is written, and zero is no difference.
    MONEY_DIFFERENCE = "money-difference"
    #: The same in calendar days.
    DAYS_DIFFERENCE = "days-difference"
    #: A picture of other columns, whose title is only for those who hear the page.
    BARS = "bars"

    @property
    def is_number(self) -> bool:
        """Set to the right, digit below digit."""
        return self in _NUMBERS

    @property
    def is_figure(self) -> bool:
        """What the table is read for; no place in it, nor a count of what it rests on."""
        return self in _NUMBERS - {Format.ORDINAL, Format.COUNT}

    @property
    def is_text(self) -> bool:
        """May be broken into lines."""
        return self in _TEXTS


_TEXTS = frozenset({Format.TEXT, Format.ALARM, Format.WORD, Format.ID, Format.LINK})
_NUMBERS = frozenset(Format) - _TEXTS - {Format.DATE, Format.BARS}


class Medium(Flag):
    """Where a column stands."""

    PAGE = auto()
    PAPER = auto()
    TEXT = auto()
    #: CSV and XLSX.
    FILE = auto()


#: Where each value has a column of its own.
FLAT = Medium.TEXT | Medium.FILE
ALL = FLAT | Medium.PAGE | Medium.PAPER


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column. Several ids may be its value, as a collection.

    `width` is how many characters wide a sheet makes it at most. Where `signed`, a plus is written.
    `records` are the changes behind a value, which pages show below it. Where a cell says more than
    a value, or something else where there is none, `content` is what pages and paper show; None
    leaves it to the value, and `missing` stands where there is neither. Pictures are drawn by a
    template, which knows the column by its `name`; so does the style sheet.
    """

    title: str
    value: Callable[[R], Cell | Collection[str]] = lambda _: None
    format: Format = Format.TEXT
    width: int = 60
    on: Medium = FLAT
    signed: bool = False
    records: Callable[[R], Collection[str]] | None = None
    name: str = ""
    content: Callable[[R], Piece | None] | None = None
    missing: str = "–"

    def cell(self, row: R) -> Cell:
        """Return what stands in the column for a row; None where nothing does."""
        value = self.value(row)
        if value is None or isinstance(value, str | int | Decimal | Money | date):
            return value
        return len(value) if self.format is Format.COUNT else " ".join(value) or None

    def shown(self, row: R, words: Words, missing: str = "") -> str:
        """Return what people read; `missing` where nothing stands.

        Text may hold any character: each form has its own way with those that would act in it.
        """
        match self.cell(row):
            case None:
                return missing
            case str(text):
                return text
            case Money(amount, currency):
                if self.format is Format.MONEY_DIFFERENCE:
                    return words.money(amount, currency, signed=True) if amount else missing
                return words.money(amount, currency, signed=self.signed)
            case int() as days if self.format is Format.DAYS_DIFFERENCE:
                return words.days(days, signed=True)
            case int() | Decimal() as number:
                return words.number(number, signed=self.signed)
            case day:
                return words.date(day)


@dataclass(frozen=True)
class TotalLine:
    """What a table comes to: a line below the others, its value in the last column."""

    title: str
    value: str
    light: bool = False


@dataclass(frozen=True)
class Table(Generic[R]):
    """Rows of one type and the columns made from them; the title names a sheet: 31 characters.

    Pages and paper show the rows that are `strong` as such, and the totals below all. Where the
    others come to the last row (`is_summed`), pages set it apart, without the changes behind it.
    """

    title: str
    columns: tuple[Column[R], ...]
    rows: tuple[R, ...]
    strong: Callable[[R], bool] | None = None
    totals: tuple[TotalLine, ...] = ()
    is_summed: bool = False

    def on(self, medium: Medium) -> Table[R]:
        """Return the table with the columns that stand there."""
        columns = tuple(column for column in self.columns if medium in column.on)
        return replace(self, columns=columns)

    def cells(self) -> Iterator[tuple[Cell, ...]]:
        """Yield the values of each row."""
        for row in self.rows:
            yield tuple(column.cell(row) for column in self.columns)

    def shown(self, words: Words, missing: str = "") -> Iterator[tuple[str, ...]]:
        """Yield what people read in each row."""
        for row in self.rows:
            yield tuple(column.shown(row, words, missing) for column in self.columns)


AnyTable = Table[Any]


def piece_column(
    title: str,
    content: Callable[[R], Piece | None],
    written: Format = Format.WORD,
    *,
    on: Medium = Medium.PAGE,
    name: str = "",
) -> Column[R]:
    """Return a column of pages or paper whose cells all say more than a value."""
    return Column(title, format=written, on=on, name=name, content=content)


def money_column(
    title: str,
    amount: Callable[[R], Decimal | None],
    currency: str,
    *,
    written: Format = Format.MONEY,
    **more: Any,
) -> Column[R]:
    """Return a column of amounts that are all in one currency; `more` are its other attributes."""
    return Column(title, lambda row: in_currency(amount(row), currency), written, **more)


def with_currency(table: Table[R], words: Words) -> Table[R]:
    """Return the table with the currency of each row as its last column, as numbers bear none."""

    def currency(row: R) -> str | None:
        cells = (column.cell(row) for column in table.columns)
        return next((cell.currency for cell in cells if isinstance(cell, Money)), None)

    column = Column(words.gettext("Currency"), currency)
    return replace(table, columns=(*table.columns, column))

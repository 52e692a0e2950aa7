"""What was read from elsewhere, before anything is made of it: items with named columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from changebook.model.import_map import Kind
from changebook.refusal import Refusal

#: What a cell holds; a date is a datetime where it has a time.
Held: TypeAlias = str | Decimal | date | bool


#: Of so many places that are alike, the names are told.
_PLACES = 3
#: Columns that stand for the text of a file itself, which needs no heading.
OWN_TEXT = frozenset({"text", "introduction"})


class Markup(StrEnum):
    """In which markup long texts are."""

    TEXT = "text"
    HTML = "html"
    WIKI = "wiki"
    MARKDOWN = "markdown"


class Told(NamedTuple):
    """What a person should know or do, and where; the place is empty where it is everywhere."""

    text: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


def gathered(told: Iterable[Told]) -> list[str]:
    """Return a line for each text: what is the same at many places is said once."""
    places: dict[str, list[str]] = {}
    for each in dict.fromkeys(told):
        places.setdefault(each.text, []).append(each.place)
    return [str(Told(text, _some(where))) for text, where in places.items()]


def _some(places: Sequence[str]) -> str:
    more = len(places) - _PLACES
    return "; ".join(places[:_PLACES]) + (f"; and {more} more" if more > 0 else "")


class Cell(NamedTuple):
    """A value, and where it stands: `Changes, row 5, column D`."""

    held: Held
    place: str

    @property
    def text(self) -> str:
        """What people see."""
        if isinstance(self.held, Decimal):
            return f"{self.held:f}"
        if isinstance(self.held, datetime) and self.held.time() == time():
            return self.held.date().isoformat()
        if isinstance(self.held, bool):
            return "true" if self.held else "false"
        return str(self.held).strip()


@dataclass(frozen=True)
class Item:
    """A row, an issue or a file: the cells of each column that has any, in their order.

    `file` is the name of its file, by which other items link to it.
    """

    place: str
    cells: Mapping[str, tuple[Cell, ...]]
    file: str | None = None


@dataclass(frozen=True)
class ImportSource:
    """All items, and what else there is to say of where they were read.

    `totals` are the rows that add up the ones above them, each with the number of items above it.
    `settings` says how it was read, as the mapping keeps it.
    """

    kind: Kind
    name: str
    columns: tuple[str, ...]
    items: tuple[Item, ...]
    totals: tuple[tuple[int, Item], ...] = ()
    markup: Markup = Markup.TEXT
    settings: Mapping[str, str | int] = field(default_factory=dict)
    notes: tuple[Told, ...] = ()
    faults: tuple[Told, ...] = ()


class UnreadableSource(Refusal):
    """A file that can't be imported: the message says where and why."""

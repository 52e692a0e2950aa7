"""What a cell says where that is more than a value: pieces, which each form shows its own way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import ClassVar


class Tone(Enum):
    """How a text is meant. Each name is a class of HTML, too."""

    PLAIN = ""
    #: Stands where a value is missing, or beside others.
    QUIET = "quiet"
    STRONG = "strong"
    LATE = "late"
    DONE = "done"
    #: A figure, whose digits stay together.
    FIGURE = "money"
    #: A figure that does not count.
    OUT = "out"


@dataclass(frozen=True)
class Piece:
    """A part of what a cell says. Each form has its own way to write each kind."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Text(Piece):
    """Words, or a figure that is written already."""

    kind = "text"
    words: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class WrittenDay(Piece):
    kind = "day"
    on: date
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Label(Piece):
    """A word of a fixed list, in the colour of `value` where its `family` has colours."""

    kind = "label"
    words: str
    value: str
    family: str = "chip"


@dataclass(frozen=True)
class Change(Piece):
    """A change by its id and title, with a link to its page."""

    kind = "change"
    id: str
    title: str
    unseen: bool = False
    #: Where the client's site lies, seen from the page.
    folder: str = ""


@dataclass(frozen=True)
class Changes(Piece):
    """Several changes by their ids."""

    kind = "changes"
    ids: Collection[str]


@dataclass(frozen=True)
class PageLink(Piece):
    """Words that link to a `place` on a page of the site; of a `style` where it has one."""

    kind = "page"
    words: str
    page: str
    place: str = ""
    style: str = ""


@dataclass(frozen=True)
class Note(Piece):
    """What is said beside, or `below`; in small letters, of a `style` where it has one."""

    kind = "note"
    of: Piece
    below: bool = True
    small: bool = True
    style: str = ""


@dataclass(frozen=True)
class Folded(Piece):
    """Lines that a page shows when a reader asks for them; other forms have only the summary."""

    kind = "folded"
    summary: str
    lines: tuple[Piece, ...]


@dataclass(frozen=True)
class Pieces(Piece):
    """Several pieces, one after the other."""

    kind = "pieces"
    parts: tuple[Piece, ...]
    between: str = " "


def pieces(*parts: Piece | None, between: str = " ") -> Pieces:
    """Return pieces one after the other, without those that are not there."""
    return Pieces(tuple(part for part in parts if part), between)

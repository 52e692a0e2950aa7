"""What is too wide for a sheet, made to fit before it is laid out.

A word that has no place to break is broken anywhere, columns keep a width at which they are read,
and a table that does not fit so gets smaller type or a sheet on its side. Widths are estimates in
ems, on the safe side; `sheets` looks at what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element

from changebook.check.on_paper import HARD_TO_READ
from changebook.model.vocabulary import PaperSize
from changebook.paper.diagrams import Drawing
from changebook.paper.findings import Finding

#: The sheets' short and long edges, and what the margins of print.css take from both sides, in mm.
_EDGES = {PaperSize.A4: (210.0, 297.0), PaperSize.LETTER: (215.9, 279.4)}
_MARGINS = 44.0
_MM_PER_POINT = 25.4 / 72
_MM_PER_PIXEL = 25.4 / 96
#: A longer word than this, in ems, may be broken wherever it stands.
_LONG = 20.0
#: Where words have to be broken, a column keeps so much of them, in ems.
_PIECE, _LEAST_PIECE = 9.0, 4.0
#: Chinese breaks anywhere, but a column of single characters can't be read.
_CHINESE = 6.0
#: Diagrams are turned, or warned of, when no more than this is left of their size.
_SMALL, _TINY = 0.5, 0.35
_HIGHEST_DIAGRAM = 150.0
#: What an estimate may be short by.
_SLACK = 1.04
#: Tables that take more of their room than this do without columns of fixed widths.
_FULL = 0.6
_HEADING = re.compile(r"h[1-6]")
_CELLS = frozenset({"td", "th"})
_NO_BREAK = frozenset({"num", "day"})
_ROOMS = frozenset({"section", "article", "body"})
_AS_IT_IS = frozenset({"svg", "style", "title", "script"})


class Way(NamedTuple):
    """One way to set a table: its class, its type in points, padding in mm, and on which sheet."""

    name: str
    type: float
    padding: float
    turned: bool
    piece: float


#: The first that fits is taken, and the last where none does.
_WAYS = (
    Way("", 8.75, 3, False, _PIECE),
    Way("small", 7.5, 2, False, _PIECE),
    Way("small", 7.5, 2, True, _PIECE),
    Way("smallest", 6.25, 1.4, True, 0),
)


@dataclass(frozen=True)
class Sheet:
    """The sheet of a document."""

    size: PaperSize = PaperSize.A4
    landscape: bool = False

    def width(self, *, turned: bool = False) -> float:
        """Return the room between the margins, in mm, on this sheet or on one on its side."""
        return _EDGES[self.size][turned or self.landscape] - _MARGINS


def fit(root: Element, sheet: Sheet, diagrams: Mapping[str, Drawing]) -> list[Finding]:
    """Make what is too wide for the sheet fit, and return what will be hard to read.

    The diagrams are by address.
    """
    above = {child: parent for parent in root.iter() for child in parent}
    findings: list[Finding] = []
    for table in list(root.iter("table")):
        if not _inside(table, "table", above):
            findings += _fit_table(table, sheet, above)
    for picture in list(root.iter("img")):
        if drawing := diagrams.get(picture.get("src", "")):
            findings += _fit_diagram(picture, sheet, drawing, above)
    for body in root.iter("body"):
        _break_words(body, _LONG)
    return findings


def _fit_table(table: Element, sheet: Sheet, above: dict[Element, Element]) -> Iterator[Finding]:
    rows = list(_rows(table))
    # What an entry adds up to belongs to it.
    totals = {row for group in table.findall("tbody[@class='totals']") for row in group}
    if sum(1 for row in rows if row not in totals and any(c.tag == "td" for c in row)) == 1:
        _add_class(table, "whole")
    columns = _columns(rows)
    if not columns:
        return
    way, room, limit = _way(columns, sheet)
    if sum(column.least for column in columns) > _FULL * room:
        for group in table.findall("colgroup"):
            table.remove(group)
    if way.name:
        _add_class(table, f"table--{way.name}")
    if way.turned and not sheet.landscape:
        _turn(table, above)
    for column in columns:
        column.hold(min(column.least, limit), alone=len(columns) == 1)
    _break_words(table, min(limit, _LONG))
    if limit < _LEAST_PIECE:
        yield Finding(
            HARD_TO_READ.name,
            f"This table of {len(columns)} columns is hard to read on paper: its words are broken.",
            "Split it into several tables, or attach it as a file and summarise it in the text.",
            "\n".join(_words(column.widest) for column in columns[:3]),
        )


def _way(columns: list[_Column], sheet: Sheet) -> tuple[Way, float, float]:
    """Return the first way in which the columns fit, the room, and the widest column, in ems."""
    needed = [column.least for column in columns]
    for way in _WAYS:
        if way.turned and sheet.landscape and way is not _WAYS[-1]:
            continue
        room = sheet.width(turned=way.turned) - len(columns) * way.padding
        room /= way.type * _MM_PER_POINT * _SLACK
        limit = _limit(needed, room)
        whole = limit >= max(column.word for column in columns)
        if limit >= (_LEAST_PIECE if whole else way.piece):
            break
    return way, room, limit


def _rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table itself, not of tables in its cells."""
    for part in table:
        yield from [part] if part.tag == "tr" else part.findall("tr")


@dataclass
class _Column:
    """What a column needs, in ems: its longest word, and what it is read at."""

    widest: Element
    word: float = 0
    least: float = 0

    def hold(self, width: float, *, alone: bool) -> None:
        """Keep the column as wide as this, where its words alone would not."""
        if width < self.word or (self.word < self.least and not alone):
            style = self.widest.get("style", "")
            self.widest.set("style", f"{style};min-width:{width * _SLACK:.2f}em")


def _columns(rows: list[Element]) -> list[_Column]:
    """Return the columns of a table by the cells that begin in them.

    Cells over several count nowhere.
    """
    columns: dict[int, _Column] = {}
    covered: dict[tuple[int, int], bool] = {}
    for y, row in enumerate(rows):
        x = 0
        for cell in (each for each in row if each.tag in _CELLS):
            while (y, x) in covered:
                x += 1
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            covered |= {(y + dy, x + dx): True for dy in range(high) for dx in range(wide)}
            if wide == 1:
                word, least = _needs(cell)
                column = columns.setdefault(x, _Column(cell))
                column.word = max(column.word, word)
                if least >= column.least:
                    column.widest, column.least = cell, least
            x += wide
    return [columns[x] for x in sorted(columns)]


def _span(cell: Element, name: str) -> int:
    text = cell.get(name, "1")
    return min(100, max(1, int(text))) if text.isdecimal() else 1


def _needs(cell: Element) -> tuple[float, float]:
    """Return a cell's longest word, and the width below which it is not to be read."""
    text = " ".join(cell.itertext())
    if _NO_BREAK & set(cell.get("class", "").split()):
        word = _width(" ".join(text.split()))
        return word, word
    word = max((_width(part) for word in text.split() for part in _parts(word)), default=0)
    least = max(min(word, _LONG), min(_width("".join(text.split())), _CHINESE))
    if any(element.tag in ("img", "pre", "table", "svg") for element in cell.iter()):
        least = max(least, _PIECE)
    return word, least


def _parts(word: str) -> Iterator[str]:
    """Return the pieces of a word that are never broken: Chinese breaks after each character."""
    return (match[0] for match in _PART.finditer(word))


_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_PART = re.compile(rf"[^{_WIDE}]+|[{_WIDE}]")


def _width(text: str) -> float:
    """Return the width of a text in ems."""
    if text.isascii():
        # Capitals and the like are wider, and half of all text is narrower than this.
        return 0.6 * len(text) + 0.12 * sum(map(text.count, "mwMW@%&")) + 0.08 * _capitals(text)
    return sum(1 if east_asian_width(character) in "WFA" else 0.62 for character in text)


def _capitals(text: str) -> int:
    return sum(map(str.isupper, text))


def _limit(needed: list[float], room: float) -> float:
    """Return the widest that every column may be, so that all of them have room."""
    left, columns = room, len(needed)
    for width in sorted(needed):
        if width * columns > left:
            return max(left, 0) / columns
        left, columns = left - width, columns - 1
    return float("inf")


def _fit_diagram(
    picture: Element, sheet: Sheet, drawing: Drawing, above: dict[Element, Element]
) -> Iterator[Finding]:
    wide, high = (max(1.0, pixels) * _MM_PER_PIXEL for pixels in drawing.size)
    scale = min(sheet.width() / wide, _HIGHEST_DIAGRAM / high)
    if scale < _SMALL and not sheet.landscape:
        turned = min(sheet.width(turned=True) / wide, _HIGHEST_DIAGRAM / high)
        if turned > scale:
            _turn(picture, above)
        else:
            _add_class(picture, "diagram--high")
            turned = min(sheet.width() / wide, _HIGHEST_DIAGRAM * 1.5 / high)
        scale = max(scale, turned)
    if scale < _TINY:
        yield Finding(
            HARD_TO_READ.name,
            f"This diagram is so large that its text is printed at {scale:.0%} of its size.",
            "Split it into several diagrams.",
            drawing.source.strip(),
        )


def _turn(element: Element, above: dict[Element, Element]) -> None:
    """Put an element on a sheet on its side, together with the headings right above it."""
    parent = above[element]
    while parent.tag not in _ROOMS:
        # What stands in a note or a list takes all of it along, or its title would stay behind.
        element, parent = parent, above[parent]
    end = list(parent).index(element)
    begin = end
    while begin and not (parent[begin - 1].tail or "").strip() and _is_heading(parent[begin - 1]):
        begin -= 1
    turned = Element("div", {"class": "turned"})
    moved = parent[begin : end + 1]
    turned.extend(moved)
    turned.tail, element.tail = element.tail, None
    parent[begin : end + 1] = [turned]
    above[turned] = parent
    above.update(dict.fromkeys(moved, turned))


def _is_heading(element: Element) -> bool:
    is_label = "label" in element.get("class", "").split()
    return bool(_HEADING.fullmatch(str(element.tag))) or is_label


def _inside(element: Element, tag: str, above: Mapping[Element, Element]) -> bool:
    while element in above:
        element = above[element]
        if element.tag == tag:
            return True
    return False


def _add_class(element: Element, name: str) -> None:
    element.set("class", f"{element.get('class', '')} {name}".strip())


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _break_words(element: Element, limit: float) -> None:
    """Let words that are wider than this be broken anywhere, in an element and all below it."""
    if element.tag in _AS_IT_IS or "long" in element.get("class", "").split():
        return
    for child in list(element):
        if child.tail and _has_long(child.tail, limit):
            text, spans = _broken(child.tail, limit)
            at = list(element).index(child) + 1
            child.tail = text
            element[at:at] = spans
        _break_words(child, limit)
    if element.text and _has_long(element.text, limit):
        element.text, spans = _broken(element.text, limit)
        element[0:0] = spans


def _has_long(text: str, limit: float) -> bool:
    # Two thirds of an em are more than most characters take, so this rules nearly all out.
    shortest = limit / 1.0
    return any(
        len(word) >= shortest and any(_width(part) > limit for part in _parts(word))
        for word in text.split()
    )


def _broken(text: str, limit: float) -> tuple[str, list[Element]]:
    """Return the text up to its first long word, and spans of the long ones and what follows."""
    before = ""
    spans: list[Element] = []
    for piece in _PIECES.findall(text):
        if piece.isspace() or not _has_long(piece, limit):
            if spans:
                spans[-1].tail = (spans[-1].tail or "") + piece
            else:
                before += piece
        else:
            span = Element("span", {"class": "long"})
            span.text = piece
            spans.append(span)
    return before, spans


_PIECES = re.compile(r"\s+|\S+")

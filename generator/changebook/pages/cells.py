"""What stands in the cells of tables, as HTML.

A page may have thousands of pieces, and a macro takes several times as long for each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, cast

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from changebook.edition import urls
from changebook.model.cells import (
    Change,
    Changes,
    Folded,
    Label,
    Note,
    PageLink,
    Piece,
    Pieces,
    Text,
    Tone,
    WrittenDay,
)
from changebook.model.table import AnyTable, Column, Format
from changebook.model.words import Words
from changebook.pages.columns import PageColumn, page_columns

#: More ids than this are counted, and shown when a reader asks for them.
FEW = 8
#: More than this are words until a reader asks for them: a script makes links of what it opens. A
#: page of a thousand changes would else have a hundred thousand elements.
MANY = 60

_Href = Callable[..., str]
#: Stands for an id in an address.
_ANY = "*"
#: Writes the cell of a row as HTML.
_Writer = Callable[[Any], str]
_STRONG = ' class="cb-strong"'
_QUIET = Markup('<span class="cb-quiet">–</span>')


class Cells:
    """Writes the pieces in one language. Templates call it; a link depends on their page."""

    FEW = FEW

    def __init__(self, words: Words, day: Callable[[date], Markup]) -> None:
        """Take the words of a language, and what writes a day."""
        self._words = words
        self._day = day
        self._internal = _html('<span class="cb-chip cb-chip--internal">{}</span>').format(
            _html(words.gettext("Internal"))
        )

    def internal(self) -> Markup:
        """Return the mark of what only the team sees."""
        return self._internal

    @pass_context
    def link(self, context: Context, id: str, title: str) -> Markup:
        return _link(id, title, context["href"])

    @pass_context
    def ids(self, context: Context, ids: Collection[str], few: int = FEW) -> Markup:
        """Return links to changes by their ids; more than a few are counted first."""
        return self._ids(ids, few, context["href"])

    @pass_context
    def counted(self, context: Context, ids: Collection[str], few: int = FEW) -> Markup:
        """Return how many changes there are, and which."""
        return self._counted(ids, few, context["href"])

    @pass_context
    def piece(self, context: Context, piece: Piece, few: int = FEW) -> Markup:
        """Return a piece, and those that it consists of."""
        return self._shown(piece, few, context["href"])

    @pass_context
    def columns(
        self, context: Context, table: AnyTable, drawn: dict[str, Any], few: int = FEW
    ) -> tuple[tuple[PageColumn, _Writer], ...]:
        """Return each column of a table on pages, with what writes its cell of a row."""
        href: _Href = context["href"]
        return tuple((c, self._writer(c, few, href)) for c in page_columns(table, drawn))

    def rows(
        self,
        table: AnyTable,
        rows: Iterable[Any],
        columns: Iterable[tuple[PageColumn, _Writer]],
        attributes: Callable[[Any], Markup] | None,
    ) -> Markup:
        """Return the rows of a table; the macro `attributes` gives those that a row has."""
        writers, strong, written = [writer for _, writer in columns], table.strong, []
        for row in rows:
            more: str = _STRONG if strong and strong(row) else ""
            if attributes:
                more = escape(attributes(row))
            written.append(f"<tr{more}>{''.join([write(row) for write in writers])}</tr>\n")
        return _html("".join(written))

    def total(self, row: Any, columns: Iterable[tuple[PageColumn, _Writer]]) -> Markup:
        """Return the row that the others come to, without the changes behind its values."""
        written = []
        for c, write in columns:
            if c.draw:
                written.append(write(row))
            else:
                shown = escape(c.column.shown(row, self._words, c.column.missing))
                written.append(f"<td{c.attributes}>{shown}</td> ")
        return _html(f"<tr>{''.join(written)}</tr>")

    def _writer(self, on_page: PageColumn, few: int, href: _Href) -> _Writer:
        column, draw, words = on_page.column, on_page.draw, self._words
        if on_page.is_bars:
            return lambda row: f'<td class="cb-use-cell">{escape(draw(row))}</td> '
        start = f"<td{on_page.attributes}>"

        def cell(row: Any) -> str:
            if draw:
                inside = escape(draw(row))
            elif on_page.is_plain:
                inside = escape(column.shown(row, words, column.missing))
            else:
                inside = self._cell(column, row, few, href)
            return f"{start}<span>{inside}</span></td> " if inside else f"{start}</td> "

        return cell

    def _cell(self, column: Column[Any], row: Any, few: int, href: _Href) -> Markup:
        """Return what a cell says beyond a value, or else the value and the changes behind it."""
        content = column.content(row) if column.content else None
        if content:
            return self._shown(content, few, href)
        value = column.value(row)
        if column.format in (Format.ID, Format.COUNT):
            if isinstance(value, str):
                return self._ids((value,), FEW, href)
            return self._counted(cast("Collection[str] | None", value), few, href)
        if column.format is Format.DATE and isinstance(value, date):
            return self._day(value)
        shown = escape(column.shown(row, self._words, column.missing))
        records = column.records(row) if column.records else ()
        if not records:
            return shown
        return _html(f"{shown}<br> <small>{self._ids(records, few, href)}</small>")

    def _shown(self, piece: Piece, few: int, href: _Href) -> Markup:
        match piece:
            case Text() | WrittenDay() | Label():
                return self._worded(piece)
            case Change(id, title, unseen, folder):
                link = _link(id, title, href, folder)
                return _html(f"{link} {self._internal}") if unseen else link
            case Changes(ids):
                return self._ids(ids, few, href)
            case PageLink(words, page, place, style):
                name = f' class="cb-{escape(style)}"' if style else ""
                return _html(f'<a{name} href="{escape(href(page, place))}">{escape(words)}</a>')
            case Folded(summary, lines):
                shown_lines = (f"<span>{self._shown(line, few, href)}</span>" for line in lines)
                return _folded(escape(summary), "".join(shown_lines))
            case Note(of, below, small, style):
                text = self._shown(of, few, href)
                if small:
                    attributes = f' class="cb-{escape(style)}"' if style else ""
                    text = _html(f"<small{attributes}>{text}</small>")
                return _html(f"<br> {text}") if below else text
            case Pieces(parts, between):
                gap, shown = escape(between), []
                for n, part in enumerate(parts):
                    if n and not (isinstance(part, Note) and part.below):
                        shown.append(gap)
                    shown.append(self._shown(part, few, href))
                return _html("".join(shown))
        raise TypeError(f"nothing writes a {piece.kind}")

    def _worded(self, piece: Text | WrittenDay | Label) -> Markup:
        match piece:
            case Text(words, tone):
                return _toned(escape(words), tone)
            case WrittenDay(on, tone):
                return _toned(self._day(on), tone)
            case Label(words, value, family):
                name = f"cb-{escape(family)}"
                return _html(f'<span class="{name} {name}--{escape(value)}">{escape(words)}</span>')

    def _ids(self, ids: Collection[str], few: int, href: _Href) -> Markup:
        if len(ids) <= few:
            return _id_links(ids, href)
        count = self._words.ngettext("%(num)s change", "%(num)s changes", len(ids))
        if len(ids) <= MANY:
            listed = _html(f"<span>{_id_links(ids, href)}</span>")
        else:
            address = escape(href(urls.record(_ANY)))
            listed = _html(f'<span data-records="{address}">{escape(" ".join(ids))}</span>')
        return _folded(_html(count) % {"num": len(ids)}, listed)

    def _counted(self, ids: Collection[str] | None, few: int, href: _Href) -> Markup:
        if not ids:
            return _QUIET
        if len(ids) > few:
            return self._ids(ids, few, href)
        return _html(f"{len(ids)} <small>{self._ids(ids, FEW, href)}</small>")


def _id_links(ids: Collection[str], href: _Href) -> Markup:
    return _html(
        " ".join(
            f'<a class="cb-id" href="{escape(href(urls.record(id)))}">{escape(id)}</a>'
            for id in ids
        )
    )


def _toned(shown: Markup, tone: Tone) -> Markup:
    if tone is Tone.PLAIN:
        return shown
    if tone is Tone.STRONG:
        return _html(f"<strong>{shown}</strong>")
    figure = "cb-money " if tone is Tone.OUT else ""
    return _html(f'<span class="{figure}cb-{tone.value}">{shown}</span>')


def _folded(summary: Markup, lines: str) -> Markup:
    return _html(f'<details class="cb-behind"><summary>{summary}</summary>{lines}</details>')


def _link(id: str, title: str, href: _Href, folder: str = "") -> Markup:
    address = escape(href(folder + urls.record(id)))
    return _html(f'<a href="{address}"><span class="cb-id">{escape(id)}</span> {escape(title)}</a>')


def _html(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - every value in it is escaped where it is put in

"""The columns of a table as a page lays them out: worked out once for all rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup

from changebook.model.table import AnyTable, Column, Format, Medium

_LOOKED_UP = frozenset({Format.ID, Format.COUNT, Format.DATE})


class PageColumn(NamedTuple):
    """A column with what is the same in all its cells.

    `draw` is the template's macro that fills it, if any; `is_plain` where a value is all it holds.
    """

    column: Column[Any]
    head: Markup
    attributes: Markup
    draw: Any
    is_bars: bool
    is_plain: bool


def page_columns(table: AnyTable, drawn: Mapping[str, Any]) -> tuple[PageColumn, ...]:
    """Return the columns that stand on pages; `drawn` has macros by the names of columns."""
    columns = table.on(Medium.PAGE).columns
    first = next((column for column in columns if column.format.is_text), None)
    laid_out = []
    for column in columns:
        draw, written = drawn.get(column.name), column.format
        laid_out.append(
            PageColumn(
                column,
                _head(written),
                _attributes(column.title, written, column is first, draw is not None),
                draw,
                written is Format.BARS,
                not (draw or column.content or column.records or written in _LOOKED_UP),
            )
        )
    return tuple(laid_out)


@lru_cache
def _head(written: Format) -> Markup:
    return Markup(' class="cb-num"') if written.is_figure else Markup()


@lru_cache(maxsize=1024)
def _attributes(title: str, written: Format, is_first: bool, is_drawn: bool) -> Markup:
    """Return the class of a cell, and the title that stands beside it on a phone."""
    if is_first:
        return Markup(' class="cb-first"')
    name = ""
    if written.is_figure:
        name = "cb-num"
    elif written is Format.ORDINAL:
        name = "cb-order-no"
    elif written is Format.TEXT and not is_drawn:
        name = "cb-text"
    label = Markup(' data-label="{}"').format(title)
    return Markup(' class="{}"').format(name) + label if name else label

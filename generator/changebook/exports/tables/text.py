"""A table as plain text, for people at a terminal."""

from __future__ import annotations

from io import StringIO

from rich.align import Align
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from changebook.model.diagnostics import visible
from changebook.model.table import AnyTable, Medium
from changebook.model.words import Words

#: How wide a table gets before the texts in it are broken into lines.
WIDTH = 160
_INDENT = "  "
_GAP = 2
#: A column is never made narrower than its texts, or than this.
_NARROW = 24
#: Longer words than this may be broken.
_LONG_WORD = 12


def as_text(table: AnyTable, words: Words) -> str:
    """Write the title and the rows in columns; a column in which nothing stands is left out.

    Numbers and dates are never broken, so a table of very many of them gets wider.
    """
    grid, needed, shown = Grid(box=None, pad_edge=False, padding=(0, _GAP, 0, 0)), 0, []
    for column in table.on(Medium.TEXT).columns:
        if all(column.cell(row) is None for row in table.rows):
            continue
        texts = [visible(column.shown(row, words)) for row in table.rows]
        right = column.format.is_number
        head = Text(visible(column.title), overflow="fold")
        narrowest, widest = _longest_word(head.plain), max(map(cell_len, texts))
        if column.format.is_text:
            width, narrowest = None, max(narrowest, min(widest, _NARROW))
        else:
            width = narrowest = max(narrowest, widest)
        needed += narrowest + _GAP
        shown.append(texts)
        grid.add_column(
            Align(head, "right" if right else "left", vertical="bottom"),
            justify="right" if right else "left",
            overflow="fold",
            width=width,
            min_width=narrowest,
        )
    for row in zip(*shown, strict=True):
        grid.add_row(*map(Text, row))
    # The same text on every terminal.
    console = Console(
        file=StringIO(),
        width=max(WIDTH - len(_INDENT), needed),
        color_system=None,
        force_terminal=False,
        legacy_windows=False,
    )
    with console.capture() as written:
        console.print(grid, crop=False)
    lines = (f"{_INDENT}{line}".rstrip() for line in written.get().splitlines())
    return "\n".join((table.title, *lines))


def _longest_word(text: str) -> int:
    return min(max(map(cell_len, text.split()), default=0), _LONG_WORD)

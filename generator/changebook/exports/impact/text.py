"""The tables as plain text, for people at a terminal."""

from __future__ import annotations

from datetime import date
from io import StringIO

from rich.align import Align
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from changebook.exports.impact.report import Report
from changebook.exports.impact.tables import tables
from changebook.exports.tables.table import Table, read
from changebook.model.diagnostics import visible
from changebook.model.vocabulary import Audience
from changebook.model.words import Words

#: How wide a table gets before the texts in it are broken into lines.
WIDTH = 160
_INDENT = "  "
_GAP = 2
#: A column is never made narrower than its texts, or than this.
_NARROW = 24
#: Longer words than this may be broken.
_LONG_WORD = 12


def as_text(report: Report) -> bytes:
    """All tables that have rows."""
    edition = report.edition
    words = edition.words
    _ = words.gettext
    heads = [f"{edition.profile.name}: {edition.profile.project}"]
    if edition.audience is Audience.TEAM:
        heads.append(_("Internal: team edition"))
    heads.append(
        _(
            "All amounts are before tax and as of %(day)s. "
            "Each figure names the changes that it is made of."
        )
        % {"day": words.date(edition.as_of)}
    )
    if report.known_on:
        heads.append(
            _("Only what was written down by %(day)s counts.")
            % {"day": words.date(report.known_on)}
        )
    blocks = ["\n".join(map(visible, heads))]
    blocks += [_laid_out(table, words) for table in tables(report, words) if table.rows]
    return ("\n\n".join(blocks) + "\n").encode()


def _laid_out(table: Table, words: Words) -> str:
    """The title and the rows in columns; a column in which nothing stands is left out.

    Numbers and dates are never broken, so a table of very many of them gets wider.
    """
    grid, needed = Grid(box=None, pad_edge=False, padding=(0, _GAP, 0, 0)), 0
    used = [
        place
        for place in range(len(table.columns))
        if place not in table.repeated and any(row[place] is not None for row in table.rows)
    ]
    for place in used:
        cells = [row[place] for row in table.rows]
        texts = [read(cell, words) for cell in cells]
        right = not any(isinstance(cell, str | date) for cell in cells)
        head = Text(visible(table.columns[place]), overflow="fold")
        narrowest, widest = _longest_word(head.plain), max(map(cell_len, texts))
        if any(isinstance(cell, str) for cell in cells):
            width, narrowest = None, max(narrowest, min(widest, _NARROW))
        else:
            width = narrowest = max(narrowest, widest)
        needed += narrowest + _GAP
        grid.add_column(
            Align(head, "right" if right else "left", vertical="bottom"),
            justify="right" if right else "left",
            overflow="fold",
            width=width,
            min_width=narrowest,
        )
    for row in table.rows:
        grid.add_row(*(Text(read(row[place], words)) for place in used))
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

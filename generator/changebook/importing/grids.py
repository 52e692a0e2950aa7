"""Rows and columns to items: where the head is, what is merged, and which rows are totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from changebook.importing.known_words import headers, plainly, totals
from changebook.importing.source import (
    Cell,
    ImportSource,
    Item,
    Markup,
    Told,
    UnreadableSource,
)
from changebook.model.import_map import Kind

#: The column of what hangs on the cells of a row.
NOTES = "(notes and links)"
#: Titles and remarks may stand above the head.
_HEAD_WITHIN = 20


class Merge(NamedTuple):
    """Cells that are merged into one: its first and last row and column."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet by row and column, and what is odd about it."""

    rows: list[tuple[int, dict[int, Cell]]]
    merges: Sequence[Merge]
    settings: Mapping[str, str | int]
    notes: tuple[Told, ...]
    faults: tuple[Told, ...]
    #: What hangs on the cells of a row: notes, and addresses of links.
    remarks: Mapping[int, Sequence[Cell]] = field(default_factory=dict)

    def place(self, row: int) -> str:
        """Return where a row stands: `Changes, row 5`; a table of text has no sheets."""
        return f"{self.settings['sheet']}, row {row}" if "sheet" in self.settings else f"row {row}"


def items_of(
    grid: Grid,
    kind: Kind,
    name: str,
    *,
    head: int | None = None,
    depth: int | None = None,
    markup: Markup = Markup.TEXT,
) -> ImportSource:
    """Return the rows of a grid as items; `head` is the row of the header, `depth` its rows."""
    rows = dict(grid.rows)
    _fill_merged(rows, grid.merges)
    top = head or _head(grid.rows, name)
    if head is None:
        tall = (m.top for m in grid.merges if m.top < top <= m.bottom and m.left == m.right)
        top = min((top, *tall))
    if top not in rows:
        raise UnreadableSource(f"{name}: there is no {grid.place(top)}, for its header")
    depth = depth or _depth(top, grid.merges)
    names = _names(rows, top, depth)
    faults, notes = list(grid.faults), list(grid.notes)
    notes += _outside(grid, top, depth)
    items: list[Item] = []
    added: list[tuple[int, Item]] = []
    for number, cells in grid.rows:
        if number < top + depth or not cells:
            continue
        held: dict[str, list[Cell]] = {}
        for column, cell in sorted(cells.items()):
            if column in names:
                held.setdefault(names[column], []).append(cell)
            else:
                faults.append(Told(f"`{cell.text}` stands beyond the header", cell.place))
        if number in grid.remarks:
            held[NOTES] = list(grid.remarks[number])
        item = Item(grid.place(number), {key: tuple(each) for key, each in held.items()})
        if _adds_up(cells, names):
            added.append((len(items), item))
        else:
            items.append(item)
    settings = {**grid.settings, "header": top, "header_rows": depth}
    return ImportSource(
        kind,
        name,
        tuple(dict.fromkeys([*names.values(), *(key for item in items for key in item.cells)])),
        tuple(items),
        tuple(added),
        markup,
        settings,
        tuple(notes),
        tuple(faults),
    )


def _outside(grid: Grid, top: int, depth: int) -> Iterator[Told]:
    """Yield what stands above the header, and what hangs on cells that are none of an item."""
    of_items = set()
    for number, cells in grid.rows:
        if cells and number >= top + depth:
            of_items.add(number)
        elif cells and number < top:
            above = " ".join(cell.text for cell in cells.values())
            yield Told(f"above the header, so left out: {above}", grid.place(number))
    for number in sorted(grid.remarks.keys() - of_items):
        for cell in grid.remarks[number]:
            yield Told(f"a note or link outside the items, so left out: {cell.text}", cell.place)


def _fill_merged(rows: dict[int, dict[int, Cell]], merges: Sequence[Merge]) -> None:
    """Give each cell of a merge the value of its first one."""
    for merge in merges:
        first = rows.get(merge.top, {}).get(merge.left)
        if first is None:
            continue
        if merge.top == merge.bottom and len(rows[merge.top]) == 1:
            continue  # a row of one merged cell is a title or a remark, not a value in each column
        for row in range(merge.top, merge.bottom + 1):
            for column in range(merge.left, merge.right + 1):
                if row in rows:
                    rows[row].setdefault(column, first)


def _head(rows: Sequence[tuple[int, dict[int, Cell]]], name: str) -> int:
    """Return the row of the first ones in which most cells are known headers, or most texts."""
    first = [(number, cells) for number, cells in rows if cells][:_HEAD_WITHIN]
    if not first:
        raise UnreadableSource(f"{name} has no rows")

    def rank(row: tuple[int, dict[int, Cell]]) -> tuple[int, int]:
        texts = {cell.text for cell in row[1].values() if isinstance(cell.held, str)}
        return sum(plainly(text) in headers() for text in texts), len(texts)

    best = max(first, key=rank)
    known, texts = rank(best)
    if known < 2:
        best = max(first, key=lambda row: rank(row)[1])
        texts = rank(best)[1]
    if texts < 2:
        raise UnreadableSource(
            f"{name} has no row that looks like a header: say which one it is as `header` in the "
            "mapping"
        )
    return best[0]


def _depth(top: int, merges: Sequence[Merge]) -> int:
    """Return over how many rows the header goes: it is merged down, or has groups of columns."""
    touching = [m for m in merges if m.top <= top <= m.bottom]
    tall = max((m.bottom - top + 1 for m in touching if m.left == m.right), default=1)
    has_groups = any(m.left < m.right for m in touching)
    return max(tall, 2 if has_groups else 1)


def _names(rows: Mapping[int, Mapping[int, Cell]], top: int, depth: int) -> dict[int, str]:
    """Return the name of each column: the texts of its header's rows, each once."""
    titles: dict[int, list[str]] = {}
    for row in range(top, top + depth):
        for column, cell in rows.get(row, {}).items():
            texts = titles.setdefault(column, [])
            text = " ".join(cell.text.split())
            if text not in texts:
                texts.append(text)
    last = max((column for cells in rows.values() for column in cells), default=0)
    widest = max(titles, default=0)
    return {
        column: " / ".join(titles.get(column, [])) or f"(column {get_column_letter(column)})"
        for column in range(1, min(last, widest) + 1)
    }


def _adds_up(cells: Mapping[int, Cell], names: Mapping[int, str]) -> bool:
    """Return whether a row is a total: its first text is a word for one."""
    first = cells[min(cells)]
    return plainly(first.text).removesuffix(":").strip() in totals() and len(cells) < len(names)

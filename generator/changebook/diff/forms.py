"""A reviewer's report as Markdown for a comment, and as one HTML file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from changebook import packaged
from changebook.diff.document import MISSING, Block, HeadingBlock, Sentence
from changebook.model.catalogues import SOURCE_LANGUAGE
from changebook.model.diagnostics import visible
from changebook.model.table import Table
from changebook.model.words import Words
from changebook.pages.literal import literal

#: What fits into a comment: GitHub takes 65,536 characters. Long tables and cells are cut, too.
_LONGEST_COMMENT = 60_000
_MOST_ROWS = 50
_LONGEST_CELL = 400
_TOO_LONG = (
    "The rest does not fit into a comment: `changebook diff --format html` shows the whole report."
)


def as_markdown(blocks: Iterable[Block]) -> str:
    """Write Markdown for a comment, cut to what it may hold; no text of a record can act in it."""
    pieces: list[str] = []
    left = _LONGEST_COMMENT
    for block in blocks:
        piece = _markdown(block)
        left -= len(piece) + 2
        if left < 0:
            pieces.append(literal(_TOO_LONG))
            break
        pieces.append(piece)
    return "\n\n".join(pieces) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case HeadingBlock(text, level):
            return f"{'#' * (level + 1)} {literal(text)}"
        case Sentence(text, alarm):
            return f"> **{literal(text)}**" if alarm else literal(text)
        case Table():
            return "\n".join(_rows(block))


def _rows(table: Table[Any]) -> Iterator[str]:
    yield _row(column.title for column in table.columns)
    yield _row(("---:" if c.format.is_number else "---" for c in table.columns), raw=True)
    for row in islice(table.shown(Words(SOURCE_LANGUAGE), MISSING), _MOST_ROWS):
        yield _row(row)
    if (over := len(table.rows) - _MOST_ROWS) > 0:
        yield _row((f"and {over} more", *("" for _ in table.columns[1:])))


def _row(cells: Iterable[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cell if raw else literal(_cut(cell)) for cell in cells)} |"


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else f"{cell[:_LONGEST_CELL]}…"


def as_html(blocks: Iterable[Block], title: str) -> str:
    """Write one page that loads nothing from anywhere."""
    environment = Environment(
        loader=FileSystemLoader(packaged.templates_dir() / "diff"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_shown,
    )
    shown = [(type(block).__name__.lower(), block) for block in blocks]
    return environment.get_template("diff.html.j2").render(
        blocks=shown, title=title, words=Words(SOURCE_LANGUAGE), missing=MISSING
    )


def _shown(value: Any) -> Any:
    """Return text with a mark for each character that would act in a page."""
    return "\n".join(map(visible, value.split("\n"))) if isinstance(value, str) else value

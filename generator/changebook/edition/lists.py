"""Lists as authors write them for GitHub, made plain for Python-Markdown.

CommonMark, which GitHub and editors show, nests a list by the width of the marker above it and lets
a list follow a paragraph at once. Python-Markdown wants four spaces a level and an empty line
before a list, knows no `1)`, and lets a list swallow the next. What it can't read it shows as one
flat list or as a paragraph with hyphens in it: of 584 real proposals, 187 had such a list. So
bodies are brought to the form on which both agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyromark

from changebook.read.body import OPTIONS, parseable

_STEP = 4
_LEAD = re.compile(r"[ \t]*")
_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])([ \t]*)")
_PARENTHESIS = re.compile(r"^(\d+)\)")
#: Between two lists: nothing that shows, but no list goes on across it.
_BREAK = ("<!-- -->", "")


@dataclass(frozen=True)
class _Item:
    """A list item: its lines, how deep it lies, and from which column its content counts.

    `gap` is what has to stand before its first line for the list to begin there.
    """

    first: int
    last: int
    depth: int
    column: int
    content: int
    gap: tuple[str, ...]


def plain_lists(text: str) -> str:
    """The text with four spaces a level of lists, and an empty line before a list."""
    lines = text.split("\n")
    owner: dict[int, _Item] = {}
    for item in _items(text, lines):
        for number in range(item.first, item.last + 1):
            owner[number] = item  # an inner item comes after the outer one, and wins
    margin = _margins(owner, lines)
    out: list[str] = []
    for number, line in enumerate(lines):
        at = owner.get(number)
        if at is None or not line.strip():
            out.append(line)
        elif at.first == number:
            begun = _PARENTHESIS.sub(r"\1.", _without(line, at.column))
            out += [*at.gap, " " * _STEP * at.depth + begun]
        else:
            out.append(" " * _STEP * (at.depth + 1) + _without(line, margin[at]))
    return "\n".join(out)


def _margins(owner: dict[int, _Item], lines: list[str]) -> dict[_Item, int]:
    """For each item the column that its further lines have in common.

    Up to three columns more than the marker asks for mean nothing; four begin code.
    """
    widths: dict[_Item, list[int]] = {item: [] for item in owner.values()}
    for number, item in owner.items():
        if number > item.first and lines[number].strip():
            widths[item].append(_width(lines[number]) - item.content)
    return {
        item: item.content + (extra if 0 < (extra := min(found, default=0)) < _STEP else 0)
        for item, found in widths.items()
    }


def _items(text: str, lines: list[str]) -> list[_Item]:
    """The items of all lists that lie in nothing but lists, outer ones first."""
    shown = parseable(text)
    raw = shown.encode()
    shown_lines = shown.split("\n")
    items: list[_Item] = []
    containers = 0  # quotes, notes and definitions have indentation of their own
    depth = -1
    starts = False
    ended = -1  # the line after the last list that lay in no other
    for event, span in pyromark.events_with_range(shown, options=OPTIONS):
        kind, what = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        name = next(iter(what)) if isinstance(what, dict) else what
        if kind not in ("Start", "End"):
            continue
        step = 1 if kind == "Start" else -1
        if name in ("BlockQuote", "FootnoteDefinition", "DefinitionListDefinition"):
            containers += step
        elif name == "List":
            depth += step
            starts = kind == "Start"
            if depth < 0:
                ended = len(raw[: span["end"]].decode().rstrip("\n").split("\n"))
        elif name == "Item" and kind == "Start" and not containers:
            before = raw[: span["start"]].decode()
            inside = raw[span["start"] : span["end"]].decode().rstrip("\n")
            line = before.count("\n")
            marker = _MARKER.match(shown_lines[line])
            if marker is None or before.rpartition("\n")[2].strip():
                continue  # a second marker in one line
            spaces = len(marker[1].expandtabs(_STEP))
            content = len(marker[0].expandtabs(_STEP)) - (spaces - 1 if spaces > _STEP else 0)
            gap: tuple[str, ...] = ()
            if line > 0 and lines[line - 1].strip():
                gap = ("",) if (starts and depth == 0) or _loose(items, lines, line) else ()
            if starts and depth == 0 and ended >= 0 and not any(map(str.strip, lines[ended:line])):
                gap = (*gap, *_BREAK)
            last = line + inside.count("\n")
            items.append(_Item(line, last, depth, _width(shown_lines[line]), content, gap))
            starts = False
    return items


def _loose(items: list[_Item], lines: list[str], line: int) -> bool:
    """Whether an empty line stands above in the item that the line before belongs to.

    Python-Markdown takes what follows such a paragraph for more of it.
    """
    for item in reversed(items):
        if line - 1 <= item.last and not all(map(str.strip, lines[item.first : line])):
            return True
        if item.depth == 0:
            return False
    return False


def _width(line: str) -> int:
    """The columns of white space that a line begins with."""
    lead = _LEAD.match(line)
    return len(lead[0].expandtabs(_STEP)) if lead else 0


def _without(line: str, columns: int) -> str:
    """The line without that much of the white space that it begins with."""
    return " " * max(0, _width(line) - columns) + line.lstrip(" \t")

"""Characters that turn the direction of a text: a page shows another text than is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from changebook.model.diagnostics import Place, Problem, rule

HIDDEN_DIRECTION = rule(
    "hidden-direction",
    summary="An invisible character turns the direction of the text.",
    severity="warning",
)

_MARKS = (*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)))
#: As itself, and as a character reference of Markdown.
_TURNS = re.compile(
    "(?P<char>[\u202a-\u202e\u2066-\u2069])"
    "|&#(?:[xX]0*(?P<hex>202[A-Ea-e]|206[6-9])|0*(?P<decimal>823[4-8]|829[4-7]));?"
)


def turned(path: str, text: str) -> Iterator[Problem]:
    """Yield a problem for the first such character of each line of a file."""
    # To look for each alone is much faster than for all at once, and nearly no file has any.
    if "&#" not in text and not any(mark in text for mark in _MARKS):
        return
    last = 0
    for match in _TURNS.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if line > last:
            column = match.start() - text.rfind("\n", 0, match.start())
            char = match["char"] or chr(
                int(match["hex"] or match["decimal"], 16 if match["hex"] else 10)
            )
            yield named(path, Place(line, column, len(match[0])), char)
        last = line


def escaped(written: str, value: str) -> str | None:
    """Return such a character of a value that is written as an escape."""
    match = _TURNS.search(value) if "\\" in written else None
    return match["char"] if match and match[0] not in written else None


def named(path: str, place: Place, char: str) -> Problem:
    """Return the problem of one such character."""
    return HIDDEN_DIRECTION.at(
        path,
        place,
        f"U+{ord(char):04X}, which nobody sees, turns the direction of the text behind it.",
        "Delete the character.",
    )

"""The places in a body that a link can lead to: headings, notes, and what has an id.

Headings get the ids that GitHub gives them, so that a link works there and on the page.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from changebook.model.cjk import join
from changebook.read.attributes import at_begin, at_end
from changebook.read.commonmark import Shown, name_of, parse

#: A heading without a letter or a digit.
_NAMELESS = "section"
_BREAKS = frozenset({"SoftBreak", "HardBreak"})
_INLINE = frozenset({"Link", "Image", "Emphasis", "Strong"})
#: What an attribute list may stand behind.
_BEFORE_LIST = _INLINE | {"Code"}
_MARKS = "*_=^~"


def slug(title: str) -> str:
    """Return the id of a heading with these words: small letters, and hyphens for spaces."""
    kept = (c for c in title.strip().lower() if c in " -_" or _is_word(c))
    return "".join(kept).replace(" ", "-") or _NAMELESS


def _is_word(character: str) -> bool:
    """Return whether the character is a letter, a mark on one, a digit or a low line."""
    return character.isalnum() or unicodedata.category(character)[0] in "LMN"


class Slugs:
    """Gives each heading of a body its id; the second of the same words gets `-1`."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def id(self, title: str) -> str:
        """Return the id of the next heading."""
        first = made = slug(title)
        while made in self._used:
            self._used[first] += 1
            made = f"{first}-{self._used[first]}"
        self._used[made] = 0
        return made


@lru_cache(maxsize=2_000)
def anchors(text: str) -> frozenset[str]:
    """Return all ids that a body's text gives."""
    reader = _Reader()
    for kind, what, _, _ in Shown(text).events():
        reader.read(kind, what)
    raw = (
        value
        for element in parse(text).elements
        for name, value in element.attributes
        if value and (name == "id" or (name == "name" and element.tag == "a"))
    )
    return frozenset((*reader.found, *raw))


class _Reader:
    """Collects ids, one event after the other."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._slugs = Slugs()
        #: The words of the heading or paragraph, and those of its last line.
        self._words = self._line = ""
        self._is_broken = self._has_lines = False
        self._images = 0
        #: What ended last, if an attribute list may stand behind it.
        self._before = ""

    def read(self, kind: str, what: Any) -> None:
        """Take one event."""
        before, self._before = self._before, ""
        if kind == "Start":
            self._begin(name_of(what))
        elif kind == "End":
            self._end(name_of(what))
        elif kind in _BREAKS:
            self._is_broken = self._has_lines = True
            self._line = ""
        elif kind == "FootnoteReference":
            self.found.update((f"fn:{what}", f"fnref:{what}"))
        elif kind in ("Text", "Code"):
            self._text(str(what), before)
            self._before = "Code" if kind == "Code" else ""

    def _begin(self, name: str) -> None:
        if name == "Image":
            self._images += 1
        elif name not in _INLINE:
            self._end_paragraph()

    def _end(self, name: str) -> None:
        if name == "Heading":
            words, given = at_end(self._words)
            self.found.add(given.get("id") or self._slugs.id(words))
            self._words = ""
        elif name == "DefinitionListTitle":
            self._line = ""
        elif name == "Image":
            self._images -= 1
        elif name not in _INLINE:
            self._end_paragraph()
        if name in _BEFORE_LIST:
            self._before = name

    def _end_paragraph(self) -> None:
        """Take the list in a last line of its own; the text of a short item is a paragraph too."""
        rest, given = at_end(self._line)
        if self._has_lines and not rest and "id" in given:
            self.found.add(given["id"])
        self._words = self._line = ""
        self._is_broken = self._has_lines = False

    def _text(self, text: str, before: str) -> None:
        if self._images:
            return
        if before:
            rest, given = at_begin(text)
            self.found.update(filter(None, [given.get("id")]))
            text = rest or text  # a list that ends a heading is the heading's
        if self._is_broken:
            # Chinese emphasis, which CommonMark does not know, has left its marks.
            near = text.lstrip(_MARKS)
            if near:
                gap = join(self._words.rstrip(_MARKS), near)
                self._is_broken, self._words = False, self._words + gap
        self._words += text
        self._line += text

"""What a body's reader would miss: footnotes that lead nowhere, what is too deep or too much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from changebook.read.commonmark import Shown, name_of, parse

#: How deep lists and quotations may lie in each other; what renders them can do twice that.
DEEPEST = 40
#: A line that could lie so deep: each level takes at least one of these characters.
_DEEP_LINE = re.compile(rf"^[ \t>*+\d.)-]{{{DEEPEST}}}", re.MULTILINE)
#: Headings of one record: each stands in the page's contents too, twice for the sake of phones.
MOST_HEADINGS = 2_000
#: A line that could be a heading, or could make one of the line above it.
_HEADING_LINE = re.compile(r"^[ \t>*+\d.)-]*[#=-]", re.MULTILINE)
_NESTING = frozenset(
    "BlockQuote List Item FootnoteDefinition DefinitionList DefinitionListDefinition".split()
)
_NOTE = re.compile(r"\[\^(?P<label>[^\]\s]+)\](?P<begins>:?)")


def too_deep(text: str) -> int | None:
    """Return where the text is nested too deep, if it is."""
    if not _DEEP_LINE.search(text):
        return None
    depth = 0
    shown = Shown(text)
    for kind, what, start, _ in shown.events():
        if kind in ("Start", "End") and name_of(what) in _NESTING:
            depth += 1 if kind == "Start" else -1
            if depth > DEEPEST:
                return shown.at(start)
    return None


def surplus_heading(text: str) -> int | None:
    """Return where the first heading is that a record has beyond the most, if it has that many."""
    if sum(1 for _ in _HEADING_LINE.finditer(text)) <= MOST_HEADINGS:
        return None
    shown = Shown(text)
    headings = (
        start
        for kind, what, start, _ in shown.events()
        if kind == "Start" and name_of(what) == "Heading"
    )
    surplus = next(islice(headings, MOST_HEADINGS, None), None)
    return None if surplus is None else shown.at(surplus)


def loose_footnotes(text: str) -> Iterator[tuple[int, str]]:
    """Yield the place and label of each note that is used and not written."""
    if "[^" not in text:
        return
    parsed = parse(text)
    written = {label for label, _, _ in parsed.notes}
    for match in _NOTE.finditer(text):
        if match["label"] not in written and match.start() not in parsed.in_code:
            yield match.start(), match["label"]

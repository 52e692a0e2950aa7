"""How deep the HTML of a body nests: an element that nothing closes holds all that follows."""

from __future__ import annotations

from collections import Counter

from changebook.model.markup import SVG_TAGS, TAGS
from changebook.read.commonmark import parse
from changebook.read.unseen import tags

#: How deep elements may lie in each other. What reads a page looks through those around each one.
DEEPEST_ELEMENTS = 100
#: Elements that hold nothing, and those that the next one of their kind ends.
_ENDS_ITSELF = frozenset(
    "br col hr img input wbr caption colgroup dd dt li p rp rt tbody td tfoot th thead tr".split()
)
#: Parsers of HTML give names in small letters.
_DRAWN = frozenset(tag.lower() for tag in SVG_TAGS)
_NESTING = frozenset(tag.lower() for tag in TAGS) - _ENDS_ITSELF


def too_deep_element(text: str) -> int | None:
    """Return where the first element begins that is nested too deep, if one is."""
    parsed = parse(text)
    if len(parsed.elements) <= DEEPEST_ELEMENTS:
        return None
    opened: list[str] = []
    times = Counter[str]()
    for kind, name, _, start, end in tags(text, parsed):
        if kind == "<" and name in _NESTING:
            if name in _DRAWN and text.endswith("/>", start, end):
                continue
            opened.append(name)
            times[name] += 1
            if len(opened) > DEEPEST_ELEMENTS:
                return start
        elif kind == "/" and times[name]:
            # The end of an element ends those in it too.
            while times[name]:
                last = opened.pop()
                times[last] -= 1
                if last == name:
                    break
    return None

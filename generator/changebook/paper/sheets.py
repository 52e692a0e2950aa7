"""Whether all of a document lies on its sheets: every word, and every picture.

It looks at WeasyPrint's finished layout, which has a place for each line of each text, so it sees
what no reader of the PDF's bytes could: which element a word belongs to, and what has no place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from changebook.check.on_paper import OFF_SHEET, PICTURE
from changebook.paper.findings import Finding

#: What printers leave white at the edges, and what rounding may add to a page's text, in pixels.
_UNPRINTED, _ROUNDING = 12.0, 3.0
#: What a picture has at least, so that there is anything to see.
_SMALLEST = 1.0
#: Has no box of its own on paper, or stands in the margins of later pages only.
_NO_BOX = frozenset({"head", "style", "title", "script", "svg", "input"})
_RUNNING = frozenset({"head", "head-end", "code", "foot", "number"})
_SHORTEN = 60


class Edges(NamedTuple):
    """Where things may lie on a page, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def hold(self, box: Any) -> bool:
        """Return whether a box lies between the edges."""
        return bool(
            box.position_x >= self.left
            and box.position_y >= self.top
            and box.position_x + box.width <= self.right
            and box.position_y + box.height <= self.bottom
        )


def missing(document: Any, root: Element) -> list[Finding]:
    """Return what of an HTML tree is not on the sheets of its finished layout: each table once."""
    findings: dict[Element, Finding] = {}
    owners = _owners(root)
    laid: Counter[int] = Counter()
    for page in document.pages:
        for box, edges in _boxes(page._page_box):  # noqa: SLF001 - the layout has no other way in
            element, is_text = box.element, hasattr(box, "text")
            if is_text:
                laid[id(element)] += len("".join(box.text.split()))
            elif box.width < _SMALLEST or box.height < _SMALLEST:
                findings.setdefault(element, _unseen_picture(element))
            if not edges.hold(box):
                owner = owners.get(element, element)
                findings.setdefault(owner, _off(element, box.text if is_text else ""))
    for element, length in _texts(root):
        if laid[id(element)] < length:
            findings.setdefault(owners.get(element, element), _off(element, ""))
    return list(findings.values())


def _owners(root: Element) -> dict[Element, Element]:
    """Return the table of each element that stands in one."""
    return {
        element: table for table in reversed(list(root.iter("table"))) for element in table.iter()
    }


def _boxes(page: Any) -> Iterator[tuple[Any, Edges]]:
    """Yield every line of text and every picture of a page, with the edges that it keeps to."""
    wide, high = page.margin_width(), page.margin_height()
    sides = _UNPRINTED, wide - _UNPRINTED
    foot = page.content_box_y() + page.height + _ROUNDING
    for part in page.children:
        in_text = part.element_tag == "html"
        top, bottom = (0.0, foot) if in_text else (_UNPRINTED, high - _UNPRINTED)
        edges = Edges(sides[0], top, sides[1], bottom)
        for box in part.descendants():
            # Bullets and the like have the element that they belong to.
            if "::" not in str(box.element_tag) and (
                hasattr(box, "text") or hasattr(box, "replacement")
            ):
                yield box, edges


def _texts(root: Element) -> Iterator[tuple[Element, int]]:
    """Yield each element with a text of its own, and how many characters that has."""
    left = [root]
    while left:
        element = left.pop()
        # A drawing in the text has the name of its namespace.
        if element.tag.rpartition("}")[2] in _NO_BOX or "hidden" in element.attrib:
            continue
        if _RUNNING & set(element.get("class", "").split()):
            continue
        own = (element.text or "", *(child.tail or "" for child in element))
        if length := len("".join("".join(own).split())):
            yield element, length
        left.extend(element)


def _off(element: Element, line: str) -> Finding:
    words = " ".join("".join(element.itertext()).split())
    return Finding(
        OFF_SHEET.name,
        f"This would not fit on the sheet of paper: {_short(words or line or _name(element))}",
        "Use shorter words or a table with fewer columns, or attach it as a file.",
        words or line or element.get("alt", ""),
    )


def _unseen_picture(element: Element) -> Finding:
    return Finding(
        PICTURE.name,
        f"This picture has no size on paper: {_name(element)}",
        "Give it a width and a height. An SVG needs `width` and `height`, or a `viewBox`.",
        element.get("alt", ""),
    )


def _name(element: Element) -> str:
    return element.get("alt") or element.get("src") or f"<{element.tag}>"


def _short(words: str) -> str:
    return words if len(words) <= _SHORTEN else f"{words[:_SHORTEN]}…"

"""The elements of a tagged PDF, and what ISO 32000-1, 14.8.4 and PDF/UA-1 ask of their order.

A record's text may hold lists, tables and headings that browsers show and PDF/UA-1 refuses, such as
a heading two levels below the one before it. What is read stays; only its tags change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_IN_LISTS = ("/L", "/LI", "/Caption")
_IN_ITEMS = ("/Lbl", "/LBody")
_HEADINGS = tuple(f"/H{level}" for level in range(1, 7))


def thing(made: Any, reference: bytes) -> Any:
    """Return the object of a `pydyf.PDF` that a reference names."""
    return made.objects[int(reference.split()[0])]


def elements(made: Any, root: Any) -> Iterator[Any]:
    """Yield every element below the root in reading order, except references to annotations."""
    left = list(reversed(root["K"]))
    while left:
        element = thing(made, left.pop())
        if element.get("Type") == "/StructElem":
            yield element
            left += reversed([kid for kid in element["K"] if not isinstance(kid, int)])


def hang_links(made: Any, root: Any) -> None:
    """Let an annotation hang on a link, where it hangs on the picture in it (7.18.5)."""
    for element in list(elements(made, root)):
        marks = [kid for kid in element["K"] if not isinstance(kid, int) and _is_link(made, kid)]
        if not marks or element["S"] == "/Link":
            continue
        link = thing(made, element["P"])
        if link["S"] != "/Link":
            link = _wrap(made, link, [element.reference], "/Link")
        for mark in marks:
            element["K"].remove(mark)
            link["K"].insert(0, mark)
            number = thing(made, thing(made, mark)["Obj"])["StructParent"]
            thing(made, root["ParentTree"])["Nums"][2 * number + 1] = link.reference


def repair(made: Any, root: Any) -> None:
    """Put headings, lists and tables in the order that PDF/UA-1 requires."""
    _level([each for each in elements(made, root) if each["S"] in _HEADINGS])
    for element in list(elements(made, root)):
        above = thing(made, element["P"])
        if element["S"] == "/L":
            for run in _runs(made, element, _IN_LISTS):
                body = _wrap(made, element, run, "/LI")
                _wrap(made, body, list(body["K"]), "/LBody")
        elif element["S"] == "/LI" and above["S"] == "/L":
            for run in _runs(made, element, _IN_ITEMS):
                _wrap(made, element, run, "/LBody")
        elif element["S"] == "/LI" or (element["S"] in _IN_ITEMS and above["S"] != "/LI"):
            element["S"] = "/Div"
        elif element["S"] == "/Table":
            _complete_table(made, element)


def _level(headings: list[Any]) -> None:
    """Let no heading be more than one level below the one that it belongs to (7.4.2)."""
    open_levels: list[str] = []
    for heading in headings:
        while open_levels and open_levels[-1] >= heading["S"]:
            open_levels.pop()
        open_levels.append(heading["S"])
        heading["S"] = _HEADINGS[len(open_levels) - 1]


def _runs(made: Any, element: Any, allowed: tuple[str, ...]) -> list[list[bytes]]:
    """Return the neighbours among an element's kids that may not stand in it as they are (7.2)."""
    runs: list[list[bytes]] = [[]]
    for kid in element["K"]:
        if thing(made, kid).get("S") not in allowed:
            runs[-1].append(kid)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _wrap(made: Any, element: Any, kids: list[bytes], kind: str) -> Any:
    """Put an element's neighbouring kids into a new one of a kind, which takes their place."""
    page = thing(made, kids[0])["Pg"]
    new = _new(made, element, page, kind, kids)
    for kid in kids:
        if "P" in (wrapped := thing(made, kid)):
            wrapped["P"] = new.reference
    at = element["K"].index(kids[0])
    element["K"][at : at + len(kids)] = [new.reference]
    return new


def _new(made: Any, above: Any, page: bytes, kind: str, kids: list[bytes]) -> Any:
    """Return an element of a kind that is to stand in the one above."""
    new = type(above)({"Type": "/StructElem", "S": kind, "Pg": page, "P": above.reference})
    new["K"] = type(above["K"])(kids)
    made.add_object(new)
    return new


def _complete_table(made: Any, table: Any) -> None:
    """Give a table one head, a body, and as many cells in each row (7.2)."""
    parts = [thing(made, kid) for kid in table["K"]]
    groups = [part for part in parts if part["S"] in ("/THead", "/TBody", "/TFoot")]
    bodies = [part for part in groups if part["S"] == "/TBody"]
    for kind in ("/THead", "/TFoot"):
        same = [part for part in groups if part["S"] == kind]
        for part in same[1:] if bodies else same:
            part["S"] = "/TBody"
    inside = (part["K"] if part in groups else [part.reference] for part in parts)
    rows = [row for kids in inside for kid in kids if (row := thing(made, kid))["S"] == "/TR"]
    taken = _taken(made, rows)
    columns = 1 + max((x for _, x in taken), default=0)
    for y, row in enumerate(rows):
        for _ in range(columns - sum((y, x) in taken for x in range(columns))):
            cell = _new(made, row, row["Pg"], "/TD", [])
            cell["A"] = type(row)({"O": "/Table"})
            row["K"].append(cell.reference)


def _taken(made: Any, rows: list[Any]) -> set[tuple[int, int]]:
    """Return the row and column of each place that a cell covers.

    No cell goes on below the last row.
    """
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for cell in (thing(made, kid) for kid in row["K"]):
            spans = cell.get("A", {})
            while (y, x) in taken:
                x += 1
            high, wide = spans.get("RowSpan", 1), spans.get("ColSpan", 1)
            if high > len(rows) - y:
                high = spans["RowSpan"] = len(rows) - y
            taken |= {(y + down, x + right) for down in range(high) for right in range(wide)}
    return taken


def _is_link(made: Any, kid: bytes) -> bool:
    """Return whether a kid refers to an annotation that links."""
    mark = thing(made, kid)
    return bool(mark.get("Type") == "/OBJR" and thing(made, mark["Obj"])["Subtype"] == "/Link")

"""What PDF/UA-1 asks for and WeasyPrint 70 leaves out, put right before the file is written.

Running heads and feet become artifacts, which no screen reader reads on each page, and header cells
say whether they head a row or a column (ISO 14289-1, 7.5 and 7.8). Empty elements go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: A place in a page: the page object's reference and the number of the marked content in it.
_Marked = tuple[bytes, int]


def complete(made: Any) -> None:
    """Complete the tags of a `pydyf.PDF`."""
    root = _object(made, made.catalog["StructTreeRoot"])
    _drop_empty(made, root)
    read: set[_Marked] = set()
    for element in _elements(made, root):
        if element["S"] == "/TH":
            above = _object(made, _object(made, element["P"])["P"])
            element["A"]["Scope"] = "/Column" if above["S"] == "/THead" else "/Row"
        read.update((element["Pg"], kid) for kid in element["K"] if isinstance(kid, int))
    parents = _object(made, root["ParentTree"])["Nums"]
    for number, page in enumerate(made.page_references):
        marked = parents[2 * number + 1]
        for content in range(len(marked)):
            if (page, content) not in read:
                marked[content] = "null"
        unread = {n for n in range(len(marked)) if (page, n) not in read}
        _as_artifacts(_object(made, _object(made, page)["Contents"]).stream, unread)


def _object(made: Any, reference: bytes) -> Any:
    return made.objects[int(reference.split()[0])]


def _elements(made: Any, root: Any) -> Iterator[Any]:
    """Every element below the root, but for what only refers to an annotation."""
    left = list(root["K"])
    while left:
        element = _object(made, left.pop())
        if element.get("Type") == "/StructElem":
            yield element
            left += [kid for kid in element["K"] if not isinstance(kid, int)]


def _drop_empty(made: Any, element: Any) -> bool:
    """Take out what holds nothing, such as a box to tick; whether the element itself does."""
    kids = element["K"]
    kids[:] = [
        kid
        for kid in kids
        if isinstance(kid, int)
        or _object(made, kid).get("Type") != "/StructElem"
        or not _drop_empty(made, _object(made, kid))
    ]
    return not kids and element.get("S") not in ("/TD", "/TH")


def _as_artifacts(stream: list[Any], unread: set[int]) -> None:
    """Mark the contents of these numbers as what is no part of the text."""
    for at, operation in enumerate(stream):
        if operation == b"BDC" and stream[at - 1].get("MCID") in unread:
            stream[at - 2 : at + 1] = ["/Artifact", b"", b"BMC"]

"""What PDF/UA-1 requires and WeasyPrint 70 leaves out, corrected before the file is written.

Running heads and feet become artifacts, which no screen reader reads on each page, and header cells
say whether they head a row or a column (ISO 14289-1, 7.5 and 7.8). Empty elements go, and so does
a drawing without a name, which is decoration. `structure` puts the rest in order.
"""

from __future__ import annotations

from typing import Any

from changebook.paper import structure
from changebook.paper.structure import thing

#: A place in a page: the page object's reference and the number of the marked content in it.
_Marked = tuple[bytes, int]


def complete(made: Any) -> None:
    """Complete the tags of a `pydyf.PDF`."""
    root = thing(made, made.catalog["StructTreeRoot"])
    structure.hang_links(made, root)
    _drop_empty(made, root)
    structure.repair(made, root)
    read: set[_Marked] = set()
    for element in structure.elements(made, root):
        if element["S"] == "/TH":
            above = thing(made, thing(made, element["P"])["P"])
            element["A"]["Scope"] = "/Column" if above["S"] == "/THead" else "/Row"
        read.update((element["Pg"], kid) for kid in element["K"] if isinstance(kid, int))
    parents = thing(made, root["ParentTree"])["Nums"]
    for number, page in enumerate(made.page_references):
        marked = parents[2 * number + 1]
        for content in range(len(marked)):
            if (page, content) not in read:
                marked[content] = "null"
        unread = {n for n in range(len(marked)) if (page, n) not in read}
        _as_artifacts(thing(made, thing(made, page)["Contents"]).stream, unread)


def _drop_empty(made: Any, element: Any) -> bool:
    """Take out what holds nothing, such as a box to tick; whether the element itself goes."""
    if element.get("S") == "/Figure" and "Alt" not in element:
        return True
    kids = element["K"]
    kids[:] = [
        kid
        for kid in kids
        if isinstance(kid, int)
        or thing(made, kid).get("Type") != "/StructElem"
        or not _drop_empty(made, thing(made, kid))
    ]
    return not kids and element.get("S") not in ("/TD", "/TH")


def _as_artifacts(stream: list[Any], unread: set[int]) -> None:
    """Mark the contents of these numbers as what is not part of the text."""
    for at, operation in enumerate(stream):
        if operation == b"BDC" and stream[at - 1].get("MCID") in unread:
            stream[at - 2 : at + 1] = ["/Artifact", b"", b"BMC"]

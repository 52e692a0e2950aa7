"""What hangs on the cells of a workbook besides their values: notes, and addresses of links."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.sax.handler import ContentHandler

from defusedxml.sax import parse

#: The parts of a sheet that hold notes, and conversations.
_NOTES = ("/comments", "/threadedComment")
_LINK = "/hyperlink"


class _Relations(ContentHandler):
    """Where the parts of a sheet are, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the parser's name
        if name.rpartition(":")[2] == "Relationship":
            self.found.append((attrs.get("Type", ""), attrs.get("Id", ""), attrs.get("Target", "")))


class _Notes(ContentHandler):
    """The text of each note, by the cell that it hangs on."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self._cell, self._in_text = "", False

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the parser's name
        plain = name.rpartition(":")[2]
        if plain in ("comment", "threadedComment"):
            self._cell = attrs.get("ref", "")
            before = self.texts.get(self._cell)
            self.texts[self._cell] = f"{before}\n" if before else ""
        self._in_text = plain in ("t", "text")

    def endElement(self, name: str) -> None:  # noqa: N802 - the parser's name
        self._in_text = False

    def characters(self, content: str) -> None:
        if self._in_text and self._cell:
            self.texts[self._cell] += content


def notes_of(
    archive: zipfile.ZipFile, sheet: str, links: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield each cell of a sheet that has a note, or a link to an address, with its text.

    `links` says which relation of the sheet the link on a cell is.
    """
    folder, _, name = sheet.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return
    found = _Relations()
    with archive.open(relations) as stream:
        parse(stream, found, forbid_dtd=True)
    texts: dict[str, str] = {}
    # A conversation repeats as a note that says how to see it: the conversation counts.
    for kind, _, target in sorted(found.found, reverse=True):
        if kind.endswith(_NOTES):
            part = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            notes = _Notes()
            with archive.open(posixpath.normpath(part)) as stream:
                parse(stream, notes, forbid_dtd=True)
            texts |= notes.texts
    yield from ((cell, text.strip()) for cell, text in texts.items())
    targets = {id: target for kind, id, target in found.found if kind.endswith(_LINK)}
    yield from ((cell, targets[id]) for cell, id in links.items() if id in targets)

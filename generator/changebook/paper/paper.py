"""A document before it is typeset: everything that its bytes depend on, as plain data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date

from changebook.edition.bodies import Asset
from changebook.paper.fitting import Sheet


@dataclass(frozen=True)
class Diagram:
    """A mermaid diagram: the picture's tag in the HTML, and the source that it is drawn from."""

    tag: str
    source: str


@dataclass(frozen=True)
class Paper:
    """One document: a whole HTML page that loads `files` by their addresses, and QR codes.

    `styles` are the style sheet that many documents have in common.

    `path` is where its PDF lies in the edition, one of `urls`; `name` what its file is called where
    it lies alone. `day` is the newest day that its content rests on, `record` the id of the one
    record that it is about.
    """

    path: str
    name: str
    title: str
    day: date
    html: str
    styles: str = ""
    files: tuple[tuple[str, Asset], ...] = ()
    diagrams: tuple[Diagram, ...] = ()
    sheet: Sheet = field(default_factory=Sheet)
    record: str | None = None

    def key(self) -> str:
        """Return the digest of all that the PDF is made from, except typesetter and fonts."""
        files = [
            (address, hashlib.sha256(asset.content()).hexdigest()) for address, asset in self.files
        ]
        diagrams = [(diagram.tag, diagram.source) for diagram in self.diagrams]
        sheet = [self.sheet.size.value, self.sheet.landscape]
        return hashlib.sha256(
            json.dumps([self.html, self.styles, files, diagrams, sheet]).encode()
        ).hexdigest()

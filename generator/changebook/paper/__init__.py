"""Documents that people print, sign and file, as PDF; it reads no workspace.

It goes in two steps. `Printery` lays out an edition's documents as plain data (`Paper`), which is
quick; `typesetting.pdf` makes the bytes of one, which takes a while and needs Pango. Who keeps the
bytes with `Paper.key` never makes a document twice.
"""

from changebook.paper.documents import Printery
from changebook.paper.paper import Diagram, Paper

__all__ = ["Diagram", "Paper", "Printery"]

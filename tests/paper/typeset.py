"""Documents without the work of typesetting, for tests of where they lie and who links to them."""

from __future__ import annotations

from typing import Any

from changebook.paper.paper import Paper


def without_typesetting(paper: Paper, say: Any = None) -> bytes:
    """Take the place of `changebook.paper.press.pdf`."""
    return b"%PDF " + paper.html.encode()

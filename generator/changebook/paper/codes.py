"""QR codes, drawn only where a document is typeset: that takes longer than all else on its page."""

from __future__ import annotations

import io
from urllib.parse import quote, unquote

import segno

SCHEME = "qr:"


def address(text: str) -> str:
    """Return the address of the code's picture in a document's HTML."""
    return SCHEME + quote(text, safe="")


def picture(address: str) -> bytes:
    """Return the code as PNG, without the white border, for which there is room.

    Error correction M survives the loss of a seventh to folds and stamps. It is a bitmap because
    vectors would be drawn again on each page.
    """
    text = unquote(address.removeprefix(SCHEME))
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(drawn, kind="png", scale=4, border=0)
    return drawn.getvalue()

"""A digest as people have it: printed in groups, read aloud, pasted from a mail, scanned."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from changebook.refusal import Refusal

#: A shorter beginning could be that of another digest as well.
SHORTEST = 12
FULL = 64

#: What a QR code holds: the address of a page that verifies, with the digest.
_IN_ADDRESS = re.compile(r"[?&#]digest=([^?&#]*)", re.IGNORECASE)
#: What some programs write before a digest.
_NAMED = re.compile(r"^(?:urn:)?sha-?256[:=]", re.IGNORECASE)
#: What is between groups, or around a digest: not a digit, nor what could be one.
_BETWEEN = re.compile(r"[\s\-‐-―·•.,:;…'\"`“”‘’«»()\[\]<>|/\u00ad\u200b-\u200f\u2060\ufeff]+")


def digits(text: str) -> str:
    """Return a digest's digits, or its first, however written down. Raises Refusal for others."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if address := _IN_ADDRESS.search(plain):
        plain = unquote(address[1])
    bare = _BETWEEN.sub("", _NAMED.sub("", plain.strip())).casefold()
    if other := re.search(r"[^0-9a-f]", bare):
        raise Refusal(
            f"`{text}` is not a digest: it has `{other[0]}`, and only 0-9 and a-f are digits"
        )
    if not SHORTEST <= len(bare) <= FULL:
        raise Refusal(
            f"`{text}` is not a digest: it has {len(bare)} digits, and needs {SHORTEST} to {FULL}"
        )
    return bare

"""The canonical form of what is sealed, and its digest: the only place that knows either.

The form is RFC 8785 (JSON Canonicalization Scheme); the digest is SHA-256 of its bytes, in hex.
Each value of a front matter is in it as the text that the author wrote, so no reader's idea of
numbers or dates has a say.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

#: Groups of this many digits can be read aloud and compared.
_GROUP = 4
#: How much of a digest people are shown first: 48 bits tell any two of a client's records apart.
_SHORT = 12


def form(value: Any) -> bytes:
    """Return a value of mappings, lists, texts and whole numbers in its canonical form."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical form, 64 hex digits."""
    return hashlib.sha256(form(value)).hexdigest()


def grouped(digits: str) -> str:
    """Return digits in groups, as people read them."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def short(digits: str) -> str:
    """Return the beginning of a digest, in groups: enough to name it."""
    return grouped(digits[:_SHORT])

"""Chinese, Japanese and Korean characters, as far as Markdown and line breaks depend on them.

Where a line ends between two characters of Chinese or Japanese, there is no space.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WIDE = (
    r"[\u2e80-\u2fff\u3001-\u303e\u3041-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\ufe30-\ufe4f"
    r"\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd]"
)
#: Both scripts have these marks: they count as Chinese beside a character that is.
_CLOSING, _OPENING = "[”’—…]", "[“‘—…]"
_LEFT = "|".join(f"(?<={_WIDE}{_CLOSING * marks})" for marks in range(3))
#: The end of a line, with the spaces about it, between two such characters.
SEAM = re.compile(rf"(?:{_LEFT})[ \t]*\n[ \t]*(?={_OPENING}{{0,2}}{_WIDE})")
#: What each seam ends with, which is found many times as fast. Most texts have none.
SEAM_END = re.compile(rf"\n[ \t]*(?={_OPENING}{{0,2}}{_WIDE})")

#: Below it no character is wide.
_FIRST = "\u1100"
#: Wide symbols that belong to a script; the other wide symbols are pictures (emoji).
_SYMBOLS = (("\u2e80", "\u33ff"), ("\ufe30", "\uffe6"), ("\U0001f200", "\U0001f265"))


@lru_cache(maxsize=8192)
def is_cjk(character: str) -> bool:
    """Return whether it is a letter, sign or punctuation mark of Chinese, Japanese or Korean.

    That is a wide, full-width or half-width character that is no emoji, or one of Hangul.
    """
    if character < _FIRST:
        return False
    width = unicodedata.east_asian_width(character)
    if width in "FH":
        return True
    if width == "W":
        return unicodedata.category(character) not in ("So", "Sk") or any(
            first <= character <= last for first, last in _SYMBOLS
        )
    return unicodedata.name(character, "").startswith("HANGUL")


def join(before: str, after: str) -> str:
    """Return what stands for a line break between two texts: nothing within Chinese."""
    return "" if SEAM.search(f"{before[-3:]}\n{after[:3]}") else " "

"""Chinese and Japanese text: where a line ends between two of its characters, there is no space."""

from __future__ import annotations

import re

_WIDE = (
    r"[\u2e80-\u2fff\u3001-\u303e\u3041-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\ufe30-\ufe4f"
    r"\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd]"
)
#: Both scripts have these marks: they count as Chinese beside a character that is.
_CLOSING, _OPENING = "[”’—…]", "[“‘—…]"
_LEFT = "|".join(f"(?<={_WIDE}{_CLOSING * marks})" for marks in range(3))
#: The end of a line, with the spaces about it, between two such characters.
SEAM = re.compile(rf"(?:{_LEFT})[ \t]*\n[ \t]*(?={_OPENING}{{0,2}}{_WIDE})")

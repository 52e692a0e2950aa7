"""Finding a name in running text."""

from __future__ import annotations

import re

#: A letter or digit of a script that puts spaces between words: Chinese text does not, so a name
#: there can have any character beside it.
_WORD = r"0-9A-Za-z_\u00C0-\u024F\u0370-\u052F"


def whole(pattern: str) -> str:
    """Return the pattern as a whole word, where the script has words."""
    return rf"(?:(?<![{_WORD}])|(?![{_WORD}]))(?:{pattern})(?:(?![{_WORD}])|(?<![{_WORD}]))"


def names(text: str, name: str) -> bool:
    """Return whether the text has the name, not just its letters within a longer word."""
    return name in text and bool(re.search(whole(re.escape(name)), text))

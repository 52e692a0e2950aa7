"""Attribute lists, `{: #id .class width=300 }`, as Python-Markdown and kramdown have them.

Only what may be set is read as one: a list that names a target could lead a reader anywhere. All
other braces are text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: What a list may set, besides classes.
ALLOWED = frozenset("id title lang dir width height align loading start value".split())
_ONE = re.compile(
    r"(?:#(?P<id>[^\s{}#.=\"']+)|\.(?P<class>[^\s{}#.=\"']+)"
    r"|(?P<key>[A-Za-z][\w:-]*)=(?:\"(?P<d>[^\"{}]*)\"|'(?P<s>[^'{}]*)'|(?P<b>[^\s{}\"']+)))"
    r"(?=\s|$)\s*"
)
_LIST = r"\{:?[ \t]*(?P<list>[^{}\n]+?)[ \t]*\}"
_AT_BEGIN = re.compile(_LIST)
_AT_END = re.compile(rf"[ \t]*{_LIST}[ \t]*$")


def at_begin(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the text without the attribute list that it begins with, and what that sets."""
    match = _AT_BEGIN.match(text)
    given = _attributes(match["list"]) if match else None
    return (text[match.end() :], given) if match and given else (text, {})


def at_end(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the text without the attribute list at its end, and what that sets."""
    match = _AT_END.search(text)
    given = _attributes(match["list"]) if match else None
    return (text[: match.start()], given) if match and given else (text, {})


def _attributes(text: str) -> Mapping[str, str] | None:
    """Return what an attribute list sets, or None if the text is none."""
    given: dict[str, str] = {}
    classes: list[str] = []
    at = 0
    while at < len(text):
        match = _ONE.match(text, at)
        if match is None:
            return None
        at = match.end()
        if match["id"]:
            given["id"] = match["id"]
        elif match["class"]:
            classes.append(match["class"])
        else:
            value = next(v for v in (match["d"], match["s"], match["b"]) if v is not None)
            if match["key"] == "class":
                classes += value.split()
            elif match["key"] in ALLOWED:
                given[match["key"]] = value
            else:
                return None
    return {**given, "class": " ".join(classes)} if classes else given

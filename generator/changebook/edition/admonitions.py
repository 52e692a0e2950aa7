"""The titles that admonitions have without being given one, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from changebook.model.words import Words

#: An admonition or a fold with a kind and no title: `!!! note`, `??? tip inline`.
_UNTITLED = re.compile(
    r"^(?P<mark>[\s>]*(?:[-*+]\s+|\d+[.)]\s+)*(?:!!!|\?\?\?\+?)[ \t]+(?P<kind>[A-Za-z]+)"
    r"(?:[ \t]+[\w-]+)*)[ \t]*$"
)
_FENCE = re.compile(r"^[\s>]*(?P<fence>`{3,}|~{3,})")


def titled(text: str, words: Words) -> str:
    """The Markdown with a title on each admonition of a usual kind that has none."""
    titles = _titles(words)
    return "\n".join(_lines(text, titles)) if "!!!" in text or "???" in text else text


def _titles(words: Words) -> Mapping[str, str]:
    """The kinds of Material for MkDocs."""
    _ = words.gettext
    return {
        "note": _("Note"),
        "abstract": _("Abstract"),
        "info": _("Info"),
        "tip": _("Tip"),
        "success": _("Success"),
        "question": _("Question"),
        "warning": _("Warning"),
        "failure": _("Failure"),
        "danger": _("Danger"),
        "bug": _("Bug"),
        "example": _("Example"),
        "quote": _("Quote"),
    }


def _lines(text: str, titles: Mapping[str, str]) -> Iterator[str]:
    fence = ""
    for line in text.split("\n"):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark["fence"]
            elif mark["fence"].startswith(fence):
                fence = ""
        untitled = None if fence else _UNTITLED.match(line)
        title = titles.get(untitled["kind"].lower()) if untitled else None
        yield f'{untitled["mark"]} "{title}"' if untitled and title else line

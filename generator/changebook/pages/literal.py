"""Text of a record within Markdown that others render: it shows as it is, and calls nobody."""

from __future__ import annotations

import re

from changebook.model.diagnostics import visible

#: What CommonMark and GFM, and the formulas of GitHub and GitLab, take for markup.
_MARKUP = re.compile(r"[\\`*_\[\]#|~$]|^[-+=]|(?<=^\d)[.)]")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
#: What becomes a link or calls somebody once the Markdown is rendered, so that a backslash does not
#: help: @people, #1 !1 &1 %1 ~1 $1 ^1, GH-1, addresses, :emoji:.
_REFERENCE = re.compile(
    r"(?<=[@#!~^%$&])(?=[\w\"{])|(?<=\bGH)(?=-\d)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=:)(?=[\w+-]+:)",
    re.IGNORECASE,
)
#: A break that no reader sees, as an entity so that no editor loses it.
_BREAK = "&#8203;"


def literal(text: str) -> str:
    """Return a text as Markdown on one line that shows just that text, and calls nobody."""
    line = visible(_SPACE.sub(" ", text).strip())
    marked = _MARKUP.sub(r"\\\g<0>", line)
    return _BREAK.join(piece.translate(_HTML) for piece in _REFERENCE.split(marked))

"""What stands for a line break of the source: nothing within Chinese text, a space elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from changebook.model.cjk import join

#: Tokens without a text of their own, through which a line goes on.
_OBJECTS = frozenset({"image", "hardbreak", "softbreak", "footnote_ref"})


def lines_plugin(md: MarkdownIt) -> None:
    """Join the lines of Chinese text."""
    md.core.ruler.push("lines", _join_lines)


def _join_lines(state: StateCore) -> None:
    for token in state.tokens:
        inside = token.children or []
        for at, child in enumerate(inside):
            if child.type == "softbreak":
                before = _near((inside[i] for i in range(at - 1, -1, -1)), backwards=True)
                after = _near((inside[i] for i in range(at + 1, len(inside))), backwards=False)
                if not join(before, after):
                    child.type, child.tag, child.content = "text", "", ""


def _near(tokens: Iterable[Token], *, backwards: bool) -> str:
    """Return the nearest characters, as many as `join` looks at, up to what is no text."""
    text = ""
    for token in tokens:
        if token.type in _OBJECTS or len(text) >= 3:
            break
        if token.type != "html_inline":
            text = token.content + text if backwards else text + token.content
    return text

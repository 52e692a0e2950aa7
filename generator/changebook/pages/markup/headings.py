"""A body's headings: below the page's own, with readable ids, and listed for its contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from changebook.edition import urls
from changebook.model.cjk import join
from changebook.read.anchors import Slugs

_DEEPEST = 6
_TEXT = frozenset({"text", "text_special", "code_inline"})
_BREAKS = frozenset({"softbreak", "hardbreak"})


@dataclass(frozen=True)
class Heading:
    """A heading of a body, for the table of contents; the title is plain text."""

    level: int
    id: str
    title: str


def headings_plugin(md: MarkdownIt) -> None:
    """Collect the headings, once attributes are read; `env["highest"]` is the highest level."""
    md.core.ruler.after("attributes", "headings", _headings)


def _headings(state: StateCore) -> None:
    openings = [at for at, token in enumerate(state.tokens) if token.type == "heading_open"]
    levels = [int(state.tokens[at].tag[1]) for at in openings]
    down = max(0, state.env["highest"] - min(levels, default=_DEEPEST))
    slugs = Slugs()
    listed: list[Heading] = []
    for at, level in zip(openings, levels, strict=True):
        opening, inline, closing = state.tokens[at : at + 3]
        title = _plain(inline.children or [])
        id = urls.in_body(str(opening.attrGet("id") or slugs.id(title)))
        new = min(_DEEPEST, level + down)
        opening.tag = closing.tag = f"h{new}"
        opening.attrSet("id", id)
        listed.append(Heading(new, id, title))
    state.env["headings"] = tuple(listed)


def _plain(tokens: Sequence[Token]) -> str:
    text = ""
    for at, token in enumerate(tokens):
        if token.type in _TEXT:
            text += token.content
        elif token.type in _BREAKS:
            text += join(text, "".join(t.content for t in tokens[at:] if t.type in _TEXT))
    return text.strip()

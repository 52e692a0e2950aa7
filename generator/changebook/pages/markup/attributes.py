"""Attribute lists behind a heading, a link or a picture, or in the last line of a paragraph."""

from __future__ import annotations

from collections.abc import Mapping

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from changebook.read.attributes import at_begin, at_end

_ENDS = frozenset(f"{name}_close" for name in ("link", "em", "strong", "mark", "del", "ins"))
_WHOLE = frozenset({"image", "code_inline"})


def attributes_plugin(md: MarkdownIt) -> None:
    """Give elements the attributes that stand behind them."""
    md.core.ruler.after("inline", "attributes", _read_all)


def _read_all(state: StateCore) -> None:
    for at, token in enumerate(state.tokens):
        if token.type == "inline" and token.children:
            if at and state.tokens[at - 1].type in ("heading_open", "paragraph_open"):
                _behind_block(state.tokens, at - 1, token.children)
            _behind_inline(token.children)


def _behind_block(tokens: list[Token], opening: int, children: list[Token]) -> None:
    last = children[-1]
    if last.type != "text":
        return
    if tokens[opening].type == "heading_open":
        last.content, attributes = at_end(last.content)
        _set(tokens[opening], attributes)
    elif len(children) > 1 and children[-2].type in ("softbreak", "hardbreak"):
        rest, attributes = at_end(last.content)
        if not rest and attributes:
            del children[-2:]
            _set(_shown(tokens, opening), attributes)


def _shown(tokens: list[Token], opening: int) -> Token:
    """Return what opens the block that a text is in; a short item's has no element of its own."""
    level = tokens[opening].level - tokens[opening].hidden
    before = (tokens[at] for at in range(opening, -1, -1))
    return next(token for token in before if token.nesting > 0 and token.level == level)


def _behind_inline(children: list[Token]) -> None:
    for at, token in enumerate(children[1:], 1):
        before = children[at - 1]
        if token.type != "text":
            continue
        rest, attributes = at_begin(token.content)
        if not attributes:
            continue
        if before.type in _ENDS:
            before = _opening(children, at - 1)
        elif before.type not in _WHOLE:
            continue
        _set(before, attributes)
        token.content = rest


def _opening(tokens: list[Token], closing: int) -> Token:
    """Return the token that opens what the other one closes."""
    level = 0
    for at in range(closing, -1, -1):
        level += tokens[at].nesting
        if level == 0:
            return tokens[at]
    raise ValueError("a closing token without an opening one")


def _set(token: Token, attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if name == "class":
            token.attrJoin(name, value)
        else:
            token.attrSet(name, value)

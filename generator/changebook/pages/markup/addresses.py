"""Bare addresses as links, as GitHub shows them; in Chinese text they end where it goes on."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from changebook.model.cjk import is_cjk

_SCHEME = re.compile(r"(?<![A-Za-z0-9])https?$", re.IGNORECASE)
_AFTER_SCHEME = re.compile(r"://[^\s<>\[\]]+")
_HOST = re.compile(r"://[\w-]+(?:\.[\w-]+)*", re.ASCII)
#: Those without a scheme, in text that no other rule has taken.
_WITHOUT_SCHEME = re.compile(
    r"(?<![\w/@.+-])(?:(?P<www>www\.[\w-]+\.[^\s<>\[\]]+)"
    r"|(?P<mail>[\w.+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z0-9_-]*[A-Za-z0-9])(?![\w@-]))",
    re.ASCII,
)
#: What a sentence puts behind an address.
_TRAILING = frozenset("?!.,:;*_~'\"“”’")
_REFERENCE = re.compile(r"&[A-Za-z0-9]+;$")
_LINK = "link_open"
#: As the parser marks the links that are not written as such.
_MADE = "auto"


def addresses_plugin(md: MarkdownIt) -> None:
    """Make links of bare addresses outside of links and code."""
    md.inline.ruler.push("address", _address)
    md.core.ruler.push("addresses", _addresses)


def end_of_address(text: str) -> int:
    """Return where an address at the text's beginning ends, without what a sentence adds to it."""
    end = next((at for at, c in enumerate(text) if is_cjk(c) or c in "“”‘’"), len(text))
    while end:
        last = text[end - 1]
        if last == ";" and (reference := _REFERENCE.search(text, 0, end)):
            end = reference.start()
        elif last in _TRAILING or (
            last == ")" and text.count("(", 0, end) < text.count(")", 0, end)
        ):
            end -= 1
        else:
            break
    return end


def _address(state: StateInline, silent: bool) -> bool:
    """Read an address with a scheme, of which the text before `:` has been read already."""
    if silent or state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending)
    rest = _AFTER_SCHEME.match(state.src, state.pos, state.posMax)
    if scheme is None or rest is None:
        return False
    end = end_of_address(rest[0])
    if not _HOST.match(rest[0], 0, end):
        return False
    address = scheme[0] + rest[0][:end]
    href = state.md.normalizeLink(address)
    if not state.md.validateLink(href):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    opening = state.push(_LINK, "a", 1)
    opening.attrs, opening.info = {"href": href}, _MADE
    state.push("text", "", 0).content = address
    state.push("link_close", "a", -1)
    state.pos += end
    return True


def _addresses(state: StateCore) -> None:
    for token in state.tokens:
        if token.children:
            token.children = [new for old in _outside(token.children) for new in _linked(old)]


def _outside(tokens: list[Token]) -> list[tuple[Token, bool]]:
    """Return the tokens, and whether each lies outside of all links."""
    depth, out = 0, []
    for token in tokens:
        if token.type == _LINK or (
            token.type == "html_inline" and re.match(r"<a[\s>]", token.content, re.IGNORECASE)
        ):
            depth += 1
        out.append((token, not depth))
        if token.type == "link_close" or (
            token.type == "html_inline" and re.match(r"</a[\s>]", token.content, re.IGNORECASE)
        ):
            depth = max(0, depth - 1)
    return out


def _linked(entry: tuple[Token, bool]) -> list[Token]:
    token, outside = entry
    text = token.content
    if not outside or token.type != "text" or not ("@" in text or "www." in text):
        return [token]
    out: list[Token] = []
    done = 0
    for match in _WITHOUT_SCHEME.finditer(text):
        words = match[0]
        if match["www"]:
            words = words[: end_of_address(words)]
        scheme = "http://" if match["www"] else "mailto:"
        out += [
            _text(text[done : match.start()]),
            Token(_LINK, "a", 1, attrs={"href": scheme + words}, info=_MADE),
            _text(words),
            Token("link_close", "a", -1),
        ]
        done = match.start() + len(words)
    return [*out, _text(text[done:])] if out else [token]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)

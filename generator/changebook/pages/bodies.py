"""A body's Markdown as HTML: the one place where bodies are rendered, for pages and for paper."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from changebook.edition import urls
from changebook.model.markup import scheme
from changebook.model.words import Words
from changebook.pages.markup.headings import Heading
from changebook.pages.markup.parser import parser
from changebook.pages.sanitise import sanitise
from changebook.refusal import Refusal

__all__ = ["Heading", "RenderedBody", "render"]

#: A body's headings lie below the page's own, which is an h2.
_HIGHEST = 3
#: The sanitiser writes every attribute as name="value" with quotes escaped.
_TAG = re.compile(r"<[a-z][a-z0-9]*(?: [\w:-]+=\"[^\"]*\")+>")
_ATTRIBUTE = re.compile(r" (?P<name>id|name|href|src|poster|cite)=\"(?P<value>[^\"]*)\"")
_RAW_HEADING = re.compile(r"(?P<begin></?h)(?P<level>[1-6])(?=[ >])")
#: The sanitiser leaves a diagram no other class, and text holds no `<`.
_DIAGRAM = re.compile(r"<pre(?: [\w:-]+=\"[^\"]*\")*? class=\"mermaid\"")
#: A link whose words are its target, so that paper does not say it twice.
_BARE_LINK = re.compile(r'<a (href="(?:mailto:|http://)?([^"]+)" rel="[^"]*">\2</a>)')


@dataclass(frozen=True)
class RenderedBody:
    """A body as sanitised, balanced HTML, and its headings for the page's contents.

    `removed` are the addresses that the edition had not put into it.
    """

    html: str
    headings: tuple[Heading, ...]
    removed: tuple[str, ...] = ()

    @property
    def has_diagram(self) -> bool:
        """Whether a diagram is to be drawn in it."""
        return bool(_DIAGRAM.search(self.html))

    def whole(self, page: str) -> RenderedBody:
        """Return the body of the page if no address was removed. Raises Refusal."""
        for address in self.removed:
            raise Refusal(
                f"the Markdown of '{page}' has a link to `{address}` that can be read in two ways: "
                "write it as [text](<address>), apart from other brackets, notes and HTML"
            )
        return self


def render(
    markdown: str,
    words: Words,
    *,
    highest: int = _HIGHEST,
    paper: bool = False,
    addresses: Collection[str] | None = None,
) -> RenderedBody:
    """Render a body as an edition has it, its highest heading at the level `highest`.

    `addresses` are the relative ones that the edition has put into it. Any other is removed: a
    second guard behind the edition, which has left out what its reader may not see. On `paper` tabs
    stand one below the other.
    """
    env: dict[str, Any] = {"words": words, "paper": paper, "highest": highest}
    html = sanitise(parser().render(markdown, env))
    # What is still too high comes from HTML.
    html = _RAW_HEADING.sub(lambda m: f"{m['begin']}{max(highest, int(m['level']))}", html)
    known = None if addresses is None else frozenset(map(unquote, addresses))
    removed: list[str] = []
    rewrite = partial(_attribute, known, removed)
    html = _TAG.sub(lambda tag: _ATTRIBUTE.sub(rewrite, tag[0]), html)
    html = _BARE_LINK.sub(r'<a class="cb-bare" \1', html)
    return RenderedBody(html, env["headings"], tuple(removed))


def _attribute(known: frozenset[str] | None, removed: list[str], match: re.Match[str]) -> str:
    """Keep the body's ids apart from the page's, and relative addresses to those that are known."""
    name, value = match["name"], unescape(match["value"])
    if name in ("id", "name"):
        value = urls.in_body(value)
    elif value.startswith("#"):
        value = urls.fragment_in_body(value)
    elif known is not None and not scheme(value) and unquote(value) not in known:
        removed += filter(None, [value])
        return ""
    else:
        return match[0]
    return f' {name}="{escape(value)}"'

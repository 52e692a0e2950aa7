"""A record's Markdown as HTML that is safe on a page, with its headings.

The only module that knows which Markdown engine renders it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from changebook.model.words import Words
from changebook.pages.sanitise import sanitise

_EXTENSIONS = (
    "abbr",
    "admonition",
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.betterem",
    "pymdownx.caret",
    "pymdownx.mark",
    "pymdownx.tilde",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.inlinehilite",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "pymdownx.tasklist",
)


def _diagram(source: str, *_: object, **__: object) -> str:
    """The source of a diagram, as the theme's script looks for it."""
    return f'<pre class="mermaid"><code>{escape(source, quote=False)}</code></pre>'


_OPTIONS: dict[str, dict[str, Any]] = {
    "footnotes": {"BACKLINK_TITLE": "↑ {}"},
    "pymdownx.superfences": {
        "custom_fences": [{"name": "mermaid", "class": "mermaid", "format": _diagram}]
    },
    "pymdownx.tasklist": {"custom_checkbox": True},
}
_HEADING = re.compile(r"h[1-6]")
_RAW_HEADING = re.compile(r"(</?h)([1-6])(?=[ >])")
#: A link whose words are its target, so that paper does not say it twice.
_BARE_LINK = re.compile(r'<a (href="(?:mailto:)?([^"]+)" rel="[^"]*">\2</a>)')


@dataclass(frozen=True)
class Heading:
    """A heading of a page, as its table of contents has it; the title is plain text."""

    level: int
    id: str
    title: str


@dataclass(frozen=True)
class RenderedBody:
    """A body as HTML, sanitised and balanced, and its headings, which have no permalinks yet."""

    html: str
    headings: tuple[Heading, ...]


def render(
    markdown: str,
    words: Words,  # for titles, which the edition writes today
    *,
    highest: int = 3,
    paper: bool = False,
) -> RenderedBody:
    """Return a body as HTML; its headings move down until the highest is of the level `highest`.

    On `paper` tabs stand one below the other.
    """
    engine = _engine(paper)
    engine.headings.highest = highest
    try:
        html = engine.markdown.reset().convert(markdown)
    except RecursionError:
        _engine.cache_clear()  # what it was in the middle of would show in the next body
        raise
    return RenderedBody(
        # What is left of higher headings came from raw HTML.
        _BARE_LINK.sub(
            r'<a class="cb-bare" \1',
            _RAW_HEADING.sub(lambda found: f"{found[1]}{max(highest, int(found[2]))}", html),
        ),
        tuple(_headings(engine.markdown.toc_tokens)),  # type: ignore[attr-defined]
    )


def _headings(tokens: Iterable[dict[str, Any]]) -> Iterator[Heading]:
    for token in tokens:
        yield Heading(token["level"], token["id"], unescape(token["name"]))
        yield from _headings(token["children"])


class _Lowered(Treeprocessor):
    """Moves all headings down together, before the table of contents is made of them."""

    highest = 1

    def run(self, root: Element) -> None:
        headings = [e for e in root.iter() if _HEADING.fullmatch(str(e.tag))]
        top = min((int(heading.tag[1]) for heading in headings), default=self.highest)
        for heading in headings:
            heading.tag = f"h{min(6, int(heading.tag[1]) + max(0, self.highest - top))}"


class _Sanitised(Postprocessor):
    """Cleans the body, and before it the text of each heading for the table of contents."""

    def run(self, text: str) -> str:
        return sanitise(text)


class _Own(Extension):
    """What Changebook adds: attr_list sets ids at priority 8, toc reads headings at 5."""

    def __init__(self, headings: _Lowered) -> None:
        super().__init__()
        self._headings = headings

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        md.treeprocessors.register(self._headings, "changebook_headings", 6)
        md.postprocessors.register(_Sanitised(md), "changebook_sanitise", -1000)


@dataclass(frozen=True)
class _Engine:
    """An instance of Python-Markdown, which takes longer to make than most bodies to render."""

    markdown: Markdown
    headings: _Lowered


@cache
def _engine(paper: bool) -> _Engine:
    lowered = _Lowered()
    markdown = Markdown(
        extensions=[*_EXTENSIONS, _Own(lowered)],
        extension_configs={**_OPTIONS, "pymdownx.tabbed": {"alternate_style": not paper}},
    )
    return _Engine(markdown, lowered)

"""The Markdown extension `changebook`: clean HTML, bodies below their page, explained terms.

It is a Markdown extension and not a hook of MkDocs, so that an exported edition renders the same
with any tool that reads `markdown_extensions`.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from changebook.model.glossary import explain
from changebook.pages.raw_blocks import RawBlocks
from changebook.pages.sanitise import sanitise

#: The id of the page's own heading above a record's body.
BODY_HEADING = "details"
#: The page's heading is an h2, so the highest in a body is one below.
_HIGHEST = 3
_HEADING = re.compile(r"h[1-6]")
_RAW_HEADING = re.compile(r"(</?h)[12](?=[ >])")
_MARKER = re.compile(rf'<h\d[^>]*\sid="{BODY_HEADING}"')

_PERMALINK = re.compile(r'(<a class="headerlink" href="#[^"]*")')
_BARE_LINK = re.compile(r'<a (href="(?:mailto:)?([^"]+)" rel="[^"]*">\2</a>)')


class _BodyHeadings(Treeprocessor):
    """Moves the headings of a record's body below the page's, before the table of contents."""

    def run(self, root: Element) -> None:
        headings = [e for e in root.iter() if _HEADING.fullmatch(str(e.tag))]
        ids = [heading.get("id") for heading in headings]
        if BODY_HEADING not in ids:
            return
        own = headings[ids.index(BODY_HEADING) + 1 :]
        shift = _HIGHEST - min((int(h.tag[1]) for h in own), default=_HIGHEST)
        for heading in own:
            heading.tag = f"h{min(6, int(heading.tag[1]) + max(0, shift))}"


class _Sanitise(Postprocessor):
    """Cleans the finished page; what is left of h1 and h2 in a body came from raw HTML."""

    def run(self, text: str) -> str:
        clean = sanitise(text)
        marker = _MARKER.search(clean)
        if not marker:
            return clean
        cut = clean.index("</h", marker.end()) + len("</h2>")
        return clean[:cut] + _RAW_HEADING.sub(rf"\g<1>{_HIGHEST}", clean[cut:])


class _BareLinks(Postprocessor):
    """Marks links whose words are their target, so that paper does not say it twice."""

    def run(self, text: str) -> str:
        return _BARE_LINK.sub(r'<a class="cb-bare" \1', text)


class _Permalinks(Postprocessor):
    """Keeps "¶" from those who hear a page or go through it by keyboard: it stands everywhere."""

    def run(self, text: str) -> str:
        return _PERMALINK.sub(r'\1 tabindex="-1" aria-hidden="true"', text)


class _Explain(Postprocessor):
    """Links the first use of each term to its entry in the page's list."""

    def run(self, text: str) -> str:
        return explain(text)


class ChangebookExtension(Extension):
    """Registers all; what cleans and explains, after all else of Python-Markdown and PyMdown."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        # PyMdown takes out fenced code at priority 25, MkDocs looks for anchors at 21, and
        # Python-Markdown for raw HTML at 20.
        md.preprocessors.register(RawBlocks(md, anchors=False), "changebook_raw_blocks", 22)
        md.preprocessors.register(RawBlocks(md, anchors=True), "changebook_raw_anchors", 20.5)
        # attr_list sets ids at priority 8, toc reads headings at 5.
        md.treeprocessors.register(_BodyHeadings(md), "changebook_headings", 6)
        md.postprocessors.register(_Sanitise(md), "changebook_sanitise", -1000)
        md.postprocessors.register(_BareLinks(md), "changebook_bare_links", -1002)
        md.postprocessors.register(_Permalinks(md), "changebook_permalinks", -1003)
        md.postprocessors.register(_Explain(md), "changebook_explain", -1001)


def makeExtension(**kwargs: Any) -> ChangebookExtension:  # noqa: N802 - Python-Markdown's name
    """Where `changebook.pages.markdown_ext` is named instead of the entry point."""
    return ChangebookExtension(**kwargs)

"""The Markdown extension `changebook`: clean HTML, bodies below their page, explained terms.

It is a Markdown extension and not a hook of MkDocs, so that an exported edition renders the same
with any tool that reads `markdown_extensions`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from changebook.model.glossary import explain
from changebook.pages.raw_blocks import RawBlocks
from changebook.pages.sanitise import sanitise

_BODY = re.compile(r'<cb-body data="([^"]*)"></cb-body>')

_PERMALINK = re.compile(r'(<a class="headerlink" href="#[^"]*")')
_BARE_LINK = re.compile(r'<a (href="(?:mailto:)?([^"]+)" rel="[^"]*">\2</a>)')


class _Bodies(Preprocessor):
    """Takes a body's HTML, which is finished, out of Python-Markdown's way."""

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        return _BODY.sub(lambda m: self.md.htmlStash.store(b64decode(m[1]).decode()), text).split(
            "\n"
        )


class _Sanitise(Postprocessor):
    """Cleans the finished page."""

    def run(self, text: str) -> str:
        return sanitise(text)


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
        md.preprocessors.register(_Bodies(md), "changebook_bodies", 26)
        md.postprocessors.register(_Sanitise(md), "changebook_sanitise", -1000)
        md.postprocessors.register(_BareLinks(md), "changebook_bare_links", -1002)
        md.postprocessors.register(_Permalinks(md), "changebook_permalinks", -1003)
        md.postprocessors.register(_Explain(md), "changebook_explain", -1001)


def makeExtension(**kwargs: Any) -> ChangebookExtension:  # noqa: N802 - Python-Markdown's name
    """Where `changebook.pages.markdown_ext` is named instead of the entry point."""
    return ChangebookExtension(**kwargs)

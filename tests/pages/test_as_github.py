"""Bodies look as in the preview of a pull request: held against GitHub's own renderer.

Compared is the plain structure, elements and text: classes, ids and Material's wrappers are ours.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from markdown_it.utils import read_fixture_file

from changebook.model.words import Words
from changebook.pages.bodies import render
from changebook.pages.sanitise import sanitise

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "bodies"
CORPUS = ROOT.parent / "shared" / "corpus" / "eips"
ENGLISH = Words("en")
#: What only wraps or marks, in one renderer or the other.
_WRAPPERS = frozenset("div span label input section tbody thead".split())
_EMPTY = frozenset("br hr img wbr".split())

#: Where a body is meant to look otherwise than GitHub shows it, and why.
OURS = {
    "an alert": "it is a note of Material, with its own markup",
    "alerts of all kinds": "the same",
    "addresses in code, links and HTML": "GitHub makes a link within a link that is HTML",
    "no address without a host": "pages lead to no ftp address",
}
#: A proposal in which GitHub takes a `>` for a part of an address.
DIFFERENT = {"eip-665"}


class _Structure(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._text = ""
        self._code = self._skipped = 0
        self.feed(html)
        self.close()

    def parts(self) -> list[str]:
        """The elements and texts in their order."""
        self._end_text()
        return self._parts

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._skipped or "footnote-backref" in given.get("class", ""):
            self._skipped += tag not in _EMPTY
        elif tag == "pre" or (tag not in _WRAPPERS and not self._code):
            self._code += tag == "pre"
            href = unquote(given.get("href", ""))
            target = "#note" if href.startswith("#fn") else href or given.get("src", "")
            self._add(f"<{re.sub('h[1-6]', 'h', tag)} {target}>")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= tag not in _EMPTY
        elif tag == "pre" or (tag not in _WRAPPERS | _EMPTY and not self._code):
            self._code -= tag == "pre"
            self._add(f"</{re.sub('h[1-6]', 'h', tag)}>")

    def handle_data(self, data: str) -> None:
        self._text += "" if self._skipped else data

    def _add(self, part: str) -> None:
        self._end_text()
        self._parts.append(part)

    def _end_text(self) -> None:
        if words := " ".join(self._text.split()):
            self._parts.append(words)
        self._text = ""


def shown(text: str) -> list[str]:
    # Material draws a line above the notes.
    html = render(text, ENGLISH).html.replace('<div class="footnote">\n<hr>', "")
    return _Structure(html).parts()


def reference(text: str) -> str:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    return sanitise(cmarkgfm.github_flavored_markdown_to_html(text, options=options))


@pytest.mark.parametrize(
    ("title", "text"),
    [(title, text) for _, title, text, _ in read_fixture_file(CASES / "github.md")],
)
def test_what_is_github_s(title: str, text: str) -> None:
    is_same = shown(text) == _Structure(reference(text)).parts()
    assert is_same is (title not in OURS)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus lies beside this checkout")
def test_the_corpus() -> None:
    different = set()
    for file in sorted(CORPUS.glob("*.md")):
        text = file.read_text("utf-8").split("\n---\n", 1)[-1]
        if shown(text) != _Structure(reference(text)).parts():
            different.add(file.stem)
    assert different == DIFFERENT

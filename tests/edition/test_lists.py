"""Lists come out of Python-Markdown as CommonMark, and so GitHub, shows them."""

from __future__ import annotations

from html.parser import HTMLParser

import markdown
import pyromark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook.edition.lists import plain_lists
from changebook.read.body import OPTIONS

EXTENSIONS = ["admonition", "footnotes", "def_list", "pymdownx.superfences", "pymdownx.tabbed"]


class _Shape(HTMLParser):
    """The lists of a page with their words: `ul(li(a ul(li(b))))`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol", "li", "pre"):
            self.shape.append(f"{tag}(")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol", "li", "pre"):
            self.shape.append(")")

    def handle_data(self, data: str) -> None:
        self.shape += data.split()


def _shown(text: str) -> list[str]:
    return _Shape(markdown.markdown(text, extensions=EXTENSIONS)).shape


def _meant(text: str) -> list[str]:
    return _Shape(pyromark.html(text, options=OPTIONS)).shape


CASES = {
    "a list right after a paragraph": "Words:\n- a\n- b",
    "two spaces a level": "- a\n  - b\n    - c\n- d",
    "three spaces below a number": "1. a\n   - b\n   - c\n2. d",
    "parentheses": "1) a\n2) b",
    "another kind of list next": "1. a\n2. b\n- c\n- d",
    "another kind of list after an empty line": "* a\n\n1. b",
    "a paragraph in an item": "- a\n\n  b\n- c",
    "code in an item": "- a\n\n  ```\n  x\n    y\n  ```\n- b",
    "code in an item, four spaces": "- a\n\n    ```\n    x\n      y\n    ```\n- b",
    "an indented list": "  - a\n  - b",
    "four spaces a level stay": "- a\n    - b\n\n        c\n- d",
    "lazy lines": "- a\nb\n- c",
    "wide marker": "-   a\n\n    b\n-   c",
    "tabs": "- a\n\t- b",
    "Chinese": "范围：\n- 甲\n  - 乙\n- 丙",
}


@pytest.mark.parametrize("name", CASES)
def test_lists_come_out_as_meant(name: str) -> None:
    assert _shown(plain_lists(CASES[name])) == _meant(CASES[name])


def test_most_of_these_are_not_shown_as_meant_without_it() -> None:
    wrong = [name for name, text in CASES.items() if _shown(text) != _meant(text)]
    assert len(wrong) >= 8, wrong


UNTOUCHED = {
    "code": "```\na\n- b\n  - c\n```",
    "a quote": "> - a\n>   - b",
    "an admonition": '!!! note "N"\n\n    - a\n    - b\n\n    c',
    "tabs of a page": '=== "One"\n\n    a\n\n=== "Two"\n\n    b',
    "a footnote": "a[^1]\n\n[^1]: b\n\n    - c",
    "a definition": "term\n:   a\n\n    - b",
    "a table": "| a |\n|---|\n| - b |",
    "a rule": "a\n\n- - -\n\nb",
}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_is_no_list_stays(name: str) -> None:
    assert _shown(plain_lists(UNTOUCHED[name])) == _shown(UNTOUCHED[name])


_LINES = st.lists(
    st.sampled_from(
        [
            "a",
            "- b",
            "  - c",
            "    - d",
            "1. e",
            "   * f",
            "2) g",
            "",
            "  h",
            "> i",
            "```",
            "!!! note",
        ]
    ),
    max_size=10,
)


@given(_LINES)
def test_no_word_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    plain = plain_lists(text)
    letters = [c for c in text if c.isalnum()]
    assert [c for c in plain if c.isalnum()] == letters

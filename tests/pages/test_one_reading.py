"""What the checks and the edition read in a body is what is rendered, by another parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token
from markdown_it.utils import read_fixture_file

from changebook.edition import urls
from changebook.model.words import Words
from changebook.pages.bodies import render
from changebook.pages.markup.parser import parser
from changebook.read import body, unseen
from changebook.read.anchors import anchors
from changebook.read.commonmark import elements_of
from changebook.refusal import Refusal

ENGLISH = Words("en")
CASES = Path(__file__).parents[1] / "cases" / "bodies"
#: Real bodies, which lie beside a checkout and are no part of it.
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "eips"
_ID = re.compile(r' (?:id|name)="([^"]*)"')
_TAG = re.compile(r"<[a-z][^<>]*>")
_ADDRESS = re.compile(r' (?:href|src)="([^"]*)"')
#: What the renderer makes for itself.
_OWN_ID = re.compile(r"__tabbed_|fnref\d+:")


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def rendered(text: str) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """The targets of links and images, and the HTML elements, that are rendered."""
    env = {"words": ENGLISH, "paper": False, "highest": 1}
    targets: Counter[tuple[str, str]] = Counter()
    tags: Counter[str] = Counter()
    for token in _all(parser().parse(text, env)):
        if token.type == "link_open" and token.info != "auto":
            targets["link", unquote(str(token.attrs["href"]))] += 1
        elif token.type == "image":
            targets["image", unquote(str(token.attrs["src"]))] += 1
        elif token.type in ("html_block", "html_inline"):
            tags.update(element.tag for element in elements_of(token.content))
    return targets, tags


def read(text: str) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """The same as the checks and the edition see it."""
    targets = Counter(
        ("image" if link.image else "link", unquote(link.target))
        for link in body.links(text)
        if not link.html
    )
    return targets, Counter(element.tag for element in body.elements(text))


def ids(text: str) -> set[str]:
    """The ids that a link can lead to on the page."""
    tags = _TAG.findall(render(text, ENGLISH).html)
    found = (unescape(id) for tag in tags for id in _ID.findall(tag))
    return {id for id in found if not _OWN_ID.match(id)}


def assert_one_reading(text: str) -> None:
    """Both see the same in what is left of a text when nobody's words are taken out."""
    text = unseen.shown(body.uncommented(text))
    assert rendered(text) == read(text)
    assert {urls.in_body(id) for id in anchors(text)} == ids(text)


HARD = {
    "a link in a note": '!!! note "T"\n    [a](b.md)\n',
    "a link in a note's title": '!!! note "[a](b.md)"\n    c\n',
    "a link in code in a note": "!!! note\n    a\n\n        [b](c.md)\n",
    "a note in a list": "- a\n\n    !!! note\n        [b](c.md)\n",
    "a note behind a bullet": "- !!! note\n      [b](c.md)\n",
    "a note in a quotation": "> !!! note\n>     [a](b.md)\n",
    "notes in each other": '!!! note\n    ??? tip "[t](u.md)"\n        [a](b.md)\n    [c](d.md)',
    "tabs": '=== "[a](b.md)"\n    ![c](d.png)\n\n=== "E"\n    - [f](g.md)\n',
    "a chosen tab": '=== "A"\n    a\n===+ "B"\n    [c](d.md)\n===! "E"\n    [f](g.md)\n',
    "a fold that is open": "???+ note\n    [a](b.md)\n",
    "what looks like a note": "a !!! note\n\n    [b](c.md)\n",
    "no note without a kind": '!!! "T"\n    [a](b.md)\n',
    "a note in code": "```\n!!! note\n    [a](b.md)\n```\n[c](d.md)",
    "an element with Markdown": '<div markdown="1">\n[a](b.md)\n## C\n</div>\n\n[d](e.md)',
    "the same in one line": '<div markdown="1">[a](b.md)</div>\n\n[d](e.md)',
    "an element without Markdown": "<div>\n[a](b.md)\n</div>\n\n[d](e.md)",
    "an element with an empty line": "<div>\n\n[a](b.md)\n\n</div>",
    "a picture with a caption": '<figure markdown="span">\n![a](b.png)\n</figure>',
    "an image in a link": "[![a](b.png)](c.md)",
    "a link in a heading": "## [a](b.md) `c` {: #d .e }\n",
    "a reference": "[a][b] [b] ![c][b]\n\n[b]: d.md 'T'\n",
    "a reference in a list": "- [a]\n\n  [a]: b.md\n",
    "a footnote": "a[^b]\n\n[^b]: [c](d.md)\n\n    ## E\n",
    "a definition": "A\n:   [b](c.md)\n\n    [d](e.md)\n",
    "a definition after an empty line": "A\n\n:   [b](c.md)\n",
    "a table": "| a | b |\n|---|---|\n| [c](d.md) | `[e](f.md)` |\n",
    "a task": "- [x] [a](b.md)\n- [ ] ![c](d.png)\n",
    "an alert": "> [!NOTE]\n> [a](b.md)\n",
    "attributes": "[a](b.md){: #c .d } `e`{#f} **g**{#h}\n{: #i }\n\nj\n{: #k }\n",
    "attributes that lead elsewhere": "[a](b.md){ href=c.md } ![d](e.png){: src=f.png }\n",
    "marks": "==[a](b.md)== ^^[c](d.md)^^ ~~[e](f.md)~~",
    "raised": "x^[a](b.md)^ y~[c](d.md)~",
    "Chinese emphasis": "**[甲](b.md)：**乙，**“[丙](c.md)”**丁",
    "HTML": '<a href="b.md">a</a> <img src="c.png"> <b id="d">e</b>\n\n<a name="f"></a>',
    "HTML with Markdown in it": 'a <span class="x">[b](c.md)</span>',
    "a comment": "a <!-- [b](c.md) --> d\n\n<!--\n[e](f.md)\n-->\n\n[g](h.md)",
    "code": "`[a](b.md)` ``[c](d.md)``\n\n    [e](f.md)\n\n~~~\n[g](h.md)\n~~~\n",
    "escapes": "\\[a](b.md) [c\\](d.md) [e](f\\)g.md) [h](<i j.md>) [k](l%20m.md)",
    "addresses": "https://a.example/[b](c.md) www.d.example/[e](f.md) <https://g.example>",
    "headings of the same words": "# A\n\n# A\n\n## A-1\n\nA\n===\n",
    "headings in Chinese": "## 处理办法（含退款）\n\n甲\n乙\n---\n\n## 处理 办法\n",
    "headings without words": "## !\n\n##\n\n## !?\n",
    "headings with signs": "## a_b *c_* H~2~O ==d== `e_f` <b>g</b> &amp; h\\_i ![j](k.png)\n",
    "headings of the page's ids": "## Details\n\n## Why\n\n[a](#details)\n",
    "three hyphens below": "[a](b.md)\n---\n\n* * *\n",
    "tabulators": "-\t[a](b.md)\n\n\t[c](d.md)\n\n!!! note\n\t[e](f.md)\n",
    "an indented first line": "    [a](b.md)\n\n   [c](d.md)\n",
    "nested lists": "1. [a](b.md)\n   - [c](d.md)\n\n     > [e](f.md)\n\n10) [g](h.md)\n",
    "lazy lines": "> [a](b.md)\n[c](d.md)\n\n- e\n[f](g.md)\n",
    "an element in a list": "- <div>\n  [a](b.md)\n  </div>\n\n  [c](d.md)\n",
    "an end of HTML alone": "</div>\n[a](b.md)\n\n[c](d.md)\n",
    "a note in HTML that is open": "<div>\n!!! note\n[a](b.md)\n\n[c](d.md)",
    "an element in HTML that is open": '</div>\n<div markdown="1">\n[a](b.md)\n## C',
    "a note's marker that goes on a line": "a\n    !!! note\n    {: #b }",
    "an element that goes on a line": 'a\n    <div markdown="1">\n    {: #b }',
    "a list in an element's line": '<div markdown="1">- [a](b.md)</div>\n\n- c',
    "what is below a note": '!!! note\n    a\n{: #b }\n\n=== "C"\n    d\n<div>\n[e](f.md)\n',
    "what is below a note in a quotation": "> !!! note\n>     a\n> [b]: c.md\n>\n> [b]",
    "what is below notes in each other": "!!! note\n    ??? tip\n        a\n    b\n---\n",
    "alerts": "> [!NOTE]\n{: #a }\n\n- > [!TIP]\n    <b>c</b>\n\n> ## D\n> [!NOTE]\n> {: #e }",
    "a list of one line": "{: #a }\n\nb  \n{: #c }\n\n- d\n  {: #e }\n- f\n\nG\n:   h\n    {: #i }",
    "a list after a note": "!!! note\n- a\n{: #b }\n",
    "a task's heading": "- [ ] a\n  ===\n- [x] [b](c.md)\n  ---\n",
    "a heading on lines": "甲\n**[乙](a.md)：**丙\n---\n\n[b](c.md){: #d } e\nf\n===\n",
    "notes that end a quotation": "> a[^b]\n[^b]: c\n\n- d[^e]\n[^e]: [f](g.md)\n",
    "what is below a link's address": "[a]: b.md\n    [c](d.md) [a]\n\n[e]: f.md\n<i>\n[e]\n",
    "a definition that is no heading": "A\n:   b\n---\n\nc\n    :   d\n{: #e }\n",
    "a formula": "$a_1 [b](c.md) a_2$ $$\n[d](e.md)\n$$\n",
}


@pytest.mark.parametrize("name", HARD)
def test_hard_bodies(name: str) -> None:
    assert_one_reading(HARD[name])


@pytest.mark.parametrize("name", ["chinese", "github", "material"])
def test_cases(name: str) -> None:
    for _, _, text, _ in read_fixture_file(CASES / f"{name}.md"):
        assert_one_reading(text)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus lies beside this checkout")
def test_the_corpus() -> None:
    for file in sorted(CORPUS.glob("*.md")):
        assert_one_reading(file.read_text("utf-8").split("\n---\n", 1)[-1])


_LEADS = ("", "", "", "  ", "> ", "- ", "1. ", "> - ")
_PIECES = (
    *(
        "",
        "",
        "a",
        "甲",
        "[a](b.md)",
        "![c](d.png)",
        "**[甲](e.md)：**乙",
        "==f== [g]",
        "[g]: h.md",
    ),
    *("!!! note", '!!! note "[i](j.md)"', "???+ tip", '=== "K"', "!!! note\n    [a](b.md)"),
    *('=== "K"\n    ![c](d.png)\n=== "M"\n    - [x](y.md)', "??? tip\n    ## N\n    {: #o }"),
    *("## L", "## L {#m}", "{: #n }", "```", "`[a](b.md)`", "~~~\n[g](h.md)\n~~~", "---", "==="),
    *("<div>", "</div>", '<div markdown="1">', '<div markdown="1">[a](b.md)</div>', "<b>o</b>"),
    *('<a href="p.md">', "<!-- q -->", "r[^s]", "[^s]: t", ":   u", "- [ ] task", "> [!NOTE]"),
    *(
        "| v | w |",
        "|---|---|",
        "| [x](y.md) | z |",
        "[![a](b.png)](c.md)",
        "www.a.example/[b](c.md)",
    ),
)


@st.composite
def _bodies(draw: st.DrawFn, leads: Sequence[str]) -> str:
    """Lines of everything that bodies have, in lists and quotations."""
    lines = []
    for piece in draw(st.lists(st.sampled_from(_PIECES), max_size=8)):
        lead = draw(st.sampled_from(leads))
        first, *more = piece.split("\n")
        goes_on = re.sub(r"[^> ]", " ", lead)
        lines += [lead + first, *(goes_on + line for line in more)]
    return "\n".join(lines)


@given(_bodies(_LEADS))
def test_generated_bodies(text: str) -> None:
    assert_one_reading(text)


@given(_bodies((*_LEADS, "    ", "    ")))
def test_no_address_is_shown_that_was_not_read(text: str) -> None:
    """Where the parsers disagree, the guard of `render` keeps what the edition did not see."""
    known = {link.target for link in body.links(text)}
    shown = render(text, ENGLISH, addresses=known).html
    found = _ADDRESS.findall("".join(_TAG.findall(shown)))
    assert {address for address in found if not address.startswith(("#", "http"))} <= known


def test_an_address_that_the_edition_did_not_see_stops_the_page() -> None:
    shown = render("[a](b.md) [c](d.md) [](<>)", ENGLISH, addresses={"b.md"})
    assert shown.removed == ("d.md",)
    with pytest.raises(Refusal, match=r"'x.md' has a link to `d.md` that can be read in two ways"):
        shown.whole("x.md")
    assert render("[a](b.md)", ENGLISH, addresses={"b.md"}).whole("x.md").removed == ()

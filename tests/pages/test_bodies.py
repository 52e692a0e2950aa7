"""Bodies as HTML: what is GitHub's, what is Material's, and what is Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.utils import read_fixture_file

from changebook import packaged
from changebook.edition import urls
from changebook.model.words import Words
from changebook.pages.bodies import Heading, render
from tests.conftest import Matches

ENGLISH, CHINESE = Words("en"), Words("zh-CN")
CASES = Path(__file__).parents[1] / "cases" / "bodies"
WORDS = {"chinese": CHINESE, "github": ENGLISH, "material": ENGLISH}


def html(text: str) -> str:
    return render(text, ENGLISH).html


@pytest.mark.parametrize("name", WORDS)
def test_cases(name: str, matches: Matches) -> None:
    shown = [
        f"{title}\n.\n{text}.\n{render(text, WORDS[name]).html.rstrip()}\n.\n"
        for _, title, text, _ in read_fixture_file(CASES / f"{name}.md")
    ]
    matches(CASES / f"{name}.md", "\n".join(shown))


def test_very_long_code_has_no_colours() -> None:
    line = "def pay(): pass\n"
    assert '<span class="k">def</span>' in html(f"```python\n{line * 1000}```")
    shown = html(f"```python\n{line * 2000}```")
    assert "<span class" not in shown
    assert shown.count("def pay(): pass") == 2000
    marked = html(f'```python hl_lines="2"\n{line * 2000}```')
    assert marked.count('<span class="hll">') == 1


def test_a_diagram_in_capitals_is_a_diagram() -> None:
    assert '<pre class="mermaid"><code>pie</code></pre>' in html("```Mermaid\npie\n```")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[a](javascript:alert(1))",
        "[a](x){ onclick=alert(1) }",
        "## Why {#why onmouseover=alert(1)}",
        "<iframe src=https://e.example></iframe>",
        '<div markdown="1" onclick="alert(1)">\n**a**\n</div>',
        "![a](https://e.example/x.png)",
        '!!! note "<script>alert(1)</script>"\n    a',
        "```<script>alert(1)</script>\n<script>alert(1)\n```",
        '``` py title="<script>alert(1)</script>"\na\n```',
        '[^"><script>alert(1)</script>]: a\n\nb[^"><script>alert(1)</script>]',
        '# a {: #"><script>alert(1)</script> }',
        '=== "<img src=x onerror=alert(1)>"\n    a',
    ],
)
def test_what_is_dangerous_goes(text: str) -> None:
    shown = html(text)
    for tag in re.findall(r"<[^>]*>", shown):
        assert not re.search(r"<script|\son\w+=|<iframe|src=.https:", tag)
    assert 'href="javascript' not in shown


def test_headings_are_listed_in_order_with_their_words() -> None:
    text = "# A `b` *c* ![d](e.png)\n\n### F {: #g .h }\n\n处理\n办法\n---\n"
    assert render(text, ENGLISH).headings == (
        Heading(3, "a-b-c", "A b c"),
        Heading(5, "g", "F"),
        Heading(4, "处理办法", "处理办法"),
    )


def test_headings_that_are_low_enough_are_left_alone() -> None:
    assert html("#### A") == '<h4 id="a">A</h4>\n'
    assert render("# A\n\n##### B", ENGLISH, highest=2).headings == (
        Heading(2, "a", "A"),
        Heading(6, "b", "B"),
    )


def test_an_id_stays_when_another_heading_is_inserted() -> None:
    before = render("## 范围\n\n## 处理办法", CHINESE).headings
    after = render("## 范围\n\n## 背景\n\n## 处理办法", CHINESE).headings
    assert before[1].id == after[2].id == "处理办法"


def test_broken_html_of_a_body_ends_with_it() -> None:
    shown = html("<div><table><td>\n\n</div></div></section>")
    assert shown.count("<div") == shown.count("</div>")


def test_only_addresses_that_the_edition_has_put_in_are_shown() -> None:
    text = (
        "[a](../b/index.md) [c](d.md#e) ![f](g.png) <a href='h.md'>i</a> <img src='j.png' alt='k'>"
        " <video src='l.mp4' poster='m.png'></video> <q cite='n.md'>o</q> [p](https://q.example)"
    )
    shown = render(text, ENGLISH, addresses={"../b/index.md"}).html
    assert re.findall(r'(?:href|src|poster|cite)="([^"]*)"', shown) == [
        "../b/index.md",
        "https://q.example",
    ]
    everything = {"../b/index.md", "d.md#e", "g.png", "h.md", "j.png", "l.mp4", "m.png", "n.md"}
    assert render(text, ENGLISH, addresses=everything).html == html(text)


def test_addresses_are_the_same_however_they_are_written() -> None:
    shown = render("[a](<流程 图.pdf>)", ENGLISH, addresses={"%E6%B5%81%E7%A8%8B%20%E5%9B%BE.pdf"})
    assert 'href="' in shown.html


#: The templates of the pages that show a body, with those that they take in.
TEMPLATES = sorted(
    file
    for file in (packaged.templates_dir() / "pages").iterdir()
    if file.name.startswith(("record.", "home.", "_"))
)
_GIVEN_ID = re.compile(r"""\bid="([^"]*)"|\{#([a-z][^}]*)\}|\bheading\(\d, "([^"]*)\"""")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_a_body_has_no_id_that_its_page_has(template: Path) -> None:
    """Else a link would lead to another place than where its author meant it to."""
    for match in _GIVEN_ID.finditer(template.read_text("utf-8")):
        id = next(filter(None, match.groups())).split()[0]
        # What a page fills in itself holds a day, a number or an id in capitals.
        fixed = id.partition("{{")[0]
        if fixed and not template.name.startswith(("_portfolio", "_amendments")):
            assert urls.in_body(id) != id, id


def test_tabs_stand_below_each_other_on_paper() -> None:
    shown = render('=== "One"\n    a\n\n=== "Two"\n    b', ENGLISH, paper=True).html
    assert "<input" not in shown
    assert re.findall(r"<label>(.*?)</label>", shown) == ["One", "Two"]


def test_numbered_code_is_no_table_on_paper() -> None:
    """WeasyPrint fails on that table."""
    text = '``` py linenums="9" title="T"\na\n\nb\n```'
    shown = render(text, ENGLISH, paper=True).html
    assert "<table" not in shown
    words = re.sub(r"<[^>]*>", "", shown)
    assert [line.split() for line in words.strip().splitlines()] == [
        ["T", "9", "a"],
        ["10"],
        ["11", "b"],
    ]


def test_nesting_as_deep_as_the_checks_allow_loses_nothing() -> None:
    text = "".join("  " * depth + f"- a{depth}\n" for depth in range(20))
    assert all(f"a{depth}" in html(text) for depth in range(20))


@pytest.mark.parametrize(
    "text",
    ["> " * 2000 + "a", "- " * 2000 + "a", "[" * 2000 + "a" + "](b)" * 2000, "**a " * 2000],
    ids=["quotations", "lists", "links", "emphasis"],
)
def test_no_depth_of_markup_stops_the_renderer(text: str) -> None:
    assert html(text)


_PIECES = st.sampled_from(
    [
        "**",
        "*",
        "==",
        "~~",
        "^^",
        "~",
        "^",
        "_",
        "甲",
        "：",
        "“",
        "”",
        " ",
        "a",
        "1",
        "`",
        "\n",
        "\\",
    ]
)


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_no_word_is_lost(text: str) -> None:
    words = re.sub(r"<[^>]*>", "", html(text))
    assert [c for c in words if c.isalnum()] == [c for c in text if c.isalnum()]

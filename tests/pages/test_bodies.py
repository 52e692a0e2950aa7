"""A record's Markdown as HTML: what Material for MkDocs knows survives, what is dangerous goes."""

from __future__ import annotations

import pytest

from changebook.model.words import Words
from changebook.pages.bodies import Heading, RenderedBody, render


def rendered(text: str, highest: int = 3) -> RenderedBody:
    return render(text, Words("en"), highest=highest)


def convert(text: str) -> str:
    return rendered(text).html.replace(' rel="noopener noreferrer"', "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '!!! warning "Mind"\n    The gap',
            '<div class="admonition warning">\n<p class="admonition-title">Mind</p>',
        ),
        ("??? note\n    Folded", '<details class="note">\n<summary>Note</summary>\n<p>Folded</p>'),
        ("???+ note\n    Open", '<details class="note" open="open">'),
        ("| a | b |\n|---|--:|\n| 1 | 2 |", '<td style="text-align:right">2</td>'),
        ("- [x] done\n- [ ] open", 'type="checkbox" disabled="" checked=""'),
        (
            '=== "One"\n    a\n=== "Two"\n    b',
            '<input checked="checked" id="__tabbed_1_1" name="__tabbed_1" type="radio">',
        ),
        (
            "A note[^1].\n\n[^1]: Here.",
            '<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a>',
        ),
        ("```python\ndef f(): ...\n```", '<span class="k">def</span>'),
        ("```mermaid\ngraph TD\n  A-->B\n```", '<pre class="mermaid"><code>graph TD\n  A--&gt;B'),
        ("PSP\n:   pays", "<dt>PSP</dt>\n<dd>pays</dd>"),
        ("A ==mark==, H~2~O, ^^new^^", "<mark>mark</mark>, H<sub>2</sub>O, <ins>new</ins>"),
        ("![Flow](flow.png){ width=300 }", '<img alt="Flow" src="flow.png" width="300">'),
        ("## Why {#why}", '<h3 id="why">Why</h3>'),
        ('<figure markdown="span">\n![F](f.png)\n</figure>', '<figure>\n<img alt="F" src="f.png">'),
        ("    <script>", "<code>&lt;script&gt;"),
    ],
)
def test_features_of_material_survive(text: str, expected: str) -> None:
    assert expected in convert(text)


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
    ],
)
def test_what_is_dangerous_goes(text: str) -> None:
    html = convert(text)
    for bad in ("<script", "alert(1)", "<iframe", 'src="https:'):
        assert bad not in html


def test_headings_move_down_together() -> None:
    body = rendered("# Top\n\n## Sub & *so*\n\n##### Deep\n\n> ## Quoted")
    assert body.headings == (
        Heading(3, "top", "Top"),
        Heading(4, "sub-so", "Sub & so"),
        Heading(6, "deep", "Deep"),
        Heading(4, "quoted", "Quoted"),
    )
    assert [line.split(">")[0] for line in body.html.split("\n") if "<h" in line] == [
        '<h3 id="top"',
        '<h4 id="sub-so"',
        '<h6 id="deep"',
        '<h4 id="quoted"',
    ]
    assert rendered("# Top", highest=2).headings == (Heading(2, "top", "Top"),)


def test_headings_that_are_low_enough_are_left_alone() -> None:
    assert '<h4 id="a">' in convert("#### A")


def test_headings_of_raw_html_move_too() -> None:
    assert "<h3>Big</h3>" in convert("<h1>Big</h1>")


def test_a_heading_has_no_html_in_the_table_of_contents() -> None:
    text = "# A <b>b</b> `<i>` <script>alert(1)</script> &amp; &lt;"
    (heading,) = rendered(text).headings
    assert heading.title == "A b <i> & <"


def test_broken_html_of_a_body_ends_with_it() -> None:
    html = convert("<div><table><td>\n\n</div></div></section>")
    assert html.count("<div") == html.count("</div>") == 1


def test_nothing_of_one_body_is_in_the_next() -> None:
    first = rendered("*[PSP]: a firm\n\n# PSP\n\nA[^1] PSP\n\n[^1]: Note.\n\n[x]: y.png")
    assert first == rendered("*[PSP]: a firm\n\n# PSP\n\nA[^1] PSP\n\n[^1]: Note.\n\n[x]: y.png")
    assert rendered("# PSP\n\nPSP [x]").html == '<h3 id="psp">PSP</h3>\n<p>PSP [x]</p>'


def test_a_body_that_can_not_be_rendered_leaves_nothing_behind() -> None:
    with pytest.raises(RecursionError):
        rendered("".join(f"{'    ' * level}- a\n" for level in range(300)))
    assert rendered("A [link](x)").html.startswith("<p>A <a")

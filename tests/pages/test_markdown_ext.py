"""The Markdown extension, with the extensions that mkdocs.yml names."""

from __future__ import annotations

import pytest
from markdown import Markdown
from mkdocs.config import load_config

from changebook import packaged


@pytest.fixture(scope="module")
def markdown(tmp_path_factory: pytest.TempPathFactory) -> Markdown:
    docs = tmp_path_factory.mktemp("docs")
    config = load_config(str(packaged.default_config()), docs_dir=str(docs), plugins=[])
    return Markdown(extensions=config.markdown_extensions, extension_configs=config.mdx_configs)


def convert(markdown: Markdown, text: str) -> str:
    return markdown.reset().convert(text).replace(' rel="noopener noreferrer"', "")


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
        (
            "## Why {#why}",
            '<h2 id="why">Why<a class="headerlink" href="#why" tabindex="-1" aria-hidden="true"',
        ),
        ('<figure markdown="span">\n![F](f.png)\n</figure>', '<figure>\n<img alt="F" src="f.png">'),
        ("    <script>", "<code>&lt;script&gt;"),
    ],
)
def test_features_of_material_survive(markdown: Markdown, text: str, expected: str) -> None:
    assert expected in convert(markdown, text)


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
def test_what_is_dangerous_goes(markdown: Markdown, text: str) -> None:
    html = convert(markdown, text)
    for bad in ("<script", "alert(1)", "<iframe", 'src="https:'):
        assert bad not in html


def test_headings_of_a_body_stay_below_the_page(markdown: Markdown) -> None:
    html = convert(
        markdown, "## Impact {#impact}\n\n## Details {#details}\n\n# Top\n\n## Sub\n\n##### Deep"
    )
    assert [line.split(">")[0] for line in html.split("\n")] == [
        '<h2 id="impact"',
        '<h2 id="details"',
        '<h3 id="top"',
        '<h4 id="sub"',
        '<h6 id="deep"',
    ]
    names = [(token["level"], token["name"]) for token in markdown.toc_tokens]  # type: ignore[attr-defined]
    assert names == [(2, "Impact"), (2, "Details")]


def test_headings_that_are_low_enough_are_left_alone(markdown: Markdown) -> None:
    assert '<h4 id="a">' in convert(markdown, "## Details {#details}\n\n#### A")


def test_raw_headings_of_a_body_too(markdown: Markdown) -> None:
    html = convert(markdown, "<h1>Page</h1>\n\n## Details {#details}\n\n<h1>Big</h1>")
    assert "<h1>Page</h1>" in html
    assert "<h3>Big</h3>" in html


def test_a_body_can_not_move_the_page_with_an_id_of_its_own(markdown: Markdown) -> None:
    html = convert(markdown, "## Details {#details}\n\n# A {#details}\n\n# B")
    assert html.count("<h3 ") == 2


def test_broken_html_of_a_body_ends_with_it(markdown: Markdown) -> None:
    html = convert(markdown, "## Details {#details}\n\n<div><table><td>\n\n</div></div></section>")
    assert html.count("<div") == html.count("</div>")


def test_the_extension_is_named_in_both_ways() -> None:
    for name in ("changebook", "changebook.pages.markdown_ext"):
        assert "alert" not in Markdown(extensions=[name]).convert("<script>alert(1)</script>")

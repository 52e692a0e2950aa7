"""Blocks of raw HTML that are set aside sooner give the page that Python-Markdown makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from mkdocs.config import load_config

from changebook import packaged
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.pages import site_pages as pages
from changebook.pages.raw_blocks import RawBlocks
from changebook.read.workspace import read_workspace

ROOT = Path(__file__).parents[2]


def plain() -> Markdown:
    """Python-Markdown with the extensions of mkdocs.yml but Changebook's own."""
    config = load_config(str(packaged.default_config()), docs_dir=str(ROOT / "docs"), plugins=[])
    extensions = [name for name in config.markdown_extensions if name != "changebook"]
    return Markdown(extensions=extensions, extension_configs=config.mdx_configs)


PLAIN, WITH = plain(), plain()
for anchors, priority in ((False, 22), (True, 20.5)):
    WITH.preprocessors.register(RawBlocks(WITH, anchors=anchors), f"raw {anchors}", priority)


def left(text: str, *, anchors: bool = True) -> str:
    """What of a text is not set aside."""
    md = Markdown(extensions=["md_in_html"])
    return "\n".join(RawBlocks(md, anchors=anchors).run(text.split("\n")))


def assert_same(text: str) -> None:
    assert WITH.reset().convert(text) == PLAIN.reset().convert(text)


WHOLE = (
    "<p>A</p>",
    '<div class="a" hidden>\nA &amp; B &#34;\n\n<p>C<br>D</p>\n\n<hr>\n</div>',
    '<ul>\n<li><a href="?a=1&b=2">A</a>\n<li>B\n</ul>',
    '<svg class="a"></svg>',
    "<div><svg><title>A</title><path d='M0'/></svg></div>",
    '<TABLE>\n<tr><td data-label="a > b">A</td></tr>\n</table>',
)


@pytest.mark.parametrize("block", [WHOLE[0], WHOLE[1], WHOLE[2]])
def test_a_whole_block_is_set_aside(block: str) -> None:
    assert "<" not in left(f"A\n\n{block}\n\nB")
    assert "<" not in left(f"{block}\nB")
    assert "<" not in left(block)


@pytest.mark.parametrize(
    "text",
    [
        "<div>\n\nA",
        "<div>A</div> B",
        "A <b>B</b>\n\n<p>C</p>",
        '<div markdown="1">\n\n**A**\n\n</div>',
        "<p>A<script>if (a < b)</script></p>",
        "<p>A &copy B</p>",
        "<p>A < B</p>",
        "<!-- A -->\n\n<p>B</p>",
        "<hr>",
        "<span>A</span>",
        "</div>",
    ],
)
def test_what_is_not_plainly_a_block_stays(text: str) -> None:
    assert left(text) == text


def test_an_anchor_stays_for_those_who_look_for_it() -> None:
    text = '<p id="a">A</p>\n\n<p>B</p>'
    assert left(text, anchors=False).startswith('<p id="a">A</p>\n')
    assert "<p>B" not in left(text, anchors=False)
    assert "<" not in left(text)


AROUND = (
    "{}",
    "{}\n\nB",
    "A\n\n{}\n\nB",
    "A\n{}\nB",
    "\n\n{}\n\n\n{}\n",
    "- a\n\n    {}\n\n{}\n\n    b",
    "<div>\n\n{}\n\n</div>",
    '<div markdown="1">\n\n{}\n\n*A*\n</div>',
    "```\n{}\n```\n\n{}",
    "> {}\n\n{}",
    "<!--\n\n{}\n\n-->\n\n{}",
    "`{}`\n\n{}",
    "!!! note\n    {}\n\n{}",
)


@pytest.mark.parametrize("block", WHOLE)
@pytest.mark.parametrize("around", AROUND)
def test_a_page_is_the_same(block: str, around: str) -> None:
    assert_same(around.replace("{}", block))


TAGS = "<div> </div> <p> </p> <span> </span> <br> <hr> <hr/> <table> </table> <pre> </pre> <title>"
PIECES = (
    *WHOLE,
    *TAGS.split(),
    '<div markdown="1">',
    '<p id="a">',
    "</title>",
    "<script>",
    "</script>",
    "<!-- A",
    "-->",
    "<a@b.example>",
    "&amp;",
    "&copy",
    *"&<>`*A ",
    "```\n",
    "# ",
    "- ",
    "    ",
    *("\n", "\n\n") * 3,
)


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_any_page_is_the_same(text: str) -> None:
    assert_same(text)


def test_the_pages_of_an_edition_are_the_same_and_hardly_anything_is_left() -> None:
    client = read_workspace(ROOT)[0].client("meridian-outdoor")
    made = pages.pages(make_edition(client, Audience.CLIENT))
    reports = [page.content for page in made if page.path.startswith("reports/2026-")]
    assert reports
    assert all(len(left(text)) < len(text) / 4 for text in reports)
    for page in made:
        assert_same(page.content)

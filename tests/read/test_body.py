"""Markdown bodies: internal blocks and links, on the text alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook.read import body
from changebook.read.commonmark import Link

BLOCKS = {
    "plain": ("a\n::: internal\nSECRET\n:::\nb", "a\n\n\n\nb"),
    "nested": (
        "::: internal\nSECRET\n::: note\nSECRET\n:::\nSECRET\n:::\nb",
        "\n\n\n\n\n\n\nb",
    ),
    "indented": ("- a\n\n    ::: internal\n    SECRET\n    :::\n", "- a\n\n\n\n\n"),
    "in a list item": ("- ::: internal\n  SECRET\n  :::\n- b", "\n\n\n- b"),
    "quoted": ("> ::: internal\n> SECRET\n> :::\n> b", "\n\n\n> b"),
    "capitals, more colons, braces": (":::: {.Internal}\nSECRET\n::::\nb", "\n\n\nb"),
    "words behind the name": ("::: internal for Lin\nSECRET\n:::\nb", "\n\n\nb"),
    "in code": ("```\n::: internal\nSECRET\n:::\n```", "```\n\n\n\n```"),
    "with code that shows a marker": (
        "::: internal\n```\n:::\nSECRET\n```\nSECRET\n:::\nb",
        "\n\n\n\n\n\n\nb",
    ),
    "unclosed": ("a\n::: internal\nSECRET", "a\n\n"),
    "unclosed code inside": ("::: internal\n```\nSECRET\n:::\nSECRET", "\n\n\n\n"),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_public_leaves_lines_empty(name: str) -> None:
    text, public = BLOCKS[name]
    assert body.public(text) == public


@pytest.mark.parametrize("name", BLOCKS)
def test_internal_lines_are_those_left_empty(name: str) -> None:
    text, _ = BLOCKS[name]
    lines = text.split("\n")
    assert all(line not in body.public(text) for line in lines if "SECRET" in line)
    assert {n for n, line in enumerate(lines, 1) if "SECRET" in line} <= body.internal_lines(text)


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("a\n\n::: internal\nSECRET\n\nSECRET\n:::\n\nb\n", "a\n\nb\n"),
        ("a\n::: internal\nSECRET\n:::\nb", "a\n\nb"),
        ("::: internal\nSECRET\n:::\n\na\n\n\nb\n", "a\n\n\nb\n"),
        ("a\n\n::: internal\nSECRET\n:::\n", "a\n"),
        ("::: internal\nSECRET\n:::\n", ""),
    ],
)
def test_nothing_tells_how_long_an_internal_block_was(text: str, closed: str) -> None:
    assert body.closed_up(body.public(text), body.internal_lines(text)) == closed


FAULTS = {
    "::: internal\na": [("unclosed-internal", 1, 1)],
    "a\n- ::: internal\n": [("unclosed-internal", 2, 3)],
    "a\n:::": [("block-not-open", 2, 1)],
    "::: intrenal\na\n:::": [("unknown-block", 1, 1), ("block-not-open", 3, 1)],
    "a ::: internal b :::": [("internal-marker", 1, 3)],
    "a :: internal": [("internal-marker", 1, 3)],
    "::: internal\n```\na\n:::\n": [("unclosed-internal", 1, 1)],
    "::: internal\na\n:::\n:::": [("block-not-open", 4, 1)],
    "a::b and ::1 and `x:::y` and std::internal": [],
    "：：： internal\na\n：：：": [("internal-marker", 1, 1)],
    "∶∶∶internal": [("internal-marker", 1, 1)],
    ":\u200b:\u200b: internal": [("internal-marker", 1, 1)],
    '> !!! internal "Note"\n>     a': [("internal-marker", 1, 1)],
    "a? ??? internal": [],
}


@pytest.mark.parametrize("text", FAULTS)
def test_marker_faults(text: str) -> None:
    found = [(f.kind, f.line, f.column) for f in body.marker_faults(text)]
    assert found == FAULTS[text]


def test_marked_turns_blocks_into_admonitions() -> None:
    text = "a\n\n::: internal\nb\n\nc\n:::\n\n> ::: internal\n> d\n> :::\n"
    assert body.marked(text, 'Not "shown"') == (
        'a\n\n!!! cb-internal "Not shown"\n    b\n\n    c\n\n\n'
        '> !!! cb-internal "Not shown"\n>     d\n\n'
    )


COMMENTS = {
    "a <!-- b --> c": "a <!-- --> c",
    "- a\n\n    <!-- SECRET\n\n    SECRET -->\n- b": "- a\n\n    <!-- -->\n\n\n- b",
    "> <!-- SECRET\n>\n> SECRET --> b": "> <!-- -->\n\n b",
    "`<!-- shown -->` <!-- SECRET -->": "`<!-- shown -->` <!-- -->",
    "```\n<!-- shown -->\n```\n<!--> SECRET -->": "```\n<!-- shown -->\n```\n<!-- -->",
    "a <!-- never closed": "a <!-- never closed",
}


@pytest.mark.parametrize("text", COMMENTS)
def test_comments_are_emptied_and_lines_stay(text: str) -> None:
    assert body.uncommented(text) == COMMENTS[text]


@pytest.mark.parametrize(
    ("text", "start"), [("a <!-- b", 2), ("`<!--` <!-- b --> <!-- c", 18), ("`<!--`", None)]
)
def test_unclosed_comment(text: str, start: int | None) -> None:
    assert body.unclosed_comment(text) == start


def test_diagrams() -> None:
    text = "```mermaid\nA\n```\n- b\n\n    ~~~ {.mermaid}\n    C\n    ~~~\n```\nmermaid\n```\n"
    assert [source.split("\n")[1].strip() for _, source in body.diagrams(text)] == ["A", "C"]


def test_what_is_no_html_does_not_stop_the_parser() -> None:
    assert [e.tag for e in body.elements("<div>\n<![foo[ a <b>c\n</div>")] == ["div"]


LINKS = {
    "[a](b.md)": [("b.md", "[a](b.md)")],
    "![a](b.png 'T')": [("b.png", "![a](b.png 'T')")],
    "[![a](b.png)](c.md)": [("c.md", "[![a](b.png)](c.md)"), ("b.png", "![a](b.png)")],
    "[a][r]\n\n[r]: c.md": [("c.md", "[a][r]")],
    "中文[链接](图 一.md)": [],
    "中文[链接](<图 一.md>)后": [("图 一.md", "[链接](<图 一.md>)")],
    '!!! note "N"\n\n    [a](b.md)\n': [("b.md", "[a](b.md)")],
    "??? note\n    [a](b.md)\n": [("b.md", "[a](b.md)")],
    "???+ note\n    [a](b.md)\n": [("b.md", "[a](b.md)")],
    '=== "Tab"\n\n    !!! tip\n        ![a](b.png)\n': [("b.png", "![a](b.png)")],
    "- a\n    - [b](c.md)\n": [("c.md", "[b](c.md)")],
    "| a |\n|---|\n| [b](c.md) |\n": [("c.md", "[b](c.md)")],
    "x[^1]\n\n[^1]: see [a](b.md)\n": [("b.md", "[a](b.md)")],
    "`[a](b.md)`": [],
    "```\n[a](b.md)\n```": [],
    '<img alt="x > y" src="b.png">': [("b.png", "b.png")],
    "<div>\n<a\n  href='b.md'>c</a>\n</div>": [("b.md", "b.md")],
    "<https://a.example>": [],
}


@pytest.mark.parametrize("text", LINKS)
def test_links_with_their_ranges(text: str) -> None:
    assert [(li.target, text[li.start : li.end]) for li in body.links(text)] == LINKS[text]


def test_replacing_links_keeps_lines_and_empties_definitions() -> None:
    text = "a [b][r] c\n[d](https://d.example)\n\n[r]: e.md\n  'T'\nf"

    def new(link: Link) -> str | None:
        return None if link.external else f"[{link.text}](NEW)"

    assert body.replace_links(text, new) == "a [b](NEW) c\n[d](https://d.example)\n\n\n\nf"


def test_a_link_with_spaces_is_reported_as_unlinked() -> None:
    text = "see [the plan](the plan.pdf), `[x](y z)`, [w](https://w.example/a b)"
    assert list(body.unlinked(text)) == [(4, "the plan.pdf")]


_PIECES = st.sampled_from(
    [
        "::: internal",
        ":::",
        "```",
        "~~~~",
        "- ::: internal",
        "> :::",
        "SECRET",
        "    SECRET",
        "",
        "b",
    ]
)


@given(st.lists(_PIECES, max_size=12))
def test_text_after_an_opener_is_never_public_unless_a_fault_is_named(lines: list[str]) -> None:
    """With balanced markers and without faults, nothing between an opener and its end is public."""
    text = "\n".join(["::: internal", *lines, ":::"])
    public = body.public(text)
    assert len(public.split("\n")) == len(text.split("\n"))
    if not body.marker_faults(text) and ":::" not in "".join(lines):
        assert public.strip() == ""


@given(st.text(alphabet="[]()!<>\"'` \n:a.中#-|", max_size=60))
def test_links_never_raise_and_stay_within_the_text(text: str) -> None:
    for link in body.links(text):
        assert 0 <= link.start <= link.end <= len(text)
    assert body.replace_links(text, lambda link: None if link.external else "x") is not None

"""Rich text of trackers: each node of Atlassian's format as the Markdown that shows the same."""

from __future__ import annotations

from typing import Any

import pytest

from changebook.importing.converting import html_of_document, markdown
from changebook.importing.source import Markup


def words(text: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": text, "marks": list(marks)}


LINK = {"type": "link", "attrs": {"href": "https://a.example/?a=1&b=2"}}


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (
            {"type": "paragraph", "content": [words("a"), {"type": "hardBreak"}, words("b")]},
            "a  \nb",
        ),
        ({"type": "heading", "attrs": {"level": 3}, "content": [words("Why")]}, "### Why"),
        ({"type": "codeBlock", "content": [words("if a < b:")]}, "```\nif a < b:\n```"),
        ({"type": "rule"}, "---"),
        (
            {"type": "paragraph", "content": [words("there", LINK)]},
            "[there](https://a.example/?a=1&b=2)",
        ),
        ({"type": "inlineCard", "attrs": {"url": "https://a.example/x"}}, "<https://a.example/x>"),
        ({"type": "date", "attrs": {"timestamp": "1772409600000"}}, "2026-03-02"),
        ({"type": "date", "attrs": {"timestamp": "1772409600"}}, "2026-03-02"),
        ({"type": "date", "attrs": {"timestamp": "soon"}}, "soon"),
        ({"type": "emoji", "attrs": {"shortName": ":warning:"}}, ":warning:"),
    ],
)
def test_a_node_shows_what_it_showed_there(node: dict[str, Any], shown: str) -> None:
    made = html_of_document({"type": "doc", "content": [node]})
    assert markdown(made, Markup.HTML) == shown

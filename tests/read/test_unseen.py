"""What a body holds and no page shows: found with its place, left out, and nothing else."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook.read.unseen import Cause, shown, unseen

KEPT = (
    "See [the list][list] and [List][].\n\n[list]: https://a.example 'The list'",
    "Enough.[^1] And[^2]\n\n[^1]: So it is.[^3]\n[^2]: Yes.\n\n[^3]: Really.",
    '```python title="pay.py" hl_lines="1 3-4" linenums="1"\npay()\n```',
    "```{.python}\nx\n```",
    "~~~\n<p hidden>[a]: b</p>\n~~~",
    "`<b onclick=x>` and `[//]: # (x)`",
    '<div class="a" id="b" title="c" markdown="1">\n\ntext\n\n</div>',
    '<svg viewBox="0 0 9 9"><linearGradient id="a"/></svg>',
    "```mermaid\nflowchart LR\n  a[50%% sure] --> b\n```",
    "```mermaid\n%%{init: {'theme': 'dark', 'flowchart': {'curve': 'basis'}}}%%\npie\n```",
    "```mermaid\n---\ntitle: A flow\nconfig:\n  theme: forest\n---\nflowchart LR\n```",
    "a < b > c & d <3",
    "| a | b |\n|---|---|\n| 1 | 2 ||\n| 3 |  \n4 | 5 \\| 6 |  \n",
)


@pytest.mark.parametrize("text", KEPT)
def test_what_is_seen_stays(text: str) -> None:
    assert unseen(text) == []
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "kind", "left"),
    [
        ("a\n\n[//]: # (secret)\n\nb", Cause.COMMENT, "a\n\n\n\nb"),
        ("a\n\n[comment]: <> (secret)", Cause.COMMENT, "a\n\n"),
        ("a\n\n[//]: # 'secret\nsecret'\nb", Cause.COMMENT, "a\n\n\n\nb"),
        ("a\n\n[secret]: https://a.example", Cause.DEFINITION, "a\n\n"),
        ("[a]\n\n[a]: b\n[A]: secret", Cause.DEFINITION, "[a]\n\n[a]: b\n"),
        ("词\n\n[词语]: https://a.example\n\n后", Cause.DEFINITION, "词\n\n\n\n后"),
        ("a\n\n[^secret]: b\n    c\n\nd", Cause.FOOTNOTE, "a\n\n\n\n\nd"),
        ("a\n\n[^a]: x[^a]", Cause.FOOTNOTE, "a\n\n"),
        ("```python secret\nx\n```", Cause.OPTION, "```python\nx\n```"),
        ('~~~ {.python data-x="secret"}\nx\n~~~', Cause.OPTION, "~~~python\nx\n~~~"),
        ('a <b data-x="secret">b</b>', Cause.ATTRIBUTE, "a <b>b</b>"),
        ('<p class="a" cite="secret">b</p>', Cause.ATTRIBUTE, '<p class="a">b</p>'),
        ('<form name="secret">b</form>', Cause.ATTRIBUTE, "<form>b</form>"),
        ('<svg><path d="M0" x-y="secret"/></svg>', Cause.ATTRIBUTE, '<svg><path d="M0"/></svg>'),
        ('<b title="a &quot; b" self="x">', Cause.ATTRIBUTE, '<b title="a &quot; b">'),
        ("a <template>secret *b*</template> c", Cause.ELEMENT, "a  c"),
        ("<script>\nsecret\n\n</script>\n\na", Cause.ELEMENT, "\n\n\n\n\na"),
        ("<select>\n\nsecret", Cause.ELEMENT, "\n\n"),
        ("a <!SECRET> b", Cause.COMMENT, "a  b"),
        ("a <?secret?> b", Cause.COMMENT, "a  b"),
        ("<div>\na\n</div secret>", Cause.COMMENT, "<div>\na\n</div>"),
        ("| a |\n|---|\n| 1 | secret |\n| 2 |", Cause.CELL, "| a |\n|---|\n| 1 |\n| 2 |"),
        ("> a | 词\n> --|--\n> `x|y` | secret\n", Cause.CELL, "> a | 词\n> --|--\n> `x|y` |\n"),
        ("```mermaid\npie\n %% secret\n```", Cause.COMMENT, "```mermaid\npie\n \n```"),
        ("```Mermaid\npie\n %% secret\n```", Cause.COMMENT, "```Mermaid\npie\n \n```"),
        (
            "> ```mermaid\n> sequenceDiagram\n> # secret\n> ```",
            Cause.COMMENT,
            "> ```mermaid\n> sequenceDiagram\n> \n> ```",
        ),
        (
            "```mermaid\n%%{init: {'theme': 'dark', 'x': 'the secret'}}%%\npie\n```",
            Cause.SETTING,
            '```mermaid\n%%{init: {"theme": "dark"}}%%\npie\n```',
        ),
        (
            "- ```mermaid\n  ---\n  title: A b\n  secret: 1\n  ---\n  pie\n  ```",
            Cause.SETTING,
            '- ```mermaid\n  ---\n  title: "A b"\n  ---\n  pie\n  ```',
        ),
        (
            "```mermaid\n---\ntitle: A # secret\n---\npie\n```",
            Cause.SETTING,
            '```mermaid\n---\ntitle: "A"\n---\npie\n```',
        ),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, kind: Cause, left: str) -> None:
    assert [part.cause for part in unseen(text)] == [kind]
    assert shown(text) == left
    assert shown(left) == left


_PIECES = st.sampled_from(
    (
        *("[a]: b\n", "[a]", "[^a]: c\n", "[^a]", "<b x=1>", "</b>", "<script>", "</script>"),
        *("<!x>", "```mermaid\n", "```\n", "%% c\n", "%%{init: {}}%%\n", "---\n", "> ", "- ", "\n"),
    )
)


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_nothing_is_left_out_twice_and_no_line_is_lost(text: str) -> None:
    parts = unseen(text)
    assert all(one.end <= other.start for one, other in pairwise(parts))
    assert all(0 <= part.start < part.end <= len(text) for part in parts)
    whole = [part for part in parts if not part.instead]
    if whole == parts:
        assert shown(text).count("\n") == text.count("\n")


def test_what_only_something_left_out_uses_goes_as_well() -> None:
    text = "a\n\n[^b]: see [c][]\n\n[c]: https://a.example\n\n<template>[d]</template>\n\n[d]: e"
    assert shown(text).split() == ["a"]


@pytest.mark.parametrize(
    "piece",
    ["[a]: b\n", "%%{", "[^a]\n\n[^a]: [^a]\n", "<a ", "<b x=1>", "<template>", "</a ", "词 [a] "],
)
def test_the_time_grows_with_the_length(piece: str) -> None:
    def seconds(text: str) -> float:
        begin = time.process_time()
        shown(text)
        return time.process_time() - begin

    short = "```mermaid\n" * (piece == "%%{") + piece * 4_000
    assert seconds(short * 4) < 16 * max(seconds(short), 0.02)

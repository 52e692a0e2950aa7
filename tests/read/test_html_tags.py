"""HTML that begins and never ends: read as browsers read it, however often it does."""

from __future__ import annotations

import pytest

from changebook.read.commonmark import elements_of

MANY = 100_000


@pytest.mark.parametrize(
    ("chunk", "tags"),
    [
        ("<b><!-- <i> --><u>", ["b", "u"]),
        ("<b><!-- <i>", ["b"]),
        ("<b><? <i><u>", ["b", "u"]),
        ("<b><? i", ["b"]),
        ("<b></i <u", ["b"]),
    ],
)
def test_what_nothing_closes_hides_the_rest(chunk: str, tags: list[str]) -> None:
    assert [element.tag for element in elements_of(chunk)] == tags


@pytest.mark.parametrize("sign", ["<!--", "<?", "</a ", "<!"])
def test_signs_without_an_end(sign: str) -> None:
    """Looking for the end of each behind it would take minutes."""
    assert elements_of(f"<b>{sign * MANY}")[0].tag == "b"

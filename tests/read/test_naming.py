"""Names in running text."""

from __future__ import annotations

import pytest

from changebook.read.naming import NameIndex, names


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Al assessed it.", "Al", True),
        ("Alan assessed it; personal.", "Al", False),
        ('{"by":"Al"}', "Al", True),
        ("Zoë", "Zo", False),
        ("由王敏评估", "王敏", True),
        ("Ask Al (Northwind)", "Al (Northwind)", True),
    ],
)
def test_a_name_is_a_whole_word_where_there_are_words(text: str, name: str, expected: bool) -> None:
    assert names(text, name) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The form that GLOBEX\nServices has.", ["Globex Services"]),
        ("Globexes serve; services of Globe.", []),
        ("Globex alone.", []),
        ("See changes/north-wind/client.md.", ["north-wind"]),
        ("杭州云帆科技已确认", ["杭州云帆科技有限公司", "杭州云帆"]),
        ("杭州", []),
        ("Ask \u212aelvin \u017fons.", ["Kelvin Sons"]),
        ("Zoë’s", ["Zoë"]),
    ],
)
def test_an_index_gives_the_names_that_a_text_may_have(text: str, expected: list[str]) -> None:
    known = (
        "Globex Services",
        "north-wind",
        "杭州云帆科技有限公司",
        "杭州云帆",
        "Kelvin Sons",
        "Zoë",
    )
    assert NameIndex((name, name) for name in known).near(text) == expected

"""Names in running text."""

from __future__ import annotations

import pytest

from changebook.read.naming import names


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

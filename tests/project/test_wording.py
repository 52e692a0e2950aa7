"""Words that a reader stumbles over are out of messages, comments, templates and documentation."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md"))
)

#: Each word that is out, and what a reader expects in its place.
OUT = {
    r"reckon\w*": "compute",
    r"mend(s|ed|ing)?": "fix, correct",
    r"anew": "again",
    r"for ever": "forever",
    r"made void": "voided",
    r"(?<!here )(is|are) no (folder|file|picture|record|page|kind|item|SVG|PDF)s?": "is not a",
}
_OUT = {re.compile(rf"\b{word}\b"): better for word, better in OUT.items()}


def faults(text: str) -> Iterator[str]:
    """Yield each word of a text that is out, with what takes its place."""
    for word, better in _OUT.items():
        for match in word.finditer(" ".join(text.split())):
            yield f"`{match[0]}`: {better}"


def words(source: str) -> Iterator[str]:
    """Yield the strings and the comments of a module."""
    in_f_string = getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)  # since Python 3.12
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT, in_f_string):
            yield token.string


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_documentation_has_no_word_that_is_out(path: Path) -> None:
    assert list(faults(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("folder", ["generator", "tests", "benchmarks"])
def test_the_code_has_no_word_that_is_out(folder: str) -> None:
    out = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__).resolve()
        for text in words(path.read_text("utf-8"))
        for fault in faults(text)
    ]
    assert out == []


def test_templates_scripts_and_catalogues_have_no_word_that_is_out() -> None:
    out = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in sorted((ROOT / "site_templates").rglob("*"))
        if path.suffix in (".j2", ".js", ".css", ".po")
        for fault in faults(path.read_text("utf-8"))
    ]
    assert out == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("It is reckoned.", ["`reckoned`: compute"]),
        ("or mend it", ["`mend`: fix, correct"]),
        ("x is no\n    folder", ["`is no folder`: is not a"]),
        ("There is no file; amend the comment, as recommended.", []),
    ],
)
def test_a_word_is_found_where_it_is_one(text: str, says: list[str]) -> None:
    assert list(faults(text)) == says

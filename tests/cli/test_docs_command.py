"""`changebook docs`: the documentation without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import main

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_are_listed_with_their_titles() -> None:
    done = CliRunner().invoke(main, ["docs"])
    assert done.exit_code == 0
    names = {line.split()[0] for line in done.stdout.partition("\n\n")[0].split("\n")}
    chinese = {f"zh/{file.stem}" for file in DOCS.glob("zh/*.md")}
    assert names == {file.stem for file in DOCS.glob("*.md")} | chinese
    assert "The seal" in done.stdout


@pytest.mark.parametrize("page", ["seal", "seal.md", "docs/seal.md", "rules/unknown-key"])
def test_a_page_is_shown_as_it_is(page: str) -> None:
    done = CliRunner().invoke(main, ["docs", page])
    name = page.removeprefix("docs/").removesuffix(".md")
    assert done.stdout == (DOCS / f"{name}.md").read_text("utf-8")


def test_a_page_that_is_not_there_is_named() -> None:
    done = CliRunner().invoke(main, ["docs", "seall"])
    assert (done.exit_code, "did you mean seal?" in done.output) == (2, True)

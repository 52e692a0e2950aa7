"""docs/zh says in Chinese what the page in English says, with the same keys and figures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from tests.examples import blocks, clean_workspace

DOCS = Path(__file__).resolve().parents[2] / "docs"
ENGLISH = (DOCS / "record-format.md").read_text("utf-8")
CHINESE = (DOCS / "zh" / "record-format.md").read_text("utf-8")
FIRST_PAGE = (DOCS / "zh" / "index.md").read_text("utf-8")
#: What both editions have in the same number, and each table in the same shape.
PARTS = ("h1", "h2", "h3", "ul", "ol", "li", "table", "tr", "td", "pre")
#: Keys whose own keys are words of a language.
NAMED = {"terms", "also", "notice", "wording"}
#: Code that is not words: keys, options, dates, file names.
_KEY = re.compile(r"[\w.-]+", re.ASCII)


def read(page: str) -> BeautifulSoup:
    html = MarkdownIt("commonmark").enable("table").render(page)
    return BeautifulSoup(html, "html.parser")


def test_it_has_the_same_parts_in_the_same_order() -> None:
    english, chinese = (
        [tag.name for tag in read(page).find_all(PARTS)] for page in (ENGLISH, CHINESE)
    )
    assert chinese == english


def test_its_tables_have_every_key_and_word_in_the_same_row() -> None:
    english, chinese = (
        [
            {code.text for code in row.find_all("code") if _KEY.fullmatch(code.text)}
            for row in read(page).find_all("tr")
        ]
        for page in (ENGLISH, CHINESE)
    )
    assert any(english)
    assert chinese == english


def test_its_text_names_every_key_that_the_text_in_english_names() -> None:
    english, chinese = (
        {code.text for code in read(page).find_all("code") if _KEY.fullmatch(code.text)}
        for page in (ENGLISH, CHINESE)
    )
    assert english - chinese == set()


def test_its_examples_are_a_clean_workspace_in_chinese(tmp_path: Path) -> None:
    (client,) = clean_workspace(CHINESE, tmp_path).clients
    assert client.profile.language == "zh-CN"


def test_its_examples_have_the_same_keys_and_figures() -> None:
    english, chinese = blocks(ENGLISH), blocks(CHINESE)
    assert [path for path, _ in chinese] == [path for path, _ in english]
    for (path, before), (_, after) in zip(english, chinese, strict=True):
        assert outline(after) == outline(before), path or before


def outline(example: str) -> Any:
    """The keys, dates and numbers of an example; words are left out."""
    return _outline(yaml.load(example.removeprefix("---\n").split("\n---\n")[0], yaml.BaseLoader))


def _outline(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: len(below) if key in NAMED else _outline(below) for key, below in value.items()
        }
    if isinstance(value, list):
        return [_outline(item) for item in value]
    return value if re.fullmatch(r"[\d.-]+", value) else ""


def test_its_figures_are_those_of_the_page_in_english() -> None:
    def figures(page: str) -> list[str]:
        return re.findall(r"[\d.]+ - [\d.]+ = [\d.]+|[\d-]+ [-+] [-+\d ]+ = [\d-]+", flat(page))

    assert len(figures(ENGLISH)) == 3
    assert figures(CHINESE) == figures(ENGLISH)


def flat(page: str) -> str:
    return " ".join(page.split())


@pytest.mark.parametrize("page", ["index.md", "record-format.md"])
def test_its_links_lead_somewhere(page: str) -> None:
    folder = DOCS / "zh"
    text = re.sub(
        r"^(`{3,}).*?^\1$|`[^`\n]+`",
        "",
        (folder / page).read_text("utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    targets = [target.partition("#") for target in re.findall(r"\]\(([^)]+)\)", text)]
    assert targets
    for path, _, place in targets:
        file = folder / (path or page)
        assert file.is_file(), path
        titles = re.findall(r"^##+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
        assert not place or place in {re.sub(r"\s", "-", title.lower()) for title in titles}


def test_the_other_pages_lead_to_it() -> None:
    assert "](zh/record-format.md)" in ENGLISH.partition("\n## ")[0]
    assert "](../record-format.md)" in CHINESE.partition("\n## ")[0]
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    assert "](docs/zh/index.md)" in readme


@pytest.mark.parametrize("page", ["index.md", "record-format.md"])
def test_no_paragraph_in_chinese_is_broken_into_lines(page: str) -> None:
    """A break within a paragraph is shown as a space between two Chinese characters."""
    for text in read((DOCS / "zh" / page).read_text("utf-8")).find_all(["p", "li"]):
        assert not re.search(r"[^\x00-\x7f]\n[^\x00-\x7f]", text.text.strip()) or text.find("p")


def test_the_commands_of_its_first_page_work(tmp_path: Path) -> None:
    """As far as `check`; what builds and serves is the README's, which has its own test."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", FIRST_PAGE, re.MULTILINE | re.DOTALL)
    before, found, rest = block.partition("changebook init")
    assert before
    commands, _, after = rest.partition("changebook build\n")
    assert after.startswith("python3 -m http.server ")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["sh", "-ec", found + commands],
        env=os.environ | {"HOME": str(tmp_path), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "No problems." in done.stdout
    profile = (tmp_path / "our-changes/changes/example/client.md").read_text("utf-8")
    assert "\nlanguage: zh-CN" in profile

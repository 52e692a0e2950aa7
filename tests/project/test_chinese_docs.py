"""docs/zh says in Chinese what the page in English says, with the same keys and figures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
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
HEADINGS = ("h1", "h2", "h3", "h4")
#: What a section has as often in both editions.
PARTS = ("ul", "ol", "li", "table", "tr", "td", "pre")
#: Keys whose own keys are words of a language.
NAMED = {"terms", "also", "notice", "wording"}
#: Code that is not words: keys, options, dates, file names.
_KEY = re.compile(r"[\w.-]+", re.ASCII)


def read(page: str) -> BeautifulSoup:
    html = MarkdownIt("commonmark").enable("table").render(page)
    return BeautifulSoup(html, "html.parser")


def sections(page: str) -> list[tuple[str, Counter[str], set[str]]]:
    """Each heading's level, and the parts and the keys below it."""
    found: list[tuple[str, Counter[str], set[str]]] = []
    for tag in read(page).find_all((*HEADINGS, *PARTS, "code")):
        if tag.name in HEADINGS:
            found.append((tag.name, Counter(), set()))
        elif tag.name in PARTS:
            found[-1][1][tag.name] += 1
        if tag.name == "code" and _KEY.fullmatch(tag.text):
            found[-1][2].add(tag.text)
    return found


def test_each_section_has_the_same_parts_and_names_the_same_keys() -> None:
    english, chinese = sections(ENGLISH), sections(CHINESE)
    assert [level for level, *_ in chinese] == [level for level, *_ in english]
    for there, here in zip(english, chinese, strict=True):
        assert here == there


def test_each_row_of_its_tables_has_the_same_keys() -> None:
    english, chinese = (
        [
            {code.text for code in row.find_all("code") if _KEY.fullmatch(code.text)}
            for row in read(page).find_all("tr")
        ]
        for page in (ENGLISH, CHINESE)
    )
    assert any(english)
    for there, here in zip(english, chinese, strict=True):
        assert here == there


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
    html = read((DOCS / "zh" / page).read_text("utf-8"))
    broken = html.find_all(string=re.compile(r"[^\x00-\x7f]\n[^\x00-\x7f]"))
    assert [text for text in broken if not text.find_parent("pre")] == []


def test_the_commands_of_its_first_page_work(tmp_path: Path) -> None:
    """As far as `check`; what builds and serves is the README's, which has its own test."""
    block, *_ = re.findall(r"^```sh\n(.*?)^```$", FIRST_PAGE, re.MULTILINE | re.DOTALL)
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

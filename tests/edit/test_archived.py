"""An archived client: no command adds to it, and its pages say so and ask for nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import main
from changebook.edit import scaffold
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.read.workspace import read_workspace
from changebook.site.contents import edition_contents, workspace_contents

CASE = Path(__file__).parents[1] / "cases" / "check" / "good-archived"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose only client is archived."""
    shutil.copytree(CASE / "changes", tmp_path / "changes")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plain(html: str) -> str:
    """The text of a page."""
    return re.sub(r"<[^>]*>", "", html)


@pytest.mark.parametrize(
    "words",
    [
        ("new", "acme", "One more thing"),
        ("advance", "ACME-0001", "superseded", "--by", "Lin Wei"),
        ("note", "ACME-0001", "objection", "Too late.", "--by", "Chen Yu"),
        ("sign", "ACME-0001", "--file", "scan.pdf", "--on", "2026-07-01", "--by", "Chen Yu"),
    ],
)
def test_nothing_is_added_to_it(root: Path, words: tuple[str, ...]) -> None:
    (root / "scan.pdf").write_bytes(b"%PDF-1.7")
    before = {file: file.read_bytes() for file in root.rglob("*.md")}
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 2
    assert "acme was archived on 2026-07-31" in done.output
    assert {file: file.read_bytes() for file in root.rglob("*.md")} == before


@pytest.mark.parametrize("audience", Audience)
def test_its_pages_are_as_of_that_day_at_least(root: Path, audience: Audience) -> None:
    """They said "as of" the last event's day, beside a later day on which they were archived."""
    client = read_workspace(root)[0].client("acme")
    assert make_edition(client, audience).as_of == client.profile.archived


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "This project was archived on 31 Jul 2026."),
        ("zh-CN", "本项目已于2026年7月31日归档。"),
    ],
)
def test_its_pages_say_so_and_ask_for_nothing(root: Path, language: str, says: str) -> None:
    profile = root / "changes" / "acme" / "client.md"
    text = profile.read_text("utf-8").replace("language: en", f"language: {language}")
    profile.write_text(text, "utf-8")
    client = read_workspace(root)[0].client("acme")
    contents = edition_contents(make_edition(client, Audience.CLIENT), root, directory_urls=True)
    pages = {page.path: page.content for page in contents.pages}
    assert says in plain(pages["index.md"])
    assert "Nothing is waiting" not in pages["index.md"]
    assert 'id="ask"' not in pages["process/index.md"]


def test_the_portfolio_has_its_sums_and_nothing_open_of_it(root: Path) -> None:
    scaffold.init(root / "other")
    shutil.copytree(root / "other" / "changes" / "example", root / "changes" / "example")
    editions = [make_edition(each, Audience.TEAM) for each in read_workspace(root)[0].clients]
    home = workspace_contents(editions, root, directory_urls=True).pages[0].content
    sums, open_items = home.split('id="waiting"')
    assert "archived on 31 Jul 2026" in plain(sums)
    assert "Example Bakery" in open_items.split("<h2")[0]
    assert "Acme Trading" not in open_items.split("<h2")[0]

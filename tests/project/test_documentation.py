"""docs/ as a site of its own, as `dev.py docs` builds it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer
from markdown_it import MarkdownIt
from mkdocs.utils.yaml import yaml_load

from tests import builder

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CONFIG = ROOT / "documentation.yml"
GUIDES = sorted((*DOCS.glob("*.md"), *DOCS.glob("zh/*.md")))
NAMES = [guide.relative_to(DOCS).as_posix() for guide in GUIDES]
#: What a reader would miss if one of the two readings of Markdown lost it.
PARTS = ("h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "td", "pre", "em", "strong")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; the build stops at the first link that leads nowhere."""
    out = tmp_path_factory.mktemp("documentation")
    done = builder.build(ROOT, "--config-file", CONFIG, "--site-dir", out)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return out


@pytest.mark.slow
def test_each_guide_says_on_the_site_what_it_says_elsewhere(site: Path) -> None:
    """GitHub and `changebook docs` read CommonMark; MkDocs reads Markdown by older rules."""
    reading = MarkdownIt("commonmark").enable("table")
    for guide in GUIDES:
        plain = BeautifulSoup(reading.render(guide.read_text("utf-8")), "html.parser")
        assert parts(built(site, guide)) == parts(plain), guide


def built(site: Path, page: Path) -> BeautifulSoup:
    name = page.relative_to(DOCS).with_suffix("")
    folder = name.parent if name.name == "index" else name
    html = (site / folder / "index.html").read_text("utf-8")
    return BeautifulSoup(html, "html.parser", parse_only=SoupStrainer("article"))


def parts(text: BeautifulSoup) -> Counter[str]:
    return Counter(tag.name for tag in text.find_all(PARTS))


@pytest.mark.slow
def test_the_search_knows_the_words_of_chinese(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text("utf-8"))
    words = {
        word
        for page in index["docs"]
        if page["location"].startswith("zh/")
        for word in re.split(index["config"]["separator"], f"{page['title']} {page['text']}")
    }
    assert {"优先", "币种", "验收", "记录"} <= words


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere_and_links_lead_somewhere(site: Path) -> None:
    pages = [*site.rglob("index.html")]
    assert len(pages) == len([*DOCS.rglob("*.md")])
    for page in pages:
        text = page.read_text("utf-8")
        loaded = re.findall(r'<(?:link|script|img)\b[^>]*? (?:src|href)="([^"]+)"', text)
        assert loaded
        assert not [url for url in loaded if urlsplit(url).netloc], page
        for url in {*loaded, *re.findall(r'<a\b[^>]*? href="([^"]+)"', text)}:
            parsed = urlsplit(url)
            if not parsed.scheme and not parsed.netloc and parsed.path:
                assert (page.parent / parsed.path).exists(), (page, url)
    styles = "".join(file.read_text("utf-8") for file in site.rglob("*.css"))
    assert styles
    assert not re.findall(r"url\(['\"]?(?:https?:)?//", styles)


def test_the_navigation_has_each_guide_once() -> None:
    config = yaml_load(CONFIG.read_text("utf-8"))
    assert Counter(leaves(config["nav"])) == Counter([*NAMES, "rules/index.md"])


def leaves(entry: Any) -> Iterator[str]:
    """The files that a navigation names."""
    if isinstance(entry, str):
        yield entry
        return
    for inner in entry.values() if isinstance(entry, dict) else entry:
        yield from leaves(inner)


def test_the_first_page_leads_to_each_guide() -> None:
    linked = re.findall(r"\]\(([^)#]+\.md)", (DOCS / "index.md").read_text("utf-8"))
    assert {*linked} == {*NAMES} - {"index.md"} | {"rules/index.md"}


def test_it_is_not_taken_for_the_configuration_of_clients_sites() -> None:
    config = yaml_load(CONFIG.read_text("utf-8"))
    assert [list(plugin) for plugin in config["plugins"]] == [["search"]]
    assert config["strict"] is True
    assert "site_dir: site-docs" in CONFIG.read_text("utf-8")
    assert "/site-docs/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()

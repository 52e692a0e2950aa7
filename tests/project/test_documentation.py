"""docs/ as a site of its own, as `dev.py docs` builds it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from mkdocs.utils.yaml import yaml_load

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CONFIG = ROOT / "documentation.yml"
PAGES = sorted(DOCS.rglob("*.md"))
#: What a reader would miss if one of the two readings of Markdown lost it.
PARTS = ("h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "td", "pre", "em", "strong")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; the build stops at the first link that leads nowhere."""
    out = tmp_path_factory.mktemp("documentation")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--config-file", CONFIG, "--site-dir", out],
        env=os.environ | {"NO_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return out


def built(site: Path, page: Path) -> BeautifulSoup:
    name = page.relative_to(DOCS).with_suffix("")
    folder = name.parent if name.name == "index" else name
    return BeautifulSoup((site / folder / "index.html").read_text("utf-8"), "html.parser")


@pytest.mark.slow
def test_each_page_says_on_the_site_what_it_says_elsewhere(site: Path) -> None:
    """GitHub and `changebook docs` read CommonMark; MkDocs reads Markdown by older rules."""
    reading = MarkdownIt("commonmark").enable("table")
    assert len(PAGES) > len(list((DOCS / "rules").glob("*.md"))) > 100
    for page in PAGES:
        plain = BeautifulSoup(reading.render(page.read_text("utf-8")), "html.parser")
        article = built(site, page).article
        assert isinstance(article, Tag)
        assert parts(article) == parts(plain), page.relative_to(ROOT)


def parts(text: Tag) -> Counter[str]:
    return Counter(tag.name for tag in text.find_all(PARTS))


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere_and_links_lead_somewhere(site: Path) -> None:
    for file in site.rglob("*.html"):
        page = BeautifulSoup(file.read_text("utf-8"), "html.parser")
        loaded = [tag["src"] for tag in page.find_all(src=True)]
        loaded += [tag["href"] for tag in page.find_all("link", href=True)]
        linked = [tag["href"] for tag in page.find_all("a", href=True)]
        assert not [url for url in loaded if urlsplit(str(url)).netloc], file
        if file.name == "404.html":  # its addresses begin with the site's own
            continue
        for url in map(str, [*loaded, *linked]):
            parsed = urlsplit(url)
            if not parsed.scheme and not parsed.netloc and parsed.path:
                assert (file.parent / parsed.path).exists(), (file, url)
    styles = [file.read_text("utf-8") for file in site.rglob("*.css")]
    assert styles
    assert not [url for text in styles for url in re.findall(r"url\(['\"]?(https?:[^)]+)", text)]


def test_the_navigation_has_each_guide_once() -> None:
    config = yaml_load(CONFIG.read_text("utf-8"))
    guides = {page.name for page in DOCS.glob("*.md")}
    assert Counter(leaves(config["nav"])) == Counter([*guides, "rules/index.md"])


def leaves(entry: Any) -> Iterator[str]:
    """The files that a navigation names."""
    if isinstance(entry, str):
        yield entry
        return
    for inner in entry.values() if isinstance(entry, dict) else entry:
        yield from leaves(inner)


def test_the_first_page_leads_to_each_guide() -> None:
    linked = re.findall(r"\]\(([^)#]+\.md)", (DOCS / "index.md").read_text("utf-8"))
    assert {*linked} == {page.name for page in DOCS.glob("*.md")} - {"index.md"} | {
        "rules/index.md"
    }


def test_it_is_not_taken_for_the_configuration_of_clients_sites() -> None:
    config = yaml_load(CONFIG.read_text("utf-8"))
    assert config["plugins"] == ["search"]
    assert config["strict"] is True
    assert "site_dir: site-docs" in CONFIG.read_text("utf-8")
    assert "/site-docs/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()

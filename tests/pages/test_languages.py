"""A third language is one catalogue file, packaged or a team's own, and no code."""

from __future__ import annotations

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from changebook import packaged
from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.model.catalogues import CatalogueError, languages
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.publish.build import build
from changebook.read.workspace import read_workspace
from changebook.site.contents import workspace_contents

SAMPLE = Path(__file__).parents[1] / "cases" / "pages"
#: What marks a word of the pseudo catalogue, so that one which was not asked for shows.
MARK = "\N{MIDDLE DOT}"


def _pseudo(text: str) -> str:
    """A translation without a translator: runs of words are marked, places of values stay."""
    parts = re.split(r"(%\(\w+\)s)", text)
    return "".join(part if part.startswith("%(") else _marked(part) for part in parts)


def _marked(part: str) -> str:
    return re.sub(r"[^\W\d_]+(?:[\W\d_]+[^\W\d_]+)*", rf"{MARK}\g<0>{MARK}", part)


def _catalogue(folder: Path, language: str) -> None:
    """All messages of the packaged catalogue, for another language."""
    with (packaged.templates_dir() / "locale" / "zh_CN.po").open("rb") as source:
        chinese = read_po(source)
    made = Catalog(locale=language)
    for message in chinese:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            said = [_pseudo(text) for text in ids]
            made.add(message.id, said[0] if len(said) == 1 else said, context=message.context)
    folder.mkdir(parents=True)
    with (folder / f"{language}.po").open("wb") as target:
        write_po(target, made)


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose client reads German, of which the package knows nothing."""
    root = tmp_path_factory.mktemp("german")
    shutil.copytree(SAMPLE / "changes" / "acme", root / "changes" / "acme")
    profile = root / "changes" / "acme" / "client.md"
    profile.write_text(profile.read_text("utf-8").replace("language: en", "language: de"), "utf-8")
    _catalogue(root / packaged.TEMPLATES / "locale", "de")
    return root


def test_a_teams_own_catalogue_makes_a_language(german: Path) -> None:
    own = german / packaged.TEMPLATES
    assert languages(own) == ("en", "de", "en-US", "zh-CN")
    assert "de" not in languages()
    _, problems = load_checked(german)
    assert [p for p in problems if p.rule == "unknown-language"] == []
    words = Words("de", own)
    assert words.gettext("Where we stand") == f"{MARK}Where we stand{MARK}"
    assert words.date(date(2026, 3, 1)) == "01.03.2026"
    assert words.money(Decimal("1234.5"), "EUR").replace("\N{NO-BREAK SPACE}", " ") == "1.234,50 €"


def test_the_portfolio_is_in_the_teams_language(german: Path) -> None:
    workspace, _ = read_workspace(german)
    editions = [make_edition(client, Audience.TEAM) for client in workspace.clients]
    contents = workspace_contents(editions, german, directory_urls=True, language="de")
    assert (contents.language, contents.name) == ("de", f"{MARK}Portfolio{MARK}")
    home = next(page for page in contents.pages if page.path == urls.HOME)
    assert home.meta["cb_internal"] == f"{MARK}Internal: team edition{MARK}"


@pytest.mark.slow
def test_a_whole_site_in_it(german: Path, tmp_path: Path) -> None:
    result = build(german, out=tmp_path / "site", slugs=["acme"])
    assert result.ok, (result.problems, result.failures)
    site = tmp_path / "site" / "acme"
    pages = {file.relative_to(site).as_posix(): file.read_text("utf-8") for file in _pages(site)}
    assert len(pages) > 10
    for path, html in pages.items():
        assert '<html lang="de"' in html, path
    home = pages["index.html"]
    assert f"{MARK}Where we stand{MARK}" in home
    # Dates, and what Material itself says, are German too.
    assert re.search(r"\d\d\.\d\d\.2026", home)
    assert "Zum Inhalt" in home


def _pages(site: Path) -> list[Path]:
    return [f for f in site.rglob("*.html") if "pagefind" not in f.parts]


def test_a_teams_own_words_come_before_the_packaged_ones(tmp_path: Path) -> None:
    folder = tmp_path / "locale"
    folder.mkdir()
    (folder / "zh_CN.po").write_text('msgid "Home"\nmsgstr "主页"\n', "utf-8")
    (folder / "en.po").write_text('msgid "Home"\nmsgstr "Start"\n', "utf-8")
    chinese, english = Words("zh-CN", tmp_path), Words("en", tmp_path)
    assert chinese.gettext("Home") == "主页"
    assert chinese.gettext("Decisions") == Words("zh-CN").gettext("Decisions") != "Decisions"
    assert (english.gettext("Home"), english.gettext("Decisions")) == ("Start", "Decisions")
    assert Words("zh-CN").gettext("Home") == "首页"
    assert languages(tmp_path) == ("en", "en-US", "zh-CN")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("de", "msgid Home\n", "de.po can't be read"),
        ("de", 'msgid ""\nmsgstr "Plural-Forms: nplurals=x; plural=y;\\n"\n', "de.po can't be"),
        ("tlh", 'msgid "Home"\nmsgstr "juH"\n', "how dates and money are written in `tlh`"),
    ],
)
def test_a_broken_catalogue_says_what_is_wrong(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / f"{name}.po").write_text(content, "utf-8")
    with pytest.raises(CatalogueError, match=re.escape(says)):
        Words(name, tmp_path)

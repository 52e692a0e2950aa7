"""What comes out of the browser's own print, page by page: A4 and Letter, from any screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal, get_args
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from changebook.edit import scaffold
from changebook.model.vocabulary import Audience
from changebook.publish.build import build
from tests.browsing import served, still

pytestmark = pytest.mark.slow

Sheet = Literal["A4", "Letter"]
SHEETS: tuple[Sheet, ...] = get_args(Sheet)
#: What the margins of print.css leave of the narrower and of the longer side, in CSS pixels.
ROOM = {"A4": (687, 1016), "Letter": (710, 950)}

KINDS = [
    "meridian-outdoor/",
    "meridian-outdoor/changes/",
    "meridian-outdoor/changes/MER-0008/",
    "meridian-outdoor/decisions/",
    "meridian-outdoor/decisions/verify/",
    "meridian-outdoor/follow/",
    "meridian-outdoor/impact/2026-03/",
    "meridian-outdoor/news/",
    "meridian-outdoor/process/",
    "meridian-outdoor/reports/2026-03/",
    "meridian-outdoor/search/?q=card",
    "yunfan/changes/YF-0011/",
    "yunfan/glossary/",
    "yunfan/impact/",
]

#: The right end, in pixels, of whatever reaches furthest or hides some of itself.
FURTHEST = """() => {
  const shown = [...document.querySelectorAll("body *")].filter(e => e.checkVisibility())
  const cut = shown.filter(e =>
    e.clientWidth && e.scrollWidth > e.clientWidth + 1
    && getComputedStyle(e).overflowX !== "visible" && !e.classList.contains("cb-unseen"))
  if (cut.length) throw new Error(`cut off: ${cut[0].outerHTML.slice(0, 200)}`)
  return Math.max(...shown.map(e => e.getBoundingClientRect().right))
}"""

BODY = """
=== "First tab"

    Words of the first tab, with [a study](https://other.example/study?year=2026) beside
    <https://bare.example/here>.

=== "Second tab"

    Words of the second tab.

??? note "A folded note"

    Words of the folded note.

<details><summary>Raw fold</summary>Words of the raw fold.</details>

| One | Two | Three | Four | Five | Six | Seven | Eight | Nine | Ten | Eleven | Last |
|---|---|---|---|---|---|---|---|---|---|---|---|
| aaaaaaaaaaaa | bbbbbbbbbbbb | cccccccccccc | dddddddddddd | eeeeeeeeeeee | ffffffffffff \
| gggggggggggg | hhhhhhhhhhhh | iiiiiiiiiiii | jjjjjjjjjjjj | kkkkkkkkkkkk | llllllllllll |

    a line of code that is much longer than any sheet of paper is wide, which has to be broken
"""


@contextmanager
def opened(
    browser: Browser, url: str, *, dark: bool = False, width: int = 1280, scripts: bool = True
) -> Iterator[Page]:
    """A page as it stands on a reader's screen."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(url)
    if scripts and page.locator(".mermaid, #find").count():
        still(page)
    yield page
    context.close()


def printed(page: Page, sheet: Sheet = "A4") -> PdfReader:
    """What the print dialog makes as it is set at first: without background graphics."""
    return PdfReader(BytesIO(page.pdf(format=sheet, prefer_css_page_size=True)))


def sheets(pdf: PdfReader) -> list[str]:
    """The words of each sheet. Chinese fonts have one shape for a character and its radical."""
    return [" ".join(normalize("NFKC", page.extract_text()).split()) for page in pdf.pages]


def drawn(pdf: PdfReader) -> list[bytes]:
    """All that is drawn, in order: equal drawings are equal pixels."""
    return [content.get_data() for page in pdf.pages if (content := page.get_contents())]


@pytest.fixture(scope="module")
def rich_record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A record whose body has all that a screen folds away or scrolls."""
    root = tmp_path_factory.mktemp("rich")
    scaffold.init(root)
    record = next(root.glob("changes/example/*/EX-0002-*.md"))
    record.write_text(record.read_text("utf-8") + BODY, encoding="utf-8", newline="\n")
    result = build(root, out=root / "site")
    assert result.ok, (result.problems, result.failures)
    with served(Path(root, "site")) as host:
        yield f"{host}example/changes/EX-0002/"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page_is_whole_on_both_sheets(
    browser: Browser, address: str, kind: str
) -> None:
    with opened(browser, address + kind) as page:
        tabs = [tab.strip() for tab in page.locator(".md-tabs__link").all_inner_texts()]
        pdf = printed(page)
        page.emulate_media(media="print")
        for sheet in SHEETS:
            room = ROOM[sheet][kind.endswith("changes/")]
            page.set_viewport_size({"width": room, "height": 900})
            assert page.evaluate(FURTHEST) <= room + 1, sheet
    text = sheets(pdf)
    for number, words in enumerate(text, 1):
        assert f"{number} / {len(text)}" in words
        assert len(words) > 60, f"sheet {number} is empty: {words}"
        assert ("as of " if "meridian" in kind else "截至") in words
    assert len(tabs) > 4
    assert " ".join(tabs) not in " ".join(text)
    assert not re.search("Skip to content|跳转至|Back to top|回到页面顶部", " ".join(text))


def test_the_screen_makes_no_difference_to_the_paper(browser: Browser, address: str) -> None:
    kind = "yunfan/impact/"
    with opened(browser, address + kind) as page:
        light = drawn(printed(page))
    with opened(browser, address + kind, dark=True) as page:
        assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
        assert drawn(printed(page)) == light
    with opened(browser, address + kind, width=390) as page:
        assert drawn(printed(page)) == light


def test_all_changes_are_on_paper_below_the_heads_of_the_columns(
    browser: Browser, address: str
) -> None:
    with opened(browser, f"{address}meridian-outdoor/changes/") as page:
        rows = page.locator(".cb-history .cb-no").all_inner_texts()
        pdf = printed(page, "Letter")
    text = sheets(pdf)
    assert len(text) > 1
    assert all(re.search("Number.*Title.*Status.*Amount", words) for words in text)
    assert len(rows) == len([row for row in rows if row in " ".join(text)]) > 10
    assert all(page.mediabox.width > page.mediabox.height for page in pdf.pages)


def test_a_record_names_itself_and_its_revision_on_every_sheet(
    browser: Browser, address: str
) -> None:
    with opened(browser, f"{address}meridian-outdoor/changes/MER-0008/") as page:
        text = sheets(printed(page))
    assert len(text) > 2
    assert all("MER-0008 · Revision 2 · Storefront renewal, as of 16 Jun 2026" in t for t in text)


def test_without_scripts_a_record_names_itself_below_its_page(
    browser: Browser, address: str
) -> None:
    with opened(browser, f"{address}meridian-outdoor/changes/MER-0008/", scripts=False) as page:
        text = " ".join(sheets(printed(page)))
    assert text.count("MER-0008 · Revision 2 · Storefront renewal, as of 16 Jun 2026") == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_what_a_screen_folds_away_is_on_paper(
    browser: Browser, rich_record: str, scripts: bool
) -> None:
    with opened(browser, rich_record, scripts=scripts) as page:
        text = " ".join(sheets(printed(page)))
    for fold in ("first tab", "second tab", "folded note", "raw fold"):
        assert f"Words of the {fold}" in text


def test_a_link_to_another_site_has_its_address_once(browser: Browser, rich_record: str) -> None:
    with opened(browser, rich_record) as page:
        text = " ".join(sheets(printed(page)))
    assert "a study (https://other.example/study?year=2026)" in text
    assert text.count("bare.example") == 1
    assert "(../" not in text


def test_wide_tables_and_long_lines_of_a_body_fit(browser: Browser, rich_record: str) -> None:
    with opened(browser, rich_record) as page:
        page.emulate_media(media="print")
        for sheet in SHEETS:
            page.set_viewport_size({"width": ROOM[sheet][0], "height": 900})
            assert page.evaluate(FURTHEST) <= ROOM[sheet][0] + 1


def test_words_that_end_a_string_or_a_style_stay_words_in_the_margin(
    browser: Browser, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    scaffold.init(root)
    profile = root / "changes/example/client.md"
    odd = """Online "orders" \\u </style> {x}"""
    text, found = re.subn("(?m)^project: .*$", lambda _: f"project: '{odd}'", profile.read_text())
    assert found == 1
    profile.write_text(text, encoding="utf-8", newline="\n")
    result = build(root, audience=Audience.TEAM, out=root / "site")
    assert result.ok, (result.problems, result.failures)
    with served(root / "site") as host:
        with opened(browser, f"{host}example/glossary/") as page:
            on_client_page = sheets(printed(page))
        with opened(browser, host) as page:
            on_portfolio = sheets(printed(page))
    assert all(f"{odd}, as of 20 Feb 2026" in words for words in on_client_page)
    assert all("Internal: team edition" in words for words in on_client_page + on_portfolio)

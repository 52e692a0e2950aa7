"""Terms in a browser: by pointer, tap and keyboard, at 320 pixels, without scripts, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from changebook.publish.build import build
from tests.browsing import served

pytestmark = pytest.mark.slow

SAMPLE = Path(__file__).parents[1] / "cases" / "pages"
RECORD = "lanhai/changes/LH-0001/"
MEANING = "门店向总部要货的单据"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small Chinese site, served."""
    root = tmp_path_factory.mktemp("explained")
    result = build(SAMPLE, out=root / "site", slugs=["lanhai"])
    assert result.ok, (result.problems, result.failures)

    with served(root / "site") as host:
        yield host


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True)
    yield context
    context.close()


def _term(page: Page, address: str) -> tuple[Locator, Locator]:
    page.goto(address + RECORD)
    return page.locator(".cb-term").first, page.locator(".cb-explanation")


def test_the_pointer_opens_it_may_move_onto_it_and_escape_closes(desk: Page, address: str) -> None:
    term, box = _term(desk, address)
    expect(box).to_be_hidden()
    term.hover()
    expect(box).to_contain_text(MEANING)
    box.hover()
    desk.wait_for_timeout(600)
    expect(box).to_be_visible()
    desk.keyboard.press("Escape")
    expect(box).to_be_hidden()
    term.hover()
    expect(box).to_be_visible()
    desk.mouse.move(1, 1)
    expect(box).to_be_hidden()


def test_the_keyboard_opens_and_closes_it(desk: Page, address: str) -> None:
    term, box = _term(desk, address)
    expect(term).to_have_role("button")
    expect(term).to_have_accessible_description(MEANING)
    term.focus()
    expect(box).to_be_visible()
    expect(term).to_have_attribute("aria-expanded", "true")
    desk.keyboard.press("Enter")
    expect(box).to_be_hidden()
    desk.keyboard.press("Space")
    expect(box).to_be_visible()
    desk.keyboard.press("Tab")
    expect(box).to_be_hidden()
    assert desk.url == address + RECORD


def test_a_tap_opens_it_within_a_narrow_window(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    term, box = _term(page, address)
    term.tap()
    expect(box).to_be_visible()
    place = box.bounding_box()
    assert place
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 320
    assert place["y"] + place["height"] <= 640
    page.locator("h1").first.tap()
    expect(box).to_be_hidden()


def test_without_scripts_a_term_leads_to_its_entry(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    term, _ = _term(page, address)
    term.click()
    expect(page.locator("dd:target")).to_have_text(MEANING)
    context.close()


def test_paper_has_the_list_and_no_marks(desk: Page, address: str) -> None:
    term, _ = _term(desk, address)
    desk.emulate_media(media="print")
    expect(desk.locator(".cb-words dd").first).to_be_visible()
    assert term.evaluate("e => getComputedStyle(e).textDecorationLine") == "none"

"""News since a day and since the last visit, as a reader's browser shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsing import Visit, still, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SLUG = "meridian-outdoor"
NAME = "changebook/MER/client"
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("The operation is insecure.", "SecurityError") }
})"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(service_workers="block")
    yield context
    context.close()


@pytest.fixture
def home(address: str) -> str:
    """The home page of the client whose news these are."""
    return f"{address}{SLUG}/"


@pytest.fixture
def visit(context: BrowserContext, home: str) -> Iterator[Visit]:
    """A reader's window; in the end there must be no error and no request to another host."""
    visit = Visit(context.new_page(), home)
    yield visit
    assert visit.errors == []
    assert visit.strangers == []


def _remembered(page: Page) -> dict[str, Any]:
    until(page, "name => localStorage.getItem(name)", NAME)
    found: dict[str, Any] = json.loads(page.evaluate("name => localStorage.getItem(name)", NAME))
    return found


def _come_back(page: Page, home: str, unseen: int) -> list[str]:
    """Let the last visit have been long ago, when the newest events were not there yet."""
    page.goto(home)
    state = _remembered(page)
    keys = state["here"]["keys"]
    state["here"] |= {"keys": keys[unseen:], "on": "2026-03-03"}
    state["last"] = 0
    page.evaluate("([name, state]) => localStorage.setItem(name, state)", [NAME, json.dumps(state)])
    page.goto(home)
    page.locator("#visits:visible").wait_for()
    return list(keys[:unseen])


def test_the_first_visit_marks_nothing(visit: Visit) -> None:
    page = visit.page
    for place in ("", "news/", "changes/"):
        page.goto(visit.base + place)
        assert len(_remembered(page)["here"]["keys"]) > 50
        assert not page.locator("#visits").is_visible()
        assert page.locator(".cb-new").count() == 0


def test_a_reader_who_comes_back_sees_what_is_new(visit: Visit) -> None:
    page = visit.page
    keys = _come_back(page, visit.base, 3)
    with page.expect_response("**/news/latest.json") as answer:
        page.reload()
    latest = answer.value.json()["events"]
    ids = {id for key, id, _ in latest if key in keys}
    page.locator("#visits:visible").wait_for()
    text = page.locator("#visits").inner_text()
    assert f"since your visit on 3 Mar 2026: {len(ids)}" in text
    marked = page.locator(".cb-lately .cb-is-new").evaluate_all(
        "all => all.map(e => e.dataset.key)"
    )
    assert marked
    assert set(marked) <= set(keys)
    assert page.locator(".cb-lately .cb-new").first.inner_text() == "New"

    page.goto(f"{visit.base}changes/")
    page.locator("tr .cb-new").first.wait_for()
    rows = page.locator("tr.cb-is-new").evaluate_all("all => all.map(e => e.dataset.id)")
    assert set(rows) == ids

    page.goto(visit.base)
    page.get_by_role("link", name="See what is new").click()
    page.locator(".cb-only-new").wait_for()
    shown = page.locator("li[data-key]:visible")
    assert sorted(shown.evaluate_all("all => all.map(e => e.dataset.key)")) == sorted(keys)
    page.get_by_role("link", name="Show everything").locator("visible=true").click()
    page.locator(".cb-only-new").wait_for(state="detached")
    assert page.locator("li[data-key]:visible").count() > 50


def test_what_was_read_is_not_new_again(visit: Visit) -> None:
    page = visit.page
    _come_back(page, visit.base, 3)
    page.goto(f"{visit.base}news/#new")
    page.get_by_role("button", name="Mark all as read").click()
    assert page.locator(".cb-new, .cb-only-new").count() == 0
    assert not page.locator("#visits").is_visible()
    assert page.locator("li[data-key]:visible").count() > 50
    page.goto(visit.base)
    assert _remembered(page)["before"] == _remembered(page)["here"]
    assert not page.locator("#visits").is_visible()


def test_the_marks_stay_for_the_visit_and_end_with_it(visit: Visit) -> None:
    page = visit.page
    _come_back(page, visit.base, 3)
    page.goto(visit.base)
    page.locator("#visits:visible").wait_for()
    state = _remembered(page)
    state["last"] = 0
    page.evaluate("([name, state]) => localStorage.setItem(name, state)", [NAME, json.dumps(state)])
    page.goto(visit.base)
    until(page, "name => JSON.parse(localStorage.getItem(name)).last > 0", NAME)
    assert not page.locator("#visits").is_visible()


@pytest.mark.parametrize(
    "kept", ["not JSON", "[]", "{}", "null", '{"here": 1, "last": 0}', '{"here": 1, "last": "x"}']
)
def test_whatever_the_browser_kept_the_page_works(visit: Visit, kept: str) -> None:
    page = visit.page
    page.goto(visit.base)
    page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [NAME, kept])
    page.goto(visit.base)
    until(page, "name => localStorage.getItem(name).length > 200", NAME)
    assert not page.locator("#visits").is_visible()


def test_without_storage_nothing_is_shown_or_loaded(browser: Browser, home: str) -> None:
    context = browser.new_context()
    context.add_init_script(NO_STORAGE)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(home)
    still(page)
    assert not page.locator("#visits").is_visible()
    assert [url for url in asked if url.endswith("latest.json")] == []
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_address_with_a_day_shows_what_came_since(
    browser: Browser, home: str, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    # Nothing happened on that Sunday: the day has its place all the same.
    page.goto(f"{home}news/#2026-06-07")
    days = page.locator("section.cb-day")
    shown = [days.nth(n).get_attribute("id") or "" for n in range(days.count())]
    visible = [id for n, id in enumerate(shown) if days.nth(n).is_visible()]
    assert "2026-06-07" not in shown
    assert visible == [id for id in shown if id >= "2026-06-07"]
    assert visible[0] == shown[0]
    assert page.locator("#since").is_visible()
    assert page.evaluate("scrollY") == 0 if scripts else True
    page.get_by_role("link", name="Show everything").locator("visible=true").click()
    assert days.last.is_visible()
    assert not page.locator("#since").is_visible()
    context.close()


def test_a_reader_chooses_the_day(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.base}news/?since=2026-06-01")
    page.wait_for_url("**/news/#2026-06-01")
    field = page.get_by_label("Since")
    assert field.input_value() == "2026-06-01"
    assert not page.locator("section[id='2026-05-27']").is_visible()
    field.fill("2026-05-20")
    page.wait_for_url("**/news/#2026-05-20")
    assert page.locator("section[id='2026-05-27']").is_visible()
    field.fill("")
    page.wait_for_url("**/news/#page")
    assert page.locator("section.cb-day").last.is_visible()
    page.get_by_role("link", name="30 days").click()
    expect(field).to_have_value("2026-05-17")

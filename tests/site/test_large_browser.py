"""A client with hundreds of changes, in a browser: the list is whole, part by part."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from changebook.edit import scaffold
from changebook.publish.build import build
from tests.browsing import WIDTHS, Visit, served

pytestmark = pytest.mark.slow

COUNT = 330
RECORD = """---
id: EX-{number:04}
title: Change {number}
status: submitted
visibility: client
summary: Something else is wanted.
scope: [{{item: Shop, action: modify, after: New.}}]
type: addition
priority: medium
requested: {{by: Ada Brown, party: client, on: {on}}}
reason: {{category: market, text: Asked for.}}
impact:
  cost: [{{item: Work, amount: {number}.00}}]
history: [{{status: submitted, on: {on}, by: Ada Brown}}]
---
"""
SHOWN = """[...document.querySelectorAll(".cb-history tr[data-id]")]
  .filter(row => row.checkVisibility()).map(row => row.dataset.id)"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site of a client with that many changes that were asked for."""
    root = tmp_path_factory.mktemp("large")
    scaffold.init(root)
    folder = root / "changes" / "example"
    for old in (*folder.glob("*/*.md"), folder / "decisions.lock"):
        old.unlink()
    for number in range(1, COUNT + 1):
        on = f"2026-{1 + (number - 1) // 66:02}-{1 + number % 28:02}"
        text = RECORD.format(number=number, on=on)
        (folder / "2026" / f"EX-{number:04}-change.md").write_text(text)
    result = build(root, out=root / "site")
    assert result.ok, (result.problems, result.failures)
    with served(root / "site" / "example") as address:
        yield address


@pytest.fixture
def page(browser: Browser, large: str) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDTHS["phone"])
    visit = Visit(context.new_page(), large)
    yield visit.page
    context.close()
    assert visit.errors == []


def test_the_list_begins_with_the_newest_and_shows_more_when_asked(page: Page, large: str) -> None:
    page.goto(f"{large}changes/")
    expect(page.locator("#history-count")).to_have_text("330 of 330 changes")
    more = page.locator("#history-more")
    expect(more).to_have_text("Show more (230 left)")
    seen = [page.evaluate(SHOWN)]
    while more.is_visible():
        more.click()
        seen.append(page.evaluate(SHOWN))
    assert [len(ids) for ids in seen] == [100, 200, 300, 330]
    assert len(set(seen[-1])) == COUNT
    for before, after in pairwise(seen):
        assert after[: len(before)] == before
    months = page.locator(".cb-history tbody:visible").evaluate_all("all => all.map(it => it.id)")
    assert months == [f"m2026-{month:02}" for month in range(5, 0, -1)]


def test_filters_orders_and_sums_are_of_all_changes(page: Page, large: str) -> None:
    page.goto(f"{large}changes/")
    whole = page.locator("#history-pending").inner_text()
    page.goto(f"{large}changes/?sort=amount")
    assert page.evaluate(SHOWN)[:2] == ["EX-0001", "EX-0002"]
    assert page.locator("#history-pending").inner_text() == whole == "+£54,615.00"
    page.goto(f"{large}changes/?find=EX-7&asked-to=2026-01-31")
    assert page.evaluate(SHOWN) == ["EX-0007"]
    expect(page.locator("#history-count")).to_have_text("1 of 330 changes")
    page.goto(f"{large}changes/")
    page.locator(".cb-filter__open").click()
    page.locator("[aria-controls='history-type-panel']").click()
    expect(page.locator("#history-type-panel .cb-facet__count").first).to_have_text("330")


def test_a_place_further_down_is_led_to(page: Page, large: str) -> None:
    for place in ("changes/#m2026-01", "changes/#2026-02", "changes/by-status/#submitted"):
        page.goto(f"{large}{place}")
        box = page.locator(f"[id='{place.partition('#')[2]}']").bounding_box()
        assert box
        assert 0 <= box["y"] < WIDTHS["phone"]["height"]
    page.goto(f"{large}changes/?view=months")
    assert page.locator("#by-month li[data-id]:visible").count() == COUNT


def test_a_part_that_is_opened_has_its_links(page: Page, large: str) -> None:
    page.goto(f"{large}changes/by-status/")
    part = page.locator(".cb-later").last
    assert not part.locator("a").count()
    part.locator("summary").click()
    part.locator("a", has_text="EX-0001").click()
    page.wait_for_url("**/changes/EX-0001/")


def test_without_scripts_every_change_is_there(browser: Browser, large: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{large}changes/")
    assert page.locator(".cb-history tr[data-id]:visible").count() == COUNT
    assert page.locator("#by-month li[data-id]").count() == COUNT
    page.goto(f"{large}changes/by-status/")
    for part in page.locator(".cb-later > summary").all():
        part.click()
    assert page.locator("#submitted ~ :is(table, details) td.cb-first:visible").count() == COUNT
    page.context.close()


def test_paper_has_every_change(page: Page, large: str) -> None:
    for path in ("changes/", "changes/by-status/"):
        page.goto(f"{large}{path}")
        printed = PdfReader(io.BytesIO(page.pdf()))
        text = " ".join(sheet.extract_text() for sheet in printed.pages)
        missing = [n for n in range(1, COUNT + 1) if f"EX-{n:04}" not in text]
        assert missing == [], path

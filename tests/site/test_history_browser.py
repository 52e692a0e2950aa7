"""The list of changes in a browser: filters, order and sums, in the address and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from changebook.check import load_checked
from changebook.edition.editions import Edition, make_edition
from changebook.model import sums
from changebook.model.sums import PENDING, Bucket, SumLine
from changebook.model.vocabulary import Audience, Priority, Status
from changebook.views.change import ChangeRow
from changebook.views.index import ordered
from tests.browsing import WIDTHS, Visit, fits

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SLUGS = ("meridian-outdoor", "yunfan")


@pytest.fixture(scope="module", params=SLUGS)
def edition(request: pytest.FixtureRequest) -> Edition:
    return make_edition(load_checked(ROOT)[0].client(request.param), Audience.CLIENT)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport=WIDTHS["desktop"], service_workers="block")
    visit = Visit(context.new_page(), address)
    yield visit
    context.close()
    assert visit.errors == []
    assert visit.strangers == []


def rows_of(edition: Edition) -> list[ChangeRow]:
    records = [record.data for record in edition.records]
    position = sums.position(records, edition.profile, edition.as_of)
    return [row for _, row in ordered(edition, position)]


def see(visit: Visit, slug: str, **query: str | list[str]) -> Page:
    visit.page.goto(f"{visit.base}{slug}/changes/?{urlencode(query, doseq=True)}")
    return visit.page


def shown(page: Page) -> list[str]:
    """The ids of the rows that a reader sees, from the top."""
    ids: list[str] = page.evaluate(
        "[...document.querySelectorAll('.cb-history tr[data-id]')]"
        ".filter(row => row.checkVisibility()).map(row => row.dataset.id)"
    )
    return ids


def ids(rows: list[ChangeRow]) -> list[str]:
    return [row.id for row in rows]


def test_without_filters_everything_is_shown_as_it_stands_on_the_page(
    visit: Visit, edition: Edition
) -> None:
    visit.page.goto(f"{visit.base}{edition.slug}/changes/")
    rows = rows_of(edition)
    assert shown(visit.page) == ids(rows)
    fits(visit.page)


def test_the_filters_stand_in_the_address(visit: Visit, edition: Edition) -> None:
    page = see(visit, edition.slug, status=["approved", "closed"], priority="high")
    wanted = [
        row
        for row in rows_of(edition)
        if row.status in (Status.APPROVED, Status.CLOSED) and row.priority is Priority.HIGH
    ]
    assert wanted
    assert shown(page) == ids(wanted)


def test_the_sums_follow_the_filters_to_the_last_digit(visit: Visit, edition: Edition) -> None:
    currency, words = edition.profile.contract.currency, edition.words
    for query in ({}, {"type": "addition"}, {"reason": "market"}, {"priority": "critical"}):
        page = see(visit, edition.slug, **query)
        rows = [row for row in rows_of(edition) if row.id in shown(page)]
        assert rows
        for line, buckets in ((SumLine.APPROVED, {Bucket.APPROVED}), (SumLine.PENDING, PENDING)):
            amounts = [row.counts for row in rows if row.bucket in buckets and row.counts]
            expected = words.money(sum(amounts, Decimal(0)), currency, signed=True)
            expect(page.locator(f"#history-{line.value}")).to_have_text(expected)


def test_what_the_list_does_not_have_is_named_and_left_out(visit: Visit) -> None:
    page = see(
        visit,
        SLUGS[0],
        status=["rejected", "frozen"],
        sort="weight",
        view="cube",
        **{"asked-from": "2026-02-30"},
    )
    expect(page.get_by_role("alert")).to_contain_text(
        "status=frozen, asked-from=2026-02-30, sort=weight, view=cube"
    )
    assert shown(page) == ["MER-0006"]


def test_filters_are_set_and_taken_back_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.base}{SLUGS[0]}/changes/")
    everything = shown(page)
    facet = page.locator("#history-form").get_by_role("button", name="Status", exact=True)
    facet.focus()
    page.keyboard.press("Enter")
    expect(facet).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"changes/\?status=submitted$"))
    assert shown(page) == ["MER-0014"]
    expect(page.locator("#history-shown")).to_contain_text("1 of 13 changes")
    page.keyboard.press("Escape")
    expect(page.locator("#history-status-panel")).to_be_hidden()
    expect(page.locator(".cb-facet--set button")).to_be_focused()
    page.go_back()
    expect(page).to_have_url(re.compile(r"changes/$"))
    expect(page.locator("#history-count")).to_have_text("13 of 13 changes")
    assert shown(page) == everything
    page.go_forward()
    expect(page.locator("#history-count")).to_have_text("1 of 13 changes")
    assert shown(page) == ["MER-0014"]
    page.get_by_role("button", name="Clear all filters").click()
    assert shown(page) == everything
    expect(page.get_by_role("button", name="Clear all filters")).to_be_hidden()


def test_each_choice_says_how_many_it_would_show(visit: Visit) -> None:
    page = see(visit, SLUGS[0], type="addition")
    page.locator("#history-form").get_by_role("button", name="Priority").click()
    labels = page.locator("#history-priority-panel label:visible").all_inner_texts()
    counts = {name: int(count) for name, count in (label.split() for label in labels)}
    edition = make_edition(load_checked(ROOT)[0].client(SLUGS[0]), Audience.CLIENT)
    rows = [row for row in rows_of(edition) if row.type and row.type.value == "addition"]
    for term in Priority:
        if term.label in counts:
            assert counts[term.label] == sum(row.priority is term for row in rows)
    assert sum(counts.values()) == len(rows)


@pytest.mark.parametrize("key", ["amount", "days", "decided", "priority", "title", "id", "status"])
def test_each_column_sorts_both_ways(visit: Visit, key: str) -> None:
    page = visit.page
    page.goto(f"{visit.base}{SLUGS[0]}/changes/")
    head = page.locator(f'th[data-sort="{key}"]')
    head.get_by_role("button").click()
    first_way = head.get_attribute("aria-sort")
    once = shown(page)
    head.get_by_role("button").click()
    assert {first_way, head.get_attribute("aria-sort")} == {"ascending", "descending"}
    twice = shown(page)
    assert sorted(once) == sorted(twice)
    assert once != twice
    assert page.locator("th[aria-sort]").count() == 1
    up = once if first_way == "ascending" else twice
    rows = {
        row.id: row
        for row in rows_of(make_edition(load_checked(ROOT)[0].client(SLUGS[0]), Audience.CLIENT))
    }
    order: Callable[[ChangeRow], Any] = {
        "amount": lambda row: row.amount,
        "days": lambda row: row.moves and row.moves.days,
        "decided": lambda row: row.decided,
        "priority": lambda row: row.priority and -list(Priority).index(row.priority),
        "title": lambda row: row.title.casefold(),
        "id": lambda row: row.id,
        "status": lambda row: list(Status).index(row.status),
    }[key]
    values = [order(rows[id]) for id in up]
    known = [value for value in values if value is not None]
    assert known == sorted(known)
    assert values[: len(known)] == known, "what has no value comes last"


def test_a_short_id_and_several_words_are_found(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.base}{SLUGS[0]}/changes/")
    field = page.get_by_role("searchbox", name="Find in this list")
    field.fill("mer-12")
    assert shown(page) == ["MER-0012"]
    field.fill("checkout  LOCKERS")
    assert shown(page) == ["MER-0010"]
    expect(page).to_have_url(re.compile("find=checkout"))
    field.fill("no such words")
    assert shown(page) == []
    expect(page.locator("#history-shown")).to_contain_text("No change matches these filters.")


def test_the_months_show_what_the_filters_leave(visit: Visit) -> None:
    page = see(visit, SLUGS[0], status="void")
    page.get_by_role("link", name="By month").click()
    expect(page).to_have_url(re.compile(r"changes/\?status=void\&view=months$"))
    expect(page.locator("#table")).to_be_hidden()
    expect(page.locator(".cb-happened:visible h3")).to_have_text(["March 2026", "February 2026"])
    expect(page.locator(".cb-happened li:visible")).to_have_count(3)
    page.reload()
    expect(page.locator("#table")).to_be_hidden()
    page.goto(f"{visit.base}{SLUGS[0]}/changes/by-status/")
    page.get_by_role("link", name="By month").click()
    expect(page.locator("#by-month")).to_be_visible()
    expect(page.locator("#table")).to_be_hidden()


def test_periods_include_both_days(visit: Visit) -> None:
    asked = {"asked-from": "2026-01-19", "asked-to": "2026-01-27"}
    page = see(visit, SLUGS[0], **asked)
    assert shown(page) == ["MER-0005", "MER-0004", "MER-0003"]
    page = see(visit, SLUGS[0], **{"decided-from": "2026-05-14"})
    assert shown(page) == ["MER-0010"]


def test_a_phone_has_cards_and_the_filters_behind_a_button(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=WIDTHS["phone"], has_touch=True, is_mobile=True)
    visit = Visit(context.new_page(), address)
    page = see(visit, SLUGS[1])
    fits(page)
    form = page.locator("#history-form")
    expect(form).to_be_hidden()
    page.locator(".cb-filter__open").tap()
    expect(form).to_be_visible()
    page.locator("#history-sort").select_option("-amount")
    assert shown(page)[0] == "YF-0006"
    fits(page)
    for button in page.locator("#history-form button:visible").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 24
    assert (visit.errors, visit.strangers) == ([], [])
    context.close()


def test_a_phone_shows_no_card_that_a_filter_leaves_out(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=WIDTHS["phone"])
    visit = Visit(context.new_page(), address)
    page = see(visit, SLUGS[1], waits="decision")
    cards = page.locator("tr[data-id]:visible")
    assert cards.count() > 0
    for card in cards.all():
        assert "decision" in (card.get_attribute("data-waits") or "")
    context.close()


def test_without_scripts_the_list_and_the_months_are_whole(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for slug in SLUGS:
        page.goto(f"{address}{slug}/changes/")
        edition = make_edition(load_checked(ROOT)[0].client(slug), Audience.CLIENT)
        rows = page.locator(".cb-history tr[data-id]")
        expect(rows).to_have_count(len(edition.records))
        assert all(row.is_visible() for row in rows.all())
        expect(page.locator("#by-month")).to_be_visible()
        expect(page.locator(".cb-happened:visible")).not_to_have_count(0)
        expect(page.locator(".cb-history button, #history-tools > *")).to_have_count(0)
    context.close()

"""The search in a browser: what readers find, by words and by facets, with a mouse or by keyboard.

The sites lie below a sub-path, as on most hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from changebook.site.search.spelling import spelt
from tests.browsing import still

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
QUERIES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "search" / "queries.yaml").read_text("utf-8")
)
#: The ids that a query finds, the best first, and whether they have only some of its words.
FIND = """async query => {
  const {find} = await import(new URL("assets/javascripts/search-index.js", document.baseURI));
  const {results, partly} = await find(query);
  const urls = await Promise.all(results.map(async result => (await result.data()).url));
  return [urls.map(url => url.match(/[A-Z]+-[0-9]+/)[0]), Boolean(partly)];
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which nothing may go wrong unseen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    yield page
    context.close()
    assert errors == []


@pytest.mark.parametrize("client", QUERIES)
def test_what_readers_look_for_comes_first(page: Page, address: str, client: str) -> None:
    page.goto(f"{address}{client}/")
    wrong = {}
    for case in QUERIES[client]:
        ids, _ = page.evaluate(FIND, case["query"])
        first = ids[0] if ids else ""
        if first != case["first"] or not {*case.get("found", [])} <= {*ids}:
            wrong[case["query"]] = ids
    assert wrong == {}


def test_there_are_queries_enough_in_both_languages() -> None:
    chinese = [case["query"] for case in QUERIES["yunfan"]]
    assert sum(map(len, QUERIES.values())) >= 60
    assert sum(bool(re.search("[\u4e00-\u9fff]", query)) for query in chinese) >= 20


def test_what_has_only_some_of_the_words_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}meridian-outdoor/")
    assert page.evaluate(FIND, "locker unicorn") == [["MER-0010", "MER-0001", "MER-0012"], True]
    assert page.evaluate(FIND, "locker slot")[1] is False


def field(page: Page) -> Any:
    return page.locator(".md-search__input")


def test_the_header_searches_as_materials_search_does(page: Page, address: str) -> None:
    loaded: list[str] = []
    page.on("request", lambda r: loaded.append(r.url) if "/pagefind/" in r.url else None)
    page.goto(f"{address}meridian-outdoor/changes/MER-0001/")
    still(page)
    assert loaded == []

    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    expect(page.locator("#__search")).to_be_checked()
    page.keyboard.type("27580")
    results = page.locator(".md-search-result__item")
    expect(results).to_have_count(1)
    expect(page.locator("#search [role=status]")).to_have_text("One change found")
    said = results.inner_text().split("\n")
    assert said[0] == "MER-0008 Returns portal with labels that need no printer"
    assert {"Being implemented", "4 Mar 2026", "+£27,580.00"} <= {*results.inner_text().split("\n")}
    assert "27,580.00" in results.locator("mark").first.inner_text()

    # Other words: the list follows; the arrow keys go through it, and Escape closes it.
    field(page).fill("loyalty")
    expect(page.locator("#search [role=status]")).to_have_text("4 changes found")
    links = results.locator("a")
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".cb-found__all a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#__search")).not_to_be_checked()

    # `f` and `s` are letters within the field, and open it elsewhere.
    for key in ("f", "s"):
        page.keyboard.press(key)
        expect(field(page)).to_be_focused()
        page.keyboard.press(key)
        expect(field(page)).to_have_value(key)
        page.keyboard.press("Escape")

    page.keyboard.press("s")
    field(page).fill("loyalty levels")
    expect(links.first).to_contain_text("MER-0009")
    page.keyboard.press("Enter")
    page.wait_for_url("**/some/where/meridian-outdoor/changes/MER-0009/")


def test_all_results_are_on_the_search_page(page: Page, address: str) -> None:
    page.goto(f"{address}yunfan/process/")
    field(page).click()
    field(page).fill("离线签收")
    page.locator(".md-search-result__item").first.wait_for()
    page.locator(".cb-found__all a").click()
    page.wait_for_url("**/yunfan/search/?q=*")
    expect(page.locator("#find input[type=search], .cb-find__words input")).to_have_value(
        "离线签收"
    )
    expect(page.locator("li.cb-found").first).to_contain_text("YF-0006")
    assert "离线签收" in page.locator("li.cb-found mark").all_inner_texts()
    expect(page.locator("#find-also a").first).to_be_visible()


def test_a_field_left_empty_or_cleared_shows_nothing(page: Page, address: str) -> None:
    page.goto(f"{address}meridian-outdoor/")
    field(page).click()
    field(page).fill("qqqxyz")
    status = page.locator("#search [role=status]")
    expect(status).to_have_text("No change contains these words")
    page.locator(".md-search__form button[type=reset]").click()
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_focused()
    expect(status).to_have_text("Type to start searching")


def found(page: Page) -> list[str]:
    return [text.split()[0] for text in page.locator("li.cb-found h2").all_inner_texts()]


def count(page: Page) -> Any:
    return page.locator("#find-count")


def test_facets_alone_with_counts_sorting_and_the_back_button(page: Page, address: str) -> None:
    page.goto(f"{address}meridian-outdoor/search/")
    expect(count(page)).to_have_text("13 changes found")
    assert count(page).get_attribute("role") == "status"
    assert (found(page)[0], found(page)[-1]) == ("MER-0014", "MER-0001")
    facets = page.locator("#find-facets")

    implementing = facets.get_by_label("Being implemented")
    row = facets.locator("li", has_text="Being implemented")
    assert row.inner_text().split()[-1] == "2"
    implementing.check()
    expect(count(page)).to_have_text("2 changes found")
    assert page.url.endswith("/search/?status=implementing")
    # Another value of the same facet is an alternative; one of another facet narrows down.
    facets.get_by_label("Superseded").check()
    expect(count(page)).to_have_text("4 changes found")
    facets.locator("[name=asked][value='2025']").check()
    expect(count(page)).to_have_text("One change found")
    assert found(page) == ["MER-0001"]
    assert page.url.endswith("?status=implementing&status=superseded&asked=2025")

    page.go_back()
    expect(count(page)).to_have_text("4 changes found")
    expect(facets.locator("[name=asked][value='2025']")).not_to_be_checked()

    page.get_by_label("Sort by").select_option("Highest amount first")
    expect(page.locator("li.cb-found").first).to_contain_text("MER-0008")
    assert found(page) == ["MER-0008", "MER-0001", "MER-0002", "MER-0011"]
    page.get_by_label("Sort by").select_option("Lowest amount first")
    expect(page.locator("li.cb-found").first).to_contain_text("MER-0011")

    page.get_by_role("button", name="Clear all filters").click()
    expect(count(page)).to_have_text("13 changes found")
    assert found(page)[0] == "MER-0005"  # it saves money
    assert found(page)[-1] in {"MER-0013", "MER-0014"}  # nobody knows yet what it costs


def test_an_address_holds_words_facets_and_sorting(page: Page, address: str) -> None:
    page.goto(f"{address}meridian-outdoor/search/?q=loyalty&status=deferred&sort=oldest")
    expect(count(page)).to_have_text("One change found")
    assert found(page) == ["MER-0009"]
    assert page.get_by_label("Sort by").input_value() == "oldest"
    assert page.title().startswith("loyalty: search - ")
    expect(page.locator("#find-chosen")).to_have_text("(1)")
    # What the edition has not is left out.
    page.goto(f"{address}meridian-outdoor/search/?q=loyalty&status=unknown&sort=sideways&x=1")
    expect(count(page)).to_have_text("4 changes found")
    page.goto(f"{address}meridian-outdoor/search/?q=qqqxyz")
    expect(count(page)).to_have_text("No change contains these words")
    page.get_by_role("link", name="Browse all changes instead").click()
    page.wait_for_url("**/meridian-outdoor/changes/")


def test_typing_on_the_search_page_changes_the_address(page: Page, address: str) -> None:
    page.goto(f"{address}yunfan/search/")
    expect(count(page)).to_have_text("找到13项变更")
    page.locator(".cb-find__words input").fill("温度")
    expect(page.locator("li.cb-found").first).to_contain_text("YF-0007")
    page.wait_for_url("**/yunfan/search/?q=*")


def test_the_search_page_on_a_phone_and_by_keyboard(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}yunfan/search/?q=签收")
    expect(page.locator("li.cb-found").first).to_contain_text("YF-")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    facets = page.locator("#find-facets")
    assert not facets.evaluate("list => list.open")
    facets.locator("summary").first.press("Enter")
    box = facets.locator("input[type=checkbox]").first
    box.press(" ")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    # What was chosen has the list written again: what is out of the page by now has no height.
    heights = facets.locator("label").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height).filter(height => height)"
    )
    assert heights
    assert min(heights) >= 24
    context.close()


def test_without_scripts_the_search_page_says_where_to_look(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}meridian-outdoor/search/?q=loyalty")
    assert not page.locator("#find").is_visible()
    page.get_by_role("link", name="Browse all changes instead").click()
    page.wait_for_url("**/meridian-outdoor/changes/")
    context.close()


def test_near_words_are_found_in_summaries_scope_and_glossary(page: Page, address: str) -> None:
    page.goto(f"{address}meridian-outdoor/search/?q=split+shipping")
    expect(count(page)).to_have_text(
        "No change contains all these words; these contain some of them"
    )
    assert "MER-0012" in found(page)  # "shipping company" is another word for its carrier
    expect(page.locator("#find-also")).to_contain_text("Glossary")

    # A slip of the finger, and a word that some page has but no change.
    page.goto(f"{address}meridian-outdoor/search/?q=bulky+delivry")
    expect(page.locator("li.cb-found").first).to_contain_text("MER-0012")
    page.goto(f"{address}meridian-outdoor/search/?q=split+delivery")
    expect(page.locator("li.cb-found").first).to_contain_text("MER-")

    # Of two Chinese words one is enough, although a third pair of characters lies between them.
    page.goto(f"{address}yunfan/search/?q=拆分发货")
    expect(count(page)).to_have_text("没有变更含有全部这些词；以下变更含有其中一部分")
    expect(page.locator("li.cb-found mark").first).to_have_text("发货")
    expect(page.locator("#find-also")).to_contain_text("名词解释")
    page.goto(f"{address}yunfan/search/?q=发货")
    expect(page.locator("li.cb-found mark").first).to_have_text("发货")


def test_an_excerpt_reads_like_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}yunfan/search/?q=YF-11")
    first = page.locator("li.cb-found").first
    expect(first.locator("h2")).to_contain_text("YF-0011")
    status, day, money = first.locator(".cb-found__facts > *").all_inner_texts()
    assert (status, day, money) == ("待决定", "2026年5月18日", "+¥128,800.00")
    sentence = first.locator(".cb-found__sentence").inner_text()
    assert "第2版修订内容（2026年6月18日）" in sentence
    assert len(sentence) > 60

    # What stands for the end of a run of Chinese is not shown, also before a sign and more of it.
    page.goto(f"{address}yunfan/search/?q=发票")
    expect(page.locator("#find-results")).to_contain_text("效率/性能")

    # The heads of columns, read in a row, are no sentence.
    page.goto(f"{address}meridian-outdoor/search/")
    page.locator("li.cb-found").first.wait_for()
    for text in page.locator(".cb-found__sentence").all_inner_texts():
        assert "Item Before After" not in text


def test_an_index_that_is_missing_is_said(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.route("**/pagefind/**", lambda route: route.abort())
    page.goto(f"{address}meridian-outdoor/search/")
    expect(count(page)).to_have_text("The search could not be loaded")
    expect(page.get_by_role("link", name="Browse all changes instead")).to_be_visible()
    page.close()


def test_text_comes_back_as_it_was_written(page: Page, address: str) -> None:
    """The script takes back what `spelling` does to a text before Pagefind reads it."""
    page.goto(f"{address}yunfan/")
    for text in (
        "司机 App 支持离线签收，弱网也行。",
        "（含“弱网”和断网场景）",
        "见 YF-0006，共 137,582.00 元。",
        "Returns portal, £27,580.00 (MER-0008).",
        "第 2 版",
        "第2版修订（2026年6月18日），费用54000元。",
    ):
        back = page.evaluate(
            """async text => (await import(
                new URL("assets/javascripts/search-text.js", document.baseURI))).plain(text)""",
            spelt(text),
        )
        assert back == text

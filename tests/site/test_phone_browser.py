"""What a client sees first on a phone, how long the pages are, and where a jump ends.

The numbers are those that the samples have to keep, on a screen of 390 × 844.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from changebook.model.vocabulary import Audience
from changebook.publish.build import build
from tests.browsing import WIDTHS, served, until
from tests.paper.typeset import without_typesetting
from tests.site.test_quality import kinds

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ["meridian-outdoor", "yunfan"]
SCREEN = WIDTHS["phone"]["height"]
#: How many screens a page may have, by the beginning of its address.
SCREENS = {"": 3, "impact/": 8, "news/": 8}
RECORD_SCREENS = 6
SHIFTS = """
window.shift = 0
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shift += entry.value
}).observe({type: "layout-shift", buffered: true})
"""
#: Where a heading is after a jump to it, and where the page's own head ends.
LANDED = """id => {
  const at = document.getElementById(id).getBoundingClientRect()
  return [at.top, at.bottom, document.querySelector(".md-header").getBoundingClientRect().bottom]
}"""


def records(site: Path) -> list[str]:
    """The longest record, and one that waits for an answer."""
    pages = sorted(site.glob("changes/*-*[0-9]/index.html"), key=lambda page: page.stat().st_size)
    waiting = [page for page in pages if 'class="cb-ask' in page.read_text()]
    return sorted({f"changes/{page.parent.name}/" for page in (pages[-1], waiting[-1])})


def ends(page: Page, selector: str) -> float:
    """How far down the page the last of these elements ends."""
    boxes = [box for found in page.locator(selector).all() if (box := found.bounding_box())]
    assert boxes, selector
    return max(box["y"] + box["height"] for box in boxes)


@pytest.fixture
def phone(browser: Browser) -> Page:
    """A page as a phone shows it."""
    return browser.new_page(viewport=WIDTHS["phone"])


@pytest.mark.parametrize("client", CLIENTS)
def test_pages_are_not_longer_than_a_reader_scrolls(
    phone: Page, sample_sites: Path, address: str, client: str
) -> None:
    limits = SCREENS | dict.fromkeys(records(sample_sites / client), RECORD_SCREENS)
    heights = {}
    for page in limits:
        phone.goto(f"{address}{client}/{page}")
        heights[page] = phone.evaluate("document.documentElement.scrollHeight") / SCREEN
    assert all(heights[page] <= limits[page] for page in limits), heights


def test_the_portfolio_is_not_longer_than_a_reader_scrolls(phone: Page, tmp_path: Path) -> None:
    assert build(ROOT, audience=Audience.TEAM, out=tmp_path).ok
    with served(tmp_path) as address:
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollHeight") <= 5 * SCREEN


@pytest.mark.parametrize("client", CLIENTS)
def test_home_begins_with_where_we_stand_and_what_waits(
    phone: Page, address: str, client: str
) -> None:
    phone.goto(f"{address}{client}/")
    assert phone.locator(".cb-standing > div").count() == 4
    assert ends(phone, ".cb-standing") < ends(phone, ".cb-wait") <= SCREEN


@pytest.mark.parametrize("client", CLIENTS)
def test_a_record_begins_with_its_outcome(
    phone: Page, sample_sites: Path, address: str, client: str
) -> None:
    for record in records(sample_sites / client):
        phone.goto(f"{address}{client}/{record}")
        assert ends(phone, ".cb-outcome") <= SCREEN, record


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("size", WIDTHS)
def test_each_jump_lands_with_its_heading_in_view(
    browser: Browser, sample_sites: Path, address: str, client: str, size: str
) -> None:
    page = browser.new_page(viewport=WIDTHS[size])
    for target in ("", "impact/", *records(sample_sites / client)):
        page.goto(f"{address}{client}/{target}")
        links = page.locator(".cb-contents a").evaluate_all(
            "links => links.map(link => link.hash.slice(1))"
        )
        assert len(links) > 1, target
        for place in links:
            page.goto(f"{address}{client}/{target}#{place}")
            until(
                page,
                """id => {
                  const at = document.getElementById(id).getBoundingClientRect()
                  return at.top < innerHeight && at.bottom > 0
                }""",
                place,
            )
            top, bottom, head = page.evaluate(LANDED, place)
            assert head <= top, (target, place)
            assert bottom <= WIDTHS[size]["height"], (target, place)


def test_why_the_end_moved_is_two_taps_away_and_the_calendar_one(phone: Page, address: str) -> None:
    phone.goto(f"{address}{CLIENTS[0]}/")
    assert phone.locator("article a[href$='feeds/calendar.ics']").is_visible()
    phone.locator(".cb-standing a[href$='impact/#dates']").click()
    reason = phone.locator("#dates-table tr.cb-strong a.cb-id").first
    assert reason.is_visible()
    number = reason.inner_text()
    reason.click()
    assert phone.locator("h1 .cb-id").inner_text() == number


@pytest.mark.parametrize("client", CLIENTS)
def test_every_document_is_two_taps_and_one_screen_away(
    phone: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    """From home, scrolling no more than one screen on both pages together."""
    monkeypatch.setattr("changebook.paper.press.pdf", without_typesetting)
    kept = tmp_path / "kept"  # not the workspace's own: what is kept here is no document
    result = build(ROOT, out=tmp_path / "out", slugs=[client], jobs=1, pdf=True, cache=kept)
    assert result.ok
    site = tmp_path / "out" / client
    with served(site) as address:
        phone.goto(address)
        scrolled = max(0, ends(phone, "article a[href$='documents/']") - SCREEN)
        phone.locator("article a[href$='documents/']").click()
        phone.locator("#changes").wait_for()
        scrolled += max(0, ends(phone, "article a[href$='.pdf']") - SCREEN)
        assert scrolled <= SCREEN
        links = phone.locator("article a[href$='.pdf']")
        reached = set(links.evaluate_all("links => links.map(link => link.pathname.slice(1))"))
    assert reached == {pdf.relative_to(site).as_posix() for pdf in site.rglob("*.pdf")}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_change_in_the_list_takes_a_few_lines(phone: Page, address: str, client: str) -> None:
    phone.goto(f"{address}{client}/changes/")
    row = phone.locator("#table tr[data-id]").first
    for cell in (".cb-first", ".cb-no", ".cb-chip", ".cb-num"):
        assert row.locator(cell).first.is_visible(), cell
    heights = phone.locator("#table tr[data-id]").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"
    )
    assert sorted(heights)[len(heights) // 2] <= 84
    amounts = [cell.bounding_box() for cell in phone.locator("tr[data-id] td:nth-child(4)").all()]
    assert len({round(box["x"] + box["width"]) for box in amounts if box}) == 1


def test_a_long_list_of_ids_becomes_links_when_it_is_opened(phone: Page, address: str) -> None:
    phone.goto(f"{address}{CLIENTS[0]}/impact/")
    phone.evaluate(
        """() => document.querySelector("article").insertAdjacentHTML("afterbegin",
          '<details class="cb-behind" id="long"><summary>2 changes</summary>' +
          '<span data-records="../changes/*/">MER-0001 MER-0002</span></details>')"""
    )
    assert phone.locator("#long a").count() == 0
    phone.locator("#long summary").click()
    phone.locator("#long a").nth(1).click()
    phone.wait_for_url("**/changes/MER-0002/")


@pytest.mark.parametrize("client", CLIENTS)
def test_names_leave_room_for_what_they_are(
    phone: Page, sample_sites: Path, address: str, client: str
) -> None:
    """A line with many names on its right must not stand the words on its left on end."""
    for record in records(sample_sites / client):
        phone.goto(f"{address}{client}/{record}")
        boxes = [term.bounding_box() for term in phone.locator(".cb-outcome dt").all()]
        assert all(box and box["height"] < 70 for box in boxes), record


def test_a_hidden_mark_takes_no_line(phone: Page, address: str) -> None:
    phone.goto(f"{address}{CLIENTS[0]}/changes/MER-0012/")
    box = phone.locator("#impact").bounding_box()
    assert box is not None
    assert box["height"] < 40


def test_a_link_into_a_folded_part_opens_it(phone: Page, address: str) -> None:
    phone.goto(f"{address}{CLIENTS[0]}/impact/#order-3")
    row = phone.locator("#order-3")
    row.wait_for()
    fold = phone.locator("details.cb-fold", has=row)
    assert fold.get_attribute("open") is not None


def test_paper_has_all_that_a_phone_folds_and_no_list_of_contents(
    phone: Page, address: str
) -> None:
    phone.goto(f"{address}{CLIENTS[0]}/changes/MER-0012/")
    assert phone.locator(".cb-fold > summary").first.is_visible()
    phone.emulate_media(media="print")
    folded = phone.locator(".cb-fold :is(table, ul, ol, .cb-option)").all()
    assert len(folded) > 5
    assert all(part.is_visible() for part in folded)
    assert not phone.locator(".cb-fold > summary").first.is_visible()
    assert not phone.locator(".cb-contents").is_visible()


def test_a_wide_window_folds_nothing(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=WIDTHS["desktop"])
    page.goto(f"{address}{CLIENTS[0]}/impact/")
    assert page.locator("#order-3").is_visible()
    assert not page.locator(".cb-fold > summary").first.is_visible()
    assert not page.locator(".cb-contents").is_visible()  # it stands beside the page


def test_figures_stand_below_each_other_on_a_phone(phone: Page, address: str) -> None:
    phone.goto(f"{address}{CLIENTS[0]}/impact/")
    cells = phone.locator(".cb-sums tbody .cb-num")
    boxes = [box for cell in cells.all() if (box := cell.bounding_box())]
    assert len(boxes) > 3
    assert len({round(box["x"] + box["width"]) for box in boxes}) == 1


def test_filters_lie_over_the_page_until_the_reader_has_seen_how_many_are_left(
    phone: Page, address: str
) -> None:
    phone.goto(f"{address}{CLIENTS[0]}/changes/")
    form, done = phone.locator("#history-form"), phone.locator(".cb-filter__done")
    phone.locator(".cb-filter__open").click()
    shown = phone.locator("#table tr[data-id]:not([hidden])")
    everything = shown.count()
    assert done.inner_text() == f"Show {everything} changes"
    assert done.evaluate("button => button.clientHeight") >= 40  # what has its colour
    form.locator("[aria-controls='history-type-panel']").click()
    form.locator("#history-type-panel input").first.check()
    assert 0 < shown.count() < everything
    left = shown.count()
    assert done.inner_text() == (f"Show {left} changes" if left > 1 else "Show the one change")
    done.click()
    assert not form.is_visible()


#: The pages to which scripts add something while they load.
SCRIPTED = ["", "changes/", "follow/", "impact/", "impact/months/", "news/", "search/"]


@pytest.mark.parametrize(
    ("width", "client"), [(390, CLIENTS[0]), (768, CLIENTS[1]), (1024, CLIENTS[0]),
                          (1280, CLIENTS[1]), (1920, CLIENTS[0])],
)  # fmt: skip
def test_nothing_moves_while_a_page_is_made(
    browser: Browser, sample_sites: Path, address: str, client: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844 if width < 768 else 900})
    page.add_init_script(SHIFTS)
    shifts = {}
    everything = kinds(sample_sites / client)
    # In between, those that scripts add to.
    for target in everything if width in (390, 1280) else SCRIPTED:
        page.goto(f"{address}{client}/{target}", wait_until="load")
        page.wait_for_timeout(200)
        shifts[target] = page.evaluate("window.shift")
    assert {target: shift for target, shift in shifts.items() if shift > 0.02} == {}
    page.context.close()


def test_letters_have_five_sizes() -> None:
    styles = Path("site_templates/theme/assets/stylesheets/changebook.css").read_text()
    sizes = set(re.findall(r"font-size: ([^;]+);", styles)) - {"inherit"}
    assert sizes == {f"var(--cb-text-{size})" for size in ("xs", "s", "m", "l", "xl")}

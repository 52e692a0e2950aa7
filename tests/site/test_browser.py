"""The built sites in a browser, as clients use them: on a desk and on a phone, in both languages.

The sites lie below a sub-path, as on most hosts, and nothing may come from anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    Page,
)

from changebook.publish.build import build
from tests.browsing import WIDTHS, Visit, fits, served, still, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Client:
    """What is looked for on one client's site: words of a record's title, in its language."""

    slug: str
    language: str
    search: str
    record: str


CLIENTS = [
    Client("meridian-outdoor", "en", "catalogue", "MER-"),
    Client("yunfan", "zh-CN", "签收", "YF-"),
]


@pytest.fixture(params=list(WIDTHS))
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    """A browser window; after the test there must be no error and no request to another host."""
    phone = request.param == "phone"
    context = browser.new_context(
        viewport=WIDTHS[request.param], has_touch=phone, is_mobile=phone, service_workers="block"
    )
    visit = Visit(context.new_page(), address)
    yield visit
    context.close()
    assert visit.errors == []
    assert visit.strangers == []


def test_a_link_into_a_page_leads_below_what_stays_on_top(visit: Visit) -> None:
    visit.page.goto(f"{visit.base}meridian-outdoor/changes/MER-0012/#why")
    until(visit.page, "scrollY > 0")
    top = visit.page.locator("#why").bounding_box()
    tabs = visit.page.locator(".md-tabs").bounding_box()
    assert top is not None
    assert tabs is not None
    assert top["y"] >= tabs["y"] + tabs["height"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_home_record_decisions_search(visit: Visit, client: Client) -> None:
    page, home = visit.page, f"{visit.base}{client.slug}/"
    page.goto(home)
    assert page.locator("html").get_attribute("lang") == client.language
    assert page.locator("h1").count() == 1
    fits(page)

    record = page.locator(f'.md-content a[href*="changes/{client.record}"]').first
    record.click()
    page.wait_for_url(re.compile(rf"{re.escape(home)}changes/{client.record}\d+/"))
    shown = page.url.removesuffix("/").rpartition("/")[2]
    assert page.locator("h1").count() == 1
    assert shown in page.locator(".md-content").inner_text()
    fits(page)

    page.goto(f"{home}decisions/")
    decided = page.locator(f'.md-content a[href*="changes/{client.record}"]').first
    fits(page)
    decided.click()
    page.wait_for_url(re.compile(rf"{re.escape(home)}changes/{client.record}\d+/"))

    search(page, client.search)
    result = page.locator(".md-search-result__link").first
    result.wait_for()
    assert (
        client.search.casefold() in page.locator(".md-search-result__list").inner_text().casefold()
    )
    result.click()
    page.wait_for_url(re.compile(re.escape(home)))
    fits(page)


def unfold(page: Page) -> None:
    """Open what phones fold away; lists of changes stay closed."""
    page.evaluate(
        "for (const fold of document.querySelectorAll('details.cb-fold')) fold.open = true"
    )


def search(page: Page, words: str) -> None:
    button = page.locator('label.md-header__button[for="__search"]')
    if button.is_visible():
        button.click()
    else:
        page.locator(".md-search__input").click()
    field = page.locator(".md-search__input")
    field.press_sequentially(words)


def test_two_month_ends_are_compared(visit: Visit) -> None:
    page, months = visit.page, f"{visit.base}meridian-outdoor/impact/months/"
    page.goto(f"{months}?from=2026-01&to=2026-03")
    revised = page.locator("#compare-rows tr").nth(2)
    assert revised.inner_text().split() == [
        *("Revised", "contract", "sum"),
        "£509,150.00",
        "£486,330.00",
        "−£22,820.00",
    ]
    assert page.locator(".cb-month:visible h3").all_inner_texts() == ["March 2026", "February 2026"]
    fits(page)

    page.get_by_label("Last month").select_option(label="May 2026")
    page.wait_for_url(f"{months}?from=2026-01&to=2026-05")
    assert "£516,170.00" in revised.inner_text()
    assert page.locator(".cb-month:visible").count() == 4

    # Whichever way round, and with a month that does not exist, it shows what it can.
    page.goto(f"{months}?from=2026-05&to=1999-01")
    assert "unchanged" in revised.inner_text()
    page.locator("#months a").last.click()
    page.wait_for_url(re.compile("impact/2025-11/"))
    fits(page)


def test_the_month_ends_are_whole_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}yunfan/impact/months/?from=2026-01&to=2026-03")
    assert not page.locator("#compare").is_visible()
    assert page.locator("#months tbody tr:visible").count() == 7
    assert page.locator(".cb-month:visible").count() == 7
    context.close()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_folded_lists_are_large_enough_for_a_finger_and_open_by_keyboard(
    visit: Visit, client: Client
) -> None:
    page = visit.page
    page.goto(f"{visit.base}{client.slug}/impact/")
    unfold(page)
    folded = page.locator("details.cb-behind")
    heights = folded.locator("summary").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height).filter(height => height)"
    )
    assert heights
    assert min(heights) >= 24
    folded.first.locator("summary").press("Enter")
    assert folded.first.evaluate("list => list.open")


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_every_link_of_the_site_leads_somewhere(
    browser: Browser, address: str, client: Client
) -> None:
    page = browser.new_page()
    start = f"{address}{client.slug}/"
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        answer = page.request.get(here)
        assert answer.ok, here
        if "text/html" not in answer.headers["content-type"]:
            continue
        found = page.evaluate(
            """([html, base]) => {
                const page = new DOMParser().parseFromString(html, "text/html");
                return [...page.querySelectorAll("a[href]")].map(
                    (a) => new URL(a.getAttribute("href"), base).href.split("#")[0]);
            }""",
            [answer.text(), here],
        )
        for link in set(found) - seen:
            if link.startswith("http://127.0.0.1"):
                assert link.startswith(start), f"{here} leads out of the site: {link}"
                seen.add(link)
                waiting.append(link)
    page.close()
    assert len(seen) > 10


def test_a_diagram_loads_nothing_from_other_hosts(
    browser: Browser, workspace: Path, tmp_path: Path
) -> None:
    file = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    label = "&lt;img src='https://e.example/a.png'&gt;"
    diagram = f'<pre class="wide mermaid"><code>flowchart TD\n  A["{label}"]</code></pre>'
    file.write_text(f"{file.read_text('utf-8')}\n{diagram}\n", "utf-8")
    assert build(workspace, out=tmp_path / "out", jobs=1).ok
    page, errors = browser.new_page(), list[str]()
    page.on("requestfailed", lambda r: errors.append(f"{r.failure} {r.url}"))
    with served(tmp_path / "out") as address:
        page.goto(f"{address}example/changes/EX-0002/")
        page.locator("div.mermaid").wait_for(state="attached")
        still(page)
    page.close()
    assert set(errors) == {"csp https://e.example/a.png"}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_the_pictures_say_what_the_tables_say(visit: Visit, client: Client) -> None:
    page = visit.page
    page.goto(f"{visit.base}{client.slug}/impact/")
    unfold(page)
    sums = page.get_by_role("figure").filter(has=page.locator("#cb-sum-picture"))
    rows = sums.locator(".cb-row")
    register = page.locator(".cb-register tbody tr")
    pending = page.locator("#pending ~ table").first.locator("tbody tr")
    # Between the original and the revised sum stands the register, then what is pending.
    assert rows.count() == 3 + register.count() + pending.count() > 3
    table = page.locator("tr.cb-sum")
    for place, line in ((0, "original"), (1 + register.count(), "revised"), (-1, "forecast")):
        said = table.and_(page.locator(f".cb-sum--{line}")).locator("td").nth(1).inner_text()
        assert rows.nth(place).locator(".cb-row__value").inner_text() == said
    # Each bar has a name, begins where the one above it ends, and its row leads to a record.
    named = sums.get_by_role("img")
    assert named.count() == sums.locator(".cb-row__bar > title").count() > 3
    ends = [name.split(" → ") for name in sums.locator("svg > title").all_text_contents()]
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]
    frame = sums.bounding_box()
    assert frame
    for bar in sums.locator(".cb-chart .cb-bar").all():
        box = bar.bounding_box()
        assert box
        # Half of the outline may stand out.
        assert box["x"] >= frame["x"] - 1
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert 5 <= box["height"] <= 20
    for size in sums.locator("text, .cb-row *, li, p").evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    ):
        assert size >= 11
    dates = page.get_by_role("figure").filter(has=page.locator("#cb-dates-picture"))
    assert dates.get_by_role("img").count() == page.locator("#dates-table tbody tr").count()
    # The link of the row lies over its bar, so what is clicked there is the link.
    rows.nth(1).locator(".cb-row__bar").click(force=True)
    page.wait_for_url(re.compile(rf"changes/{client.record}\d+/"))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_steps_and_columns_lead_to_what_they_show(visit: Visit, client: Client) -> None:
    page = visit.page
    page.goto(f"{visit.base}{client.slug}/impact/")
    for plot, rows in (("cb-course", ".cb-register tbody tr"), ("cb-rates", "tr[id^='m2']")):
        figure = page.get_by_role("figure").filter(has=page.locator(f"figcaption#{plot}"))
        area, scale = figure.locator(".cb-plot__area"), figure.locator(".cb-scale").first
        # The days below stand where the area above them does.
        above, below = area.bounding_box(), scale.bounding_box()
        assert above
        assert below
        assert (above["x"], above["width"]) == (below["x"], below["width"])
        links = area.locator("a")
        assert 1 < links.count() <= page.locator(rows).count()
        # The last one lies over its neighbours.
        links.last.locator(".cb-hit").click()
        target = page.locator(page.evaluate("location.hash"))
        # It may stand in a fold, which opens.
        target.wait_for(state="visible")
        if plot == "cb-course":
            said = links.last.locator("title").text_content() or ""
            assert target.locator(".cb-id").first.inner_text() in said


def test_a_diagram_is_drawn_by_the_sites_own_script(visit: Visit) -> None:
    pages = [
        path
        for folder in ROOT.glob("changes/*/")
        if folder.name in {client.slug for client in CLIENTS}
        for path in folder.rglob("*.md")
        if "```mermaid" in path.read_text("utf-8")
    ]
    assert pages, "the sample has no diagram in these clients"
    path = pages[0]
    slug = path.relative_to(ROOT / "changes").parts[0]
    id_ = re.match(r"[A-Z]+-\d+", path.name)
    assert id_
    visit.page.goto(f"{visit.base}{slug}/changes/{id_[0]}/")
    visit.page.locator("div.mermaid").wait_for(state="attached")

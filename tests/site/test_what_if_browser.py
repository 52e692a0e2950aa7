"""What a choice among the pending changes comes to, in a browser: as the build computes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.model import sums, timeline
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.vocabulary import Audience
from changebook.pages.rendering import Renderer
from changebook.pages.site_pages import EditionPages
from changebook.views.home import home
from changebook.views.impact import impact
from changebook.views.what_if import what_if
from tests import what_if as build
from tests.browsing import WIDTHS, Visit, fits, until
from tests.site.test_quality import AXE, BRIGHTNESS, MARK_LOOKS, RULES
from tests.strategies import Log, amounts, changed, days, impacts, logs, profiles
from tests.worked_example import change, profile, replacing

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "site_templates" / "theme" / "assets" / "javascripts" / "what-if.js"
CLIENTS = ["meridian-outdoor", "yunfan", "lakeside-clinics"]
#: Where pages that no server has are shown.
NOWHERE = "http://log.example/acme/"
#: Chooses each of the choices, one after the other, and reads what they come to.
CHOOSE = """choices => {
  const panel = document.getElementById("what-if")
  return choices.map(values => {
    panel.querySelector("[data-do=none]").click()
    for (const value of values) panel.querySelector(`input[value="${CSS.escape(value)}"]`).click()
    return [...panel.querySelectorAll("[data-figure]")].map(row => [
      row.dataset.figure, row.dataset.milestone ?? "",
      ...[...row.cells[2].children].map(part => part.textContent),
    ])
  })
}"""


def opened(page: Page) -> None:
    """The panel, which is made when it is opened."""
    page.locator("#what-if").evaluate("panel => (panel.open = true)")
    page.locator(".cb-what-if__result:not([hidden])").wait_for(state="attached")


def values(choice: build.Choice) -> list[str]:
    return [build.value(id, option) for id, option in choice.items()]


def compare(page: Page, edition: Edition, choices: list[build.Choice]) -> None:
    """Each choice on the page is what the build would show; of days, gaps aside."""
    opened(page)
    shown = page.evaluate(CHOOSE, [values(choice) for choice in choices])
    for choice, lines in zip(choices, shown, strict=True):
        expected = build.rows(edition, choice)
        found = {
            (figure, milestone): (text, change, "" if milestone else gap)
            for figure, milestone, text, change, gap in lines
        }
        assert found == {key: expected[key] for key in found}, values(choice)
        still = {key for key in expected.keys() - found.keys() if key[0] == "date"}
        assert expected.keys() - found.keys() == still
        moved = build.position(edition, choice).milestones
        assert not any(m.requests for m in moved if ("date", m.id) in still)


@pytest.fixture(scope="module")
def editions() -> dict[str, Edition]:
    workspace, _ = load_checked(ROOT)
    return {c.slug: make_edition(c, Audience.CLIENT) for c in workspace.clients}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDTHS["phone"], service_workers="block")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("where", ["", "impact/"])
@pytest.mark.parametrize("client", CLIENTS)
def test_every_choice_of_the_samples_is_what_the_build_says(
    page: Page, address: str, editions: dict[str, Edition], client: str, where: str
) -> None:
    visit = Visit(page, address)
    page.goto(f"{address}{client}/{where}")
    choices = build.choices(editions[client])
    assert len(choices) >= 12
    compare(page, editions[client], choices)
    assert visit.errors == []
    assert visit.strangers == []


def shown(page: Page, edition: Edition) -> None:
    """Shows the home page of an edition that was not published."""
    view = impact(edition)
    site = EditionPages(edition, view, Renderer(edition.words, True, edition.templates))
    made = site.page(
        urls.HOME,
        "home",
        "Home",
        view=home(edition, view.position),
        what_if=what_if(edition, view.position),
    )
    html = f"<!doctype html><meta charset=utf-8>{made.content}<script>{SCRIPT.read_text()}</script>"

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.unroute_all()
    page.route(f"{NOWHERE}**", answer)
    page.goto(NOWHERE)


def edition_of(log: Log, **more: Any) -> Edition:
    then = (timeline.at(record, log.day) for record in log.records)
    records = tuple(EditionRecord(record, "") for record in then if record)
    return Edition("acme", Audience.TEAM, log.day, log.profile, "", (), records, **more)


@st.composite
def asking(draw: st.DrawFn, number: int) -> ChangeRecord:
    """A change that waits, with options of every kind."""
    impact = draw(impacts)
    options: list[dict[str, Any]] = []
    if draw(st.booleans()):
        costs, dates = "cost" in impact, "schedule" in impact
        first: dict[str, Any] = {
            "id": "a",
            "title": "Do it",
            "amount": None if costs else draw(st.none() | amounts),
            "days": None if dates else draw(st.none() | days),
            "recommended": draw(st.booleans()),
        }
        other: dict[str, Any] = {
            "id": "b-2",
            "title": "Do less",
            "amount": draw(st.none() | amounts),
            "days": draw(st.none() | days),
        }
        nothing: dict[str, Any] = {"id": "c", "title": "Nothing", "nothing": True}
        of = [first, other, nothing]
        options = draw(st.sampled_from([of, of[:1], of[2:]]))
    return change(number, "awaiting-decision", impact=impact, options=options)


@st.composite
def asking_logs(draw: st.DrawFn) -> Log:
    """A log in which something waits, and may take the place of what was approved."""
    log = draw(logs(approved=True))
    old = [int(record.id[-4:]) for record in log.records]
    more = [draw(asking(number)) for number in range(11, 14 - draw(st.integers(0, 2)))]
    for index, record in enumerate(more):
        at = draw(st.integers(-2, 5))
        if 0 <= at < len(old):
            more[index] = changed(record, links=replacing(old[at]))
    last = max(record.history[-1].on for record in (*log.records, *more))
    return Log(draw(profiles()), (*log.records, *more), max(log.day, last))


def test_every_choice_of_made_up_logs_is_what_the_build_says(page: Page) -> None:
    seen = {"choices": 0, "replaced": 0, "unknown": 0}

    @settings(max_examples=40)
    @given(asking_logs())
    def each(log: Log) -> None:
        edition = edition_of(log)
        if what_if(edition, build.today(edition)) is None:
            return
        choices = build.choices(edition, most=150)
        shown(page, edition)
        compare(page, edition, choices)
        # An approval that was replaced before its day may count in no forecast, choice or not.
        far, nothing = build.later(edition), build.position(edition, {})
        is_plain = build.approved(edition, {}, far).revised.amount == nothing.forecast.amount
        for choice in choices:
            position = build.position(edition, choice)
            seen["choices"] += 1
            seen["unknown"] += bool(position.pending.unknown)
            seen["replaced"] += any(s.replaces for s in position.standings.values())
            if is_plain and not position.pending.unknown:
                # And it is what the contract comes to once just that has been approved.
                after = build.approved(edition, choice, far)
                assert after.revised.amount == position.forecast.amount
                for then, now in zip(after.milestones, position.milestones, strict=True):
                    asked = sum(request.days for request in now.requests)
                    assert then.agreed == sums.moved(now.agreed, asked)

    each()
    assert min(seen.values()) > 20, seen


#: How a log is written in other languages, and in currencies without decimals and with three.
WRITTEN = [
    ("de", "EUR", "1234567.80", "1.237.027,57\N{NO-BREAK SPACE}€", "+2.459,77\N{NO-BREAK SPACE}€"),
    ("hi", "INR", "12345678.90", "₹1,23,48,138.67", "+₹2,459.77"),
    ("zh-CN", "JPY", "1234567", "JP¥1,237,027", "+JP¥2,460"),
    ("en", "KWD", "999.995", "KWD\N{NO-BREAK SPACE}3,459.765", "+KWD\N{NO-BREAK SPACE}2,459.770"),
    (
        "en-US",
        "USD",
        "90071992547409.93",
        "$90,071,992,549,869.70",
        "+$2,459.77",
    ),
]


@pytest.mark.parametrize(
    ("language", "currency", "original", "total", "more"), WRITTEN, ids=[w[0] for w in WRITTEN]
)
def test_figures_are_written_as_the_build_writes_them(
    page: Page, tmp_path: Path, language: str, currency: str, original: str, total: str, more: str
) -> None:
    (tmp_path / "locale").mkdir()
    header = (
        f'msgid ""\nmsgstr "Language: {language}\\nContent-Type: text/plain; charset=UTF-8\\n"\n'
    )
    for own in ("de", "hi"):
        (tmp_path / "locale" / f"{own}.po").write_text(header)
    contract = profile(
        currency=currency, sum=original, effort="1000.25", change_budget="2000"
    ).model_dump()
    log = Log(
        Profile.model_validate(contract | {"language": language}),
        (
            change(
                1,
                "awaiting-decision",
                "2459.77",
                impact={
                    "schedule": [{"milestone": "go-live", "days": 5}],
                    "resources": [{"role": "Tester", "days": "0.125"}],
                },
            ),
            change(2, "submitted", "-9.00"),
        ),
        date(2026, 6, 1),
    )
    edition = edition_of(log, templates=tmp_path)
    shown(page, edition)
    compare(page, edition, build.choices(edition))
    page.locator("#what-if").evaluate("panel => (panel.open = true)")
    page.get_by_role("button", name="Clear the choice").or_(page.get_by_text("清空选择")).click()
    page.locator("input[value=ACME-0001]").check()
    assert page.locator("[data-figure=sum] td:last-child > *").all_inner_texts()[:2] == [
        total,
        more,
    ]


def test_a_choice_is_an_address(page: Page, address: str) -> None:
    visit = Visit(page, address)
    home = f"{address}meridian-outdoor/"
    page.goto(home)
    panel = page.locator("#what-if")
    panel.locator("summary").click()
    page.get_by_role("radio", name="Three zones with fixed prices").check()
    assert page.url == f"{home}?choose=MER-0012.b#what-if"
    assert panel.locator("code").inner_text() == page.url
    page.get_by_role("radio", name="Move to version 3 now").check()
    shared, total = page.url, panel.locator("[data-figure=sum] strong").inner_text()
    assert total == "£531,610.00"

    page.goto("about:blank")
    page.goto(shared)
    assert panel.get_attribute("open") is not None
    assert panel.locator("[data-figure=sum] strong").inner_text() == total
    brief = panel.locator(".cb-what-if__brief").inner_text()
    assert brief.splitlines() == [total, "3 Aug 2026 to 5 Aug 2026"]
    assert not panel.locator(".cb-what-if__unknown").is_visible()
    fits(page)

    # The same address on the other page; what is not there is named, and the rest is kept.
    page.goto(shared.replace("/?", "/impact/?").replace("#", "&choose=MER-0001&choose=%3Cb%3E#"))
    assert panel.locator("[data-figure=sum] strong").inner_text() == total
    unknown = panel.locator(".cb-what-if__unknown")
    assert unknown.inner_text().endswith("it was ignored: MER-0001, <b>")
    panel.get_by_role("button", name="Clear the choice").click()
    assert page.url == f"{home}impact/#what-if"
    assert panel.locator("[data-figure=sum] strong").inner_text() == "£516,170.00"
    assert not unknown.is_visible()
    assert visit.errors == []


def test_a_copy_on_a_disk_has_no_address_to_share(page: Page, sample_sites: Path) -> None:
    home = (sample_sites / "meridian-outdoor" / "index.html").as_uri()
    page.goto(f"{home}?choose=MER-0012.b")
    assert page.locator("[data-figure=sum] strong").inner_text() == "£522,570.00"
    assert not page.locator("#what-if code").is_visible()


def test_all_as_requested_is_the_forecast(page: Page, address: str) -> None:
    page.goto(f"{address}yunfan/")
    page.locator("#what-if summary").click()
    page.locator("#what-if [data-do=all]").click()
    forecast = page.locator(".cb-standing > div").last.locator("dd").first.inner_text()
    assert page.locator("[data-figure=sum] strong").inner_text() == forecast


def test_a_choice_is_printed_and_a_closed_panel_is_not(page: Page, address: str) -> None:
    page.goto(f"{address}yunfan/")
    page.emulate_media(media="print")
    assert not page.locator("#what-if").is_visible()
    page.goto(f"{address}yunfan/?choose=YF-0011.b#what-if")
    assert page.locator("#what-if [data-way]:visible").evaluate_all(
        "rows => rows.map(row => row.dataset.way)"
    ) == ["YF-0011.b"]
    assert page.locator("[data-figure=sum] strong").is_visible()
    assert page.locator("#what-if code").inner_text().endswith("?choose=YF-0011.b#what-if")
    assert not page.locator("#what-if button:visible").count()


@pytest.mark.parametrize("client", CLIENTS)
def test_without_scripts_the_table_of_single_effects_stands_alone(
    browser: Browser, address: str, client: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{client}/")
    panel = page.locator("#what-if")
    panel.locator("summary").click()
    assert panel.locator("[data-way]:visible").count() > 3
    assert not panel.locator(":is(input, button, .cb-what-if__result):visible").count()
    context.close()


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("client", CLIENTS[:2])
def test_the_panel_is_for_all_eyes_and_fits(
    browser: Browser, address: str, client: str, size: str
) -> None:
    context = browser.new_context(viewport=WIDTHS[size])
    context.add_init_script(AXE)
    page = context.new_page()
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{address}{client}/")
        page.locator("#what-if summary").click()
        page.locator("#what-if [data-do=all]").click()
        until(page, f"{BRIGHTNESS} {'> 200' if scheme == 'light' else '< 60'}")
        page.evaluate(MARK_LOOKS)
        found = page.evaluate("rules => axe.run('#what-if', rules)", RULES)
        assert [fault["id"] for fault in found["violations"]] == [], found["violations"]
    fits(page)
    inside = page.locator(".cb-what-if__inside").bounding_box()
    assert inside is not None
    for cell in page.locator("#what-if :is(th, td):visible").all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= inside["x"] + inside["width"] + 1
    context.close()

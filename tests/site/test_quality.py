"""Every kind of page in a real browser: for all eyes, at every width, without scripts or styles.

The sites come with the policy that servers set, and a browser says on the console what it kept a
page from; here it must never have to. One page of each kind, the fullest, on an English and a
Chinese site. The kinds are found in what was built, so that a new kind of page is looked at too.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, CDPSession, Page

from changebook.model.vocabulary import Audience
from changebook.publish.build import build
from tests.browsing import WIDTHS, Visit, fits, served, until

pytestmark = pytest.mark.slow

CLIENTS = ["meridian-outdoor", "yunfan"]
#: WCAG 2.2 at level AA, and what the authors of axe advise beyond it.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
#: What stands for one of many of its kind, in an address.
ONE_OF_MANY = [
    (r"amendments/[^/]+/", "amendments/one/"),
    (r"[A-Z]+-\d+", "ID"),
    (r"\d{4}-w?\d\d", "period"),
]
#: What scripts add to a page or arrange again; the rest must be the same without them.
TOOLS = (
    "#follow-calendar, .cb-by-hand, .cb-choices, .cb-choices__bar, .cb-compare, .cb-filter__form,"
    " .cb-find__form, .cb-shown, .cb-switch, .cb-timeline, .cb-verify, #find-without"
)
#: The blocks of text that a reader sees beside those tools.
TEXTS = """tools => [...document.querySelectorAll(
    "article :is(h1, h2, h3, p, li, td, th, dt, dd, figcaption, summary)")]
  .filter(block => block.checkVisibility() && !block.closest(tools) && !block.querySelector(tools))
  .map(block => block.textContent.replace(/\\s+/g, " ").trim())"""
#: In pixels, as Chromium's settings have them.
LETTERS = {"usual": {"standard": 16, "fixed": 13}, "twice": {"standard": 32, "fixed": 26}}
BRIGHTNESS = """Math.max(
  ...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number))"""
#: axe measures the contrast of one element of each look in all pages. That takes it most of its
#: time, and words of the same kind at the same kind of place, in the same colours, have the same
#: contrast.
AXE = f"""{AXE_SCRIPT}
axe.configure({{rules: [{{id: "color-contrast", selector: "[data-look]"}}]}})"""
MARK_LOOKS = """known => {
  const looks = new Map([[document.documentElement, ""]])
  const seen = new Set(known)
  for (const element of document.querySelectorAll("body, body *")) {
    const {color, backgroundColor, opacity, fontSize, fontWeight} = getComputedStyle(element)
    const look = [looks.get(element.parentElement), element.tagName, element.getAttribute("class"),
                  color, backgroundColor, opacity, fontSize, fontWeight].join(" ")
    looks.set(element, look)
    const words = [...element.childNodes].some(it => it.nodeType === 3 && it.data.trim())
    element.toggleAttribute("data-look", words && !seen.has(look) && element.checkVisibility())
    if (element.hasAttribute("data-look")) seen.add(look)
  }
  return [...seen]
}"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter(heading => heading.checkVisibility())
  .map(heading => [Number(heading.tagName[1]), heading.getBoundingClientRect().top])"""

#: The cells whose words lie over those of another cell of the same row, in pixels that matter.
OVERLAPS = """() => {
  const boxes = cell => {
    const range = document.createRange()
    range.selectNodeContents(cell)
    return [...range.getClientRects()].filter(box => box.width > 1 && box.height > 1)
  }
  const over = (one, two) =>
    Math.min(one.right, two.right) - Math.max(one.left, two.left) > 2 &&
    Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 4
  const found = []
  for (const row of document.querySelectorAll("article tr")) {
    const cells = [...row.cells].filter(cell => cell.checkVisibility()).map(boxes)
    cells.forEach((here, n) => {
      for (const others of cells.slice(n + 1))
        if (here.some(one => others.some(two => over(one, two)))) found.push(row.innerText)
    })
  }
  return found
}"""
OPEN = "for (const fold of document.querySelectorAll('details')) fold.open = true"


def kinds(site: Path) -> list[str]:
    """The address of the fullest page of each kind, and of one that waits for an answer."""
    fullest: dict[str, Path] = {}
    for page in sorted(site.rglob("*.html")):
        kind = page.relative_to(site).as_posix()
        for one, name in ONE_OF_MANY:
            kind = re.sub(one, name, kind)
        if page.stat().st_size > (fullest[kind].stat().st_size if kind in fullest else 0):
            fullest[kind] = page
    waits = next(p for p in sorted(site.rglob("*.html")) if 'class="cb-choices"' in p.read_text())
    pages = {*fullest.values(), waits}
    return sorted(page.relative_to(site).as_posix().removesuffix("index.html") for page in pages)


def headings(page: Page) -> list[int]:
    """The levels of the headings, which are seen in the order in which they stand in the page."""
    found: list[tuple[int, float]] = page.evaluate(HEADINGS)
    tops = [top for _, top in found]
    assert tops == sorted(tops), page.url
    return [level for level, _ in found]


def settled(page: Page, address: str) -> None:
    """Goes to a page, and waits for what its scripts fetch."""
    page.goto(address)
    if page.locator("#find").count():
        page.locator(".cb-find .cb-found").first.wait_for()


def accessible(page: Page, scheme: Literal["light", "dark"], looks: list[str]) -> None:
    """Nothing for axe to find, with all its rules in both; `looks` are those of earlier pages."""
    # A script follows the device's colours a moment later.
    until(page, f"{BRIGHTNESS} {'> 200' if scheme == 'light' else '< 60'}")
    looks[:] = page.evaluate(MARK_LOOKS, looks)
    found = page.evaluate("rules => axe.run(rules)", RULES)
    faults = [
        (fault["id"], node["html"][:200])
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert faults == [], (page.url, scheme)


def fits_everywhere(page: Page, devtools: CDPSession) -> None:
    """From a small phone to a wide screen, and with letters twice as large; all folds are open."""
    page.evaluate(OPEN)
    for width in (390, 320, 768, 1024, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 844})
        fits(page)
        assert page.evaluate(OVERLAPS) == [], (page.url, width)
    devtools.send("Page.setFontSizes", {"fontSizes": LETTERS["twice"]})
    for size in WIDTHS.values():
        page.set_viewport_size(size)
        fits(page)
    devtools.send("Page.setFontSizes", {"fontSizes": LETTERS["usual"]})


def whole_without_scripts_and_styles(still: Page, scripted: Page) -> None:
    """The texts are the same without scripts, and their order and headings without styles."""
    still.goto(scripted.url)
    assert still.evaluate(TEXTS, TOOLS) == scripted.evaluate(TEXTS, TOOLS), still.url
    assert still.locator("main").inner_text().strip(), still.url
    still.evaluate("for (const it of document.querySelectorAll('link, style')) it.remove()")
    levels = headings(still)
    assert levels.count(1) == 1, still.url
    assert all(below <= above + 1 for above, below in pairwise([0, *levels])), (still.url, levels)


@pytest.mark.parametrize("client", CLIENTS)
def test_every_kind_of_page_is_for_everybody(
    browser: Browser, address: str, sample_sites: Path, client: str
) -> None:
    """Each page is loaded once and then shown in other ways: to load it again for each is dear.

    In all that time there is no word on the console and no request to another host.
    """
    context = browser.new_context(reduced_motion="reduce")
    visit = Visit(context.new_page(), address)
    page = visit.page
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    devtools = context.new_cdp_session(page)
    still = browser.new_context(java_script_enabled=False).new_page()
    looks: dict[str, list[str]] = {"light": [], "dark": []}
    found = kinds(sample_sites / client)
    assert len(found) > 16, found
    for path in found:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(WIDTHS["desktop"])
        settled(page, f"{address}{client}/{path}")
        page.evaluate(AXE)
        if client == CLIENTS[0]:  # templates, scripts and colours are the same in each language
            whole_without_scripts_and_styles(still, page)
            accessible(page, "light", looks["light"])
        fits(page)
        headings(page)

        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(WIDTHS["phone"])
        fits(page)
        headings(page)
        accessible(page, "dark", looks["dark"])

        fits_everywhere(page, devtools)
    still.context.close()
    context.close()
    assert (visit.errors, visit.strangers, said) == ([], [], [])


def test_pages_that_the_samples_do_not_have_are_for_everybody(
    browser: Browser, workspace: Path, tmp_path: Path
) -> None:
    """The list of documents, what only the team sees, and the portfolio over it."""
    for audience, out in ((Audience.CLIENT, "clients"), (Audience.TEAM, "team")):
        result = build(workspace, audience=audience, out=tmp_path / out, pdf=True)
        assert result.ok, (result.problems, result.failures)
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    looks: dict[str, list[str]] = {scheme: [] for scheme in schemes}
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    with served(tmp_path) as host:
        for path in ("clients/example/documents/", "team/", "team/example/changes/EX-0003/"):
            for scheme, size in zip(schemes, WIDTHS.values(), strict=True):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size(size)
                answer = page.goto(host + path, wait_until="load")
                assert answer is not None
                assert answer.ok, path
                fits(page)
                page.evaluate(AXE)
                accessible(page, scheme, looks[scheme])
    context.close()

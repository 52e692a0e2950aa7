"""Diagrams, milestones, axes and wide tables as a phone shows them: nothing too small or merged."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import WIDTHS
from tests.site.test_policy_browser import OPEN_SHADOWS
from tests.site.test_quality import kinds

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ["meridian-outdoor", "yunfan"]
WIDE = (320, 390, 768, 1280)
#: The words of each diagram: how large they are drawn, and their contrast to the page behind.
DRAWN = """() => {
  const parts = color => color.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b]
    .map(it => it / 255)
    .map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4)
    .reduce((sum, it, n) => sum + it * [0.2126, 0.7152, 0.0722][n], 0)
  const page = parts(getComputedStyle(document.body).backgroundColor)
  const over = ([r, g, b, a = 1]) => [r, g, b].map((it, n) => it * a + page[n] * (1 - a))
  return [...document.querySelectorAll("div.mermaid")].map(host => {
    const svg = host.shadowRoot.querySelector("svg")
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
    const words = [...svg.querySelectorAll("text, tspan, p, span")].filter(it =>
      [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    const back = light(page)
    return words.map(it => {
      const {fontSize, fill, color} = getComputedStyle(it)
      const own = light(over(parts(["text", "tspan"].includes(it.localName) ? fill : color)))
      return {
        words: it.textContent,
        size: parseFloat(fontSize) * scale,
        contrast: (Math.max(own, back) + 0.05) / (Math.min(own, back) + 0.05),
      }
    })
  })
}"""
#: The labels of each scale as they are seen, with their boxes.
SCALES = """() => [...document.querySelectorAll(".cb-scale")]
  .filter(scale => scale.checkVisibility())
  .map(scale => [...scale.querySelectorAll("text")]
    .filter(text => getComputedStyle(text).display !== "none")
    .map(text => {
      const {left, right} = text.getBoundingClientRect()
      const box = scale.getBoundingClientRect()
      return {text: text.textContent, left, right, from: box.left, to: box.right}
    }))"""
#: Each line of a milestone picture: where its marks are, and where its words.
MARKS = """() => [...document.querySelectorAll("svg:has(> .cb-mark)")]
  .filter(line => line.checkVisibility())
  .map(line => [...line.querySelectorAll(":scope > .cb-mark")].map(mark => {
    const {x, width} = mark.getBoundingClientRect()
    return {name: mark.getAttribute("class"), middle: x + width / 2, at: mark.getAttribute("x")}
  }))"""
LABELS = """() => [...document.querySelectorAll(
    ".cb-strip :is(dt, dd, figcaption), .cb-row__label, .cb-row__value")]
  .filter(it => it.checkVisibility())
  .map(it => {
    const {left, right, top, bottom} = it.getBoundingClientRect()
    return {text: it.textContent.trim(), left, right, top, bottom}
  })"""


def diagrams(client: str) -> list[str]:
    """The ids of the records with a diagram."""
    found = (
        re.match(r"[A-Z]+-\d+", path.name)
        for path in sorted((ROOT / "changes" / client).rglob("*.md"))
        if "```mermaid" in path.read_text("utf-8")
    )
    return [id[0] for id in found if id]


def opened(page: Page, address: str) -> None:
    """Goes to a page, with all of its folds open."""
    page.goto(address)
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("client", CLIENTS)
def test_the_words_of_diagrams_can_be_read(
    browser: Browser, address: str, client: str, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport=WIDTHS["phone"], color_scheme=scheme)
    context.add_init_script(OPEN_SHADOWS)
    page = context.new_page()
    assert diagrams(client)
    for id in diagrams(client):
        opened(page, f"{address}{client}/changes/{id}/")
        box = page.locator("div.mermaid").first
        box.locator("svg").wait_for()
        words: list[list[dict[str, Any]]] = page.evaluate(DRAWN)
        assert all(words), id
        for each in (word for diagram in words for word in diagram):
            assert each["size"] >= 11, (id, each)
            assert each["contrast"] >= 4.5, (id, each)
        # What is wider than the phone scrolls in its own box, by keyboard too.
        if box.evaluate("box => box.scrollWidth > box.clientWidth"):
            assert box.get_attribute("tabindex") == "0"
    context.close()


def test_a_diagram_is_whole_on_paper(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 700, "height": 900})
    context.add_init_script(OPEN_SHADOWS)
    page = context.new_page()
    opened(page, f"{address}{CLIENTS[0]}/changes/{diagrams(CLIENTS[0])[0]}/")
    page.locator("div.mermaid svg").first.wait_for()
    page.emulate_media(media="print")
    for box in page.locator("div.mermaid").all():
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    context.close()


@pytest.mark.parametrize("client", CLIENTS)
def test_labels_and_points_of_pictures_can_be_told_apart(
    browser: Browser, sample_sites: Path, address: str, client: str
) -> None:
    page, seen = browser.new_page(), {"scales": 0, "lines": 0}
    for path in kinds(sample_sites / client):
        file = sample_sites / client / path
        html = (file / "index.html" if file.is_dir() else file).read_text("utf-8")
        if not re.search(r"cb-(scale|mark|strip|row__)", html):
            continue
        opened(page, f"{address}{client}/{path}")
        for width in WIDE:
            page.set_viewport_size({"width": width, "height": 844})
            for labels in page.evaluate(SCALES):
                seen["scales"] += 1
                axis(labels, (path, width))
            for marks in page.evaluate(MARKS):
                seen["lines"] += 1
                for one, two in combinations(marks, 2):
                    if one["at"] != two["at"]:
                        assert abs(one["middle"] - two["middle"]) >= 4, (path, width, marks)
            for one, two in combinations(page.evaluate(LABELS), 2):
                aside = one["right"] <= two["left"] + 1 or two["right"] <= one["left"] + 1
                apart = one["bottom"] <= two["top"] + 1 or two["bottom"] <= one["top"] + 1
                assert aside or apart, (path, width, one, two)
    assert min(seen.values()) > 10


def axis(labels: list[dict[str, Any]], where: tuple[str, int]) -> None:
    """The labels do not meet, lie on their scale, and have no needless decimals."""
    for one, two in pairwise(labels):
        assert one["right"] + 2 <= two["left"], (where, one, two)
    for label in labels:
        assert not re.search(r"\.0+$", label["text"]), (where, label)
        assert label["from"] - 3 <= label["left"], (where, label)
        assert label["right"] <= label["to"] + 3, (where, label)


def test_a_table_that_is_wider_than_its_box_says_so(browser: Browser, address: str) -> None:
    """A shadow lies at the side where there is more, in both colours."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page = browser.new_page(viewport=WIDTHS["desktop"], color_scheme=scheme)
        page.set_viewport_size({"width": 700, "height": 844})
        page.goto(f"{address}{CLIENTS[0]}/changes/")
        page.evaluate(
            """() => document.querySelector("article").insertAdjacentHTML("afterbegin",
              '<div class="md-typeset__scrollwrap" id="wide"><div class="md-typeset__table">' +
              "<table><tr>" +
              "<td>wide</td>".repeat(60) + "</tr></table></div></div>")"""
        )
        box = page.locator("#wide")
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        assert (
            box.evaluate("box => getComputedStyle(box).backgroundAttachment").count("scroll") == 2
        )
        layers = box.evaluate("box => getComputedStyle(box).backgroundImage")
        assert layers.count("linear-gradient") == 4
        assert layers != "none"
        page.context.close()

"""What works on a page, under the policy that pages and servers set for browsers.

A browser tells a page what it was kept from; here it must never have to. That every kind of page
keeps to the policy is seen where all of them are loaded: in `test_quality`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from changebook.edit import scaffold
from changebook.publish.build import build
from changebook.site import policy
from tests.browsing import WIDTHS, served, still

pytestmark = pytest.mark.slow

TELL = """addEventListener("securitypolicyviolation", event => {
  const said = JSON.parse(sessionStorage.violations ?? "[]")
  said.push([location.pathname, event.effectiveDirective, event.blockedURI, event.sample])
  sessionStorage.violations = JSON.stringify(said)
})"""


@contextmanager
def strictly(browser: Browser) -> Iterator[tuple[Page, BrowserContext]]:
    """A page that may do nothing that a policy forbids, nor fail."""
    context = browser.new_context(viewport=WIDTHS["desktop"], service_workers="block")
    context.add_init_script(TELL)
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    yield page, context
    assert page.evaluate("sessionStorage.violations ?? null") is None
    context.close()
    assert errors == []


def search_in_the_header(page: Page) -> None:
    page.locator(".md-search__input").press_sequentially("catalogue")
    page.locator(".md-search-result__link").first.click()
    page.wait_for_url(re.compile("/changes/MER-"))


def search_without_a_result(page: Page) -> None:
    page.locator(".md-search__input").fill("zzzz")
    page.locator(".md-search__input").press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q=zzzz"))
    page.locator("#find input").first.press("Enter")


def palette(page: Page) -> None:
    page.locator("form[data-md-component=palette] label:visible").click()
    page.locator("form[data-md-component=palette] label:visible").click()
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    page.goto(f"{page.url}impact/")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def filters(page: Page) -> None:
    page.goto(f"{page.url}changes/")
    rows = page.locator("tr[data-id]:visible")
    before = rows.count()
    page.locator(".cb-filter__form input[type=checkbox]").first.evaluate("box => box.click()")
    page.wait_for_url(re.compile(r"\?\w+="))
    assert 0 < rows.count() < before


def months(page: Page) -> None:
    page.goto(f"{page.url}impact/months/?from=2026-01&to=2026-03")
    assert page.locator("#compare-rows tr").count() > 3


def verify(page: Page) -> None:
    page.goto(f"{page.url}decisions/verify/")
    page.locator("#verify-digest").fill("0000 0000 0000")
    page.locator("#verify button[type=submit]").click()
    page.locator("#verify-answer .cb-verdict__box").wait_for()


def a_code_on_paper(page: Page) -> None:
    page.goto(f"{page.url}changes/MER-0012/#digest=000000000000")
    page.wait_for_url(re.compile("/decisions/verify/#digest=0"))


def news(page: Page) -> None:
    page.goto(f"{page.url}news/")
    page.locator("#news-choose input").fill("2026-03-01")
    page.wait_for_url(re.compile("#2026-"))


def what_if(page: Page) -> None:
    page.locator("#what-if summary").click()
    page.locator("#what-if [data-do=all]").click()
    page.wait_for_url(re.compile(r"\?choose=MER-"))
    assert page.locator("[data-figure=sum] strong").inner_text() == "£537,970.00"


@pytest.mark.parametrize(
    "use",
    [
        search_in_the_header,
        search_without_a_result,
        palette,
        filters,
        months,
        verify,
        a_code_on_paper,
        news,
        what_if,
    ],
)
def test_what_works_on_a_page_keeps_to_the_policy(
    browser: Browser, address: str, use: Callable[[Page], None]
) -> None:
    with strictly(browser) as (page, _):
        page.goto(f"{address}meridian-outdoor/")
        use(page)
        still(page)


OPEN_SHADOWS = """(attach => {
  Element.prototype.attachShadow = function () { return attach.call(this, {mode: "open"}) }
})(Element.prototype.attachShadow)"""
TITLE = 'The class="mermaid" and the id="verify"'
BODY = """

```mermaid
flowchart LR
  A["<form action='https://e.example/'><input name='card'><button>Pay</button>a form</form>"] --> B
```

```mermaid
%%{init: {"dompurifyConfig": {"ADD_TAGS": ["form", "input"]}, "securityLevel": "loose"}}%%
sequenceDiagram
  Shop->>Bank: <form><input name='pin'>pay</form>
```

```python
print("a")
```

=== "One"

    a

=== "Two"

    b

| a | b |
|--:|:-:|
| 1 | 2 |
"""


@pytest.fixture(scope="module")
def rich_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A record that holds diagrams, code, tabs and a table; its title stands on other pages too."""
    root = tmp_path_factory.mktemp("policy")
    scaffold.init(root)
    record = next(root.glob("changes/example/*/EX-0002-*.md"))
    text, found = re.subn("(?m)^title: .*$", f"title: '{TITLE}'", record.read_text("utf-8") + BODY)
    assert found == 1
    record.write_text(text, encoding="utf-8", newline="\n")
    result = build(root, out=root / "site")
    assert result.ok, (result.problems, result.failures)
    with served(root / "site", {"Content-Security-Policy": policy.of_server()}) as host:
        yield f"{host}example/"


def test_diagrams_copy_buttons_and_tabs_keep_to_the_policy(
    browser: Browser, rich_site: str
) -> None:
    # The drawing stands in a closed shadow root, where nothing could look for forms.
    with strictly(browser) as (page, context):
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.add_init_script(OPEN_SHADOWS)
        page.goto(f"{rich_site}changes/EX-0002/")
        page.locator("div.mermaid").nth(1).wait_for(state="attached")
        drawn = page.locator("div.mermaid svg")
        assert drawn.count() == 2
        assert "a form" in (drawn.first.text_content() or "")
        for tag in ("form", "input", "button"):
            assert page.locator(f"div.mermaid {tag}").count() == 0
        page.locator(".highlight pre").first.scroll_into_view_if_needed()
        page.locator(".highlight .md-clipboard, .highlight [data-md-type=copy]").first.click()
        page.locator(".tabbed-labels label", has_text="Two").click()
        cells = page.locator("td[align]")
        assert cells.first.evaluate("cell => getComputedStyle(cell).textAlign") == "right"


def test_a_page_loads_what_it_needs_and_not_what_its_words_name(
    browser: Browser, rich_site: str
) -> None:
    page = browser.new_page()
    for path, wanted in (("changes/", False), ("changes/EX-0002/", True)):
        page.goto(f"{rich_site}{path}")
        assert TITLE in page.locator("article").inner_text()
        sources = page.locator("script[src]").evaluate_all("all => all.map(one => one.src)")
        assert any("/mermaid.js" in source for source in sources) == wanted
        assert not any("/verify.js" in source for source in sources)
        policy_of_page = page.locator("meta[http-equiv]").get_attribute("content")
        assert policy_of_page is not None
        assert ("'unsafe-inline'" in policy_of_page) == wanted
    page.close()


def test_no_file_of_a_site_holds_a_script_or_a_style(sample_sites: Path) -> None:
    for file in sample_sites.rglob("*.html"):
        if file.name == "404.html":
            continue  # stands on its own, with a policy of its own
        html = file.read_text("utf-8")
        tags = re.findall(r"<[a-z][^<>]*>", html)
        assert not [tag for tag in tags if re.search(r"\s(style|on\w+)=\"", tag)], file
        assert "<style" not in html, file
        assert not re.search(r"<script(?![^>]*(\ssrc=|application/json))", html), file

"""That a phone lays out nothing of what a page folds, until its reader opens it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from changebook.edit import scaffold
from changebook.publish.build import build
from tests.browsing import WIDTHS, served, still

pytestmark = pytest.mark.slow

#: Pieces of code, wide tables and headings: what scripts look at when a page opens.
PART = """
### Part {number}

```python
print("part {number}" * 3, "a line that is wider than any phone shows" * 3, {number}, sep="  ---  ")
```

| a | b | c | d | e | f | g | h |
|---|---|---|---|---|---|---|---|
| one | two | three | four | five | six | seven | eight |
"""
PARTS = 40


@pytest.fixture(scope="module")
def long_record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a record with a long body."""
    root = tmp_path_factory.mktemp("folded")
    scaffold.init(root)
    file = min(Path(root, "changes/example").glob("*/*.md"))
    body = "".join(PART.format(number=number) for number in range(PARTS))
    with file.open("a", encoding="utf-8") as text:
        text.write(f"\n## Long\n{body}")
    result = build(root, out=root / "site")
    assert result.ok, (result.problems, result.failures)
    with served(root / "site" / "example") as address:
        yield f"{address}changes/{'-'.join(file.name.split('-')[:2])}/"


def test_what_is_folded_is_laid_out_when_it_is_opened(browser: Browser, long_record: str) -> None:
    page = browser.new_page(viewport=WIDTHS["phone"])
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    page.goto(long_record)
    still(page)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    laid = [
        event["args"]["beginData"]["dirtyObjects"]
        for event in events
        if event["name"] == "Layout" and event.get("args", {}).get("beginData")
    ]
    # Each part has more than thirty boxes; the rest of the page has some hundreds.
    assert 0 < max(laid) < 30 * PARTS
    fold = page.locator("#details + details")
    assert fold.locator(".md-code__nav").count() == 0
    fold.locator("summary").first.click()
    fold.locator("pre").last.scroll_into_view_if_needed()
    expect(fold.locator("pre").last.locator(".md-code__nav")).to_be_attached()
    expect(fold.locator(".md-typeset__scrollwrap").last).to_have_attribute("tabindex", "0")
    page.close()

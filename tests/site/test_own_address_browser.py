"""Where no address is configured, those of feeds and the calendar come from where the page is."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from changebook.publish.build import build
from tests.browsing import Visit, served, until

WORKSPACE = Path(__file__).parents[1] / "cases" / "respond" / "workspace"


@pytest.mark.slow
def test_addresses_are_made_from_where_the_page_is(browser: Browser, tmp_path: Path) -> None:
    result = build(WORKSPACE, out=tmp_path, slugs=["acme"], jobs=1)
    assert result.ok, (result.problems, result.failures)
    with served(tmp_path) as host:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        visit = Visit(context.new_page(), host)
        page = visit.page
        page.goto(f"{host}acme/follow/")
        base = f"{host}acme/feeds/"
        shown = page.locator(".cb-address--own code").all_inner_texts()
        assert shown == [
            f"{base}{name}" for name in ("calendar.ics", "changes.xml", "decisions.xml")
        ]
        subscribe = page.locator("#follow-calendar a").first
        assert subscribe.get_attribute("href") == f"{base}calendar.ics".replace("http:", "webcal:")
        button = page.locator(".cb-address--own button").first
        button.click()
        until(page, "document.querySelector('.cb-address--own button').textContent == 'Copied'")
        assert page.evaluate("navigator.clipboard.readText()") == f"{base}calendar.ics"
        assert visit.errors == []
        page.goto(f"{host}acme/404.html")
        home = page.get_by_role("link", name="This folder")
        home.click()
        assert page.url == f"{host}acme/"
        context.close()
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(f"{host}acme/follow/")
        link = plain.get_by_role("link", name="Address of the calendar")
        assert link.get_attribute("href") == "../feeds/calendar.ics"
        plain.context.close()

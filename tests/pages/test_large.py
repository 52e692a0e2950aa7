"""A client with very many changes: what a page leaves to its files and to whoever asks for it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.model.vocabulary import Audience
from changebook.pages.rendering import Renderer
from changebook.pages.site_pages import EditionPages
from changebook.site.contents import edition_contents
from changebook.views.impact import impact as summary
from changebook.views.months import month_ends
from tests.views.test_impact import PROFILE, record

COUNT = 500


@pytest.fixture(scope="module")
def impact() -> str:
    """The Impact page of a client with that many approved and as many open changes."""
    decided = {"outcome": "approved", "on": "2026-03-01", "amount": "30.00"}
    records = tuple(
        record(number, "approved", "30.00", decision=decided)
        if number <= COUNT
        else record(number, "submitted", "10.00", risks=[("high", "low")])
        for number in range(1, 2 * COUNT + 1)
    )
    edition = Edition("acme", Audience.CLIENT, date(2026, 4, 1), PROFILE, "", (), records)
    contents = edition_contents(edition, Path(), directory_urls=True, only=urls.IMPACT)
    return next(page.content for page in contents.pages if page.path == urls.IMPACT)


def test_its_page_has_few_elements_for_each_change(impact: str) -> None:
    assert len(re.findall("<[a-z]", impact)) < 24 * 2 * COUNT


def test_what_is_left_out_is_said(impact: str) -> None:
    assert f"newest 200 of {COUNT}" in impact
    assert f"200 highest of {COUNT}" in impact
    register = impact[impact.index('class="cb-table cb-cards cb-register"') :]
    assert f'id="order-{COUNT}"' in register
    assert 'id="order-1"' not in register


def test_long_lists_name_every_change_and_become_links_when_opened(impact: str) -> None:
    listed = re.findall(r'<span data-records="\.\./changes/\*/">([^<]*)</span>', impact)
    assert listed
    every = [f"ACME-{number:04}" for number in range(1, COUNT + 1)]
    assert every in [ids.split() for ids in listed]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The pages of a client with very many changes, but for those of the changes."""
    decided = {"outcome": "approved", "amount": "30.00"}
    records = tuple(
        record(
            number,
            "approved" if number % 2 else "awaiting-decision",
            "30.00",
            decision=decided | {"on": f"20{20 + number // 120}-03-{1 + number % 28:02}"}
            if number % 2
            else {},
            scope=[{"item": f"Part {number % 40}", "action": "modify"}],
            agreement={"status": "drafting", "reference": f"SOW-3 Amendment {number}"},
        )
        for number in range(1, 2 * COUNT + 1)
    )
    edition = Edition("acme", Audience.CLIENT, date(2028, 12, 1), PROFILE, "", (), records)
    papers = {urls.change_order_pdf(r.data.id) for r in records}
    site = EditionPages(edition, summary(edition), Renderer(edition.words, True, None), papers)
    return {page.path: page.content for page in site.common(month_ends(edition))}


def test_no_page_has_more_than_a_phone_can_lay_out(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        at_first = re.sub(r"<noscript>.*?</noscript>", "", html, flags=re.DOTALL)
        assert len(re.findall("<[a-z]", at_first)) < 8000, path


@pytest.mark.parametrize(
    "path", [urls.CHANGES, urls.BY_STATUS, urls.BY_SCOPE, urls.HOME, urls.DECISIONS, urls.DOCUMENTS]
)
def test_what_is_not_laid_out_at_first_is_on_the_page(pages: dict[str, str], path: str) -> None:
    only = {urls.HOME: range(2, 1001, 2), urls.DECISIONS: range(1, 1001, 2)}
    for number in only.get(path, range(1, 1001)):
        assert f">ACME-{number:04}" in pages[path], (path, number)


def test_an_id_stands_once_on_a_page(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), path

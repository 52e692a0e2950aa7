"""A client with very many changes: what a page leaves to its files and to whoever asks for it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.model.vocabulary import Audience
from changebook.site.contents import edition_contents
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

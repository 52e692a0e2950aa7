"""A change that another one replaced: what it was decided with is seen to count no longer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from changebook.edition import urls
from changebook.edition.editions import Edition, make_edition
from changebook.model.schema import Agreement
from changebook.model.vocabulary import AgreementStatus, Audience
from changebook.read.workspace import read_workspace
from changebook.views import decision
from changebook.views.impact import impact
from tests.all_pages import edition_pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def edition() -> Edition:
    """A sample client of whose changes one was replaced while it was under way."""
    workspace, _ = read_workspace(ROOT)
    return make_edition(workspace.client("rathkeel-ferries"), Audience.CLIENT)


def _outcome(edition: Edition, id: str) -> str:
    pages = {page.path: page.content for page in edition_pages(edition)}
    [card] = re.findall(r'<div class="cb-outcome .*?</dl>', pages[urls.record(id)], re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", card).split())


def test_the_card_says_since_when_amount_and_days_count_no_longer(edition: Edition) -> None:
    card = _outcome(edition, "RKF-0002")
    assert "Superseded on 21 Jul 2025" in card
    # Neither a contract sum nor a date that holds no more stands there as if it did.
    assert "Contract sum after this change" not in card
    assert "+€13,260.00 not counted since 21 Jul 2025" in card
    assert "+10 days, not counted since 21 Jul 2025" in card.replace(" ,", ",")


def test_before_it_was_replaced_it_counts(edition: Edition) -> None:
    client = read_workspace(ROOT)[0].client("rathkeel-ferries")
    card = _outcome(make_edition(client, Audience.CLIENT, date(2025, 7, 20)), "RKF-0002")
    assert "not counted" not in card
    assert "Contract sum after this change" in card


def test_its_successor_and_what_was_added_to_count(edition: Edition) -> None:
    entries = decision.log(edition, impact(edition).position)
    ended = {entry.id: entry.ended_on for entry in entries}
    assert ended["RKF-0002"] == date(2025, 7, 21)
    assert ended["RKF-0003"] is None


def test_what_was_never_signed_is_not_to_be_signed_any_more(edition: Edition) -> None:
    drafting = Agreement(status=AgreementStatus.DRAFTING)
    records = tuple(
        replace(record, data=record.data.model_copy(update={"agreement": drafting}))
        for record in edition.records
    )
    pages = {page.path: page.content for page in edition_pages(replace(edition, records=records))}
    of_replaced, of_successor = (pages[urls.record(f"RKF-000{n}")] for n in (2, 3))
    assert "Nothing to sign" in of_replaced
    assert "Being drafted" not in of_replaced
    assert "Being drafted" in of_successor

"""A changed body makes its record's page new; all else of an edition is taken over as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.keep.store import Store
from changebook.model.vocabulary import Audience
from changebook.pages.page import GeneratedPage
from changebook.pages.site_pages import EditionPages
from changebook.site.contents import Contents, edition_contents
from changebook.views.months import MonthEnd
from tests import samples


@pytest.fixture
def store(tmp_path: Path) -> Store:
    kept = Store(tmp_path / "kept")
    kept.prepare()
    return kept


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was not taken over: the ids of records, and `common` for all other pages."""
    found: list[str] = []
    common, records = EditionPages.common, EditionPages.records

    def _common(site: EditionPages, ends: Sequence[MonthEnd]) -> list[GeneratedPage]:
        found.append("common")
        return common(site, ends)

    def _records(site: EditionPages, ids: Collection[str]) -> Iterator[GeneratedPage]:
        found.extend(ids)
        return records(site, ids)

    monkeypatch.setattr(EditionPages, "common", _common)
    monkeypatch.setattr(EditionPages, "records", _records)
    return found


def contents(edition: Edition, store: Store) -> Contents:
    return edition_contents(edition, samples.ROOT, directory_urls=True, store=store)


def with_body(edition: Edition, id_: str, body: str) -> Edition:
    records = (replace(r, body=body) if r.data.id == id_ else r for r in edition.records)
    return replace(edition, records=tuple(records))


@pytest.mark.parametrize(("slug", "audience"), samples.EDITIONS)
def test_what_is_taken_over_is_as_it_was_made(
    slug: str, audience: Audience, store: Store, made: list[str]
) -> None:
    expected, edition = samples.contents(slug, audience), samples.edition(slug, audience)
    assert contents(edition, store) == expected
    made.clear()
    assert contents(edition, store) == expected
    assert made == []


def test_a_changed_body_makes_one_page_new(store: Store, made: list[str]) -> None:
    edition = samples.edition("meridian-outdoor")
    before = contents(edition, store)
    record = edition.records[3]
    changed = with_body(edition, record.data.id, f"{record.body}\n\nAnd one more line.\n")
    made.clear()
    after = contents(changed, store)
    assert made == [record.data.id]
    assert after == edition_contents(changed, samples.ROOT, directory_urls=True)
    others = {page.path: page for page in before.pages}
    assert [p.path for p in after.pages if p != others[p.path]] == [urls.record(record.data.id)]
    other_files = {file.path: file.content for file in before.files}
    different = [f.path for f in after.files if f.content != other_files[f.path]]
    assert different == [urls.CHANGES_JSON]


def test_what_stands_on_other_pages_makes_all_new(store: Store, made: list[str]) -> None:
    edition = samples.edition("meridian-outdoor")
    contents(edition, store)
    first, *rest = edition.records
    retitled = replace(first, data=first.data.model_copy(update={"title": "Another title"}))
    changed = replace(edition, records=(retitled, *rest))
    made.clear()
    after = contents(changed, store)
    assert made[0] == "common"
    assert {*made[1:]} == {record.data.id for record in edition.records}
    assert after == edition_contents(changed, samples.ROOT, directory_urls=True)


def test_nobody_is_given_what_was_kept_for_others(store: Store, made: list[str]) -> None:
    """Two readers of the same records: neither takes anything over from the other."""
    for_team, for_client = (samples.edition("lakeside-clinics", a) for a in reversed(Audience))
    contents(for_team, store)
    made.clear()
    contents(replace(for_team, audience=for_client.audience), store)
    assert made[0] == "common"
    assert {*made[1:]} == {record.data.id for record in for_team.records}

"""What happened: the events of the records, their keys, and how the news page lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.model.schema import ChangeRecord, Communication, HistoryEntry
from changebook.model.vocabulary import Audience, Channel, Status, Visibility
from changebook.pages.wording import Wording
from changebook.read.workspace import read_workspace
from changebook.views.news import (
    OF_CONTRACT,
    EventKind,
    NewsEvent,
    events,
    happened,
    newly_learned,
    news,
    notices,
    of_edition,
)
from tests.all_pages import edition_pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def edition() -> Edition:
    """A sample client with every kind of event."""
    workspace, _ = read_workspace(ROOT)
    return make_edition(workspace.client("yunfan"), Audience.CLIENT)


def _with(edition: Edition, id: str, **update: object) -> tuple[EditionRecord, ...]:
    return tuple(
        replace(record, data=record.data.model_copy(update=update))
        if record.data.id == id
        else record
        for record in edition.records
    )


def _of(records: tuple[EditionRecord, ...], id: str) -> ChangeRecord:
    return next(record.data for record in records if record.data.id == id)


def _keys(found: tuple[NewsEvent, ...]) -> set[str]:
    return {event.key for event in found}


def test_every_kind_happens_in_the_samples_and_keys_are_unique(edition: Edition) -> None:
    found = of_edition(edition)
    assert {event.kind for event in found} == set(EventKind)
    assert len(_keys(found)) == len({event.short for event in found}) == len(found)
    assert [event.on for event in found] == sorted((e.on for e in found), reverse=True)


def test_the_contract_has_news_too(edition: Edition) -> None:
    """An announced amendment and a correction were in no list of what happened."""
    found = {event.kind: event for event in of_edition(edition) if event.is_of_contract}
    amendment, correction = found[EventKind.AMENDMENT], found[EventKind.CORRECTION]
    assert (amendment.page, amendment.section) == (urls.amendment(amendment.id), "")
    assert (correction.page, correction.section) == (urls.IMPACT, "sum")
    assert correction.id == edition.profile.contract.reference
    # Its day is still to come: nothing has happened on it yet.
    assert amendment.on > edition.as_of
    assert amendment not in happened(edition)
    assert amendment in happened(replace(edition, as_of=amendment.on))
    assert correction in happened(edition)


def test_reports_count_every_kind(edition: Edition) -> None:
    """A week in which nothing else happened is told by how many there were of each."""
    wording = Wording(edition.words, edition.profile, edition.audience)
    for kind in set(EventKind) - OF_CONTRACT:
        assert "2" in wording.noticed(kind, 2)


def test_notices_are_the_events_that_are_no_status_in_the_same_order(edition: Edition) -> None:
    others = tuple(e for e in events(edition.records) if e.kind is not EventKind.STATUS)
    assert notices(edition.records) == others


def test_what_came_last_on_a_day_comes_first() -> None:
    history = tuple(
        HistoryEntry(status=status, on=date(2026, 3, 2), by="Lin Wei")
        for status in (Status.SUBMITTED, Status.ASSESSING)
    )
    data = ChangeRecord(
        id="ACME-0001",
        title="Split payments",
        status=Status.ASSESSING,
        visibility=Visibility.CLIENT,
        history=history,
    )
    found = events([EditionRecord(data, "")])
    assert [event.status for event in found] == [Status.ASSESSING, Status.SUBMITTED]


def test_a_status_entered_again_is_another_event() -> None:
    way = (Status.SUBMITTED, Status.ASSESSING, Status.AWAITING_DECISION, Status.ASSESSING)
    data = ChangeRecord(
        id="ACME-0001",
        title="Split payments",
        status=Status.ASSESSING,
        visibility=Visibility.CLIENT,
        history=tuple(
            HistoryEntry(status=status, on=date(2026, 3, day), by="Lin Wei")
            for day, status in enumerate(way, 1)
        ),
    )
    keys = [event.key for event in events([EditionRecord(data, "")])]
    assert keys[0] == "ACME-0001/status/assessing/2"
    assert keys[2] == "ACME-0001/status/assessing/1"


def test_corrected_words_keep_the_key(edition: Edition) -> None:
    before = events(edition.records)
    id = next(event.id for event in before if event.kind is EventKind.TALK)
    talks = tuple(
        talk.model_copy(update={"summary": "Said otherwise."})
        for talk in _of(edition.records, id).communications
    )
    after = events(_with(edition, id, title="Another title", communications=talks))
    assert [event.key for event in after] == [event.key for event in before]
    assert after != before


def test_a_talk_written_down_late_makes_no_other_talk_new(edition: Edition) -> None:
    before = events(edition.records)
    id = next(event.id for event in before if event.kind is EventKind.TALK)
    talks = _of(edition.records, id).communications
    late = Communication(
        on=talks[0].on - timedelta(days=1), channel=Channel.CALL, summary="Written down late."
    )
    after = events(_with(edition, id, communications=(late, *talks)))
    (added,) = _keys(after) - _keys(before)
    assert added.startswith(f"{id}/talk/{late.on}")
    assert _keys(before) < _keys(after)


def test_what_was_written_down_late_is_learned_late(edition: Edition) -> None:
    late = [event for event in events(edition.records) if event.recorded != event.on]
    assert late
    learned = newly_learned(events(edition.records))
    assert [event.recorded for event in learned] == sorted(
        (event.recorded for event in learned), reverse=True
    )


def test_a_client_learns_nothing_of_what_it_does_not_see() -> None:
    workspace, _ = read_workspace(ROOT)
    for client in workspace.clients:
        team = make_edition(client, Audience.TEAM)
        unseen = {record.data.id for record in team.records if record.unseen}
        seen = {event.id for event in events(make_edition(client, Audience.CLIENT).records)}
        assert not seen & unseen


def test_months_have_all_their_days(edition: Edition) -> None:
    view = news(edition)
    days = [day.on for month in (*view.newest, *view.older) for day in month.days]
    assert days == sorted(days, reverse=True)
    assert (days[0] - days[-1]).days == len(days) - 1
    assert sum(month.count for month in view.newest) == len(happened(edition))
    assert days[0] >= edition.as_of


def test_a_long_log_has_a_page_for_each_older_month(edition: Edition) -> None:
    # Five times the events on the same days, under other ids.
    many = tuple(
        replace(record, data=record.data.model_copy(update={"id": f"{record.data.id}{n}"}))
        for n in range(5)
        for record in edition.records
    )
    long = replace(edition, records=many)
    view = news(long)
    assert view.older
    assert sum(month.count for month in view.newest[:-1]) < 300
    assert sum(m.count for m in (*view.newest, *view.older)) == len(
        happened(replace(edition, records=many))
    )
    found = {page.path: page.content for page in edition_pages(long)}
    for month in view.older:
        page = found[urls.news(month.first)]
        assert page.count("<li data-key=") == month.count
        assert (
            f'href="{urls.href(urls.NEWS, urls.news(month.first), directory_urls=True)}"'
            in (found[urls.NEWS])
        )


def test_a_slip_in_a_year_makes_no_endless_page(edition: Edition) -> None:
    id = edition.records[0].data.id
    history = (
        HistoryEntry(status=Status.SUBMITTED, on=date(1, 1, 1), by="Lin Wei"),
        *_of(edition.records, id).history[1:],
    )
    records = _with(edition, id, history=history)
    view = news(replace(edition, records=records, as_of=date(9999, 12, 31)))
    assert len(view.newest) + len(view.older) < 24 * 4
    assert view.newest[0].first == date(9999, 12, 1)
    assert view.newest[-1].first == date(1, 1, 1)


def test_without_records_the_page_says_so(edition: Edition) -> None:
    contract = edition.profile.contract.model_copy(update={"corrections": ()})
    profile = edition.profile.model_copy(update={"contract": contract, "amendments": ()})
    empty = replace(edition, profile=profile, records=())
    found = {page.path: page.content for page in edition_pages(empty)}
    assert "cb-calm" in found[urls.NEWS]
    assert "cb-day" not in found[urls.NEWS]


def test_links_for_the_last_days_have_a_place_on_the_page(edition: Edition) -> None:
    later = replace(edition, as_of=edition.as_of + timedelta(days=100))
    (page,) = [p.content for p in edition_pages(later) if p.path == urls.NEWS]
    for days in (7, 30, 90):
        day = later.as_of - timedelta(days=days)
        assert f'href="#{day}"' in page
        assert f'id="{day}"' in page

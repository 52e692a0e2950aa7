"""Feeds and the calendar: stable over builds, right in their formats, and true to the records."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.exports.feeds.feed import COUNT, midnight
from changebook.exports.feeds.files import feed_files
from changebook.model.schema import ChangeRecord, Decision, HistoryEntry, Objection, PlanStep
from changebook.model.vocabulary import (
    OPEN,
    Audience,
    ObjectionOutcome,
    Outcome,
    Party,
    Status,
    Visibility,
)
from changebook.pages.rendering import Renderer
from changebook.read.workspace import read_workspace
from changebook.views.impact import impact
from changebook.views.news import events, happened, newly_learned, of_edition

ROOT = Path(__file__).resolve().parents[3]
SITE = "https://changes.northwind.example/here"
ATOM = (urls.FEED_CHANGES, urls.FEED_DECISIONS)
JSON = (urls.FEED_CHANGES_JSON, urls.FEED_DECISIONS_JSON)
XML = "{http://www.w3.org/XML/1998/namespace}"


@pytest.fixture(scope="module")
def editions() -> Mapping[str, Edition]:
    """The samples, in both languages, read at an address."""
    workspace, _ = read_workspace(ROOT)
    return {
        client.slug: replace(make_edition(client, Audience.CLIENT), site_url=SITE)
        for client in workspace.clients
    }


def _made(edition: Edition) -> dict[str, bytes]:
    render = Renderer(edition.words, directory_urls=True, templates=None)
    return dict(feed_files(edition, impact(edition).position, render))


@pytest.fixture(scope="module")
def files(editions: Mapping[str, Edition]) -> Mapping[str, Mapping[str, bytes]]:
    """What is made of each sample."""
    return {slug: _made(edition) for slug, edition in editions.items()}


SAMPLES = ("lakeside-clinics", "meridian-outdoor", "yunfan")


def _with(edition: Edition, id: str, **update: object) -> Edition:
    """The edition with one record changed."""
    records = tuple(
        replace(r, data=r.data.model_copy(update=update)) if r.data.id == id else r
        for r in edition.records
    )
    return replace(edition, records=records)


def _find(edition: Edition, *statuses: Status) -> ChangeRecord:
    return next(r.data for r in edition.records if r.data.status in statuses)


def _items(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content)["items"]
    return found


def _entries(content: bytes) -> dict[str, str]:
    """The ids of an Atom feed with the times of their last change, in the order of the feed."""
    return {entry.id: entry.updated for entry in feedparser.parse(content).entries}


# --- Feeds ---


@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("path", ATOM)
def test_another_program_reads_the_atom_feeds(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition], slug: str, path: str
) -> None:
    feed = feedparser.parse(files[slug][path])
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.language == editions[slug].profile.language
    assert feed.feed.author == editions[slug].profile.vendor.name
    assert {link.rel: link.href for link in feed.feed.links} == {
        "alternate": f"{SITE}/",
        "self": f"{SITE}/{path}",
    }
    now = midnight(editions[slug].as_of, editions[slug].profile.timezone)
    assert feed.feed.updated == max(e.updated for e in feed.entries if e.updated <= now)
    for entry in feed.entries:
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", entry.id)
        contract = (f"{SITE}/impact/#sum", f"{SITE}/decisions/amendments/")
        assert entry.link.startswith((f"{SITE}/changes/", *contract))
        assert entry.content[0].type == "text/html"
        assert entry.title
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)


@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize(("path", "path_json"), [*zip(ATOM, JSON, strict=True)])
def test_both_formats_say_the_same(
    files: Mapping[str, Mapping[str, bytes]], slug: str, path: str, path_json: str
) -> None:
    document = json.loads(files[slug][path_json])
    root = ET.fromstring(files[slug][path])
    ns = {"a": "http://www.w3.org/2005/Atom"}
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"] == root.findtext("a:title", None, ns)
    assert document["language"] == root.get(f"{XML}lang")
    assert document["feed_url"] == f"{SITE}/{path_json}"
    assert document["home_page_url"] == f"{SITE}/"
    assert [
        (item["id"], item["title"], item["content_html"], item["url"], item["date_modified"])
        for item in document["items"]
    ] == [
        (
            entry.findtext("a:id", None, ns),
            entry.findtext("a:title", None, ns),
            entry.findtext("a:content", None, ns),
            link.get("href") if (link := entry.find("a:link", ns)) is not None else None,
            entry.findtext("a:updated", None, ns),
        )
        for entry in root.findall("a:entry", ns)
    ]


@pytest.mark.parametrize("slug", SAMPLES)
def test_a_feed_has_the_newest_events_that_could_be_learned(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition], slug: str
) -> None:
    found = newly_learned(of_edition(editions[slug]))
    everything = _items(files[slug][urls.FEED_CHANGES_JSON])
    assert [item["id"] for item in everything] == [event.uuid.urn for event in found[:COUNT]]
    decisions = _items(files[slug][urls.FEED_DECISIONS_JSON])
    assert [item["id"] for item in decisions] == [e.uuid.urn for e in found if e.is_decision]
    timezone = editions[slug].profile.timezone
    assert [item["date_modified"] for item in everything] == [
        midnight(event.recorded, timezone) for event in found[:COUNT]
    ]


def test_announced_amendments_and_corrections_are_announced(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition]
) -> None:
    profile = editions["yunfan"].profile
    [announced] = (each for each in profile.amendments if each.on)
    [correction] = profile.contract.corrections
    for path in (*ATOM, *JSON):
        text = files["yunfan"][path].decode()
        assert announced.reference in text
        assert announced.title is not None
        assert announced.title in text
        assert correction.reason in text
    for path in ATOM:
        entries = feedparser.parse(files["yunfan"][path])
        [entry] = (e for e in entries.entries if announced.reference in e.title)
        assert entry.link == urls.absolute(SITE, urls.amendment(announced.reference))
        # Its day is still to come, and the feed has not changed on it yet.
        assert entry.updated > entries.feed.updated


def test_an_announced_amendment_is_a_day_in_the_calendar(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition]
) -> None:
    edition = editions["yunfan"]
    [announced] = (each for each in edition.profile.amendments if each.on)

    def found(written: bytes) -> Any:
        events_ = Calendar.from_ical(written).walk("VEVENT")
        [event] = (e for e in events_ if announced.reference in str(e["SUMMARY"]))
        return event

    before = found(files["yunfan"][urls.CALENDAR])
    assert announced.on is not None
    assert before.decoded("DTSTART") == announced.on
    assert before["URL"] == urls.absolute(SITE, urls.amendment(announced.reference))
    assert before.walk("VALARM")
    moved = announced.model_copy(update={"on": announced.on + timedelta(days=7)})
    profile = edition.profile.model_copy(update={"amendments": (moved,)})
    after = found(_made(replace(edition, profile=profile))[urls.CALENDAR])
    assert after["UID"] == before["UID"]
    assert after.decoded("DTSTART") == moved.on


def test_the_same_records_give_the_same_bytes(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition]
) -> None:
    for slug, edition in editions.items():
        assert _made(replace(edition, records=edition.records[::-1])) == files[slug]


def test_another_host_changes_links_only(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition]
) -> None:
    elsewhere = _made(replace(editions["yunfan"], site_url="https://elsewhere.example/"))
    for path in (*ATOM, *JSON, urls.CALENDAR):
        unfolded = [
            content.replace(b"\r\n ", b"") for content in (elsewhere[path], files["yunfan"][path])
        ]
        assert unfolded[0].replace(b"https://elsewhere.example", SITE.encode()) == unfolded[1]


def test_a_corrected_word_announces_nothing(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition]
) -> None:
    edition = editions["meridian-outdoor"]
    id = events(edition.records)[0].id
    corrected = _made(_with(edition, id, title="A better title", summary="A better sentence."))
    for path in ATOM:
        assert _entries(corrected[path]) == _entries(files["meridian-outdoor"][path])
    assert corrected[urls.FEED_CHANGES] != files["meridian-outdoor"][urls.FEED_CHANGES]


def test_a_step_announces_itself_and_nothing_else(editions: Mapping[str, Edition]) -> None:
    edition = editions["meridian-outdoor"]
    before = _entries(_made(edition)[urls.FEED_CHANGES])
    data = _find(edition, Status.AWAITING_DECISION)
    on, known = edition.as_of + timedelta(days=1), edition.as_of + timedelta(days=4)
    entry = HistoryEntry(status=Status.WITHDRAWN, on=on, by="Lin Wei", recorded=known, note="Off.")
    later = replace(
        _with(edition, data.id, status=Status.WITHDRAWN, history=(*data.history, entry)),
        as_of=known,
    )
    content = _made(later)[urls.FEED_CHANGES]
    after = _entries(content)
    (new,) = after.keys() - before.keys()
    assert next(iter(after)) == new
    # It could not be learned before it was recorded.
    assert after[new] == midnight(known, edition.profile.timezone)
    assert feedparser.parse(content).feed.updated == after[new]
    assert all(after[id] == before[id] for id in after.keys() & before.keys())


def test_without_an_address_links_are_relative(editions: Mapping[str, Edition]) -> None:
    edition = replace(editions["lakeside-clinics"], site_url=None)
    files = _made(edition)
    relative = (f"../changes/{edition.profile.prefix}-", "../impact/#sum")
    feed = feedparser.parse(files[urls.FEED_CHANGES])
    assert not feed.bozo
    assert [link.rel for link in feed.feed.links] == ["alternate"]
    assert all(entry.link.startswith(relative) for entry in feed.entries)
    document = json.loads(files[urls.FEED_CHANGES_JSON])
    assert not {"feed_url", "home_page_url"} & document.keys()
    assert all("url" not in item for item in document["items"])
    calendar = Calendar.from_ical(files[urls.CALENDAR])
    assert "SOURCE" not in calendar
    assert all("URL" not in event for event in calendar.walk("VEVENT"))


def test_a_client_without_changes_has_feeds_all_the_same(
    editions: Mapping[str, Edition],
) -> None:
    profile = editions["rathkeel-ferries"].profile
    contract = profile.contract.model_copy(update={"corrections": ()})
    profile = profile.model_copy(update={"contract": contract, "amendments": ()})
    edition = replace(editions["rathkeel-ferries"], profile=profile, records=())
    files = _made(edition)
    feed = feedparser.parse(files[urls.FEED_DECISIONS])
    assert not feed.bozo
    assert feed.entries == []
    assert feed.feed.updated == midnight(contract.signed, profile.timezone)
    assert len(Calendar.from_ical(files[urls.CALENDAR]).walk("VEVENT")) == len(
        edition.profile.contract.milestones
    )


def test_text_stays_text(editions: Mapping[str, Edition]) -> None:
    hostile = "</content> <script>alert(1)</script> & ]]> \uffff \U0001f600\nBEGIN:VEVENT"
    edition = editions["meridian-outdoor"]
    id = events(edition.records)[0].id
    files = _made(_with(edition, id, title=hostile, summary=hostile))
    feed = feedparser.parse(files[urls.FEED_CHANGES], sanitize_html=False)
    assert not feed.bozo
    entry = next(e for e in feed.entries if id in e.title)
    assert "<script" in entry.title
    assert "<script" not in entry.content[0].value
    assert "&lt;script&gt;" in entry.content[0].value
    assert "<script" not in _items(files[urls.FEED_CHANGES_JSON])[0]["content_html"]
    before = Calendar.from_ical(_made(edition)[urls.CALENDAR]).walk("VEVENT")
    assert len(Calendar.from_ical(files[urls.CALENDAR]).walk("VEVENT")) == len(before)


@given(day=st.dates(), zone=st.sampled_from(["Asia/Shanghai", "Europe/London", "America/Santiago"]))
def test_every_day_begins_at_a_time_of_rfc_3339(day: date, zone: str) -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T00:00:00[+-]\d{2}:\d{2}", midnight(day, zone))


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@settings(max_examples=40)
def test_any_text_gives_files_that_other_programs_read(
    editions: Mapping[str, Edition], text: str
) -> None:
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]", text) or not text.strip():
        return  # the format refuses it
    data = ChangeRecord(
        id="LAK-0001",
        title=text,
        summary=text,
        status=Status.AWAITING_DECISION,
        visibility=Visibility.CLIENT,
        decision=Decision(due=date(2026, 3, 31)),
        objections=(
            Objection(
                by=text,
                party=Party.CLIENT,
                on=date(2026, 3, 2),
                concern=text,
                outcome=ObjectionOutcome.OPEN,
                follow_up=date(2026, 4, 1),
            ),
        ),
        plan=(PlanStep(step=text, done=date(2026, 3, 3)),),
        history=(HistoryEntry(status=Status.AWAITING_DECISION, on=date(2026, 3, 1), by=text),),
    )
    edition = replace(editions["lakeside-clinics"], records=(EditionRecord(data, ""),))
    files = _made(edition)
    assert len(ET.fromstring(files[urls.FEED_CHANGES])) > 5
    corrections = len(edition.profile.contract.corrections)
    assert len(_items(files[urls.FEED_CHANGES_JSON])) == 3 + corrections
    component = vobject.readOne(files[urls.CALENDAR].decode())
    assert len(component.vevent_list) == len(edition.profile.contract.milestones) + 2


# --- The calendar ---


def _events(content: bytes) -> dict[str, Any]:
    """The events of a calendar by UID."""
    return {str(event["UID"]): event for event in Calendar.from_ical(content).walk("VEVENT")}


def _one(content: bytes, text: str) -> Any:
    (event,) = [e for e in _events(content).values() if text in str(e["SUMMARY"])]
    return event


@pytest.mark.parametrize("slug", SAMPLES)
def test_two_other_programs_read_the_calendar(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition], slug: str
) -> None:
    content = files[slug][urls.CALENDAR]
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    component = vobject.readOne(content.decode())
    assert component.validate(raiseException=True)
    calendar: Any = Calendar.from_ical(content)
    assert [problem for part in calendar.walk() for problem in part.errors] == []
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["NAME"] == calendar["X-WR-CALNAME"]
    assert editions[slug].profile.project in calendar["NAME"]
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert calendar["SOURCE"] == f"{SITE}/{urls.CALENDAR}"
    found = _events(content)
    assert len(found) == len(component.vevent_list)
    for event in found.values():
        assert event["DTSTART"].params["VALUE"] == "DATE"
        assert event["STATUS"] in ("CONFIRMED", "TENTATIVE", "CANCELLED")
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
        assert event["DTSTAMP"].dt <= datetime.combine(
            editions[slug].as_of, datetime.min.time(), UTC
        )


@pytest.mark.parametrize("slug", SAMPLES)
def test_milestones_stand_on_their_agreed_dates(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition], slug: str
) -> None:
    edition = editions[slug]
    for milestone in impact(edition).position.milestones:
        event = _one(files[slug][urls.CALENDAR], milestone.name)
        assert event["DTSTART"].dt == milestone.agreed
        assert event["SEQUENCE"] == len(milestone.steps)


def test_a_moved_milestone_is_the_same_event_moved(editions: Mapping[str, Edition]) -> None:
    """Through the whole history of a sample: SEQUENCE rises with each move, and never falls."""
    workspace, _ = read_workspace(ROOT)
    client = workspace.client("meridian-outdoor")
    name = "New shop goes live"
    last = make_edition(client, Audience.CLIENT)
    steps = [
        order.on
        for order in impact(last).position.register
        if any(step.milestone == "go-live" for step in order.steps)
    ]
    assert len(steps) > 3
    seen = []
    for day in sorted({client.profile.contract.signed, *steps}):
        event = _one(_made(make_edition(client, Audience.CLIENT, day))[urls.CALENDAR], name)
        seen.append((str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt))
    assert len({uid for uid, _, _ in seen}) == 1
    sequences = [sequence for _, sequence, _ in seen]
    assert sequences == sorted(set(sequences))
    moves = pairwise(seen)
    assert all(before[2] != after[2] for before, after in moves)


def test_a_due_decision_is_cancelled_once_it_is_taken(editions: Mapping[str, Edition]) -> None:
    edition = editions["meridian-outdoor"]
    data = _find(edition, Status.AWAITING_DECISION)
    assert data.decision
    due = data.decision.due
    before = _one(_made(edition)[urls.CALENDAR], f"Decision due: {data.id}")
    assert (before["STATUS"], before["DTSTART"].dt) == ("CONFIRMED", due)
    on = edition.as_of + timedelta(days=1)
    decided = replace(
        _with(
            edition,
            data.id,
            status=Status.REJECTED,
            decision=data.decision.model_copy(
                update={"outcome": Outcome.REJECTED, "on": on, "rationale": "No."}
            ),
            history=(*data.history, HistoryEntry(status=Status.REJECTED, on=on, by="Chen Yu")),
        ),
        as_of=on,
    )
    after = _events(_made(decided)[urls.CALENDAR])[str(before["UID"])]
    assert after["STATUS"] == "CANCELLED"
    assert str(after["SUMMARY"]).startswith(f"Rejected: {data.id}")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    # A year later it is no longer in the way.
    gone = _made(replace(decided, as_of=on + timedelta(days=500)))[urls.CALENDAR]
    assert str(before["UID"]) not in _events(gone)


def test_a_moved_due_date_moves_the_event(editions: Mapping[str, Edition]) -> None:
    edition = editions["meridian-outdoor"]
    data = _find(edition, Status.AWAITING_DECISION)
    assert data.decision
    assert data.decision.due
    later = data.decision.due + timedelta(days=7)
    moved = _with(edition, data.id, decision=data.decision.model_copy(update={"due": later}))
    name = f"Decision due: {data.id}"
    before, after = (_one(_made(e)[urls.CALENDAR], name) for e in (edition, moved))
    assert before["UID"] == after["UID"]
    assert after["DTSTART"].dt == later


def test_a_deferral_is_looked_at_again_until_it_is_taken_up(
    editions: Mapping[str, Edition],
) -> None:
    edition = editions["yunfan"]
    data = _find(edition, Status.DEFERRED)
    assert data.decision
    resting = _one(_made(edition)[urls.CALENDAR], f"暂缓：再次审议：{data.id}")
    assert (resting["STATUS"], resting["DTSTART"].dt) == ("CONFIRMED", data.decision.review)
    on = edition.as_of + timedelta(days=1)
    entry = HistoryEntry(status=Status.ASSESSING, on=on, by="林薇")
    taken_up = _with(edition, data.id, status=Status.ASSESSING, history=(*data.history, entry))
    after = _events(_made(replace(taken_up, as_of=on))[urls.CALENDAR])[str(resting["UID"])]
    assert after["STATUS"] == "CANCELLED"
    assert after["SEQUENCE"] > resting["SEQUENCE"]


def test_an_objection_is_followed_up_until_it_is_settled(editions: Mapping[str, Edition]) -> None:
    edition, day = editions["meridian-outdoor"], editions["meridian-outdoor"].as_of
    data = _find(edition, *OPEN)
    objection = Objection(
        by="Zhao Min",
        party=Party.CLIENT,
        on=day,
        concern="Refunds get harder.",
        outcome=ObjectionOutcome.OPEN,
        follow_up=day + timedelta(days=9),
    )
    settled = objection.model_copy(
        update={"outcome": ObjectionOutcome.ACCEPTED, "resolved": day, "response": "You are right."}
    )
    text = "Zhao Min: Refunds get harder."
    found = []
    for of in (objection, settled):
        content = _made(_with(edition, data.id, objections=(of,)))[urls.CALENDAR]
        (event,) = [e for e in _events(content).values() if text in str(e.get("DESCRIPTION"))]
        assert event["DTSTART"].dt == day + timedelta(days=9)
        assert event["URL"] == f"{SITE}/changes/{data.id}/#objections"
        found.append(event)
    assert found[0]["UID"] == found[1]["UID"]
    assert [event["STATUS"] for event in found] == ["CONFIRMED", "CANCELLED"]
    # Nobody is woken for what is settled. Two days before, at nine in the morning:
    (alarm,) = found[0].walk("VALARM")
    assert alarm["TRIGGER"].dt == -timedelta(days=1, hours=15)
    assert (alarm["ACTION"], alarm["DESCRIPTION"]) == ("DISPLAY", found[0]["SUMMARY"])
    assert found[1].walk("VALARM") == []
    assert found[1]["SEQUENCE"] > found[0]["SEQUENCE"]


def test_the_newest_events_by_key(
    files: Mapping[str, Mapping[str, bytes]], editions: Mapping[str, Edition]
) -> None:
    keys = set()
    for slug, edition in editions.items():
        document = json.loads(files[slug][urls.NEWS_JSON])
        keys.add(document["edition"])
        found = newly_learned(happened(edition))[:200]
        assert document["events"] == [[e.short, e.id, str(e.recorded)] for e in found]
        assert document["from"] in ("", str(found[-1].recorded))
    assert len(keys) == len(editions)

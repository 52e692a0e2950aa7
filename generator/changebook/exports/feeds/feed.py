"""A feed before it is written: its entries in the client's language, the newest first.

All times come from the records, and ids from what an event is about: a build without a new event
gives the same bytes, and a corrected word keeps id and time, so nothing is announced twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.model.sums import Position
from changebook.model.words import Words
from changebook.pages.rendering import Renderer, one_line
from changebook.views import change, corrections
from changebook.views.news import NewsEvent, newly_learned

#: The newest entries. Programs keep what they have read, and the news page has everything.
COUNT = 100
#: The namespace of the ids of feeds (RFC 9562, version 5).
_FEEDS = uuid.UUID("9d0c1d0e-6a53-5c8f-8d3b-0f6a9b1f4f1a")


@dataclass(frozen=True)
class FeedEntry:
    """One event. `link` is a whole address, or a relative one where the site's is not known."""

    id: str
    title: str
    time: str
    link: str
    html: str


@dataclass(frozen=True)
class Feed:
    """What a feed says of itself, and its entries. `site` and `own` are None without an address."""

    id: str
    language: str
    title: str
    author: str
    updated: str
    home: str
    site: str | None
    own: str | None
    entries: tuple[FeedEntry, ...]


def feed(
    edition: Edition,
    position: Position,
    events: Iterable[NewsEvent],
    *,
    path: str,
    title: str,
    render: Renderer,
) -> Feed:
    """Return the feed at `path` of the newest of these events."""
    newest = newly_learned(events)[:COUNT]
    profile = edition.profile
    records = {record.data.id: record for record in edition.records}
    site = edition.site_url

    def address(page: str, fragment: str = "") -> str:
        if site:
            return urls.absolute(site, page, fragment)
        return render.href(path, page, fragment)

    rows = {
        id: change.row(records[id], profile, position)
        for id in dict.fromkeys(event.id for event in newest if not event.is_of_contract)
    }
    sentences = tuple(corrections.sentences(profile, render.words))

    def entry(event: NewsEvent) -> FeedEntry:
        record = None if event.is_of_contract else records[event.id].data
        html = render.fragment(
            path,
            "_entry",
            event=event,
            row=rows[event.id] if record else None,
            imported=record and record.imported,
            correction=sentences[event.correction] if event.correction is not None else None,
            currency=profile.contract.currency,
        )
        return FeedEntry(
            id=event.uuid.urn,
            title=_title(event, render.words),
            time=midnight(event.recorded, profile.timezone),
            link=address(event.page, event.section),
            html=html,
        )

    # An amendment may be announced for a day that is still to come.
    known = (event.recorded for event in newest if event.recorded <= edition.as_of)
    last = max(known, default=profile.contract.signed)
    return Feed(
        id=uuid.uuid5(_FEEDS, f"{profile.prefix}/{edition.audience.value}/{path}").urn,
        language=profile.language,
        title=one_line(title),
        author=one_line(profile.vendor.name),
        updated=midnight(last, profile.timezone),
        home=address(urls.HOME),
        site=site,
        own=urls.absolute(site, path) if site else None,
        entries=tuple(map(entry, newest)),
    )


def midnight(day: date, timezone: str) -> str:
    """Return the beginning of a day in a time zone, by RFC 3339.

    The offsets of two centuries ago had seconds, which RFC 3339 has no place for.
    """
    return datetime.combine(day, time(), ZoneInfo(timezone)).isoformat()[:25]


def _title(event: NewsEvent, words: Words) -> str:
    text = words.gettext("%(name)s: %(text)s") % {
        "name": f"{event.id} {event.title}",
        "text": words.label(event.what),
    }
    return one_line(text)

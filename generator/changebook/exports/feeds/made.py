"""The files of an edition that readers subscribe to."""

from __future__ import annotations

from collections.abc import Iterator

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.exports.feeds import visits
from changebook.exports.feeds.atom import as_atom
from changebook.exports.feeds.calendar import as_calendar
from changebook.exports.feeds.feed import feed
from changebook.exports.feeds.json_feed import as_json
from changebook.model.sums import Position
from changebook.pages.rendering import Renderer
from changebook.views.news import events


def made(edition: Edition, position: Position, render: Renderer) -> Iterator[tuple[str, bytes]]:
    """Path and content of each feed and of the calendar."""
    _ = render.words.gettext
    found = events(edition.records)
    decisions = [event for event in found if event.is_decision]
    project = edition.profile.project
    for path, path_json, title, those in (
        (urls.FEED_CHANGES, urls.FEED_CHANGES_JSON, _("%(project)s: all changes"), found),
        (urls.FEED_DECISIONS, urls.FEED_DECISIONS_JSON, _("%(project)s: decisions"), decisions),
    ):
        for where, written in ((path, as_atom), (path_json, as_json)):
            said = feed(
                edition,
                position,
                those,
                path=where,
                title=title % {"project": project},
                render=render,
            )
            yield where, written(said)
    yield urls.CALENDAR, as_calendar(edition, position, render.words)
    yield urls.NEWS_JSON, visits.as_json(edition)

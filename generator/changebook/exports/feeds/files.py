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
from changebook.views import news


def feed_files(
    edition: Edition, position: Position, render: Renderer
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each feed, of the calendar and of the newest events."""
    _ = render.words.gettext
    everything = news.of_edition(edition)
    decisions = [event for event in everything if event.is_decision]
    project = edition.profile.project
    for path, path_json, title, chosen in (
        (urls.FEED_CHANGES, urls.FEED_CHANGES_JSON, _("%(project)s: all changes"), everything),
        (urls.FEED_DECISIONS, urls.FEED_DECISIONS_JSON, _("%(project)s: decisions"), decisions),
    ):
        for where, write in ((path, as_atom), (path_json, as_json)):
            made = feed(
                edition,
                position,
                chosen,
                path=where,
                title=title % {"project": project},
                render=render,
            )
            yield where, write(made)
    yield urls.CALENDAR, as_calendar(edition, position, render.words)
    yield urls.NEWS_JSON, visits.as_json(edition)

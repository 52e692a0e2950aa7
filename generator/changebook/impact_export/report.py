"""What is exported: the Impact page's view, also as it was known on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from changebook import timeline
from changebook.editions import Edition, is_unseen, make_edition
from changebook.sums import Position
from changebook.views.impact import Impact, impact
from changebook.vocabulary import Audience
from changebook.workspace import Client


@dataclass(frozen=True)
class Report:
    """The view of an edition, and the day up to which its records were written down."""

    edition: Edition
    known_on: date | None
    view: Impact

    @property
    def position(self) -> Position:
        return self.view.position

    @property
    def currency(self) -> str:
        return self.position.currency


def report(
    client: Client,
    audience: Audience = Audience.CLIENT,
    as_of: date | None = None,
    known_on: date | None = None,
) -> Report:
    """The figures that the audience may see, as of a day and as known on a day.

    By default as of the newest event, with all that is known by now, like the pages.
    """
    edition = make_edition(client, audience, as_of)
    if known_on:
        edition = _as_known(edition, known_on)
    return Report(edition, known_on, impact(edition))


def _as_known(edition: Edition, known_on: date) -> Edition:
    """The edition with its records as they were written down by that day.

    A record that was a draft by then is still one here, and a client does not see drafts.
    """
    records = []
    for record in edition.records:
        then = timeline.at(record.data, edition.as_of, known_on)
        if then is None or (edition.audience is Audience.CLIENT and is_unseen(then)):
            continue
        records.append(replace(record, data=then, unseen=is_unseen(then)))
    return replace(edition, records=tuple(records))

"""Where readers subscribe: the whole addresses of the feeds and the calendar."""

from __future__ import annotations

from dataclasses import dataclass

from changebook.edition import urls
from changebook.edition.editions import Edition

_WEB = ("https://", "http://")


@dataclass(frozen=True)
class FollowAddresses:
    """What a reader copies into another program. `webcal` opens the calendar program at once."""

    changes: str
    decisions: str
    calendar: str
    webcal: str


def addresses(edition: Edition) -> FollowAddresses | None:
    """Return the addresses of an edition; None where nobody said at which address it is read."""
    site = edition.site_url
    if site is None:
        return None
    calendar = urls.absolute(site, urls.CALENDAR)
    scheme = next((scheme for scheme in _WEB if calendar.startswith(scheme)), "")
    return FollowAddresses(
        urls.absolute(site, urls.FEED_CHANGES),
        urls.absolute(site, urls.FEED_DECISIONS),
        calendar,
        "webcal://" + calendar.removeprefix(scheme),
    )

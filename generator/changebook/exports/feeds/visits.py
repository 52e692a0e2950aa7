"""What the marks "new since your last visit" are made from: the newest events, by key."""

from __future__ import annotations

import json

from changebook.edition.editions import Edition
from changebook.views.news import happened, newly_learned

#: Each page with marks loads this file; whoever was away for longer looks at the news page.
COUNT = 200


def as_json(edition: Edition) -> bytes:
    """Write the newest events: key, id or reference, and the day on which it could be learned.

    `from` is the day of the oldest one, where older ones were left out. A browser remembers by
    origin, on which several editions can lie: `edition` keeps them apart.
    """
    newest = newly_learned(happened(edition))[:COUNT]
    document = {
        "edition": f"{edition.profile.prefix}/{edition.audience.value}",
        "from": newest[-1].recorded.isoformat() if len(newest) == COUNT else "",
        "events": [[event.short, event.id, event.recorded.isoformat()] for event in newest],
    }
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()

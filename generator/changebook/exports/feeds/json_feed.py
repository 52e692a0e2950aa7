"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any

from changebook.exports.feeds.feed import Feed, FeedEntry


def as_json(feed: Feed) -> bytes:
    """Write the feed as JSON; without links where the site's address is not known."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "language": feed.language,
        "authors": [{"name": feed.author}],
    }
    if feed.site:
        document |= {"home_page_url": feed.home, "feed_url": feed.own}
    document["items"] = [_item(entry, linked=feed.site is not None) for entry in feed.entries]
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _item(entry: FeedEntry, *, linked: bool) -> dict[str, Any]:
    item: dict[str, Any] = {"id": entry.id}
    if linked:
        item["url"] = entry.link
    item |= {"title": entry.title, "content_html": entry.html}
    return item | {"date_published": entry.time, "date_modified": entry.time}

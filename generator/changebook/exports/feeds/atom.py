"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from changebook.exports.feeds.feed import Feed, FeedEntry

_NAMESPACE = "http://www.w3.org/2005/Atom"
#: YAML's escapes can write characters that no XML document may hold.
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def as_atom(feed: Feed) -> bytes:
    root = ET.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": feed.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated)
    _add(ET.SubElement(root, "author"), "name", feed.author)
    _add(root, "link", None, rel="alternate", type="text/html", href=feed.home)
    if feed.own:
        _add(root, "link", None, rel="self", type="application/atom+xml", href=feed.own)
    _add(root, "generator", "Changebook")
    for entry in feed.entries:
        _entry(root, entry)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _entry(root: ET.Element, entry: FeedEntry) -> None:
    element = ET.SubElement(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "published", entry.time)
    _add(element, "updated", entry.time)
    _add(element, "link", None, rel="alternate", type="text/html", href=entry.link)
    _add(element, "content", entry.html, type="html")


def _add(parent: ET.Element, name: str, text: str | None, **attributes: str) -> None:
    kept = {key: _NOT_IN_XML.sub("\ufffd", value) for key, value in attributes.items()}
    ET.SubElement(parent, name, kept).text = text and _NOT_IN_XML.sub("\ufffd", text)

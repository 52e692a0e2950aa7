"""What HTML may stand on a page: the allow-list, and the function that keeps to it.

A record's Markdown may hold raw HTML, and a page is read by a client. So every body goes through
one allow-list: no scripts, no forms, nothing that loads from another host, and always balanced.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape, unescape

import nh3

from changebook.model.markup import ATTRIBUTES, DROPPED, SVG_TAGS, TAGS

#: What only our own templates use: a body has lost these before (`read.unseen`).
_OF_PAGES = {"*": ("hidden",), "a": ("hreflang", "type")}
_LINKS = frozenset({"href", "cite"})
_LOADED = frozenset({"src", "poster"})
#: `webcal` opens the calendar program.
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel", "webcal"})
#: Longer values, such as whole pictures, are not worth remembering.
_SHORT = 200
#: Browsers drop these characters anywhere in an address before they look at its scheme.
_IGNORED = re.compile(r"[\x00-\x20]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|(//)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,", re.IGNORECASE)
#: Ids that Material's own scripts and check boxes look for; those it makes itself on a page stay.
_RESERVED_ID = re.compile(r"__(?!tabbed_|codelineno|span)")
#: nh3 writes every attribute as name="value" with quotes escaped, so this matches whole tags.
_TAG = re.compile(r'<(?:(?P<name>img|input)(?P<attributes>(?: [\w:-]+="[^"]*")*)>|(?P<a>/?)a[ >])')
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')


def sanitise(html: str) -> str:
    """The HTML with only what the allow-list lets stay, and balanced.

    A picture from another host becomes a link to it.
    """
    return _Elements().rewrite(_cleaner().clean(html))


@cache
def _cleaner() -> nh3.Cleaner:
    """The allow-list made ready, which takes longer than to clean a heading."""
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes={tag: {*names, *_OF_PAGES.get(tag, ())} for tag, names in ATTRIBUTES.items()},
        attribute_filter=_kept,
        generic_attribute_prefixes={"aria-", "data-"},
        filter_style_properties={"text-align"},
        url_schemes=set(_LINK_SCHEMES) | {"data"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def scheme(address: str) -> str:
    """The scheme of an address as a browser sees it, `//` for another host, or "" if relative."""
    match = _SCHEME.match(_IGNORED.sub("", address).replace("\\", "/"))
    return (match[1] or match[2]).lower() if match else ""


def _kept(tag: str, name: str, value: str) -> str | None:
    """What `_attribute` says; a page asks for the same short values thousands of times."""
    return _remembered(tag, name, value) if len(value) < _SHORT else _attribute(tag, name, value)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value that an allowed attribute may have, or None to drop it."""
    if name in _LINKS:
        return value if scheme(value) in _LINK_SCHEMES | {"", "//"} else None
    if name in _LOADED:
        return value if _loads_from_here(value) or _shown_as_link(tag, value) else None
    if name == "class" and "mermaid" in value.split():
        return "mermaid"  # alone, as the theme looks for it: else Material loads its own script
    if name in ("id", "name", "for"):
        return None if _RESERVED_ID.match(value) else value
    if name.startswith("data-md"):
        return None  # hooks of Material's scripts
    if "url(" in value.lower() and tag in SVG_TAGS:
        return value if re.fullmatch(r"\s*url\(\s*['\"]?#[\w-]+['\"]?\s*\)\s*", value) else None
    return value


_remembered = lru_cache(maxsize=8192)(_attribute)


def _loads_from_here(address: str) -> bool:
    return not scheme(address) or bool(_PICTURE.match(_IGNORED.sub("", address)))


def _shown_as_link(tag: str, address: str) -> bool:
    return tag == "img" and scheme(address) in {"http", "https", "//"}


class _Elements:
    """What attributes alone can't say: whole elements that must become something else."""

    def __init__(self) -> None:
        self._in_link = False

    def rewrite(self, html: str) -> str:
        return _TAG.sub(self._element, html)

    def _element(self, match: re.Match[str]) -> str:
        if not match["name"]:
            self._in_link = not match["a"]
            return match[0]
        attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
        return (self._img if match["name"] == "img" else self._input)(match[0], attributes)

    def _img(self, tag: str, attributes: dict[str, str]) -> str:
        source = unescape(attributes.get("src", ""))
        if not source:
            return attributes.get("alt", "")
        if _loads_from_here(source):
            return tag
        words = attributes.get("alt") or escape(source)
        if self._in_link:
            return words
        return f'<a href="{escape(source)}" rel="noopener noreferrer">{words}</a>'

    def _input(self, tag: str, attributes: dict[str, str]) -> str:
        """Task lists and Material's tabs use inputs; no other field belongs on a page."""
        kind = attributes.get("type", "").lower()
        if kind == "radio" and attributes.get("name", "").startswith("__tabbed_"):
            return tag
        if kind != "checkbox":
            return ""
        return tag if "disabled" in attributes else f'{tag[:-1]} disabled="">'

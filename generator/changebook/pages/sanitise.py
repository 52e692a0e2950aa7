"""What HTML may stand on a page: the allow-list, and the function that keeps to it.

A record's Markdown may hold raw HTML, and a page is read by a client. So every body goes through
one allow-list: no scripts, no forms, nothing that loads from another host, and always balanced.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape

import nh3

from changebook.model.markup import (
    ALIGNED,
    ATTRIBUTES,
    DROPPED,
    LINK_SCHEMES,
    TAGS,
    kept,
    loads_from_here,
)

#: nh3 writes every attribute as name="value" with quotes escaped, so this matches whole tags.
_TAG = re.compile(r'<(?:(?P<name>img|input)(?P<attributes>(?: [\w:-]+="[^"]*")*)>|(?P<a>/?)a[ >])')
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
_CELL = re.compile(r'<(t[dh])((?: [\w:-]+="[^"]*")*? style="[^"]*"(?: [\w:-]+="[^"]*")*)>')


def sanitise(html: str) -> str:
    """Keep of HTML what the allow-list has, balanced; pictures from other hosts become links."""
    clean = _cleaner().clean(html)
    if " style=" in clean:
        clean = _CELL.sub(_aligned, clean)
    return _Elements().rewrite(clean)


def _aligned(cell: re.Match[str]) -> str:
    """Return a cell with an attribute for its style, since pages hold no styles."""
    attributes = dict(_ATTRIBUTE.findall(cell[2]))
    aligned = ALIGNED.fullmatch(attributes.pop("style"))
    if aligned:
        attributes["align"] = aligned[1].lower()
    kept_ones = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{cell[1]}{kept_ones}>"


@cache
def _cleaner() -> nh3.Cleaner:
    """Return the allow-list made ready, which takes longer than to clean a heading."""
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=kept,
        generic_attribute_prefixes={"aria-", "data-"},
        filter_style_properties={"text-align"},
        url_schemes=set(LINK_SCHEMES) | {"data"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


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
        if loads_from_here(source):
            return tag
        words = attributes.get("alt") or escape(source)
        if self._in_link:
            return words
        return f'<a href="{escape(source)}" rel="noopener noreferrer">{words}</a>'

    def _input(self, tag: str, attributes: dict[str, str]) -> str:
        """Keep the inputs of task lists and Material's tabs; no other field belongs on a page."""
        kind = attributes.get("type", "").lower()
        if kind == "radio" and attributes.get("name", "").startswith("__tabbed_"):
            return tag
        if kind != "checkbox":
            return ""
        return tag if "disabled" in attributes else f'{tag[:-1]} disabled="">'

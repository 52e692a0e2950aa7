"""The HTML that may stand on a page: what the check names and pages take out.

A record's Markdown may hold raw HTML, and a page is read by a client.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

#: The SVG shapes that icons and small charts are made of, with the names that screen readers say:
#: nothing that links, loads or animates.
SVG_TAGS = frozenset(
    "svg g path circle ellipse rect line polyline polygon text tspan defs marker linearGradient "
    "stop clipPath title desc".split()
)
#: The elements that stay.
TAGS = SVG_TAGS | frozenset(
    "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup "
    "data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i "
    "img input ins kbd label li mark meter nav ol p pre progress q rp rt ruby s samp section small "
    "span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr".split()
)
_SHAPE = frozenset(
    "viewBox xmlns fill fill-opacity fill-rule clip-rule stroke stroke-width stroke-linecap "
    "stroke-linejoin stroke-dasharray stroke-opacity opacity d x y x1 y1 x2 y2 cx cy r rx ry dx dy "
    "width height points transform text-anchor dominant-baseline font-size font-weight offset "
    "stop-color stop-opacity clip-path gradientUnits marker-end marker-start markerWidth "
    "markerHeight refX refY orient preserveAspectRatio focusable".split()
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "id", "title", "lang", "dir", "role", "hidden", "tabindex"},
    "a": {"href", "name", "download", "hreflang", "type"},
    "audio": {"src", "controls"},
    "blockquote": {"cite"},
    "col": {"span", "width"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height", "align", "loading"},
    "input": {"type", "checked", "disabled", "name"},
    "ins": {"cite", "datetime"},
    "label": {"for"},
    "li": {"value"},
    "meter": {"value", "min", "max", "low", "high", "optimum"},
    "ol": {"start", "type", "reversed"},
    "progress": {"value", "max"},
    "q": {"cite"},
    "td": {"align", "colspan", "rowspan", "headers", "style"},
    "th": {"align", "colspan", "rowspan", "scope", "headers", "abbr", "style"},
    "time": {"datetime"},
    "video": {"src", "poster", "controls", "width", "height"},
}
ATTRIBUTES |= {tag: {"align"} for tag in "div h1 h2 h3 h4 h5 h6 p table".split()}
ATTRIBUTES |= {shape: set(_SHAPE) for shape in SVG_TAGS}

_LINKS = frozenset({"href", "cite"})
_LOADED = frozenset({"src", "poster"})
#: `webcal` opens the calendar program.
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel", "webcal"})
#: Longer values, such as whole pictures, are not worth remembering.
_SHORT = 200
#: Browsers drop these characters anywhere in an address before they look at its scheme.
_IGNORED = re.compile(r"[\x00-\x20]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|(//)", re.IGNORECASE)
_ALIGNED = re.compile(r"\s*text-align\s*:[^;]*;?\s*", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,", re.IGNORECASE)
#: Ids that Material's own scripts and check boxes look for; those it makes itself on a page stay.
_RESERVED_ID = re.compile(r"__(?!tabbed_|codelineno|span)")


def keeps(tag: str, name: str, value: str) -> bool:
    """Return whether an element that stays keeps this attribute; the name is in small letters."""
    if name == "style":
        return tag in ("td", "th") and bool(_ALIGNED.fullmatch(value))
    allowed = name in _names("*") or name in _names(tag) or name.startswith(("aria-", "data-"))
    return allowed and kept(tag, name, value) is not None


@cache
def _names(tag: str) -> frozenset[str]:
    """The attributes of an element in small letters, as HTML's parsers give them."""
    return frozenset(name.lower() for name in ATTRIBUTES.get(tag, ()))


def scheme(address: str) -> str:
    """The scheme of an address as a browser sees it, `//` for another host, or "" if relative."""
    match = _SCHEME.match(_IGNORED.sub("", address).replace("\\", "/"))
    return (match[1] or match[2]).lower() if match else ""


def kept(tag: str, name: str, value: str) -> str | None:
    """What `_attribute` says; a page asks for the same short values thousands of times."""
    return _remembered(tag, name, value) if len(value) < _SHORT else _attribute(tag, name, value)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value that an allowed attribute may have, or None to drop it."""
    if name in _LINKS:
        return value if scheme(value) in LINK_SCHEMES | {"", "//"} else None
    if name in _LOADED:
        return value if loads_from_here(value) or _shown_as_link(tag, value) else None
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


def loads_from_here(address: str) -> bool:
    return not scheme(address) or bool(_PICTURE.match(_IGNORED.sub("", address)))


def _shown_as_link(tag: str, address: str) -> bool:
    return tag == "img" and scheme(address) in {"http", "https", "//"}

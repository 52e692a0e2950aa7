"""What HTML and SVG a reader may be given, by name: the only lists of it.

They allow, since no list of what is dangerous is ever complete. What is written in a body's HTML is
in `TAGS` and `ATTRIBUTES`, what an SVG file may hold in `DRAWING` and `DRAWING_ATTRIBUTES`.
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
#: The HTML elements that stay. Of all others the text stays, or for `DROPPED` nothing.
TAGS = SVG_TAGS | frozenset(
    "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup "
    "data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i "
    "img input ins kbd label li mark meter nav ol p pre progress q rp rt ruby s samp section small "
    "span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr".split()
)
#: Elements that go with all that is in them.
DROPPED = frozenset(
    "script style iframe object embed noscript template textarea select xmp math noembed noframes "
    "canvas metadata".split()
)
#: What a diagram's labels may not hold: what asks for something, loads, or restyles a page.
#: `diagrams.js` says so to mermaid.
NOT_IN_DIAGRAMS = frozenset(
    "audio button datalist details dialog embed fieldset form iframe input label legend link meter "
    "object optgroup option output picture progress select source style summary textarea "
    "video".split()
)
_SHAPE = frozenset(
    "viewBox xmlns fill fill-opacity fill-rule clip-rule stroke stroke-width stroke-linecap "
    "stroke-linejoin stroke-dasharray stroke-opacity opacity d x y x1 y1 x2 y2 cx cy r rx ry dx dy "
    "width height points transform text-anchor dominant-baseline font-size font-weight offset "
    "stop-color stop-opacity clip-path gradientUnits marker-end marker-start markerWidth "
    "markerHeight refX refY orient preserveAspectRatio focusable".split()
)
#: The attributes of each HTML element that do something for its reader; `*` are those of all.
ATTRIBUTES: dict[str, frozenset[str]] = {
    "*": frozenset("class id title lang dir role tabindex".split()),
    "a": frozenset({"href", "name", "download"}),
    "audio": frozenset({"src", "controls"}),
    "col": frozenset({"span", "width"}),
    "details": frozenset({"open"}),
    "img": frozenset({"src", "alt", "width", "height", "align", "loading"}),
    "input": frozenset({"type", "checked", "disabled", "name"}),
    "label": frozenset({"for"}),
    "li": frozenset({"value"}),
    "meter": frozenset({"value", "min", "max", "low", "high", "optimum"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "progress": frozenset({"value", "max"}),
    "td": frozenset({"align", "colspan", "rowspan", "headers", "style"}),
    "th": frozenset({"align", "colspan", "rowspan", "scope", "headers", "style"}),
    "time": frozenset({"datetime"}),
    "video": frozenset({"src", "poster", "controls", "width", "height"}),
}
ATTRIBUTES |= {tag: frozenset({"align"}) for tag in "div h1 h2 h3 h4 h5 h6 p table".split()}
ATTRIBUTES |= dict.fromkeys(SVG_TAGS, _SHAPE)

#: Elements of an SVG file: all that draws and stands still (SVG 2, filter effects, masking).
DRAWING = frozenset(
    "svg g defs symbol use switch a title desc style path circle ellipse rect line polyline "
    "polygon text tspan textPath image marker pattern mask clipPath linearGradient radialGradient "
    "stop filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix "
    "feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB "
    "feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight "
    "feSpecularLighting feSpotLight feTile feTurbulence".split()
)
#: What may be set by an attribute as well as by CSS (SVG 2, 6.6, and what browsers add to it).
_PRESENTATION = frozenset(
    "alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation "
    "color-interpolation-filters color-rendering cursor cx cy d direction display "
    "dominant-baseline fill fill-opacity fill-rule filter flood-color flood-opacity font "
    "font-family font-feature-settings font-kerning font-size font-size-adjust font-stretch "
    "font-style font-variant font-variant-caps font-variant-east-asian font-variant-ligatures "
    "font-variant-numeric font-variant-position font-variation-settings font-weight "
    "glyph-orientation-horizontal glyph-orientation-vertical height image-rendering isolation "
    "kerning letter-spacing lighting-color line-height marker marker-end marker-mid marker-start "
    "mask mask-type mix-blend-mode opacity overflow paint-order pointer-events r rx ry "
    "shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset "
    "stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor "
    "text-decoration text-decoration-color text-decoration-line text-decoration-style "
    "text-indent text-align text-overflow text-orientation text-rendering text-transform transform "
    "transform-box transform-origin unicode-bidi vector-effect visibility white-space width "
    "word-spacing writing-mode x y".split()
)
#: The properties that CSS in an SVG file may set. Those of boxes are written by programs that draw
#: for pages, and do nothing in a drawing.
DRAWING_PROPERTIES = _PRESENTATION | frozenset(
    "align-items background background-color border border-color border-radius border-style "
    "border-width bottom box-shadow box-sizing color-scheme font-synthesis inline-size "
    "justify-content left margin margin-bottom margin-left margin-right margin-top mask-border "
    "max-height max-width min-height min-width outline padding padding-bottom padding-left "
    "padding-right padding-top position right shape-inside shape-margin shape-padding "
    "shape-subtract solid-color solid-opacity text-align-last text-shadow top user-select "
    "vertical-align word-break word-wrap overflow-wrap z-index zoom enable-background "
    "src unicode-range font-display".split()
)
#: The attributes that draw. `href` and what holds CSS are looked at one by one.
DRAWING_ATTRIBUTES = _PRESENTATION | frozenset(
    "id class style href lang role tabindex aria-label aria-labelledby aria-describedby "
    "aria-hidden aria-roledescription viewBox preserveAspectRatio version focusable points "
    "pathLength x1 y1 x2 y2 fx fy fr dx dy rotate lengthAdjust textLength startOffset method side "
    "spacing offset gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits "
    "patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth "
    "markerHeight refX refY orient filterUnits primitiveUnits in in2 result mode type values "
    "tableValues slope intercept amplitude exponent operator k1 k2 k3 k4 order kernelMatrix "
    "divisor bias targetX targetY edgeMode preserveAlpha kernelUnitLength surfaceScale "
    "diffuseConstant specularConstant specularExponent scale xChannelSelector yChannelSelector "
    "azimuth elevation stdDeviation radius pointsAtX pointsAtY pointsAtZ limitingConeAngle z "
    "baseFrequency numOctaves seed stitchTiles requiredFeatures systemLanguage media".split()
)

_LINKS = frozenset({"href", "cite"})
_LOADED = frozenset({"src", "poster"})
#: `webcal` opens the calendar program.
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel", "webcal"})
#: Longer values, such as whole pictures, are not worth remembering.
_SHORT = 200
#: Browsers drop these characters anywhere in an address before they look at its scheme.
_IGNORED = re.compile(r"[\x00-\x20]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|(//)", re.IGNORECASE)
#: The one style that a cell may have; it becomes an attribute.
ALIGNED = re.compile(r"\s*text-align\s*:\s*(left|center|right|justify)\s*;?\s*", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,", re.IGNORECASE)
#: Ids that Material's own scripts and check boxes look for; those it makes itself on a page stay.
_RESERVED_ID = re.compile(r"__(?!tabbed_|codelineno|span)")


def keeps(tag: str, name: str, value: str) -> bool:
    """Return whether an element that stays keeps this attribute; the name is in small letters."""
    if name == "style":
        return tag in ("td", "th") and bool(ALIGNED.fullmatch(value))
    allowed = name in _names("*") or name in _names(tag) or name.startswith("aria-")
    return allowed and kept(tag, name, value) is not None


@cache
def _names(tag: str) -> frozenset[str]:
    """Return the attributes of an element in small letters, as HTML's parsers give them."""
    return frozenset(name.lower() for name in ATTRIBUTES.get(tag, ()))


def scheme(address: str) -> str:
    """Return an address's scheme as a browser sees it, `//` for another host, "" if relative."""
    match = _SCHEME.match(_IGNORED.sub("", address).replace("\\", "/"))
    return (match[1] or match[2]).lower() if match else ""


def kept(tag: str, name: str, value: str) -> str | None:
    """Return what `_attribute` says; a page asks for the same short values thousands of times."""
    return _remembered(tag, name, value) if len(value) < _SHORT else _attribute(tag, name, value)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value that an allowed attribute may have, or None to drop it."""
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

"""An SVG file as it may be published: read as XML, and rewritten from what is allowed.

An SVG that is opened by itself is a document of the site, with all its rights. So nothing of the
file is copied: the parser's idea of its names is compared with the lists in `model.markup`, and
only what is on them is written, without comments, editors' data and layers that nobody sees.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import tinycss2

from changebook.model.markup import DRAWING, DRAWING_ATTRIBUTES, DRAWING_PROPERTIES
from changebook.read.attachments.attachment import Attachment, Fault

_SVG = "http://www.w3.org/2000/svg"
_XLINK, _XML = "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"
#: What a browser shows although it is not SVG.
_SHOWN = {"http://www.w3.org/1999/xhtml": "HTML", "http://www.w3.org/1998/Math/MathML": "MathML"}
_SEPARATOR = "\x1f"
_SHOWN_OF_ADDRESS = 60
#: The elements whose text is shown or said.
_WITH_TEXT = frozenset({"text", "tspan", "textPath", "title", "desc", "style"})
#: Elements that embed a picture; only `a` leads away from the file.
_EMBEDDING = frozenset({"image", "feImage"})
#: `metadata` holds what an editor or its user notes; the text of the others is not drawn.
_NOTES = frozenset({"metadata", "sodipodi", "font", "font-face", "glyph", "missing-glyph"})
_PICTURE = re.compile(r"data:(image/(?:png|jpeg|jpg|gif|webp));base64,([A-Za-z0-9+/=\s]*)")
_FONT = re.compile(r"data:(?:font/|application/(?:x-)?font-)[\w+.-]+(?:;[\w=-]+)*;base64,")
_LEADS_AWAY = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_LOCAL = re.compile(r"#[^\s#]+")
_DECLARED = re.compile(rb"""<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']*)["']""")
_UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^'\")]+)")
_NAMED = re.compile(r"#([^\s#,;:.>+~()\[\]{}\"']+)")
#: Functions in CSS that only compute a value; `url` is looked at by itself.
_FUNCTIONS = frozenset(
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix calc local format tech "
    "min max clamp var translate translatex translatey translate3d scale scalex scaley rotate "
    "skewx skewy skew matrix blur "
    "brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia light-dark "
    "cubic-bezier steps not is where nth-child nth-of-type rect inset circle ellipse "
    "polygon".split()
)
#: Rules that set nothing else than declarations, or only say when others hold.
_AT_RULES = frozenset({"media", "supports"})
#: They move what stands still here, or fit a page: what is drawn is the same without them.
_LEFT_OUT = frozenset({"keyframes", "charset", "page", "namespace"})
_OF_EDITORS = re.compile(r"-|animation|transition|will-change|orphans|widows")
_WAY_OUT = "Remove it in the program that drew the picture, or attach a PNG or a PDF"
_TEXT_AS_HTML = (
    "Let the program write its texts as SVG text (draw.io: without 'Word Wrap' and 'Formatted "
    "Text'; Mermaid: htmlLabels: false), or attach a PNG"
)


@dataclass
class _Element:
    """An element that may stay; `content` are elements and texts."""

    name: str
    attributes: dict[str, str]
    content: list[_Element | str] = field(default_factory=list)

    def all(self) -> Iterator[_Element]:
        """Yield the element and all in it."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += [part for part in element.content if isinstance(part, _Element)]

    @property
    def css(self) -> str:
        return "".join(part for part in self.content if isinstance(part, str))


def examined(content: bytes, clean: Callable[[bytes], bytes]) -> Attachment:
    """Rewrite the drawing, or name what can't be published; `clean` strips a picture in it."""
    drawing, faults, hidden = allowed(content, clean)
    if faults:
        return Attachment(b"", faults=faults)
    return Attachment(drawing, ("hidden layers that other parts of it use",) if hidden else ())


def allowed(
    content: bytes, clean: Callable[[bytes], bytes]
) -> tuple[bytes, tuple[Fault, ...], bool]:
    """Return what of a drawing is allowed, what is not, and whether hidden layers had to stay."""
    reading = _Reading(clean)
    root = reading.read(content)
    faults = tuple(dict.fromkeys(reading.faults))
    if root is None:
        return b"", faults, False
    hidden = _without_hidden(root)
    _without_names(root)
    return "".join(_written(root)).encode(), faults, hidden


class _Reading:
    """One pass over a file: the tree of what is allowed, and a fault for all that is not."""

    def __init__(self, clean: Callable[[bytes], bytes]) -> None:
        self.faults: list[Fault] = []
        self._clean = clean
        self._root: _Element | None = None
        self._open: list[_Element] = []
        self._skipped = 0  # how many elements deep in one that is left out
        self._is_refused = False  # whether that one is a fault already
        self._parser = expat.ParserCreate("UTF-8", _SEPARATOR)

    def read(self, content: bytes) -> _Element | None:
        """Return the root element, if there is one that may stay."""
        declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf")[:200])
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
        if not text or (declared and declared[1].lower() not in _UTF8):
            self.faults.append(Fault("is not UTF-8 text", "Save it as UTF-8"))
            return None
        parser = self._parser
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            why = f"is not well-formed XML ({expat.ErrorString(error.code)})"
            self.faults.append(
                Fault(why, "Export it again from the program that drew it", error.lineno)
            )
        except _Stop:
            pass
        return self._root

    def _refuse(self, what: str, help: str = _WAY_OUT) -> None:
        self.faults.append(Fault(what, help, self._parser.CurrentLineNumber))

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        # What programs write there names the standard. It is not published, nor ever loaded.
        if internal:
            self._refuse("declares entities or attributes in its DOCTYPE", "Remove the DOCTYPE")
            raise _Stop

    def _instruction(self, target: str, data: str) -> None:
        if target.lower().startswith("xml-"):
            self._refuse(f"has a `<?{target}?>`, which loads a style sheet or a program")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(_SEPARATOR)
        if self._skipped:
            self._skipped += 1
            if not self._is_refused and (space in _SHOWN or local == "script"):
                self._refuse(f"has `<{local}>`, which works wherever it appears")
            return
        if not self._open and (space, local) != (_SVG, "svg"):
            self._refuse(
                f"begins with `<{local}>`, not with an `<svg>` of the namespace {_SVG}",
                "Export it again as SVG",
            )
            raise _Stop
        if space != _SVG or local in _NOTES or local not in DRAWING:
            count = len(self.faults)
            if space in _SHOWN:
                self._refuse(
                    f"has `<{local}>`, which is {_SHOWN[space]} and not SVG", _TEXT_AS_HTML
                )
            elif space == _SVG and local == "foreignObject":
                self._refuse("has `<foreignObject>`, which holds HTML and not SVG", _TEXT_AS_HTML)
            elif space == _SVG and local not in _NOTES:
                self._refuse(f"has `<{local}>`, which a picture does not need")
            self._is_refused = len(self.faults) > count
            self._skipped = 1
            return
        element = _Element(local, dict(self._kept(local, attributes)))
        if self._open:
            self._open[-1].content.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        element = self._open.pop()
        if element.name == "style":
            element.content = [_Css(self._refuse).sheet(element.css)]

    def _text(self, text: str) -> None:
        if self._skipped:
            return
        # A link in a text has some of it.
        holders = (element.name for element in reversed(self._open) if element.name != "a")
        if next(holders, "") in _WITH_TEXT:
            self._open[-1].content.append(text)

    def _kept(self, element: str, attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
        for name, value in attributes.items():
            space, _, local = name.rpartition(_SEPARATOR)
            if space == _XML and local in ("space", "lang"):
                yield f"xml:{local}", value
            elif local == "href" and space in ("", _XLINK):
                if (kept := self._target(element, value)) is not None:
                    yield ("xlink:href" if space else "href"), kept
            elif (space, local) == (_XML, "base"):
                self._refuse("has `xml:base`, which leads its links elsewhere")
            elif not space and local.lower().startswith("on"):
                self._refuse(f"has `{local}` on `<{element}>`, which runs a script")
            elif not space and local == "style":
                if kept := _Css(self._refuse).declarations(value):
                    yield local, kept
            elif not space and local in DRAWING_ATTRIBUTES:
                is_plain = "(" not in value and "\\" not in value
                if is_plain or _Css(self._refuse).is_value(local, value):
                    yield local, value

    def _target(self, element: str, value: str) -> str | None:
        address = value.strip()
        if not address or (element != "a" and _LOCAL.fullmatch(address)):
            return address
        if element == "a" and _LEADS_AWAY.match(address):
            return address
        picture = _PICTURE.fullmatch(address) if element in _EMBEDDING else None
        if picture:
            try:
                coded = base64.b64decode(picture[2], validate=False)
            except binascii.Error:
                coded = b""
            return f"data:{picture[1]};base64,{base64.b64encode(self._clean(coded)).decode()}"
        self._refuse(
            f"has `<{element}>` that leads to `{_short(address)}`",
            "Embed the picture as PNG or JPEG, or attach a PNG of the whole"
            if element in _EMBEDDING
            else _WAY_OUT,
        )
        return None


class _Stop(Exception):
    """What follows in a file does not matter any more."""


class _Css:
    """CSS within a drawing, token by token: what is left of it is written from the tokens."""

    def __init__(self, refuse: Callable[[str], None]) -> None:
        self._refuse = refuse

    def sheet(self, css: str) -> str:
        """Return a style sheet with its rules, without comments."""
        rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        return "\n".join(filter(None, map(self._rule, rules)))

    def _rule(self, rule: Any) -> str:
        if rule.type == "error":
            return ""  # a browser drops it as well
        prelude = tinycss2.serialize(_uncommented(rule.prelude)).strip()
        if rule.type == "qualified-rule":
            if not self._are_allowed(rule.prelude, "a selector"):
                return ""
            return f"{prelude}{{{self.declarations(tinycss2.serialize(rule.content))}}}"
        name = rule.lower_at_keyword.removeprefix("-webkit-").removeprefix("-moz-")
        if name in _LEFT_OUT:
            return ""
        if name == "font-face" and rule.content is not None:
            return f"@font-face{{{self.declarations(tinycss2.serialize(rule.content))}}}"
        if name not in _AT_RULES or rule.content is None:
            self._refuse(f"has `@{rule.at_keyword}` in its style, which can load something")
            return ""
        if not self._are_allowed(rule.prelude, f"@{name}"):
            return ""
        return f"@{name} {prelude}{{{self.sheet(tinycss2.serialize(rule.content))}}}"

    def declarations(self, css: str) -> str:
        """Return declarations, without those of editors and of what moves."""
        kept = []
        for each in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
            if each.type != "declaration":
                if each.type != "error":
                    self._refuse("has rules within rules in its style")
                continue
            if not each.name.startswith("--") and _OF_EDITORS.match(each.lower_name):
                continue
            if each.lower_name not in DRAWING_PROPERTIES and not each.name.startswith("--"):
                self._refuse(f"sets `{each.name}` in its style, which a picture does not need")
                continue
            if not self._are_allowed(each.value, each.name):
                continue
            value = tinycss2.serialize(_uncommented(each.value)).strip()
            kept.append(f"{each.name}:{value}{'!important' if each.important else ''}")
        return ";".join(kept)

    def is_value(self, name: str, value: str) -> bool:
        """Return whether a value that is no declaration may stay."""
        return self._are_allowed(tinycss2.parse_component_value_list(value), name)

    def _are_allowed(self, tokens: Iterable[Any], owner: str) -> bool:
        """Return whether tokens load nothing; what does is a fault, each for itself."""
        faults = list(self._faults(tokens, owner))
        for fault in faults:
            self._refuse(fault)
        return not faults

    def _faults(self, tokens: Iterable[Any], owner: str) -> Iterator[str]:
        for token in tokens:
            if token.type == "url":
                yield from self._url(token.value, owner)
            elif token.type == "function":
                if token.lower_name == "url":
                    address = "".join(t.value for t in token.arguments if t.type == "string")
                    yield from self._url(address, owner)
                elif token.lower_name not in _FUNCTIONS:
                    yield f"has `{token.name}()` in `{owner}`, which a picture does not need"
                yield from self._faults(token.arguments, owner)
            elif token.type.endswith(" block"):
                yield from self._faults(token.content, owner)

    def _url(self, address: str, owner: str) -> Iterator[str]:
        is_font = owner.lower() == "src" and _FONT.match(address)
        if not is_font and not _LOCAL.fullmatch(address.strip()):
            yield f"loads `{_short(address)}` in `{owner}`"


def _short(address: str) -> str:
    return address if len(address) <= _SHOWN_OF_ADDRESS else f"{address[:_SHOWN_OF_ADDRESS]}..."


def _uncommented(tokens: Iterable[Any]) -> list[Any]:
    return [token for token in tokens if token.type != "comment"]


def _without_hidden(root: _Element) -> bool:
    """Take out hidden layers; return whether some had to stay, since others use them."""
    in_sheets = any("display" in e.css for e in root.all() if e.name == "style")
    uses, stays = Counter(_uses(root)), False
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        for child in [part for part in parent.content if isinstance(part, _Element)]:
            if not _is_hidden(child):
                waiting.append(child)
                continue
            inside = Counter(_uses(child))
            names = (e.attributes["id"] for e in child.all() if "id" in e.attributes)
            if in_sheets or any(uses[name] > inside[name] for name in names):
                stays = True
            else:
                parent.content.remove(child)
    return stays


def _is_hidden(element: _Element) -> bool:
    style = re.sub(r"\s", "", element.attributes.get("style", "")).lower()
    displays = re.findall(r"(?:^|;)display:([^;!]*)", style)
    return (displays[-1] if displays else element.attributes.get("display", "").strip()) == "none"


def _uses(root: _Element) -> Iterator[str]:
    """Yield the ids that something in an element refers to, each time that it does."""
    for element in root.all():
        for name, value in element.attributes.items():
            if name.startswith("aria-"):
                yield from value.split()
            elif name.endswith("href"):
                yield value.strip().removeprefix("#")
            elif "#" in value:
                yield from _REFERENCE.findall(value)
        if element.name == "style":
            yield from _NAMED.findall(element.css)


def _without_names(root: _Element) -> None:
    """Take out ids and classes that nothing refers to: editors write names of layers there."""
    used = frozenset(_uses(root))
    sheets = [element.css for element in root.all() if element.name == "style"]
    # `[id$=...]`, or a name with an escape in it.
    can_name_any = any("[" in css or "\\" in css for css in sheets)
    for element in root.all():
        if element.attributes.get("id") not in used and not can_name_any:
            element.attributes.pop("id", None)
        if not sheets:
            element.attributes.pop("class", None)


def _written(root: _Element) -> Iterator[str]:
    root.attributes = {"xmlns": _SVG, **root.attributes}
    if any("xlink:href" in element.attributes for element in root.all()):
        root.attributes = {"xmlns:xlink": _XLINK, **root.attributes}
    waiting: list[_Element | str] = [root]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
            continue
        attributes = "".join(
            f" {name}={quoteattr(value)}" for name, value in part.attributes.items()
        )
        yield f"<{part.name}{attributes}{'>' if part.content else '/>'}"
        if part.content:
            waiting.append(f"</{part.name}>")
            waiting += [
                escape(each) if isinstance(each, str) else each for each in reversed(part.content)
            ]

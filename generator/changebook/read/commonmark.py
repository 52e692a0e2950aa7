"""A body as CommonMark reads it: links, images and HTML, each with its place.

Places come from pulldown-cmark's events (pyromark), in a fraction of the time that rendering takes.
What is rendered is read by another parser, `pages/markup`; the tests hold that both see the same
links, elements and anchors.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias
from urllib.parse import unquote

import pyromark

from changebook.read.html_tags import PLAIN_TAG, HtmlTags

#: The beginning of an element whose text is Markdown.
MARKDOWN_ELEMENT = re.compile(
    r"<[A-Za-z][\w-]*(?:[ \t]+[A-Za-z_:][\w:.-]*(?:=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'=<>`]+))?)*?"
    r"[ \t]+(?:markdown|MARKDOWN)(?:=(?P<quote>[\"']?)(?:1|block|span)(?P=quote))?(?=[ \t>])"
    r"[^<>\n]*>"
)
#: What begins a note or a fold, and a tab: a whole line without its indentation.
_NOTE = re.compile(
    r"(?P<mark>!!!|\?\?\?\+?)(?=[ ])(?:[ ]+(?P<kind>[\w-]+(?:[ ]+[\w-]+)*?))?"
    r"(?:[ ]+\"(?P<title>.*?)\")?[ ]*$"
)
_TAB = re.compile(r"(?P<mark>===(?P<special>\+|!|\+!|!\+)?)[ ]+\"(?P<title>.*?)\"[ ]*$")
#: A line with which a note, a fold, a tab, such an element or an alert begins.
_CONTAINER = re.compile(
    r"^(?P<lead>(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*)"
    r"(?:(?P<mark>!!!|\?\?\?\+?|===(?:[!+]|\+!|!\+)?)(?=[ \t]+[\w\"])"
    r"|(?P<alert>(?<=>|[ \t])\[!(?i:note|tip|important|warning|caution)\][ \t]*$)"
    rf"|(?P<tag>{MARKDOWN_ELEMENT.pattern}))(?P<rest>.*)"
)
_SIGNS = ("!!!", "???", "===", "[!", "markdown", "MARKDOWN")
#: What is neither indentation nor the sign of a quotation.
_NOT_BLANK = re.compile(r"[^ \t>]")
#: The bytes of a character behind its first one.
_LATER_BYTES = re.compile(rb"[\x80-\xbf]")
_EMPTY_LINE = re.compile(r"\n[ \t>]*\n")
OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
    | pyromark.Options.ENABLE_TASKLISTS
)
_HTML_TARGET = re.compile(
    r"\s(?P<name>src|href|poster|data|srcset)\s*=\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'|(?P<b>[^\s>]+))",
    re.IGNORECASE,
)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
#: From the first character to the one behind the last.
Range: TypeAlias = tuple[int, int]
_Event: TypeAlias = tuple[str, Any, int, int]


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image in Markdown, or the target of an HTML attribute.

    `start` and `end` are the range in the text that is replaced as a whole; for HTML, that of the
    attribute's value. `text` is the Markdown of the link's own text.
    """

    target: str
    start: int
    end: int
    text: str = ""
    title: str = ""
    image: bool = False
    html: str = ""

    @property
    def external(self) -> bool:
        """Whether the target names another host or another kind of address."""
        return bool(SCHEME.match(self.target))

    @property
    def path(self) -> str:
        """The target without its query and fragment, percent signs decoded."""
        return unquote(re.split(r"[?#]", self.target, maxsplit=1)[0])

    @property
    def fragment(self) -> str:
        """`#...` where the target has one."""
        _, mark, tail = self.target.partition("#")
        return mark + tail


@dataclass(frozen=True, slots=True)
class Element:
    """An HTML element that begins in the text."""

    tag: str
    start: int
    source: str
    attributes: tuple[tuple[str, str], ...]


class _Elements(HtmlTags):
    """The start tags of one piece of raw HTML, with their places in the whole text."""

    def __init__(self, chunk: str, offset: int) -> None:
        self.found: list[Element] = []
        super().__init__(chunk, offset)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = tuple((name, value or "") for name, value in attrs)
        self.found.append(Element(tag, self.start(), self.get_starttag_text() or "", values))


def elements_of(chunk: str, offset: int = 0) -> list[Element]:
    """Return the elements that begin in a piece of HTML, which lies at an offset of the text."""
    plain = PLAIN_TAG.fullmatch(chunk)
    if plain:
        return [] if plain["end"] else [Element(plain["name"].lower(), offset, chunk, ())]
    return _Elements(chunk, offset).found


def _html_targets(element: Element) -> Iterator[Link]:
    for match in _HTML_TARGET.finditer(element.source):
        group = next(g for g in ("d", "s", "b") if match[g] is not None)
        start, end = (element.start + offset for offset in match.span(group))
        shown = element.tag == "img" and match["name"].lower() == "src"
        yield Link(match[group], start, end, image=shown, html=element.tag)


class Shown:
    """A text as CommonMark has to read it.

    CommonMark would take what belongs to a note for code, and what stands in an element for HTML.
    So the marker of a note becomes a list bullet of the same width, and a tag a line of its own,
    with an empty line below it. That counts only where a list or such a line begins: in code, HTML
    and lines that go on a paragraph a marker is text.
    """

    def __init__(self, text: str) -> None:
        self._written = text
        self._known: list[_Event] = []
        #: The lines that begin something: their places as written, as replaced, and what they are.
        self._begun: list[tuple[int, int, str]] = []
        self._added: list[int] = []
        self._before = [0]
        self.text = text
        #: Where lines stand that look like a beginning and are none.
        self._none: set[int] = set()
        if any(sign in text for sign in _SIGNS):
            self._replace()
            while not self._confirmed():
                self._replace()

    def _replace(self) -> None:
        self._begun, self._added, self._before = [], [], [0]
        self.text = "\n".join(self._lines())
        for name in ("raw", "_later"):
            self.__dict__.pop(name, None)

    def _lines(self) -> Iterator[str]:
        """Yield the lines as CommonMark has to read them."""
        at = 0
        opened: list[str] = []
        for line in self._written.split("\n"):
            ended: str | None = None
            while opened and _NOT_BLANK.search(line) and not _belongs(line, opened[-1]):
                ended = opened.pop()
            if ended is not None:
                # Text does not go on where a note ends, indented less than its own.
                self._add(at - 1, f"{ended}\n")
                yield ended
            begun = _CONTAINER.match(line)
            if begun and self._begins(begun, at):
                below = _NOT_BLANK.sub(" ", begun["lead"])
                if begun["mark"]:
                    opened.append(below)
                yield self._replaced(begun, at, below)
            else:
                yield line
            at += len(line) + 1

    def _confirmed(self) -> bool:
        """Return whether CommonMark sees each beginning as one; note those that it does not."""
        self._known = list(self._read(OPTIONS))
        begun: set[tuple[str, int]] = set()
        html: list[Range] = []
        before = ""
        for kind, what, start, end in self._known:
            name = name_of(what) if kind == "Start" else kind
            # An alert is a quotation's first paragraph.
            if name in ("Item", "Rule") or (name, before) == ("Paragraph", "BlockQuote"):
                begun.add((name, self._indented(self._character(start))))
            elif name == "HtmlBlock":
                html.append((self.at(start), self.at(end)))
            before = name
        wrong = {at for at, place, what in self._begun if (what, place) not in begun}
        self._none |= wrong
        in_html = Ranges(html)
        for at in sorted(wrong):
            if at in in_html:
                # HTML goes on to the next empty line, and so do the lines of all that is in it.
                empty = _EMPTY_LINE.search(self._written, at)
                stop = empty.start() if empty else len(self._written)
                self._none |= {place for place, _, _ in self._begun if at < place < stop}
        return not wrong

    def _character(self, byte: int) -> int:
        return byte - bisect_left(self._later, byte)

    def _indented(self, place: int) -> int:
        """Return where the line goes on behind its indentation."""
        while self.text[place : place + 1] in (" ", "\t"):
            place += 1
        return place

    def _begins(self, line: re.Match[str], at: int) -> bool:
        begin = f"{line['mark'] or ''}{line['rest']}"
        is_marked = not line["mark"] or note(begin) or tab(begin)
        return bool(is_marked) and at + line.end("lead") not in self._none

    def _replaced(self, line: re.Match[str], at: int, below: str) -> str:
        lead, rest, gap = line["lead"], line["rest"], f"\n{below}"
        what = "Rule" if line["tag"] else "Paragraph" if line["alert"] else "Item"
        begin = at + len(lead)
        self._begun.append((begin, begin + self._before[-1], what))
        if line["tag"] and rest.strip():
            # What is left of the line is read as text, so a letter keeps it from being more.
            self._add(at + line.end("tag"), f"{gap}x")
            rest = f"{gap}x{rest}"
        self._add(at + line.end(), gap)
        if line["tag"]:
            return f"{lead}{'*' * len(line['tag'])}{rest}{gap}"
        if line["alert"]:
            return f"{line[0]}{gap}"
        width = len(line["mark"])
        bullet = "+" + " " * (min(width, 3) - 1) + "_" * (width - 3)
        return f"{lead}{bullet}{rest}{gap}"

    def _add(self, at: int, gap: str) -> None:
        self._added.append(at + self._before[-1])
        self._before.append(self._before[-1] + len(gap))

    def elements(self) -> Iterator[Element]:
        """Yield the elements whose text is Markdown, which CommonMark does not get to see."""
        for at, _, what in self._begun:
            if what == "Rule" and (tag := MARKDOWN_ELEMENT.match(self._written, at)):
                yield from elements_of(tag[0], at)

    @cached_property
    def raw(self) -> bytes:
        """The text in bytes, which ranges are in."""
        return self.text.encode()

    @cached_property
    def _later(self) -> list[int]:
        """The bytes that begin no character: most texts have few."""
        if self.text.isascii():
            return []
        return [match.start() for match in _LATER_BYTES.finditer(self.raw)]

    def events(self, options: pyromark.Options = OPTIONS) -> Iterable[_Event]:
        """Return what begins, ends or stands in the text, what it is, and its range in bytes."""
        return self._known if self._known and options is OPTIONS else self._read(options)

    def _read(self, options: pyromark.Options) -> Iterator[_Event]:
        for event, span in pyromark.events_with_range(self.text, options=options):
            kind, what = (event, None) if isinstance(event, str) else next(iter(event.items()))
            yield kind, what, span["start"], span["end"]

    def at(self, byte: int) -> int:
        """Return the place in the text as it is written."""
        return self.place(self._character(byte))

    def place(self, place: int) -> int:
        """Return where the character at a place of `self.text` stands in the text as written."""
        if not self._added:
            return place
        lines = bisect_left(self._added, place)
        last = self._added[lines - 1] - self._before[lines - 1] if lines else 0
        return max(last, place - self._before[lines])


def name_of(what: Any) -> str:
    """Return the name of what begins or ends: some come with their details."""
    return str(next(iter(what)) if isinstance(what, dict) else what)


def note(line: str) -> re.Match[str] | None:
    """Return what begins a note (`mark`, `kind`, `title`), or a fold, which may have no kind."""
    match = _NOTE.match(line)
    if match and not match["kind"] and (match["mark"] == "!!!" or not match["title"]):
        return None
    return match


def tab(line: str) -> re.Match[str] | None:
    """Return what begins a tab (`special`, `title`)."""
    return _TAB.match(line)


def _belongs(line: str, lead: str) -> bool:
    """Return whether a line belongs to the note that stands behind such a lead."""
    quotes = lead.count(">")
    begin = re.match(rf"(?:[ \t]*>){{{quotes}}}[ \t]*", line)
    return begin is not None and len(begin[0].expandtabs(4)) >= len(lead.expandtabs(4)) + 4


class Ranges:
    """Which places of a text lie in any of its ranges."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def end(self, place: int) -> int | None:
        """Return where the range ends that a place lies in."""
        number = bisect_right(self._starts, place) - 1
        return self._ends[number] if number >= 0 and place < self._ends[number] else None

    def __contains__(self, place: int) -> bool:
        return self.end(place) is not None


@dataclass(frozen=True)
class Parsed:
    """What one pass over a body finds; ranges are in characters.

    `labels` are those of its links and images. `notes` are its footnotes by label, and `note_uses`
    where which is used. `surplus` is what a table's rows have beyond the columns of its head.
    """

    links: tuple[Link, ...]
    elements: tuple[Element, ...]
    code: tuple[Range, ...]
    fences: tuple[Range, ...]
    html: tuple[Range, ...]
    definitions: tuple[tuple[str, int, int], ...]
    labels: frozenset[str]
    notes: tuple[tuple[str, int, int], ...]
    note_uses: tuple[tuple[str, int], ...]
    surplus: tuple[Range, ...]

    @cached_property
    def in_code(self) -> Ranges:
        """The places in code, where no sign means anything."""
        return Ranges(self.code)

    @cached_property
    def apart(self) -> Ranges:
        """The places in code and in links."""
        return Ranges((*self.code, *((link.start, link.end) for link in self.links)))


@dataclass(slots=True)
class _Open:
    """A link or an image that has begun, and the range in bytes of what is inside it."""

    link: dict[str, str]
    image: bool
    start: int = sys.maxsize
    end: int = -1


class _Pass:
    """Takes the events of a body, one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shown = Shown(text)
        self.links: list[Link] = []
        self.elements: list[Element] = []
        self.code: list[Range] = []
        self.fences: list[Range] = []
        self.html: list[Range] = []
        self.labels: set[str] = set()
        self.notes: list[tuple[str, int, int]] = []
        self.note_uses: list[tuple[str, int]] = []
        self.surplus: list[Range] = []
        #: Links nest: an image inside a link.
        self.opened: list[_Open] = []
        #: In bytes: the lines of HTML so far, and the end of the last cell.
        self.block: Range | None = None
        self.cell = 0

    def read(self) -> None:
        for kind, what, start, end in self.shown.events():
            if kind == "Start":
                if isinstance(what, dict) and self._begin(*next(iter(what.items())), start, end):
                    continue
            elif kind == "End":
                self._end(what, start, end)
            elif kind == "Code":
                self.code.append(self._range(start, end))
            elif kind == "Html":
                self.block = (self.block[0] if self.block else start, end)
            elif kind == "InlineHtml":
                self._html(start, end)
            elif kind == "FootnoteReference":
                self.note_uses.append((what, self.shown.at(start)))
            if self.opened:
                inner = self.opened[-1]
                inner.start, inner.end = min(inner.start, start), max(inner.end, end)
        added = list(self.shown.elements())
        self.elements += added
        self.html += [(each.start, each.start + len(each.source)) for each in added]
        self.html.sort()
        for element in self.elements:
            self.links += _html_targets(element)

    def _range(self, start: int, end: int) -> Range:
        return self.shown.at(start), self.shown.at(end)

    def _begin(self, name: str, more: Any, start: int, end: int) -> bool:
        """Return whether a link or an image begins."""
        if name in ("Link", "Image"):
            self.labels.add(more["id"])
            self.opened.append(_Open(more, name == "Image"))
            return True
        if name == "FootnoteDefinition":
            self.notes.append((more, *self._range(start, end)))
        elif name == "CodeBlock" and isinstance(more, dict):
            self.fences.append(self._range(start, end))
        return False

    def _end(self, what: Any, start: int, end: int) -> None:
        if what in ("Link", "Image"):
            self._link(self.opened.pop(), *self._range(start, end))
        elif what == "CodeBlock":
            self.code.append(self._range(start, end))
        elif what == "HtmlBlock" and self.block:
            self._html(*self.block)
            self.block = None
        elif what == "TableCell":
            self.cell = end
        elif what == "TableRow":
            last, close = self._range(self.cell, end)
            rest = self.text[last:close].rstrip()
            if rest.strip("| \t"):
                self.surplus.append((last + 1, last + len(rest)))

    def _link(self, opened: _Open, start: int, end: int) -> None:
        link = opened.link
        if link["link_type"] not in ("Autolink", "Email"):
            inside = self._range(opened.start, opened.end) if opened.end >= 0 else (0, 0)
            words = self.text[slice(*inside)]
            self.links.append(
                Link(link["dest_url"], start, end, words, link["title"], opened.image)
            )

    def _html(self, start: int, end: int) -> None:
        place, close = self._range(start, end)
        self.html.append((place, close))
        self.elements += elements_of(self.shown.raw[start:end].decode(), place)


@lru_cache(maxsize=2_000)
def parse(text: str) -> Parsed:
    """Read a body; the same text is read once."""
    reading = _Pass(text)
    reading.read()
    at = reading.shown.at
    definitions = pyromark.reference_definitions(reading.shown.text, options=OPTIONS).values()
    return Parsed(
        tuple(sorted(reading.links, key=lambda link: (link.start, -link.end))),
        tuple(reading.elements),
        tuple(reading.code),
        tuple(reading.fences),
        tuple(reading.html),
        tuple((d["dest"], at(d["span"]["start"]), at(d["span"]["end"])) for d in definitions),
        frozenset(reading.labels),
        tuple(reading.notes),
        tuple(reading.note_uses),
        tuple(reading.surplus),
    )

"""A body as CommonMark reads it: links, images and HTML, each with its place.

Places come from pulldown-cmark's events (pyromark), in a fraction of the time that rendering takes.
What is rendered is read by another parser, `pages/markup`; the tests hold that both see the same
links, elements and anchors.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any
from urllib.parse import unquote

import pyromark

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
#: A line with which a note, a fold, a tab or such an element begins.
_CONTAINER = re.compile(
    r"^(?P<lead>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)"
    r"(?:(?P<mark>!!!|\?\?\?\+?|===(?:[!+]|\+!|!\+)?)(?=[ \t]+[\w\"])"
    rf"|(?P<tag>{MARKDOWN_ELEMENT.pattern}))(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_SIGNS = ("!!!", "???", "===", "markdown", "MARKDOWN")
_NOT_BLANK = re.compile(r"[^ \t>]")
OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
)
_HTML_TARGET = re.compile(
    r"\s(?P<name>src|href|poster|data|srcset)\s*=\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'|(?P<b>[^\s>]+))",
    re.IGNORECASE,
)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Element:
    """An HTML element that begins in the text."""

    tag: str
    start: int
    source: str
    attributes: tuple[tuple[str, str], ...]


class _Elements(HTMLParser):
    """The start tags of one piece of raw HTML, with their places in the whole text."""

    def __init__(self, chunk: str, offset: int) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Element] = []
        self._lines = [offset, *(offset + m.end() for m in re.finditer("\n", chunk))]
        self.feed(chunk)
        self.close()

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """`<![...` is a comment in HTML, but html.parser fails on what is not SGML."""
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        values = tuple((name, value or "") for name, value in attrs)
        source = self.get_starttag_text() or ""
        self.found.append(Element(tag, self._lines[line - 1] + column, source, values))


def elements_of(chunk: str, offset: int = 0) -> list[Element]:
    """Return the elements that begin in a piece of HTML, which lies at an offset of the text."""
    return _Elements(chunk, offset).found


def _html_targets(element: Element) -> Iterator[Link]:
    for match in _HTML_TARGET.finditer(element.source):
        group = next(g for g in ("d", "s", "b") if match[g] is not None)
        start, end = (element.start + offset for offset in match.span(group))
        yield Link(match[group], start, end, image=element.tag != "a", html=element.tag)


class Shown:
    """A text as CommonMark has to read it.

    CommonMark would take what belongs to a note for code, and what stands in an element for HTML.
    So the marker of a note becomes a list bullet of the same width, and a tag becomes a word, with
    an empty line below it.
    """

    def __init__(self, text: str) -> None:
        self._added: list[int] = []
        self._before = [0]
        begins = any(sign in text for sign in _SIGNS)
        self.text = _CONTAINER.sub(self._plain_line, text) if begins else text
        self.raw = self.text.encode()
        # Ranges are in bytes: where each character ends, unless a byte is a character.
        self._ends = (
            None if self.text.isascii() else list(accumulate(len(c.encode()) for c in self.text))
        )

    def _plain_line(self, line: re.Match[str]) -> str:
        if line["mark"] and not (note(begin := line["mark"] + line["rest"]) or tab(begin)):
            return line[0]
        gap = "\n" + _NOT_BLANK.sub(" ", line["lead"])
        self._added.append(line.end() + self._before[-1])
        self._before.append(self._before[-1] + len(gap))
        if line["tag"]:
            return line["lead"] + "x" * len(line["tag"]) + line["rest"] + gap
        width = len(line["mark"])
        bullet = "-" + " " * (min(width, 3) - 1) + "_" * (width - 3)
        return line["lead"] + bullet + line["rest"] + gap

    def events(self, options: pyromark.Options = OPTIONS) -> Iterator[tuple[str, Any, int, int]]:
        """Yield what begins, ends or stands in the text, what it is, and its range in bytes."""
        for event, span in pyromark.events_with_range(self.text, options=options):
            kind, what = (event, None) if isinstance(event, str) else next(iter(event.items()))
            yield kind, what, span["start"], span["end"]

    def at(self, byte: int) -> int:
        """Return the place in the text as it is written."""
        return self.place(byte if self._ends is None else bisect_right(self._ends, byte))

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


@dataclass(frozen=True)
class Parsed:
    """What one pass over a body finds; ranges are in characters."""

    links: tuple[Link, ...]
    elements: tuple[Element, ...]
    code: tuple[tuple[int, int], ...]
    definitions: tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=20_000)
def parse(text: str) -> Parsed:
    """Read a body; the same text is read once."""
    shown = Shown(text)
    raw, at = shown.raw, shown.at
    found: list[Link] = []
    code: list[tuple[int, int]] = []
    html: list[Element] = []
    block: tuple[int, int] | None = None
    # Links nest (an image inside a link): each open one with the range of what is inside it.
    opened: list[tuple[dict[str, str], bool, list[int]]] = []
    for event, span in pyromark.events_with_range(shown.text, options=OPTIONS):
        kind, what = (event, None) if isinstance(event, str) else next(iter(event.items()))
        start, end = span["start"], span["end"]
        if kind == "Start" and isinstance(what, dict) and ("Link" in what or "Image" in what):
            image = "Image" in what
            opened.append((what["Image" if image else "Link"], image, []))
            continue
        if kind == "End" and what in ("Link", "Image"):
            link, image, inner = opened.pop()
            if link["link_type"] not in ("Autolink", "Email"):
                label = text[at(inner[0]) : at(inner[1])] if inner else ""
                found.append(
                    Link(link["dest_url"], at(start), at(end), label, link["title"], image)
                )
        elif kind == "Code" or (kind == "End" and what == "CodeBlock"):
            code.append((at(start), at(end)))
        elif kind == "Html":
            block = (block[0] if block else start, end)
        elif kind == "End" and what == "HtmlBlock" and block:
            html += elements_of(raw[slice(*block)].decode(), at(block[0]))
            block = None
        elif kind == "InlineHtml":
            html += elements_of(raw[start:end].decode(), at(start))
        if opened:
            inner = opened[-1][2]
            inner[:] = [min([start, *inner[:1]]), max([end, *inner[1:]])]
    if shown.text is not text:
        html += markdown_elements(text, code)
    for element in html:
        found += _html_targets(element)
    definitions = pyromark.reference_definitions(shown.text, options=OPTIONS).values()
    return Parsed(
        tuple(sorted(found, key=lambda link: (link.start, -link.end))),
        tuple(html),
        tuple(code),
        tuple((d["dest"], at(d["span"]["start"]), at(d["span"]["end"])) for d in definitions),
    )


def markdown_elements(text: str, code: Sequence[tuple[int, int]]) -> Iterator[Element]:
    """Yield the elements whose text is Markdown, which CommonMark does not get to see."""
    for match in _CONTAINER.finditer(text):
        if match["tag"] and not any(start <= match.start("tag") < end for start, end in code):
            yield from elements_of(match["tag"], match.start("tag"))

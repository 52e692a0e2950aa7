"""The Markdown below a record's front matter: internal blocks, links, and what a reader may see.

Positions come from pulldown-cmark's events (pyromark), which name the source range of each link.
Line numbers never change here: what is taken out leaves empty lines, so that a place in the public
text is a place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import unquote

import pyromark

#: What may stand before a marker: block quotes, list bullets and numbers, indentation.
_LEAD = r"(?P<lead>(?:[\s>]|[-*+]\s|\d+[.)]\s)*)"
_MARKER = re.compile(_LEAD + r":{3,}[ \t]*(?P<words>[^:\n]*)$")
_FENCE = re.compile(_LEAD + r"(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
#: What was meant to open an internal block and does not: within a line, with characters that look
#: like colons, or as an admonition. Two colons behind a word are a name in code, `std::internal`.
_COLON = ":\uff1a\ufe55\ufe13\ufe30\u2236\ua789\u02d0"
_INVISIBLE = "\u200b-\u200d\u2060\ufeff"
_INTERNAL_ANYWHERE = re.compile(
    rf"(?:(?<![{_COLON}])(?:[{_COLON}][{_INVISIBLE}]*){{3,}}|(?<![\w{_COLON}])[{_COLON}]{{2}}"
    rf"|^[\s>*+-]*(?:!!!|\?\?\?\+?)\s)[\s{_INVISIBLE}]*(?:\{{\s*)?\.?internal\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\{?\s*\.?(?P<name>[\w-]+)")
#: Python-Markdown indents what belongs to an admonition, a fold or a tab; CommonMark would take
#: it for code. For parsing alone, the marker becomes a list bullet of the same width.
_INDENTING = re.compile(
    r"^(?P<lead>[ \t>]*)(?P<mark>!!!|\?\?\?\+?|===[!+]?)(?=[ \t])", re.MULTILINE
)
OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
)
_HTML_TARGET = re.compile(
    r"\s(?P<name>src|href|poster|data|srcset)\s*=\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'|(?P<b>[^\s>]+))",
    re.IGNORECASE,
)
_LOOSE_LINK = re.compile(r"!?\[[^\]\n]*\]\((?P<target>[^()\n]+)\)")
_DIAGRAM = re.compile(r"(?:`{3,}|~{3,})[ {.]*mermaid\b")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


@dataclass(frozen=True)
class MarkerFault:
    """A `:::` line that can't be right; `kind` is the rule's name."""

    kind: str
    line: int
    column: int
    word: str = ""


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
        return bool(_SCHEME.match(self.target))

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


def public(text: str) -> str:
    """The text without its internal blocks; each of their lines is left empty.

    In doubt a line counts as internal: a marker opens a block wherever it stands, in code too.
    """
    return "\n".join("" if inside else line for line, inside, _ in _scan(text)[0])


def closed_up(text: str, emptied: frozenset[int]) -> str:
    """The text with one empty line in the place of emptied ones, given by their 1-based numbers.

    So nothing tells how many there were.
    """
    kept: list[str] = []
    closing = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() and (closing or number in emptied):
            closing = True
            continue
        if closing:
            kept = _ended(kept)
            closing = False
        kept.append(line)
    return "\n".join(_ended(kept) if closing else kept)


def _ended(lines: list[str]) -> list[str]:
    """The lines with one empty line at their end."""
    while lines and not lines[-1].strip():
        lines.pop()
    return [*lines, ""] if lines else []


def internal_lines(text: str) -> frozenset[int]:
    """The 1-based numbers of the lines that belong to internal blocks."""
    return frozenset(n for n, (_, inside, _) in enumerate(_scan(text)[0], 1) if inside)


def marked(text: str, title: str) -> str:
    """The text with each internal block as an admonition of class `cb-internal`, for the team."""
    out = []
    for line, inside, marker in _scan(text)[0]:
        if not inside:
            out.append(line)
        elif marker == "open":
            match = _MARKER.match(line)
            lead = match["lead"] if match else ""
            out.append(f'{lead}!!! cb-internal "{title.replace(chr(34), "")}"')
        elif marker == "close":
            out.append("")
        else:
            quote = re.match(r"[\s>]*>|", line)
            cut = quote.end() if quote else 0
            out.append(f"{line[:cut]}    {line[cut:]}" if line.strip() else line)
    return "\n".join(out)


def marker_faults(text: str) -> list[MarkerFault]:
    """Every `:::` line that is unclosed, unopened, unknown or not on a line of its own."""
    return _scan(text)[1]


def uncommented(text: str) -> str:
    """The text with every HTML comment emptied, but for those that code shows.

    Python-Markdown shows the words of a comment that has an empty line in a list or a quotation.
    """
    out, done = [], 0
    for start, end in _comments(text):
        if end is not None:
            out += [text[done:start], "<!-- -->", "\n" * text.count("\n", start, end)]
            done = end
    return "".join((*out, text[done:]))


def unclosed_comment(text: str) -> int | None:
    """Where an HTML comment begins that never ends."""
    return next((start for start, end in _comments(text) if end is None), None)


def _comments(text: str) -> Iterator[tuple[int, int | None]]:
    """The range of every HTML comment outside code; the end of an unclosed one is None."""
    at = text.find("<!--")
    while at >= 0:
        code_end = next((end for start, end in _parse(text).code if start <= at < end), None)
        close = text.find("-->", at + 4)
        if code_end is not None:
            at = text.find("<!--", max(code_end, at + 4))
        elif close < 0:
            yield at, None
            return
        else:
            yield at, close + 3
            at = text.find("<!--", close + 3)


def _scan(text: str) -> tuple[list[tuple[str, bool, str]], list[MarkerFault]]:
    """Each line, whether it is internal, and `open` or `close` for the outermost markers."""
    if "::" not in text and "internal" not in text.casefold():
        return [(line, False, "") for line in text.split("\n")], []
    out: list[tuple[str, bool, str]] = []
    faults: list[MarkerFault] = []
    opened: list[tuple[int, int]] = []
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        marker = _MARKER.match(line)
        column = len(marker["lead"]) + 1 if marker else 1
        if opened and fence:
            # Inside an internal block, code hides markers; outside nothing does. A code fence that
            # is never closed hides the end, and so the block is reported as unclosed: fail safe.
            if _closes(fence, line):
                fence = ""
            out.append((line, True, ""))
            continue
        if opened and (fence_match := _FENCE.match(line)):
            fence = fence_match["fence"]
            out.append((line, True, ""))
            continue
        if marker is None:
            if stray := _INTERNAL_ANYWHERE.search(line):
                faults.append(MarkerFault("internal-marker", number, stray.start() + 1))
            out.append((line, bool(opened), ""))
            continue
        name = _NAME.match(marker["words"])
        word = name["name"] if name else marker["words"].strip()
        if word:
            is_internal = word.casefold() == "internal"
            if not opened and not is_internal:
                faults.append(MarkerFault("unknown-block", number, column, word))
                out.append((line, False, ""))
                continue
            opened.append((number, column))
            out.append((line, True, "open" if len(opened) == 1 else ""))
        elif opened:
            opened.pop()
            out.append((line, True, "" if opened else "close"))
        else:
            faults.append(MarkerFault("block-not-open", number, column))
            out.append((line, False, ""))
    faults += [MarkerFault("unclosed-internal", line, column) for line, column in opened]
    return out, faults


def _closes(fence: str, line: str) -> bool:
    match = _FENCE.match(line)
    return bool(
        match
        and match["fence"][0] == fence[0]
        and len(match["fence"]) >= len(fence)
        and not match["info"].strip()
    )


def links(text: str) -> tuple[Link, ...]:
    """Every link and image of the text, in order, those in raw HTML too."""
    return _parse(text).links


def elements(text: str) -> tuple[Element, ...]:
    """Every HTML element that begins in the text's raw HTML (not in code)."""
    return _parse(text).elements


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


def diagrams(text: str) -> Iterator[tuple[int, str]]:
    """Every mermaid diagram of the text: its offset and its source."""
    for start, end in _parse(text).code:
        if _DIAGRAM.match(text, start, end):
            yield start, text[start:end]


def formulas(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of TeX formulas: `$$...$$`, and `$...$` with a command in it (not prices)."""
    if "$" not in text:
        return
    raw = parseable(text).encode()
    for event, span in pyromark.events_with_range(
        raw.decode(), options=OPTIONS | pyromark.Options.ENABLE_MATH
    ):
        kind, what = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        if kind == "DisplayMath" or (kind == "InlineMath" and "\\" in str(what)):
            yield len(raw[: span["start"]].decode()), len(raw[: span["end"]].decode())


def unlinked(text: str) -> Iterator[tuple[int, str]]:
    """Places that Python-Markdown may take for a relative link though CommonMark does not.

    Such a link can't be rewritten, nor hidden from a client where its target is not for them.
    """
    parsed = _parse(text)
    spans = [*((link.start, link.end) for link in parsed.links), *parsed.code]
    for match in _LOOSE_LINK.finditer(text):
        if not _SCHEME.match(match["target"]) and not any(
            start <= match.start() < end for start, end in spans
        ):
            yield match.start(), match["target"]


def _html_targets(element: Element) -> Iterator[Link]:
    for match in _HTML_TARGET.finditer(element.source):
        group = next(g for g in ("d", "s", "b") if match[g] is not None)
        start, end = (element.start + offset for offset in match.span(group))
        yield Link(match[group], start, end, image=element.tag != "a", html=element.tag)


def replace_links(text: str, new: Callable[[Link], str | None]) -> str:
    """The text with each link replaced as `new` says (None: left as it is).

    Definitions of reference links with relative targets are left empty: their uses are replaced.
    """
    pieces: list[tuple[int, int, str]] = []
    for link in links(text):
        replacement = new(link)
        if replacement is not None:
            pieces.append((link.start, link.end, replacement))
    for target, start, end in _parse(text).definitions:
        if not _SCHEME.match(target) and not target.startswith("#"):
            pieces.append((start, end, ""))
    out, done = [], 0
    for start, end, replacement in sorted(pieces, key=lambda piece: (piece[0], -piece[1])):
        if start < done:
            continue  # inside a link that was replaced as a whole: `new` has seen its text
        # Line numbers stay what they are in the file.
        lost = text.count("\n", start, end) - replacement.count("\n")
        out += [text[done:start], replacement, "\n" * max(0, lost) if not replacement else ""]
        done = end
    return "".join((*out, text[done:]))


def parseable(text: str) -> str:
    """The text as CommonMark has to read it: of the same length, lines and columns."""
    return _INDENTING.sub(
        lambda m: m["lead"] + "-" + " " * (min(len(m["mark"]), 3) - 1) + "_" * (len(m["mark"]) - 3),
        text,
    )


@dataclass(frozen=True)
class _Parsed:
    """What one pass over pulldown-cmark's events finds; ranges are in characters."""

    links: tuple[Link, ...]
    elements: tuple[Element, ...]
    code: tuple[tuple[int, int], ...]
    definitions: tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=20_000)
def _parse(text: str) -> _Parsed:
    shown = parseable(text)
    raw = shown.encode()
    plain = len(raw) == len(text)

    def at(offset: int) -> int:
        return offset if plain else len(raw[:offset].decode())

    found: list[Link] = []
    code: list[tuple[int, int]] = []
    html: list[Element] = []
    block: tuple[int, int] | None = None
    # Links nest (an image inside a link): each open one with the range of what is inside it.
    opened: list[tuple[dict[str, str], bool, list[int]]] = []
    for event, span in pyromark.events_with_range(shown, options=OPTIONS):
        kind, what = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        start, end = span["start"], span["end"]
        if kind == "Start" and isinstance(what, dict) and ("Link" in what or "Image" in what):
            image = "Image" in what
            opened.append((what["Image" if image else "Link"], image, []))
            continue
        if kind == "End" and what in ("Link", "Image"):
            link, image, inner = opened.pop()
            if link["link_type"] not in ("Autolink", "Email"):
                label = raw[inner[0] : inner[1]].decode() if inner else ""
                found.append(
                    Link(link["dest_url"], at(start), at(end), label, link["title"], image)
                )
        elif kind == "Code" or (kind == "End" and what == "CodeBlock"):
            code.append((at(start), at(end)))
        elif kind == "Html":
            block = (block[0] if block else start, end)
        elif kind == "End" and what == "HtmlBlock" and block:
            html += _Elements(raw[slice(*block)].decode(), at(block[0])).found
            block = None
        elif kind == "InlineHtml":
            html += _Elements(raw[start:end].decode(), at(start)).found
        if opened:
            inner = opened[-1][2]
            inner[:] = [min([start, *inner[:1]]), max([end, *inner[1:]])]
    for element in html:
        found += _html_targets(element)
    definitions = pyromark.reference_definitions(shown, options=OPTIONS).values()
    return _Parsed(
        tuple(sorted(found, key=lambda link: (link.start, -link.end))),
        tuple(html),
        tuple(code),
        tuple((d["dest"], at(d["span"]["start"]), at(d["span"]["end"])) for d in definitions),
    )

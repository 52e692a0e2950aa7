"""What a body holds and no page shows: it must not reach a client by another door.

The Markdown of a body stands in downloads and exports, so what its pages leave out is left out of
an edition's copy of it as well: definitions that nothing uses, HTML that is not allowed, settings
of code and diagrams. HTML comments are `body.uncommented`'s.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from html import escape
from types import MappingProxyType
from typing import Any, TypeAlias

import pyromark
import yaml

from changebook.model.markup import DROPPED, keeps
from changebook.read.commonmark import OPTIONS, Parsed, Shown, parse
from changebook.read.html_tags import PLAIN_TAG, HtmlTags

#: What a text has more of with one label was written by a program.
_MOST_OF_ONE_LABEL = 50
_MOST_PASSES = 4


class Cause(Enum):
    """Why nobody sees something. Only what is meant for nobody is left out without a word."""

    COMMENT = auto()
    DEFINITION = auto()
    FOOTNOTE = auto()
    OPTION = auto()
    ATTRIBUTE = auto()
    ELEMENT = auto()
    SETTING = auto()
    CELL = auto()


@dataclass(frozen=True)
class Unseen:
    """A part of a body that is left out, or that `instead` takes the place of."""

    cause: Cause
    start: int
    end: int
    name: str
    instead: str = ""


_WORTH_A_LOOK = re.compile(r"[<\[|]|```|~~~")
_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)")
_LANGUAGE = re.compile(r"[ \t]*\{?[ \t]*\.?(?P<name>[\w#+.-]*)")
#: What a code block shows of its options.
_OPTION = re.compile(r"""\b(?:title="[^"]*"|(?:hl_lines|linenums)="[\d ,-]*")""")
_DIAGRAM = "mermaid"
#: Comments of diagrams (Mermaid's own pattern, and those of the languages that have more).
_LEAD = r"(?P<lead>^[ \t>]*)"
_COMMENT = re.compile(rf"{_LEAD}%%(?!\{{)[^\n]*", re.MULTILINE)
_HASH_COMMENT = re.compile(rf"{_LEAD}#[^\n]*", re.MULTILINE)
_TRAILING = re.compile(r"(?P<lead>[ \t])%%(?!\{)[^\n]*")
_WITH_MORE_COMMENTS = re.compile(r"\s*(?:sequenceDiagram|stateDiagram|gantt|pie)\b")
_DIRECTIVE = re.compile(r"%%\{(?P<said>(?:(?!%%).)*)\}%%", re.DOTALL)
_SETTINGS = re.compile(r"\s*(?:init|initialize)\s*:(?P<value>.*)", re.DOTALL)
_FRONT_MATTER = re.compile(
    r"(?P<lead>[ \t>]*)---[ \t]*\n(?P<yaml>.*?)^[ \t>]*---[ \t]*$", re.DOTALL | re.MULTILINE
)
#: Values of a diagram's settings that only say how it looks.
_LOOK = re.compile(
    r"#[0-9A-Fa-f]{3,8}|[\d.]+(?:px|em|rem|%|pt)?|[A-Z]{2}|base|default|dark|forest|neutral|null|"
    r"classic|handDrawn|dagre|elk|basis|linear|cardinal|step|stepBefore|stepAfter|natural|"
    r"monotoneX|left|center|right|top|bottom|middle|start|end|normal|bold|red|green|blue|black|"
    r"white|gr[ae]y|orange|yellow|purple|pink|transparent|none|compact|strict|loose|true|false"
)
_FONTS = re.compile(r"[\w ,'\"-]{1,120}")


def shown(text: str) -> str:
    """Return the text without what nobody sees."""
    # What is left out may have been all that used something else.
    for _ in range(_MOST_PASSES):
        parts = unseen(text)
        if not parts:
            break
        out, done = [], 0
        for part in parts:
            lost = text.count("\n", part.start, part.end)
            # What is left out as a whole leaves its lines empty.
            out += [text[done : part.start], part.instead or "\n" * lost]
            done = part.end
        text = "".join((*out, text[done:]))
    return text


def unseen(text: str) -> list[Unseen]:
    """Find what nobody sees, in the order of the text; no part lies in another."""
    if not _WORTH_A_LOOK.search(text):
        return []
    parsed = parse(text)
    unseen = (
        *_definitions(text, parsed),
        *_footnotes(parsed),
        *_html(text, parsed),
        *_code(text, parsed),
        *(Unseen(Cause.CELL, start, end, "") for start, end in parsed.surplus),
    )
    parts = sorted(unseen, key=lambda part: (part.start, -part.end))
    kept: list[Unseen] = []
    for part in parts:
        if not kept or part.start >= kept[-1].end:
            kept.append(part)
    return kept


def _label(text: str) -> str:
    """Return a label as CommonMark compares it."""
    return " ".join(text.split()).casefold()


def _definitions(text: str, parsed: Parsed) -> Iterator[Unseen]:
    """Link definitions that nothing uses; of those with one label only the first is ever used."""
    if not parsed.definitions:
        return
    labels = set(map(_label, parsed.labels))
    readable = Shown(text)
    rest = readable.text
    for count in range(_MOST_OF_ONE_LABEL):
        definitions = pyromark.reference_definitions(rest, options=OPTIONS)
        if not definitions:
            return
        spans = sorted(
            (d["span"]["start"], d["span"]["end"], label, d["dest"])
            for label, d in definitions.items()
        )
        raw, done, at, pieces = rest.encode(), 0, 0, []
        for start, end, label, address in spans:
            between, definition = raw[done:start].decode(), raw[start:end].decode()
            at += len(between)
            if count or _label(label) not in labels:
                # `[//]: # (...)` and `[comment]: <> (...)` lead nowhere on purpose.
                kind = Cause.COMMENT if address in ("", "#") else Cause.DEFINITION
                begin, close = readable.place(at), readable.place(at + len(definition))
                yield Unseen(kind, begin, close, f"[{label}]")
            pieces += [between, re.sub(r"[^\n]", " ", definition)]
            at, done = at + len(definition), end
        rest = "".join((*pieces, raw[done:].decode()))


def _footnotes(parsed: Parsed) -> Iterator[Unseen]:
    """Yield notes that no text refers to, or only notes that no text refers to."""
    notes = sorted(parsed.notes, key=lambda note: note[1])
    starts = [start for _, start, _ in notes]
    uses: dict[int | None, set[str]] = {}
    for label, at in parsed.note_uses:
        within = bisect_right(starts, at) - 1
        is_inside = within >= 0 and at < notes[within][2]
        uses.setdefault(within if is_inside else None, set()).add(_label(label))
    by_label: dict[str, int] = {}
    for number, (label, _, _) in enumerate(notes):
        by_label.setdefault(_label(label), number)
    used, waiting = set[int](), list(uses.get(None, ()))
    while waiting:
        number = by_label.get(waiting.pop(), -1)
        if number >= 0 and number not in used:
            used.add(number)
            waiting += uses.get(number, ())
    for number, (label, start, end) in enumerate(notes):
        if number not in used:
            yield Unseen(Cause.FOOTNOTE, start, end, f"[^{label}]")


_NONE: Mapping[str, str] = MappingProxyType({})
#: Cause (`<`, `/` or `!`), name, attributes, range.
Tag: TypeAlias = tuple[str, str, Mapping[str, str], int, int]


class _Tags(HtmlTags):
    """The tags and declarations of one piece of HTML: where each is, and what it is."""

    def __init__(self, chunk: str, offset: int) -> None:
        self.found: list[Tag] = []
        super().__init__(chunk, offset)

    def _note(
        self, kind: str, name: str, source: str | None = None, attributes: Mapping[str, str] = _NONE
    ) -> None:
        start = self.start()
        if source is None:
            close = self._chunk.find(">", start - self._offset)
            end = self._offset + (close + 1 if close >= 0 else len(self._chunk))
        else:
            end = start + len(source)
        self.found.append((kind, name, attributes, start, end))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in reversed(attrs)}  # the first one counts
        self._note("<", tag, self.get_starttag_text(), dict(reversed(values.items())))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._note("/", tag)

    def handle_decl(self, decl: str) -> None:
        self._note("!", decl)

    def handle_pi(self, data: str) -> None:
        self._note("!", data)

    def handle_comment(self, data: str) -> None:
        if not self._chunk.startswith("<!--", self.start() - self._offset):
            self._note("!", data)


def _tags(chunk: str, offset: int) -> list[Tag]:
    plain = PLAIN_TAG.fullmatch(chunk)
    if plain:
        kind = plain["end"] or "<"
        return [(kind, plain["name"].lower(), _NONE, offset, offset + len(chunk))]
    return _Tags(chunk, offset).found


def tags(text: str, parsed: Parsed) -> Iterator[Tag]:
    """Yield the tags and declarations of a text's HTML in their order."""
    for start, end in parsed.html:
        yield from _tags(text[start:end], start)


def _html(text: str, parsed: Parsed) -> Iterator[Unseen]:
    """Yield what of HTML is not allowed: elements with their text, attributes, declarations."""
    dropped: tuple[str, int, int] | None = None  # an element that goes, and how deep it nests
    for kind, name, attributes, start, end in tags(text, parsed):
        if dropped:
            element, begin, depth = dropped
            depth += (kind == "<") - (kind == "/") if name == element else 0
            dropped = (element, begin, depth)
            if depth == 0:
                yield Unseen(Cause.ELEMENT, begin, end, element)
                dropped = None
        elif kind == "!":
            yield Unseen(Cause.COMMENT, start, end, "")
        elif kind == "/":
            plain = f"{text[start : start + len(name) + 2]}>"
            if text[start:end] != plain:
                yield Unseen(Cause.COMMENT, start, end, name, plain)
        elif name in DROPPED and name != "embed":
            dropped = (name, start, 1)
        else:
            yield from _attributes(text[start:end], name, attributes, start)
    if dropped:
        yield Unseen(Cause.ELEMENT, dropped[1], len(text), dropped[0])


def _attributes(
    source: str, tag: str, attributes: Mapping[str, str], start: int
) -> Iterator[Unseen]:
    kept = {
        name: value
        for name, value in attributes.items()
        if name == "markdown" or keeps(tag, name, value)
    }
    if len(kept) < len(attributes):
        gone = next(name for name in attributes if name not in kept)
        kept_attributes = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        end = "/>" if source.endswith("/>") else ">"
        instead = f"{source[: len(tag) + 1]}{kept_attributes}{end}"
        yield Unseen(Cause.ATTRIBUTE, start, start + len(source), f"{gone} {tag}", instead)


def _code(text: str, parsed: Parsed) -> Iterator[Unseen]:
    """Yield options of code blocks that show nothing, and what diagrams do not draw."""
    for start, end in parsed.fences:
        fence = _FENCE.match(text, start)
        if fence is None:
            continue
        language = _LANGUAGE.match(fence["info"])
        name = language["name"] if language else ""
        is_diagram = name.lower() == _DIAGRAM
        options = [] if is_diagram else _OPTION.findall(fence["info"])
        info = " ".join((name, *options))
        if len(info.split()) < len(fence["info"].strip(" \t{}").replace("{", " ").split()):
            option = fence["info"].strip()
            # `.` alone says nothing that anybody could miss.
            cause = Cause.OPTION if re.search(r"\w", option) else Cause.COMMENT
            yield Unseen(cause, fence.start("info"), fence.end("info"), option, info)
        if is_diagram:
            yield from _diagram(text, fence.end() + 1, end)


def _diagram(text: str, start: int, end: int) -> Iterator[Unseen]:
    source = text[start:end]
    comments = [_COMMENT]
    front = _FRONT_MATTER.match(source)
    begin = front.end() if front else 0
    if front:
        yield from _front_matter(front, start)
    drawn = _COMMENT.sub("", _DIRECTIVE.sub("", source[begin:]))
    if _WITH_MORE_COMMENTS.match(drawn.replace(">", " ")):
        comments += [_HASH_COMMENT, _TRAILING]
    for pattern in comments:
        for match in pattern.finditer(source, begin):
            yield Unseen(Cause.COMMENT, start + match.end("lead"), start + match.end(), "")
    for match in _DIRECTIVE.finditer(source, begin):
        settings = _SETTINGS.match(match["said"])
        value = _loaded(settings["value"]) if settings else None
        look = _look(value)
        if match["said"].strip() != "wrap" and (value is None or look != value):
            instead = f"%%{{init: {json.dumps(look)}}}%%" if look else ""
            yield Unseen(Cause.SETTING, start + match.start(), start + match.end(), "", instead)


def _front_matter(front: re.Match[str], start: int) -> Iterator[Unseen]:
    lead = front["lead"]
    text = re.sub(rf"^{re.escape(lead)}", "", front["yaml"], flags=re.MULTILINE)
    value = _loaded(text)
    settings = value if isinstance(value, dict) else {}
    kept = {
        key: settings[key] for key in ("title", "displayMode") if isinstance(settings.get(key), str)
    }
    if look := _look(settings.get("config")):
        kept["config"] = look
    if value != kept or "#" in text:
        lines = (f"{lead}{key}: {json.dumps(kept[key], ensure_ascii=False)}\n" for key in kept)
        begin, end = front.span("yaml")
        yield Unseen(Cause.SETTING, start + begin, start + end, "", "".join(lines))


def _loaded(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None


def _look(value: Any, key: str = "") -> Any:
    """Return of settings what only says how a diagram looks; None for what does not."""
    if isinstance(value, dict):
        kept = {str(k): _look(v, str(k)) for k, v in value.items() if re.fullmatch(r"\w+", str(k))}
        return {name: each for name, each in kept.items() if each is not None} or None
    if isinstance(value, bool | int | float):
        return value
    fits = isinstance(value, str) and (
        _LOOK.fullmatch(value) or ("font" in key.lower() and _FONTS.fullmatch(value))
    )
    return value if fits else None

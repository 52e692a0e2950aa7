"""Reading one Markdown file: its text, its front matter with the place of every key, its body.

python-frontmatter is not used for reading: it ignores front matter after a BOM, drops what is not a
mapping and takes an unclosed `---` as body. YAML is read from its events, so that scalars keep the
text the author wrote, duplicate keys are seen, and aliases (the alias bomb) are refused before they
can expand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import yaml

from changebook.model.diagnostics import START, KeyPath, Place, Problem, Rule, rule

#: A record is prose and a few tables. What is larger is an export or a mistake; the limit keeps
#: one bad file from stalling everybody's check.
SIZE_LIMIT = 2_000_000
_DEPTH_LIMIT = 40
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_ONE_KEY_A_LINE = "Write one `key: value` a line between the two `---`."

UNREADABLE = rule(
    "unreadable-file",
    summary="A file can't be read as UTF-8 text.",
    why="A record that can't be read would silently be missing from the client's log.",
    wrong="A file saved as GBK or Latin-1, a folder named `ACME-0001.md`, a file without read "
    "permission.",
    right="Save the file as UTF-8 (with or without BOM) and make it readable.",
)
TOO_LARGE = rule(
    "file-too-large",
    summary="A record is larger than 2 MB.",
    why="A record is prose and small tables. A larger file is nearly always an export that was "
    "pasted in; it would make the client's page unusable.",
    wrong="A log file of 50 MB pasted into the body.",
    right="Put large material beside the record as an attachment and link to it.",
)
NO_FRONT_MATTER = rule(
    "no-front-matter",
    summary="A record or profile does not begin with front matter.",
    why="Without front matter there is no id, no status and no visibility, so nothing can be "
    "published.",
    wrong="# Split payments\n",
    right="---\nid: ACME-0001\ntitle: Split payments\nstatus: draft\nvisibility: client\n---\n",
)
UNCLOSED_FRONT_MATTER = rule(
    "unclosed-front-matter",
    summary="The front matter is opened by `---` but never closed.",
    why="The whole record would be taken for body text.",
    wrong="---\nid: ACME-0001\ntitle: Split payments\n",
    right="---\nid: ACME-0001\ntitle: Split payments\n---\n",
)
BROKEN_YAML = rule(
    "broken-yaml",
    summary="The front matter is not valid YAML.",
    why="Nothing in it can be trusted until it parses.",
    wrong="title: Checkout: two cards",
    right='title: "Checkout: two cards"',
)
DUPLICATE_KEY = rule(
    "duplicate-key",
    summary="A key stands twice in one mapping.",
    why="YAML lets the last one win without a word, so one of the two statements would vanish.",
    wrong="priority: high\npriority: low",
    right="priority: high",
)
ALIAS = rule(
    "yaml-alias",
    summary="The front matter uses YAML anchors, aliases or tags.",
    why="A few nested aliases expand to gigabytes, and a reader of the record can't see what an "
    "alias stands for.",
    wrong="scope: &s [...]\nout_of_scope: *s",
    right="Write the value out where it is needed.",
)


@dataclass(frozen=True)
class SourceFile:
    """A text file as it was read.

    `data` is the front matter as mappings, lists, text and None; `places` maps the path of each key
    or list item to where it stands, and `values` to where its value begins.
    """

    path: str
    lines: tuple[str, ...]
    data: Mapping[str, Any]
    body: str
    body_line: int
    places: Mapping[KeyPath, Place]
    values: Mapping[KeyPath, Place]

    def place(self, *path: str | int) -> Place:
        """Where the key stands, or else the nearest key above it, or the front matter's start."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return START

    def value(self, *path: str | int) -> Place:
        """Where the value of the key begins, or else where `place` points."""
        return self.values.get(path) or self.place(*path)

    def in_body(self, offset: int, width: int = 1, text: str | None = None) -> Place:
        """The place of an offset in the body, or in `text`: a form of it with the same lines."""
        before = (self.body if text is None else text)[:offset]
        column = len(before.rpartition("\n")[2]) + 1
        return Place(before.count("\n") + self.body_line, column, max(1, width))


class _Refused(Exception):
    """Stops the reading of one front matter at the first thing that makes it unusable."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass
class _Reader:
    """Builds data from YAML's events, one pass, never deeper than the limit."""

    path: str
    events: Iterator[yaml.Event]
    problems: list[Problem] = field(default_factory=list)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    values: dict[KeyPath, Place] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The one mapping of the front matter."""
        next(self.events)  # the stream begins
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            self.refuse(BROKEN_YAML, START, "The front matter is empty.", _ONE_KEY_A_LINE)
        first = next(self.events)
        data = self.read(first, ())
        if not isinstance(first, yaml.MappingStartEvent):
            self.refuse(
                BROKEN_YAML, START, "The front matter is not a list of keys.", _ONE_KEY_A_LINE
            )
        next(self.events)  # the document ends
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.refuse(
                BROKEN_YAML,
                self.spot(after),
                "The front matter holds more than one YAML document.",
                "Keep one block of keys between the two `---`.",
            )
        return dict(data)

    def refuse(self, rule: Rule, place: Place, message: str, help: str) -> NoReturn:
        raise _Refused(rule.at(self.path, place, message, help))

    def spot(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return START
        width = end.column - start.column if end.line == start.line else 1
        return Place(start.line + 2, start.column + 1, max(1, width))

    def read(self, event: yaml.Event, at: KeyPath) -> Any:
        spot = self.values[at] = self.spot(event)
        if (
            isinstance(event, yaml.AliasEvent)
            or getattr(event, "anchor", None)
            or getattr(event, "tag", None)
        ):
            self.refuse(
                ALIAS,
                spot,
                "Anchors, aliases and tags are not allowed in the front matter.",
                "Write the value out, or quote text that begins with &, * or !.",
            )
        if len(at) > _DEPTH_LIMIT:
            self.refuse(
                BROKEN_YAML,
                spot,
                f"The front matter is nested more than {_DEPTH_LIMIT} levels deep.",
                "Flatten it: no key of the format is nested more than six levels.",
            )
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(at)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(at)
        if not isinstance(event, yaml.ScalarEvent):
            self.refuse(BROKEN_YAML, spot, "The front matter ends too early.", _ONE_KEY_A_LINE)
        plain = event.implicit[0]
        return None if plain and event.value in _NULLS else event.value

    def sequence(self, at: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            here = (*at, len(items))
            self.places[here] = self.spot(event)
            items.append(self.read(event, here))
        return items

    def mapping(self, at: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            spot = self.spot(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(
                    BROKEN_YAML if not isinstance(event, yaml.AliasEvent) else ALIAS,
                    spot,
                    "A key must be a word, not a list or mapping.",
                    "Quote text that begins with [, { or *.",
                )
            key, here = event.value, (*at, event.value)
            if key in data:
                self.problems.append(
                    DUPLICATE_KEY.at(
                        self.path,
                        spot,
                        f"The key `{key[:60]}` stands twice; "
                        f"first in line {self.places[here].line}.",
                        "Keep one of the two.",
                    )
                )
                self.read(next(self.events), (*here, "(again)"))
                continue
            self.places[here] = spot
            data[key] = self.read(next(self.events), here)
        return data


def read_source(file: Path, path: str) -> tuple[SourceFile | None, list[Problem]]:
    """Read `file`, known as `path` in problems. None where nothing of it can be used."""
    text, problem = _read_text(file, path)
    if problem:
        return None, [problem]
    return parse_source(text, path)


def parse_source(text: str, path: str) -> tuple[SourceFile | None, list[Problem]]:
    """The text of a file, without BOM and with LF as its line end, known as `path` in problems."""
    lines = tuple(text.split("\n"))
    if lines[0].rstrip() != "---":
        return None, [
            NO_FRONT_MATTER.at(
                path,
                START,
                "The file is empty." if not text.strip() else "The file does not begin with `---`.",
                "Begin the file with `---`, the keys id, title, status and visibility, and `---`.",
            )
        ]
    close = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if close is None:
        return None, [
            UNCLOSED_FRONT_MATTER.at(
                path,
                Place(1, 1, 3),
                "The front matter is never closed.",
                "Put a line `---` after the last key.",
            )
        ]
    front, body = "\n".join(lines[1:close]), "\n".join(lines[close + 1 :])
    reader = _Reader(path, yaml.parse(front, Loader=yaml.CSafeLoader))
    try:
        data = reader.document()
    except _Refused as refused:
        return None, [refused.problem]
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_problem(path, error)]
    except yaml.reader.ReaderError as error:
        before = front[: error.position]
        return None, [
            BROKEN_YAML.at(
                path,
                Place(before.count("\n") + 2, len(before.rpartition("\n")[2]) + 1),
                f"The front matter has a character that YAML does not allow ({error.reason}).",
                "Delete the character.",
            )
        ]
    source = SourceFile(
        path,
        lines,
        MappingProxyType(data),
        body,
        close + 2,
        MappingProxyType(reader.places),
        MappingProxyType(reader.values),
    )
    return source, reader.problems


def _syntax_problem(path: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 2, mark.column + 1) if mark else START
    says = ", ".join(filter(None, (error.context, error.problem)))
    return BROKEN_YAML.at(
        path,
        place,
        f"The front matter is not valid YAML: {says}.",
        "Quote text that holds `: ` or ` #`, or that begins with a special character; "
        "indent with spaces.",
    )


def _read_text(file: Path, path: str) -> tuple[str, Problem | None]:
    def unreadable(message: str, help: str, place: Place = START) -> tuple[str, Problem]:
        return "", UNREADABLE.at(path, place, message, help)

    try:
        if not file.is_file():
            return unreadable(
                "This is not a file." if file.exists() else "The file can't be found.",
                "Only files may have names that end in .md: rename the folder, or mend the link.",
            )
        size = file.stat().st_size
        if size > SIZE_LIMIT:
            return "", TOO_LARGE.at(
                path,
                START,
                f"The file has {size / 1e6:.1f} MB; the limit is {SIZE_LIMIT / 1e6:.0f} MB.",
                "Move large material into an attachment beside the record and link to it.",
            )
        raw = file.read_bytes()
    except OSError as error:
        return unreadable(
            f"The file can't be read: {error.strerror}.", "Make the file readable for this user."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        return unreadable(
            f"The file is not UTF-8: byte 0x{raw[error.start]:02x} can't be read.",
            "Save the file as UTF-8.",
            Place(line, column),
        )
    if "\0" in text:
        before_nul = text[: text.index("\0")]
        return unreadable(
            "The file has a NUL character: it is no text file.",
            "Save the file as UTF-8 text.",
            Place(before_nul.count("\n") + 1, len(before_nul.rpartition("\n")[2]) + 1),
        )
    return text.replace("\r\n", "\n").replace("\r", "\n"), None

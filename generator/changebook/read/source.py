"""Reading one Markdown file: its text, its front matter with the place of every key, its body.

python-frontmatter is not used for reading: it ignores front matter after a BOM, drops what is not a
mapping and takes an unclosed `---` as body.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from changebook.model.diagnostics import START, KeyPath, Place, Problem, rule
from changebook.model.visibility import front_texts
from changebook.read import full_width
from changebook.read.direction import turned
from changebook.read.front_matter import (
    BROKEN_YAML,
    Comment,
    FrontMatter,
    Located,
    NoMapping,
    Refused,
    line_separators,
    locate,
    read_front_matter,
)

#: A record is prose and a few tables: 300 KB is a book of 50,000 words. What is larger is
#: an export or a mistake; the limit keeps one bad file from stalling everybody's check.
SIZE_LIMIT = 300_000
_COMMENT = re.compile(r"(?:^|[\s\[{,])#")
_FIRST_KEY = re.compile(r"\s*(?:- +)*[^\s:]+")
_HAS_KEY = re.compile(r":(?:\s|$)")
_KEY_WITHOUT_SPACE = re.compile(r"[ \t]*(?:- +)*[A-Za-z_][\w-]*:(?=\S)(?!//)")

UNREADABLE = rule("unreadable-file", summary="A file can't be read as UTF-8 text.")
TOO_LARGE = rule("file-too-large", summary="A record is larger than 300 KB.")
NO_FRONT_MATTER = rule(
    "no-front-matter", summary="A record or profile does not begin with front matter."
)
UNCLOSED_FRONT_MATTER = rule(
    "unclosed-front-matter", summary="The front matter is opened by `---` but never closed."
)


@dataclass(frozen=True)
class SourceFile:
    """A text file as it was read.

    `head` is all before the body. `data` is the front matter as mappings, lists, text and None, as
    YAML reads it: digests are made of it. `wrapped`, `comments` and `joined` are FrontMatter's.
    `straightened` is what was read as YAML where that is not what the file has.
    """

    path: str
    head: str
    data: Mapping[str, Any]
    body: str
    body_line: int
    wrapped: Mapping[KeyPath, tuple[Place, int]]
    comments: tuple[Comment, ...]
    joined: Mapping[KeyPath, str]
    straightened: str | None

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple((self.head + self.body).split("\n"))

    @cached_property
    def _located(self) -> Located:
        front = "\n".join(self.lines[1 : self.body_line - 2])
        return locate(front if self.straightened is None else self.straightened)

    @property
    def places(self) -> Mapping[KeyPath, Place]:
        """Where each key or list item stands, by its path."""
        return MappingProxyType(self._located.places)

    @property
    def values(self) -> Mapping[KeyPath, Place]:
        """Where the value of each key or list item begins, by its path."""
        return MappingProxyType(self._located.values)

    @cached_property
    def shown(self) -> Mapping[str, Any]:
        """The front matter as people read it: Chinese lines join without a space."""
        return MappingProxyType(_with_texts(self.data, self.joined)) if self.joined else self.data

    @cached_property
    def visible_texts(self) -> tuple[tuple[str, KeyPath], ...]:
        """Every text of the front matter that a client may read, with its key path.

        A record's id is left out: it has a rule of its own.
        """
        return tuple(
            (text, path)
            for text, path, is_seen in front_texts(self.shown)
            if is_seen and path != ("id",)
        )

    def held(self, path: KeyPath) -> Any:
        """Return the value at a path; None where nothing is there."""
        value: Any = self.data
        for step in path:
            if value is None or (not isinstance(step, int) and step not in value):
                return None
            value = value[step]
        return value

    def place(self, *path: str | int) -> Place:
        """Return where the key or the nearest key above it stands, or else the file's start."""
        places = self.places
        for end in range(len(path), 0, -1):
            if path[:end] in places:
                return places[path[:end]]
        return START

    def value(self, *path: str | int) -> Place:
        """Return where the value of the key begins, or else where `place` points."""
        return self.values.get(path) or self.place(*path)

    def in_body(self, offset: int, width: int = 1, text: str | None = None) -> Place:
        """Return the place of an offset in the body, or in `text`, which has the same lines."""
        ends = _line_ends(self.body if text is None else text)
        line = bisect_left(ends, offset)
        column = offset - (ends[line - 1] if line else -1)
        return Place(line + self.body_line, column, max(1, width))


@lru_cache(maxsize=16)
def _line_ends(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def read_source(file: Path, path: str) -> tuple[SourceFile | None, list[Problem]]:
    """Read `file`, known as `path` in problems. None where nothing of it can be used."""
    text, problem = read_text(file, path)
    if problem:
        return None, [problem]
    return parse_source(text, path)


def parse_source(text: str, path: str) -> tuple[SourceFile | None, list[Problem]]:
    """Read the text of a file, without BOM and with LF as its line end."""
    lines = text.split("\n")
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
    body = "\n".join(lines[close + 1 :])
    front = "\n".join(lines[1:close])
    read, front_matter, problems = _read_front_matter(front, path)
    problems += turned(path, text)
    if front_matter is None:
        return None, problems
    source = SourceFile(
        path,
        text.removesuffix(body),
        MappingProxyType(front_matter.data),
        body,
        close + 2,
        MappingProxyType(front_matter.wrapped),
        tuple(front_matter.comments),
        MappingProxyType(front_matter.joined),
        None if read == front else read,
    )
    return source, problems


def _read_front_matter(text: str, path: str) -> tuple[str, FrontMatter | None, list[Problem]]:
    """Read front matter, with YAML's own marks in the place of full-width ones where it can't be.

    Return the text that could be read, too.
    The rest of such a file is checked in the same run. Its problem is an error: nothing is built.
    """
    named: list[Problem] = []
    reached = -1
    while True:
        try:
            front_matter, problems = read_front_matter(text, path)
        except NoMapping as refused:
            problem, first, last = refused.problem, 0, 0
        except Refused as refused:
            return text, None, [*named, refused.problem]
        except yaml.reader.ReaderError as error:
            return text, None, [*named, _character_problem(path, text, error)]
        except yaml.MarkedYAMLError as error:
            if separators := line_separators(text, path):
                return text, None, [*named, *separators]
            problem = _syntax_problem(path, text, error)
            marks = [mark.line for mark in (error.context_mark, error.problem_mark) if mark]
            first, last = min(marks, default=0), max(marks, default=0)
        else:
            return text, front_matter, [*named, *problems]
        straight, marks_named = _straightened(text, path, first, last)
        if last < reached or not marks_named:
            return text, None, [*named, problem]
        named += marks_named
        if straight == text:
            return text, None, named
        text, reached = straight, last


def _straightened(text: str, path: str, first: int, last: int) -> tuple[str, list[Problem]]:
    """Return the text with other marks in a fault's lines, and the problems of these."""
    lines = text.split("\n")
    last = min(last, len(lines) - 1)
    # A text that goes on in several lines is faulty where it begins.
    for number in (*range(last, first - 1, -1), *range(first - 1, max(-1, first - 3), -1)):
        if columns := list(full_width.suspects(lines[number])):
            problems = [
                full_width.named(path, Place(number + 2, index + 1), lines[number][index])
                for index in columns
            ]
            for index in reversed(columns):
                lines[number] = full_width.replaced(lines[number], index)
            return "\n".join(lines), problems
    for number in range(first, last + 1):
        for index in full_width.quotes(lines[number]):
            place = Place(number + 2, index + 1)
            return text, [full_width.named(path, place, lines[number][index])]
    return text, []


def _with_texts(value: Any, texts: Mapping[KeyPath, str], at: KeyPath = ()) -> Any:
    """Return the value with other texts at their paths."""
    if isinstance(value, Mapping):
        return {key: _with_texts(held, texts, (*at, key)) for key, held in value.items()}
    if isinstance(value, list):
        return [_with_texts(held, texts, (*at, number)) for number, held in enumerate(value)]
    return texts.get(at, value)


def _character_problem(path: str, text: str, error: yaml.reader.ReaderError) -> Problem:
    before = text[: error.position]
    return BROKEN_YAML.at(
        path,
        Place(before.count("\n") + 2, len(before.rpartition("\n")[2]) + 1),
        f"The front matter has a character that YAML does not allow ({error.reason}).",
        "Delete the character.",
    )


def _syntax_problem(path: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    # A line that is not `key: value` is noticed in a later one: what it is about begins earlier.
    is_late = error.problem == "could not find expected ':'"
    mark = (is_late and error.context_mark) or error.problem_mark or error.context_mark
    place = Place(mark.line + 2, mark.column + 1) if mark else START
    lines = [*text.split("\n"), ""]  # YAML may place a fault behind the last
    line = lines[mark.line] if mark else ""
    if is_late and (key := _KEY_WITHOUT_SPACE.match(line)):
        return BROKEN_YAML.at(
            path,
            Place(place.line, key.end()),
            "This colon has no space after it, so it ends no key.",
            "Write a space after the colon, or quote the text.",
        )
    begin = error.context_mark or mark
    if "flow" in (error.context or "") and begin and mark:
        # A value that is missing is noticed behind the comment.
        first = begin.line - (error.context == "while parsing a flow node")
        for number in range(max(0, first), mark.line + 1):
            if sharp := _COMMENT.search(lines[number]):
                return BROKEN_YAML.at(
                    path,
                    Place(number + 2, sharp.end()),
                    "A comment begins here, inside brackets that are only closed after it.",
                    "Quote the text that has the `#` in it.",
                )
    if mark and begin and _is_never_closed(error, lines):
        return BROKEN_YAML.at(
            path,
            Place(begin.line + 2, begin.column + 1),
            f"What begins here with `{lines[begin.line][begin.column]}` is not closed before line "
            f"{mark.line + 2}.",
            "Close it, or put all of the text in quotes.",
        )
    if mark and (above := _line_without_key(error, lines, mark)) is not None:
        return BROKEN_YAML.at(
            path,
            Place(above + 2, len(lines[above]) - len(lines[above].lstrip()) + 1),
            f"This line is not `key: value`, so the key in line {mark.line + 2} is part of it.",
            "Write `key: value`, with a space after the colon, or quote the text.",
        )
    says = ", ".join(filter(None, (error.context, error.problem)))
    return BROKEN_YAML.at(
        path,
        place,
        f"The front matter is not valid YAML: {says}.",
        "Quote text that holds `: ` or ` #`, or that begins with a special character; "
        "indent with spaces.",
    )


def _is_never_closed(error: yaml.MarkedYAMLError, lines: list[str]) -> bool:
    """Return whether a bracket or quote is open where the keys that it is among go on."""
    begin, mark = error.context_mark, error.problem_mark
    if begin is None or mark is None or begin.line == mark.line:
        return False
    if error.context == "while scanning a quoted scalar":
        return True
    between = [line for line in lines[begin.line : mark.line + 1] if line.strip()]
    indents = [len(line) - len(line.lstrip(" ")) for line in between]
    return "flow" in (error.context or "") and any(indent <= indents[0] for indent in indents[1:])


def _line_without_key(error: yaml.MarkedYAMLError, lines: list[str], mark: yaml.Mark) -> int | None:
    """Return the line above a key that goes on as one text with it."""
    if error.problem != "mapping values are not allowed in this context":
        return None
    if not _FIRST_KEY.fullmatch(lines[mark.line][: mark.column]):
        return None
    above = mark.line - 1
    while above > 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and not _HAS_KEY.search(lines[above]) else None


def read_text(file: Path, path: str) -> tuple[str, Problem | None]:
    """Return a file's text, without BOM and with LF as its line end; or why it can't be read."""

    def unreadable(message: str, help: str, place: Place = START) -> tuple[str, Problem]:
        return "", UNREADABLE.at(path, place, message, help)

    try:
        if not file.is_file():
            return unreadable(
                "This is not a file." if file.exists() else "The file can't be found.",
                "Only files may have names that end in .md: rename the folder, or fix the link.",
            )
        size = file.stat().st_size
        if size > SIZE_LIMIT:
            return "", TOO_LARGE.at(
                path,
                START,
                f"The file has {size / 1e3:,.0f} KB; the limit is {SIZE_LIMIT / 1e3:.0f} KB.",
                "Move large material into an attachment next to the record and link to it.",
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
            "The file has a NUL character: it is not a text file.",
            "Save the file as UTF-8 text.",
            Place(before_nul.count("\n") + 1, len(before_nul.rpartition("\n")[2]) + 1),
        )
    return text.replace("\r\n", "\n").replace("\r", "\n"), None

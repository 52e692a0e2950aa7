"""Front matter from YAML's events, with the place of every key and value.

Events, so that scalars keep the text the author wrote, duplicate keys are seen, and aliases (the
alias bomb) are refused before they can expand. What YAML drops on the way to data is seen too: text
behind a `#`, and what a comma cuts off a value in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn, TypeAlias

import yaml

from changebook.model.cjk import SEAM, SEAM_END
from changebook.model.diagnostics import START, KeyPath, Place, Problem, Rule, rule
from changebook.read import direction
from changebook.read.full_width import named

_DEPTH_LIMIT = 40
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
#: How people write a name, a title or a missing value of a table, and do not mean YAML's nothing.
_WORDS_FOR_NULL = frozenset({"Null", "NULL"})
#: The lists of the format in which no text has a comma of its own, by their last key.
LISTS_OF_NAMES = frozenset({("with",), ("by",), ("supersedes",), ("depends_on",), ("related",)})
#: Those whose items are sentences: all of a list begin with a capital letter, or none does.
_LISTS_OF_SENTENCES = frozenset({"pros", "cons", "out_of_scope", "questions"})
_ONE_KEY_A_LINE = "Write one `key: value` per line between the two `---`."
#: Where YAML ends a line and no editor shows it.
_LINE_SEPARATORS = re.compile("[\x85\u2028\u2029]")
_COLON = re.compile(r"(?:[ \t\n]|#.*\n)*:")
#: A key whose colon is not one for YAML.
_WIDE_COLON = re.compile(r"^[A-Za-z_][\w-]*\s*：")
_TIGHT_COLON = re.compile(r"[A-Za-z_][\w-]*:(?!//)")
#: A comment that is set off as one has a space behind its `#`; one on a line of its own may have
#: marks before it, or be a line of marks.
_TIGHT = re.compile(r"#(?![ \t])|# +[|>]")
_TIGHT_LINE = re.compile(r"#(?![#=*~-]*(?:\s|$))|# +[|>]")
_LEAD = re.compile(r"[ \t]*[:-][ \t]?")
_REST_OF_NUMBER = re.compile(r"# *[-.,\d]")
_KEY_IN_COMMENT = re.compile(r"# *[\w-]+:\s")
#: A key or an item that was commented out: nothing of the text before it.
_COMMENTED_OUT = re.compile(r"#(?:[\w-]+:(?:\s|$)|[{\[])")
#: An escape that nobody means in a text, the end of a line inside a word, and any behind what
#: begins a path of Windows.
UNMEANT_ESCAPES = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<path>[A-Za-z]:|\\\\[\w.-]+)?"
    r"\\(?:[trNLP_ \t]|(?(path)[abefnv0]|(?<=[a-z ]\\)n(?=[a-z])))"
)
#: Keys of the format may not hold a control character, and say so.
_ESCAPE_IN_FREE = re.compile(rf"{UNMEANT_ESCAPES.pattern}|(?<!\\)(?:\\\\)*\\[abefv0]")
#: What an item begins with that goes on with the one before it.
_GOES_ON = re.compile(
    r"(?:and|or|but|nor|so|yet|because|which|who|that|if|when|while|then|as|with|without)\b"
    r"|(?:Ltd|Inc|Co|Corp|LLC|LLP|PLC|GmbH|AG|S\.A|B\.V|Jr|Sr|PhD|MD)\b\.?$"
    r"|(?:以及|并且|而且|但是|但|或者|或|所以|因为|其中)"
)
#: Lines of a text with no empty one between them.
_NEXT_LINE = re.compile(r"\S[ \t]*\n[ \t]*\S")
#: The keys whose texts may have several paragraphs: templates give them to `prose`.
_PARAGRAPHS = frozenset(
    {
        ("reason", "text"),
        ("impact", "quality"),
        ("decision", "rationale"),
        ("objections", "concern"),
        ("objections", "response"),
        ("objections", "alternative"),
        ("communications", "summary"),
        ("history", "note"),
        ("revisions", "note"),
        ("request", "guidance"),
    }
)
#: What was meant to begin a text on lines of its own.
_BLOCK = re.compile(r".?[|>][+-]?\d?[ \t]*\n")
#: Behind the mark that begins such a text, not set off as a comment.
_COMMENT_OF_BLOCK = re.compile(r"[|>][^\s#]*(?:[ \t]?#|[ \t]+#(?![ \t]))")
_ENDS_SENTENCE = re.compile(r"[.!?。！？]$")

BROKEN_YAML = rule("broken-yaml", summary="The front matter is not valid YAML.")
DUPLICATE_KEY = rule("duplicate-key", summary="A key appears twice in one mapping.")
ALIAS = rule("yaml-alias", summary="The front matter uses YAML anchors, aliases or tags.")
CUT_BY_COMMA = rule("cut-by-comma", summary="A comma inside `{}` cuts a text or an amount in two.")
COMMA_IN_BRACKETS = rule(
    "comma-in-brackets",
    summary="A comma inside `[]` may not separate what it should.",
    severity="warning",
)
CUT_BY_COMMENT = rule(
    "cut-by-comment", summary="A `#` in a text makes the rest of it a comment.", severity="warning"
)
WORD_FOR_NOTHING = rule(
    "word-for-nothing", summary="`Null` is read as a key that was left empty.", severity="warning"
)
UNMEANT_ESCAPE = rule(
    "unmeant-escape",
    summary="A backslash in double quotes swallows the next letter.",
    severity="warning",
)

JOINED_LINES = rule(
    "joined-lines", summary="A text in several lines will be shown as one.", severity="warning"
)


#: An event of YAML. A parser of text gives its marks always, which the stubs do not know.
_Event: TypeAlias = Any


class Comment(NamedTuple):
    """A comment on the line of a value, one space behind it: it may be the rest of a text.

    `goes_on` says that it begins as the rest of a number or a day does.
    """

    path: KeyPath
    place: Place
    goes_on: bool


@dataclass(frozen=True)
class FrontMatter:
    """What YAML reads.

    `joined` has the texts that no space belongs in where a line ends, as `data` has one there.
    `wrapped` has where each value begins that takes several lines, and the last of these.
    """

    data: dict[str, Any]
    joined: dict[KeyPath, str]
    wrapped: dict[KeyPath, tuple[Place, int]]
    comments: list[Comment]


class Located(NamedTuple):
    """Where each key or list item of a front matter stands, and where its value begins."""

    places: dict[KeyPath, Place]
    values: dict[KeyPath, Place]


class Refused(Exception):
    """Stops the reading of one front matter at the first thing that makes it unusable."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class NoMapping(Refused):
    """The front matter is one text or one list."""


def read_front_matter(text: str, path: str) -> tuple[FrontMatter, list[Problem]]:
    """Read the text between the two `---`, which begins in line 2 of `path`.

    Raises Refused, yaml.MarkedYAMLError or yaml.reader.ReaderError.
    """
    reader = _Reader(path, *_marked(text))
    data = reader.document()
    reader.problems += line_separators(text, path)
    return FrontMatter(data, reader.joined, reader.wrapped, reader.comments), reader.problems


def locate(text: str) -> Located:
    """Read a text again that could be read, for its places: most files are never asked for them."""
    located = Located({}, {})
    _Reader("", *_marked(text), located).document()
    return located


def _marked(text: str) -> tuple[str, str]:
    """Mark where the end of a line is not a space, with a character that is not in use."""
    if not SEAM_END.search(text):
        return text, ""
    mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    return SEAM.sub(lambda seam: mark + seam[0], text), mark


def line_separators(text: str, path: str) -> list[Problem]:
    """Return the problems of characters that end a line for YAML, and for no editor."""
    return [
        BROKEN_YAML.at(
            path,
            Place(text.count("\n", 0, match.start()) + 2, _column(text, match.start())),
            f"The line ends here for YAML, and for no editor (U+{ord(match[0]):04X}).",
            "Put a space or the end of a line in its place.",
        )
        for match in (() if text.isascii() else _LINE_SEPARATORS.finditer(text))
    ]


def _column(text: str, index: int) -> int:
    return index - text.rfind("\n", 0, index)


@dataclass
class _Reader:
    """Builds data from YAML's events, one pass, never deeper than the limit."""

    path: str
    text: str
    mark: str
    located: Located | None = None
    problems: list[Problem] = field(default_factory=list)
    joined: dict[KeyPath, str] = field(default_factory=dict)
    wrapped: dict[KeyPath, tuple[Place, int]] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events: Iterator[_Event] = iter(yaml.CSafeLoader(self.text).get_event, None)
        # Most files have none of these, and most of the time goes where each event is looked at.
        self.has_comments = "#" in self.text
        self.has_aliases = any(mark in self.text for mark in "&*!")
        self.has_separators = not self.text.isascii() and bool(_LINE_SEPARATORS.search(self.text))
        self.event: _Event = None
        # Where there are comments: where the last event ended, and what it was, which is a scalar
        # and whether it is a value.
        self.end = 0
        self.last: tuple[_Event, KeyPath, bool] | None = None
        #: The columns of the block mappings and lists that are open.
        self.columns = [-1]

    def document(self) -> dict[str, Any]:
        """Return the one mapping of the front matter."""
        next(self.events)  # the stream begins
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            self.refuse(BROKEN_YAML, START, "The front matter is empty.", _ONE_KEY_A_LINE)
        first = self.next()
        data = self.read(first, ())
        if not isinstance(first, yaml.MappingStartEvent):
            next(self.events)  # a fault of YAML says more
            says = "The front matter is not a list of keys."
            raise NoMapping(BROKEN_YAML.at(self.path, self.spot(first), says, _ONE_KEY_A_LINE))
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
        raise Refused(rule.at(self.path, place, message, help))

    def note(self, rule: Rule, place: Place, message: str, help: str) -> None:
        self.problems.append(rule.at(self.path, place, message, help))

    def at(self, index: int, width: int = 1) -> Place:
        """Return the place of what stands at an index of the text."""
        line = self.text.count("\n", 0, index) + 2
        return Place(line, _column(self.text, index), max(1, width))

    def spot(self, event: _Event) -> Place:
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        width = end.column - column if end.line == line else 1
        if self.has_separators:
            return self.at(start.index, width)
        return Place(line + 2, column + 1, max(1, width))

    def next(self) -> _Event:
        event = next(self.events)
        if self.has_comments:
            gap = self.text[self.end : event.start_mark.index]
            if "#" in gap:
                self.look_at_comments(gap, event)
            self.end = max(self.end, event.end_mark.index)
            self.last = None
        self.event = event
        return event

    def read(self, event: _Event, at: KeyPath) -> Any:
        """Return the value that begins with an event."""
        if self.located:
            self.located.values[at] = self.spot(event)
        if self.has_aliases:
            self.refuse_alias(event)
        if len(at) > _DEPTH_LIMIT:
            self.refuse(
                BROKEN_YAML,
                self.spot(event),
                f"The front matter is nested more than {_DEPTH_LIMIT} levels deep.",
                "Flatten it: no key of the format is nested more than six levels.",
            )
        if isinstance(event, yaml.ScalarEvent):
            self.last = (event, at, True)
            return self.scalar(event, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, at)
        if not isinstance(event, yaml.MappingStartEvent):
            place = self.spot(event)
            self.refuse(BROKEN_YAML, place, "The front matter ends too early.", _ONE_KEY_A_LINE)
        return self.mapping(event, at)

    def refuse_alias(self, event: _Event) -> None:
        if (
            isinstance(event, yaml.AliasEvent)
            or getattr(event, "anchor", None)
            or getattr(event, "tag", None)
        ):
            self.refuse(
                ALIAS,
                self.spot(event),
                "Anchors, aliases and tags are not allowed in the front matter.",
                "Write the value out, or quote text that begins with &, * or !.",
            )

    def scalar(self, event: _Event, at: KeyPath) -> str | None:
        value: str = event.value
        if event.implicit[0] and value in _NULLS:
            if value in _WORDS_FOR_NULL:
                self.note(
                    WORD_FOR_NOTHING,
                    self.spot(event),
                    f"`{value}` is read as a key that was left empty.",
                    "Quote it if it is a text, or leave the key empty.",
                )
            return None
        start, end = event.start_mark, event.end_mark
        is_long = end.line > start.line
        if not is_long and event.style != '"':
            return self.unmarked(value)
        spot = self.spot(event)
        written = self.text[start.index : end.index]
        escape = _ESCAPE_IN_FREE if _is_free(at) else UNMEANT_ESCAPES
        if event.style == '"' and (match := escape.search(written)):
            self.note(
                UNMEANT_ESCAPE,
                self.at(start.index + match.end() - 2, 2),
                "In double quotes, this backslash and the letter after it form one character.",
                "Write the text without quotes or in single quotes.",
            )
        if event.style == '"' and (char := direction.escaped(written, value)):
            self.problems.append(direction.named(self.path, spot, char))
        if event.style in ("|", ">") and (match := _COMMENT_OF_BLOCK.match(written)):
            self.note_comment(start.index + match.end() - 1)
        if event.style != "|" and "\n" in value.strip() and not _keeps_paragraphs(at):
            self.note(
                JOINED_LINES,
                spot,
                "The paragraphs of this text are shown as one.",
                "Write it as one paragraph. Longer text belongs in the body.",
            )
        if event.style == "|" and _NEXT_LINE.search(value) and not _is_free(at):
            self.note(
                JOINED_LINES,
                spot,
                "The lines of this text are shown as one.",
                "Write `>` instead of `|`. A list of your own belongs in the body.",
            )
        if is_long:
            self.wrapped[at] = (spot, spot.line + written.rstrip().count("\n"))
            if event.implicit[0] and _BLOCK.match(written):
                self.note(
                    BROKEN_YAML,
                    spot,
                    "These characters are part of the text, so its lines are joined.",
                    "Write `|` or `>` alone after the colon.",
                )
            if self.mark and self.mark in value:
                self.joined[at] = re.sub(
                    f"{self.mark} *", "", re.sub(f"{self.mark}\n", "\n", value)
                )
        return self.unmarked(value)

    def unmarked(self, text: str) -> str:
        return text.replace(self.mark, "") if self.mark else text

    def sequence(self, start: _Event, at: KeyPath) -> list[Any]:
        items: list[Any] = []
        plain: list[Any] = []
        if not start.flow_style:
            self.columns.append(start.start_mark.column)
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            here = (*at, len(items))
            if self.located:
                self.located.places[here] = self.spot(event)
            items.append(self.read(event, here))
            plain.append(
                event if isinstance(event, yaml.ScalarEvent) and event.implicit[0] else None
            )
        if start.flow_style:
            self.look_at_items(plain, at)
        else:
            self.columns.pop()
        return items

    def mapping(self, start: _Event, at: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        firsts: dict[str, _Event] = {}
        if not start.flow_style:
            self.columns.append(start.start_mark.column)
        before = self.event
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            if self.has_aliases:
                self.refuse_alias(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(
                    BROKEN_YAML,
                    self.spot(event),
                    "A key must be a word, not a list or mapping.",
                    "Quote text that begins with [, { or *.",
                )
            key = self.unmarked(event.value)
            here = (*at, key)
            self.last = (event, here, False)
            if start.flow_style and not _COLON.match(self.text, self.event.end_mark.index):
                self.look_at_rest(event, before, list(data))
                self.next()  # the value that it does not have
                before = self.event
                continue
            if key in data:
                self.problems.append(
                    DUPLICATE_KEY.at(
                        self.path,
                        self.spot(event),
                        f"The key `{key[:60]}` appears twice, first in line "
                        f"{self.spot(firsts[key]).line}.",
                        "Keep one of the two.",
                    )
                )
                self.read(self.next(), (*here, "(again)"))
                before = self.event
                continue
            firsts[key] = event
            if self.located:
                self.located.places[here] = self.spot(event)
            data[key] = self.read(self.next(), here)
            before = self.event
        if not start.flow_style:
            self.columns.pop()
        return data

    # What YAML drops

    def look_at_rest(self, event: _Event, before: _Event, keys: list[str]) -> None:
        """Look at what stands in `{}` and is not `key: value`."""
        start, end = event.start_mark.index, event.end_mark.index
        rest = self.unmarked(self.text[start:end])
        comma = self.text.find(",", before.end_mark.index, start)
        shown = rest if len(rest) <= 60 else f"{rest[:60]}…"
        wide = _WIDE_COLON.search(rest) or (comma < 0 and re.search("：", rest))
        if wide:
            self.problems.append(named(self.path, self.at(start + wide.end() - 1), "："))
        elif tight := _TIGHT_COLON.match(rest):
            self.note(
                BROKEN_YAML,
                self.at(start + tight.end() - 1),
                f"`{shown}` has no space after its colon, so it is a key without a value.",
                "Write a space after the colon.",
            )
        elif comma >= 0 and keys:
            self.note(
                CUT_BY_COMMA,
                self.at(comma),
                f"The value of `{keys[-1][:60]}` ends at this comma, and `{shown}` is lost.",
                "Inside {} a comma ends a value: quote texts, write numbers without separators, "
                "or write each key on a line of its own.",
            )
        else:
            self.note(
                CUT_BY_COMMA,
                self.spot(event),
                f"`{shown}` is in braces and has no value.",
                "Inside {} write `key: value`, with commas between them.",
            )

    def look_at_items(self, plain: list[Any], at: KeyPath) -> None:
        """Look at the commas of `[]`."""
        # What begins with a small letter goes on with what began with a capital one.
        of_sentences = bool(at and at[-1] in _LISTS_OF_SENTENCES)
        is_capital = bool(of_sentences and plain and plain[0] and plain[0].value[:1].isupper())
        for one, other in pairwise(plain):
            if one is None or other is None:
                continue
            comma = self.text.index(",", one.end_mark.index)
            tight = other.start_mark.index == comma + 1
            if (
                (tight and one.value[-1:].isdigit() and other.value[:1].isdigit())
                or (is_capital and other.value[:1].islower())
                or may_go_on(other.value, one.value)
            ):
                self.note(
                    COMMA_IN_BRACKETS,
                    self.at(comma),
                    f"This comma ends an item, and `{other.value[:60]}` is the next one.",
                    "Inside [] each comma begins an item: quote texts with commas, or write one "
                    "item per line, each beginning with `- `. Quote both if they are two.",
                )
        of_names = at[-1:] in LISTS_OF_NAMES
        marks = "，、；" if of_names else "，"
        if len(plain) == 1 or of_names:
            for item in filter(None, plain):
                mark = re.search(f"[{marks}]", item.value)
                if mark and item.end_mark.line == item.start_mark.line:
                    self.note(
                        COMMA_IN_BRACKETS,
                        self.at(item.start_mark.index + mark.start()),
                        f"A full-width `{mark[0]}` does not end an item in brackets: YAML needs "
                        "`,`.",
                        "Write `, ` between two items. Quote it if it is one text.",
                    )

    def look_at_comments(self, gap: str, event: _Event) -> None:
        """Look at the comments in what stands between two events."""
        index = self.end
        for number, line in enumerate(gap.split("\n")):
            sharp = line.find("#")
            if sharp >= 0:
                before = line[:sharp]
                begins = number > 0 or self.text[self.end - 1 : self.end] in ("", "\n")
                if begins and not before.strip(" \t"):
                    self.look_at_line(index + sharp, sharp, event)
                else:
                    self.look_at_trailing(index + sharp, before, event)
            index += len(line) + 1

    def look_at_trailing(self, sharp: int, before: str, event: _Event) -> None:
        """Look at a comment that stands behind something on its line."""
        of_value = bool(self.last and self.last[2] and not before.strip(" \t"))
        # Between a key or a dash and the text that goes on in the next line.
        is_first = bool(_LEAD.fullmatch(before)) and isinstance(event, yaml.ScalarEvent)
        if _TIGHT.match(self.text, sharp) or is_first or not before:
            self.note_comment(sharp)
        elif of_value and self.last and len(before) < 2 and self.last[0].implicit[0]:
            goes_on = bool(_REST_OF_NUMBER.match(self.text, sharp))
            self.comments.append(Comment(self.last[1], self.at(sharp), goes_on))
        elif ("," in before and _KEY_IN_COMMENT.match(self.text, sharp)) or (
            isinstance(self.event, yaml.CollectionEndEvent)
            and _closes(self.text[sharp:].partition("\n")[0])
        ):
            self.note_comment(sharp)

    def look_at_line(self, sharp: int, column: int, event: _Event) -> None:
        """Look at a comment that has a line of its own, right of where the keys about it begin."""
        if self.last is None or column <= self.columns[-1]:
            return
        scalar, _, is_value = self.last
        if not is_value and not isinstance(event, yaml.ScalarEvent):
            return
        in_block = is_value and scalar.style in ("|", ">")
        if in_block or (
            _TIGHT_LINE.match(self.text, sharp) and not _COMMENTED_OUT.match(self.text, sharp)
        ):
            self.note_comment(sharp)

    def note_comment(self, sharp: int) -> None:
        self.problems.append(cut_by_comment(self.path, self.at(sharp)))


def may_go_on(item: str, before: str = "") -> bool:
    """Return whether an item in `[]` may be the rest of the one before it."""
    ends = _ENDS_SENTENCE.search(item) and not _ENDS_SENTENCE.search(before)
    return bool(_GOES_ON.match(item) or ends)


def _closes(comment: str) -> bool:
    """Return whether more brackets are closed than opened: those of what the comment begins in."""
    return any(comment.count(one) < comment.count(other) for one, other in ("[]", "{}"))


def _keeps_paragraphs(at: KeyPath) -> bool:
    """Return whether pages and papers show the paragraphs of a key's text as such."""
    steps = tuple(step for step in at if isinstance(step, str))
    return _is_free(at) or steps in _PARAGRAPHS or steps[:2] == ("paper", "wording")


def _is_free(at: KeyPath) -> bool:
    """Return whether a key is of the author's own choice, so that its text may be anything."""
    return at[:1] == ("internal",) or any(str(step).startswith("x-") for step in at)


def cut_by_comment(path: str, place: Place) -> Problem:
    """Return the problem of a `#` that may have cut a text."""
    return CUT_BY_COMMENT.at(
        path,
        place,
        "A comment begins here: what follows the `#` is ignored.",
        "Quote the text if this belongs to it. A comment has two spaces before its `#` and one "
        "after it.",
    )

"""Front matter in every style of YAML: what was written is read, or a problem says where not.

An independent writer knows how YAML is written, with care and without, and nothing of how it is
read here. It writes by chance from a seed, so that what fails can be written again; the shortest
of what fails is shown. `CHANGEBOOK_STYLES=100000` tries more than CI does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import pytest

from changebook.model.diagnostics import KeyPath
from changebook.model.schema import ChangeRecord
from changebook.read.form import fit
from changebook.read.source import SourceFile, parse_source

TRIED = int(os.environ.get("CHANGEBOOK_STYLES", "1500"))

#: What texts are made of: what YAML has a use for comes often, and most often a comma.
_PIECES = (
    *("甲乙", "丙", "Pay", "all", "2", "400.00", "see", "步骤", " ", " ", "  ", "\u3000"),
    *(", ", ",", " #", "# ", "#", ": ", ":", " - ", "-", "[", "]", "{", "}", "'", '"', "|", ">"),
    *"，、：“”（［｛－—＃&*!%@`?~\\/.…=€",
    *(4 * ("Pay all", "甲乙", ", ")),
    *(" C:\\temp\\notes", "\\reports"),
)
_NUMBERS = ("0", "10", "-3", "2400.00", "0.5", "1200000.00")
_DAYS = ("2026-03-05", "2026-12-31")
#: Written plainly these are nothing, or the beginning of a text on lines of its own.
_NOTHING = re.compile(r"~|[|>][-+\d]*")
#: Written plainly these are something else, and nobody can tell: a comment that is set off as one,
#: a text in quotes.
_OTHERWISE = re.compile(r".*\s\s#(?: .*|$)|'.*'|\".*\"")
#: The same for a comment on a line of its own.
_COMMENT = re.compile(r"#(?:[#=*~-]*(?: |$)|[{\[]|[\w-]+:)")
#: In double quotes these are escapes that somebody may mean.
_MEANT = re.compile(r"\\(?:[/\\\"]|$)")
ANY = range(10**6)
_WIDE = re.compile(r"[\u3001-\u9fff\uff01-\uff60]")
#: Marks that both scripts have.
_SHARED = "“”—…"


@dataclass
class Writer:
    """Writes one record, by chance; `lines` are those of each key, `front` is what was written."""

    chance: Random
    front: str = ""
    lines: dict[str, range] = field(default_factory=dict)

    def some(self, pieces: Sequence[str]) -> str:
        return self.chance.choice(pieces)

    def once_in(self, times: int) -> bool:
        return self.chance.randrange(times) == 0

    def text(self) -> str:
        while True:
            text = "".join(self.some(_PIECES) for _ in range(self.chance.randint(1, 7))).strip()
            if text:
                return text

    def texts(self, most: int) -> list[str]:
        return [self.text() for _ in range(self.chance.randint(1, most))]

    def with_some(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in keys.items() if self.once_in(2)}

    def record(self) -> dict[str, Any]:
        several = range(self.chance.randint(1, 2))
        return {
            "id": "ACME-0012",
            "status": "draft",
            "visibility": "client",
            "title": self.text(),
            **self.with_some(
                {
                    "summary": self.text(),
                    "out_of_scope": self.texts(3),
                    "scope": [
                        {"item": self.text(), "action": "add"}
                        | self.with_some({"before": self.text(), "after": self.text()})
                        for _ in several
                    ],
                    "options": [
                        {"id": self.some("abc"), "title": self.text(), "amount": self.number()}
                        | self.with_some({"pros": self.texts(2)})
                        for _ in several
                    ],
                    "plan": [
                        {"step": self.text(), "start": self.some(_DAYS)}
                        | self.with_some({"owner": self.text()})
                        for _ in several
                    ],
                    # A comma may begin another key, where keys are free to choose.
                    "internal": {"note": self.text().replace(",", ";"), "margin": self.number()},
                }
            ),
        }

    def number(self) -> str:
        return self.some(_NUMBERS)

    def write(self, record: Mapping[str, Any]) -> None:
        for key, held in record.items():
            first = self.front.count("\n") + 2
            colon = "：" if self.once_in(150) else ": "
            self.front += f"{key}{colon}{self.value(held, 0)}\n"
            self.lines[key] = range(first, self.front.count("\n") + 3)

    def value(self, value: Any, indent: int, *, flow: bool = False, listed: bool = False) -> str:
        """Write a value behind a key's colon or an item's dash."""
        if isinstance(value, str):
            return self.scalar(value, indent, flow=flow, listed=listed)
        is_mapping = isinstance(value, Mapping)
        pairs = [(f"{k}:", held) for k, held in value.items()] if is_mapping else None
        pairs = pairs or [("", held) for held in value]
        if flow or self.once_in(3):
            inner = ""
            for key, held in pairs:
                comma = "，" if is_mapping and self.once_in(100) else ", "
                written = f"{key} {self.value(held, 0, flow=True, listed=not is_mapping)}".strip()
                inner += f"{comma if inner else ''}{written}"
            return f"{{{inner}}}" if is_mapping else f"[{inner}]"
        lines: list[str] = []
        for key, held in pairs:
            # A line that is not in line with the one above it.
            pad = indent + 2 + (bool(lines) and not is_mapping and self.once_in(10))
            lead = key or "-"
            lines.append(f"\n{' ' * pad}{lead} {self.value(held, indent + 2)}".rstrip(" "))
        return "".join(lines)

    def scalar(self, text: str, indent: int, *, flow: bool, listed: bool) -> str:
        styles = [_double(text), _single(text)]
        if not flow:
            pad = " " * (indent + 2)
            styles += [f"|-\n{pad}{text}", f">-\n{pad}{self.broken(text, pad)}"]
        # Without care, however it comes out. Nobody can tell what a comma means in `[]`, or at the
        # end.
        if (
            not text.endswith(",")
            and not (listed and "," in text)
            and not _NOTHING.fullmatch(text)
            and not _OTHERWISE.fullmatch(text)
        ):
            plain = text if flow else self.broken(text, " " * (indent + 4))
            styles = [*styles * 2, plain, plain, text]
            if not _MEANT.search(text):
                styles.append(f'"{text}"')
        comment = "" if flow or not self.once_in(8) else "  # as it was said"
        written = self.some(styles)
        return written + comment if "\n" not in written else written

    def broken(self, text: str, pad: str) -> str:
        """Write a text on two lines where these join to the same text again."""
        ends = [
            found.span()
            for found in re.finditer(r"(?<=\S) (?=\S)|(?<=\S)(?=\S)", text)
            if not {text[found.start() - 1], text[found.end()]} & {*_SHARED}
            and bool(found[0]) != _is_seam(text, *found.span())
            and not _COMMENT.match(text, found.end())
            and not _NOTHING.fullmatch(text[: found.start()])
        ]
        if not ends or self.once_in(2):
            return text
        start, end = self.chance.choice(ends)
        return f"{text[:start]}\n{pad}{text[end:]}"


def _is_seam(text: str, start: int, end: int) -> bool:
    return bool(_WIDE.match(text[start - 1]) and _WIDE.match(text[end]))


def _double(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def leaves(value: Any, path: KeyPath = ()) -> dict[KeyPath, str]:
    if isinstance(value, Mapping):
        below = [leaves(held, (*path, key)) for key, held in value.items()]
    elif isinstance(value, list):
        below = [leaves(held, (*path, number)) for number, held in enumerate(value)]
    else:
        return {path: value}
    return {place: text for each in below for place, text in each.items()}


def shape(value: Any) -> Any:
    """Return a value without its texts."""
    if isinstance(value, Mapping):
        return {key: shape(held) for key, held in value.items()}
    return [shape(held) for held in value] if isinstance(value, list) else None


@dataclass(frozen=True)
class Loss:
    """A value that was read as another one, and the rules of the problems at its lines."""

    seed: int
    path: KeyPath
    written: str | None
    read: str | None
    front: str
    rules: frozenset[str]

    def __str__(self) -> str:
        return f"{self.seed}: {self.path}: {self.written!r} is {self.read!r}\n{self.front}"


def losses(seed: int) -> Iterator[Loss]:
    """Yield what one record loses. A file of which nothing is read loses all, in any line."""
    writer = Writer(Random(seed))
    record = writer.record()
    writer.write(record)
    source, problems = parse_source(f"---\n{writer.front}---\nText.\n", "x.md")
    if source is None:
        rules = frozenset(problem.rule for problem in problems)
        yield Loss(seed, (), "all", None, writer.front, rules)
        return
    problems += fit(ChangeRecord, source)[1]
    written, read = leaves(record), leaves(source.shown)
    for path in written | read:
        if read.get(path) != written.get(path):
            key = str(path[0])
            is_same_shape = path in source.places and (
                shape(record.get(key)) == shape(source.shown.get(key))
            )
            all_of_key = writer.lines.get(key, ANY)
            lines = _lines(source, path) if is_same_shape else all_of_key
            rules = frozenset(problem.rule for problem in problems if problem.line in lines)
            yield Loss(seed, path, written.get(path), read.get(path), writer.front, rules)


def _lines(source: SourceFile, path: KeyPath) -> range:
    """Return where a problem of a value may be: from its key or dash to the line below its last."""
    first = source.value(*path).line
    begin = source.place(*path).line - isinstance(path[-1], int)
    return range(begin, source.wrapped.get(path, (first, first))[1] + 2)


@cache
def all_losses() -> tuple[Loss, ...]:
    return tuple(loss for seed in range(TRIED) for loss in losses(seed))


def test_every_value_is_found_again_or_there_is_a_problem() -> None:
    silent = [loss for loss in all_losses() if not loss.rules]
    assert not silent, f"{len(silent)} of {TRIED}, such as " + str(
        min(silent, key=lambda loss: len(loss.front))
    )


@pytest.mark.parametrize(
    "rule",
    [
        "cut-by-comma",
        "cut-by-comment",
        "full-width-mark",
        "unmeant-escape",
        "key-in-text",
        "broken-yaml",
    ],
)
def test_each_detector_is_needed(rule: str) -> None:
    """Without it, something would be lost without its problem: only that rule names it."""
    assert [loss for loss in all_losses() if loss.rules == {rule}]

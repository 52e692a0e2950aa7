"""Fixing what has one right answer, and nothing that was decided.

A fault is fixed where every reader would fix it in the same way: a key or word with one letter off,
a date in another spelling, a history in reverse. What is ambiguous is left to people, and so is
every fault within what was decided.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypeVar

from changebook.check.lifecycle import HISTORY_GOES_BACK, STATUS_NOT_LAST
from changebook.edit.edits import Edit
from changebook.edit.manuscript import BOM, Manuscript, manuscript
from changebook.model import decided
from changebook.model.diagnostics import KeyPath, Problem
from changebook.model.schema import NUMBER, ChangeRecord
from changebook.model.suggestion import beyond_doubt
from changebook.model.vocabulary import Status
from changebook.read import full_width
from changebook.read.annotations import keys_at, words_at
from changebook.read.form import (
    BAD_DATE,
    BAD_NUMBER,
    UNKNOWN_KEY,
    UNKNOWN_VALUE,
    WRONG_TYPE,
    fit,
)
from changebook.read.front_matter import (
    BROKEN_YAML,
    COMMA_IN_BRACKETS,
    CUT_BY_COMMA,
    LISTS_OF_NAMES,
)
from changebook.read.full_width import FULL_WIDTH
from changebook.read.git import repository
from changebook.read.strays import KEY_IN_TEXT
from changebook.read.workspace import CHANGES, model_of, walk
from changebook.refusal import Refusal

_Plain = TypeVar("_Plain", str, Decimal)
_DATE = re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})")
_DIGITS = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})")
_CHINESE_DATE = re.compile(r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]")
_MARKS = (FULL_WIDTH, COMMA_IN_BRACKETS)
_MISREAD = (BROKEN_YAML, CUT_BY_COMMA, KEY_IN_TEXT, UNKNOWN_KEY, WRONG_TYPE)


@dataclass(frozen=True)
class Fix:
    """One fault with what it was and what it became, or, where it was `decided`, would become."""

    path: str
    line: int
    rule: str
    before: str
    after: str
    decided: bool = False

    def __str__(self) -> str:
        what = f"{self.path}:{self.line}: {self.rule}: {self.before} -> {self.after}"
        return f"{what} (not fixed: it was decided)" if self.decided else what


@dataclass(frozen=True)
class FixedFile(Edit):
    """A file that was looked at, with its text before and after, and what was found."""

    fixes: tuple[Fix, ...]


def fixed_files(
    root: Path, chosen: Callable[[Path], bool] = lambda _: True
) -> tuple[FixedFile, ...]:
    """Return what can be fixed in the files below `root/changes` that are `chosen`.

    Nothing is written. What can't be read as front matter is left as it is: `check` names it.
    """
    root = root.resolve()
    written = dict(_manuscripts(root))
    with_crlf = _unwanted_crlf(root, written)
    fixed = []
    for file, text in written.items():
        if chosen(file):
            fixing = _Fixing(text)
            fixing.whole(crlf=file in with_crlf)
            if fixing.fixes:
                fixes = tuple(sorted(fixing.fixes, key=lambda each: each.line))
                fixed.append(FixedFile(file, text, fixing.text, fixes))
    return tuple(fixed)


def _manuscripts(root: Path) -> Iterator[tuple[Path, Manuscript]]:
    changes = root / CHANGES
    folders = changes.iterdir() if changes.is_dir() else ()
    for folder in sorted(folders):
        if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
            continue
        for file in walk(root, folder, []):
            if file.suffix.lower() == ".md":
                model = model_of(file, folder)
                try:
                    yield file, manuscript(file, file.relative_to(root).as_posix(), model)
                except Refusal:
                    continue


def _unwanted_crlf(root: Path, written: Mapping[Path, Manuscript]) -> frozenset[Path]:
    """Return the files with CRLF where .gitattributes asks for LF, or else most files have LF."""
    crlf = {file for file, text in written.items() if "\r\n" in text.text}
    if not crlf:
        return frozenset()
    try:
        asked = repository(root).line_ends(written[file].path for file in crlf)
    except Refusal:
        asked = {}  # in no repository the files themselves say what is usual
    usual = len(crlf) * 2 < len(written)
    return frozenset(
        file
        for file in crlf
        if (wish := asked.get(written[file].path)) == "lf" or (wish is None and usual)
    )


class _Fixing:
    """One file and what is fixed in it so far."""

    def __init__(self, text: Manuscript) -> None:
        self.text = text
        self.fixes: list[Fix] = []

    def whole(self, *, crlf: bool) -> None:
        if self.text.text.startswith(BOM):
            self.note(1, "byte-order-mark", "BOM", "none")
            self.text = self.text.without_bom()
        if crlf:
            self.note(1, "line-ends", "CRLF", "LF")
            self.text = self.text.with_line_feeds()
        before = None
        # A record that turns out to be undecided may have more to fix.
        while self.text != before:
            before = self.text
            self.fixes = [each for each in self.fixes if not each.decided]
            while self.full_width() or self.form():
                pass
            if self.text.model is ChangeRecord:
                self.history()
                self.status()

    def note(self, line: int, rule: str, before: str, after: str, decided: bool = False) -> None:
        noted = Fix(self.text.path, line, rule, before, after, decided)
        if noted not in self.fixes:
            self.fixes.append(noted)

    def change(
        self, line: int, rule: str, before: str, after: str, edit: Callable[[], Manuscript]
    ) -> bool:
        """Make an edit, unless it would alter what was decided; return whether it was made."""
        try:
            edited = edit()
        except Refusal:
            return False  # it is written so that only a person can change it
        old, new = self.text.source.data, edited.source.data
        altered = self.text.model is ChangeRecord and bool(decided.altered(old, new))
        self.note(line, rule, before, after, altered)
        if not altered:
            self.text = edited
        return not altered

    def full_width(self) -> bool:
        """Put YAML's own marks in the place of full-width ones; return whether there were any.

        In all lines, in those that follow each other, or in one: where that takes problems away
        and brings none.
        """
        problems = [problem for problem in _problems(self.text) if self.is_separator(problem)]
        by_line = [tuple(run) for _, run in groupby(sorted(problems), lambda p: p.line)]
        runs = [
            tuple(problem for _, line in run for problem in line)
            for _, run in groupby(enumerate(by_line), lambda nth: nth[1][0].line - nth[0])
        ]
        for group in dict.fromkeys((tuple(problems), *runs, *by_line)):
            edited = self.straightened(group)
            if edited is None:
                continue
            edit = partial(replace, edited)
            before = self.text
            for problem in group:
                mark = before.source.lines[problem.line - 1][problem.column - 1]
                meant = full_width.MEANT[mark]
                was = f"U+{ord(mark):04X}" if meant == " " else f"`{mark}`"
                self.change(problem.line, problem.rule, was, f"`{meant}`", edit)
            if self.text != before:
                return True
        return False

    def straightened(self, group: Sequence[Problem]) -> Manuscript | None:
        """Return the text with YAML's marks, if that only helps and can mean one thing alone."""
        before = _problems(self.text)
        better = []
        for width in (1, 2):
            edited = self.text
            for number in {problem.line for problem in group}:
                line = self.text.source.lines[number - 1]
                columns = {problem.column - 1 for problem in group if problem.line == number}
                suspects = set(full_width.suspects(line))
                columns |= suspects if columns & suspects else set()
                for index in sorted(columns, reverse=True):
                    line = full_width.replaced(line, index, width=width)
                edited = edited.with_line(number, line)
            after = _problems(edited)
            if edited.read[0] and _is_better(before, after):
                better.append(edited)
        return better[0] if len({repr(each.source.data) for each in better}) == 1 else None

    def is_separator(self, problem: Problem) -> bool:
        """Return whether a full-width mark stands for one of YAML's beyond doubt."""
        line = self.text.source.lines[problem.line - 1]
        if line[problem.column - 1 : problem.column] not in full_width.MEANT:
            return False
        if problem.rule == FULL_WIDTH.name:
            return True
        held = {
            path
            for path, place in self.text.source.values.items()
            if place.line == problem.line
            and place.column <= problem.column < place.column + place.width
        }
        of_names = any(path[-2:-1] in LISTS_OF_NAMES for path in held)
        return problem.rule == COMMA_IN_BRACKETS.name and of_names

    def form(self) -> bool:
        """Fix one fault of form; return whether there was one. Others may show only after it."""
        for path, problem in _faults(self.text):
            was_fixed = (
                self.key(path, problem.line)
                if problem.rule == UNKNOWN_KEY.name
                else self.value(path, problem)
            )
            if was_fixed:
                return True
        return False

    def key(self, path: KeyPath, line: int) -> bool:
        name = str(path[-1])
        known = keys_at(self.text.model, path[:-1])
        plain = _narrow(name)
        near = plain if plain in known else beyond_doubt(plain, known)
        if near is None:
            return False
        renamed = (*path[:-1], near)

        def edit() -> Manuscript:
            edited = self.text.rename(path, near)
            if any(p == renamed and f.rule == WRONG_TYPE.name for p, f in _faults(edited)):
                raise Refusal(f"`{name}` holds what `{near}` can't")
            return edited

        return self.change(line, UNKNOWN_KEY.name, name, near, edit)

    def value(self, path: KeyPath, problem: Problem) -> bool:
        held = self.text.source.held(path)
        if not isinstance(held, str):
            return False
        right: str | date | Decimal | None = None
        if problem.rule == BAD_DATE.name:
            right = day(held)
        elif problem.rule == UNKNOWN_VALUE.name:
            right = beyond_doubt(_narrow(held), words_at(self.text.model, path))
        if right is None and problem.rule == UNKNOWN_VALUE.name:
            right = self.typed_plainly(path, _narrow(held))
        if problem.rule == BAD_NUMBER.name and NUMBER.fullmatch(_narrow(held)):
            right = self.typed_plainly(path, Decimal(_narrow(held)))
        if right is None:
            return False
        value = right
        return self.change(
            problem.line, problem.rule, held, str(right), lambda: self.text.set(path, value)
        )

    def typed_plainly(self, path: KeyPath, plain: _Plain) -> _Plain | None:
        """Return what was typed with odd characters, if plain ones make it right."""
        try:
            faults = _faults(self.text.set(path, plain))
        except Refusal:
            return None
        return None if any(at == path for at, _ in faults) else plain

    def history(self) -> None:
        """Reverse a history that is written newest first."""
        entries = self.text.source.data.get("history")
        if not isinstance(entries, list) or len(entries) < 2:
            return
        days = [_iso(entry) for entry in entries]
        if all(a and b and a > b for a, b in pairwise(days)):
            order = range(len(entries) - 1, -1, -1)
            line = self.text.source.place("history").line
            self.change(
                line,
                HISTORY_GOES_BACK.name,
                "newest first",
                "oldest first",
                lambda: self.text.reorder(("history",), order),
            )

    def status(self) -> None:
        """Set a status that differs from the last entry of the history, which counts."""
        data = self.text.source.data
        entries, status = data.get("history"), data.get("status")
        last = entries[-1] if isinstance(entries, list) and entries else None
        last = last.get("status") if isinstance(last, Mapping) else None
        if last in list(Status) and isinstance(status, str) and status != last:
            self.change(
                self.text.source.value("status").line,
                STATUS_NOT_LAST.name,
                status,
                last,
                lambda: self.text.set(("status",), Status(last)),
            )


def _problems(text: Manuscript) -> list[Problem]:
    """Return the problems of reading a file."""
    source, problems = text.read
    return [*problems, *(fit(text.model, source)[1] if source else ())]


def _is_better(before: Sequence[Problem], after: Sequence[Problem]) -> bool:
    """Return whether fewer marks are wrong and nothing else is misread; more may come to light."""
    rules = [Counter(problem.rule for problem in problems) for problems in (before, after)]
    marks = [sum(each[rule.name] for rule in _MARKS) for each in rules]
    return marks[1] < marks[0] and not any(rules[1][r.name] > rules[0][r.name] for r in _MISREAD)


def _faults(text: Manuscript) -> list[tuple[KeyPath, Problem]]:
    """Return the faults of form, each with the path of the key or value that it is about."""
    _, problems, _ = fit(text.model, text.source)
    # Where a list's item and its first key begin at the same spot, the key, which comes later, is
    # the one that is meant.
    keys = {(place.line, place.column): path for path, place in text.source.places.items()}
    values = {(place.line, place.column): path for path, place in text.source.values.items()}
    faults = []
    for problem in problems:
        places = keys if problem.rule == UNKNOWN_KEY.name else values
        path = places.get((problem.line, problem.column))
        if path:
            faults.append((path, problem))
    return faults


def _narrow(text: str) -> str:
    """Return the text in plain characters, without those that can't be seen, and without quotes."""
    narrow = unicodedata.normalize("NFKC", text)
    narrow = "".join(char for char in narrow if unicodedata.category(char) != "Cf")
    return re.sub("[‐‑–—−]", "-", narrow).strip(" \t“”‘’\"'")


def day(text: str) -> date | None:
    """Return the day that a text means beyond doubt: year, month and day in this order."""
    plain = _narrow(text)
    match = _DATE.fullmatch(plain) or _DIGITS.fullmatch(plain) or _CHINESE_DATE.fullmatch(plain)
    if not match:
        return None
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def _iso(entry: object) -> date | None:
    on = entry.get("on") if isinstance(entry, Mapping) else None
    try:
        return date.fromisoformat(on) if isinstance(on, str) else None
    except ValueError:
        return None

"""Fixing what has one right answer, and nothing that was decided.

A fault is fixed where every reader would fix it in the same way: a key or word with one letter off,
a date in another spelling, a history in reverse. What is ambiguous is left to people, and so is
every fault within what was decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from changebook.check.lifecycle import HISTORY_GOES_BACK, STATUS_NOT_LAST
from changebook.edit.edits import Edit
from changebook.edit.manuscript import BOM, Manuscript, manuscript
from changebook.model import decided
from changebook.model.diagnostics import KeyPath, Problem
from changebook.model.schema import ChangeRecord
from changebook.model.suggestion import beyond_doubt
from changebook.model.vocabulary import Status
from changebook.read.form import (
    BAD_DATE,
    UNKNOWN_KEY,
    UNKNOWN_VALUE,
    WRONG_TYPE,
    fit,
    keys_at,
    words_at,
)
from changebook.read.git import repository
from changebook.read.workspace import CHANGES, model_of, walk
from changebook.refusal import Refusal

_DATE = re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})")
_DIGITS = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})")
_CHINESE_DATE = re.compile(r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]")


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
    found = []
    for file, text in written.items():
        if chosen(file):
            fixing = _Fixing(text)
            fixing.whole(crlf=file in with_crlf)
            if fixing.fixes:
                fixes = tuple(sorted(fixing.fixes, key=lambda each: each.line))
                found.append(FixedFile(file, text, fixing.text, fixes))
    return tuple(found)


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
            while self.form():
                pass
            if self.text.model is ChangeRecord:
                self.history()
                self.status()

    def note(self, line: int, rule: str, before: str, after: str, decided: bool = False) -> None:
        found = Fix(self.text.path, line, rule, before, after, decided)
        if found not in self.fixes:
            self.fixes.append(found)

    def change(
        self, line: int, rule: str, before: str, after: str, edit: Callable[[], Manuscript]
    ) -> bool:
        """Make an edit, unless it would alter what was decided; whether it was made."""
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
        near = beyond_doubt(name, known)
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
        held = _held(self.text.source.data, path)
        if not isinstance(held, str):
            return False
        right: str | date | None = None
        if problem.rule == BAD_DATE.name:
            right = day(held)
        elif problem.rule == UNKNOWN_VALUE.name:
            right = beyond_doubt(held, words_at(self.text.model, path))
        if right is None:
            return False
        value = right
        return self.change(
            problem.line, problem.rule, held, str(right), lambda: self.text.set(path, value)
        )

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


def day(text: str) -> date | None:
    """Return the day that a text means beyond doubt: year, month and day in this order."""
    found = (
        _DATE.fullmatch(text.strip())
        or _DIGITS.fullmatch(text.strip())
        or _CHINESE_DATE.fullmatch(text.strip())
    )
    if not found:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _iso(entry: object) -> date | None:
    on = entry.get("on") if isinstance(entry, Mapping) else None
    try:
        return date.fromisoformat(on) if isinstance(on, str) else None
    except ValueError:
        return None


def _held(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data[step]
    return data

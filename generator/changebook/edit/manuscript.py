"""Changes to a file's front matter that leave all else as it is, byte for byte.

The text is cut and spliced at the places that YAML's parser gives; only the value in question is
rewritten. (ruamel.yaml's round trip keeps comments, but folds long lines and changes indentation
and line ends.) Each change is read again before it counts: if the data is not what was meant, the
change is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from changebook import atomic
from changebook.edit import yaml_text
from changebook.edit.splicing import LINE, Splicer
from changebook.edit.yaml_text import Value
from changebook.model.diagnostics import KeyPath, Problem
from changebook.read.annotations import keys_at
from changebook.read.form import spell
from changebook.read.source import SourceFile, parse_source, read_source
from changebook.refusal import Refusal

BOM = "\ufeff"


@dataclass(frozen=True)
class Manuscript:
    """A record or profile as it is written: all of its text, with BOM and line ends.

    `model` is the shape that it has, which gives the order of keys. Each change gives a new one.
    """

    path: str
    model: type[BaseModel]
    text: str

    @cached_property
    def read(self) -> tuple[SourceFile | None, list[Problem]]:
        """The text as it is read, and the problems of that."""
        return parse_source(_as_read(self.text), self.path)

    @property
    def source(self) -> SourceFile:
        """The text as it is read. Raises Refusal where nothing of it can be used."""
        source, problems = self.read
        if source is None:
            raise Refusal(f"{self.path} can't be edited: {problems[0].message}")
        return source

    def save(self, file: Path) -> None:
        """Write it over the file."""
        atomic.write(file, self.text)

    def set(self, path: KeyPath, value: Value) -> Manuscript:
        """Set the key at `path`, and add what is above it where it is not there yet."""
        change = self._splicer(path)
        depth = change.depth(path)
        missing = [str(step) for step in path[depth:]]
        if depth == len(path) and not change.is_empty(path):
            change.put(path, value)
        elif change.is_empty(path[:depth]):
            change.fill(path[:depth], missing, value)
        else:
            change.add(path[:depth], missing, value, keys_at(self.model, path[:depth]))
        return self._changed(change, _with(self.source.data, path, yaml_text.plain(value)))

    def sketch(self, path: KeyPath, key: str, lines: Sequence[str]) -> Manuscript:
        """Add a key that is not there yet below `path`, as lines to be filled in by a person."""
        change = self._splicer((*path, key))
        change.add_lines(path, key, lines, keys_at(self.model, path))
        changed = replace(self, text=change.head + change.text + change.tail)
        read, _ = parse_source(_as_read(changed.text), self.path)
        before = _with(self.source.data, (*path, key), None)
        if read is None or _with(read.data, (*path, key), None) != before:
            change.refuse()
        return changed

    def append(self, path: KeyPath, item: Value) -> Manuscript:
        """Append an item to the list at `path`, which need not be there yet."""
        change = self._splicer(path)
        known = self.source.held(path)
        if not known:
            return self.set(path, [item])
        change.append(path, item)
        return self._changed(change, _with(self.source.data, path, [*known, yaml_text.plain(item)]))

    def rename(self, path: KeyPath, key: str) -> Manuscript:
        """Give the key at `path` another name."""
        change = self._splicer(path)
        change.rename(path, key)
        holder = self.source.held(path[:-1])
        if key in holder:
            change.refuse()
        renamed = {key if name == path[-1] else name: held for name, held in holder.items()}
        return self._changed(change, _with(self.source.data, path[:-1], renamed))

    def remove(self, path: KeyPath) -> Manuscript:
        """Remove the key at `path`, with its value and the comments on its lines."""
        change = self._splicer(path)
        change.remove(path)
        holder = self.source.held(path[:-1])
        kept = {name: held for name, held in holder.items() if name != path[-1]}
        return self._changed(change, _with(self.source.data, path[:-1], kept))

    def reorder(self, path: KeyPath, order: Sequence[int]) -> Manuscript:
        """Put the list at `path` into another order, each item with the comments above it."""
        change = self._splicer(path)
        change.reorder(path, order)
        items = self.source.held(path)
        return self._changed(
            change, _with(self.source.data, path, [items[index] for index in order])
        )

    def with_line(self, number: int, line: str) -> Manuscript:
        """Return the same with another text in a line, which keeps its end."""
        lines = LINE.findall(self.text)
        ending = lines[number - 1][len(lines[number - 1].rstrip("\r\n")) :]
        lines[number - 1] = line + ending
        return replace(self, text="".join(lines))

    def without_bom(self) -> Manuscript:
        """Return the same without a byte order mark."""
        return replace(self, text=self.text.removeprefix(BOM))

    def with_line_feeds(self) -> Manuscript:
        """Replace CRLF, and CR CR LF of two conversions, by LF."""
        return replace(self, text=re.sub(r"\r+\n", "\n", self.text))

    def _splicer(self, about: KeyPath) -> Splicer:
        return Splicer.of(self.text, self.source.body_line, f"`{spell(about)}` in {self.path}")

    def _changed(self, change: Splicer, meant: object) -> Manuscript:
        """Return what the change gives, if reading it gives what was meant."""
        changed = replace(self, text=change.head + change.text + change.tail)
        source, _ = parse_source(_as_read(changed.text), self.path)
        if source is None or source.data != meant or source.body != self.source.body:
            change.refuse()
        return changed


def manuscript(file: Path, path: str, model: type[BaseModel]) -> Manuscript:
    """Read a file, known as `path`, for changes. Raises Refusal where it can't be read."""
    source, problems = read_source(file, path)
    if source is None:
        raise Refusal(f"{path} can't be edited: {problems[0].message}")
    return Manuscript(path, model, file.read_bytes().decode("utf-8"))


def difference(before: Manuscript, after: Manuscript) -> str:
    """Return the change between two states of a file, as a unified diff of `a/` and `b/` paths.

    A CR or a BOM is shown, as `^M` and `<BOM>`, where it is what changed.
    """
    lines = unified_diff(
        _shown(before.text, before, after),
        _shown(after.text, before, after),
        f"a/{before.path}",
        f"b/{after.path}",
        lineterm="",
    )
    return "".join(f"{line}\n" for line in lines)


def _shown(text: str, before: Manuscript, after: Manuscript) -> list[str]:
    same_ends = before.text.count("\r") == after.text.count("\r")
    lines = text.replace("\r\n", "\n" if same_ends else "^M\n").replace("\r", "^M")
    if lines.startswith(BOM):
        mark = "" if before.text.startswith(BOM) == after.text.startswith(BOM) else "<BOM>"
        lines = mark + lines.removeprefix(BOM)
    return lines.removesuffix("\n").split("\n")


def _as_read(text: str) -> str:
    return text.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")


def _with(data: Any, path: KeyPath, value: Any) -> Any:
    """Return a copy of the data in which the path holds the value."""
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        return [
            _with(held, tuple(rest), value) if n == step else held for n, held in enumerate(data)
        ]
    held = dict(data) if data is not None else {}
    return held | {step: _with(held.get(step), tuple(rest), value)}

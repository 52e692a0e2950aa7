"""What a check looks at: a record or profile with its source, and how a finding gets its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from changebook.model.diagnostics import KeyPath, Place, Problem, Rule
from changebook.read.form import as_written
from changebook.read.source import SourceFile
from changebook.read.workspace import Client, Record


@dataclass(frozen=True)
class Subject:
    """A front matter under check. It keeps silent where the form check has spoken already."""

    source: SourceFile
    reported: frozenset[KeyPath]

    @classmethod
    def of(cls, checked: Record | Client) -> Subject:
        """Return the front matter of a record, or that of a client's profile."""
        return cls(checked.source, checked.reported)

    def sound(self, *path: str | int) -> bool:
        """Return whether nothing at, above or below the key was left out for a fault of form."""
        if not self.reported:
            return True
        at = as_written(path, self.reported)
        return not any(gone[: len(at)] == at[: len(gone)] for gone in self.reported)

    def key(self, rule: Rule, path: KeyPath, message: str, help: str) -> Iterator[Problem]:
        """Yield a problem at a key, or at the nearest one above it."""
        if not self.left_out(path):
            place = self.source.place(*as_written(path, self.reported))
            yield rule.at(self.source.path, place, message, help)

    def value(self, rule: Rule, path: KeyPath, message: str, help: str) -> Iterator[Problem]:
        """Yield a problem at the value of a key."""
        if not self.left_out(path):
            yield rule.at(self.source.path, self.place(path), message, help)

    def place(self, path: KeyPath) -> Place:
        """Return the place of a key's value."""
        return self.source.value(*as_written(path, self.reported))

    def left_out(self, path: KeyPath) -> bool:
        """Return whether the form check has named a fault at the key or above it."""
        at = as_written(path, self.reported)
        return any(at[:end] in self.reported for end in range(1, len(at) + 1))

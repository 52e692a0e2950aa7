"""Since when a seal does not hold: the commits that altered what was sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from changebook.check.seals import SEALS_REWRITTEN, holds, is_of, rewritten
from changebook.model import decided
from changebook.model.chain import LOCK, ChainEntry, Lock, parse
from changebook.model.diagnostics import START, KeyPath, Place, Problem
from changebook.read.form import spell
from changebook.read.git import Commit, Repository, repository
from changebook.read.source import parse_source
from changebook.read.workspace import CHANGES, Client

Front = Mapping[str, Any]
#: What git gives for bytes that are not UTF-8, and for other files than text.
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Tracer:
    """The locks of all clients at the base, and what git says of the time since.

    A lock is None where it could not be read at the base.
    """

    repository: Repository
    revision: str
    commit: str
    locks: Mapping[str, Lock | None]

    def dated(self, problem: Problem, client: Client, entry: ChainEntry) -> Problem:
        """Add to a problem the commit since which the record is not what the entry sealed.

        Where that commit altered single keys, the problem is placed at the first of them.
        """
        folder = f"{CHANGES}/{client.slug}"
        record = next((r for r in client.records if r.data.id == entry.id), None)
        states = [
            (commit, self._front(commit.name if commit else self.commit, folder, entry.id))
            for commit in (None, *self.repository.commits(self.commit, folder))
        ]
        held = [n for n, (_, front) in enumerate(states) if front and holds(front, entry)]
        if not held:
            return _adding(problem, f"No state since {self.revision} is what was sealed")
        before = states[held[-1]][1] or {}
        commit, after = (*states, (None, record.source.data if record else None))[held[-1] + 1]
        if after is None or record is None:
            return _adding(problem, f"Removed {_when(commit)}")
        paths = _altered(before, after, entry)
        keys = ", ".join(f"`{spell(path)}`" for path in paths)
        place = record.source.value(*paths[0]) if paths else Place(problem.line, problem.column)
        return replace(
            _adding(problem, f"Altered {_when(commit)}" + (f": {keys}" if keys else "")),
            line=place.line,
            column=place.column,
            width=place.width,
        )

    def rewritten(self, slug: str, lock: Lock | None) -> Iterator[Problem]:
        """Yield what of the base's lock is not in the lock as it is now."""
        path = f"{CHANGES}/{slug}/{LOCK}"
        was = self.locks.get(slug, Lock())
        if was is None:
            yield SEALS_REWRITTEN.at(
                path,
                START,
                f"At {self.revision} the seals can't be read, so there is nothing to compare with.",
                "Compare with an earlier revision.",
            )
            return
        if problem := rewritten(path, was, lock, self._then):
            yield _adding(problem, f"Altered {_when(self._rewriting(path, was))}")

    @property
    def _then(self) -> str:
        return f"At {self.revision}"

    def _rewriting(self, path: str, was: Lock) -> Commit | None:
        """Return the first commit whose lock does not continue the base's; None for none yet."""
        for commit in self.repository.commits(self.commit, path):
            lock, _ = parse(self.repository.text(commit.name, path) or "", path)
            if rewritten(path, was, lock, self._then):
                return commit
        return None

    def _front(self, commit: str, folder: str, id: str) -> Front | None:
        """Return a record's front matter as of a commit; None where it can't be read there."""
        for path in self.repository.files(commit, folder):
            if is_of(PurePosixPath(path).name, id):
                text = self.repository.text(commit, path) or ""
                if _NO_TEXT.search(text):
                    return None
                source, _ = parse_source(text.removeprefix("\ufeff").replace("\r\n", "\n"), path)
                return source.data if source else None
        return None


def tracer(root: Path, revision: str) -> Tracer:
    """Look back from the workspace to a revision. Raises Refusal where git does not know it."""
    repo = repository(root)
    commit = repo.commit(revision)
    locks: dict[str, Lock | None] = {}
    for path in repo.files(commit, CHANGES):
        match PurePosixPath(path).parts:
            case (_, slug, name) if name == LOCK:
                locks[slug], _ = parse(repo.text(commit, path) or "", path)
    return Tracer(repo, revision, commit, locks)


def _altered(before: Front, after: Front, entry: ChainEntry) -> tuple[KeyPath, ...]:
    keys = decided.altered(before, after)
    return tuple(path for path in keys if (path[0] == "agreement") is not entry.event.is_decision)


def _when(commit: Commit | None) -> str:
    if commit is None:
        return "since the last commit"
    return f"in {commit.name[:12]} of {commit.day} ({commit.subject})"


def _adding(problem: Problem, says: str) -> Problem:
    return replace(problem, message=f"{problem.message} {says}.")

"""Since when a seal does not hold: the commits that altered what was sealed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from changebook.check.seals import SEALS_REWRITTEN, holds, is_of, rewritten
from changebook.model import decided
from changebook.model.chain import LOCK, ChainEntry, Lock, SealedEvent, parse
from changebook.model.diagnostics import START, KeyPath, Place, Problem
from changebook.model.differences import differences
from changebook.read.form import spell
from changebook.read.git import Commit, Repository, repository
from changebook.read.origins import Origin, Origins, origins
from changebook.read.source import parse_source
from changebook.read.workspace import CHANGES, PROFILE, Client, Workspace

Front = Mapping[str, Any]
#: What git gives for bytes that are not UTF-8, and for other files than text.
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Tracer:
    """The clients' folders at the base, and what git says of the time since."""

    repository: Repository
    revision: str
    commit: str
    origins: Origins

    def dated(self, problem: Problem, client: Client, entry: ChainEntry) -> Problem:
        """Add to a problem the commit since which the record is not what the entry sealed.

        Where that commit altered single keys, the problem is placed at the first of them.
        """
        folder = f"{CHANGES}/{client.slug}"
        home = self.origins.homes.get(client.slug)
        folders = self._now_and_then(folder, home.folder if home else None)
        record = next((r for r in client.records if r.data.id == entry.id), None)
        source = client.source if entry.event.is_contract else record.source if record else None
        states = [
            (commit, self._front(commit.name if commit else self.commit, folders, entry))
            for commit in (None, *self.repository.commits(self.commit, *folders))
        ]
        held = [n for n, (_, front) in enumerate(states) if front and holds(front, entry)]
        if not held:
            return _adding(problem, f"No state since {self.revision} is what was sealed")
        before = states[held[-1]][1] or {}
        commit, after = (*states, (None, source.data if source else None))[held[-1] + 1]
        if after is None or source is None:
            return _adding(problem, f"Removed {_when(commit)}")
        paths = _altered(before, after, entry)
        keys = ", ".join(f"`{spell(path)}`" for path in paths)
        place = source.value(*paths[0]) if paths else Place(problem.line, problem.column)
        return replace(
            _adding(problem, f"Altered {_when(commit)}" + (f": {keys}" if keys else "")),
            line=place.line,
            column=place.column,
            width=place.width,
        )

    def rewritten(self, slug: str, lock: Lock | None) -> Iterator[Problem]:
        """Yield what of the base's lock is not in the lock as it is now."""
        path = f"{CHANGES}/{slug}/{LOCK}"
        home = self.origins.homes.get(slug)
        if home and home.lock and home.lock.lock is None:
            yield SEALS_REWRITTEN.at(
                path,
                START,
                f"At {self.revision} the seals can't be read, so there is nothing to compare with.",
                "Compare with an earlier revision.",
            )
            return
        # What the main branch has sealed since can't be taken back either; what a branch has, can.
        states = [(None, home.entries if home else Lock()), *self._locks(path, home)]
        for number, (commit, was) in enumerate(states):
            when = f"At {self.revision}" if commit is None else f"In {commit.name[:12]}"
            if commit and commit.name not in self.published:
                continue
            if problem := rewritten(path, was, lock, when):
                later = (c for c, then in states[number + 1 :] if rewritten(path, was, then, when))
                yield _adding(problem, f"Altered {_when(next(later, None))}")
                return

    @cached_property
    def published(self) -> frozenset[str]:
        """The commits since the base that the main branch has."""
        main = self.repository.commit(self.repository.main_branch())
        return self.repository.between(self.commit, main)

    def _locks(self, path: str, home: Origin | None) -> Iterator[tuple[Commit, Lock]]:
        """Yield the states of a lock since the base, the oldest first."""
        files = self._now_and_then(path, f"{home.folder}/{LOCK}" if home else None)
        for commit in self.repository.commits(self.commit, *files):
            texts = (self.repository.text(commit.name, file) for file in files)
            lock, _ = parse(next(filter(None, texts), ""), path)
            yield commit, lock or Lock()

    def _now_and_then(self, path: str, then: str | None) -> tuple[str, ...]:
        """Return where something of the workspace is in the repository, and where it was."""
        now = self.repository.path(path)
        return (now,) if then in (None, now) else (now, then)

    def _front(self, commit: str, folders: Iterable[str], entry: ChainEntry) -> Front | None:
        """Return the front matter that an entry is of, as of a commit; None if it can't be read."""
        for path in (p for folder in folders for p in self.repository.files(commit, folder)):
            name = PurePosixPath(path).name
            if name == PROFILE if entry.event.is_contract else is_of(name, entry.id):
                text = self.repository.text(commit, path) or ""
                if _NO_TEXT.search(text):
                    return None
                source, _ = parse_source(text.removeprefix("\ufeff").replace("\r\n", "\n"), path)
                return source.data if source else None
        return None


def tracer(workspace: Workspace, revision: str) -> Tracer:
    """Look back from the workspace to a revision. Raises Refusal where git does not know it."""
    repo = repository(workspace.root)
    commit = repo.commit(revision)
    return Tracer(repo, revision, commit, origins(repo, commit, workspace))


def _altered(before: Front, after: Front, entry: ChainEntry) -> tuple[KeyPath, ...]:
    if entry.event.is_contract:
        was, now = before.get("contract"), after.get("contract")
        return tuple(change.path for change in differences(was, now, ("contract",)))
    keys = decided.altered(before, after)
    about = {SealedEvent.ACCEPTED: "acceptance"}.get(entry.event, "agreement")
    if entry.event.is_decision:
        return tuple(path for path in keys if path[0] not in ("agreement", "acceptance"))
    return tuple(path for path in keys if path[0] == about)


def _when(commit: Commit | None) -> str:
    if commit is None:
        return "since the last commit"
    return f"in {commit.name[:12]} of {commit.day} ({commit.subject})"


def _adding(problem: Problem, says: str) -> Problem:
    return replace(problem, message=f"{problem.message} {says}.")

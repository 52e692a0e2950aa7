"""Where a workspace's clients lay at a commit: a folder that was moved is known by its ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from changebook.model.chain import LOCK, ChainLink, Lock, LockFile, parse
from changebook.read.git import Repository
from changebook.read.workspace import CHANGES, PROFILE, Client, Workspace

_ID = re.compile(r"[A-Z][A-Z0-9]*-\d{4,}", re.ASCII)
_PREFIX = re.compile(r"^prefix:\s*[\"']?([A-Z][A-Z0-9]*)", re.MULTILINE)


@dataclass(frozen=True)
class Origin:
    """A client's folder, by its path in the repository. `ids` are those of its files and seals."""

    folder: str
    prefixes: frozenset[str]
    ids: frozenset[str]
    lock: LockFile | None

    @property
    def name(self) -> str:
        """The last part of its path, which is a client's slug."""
        return PurePosixPath(self.folder).name

    @property
    def entries(self) -> Lock:
        """Its seals; none where there are none that can be read."""
        return (self.lock.lock if self.lock else None) or Lock()


@dataclass(frozen=True)
class Origins:
    """The clients' folders of a commit that a workspace has to answer for.

    `homes` are those below its `changes` then, by name, and the ones of `moved`: they lay elsewhere
    in the repository, and each gets a name that is free. `lost` had seals that nothing continues.
    """

    homes: Mapping[str, Origin]
    moved: Mapping[str, str]
    lost: tuple[Origin, ...]


def origins(repository: Repository, commit: str, workspace: Workspace) -> Origins:
    """Find the clients of a workspace, and what may have become them, at a commit."""
    return _Search(repository, commit, workspace).result


def sealed_at(repository: Repository, commit: str) -> frozenset[ChainLink]:
    """Return all that any lock of the repository has sealed at a commit."""
    return frozenset(e.link for o in _at(repository, commit) for e in o.entries.entries)


def _at(repository: Repository, commit: str) -> tuple[Origin, ...]:
    files = repository.tree(commit)
    wanted = [path for path in files if _is_telling(path)]
    contents = repository.contents(files[path] for path in wanted)
    texts = {p: c.decode("utf-8", "replace") for p, c in zip(wanted, contents, strict=True)}
    return tuple(_origins(files, texts))


@dataclass(frozen=True)
class _Search:
    repository: Repository
    commit: str
    workspace: Workspace

    @property
    def result(self) -> Origins:
        named = {home.name: home for home in self.own}
        moved: dict[str, str] = {}
        for home in self.claimed():
            name, number = home.name, 2
            while name in named:
                name, number = f"{home.name}-{number}", number + 1
            named[name] = home
            moved[home.folder] = name
        slugs = {client.slug for client in self.workspace.clients}
        lost = (h for n, h in named.items() if n not in slugs)
        others = (h for h in self.others if h.folder not in moved)
        return Origins(named, moved, tuple(h for h in (*lost, *others) if self.is_lost(h)))

    @cached_property
    def then(self) -> tuple[Origin, ...]:
        return _at(self.repository, self.commit)

    @cached_property
    def changes(self) -> str:
        return self.repository.path(CHANGES)

    @cached_property
    def own(self) -> tuple[Origin, ...]:
        return tuple(h for h in self.then if str(PurePosixPath(h.folder).parent) == self.changes)

    @cached_property
    def others(self) -> tuple[Origin, ...]:
        below = f"{self.changes}/"
        return tuple(home for home in self.then if not home.folder.startswith(below))

    @cached_property
    def now(self) -> Mapping[str, Origin]:
        """The folders that are there now, in the whole working tree."""
        files = self.repository.working_tree()
        texts = {
            path: (self.repository.top / path).read_text("utf-8", "replace")
            for path in files
            if _is_telling(path)
        }
        return {home.folder: home for home in _origins(files, texts)}

    def claimed(self) -> Iterator[Origin]:
        """Yield the folders elsewhere that were moved here, copied here, or are gone with all."""
        gone = [home for home in self.others if home.folder not in self.now]
        known = {id for home in self.own for id in home.ids}
        slugs = {home.name for home in self.own}
        by_id: dict[str, Origin] = {}
        for client in self.workspace.clients:
            ids = _ids(client) - known
            here = [home for home in gone if ids & home.ids or _may_be(client, home, slugs)]
            if not here and client.slug not in slugs:
                copied = (home for home in self.others if ids & home.ids)
                here = sorted(copied, key=lambda home: len(ids & home.ids))[-1:]
            by_id |= {home.folder: home for home in here}
        if not self.own:
            by_id |= {home.folder: home for home in gone if not self.goes_on(home)}
        yield from by_id.values()

    def goes_on(self, home: Origin) -> bool:
        """Return whether the folder is now another one outside this workspace."""
        below = f"{self.changes}/"
        before = {each.folder for each in self.then}
        return any(
            home.ids & other.ids
            for folder, other in self.now.items()
            if folder not in before and not folder.startswith(below)
        )

    def is_lost(self, home: Origin) -> bool:
        """Return whether it had seals that no lock of the working tree continues."""
        entries = home.entries.entries
        return bool(entries) and not any(
            other.entries.entries[: len(entries)] == entries for other in self.now.values()
        )


def _may_be(client: Client, home: Origin, slugs: Iterable[str]) -> bool:
    return client.slug not in slugs and client.profile.prefix in home.prefixes


def _ids(client: Client) -> set[str]:
    return {record.data.id for record in client.records}


def _is_telling(path: str) -> bool:
    return PurePosixPath(path).name in (PROFILE, LOCK)


def _origins(files: Iterable[str], texts: Mapping[str, str]) -> Iterator[Origin]:
    """Yield the folders that have a profile or a lock, with what the files below them are."""
    folders = {str(PurePosixPath(path).parent) for path in texts}
    ids: dict[str, set[str]] = {folder: set() for folder in folders}
    for path in files:
        if match := _ID.match(PurePosixPath(path).name):
            for parent in PurePosixPath(path).parents:
                if str(parent) in folders:
                    ids[str(parent)].add(match[0])
    for folder in sorted(folders):
        lock = None
        if (text := texts.get(f"{folder}/{LOCK}")) is not None:
            lock = LockFile(f"{folder}/{LOCK}", parse(text, LOCK)[0])
            entries = lock.lock.entries if lock.lock else ()
            ids[folder] |= {entry.id for entry in entries if not entry.event.is_contract}
        prefixes = {id.rpartition("-")[0] for id in ids[folder]}
        prefixes.update(_PREFIX.findall(texts.get(f"{folder}/{PROFILE}", "")))
        yield Origin(folder, frozenset(prefixes), frozenset(ids[folder]), lock)

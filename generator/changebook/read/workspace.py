"""A workspace on disk as a frozen model: clients, their profiles, their records."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from changebook.model.chain import LOCK, ChainEntry, LockFile, read_lock
from changebook.model.diagnostics import START, KeyPath, Problem, rule
from changebook.model.schema import ChangeRecord, Glossary, Profile
from changebook.model.suggestion import nearest
from changebook.model.visibility import is_unseen
from changebook.model.vocabulary import Audience
from changebook.read.form import fit
from changebook.read.source import (
    UNREADABLE,
    SourceFile,
    parse_source,
    read_source,
    read_text,
)
from changebook.refusal import Refusal

CHANGES = "changes"
#: Where each audience's sites go unless a folder is named, below the workspace.
DEFAULT_OUT = MappingProxyType({Audience.CLIENT: "site", Audience.TEAM: "site-team"})
#: A folder of this name is Changebook's own: no record, no page and no file of a reader lies there.
OWN = ".changebook"
PROFILE = "client.md"
GLOSSARY = "glossary.md"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
#: What a site has at its root: a client's folder of that name would meet it in a team edition.
RESERVED = frozenset({"assets", "search"})
_RECORD_NAME = re.compile(r"[A-Z][A-Z0-9]*-\d+")

BAD_SLUG = rule(
    "bad-client-folder", summary="A client's folder has a name that can't be part of an address."
)
NO_PROFILE = rule("no-profile", summary="A client's folder has no client.md.")
MISPLACED = rule("misplaced-file", summary="A record is outside every client's folder.")
SYMLINK = rule("symbolic-link", summary="There is a symbolic link in the workspace.")

#: For what is faulty in a profile, so that the client's records are still checked. Nothing is built
#: from it: the fault itself is an error.
_STAND_INS: Mapping[str, Any] = {
    "name": "?",
    "language": "en",
    "timezone": "UTC",
    "prefix": "X",
    "project": "?",
    "vendor": {"name": "?"},
    "contract": {"reference": "?", "signed": "1970-01-01", "currency": "XXX", "sum": "0"},
}


class WorkspaceError(Refusal):
    """The workspace, or the client that was asked for, can't be read at all."""


@dataclass(frozen=True)
class Record:
    """One change record; `reported` are the paths whose faults the form check has named."""

    data: ChangeRecord
    source: SourceFile
    file: Path
    reported: frozenset[KeyPath] = frozenset()


@dataclass(frozen=True)
class GlossaryFile:
    """A client's glossary.md: what it says, and where it says it."""

    data: Glossary
    source: SourceFile
    reported: frozenset[KeyPath] = frozenset()


@dataclass(frozen=True)
class Client:
    """One client's folder. `others` are the files that are no profile, glossary, record or lock."""

    slug: str
    folder: Path
    profile: Profile
    source: SourceFile
    records: tuple[Record, ...]
    others: tuple[Path, ...] = ()
    reported: frozenset[KeyPath] = frozenset()
    lock: LockFile | None = None
    glossary: GlossaryFile | None = None

    @property
    def root(self) -> Path:
        """The workspace that the client belongs to."""
        return self.folder.parents[1]

    @property
    def common_sources(self) -> tuple[SourceFile, ...]:
        """The files that the client reads beside the records: the profile and the glossary."""
        return (self.source, self.glossary.source) if self.glossary else (self.source,)

    @property
    def sealed(self) -> tuple[ChainEntry, ...]:
        """The entries of the lock; none where there is no lock, or it can't be read."""
        return self.lock.lock.entries if self.lock and self.lock.lock else ()

    def has_sealed(self, id: str) -> bool:
        """Return whether the decision on a record is sealed."""
        return any(entry.id == id and entry.event.is_decision for entry in self.sealed)

    @property
    def unseen_records(self) -> Mapping[str, str]:
        """The ids and titles of the records that the client must not see."""
        unseen = (record.data for record in self.records if is_unseen(record.data))
        return {data.id: data.title for data in unseen}


@dataclass(frozen=True)
class Workspace:
    """Everything below `root/changes`, clients by slug and records by id."""

    root: Path
    clients: tuple[Client, ...]

    def client(self, slug: str) -> Client:
        """Return the client of that slug. Raises WorkspaceError where none can be read."""
        for client in self.clients:
            if client.slug == slug:
                return client
        raise unknown_client(self.root, slug, [client.slug for client in self.clients])

    def record(self, id: str) -> tuple[Client, Record]:
        """Return a record by its id, and whose it is. Raises WorkspaceError for none, or two."""
        matches = [(c, r) for c in self.clients for r in c.records if r.data.id == id]
        if len(matches) == 1:
            return matches[0]
        if matches:
            paths = " and ".join(record.source.path for _, record in matches)
            raise WorkspaceError(f"{id} is in {paths}: give one of them another id first")
        near = nearest(id, (r.data.id for client in self.clients for r in client.records))
        hint = f"did you mean {near}? " if near else ""
        raise WorkspaceError(
            f"no record has the id {id}: {hint}`changebook check` names what can't be read"
        )

    def relative(self, file: Path) -> str:
        """Return a file's path as problems name it."""
        return file.relative_to(self.root).as_posix()


def unknown_client(root: Path, slug: str, known: Collection[str]) -> WorkspaceError:
    """Return the error that there is no client of a slug, among the `known`, that can be read."""
    if (root / CHANGES / slug).is_dir():
        return WorkspaceError(f"the profile of `{slug}` can't be read: `changebook check` says why")
    near = nearest(slug, known)
    hint = f"did you mean `{near}`? There are: " if near else "there are: "
    return WorkspaceError(
        f"the workspace has no client `{slug}`; {hint}{', '.join(known) or 'none'}"
    )


def read_workspace(root: Path) -> tuple[Workspace, list[Problem]]:
    """Read every client below `root/changes`; all that can't be read is in the problems.

    Raises WorkspaceError where there is no readable `changes` folder.
    """
    root = root.resolve()
    clients: list[Client] = []
    folders, problems = client_folders(root)
    for folder in folders:
        client, faults = read_client(root, folder)
        problems += faults
        if client:
            clients.append(client)
    return Workspace(root, tuple(clients)), problems


def client_folders(root: Path) -> tuple[list[Path], list[Problem]]:
    """Return the folders of clients in a workspace, in order, and what else lies beside them.

    Raises WorkspaceError where there is no readable `changes` folder.
    """
    changes = root / CHANGES
    if not changes.is_dir():
        raise WorkspaceError(f"{root} has no folder named {CHANGES}")
    try:
        entries = sorted(changes.iterdir())
    except OSError as error:
        raise WorkspaceError(f"{changes} can't be read: {error.strerror}") from None
    folders: list[Path] = []
    problems: list[Problem] = [_symlink(CHANGES)] if changes.is_symlink() else []
    for entry in entries:
        path = entry.relative_to(root).as_posix()
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            problems.append(_symlink(path))
        elif not entry.is_dir():
            if _RECORD_NAME.match(entry.name) or entry.name == PROFILE:
                problems.append(
                    MISPLACED.at(
                        path,
                        START,
                        "This file is outside every client's folder.",
                        "Move it into its client's folder.",
                    )
                )
        else:
            folders.append(entry)
            if not _is_slug(entry.name):
                problems.append(
                    BAD_SLUG.at(
                        path,
                        START,
                        f"`{entry.name}` can't be a client's part of an address.",
                        "Rename the folder: lowercase letters, digits and hyphens only, and not "
                        f"{' or '.join(sorted(RESERVED))}.",
                    )
                )
    return folders, problems


def _is_slug(name: str) -> bool:
    return bool(_SLUG.fullmatch(name)) and name not in RESERVED


@dataclass(frozen=True)
class Understood:
    """What the text of a profile, a glossary or a record says, and the problems in it."""

    source: SourceFile | None
    data: BaseModel | None
    problems: tuple[Problem, ...]
    reported: frozenset[KeyPath] = frozenset()


def understand(text: str, path: str, model: type[BaseModel]) -> Understood:
    """Return what the text of a file, known as `path` in problems, says as a model."""
    source, problems = parse_source(text, path)
    if source is None:
        return Understood(None, None, tuple(problems))
    data, faults, left_out = fit(model, source, _STAND_INS if model is Profile else {})
    return Understood(source, data, (*problems, *faults), left_out)


#: Understands the text of a file at a path as a model.
Understand = Callable[[str, str, type[BaseModel]], Understood]


def read_client(
    root: Path, folder: Path, understand: Understand = understand
) -> tuple[Client | None, list[Problem]]:
    """Read one client's folder; None where it has no profile or no usable name.

    Who reads it again and again gives an `understand` that remembers what it has read.
    """
    problems: list[Problem] = []
    records: list[Record] = []
    others: list[Path] = []
    profile: tuple[Profile, SourceFile, frozenset[KeyPath]] | None = None
    lock: LockFile | None = None
    glossary: GlossaryFile | None = None
    for file in walk(root, folder, problems):
        path = file.relative_to(root).as_posix()
        if file == folder / LOCK:
            lock, faults = read_lock(file, path)
            problems += faults
            continue
        if file.suffix.lower() != ".md":
            if file.is_file() and os.access(file, os.R_OK):
                others.append(file)
            else:
                problems.append(
                    UNREADABLE.at(
                        path,
                        START,
                        "This file can't be read.",
                        "Make it readable for this user, or remove it if it is a special file.",
                    )
                )
            continue
        text, problem = read_text(file, path)
        if problem:
            problems.append(problem)
            continue
        understood = understand(text, path, model_of(file, folder))
        problems += understood.problems
        if understood.source is None:
            continue
        if isinstance(understood.data, Profile):
            profile = (understood.data, understood.source, understood.reported)
        elif isinstance(understood.data, Glossary):
            glossary = GlossaryFile(understood.data, understood.source, understood.reported)
        elif isinstance(understood.data, ChangeRecord):
            records.append(Record(understood.data, understood.source, file, understood.reported))
    if os.access(folder, os.R_OK | os.X_OK) and not (folder / PROFILE).exists():
        problems.append(
            NO_PROFILE.at(
                folder.relative_to(root).as_posix(),
                START,
                f"The client's folder has no {PROFILE}.",
                f"Write {folder.name}/{PROFILE} with the client's name and contract.",
            )
        )
    if profile is None or not _is_slug(folder.name):
        return None, problems
    data, source, reported = profile
    records.sort(key=lambda record: (record.data.id, record.source.path))
    client = Client(
        folder.name,
        folder,
        data,
        source,
        tuple(records),
        tuple(others),
        reported,
        lock,
        glossary,
    )
    return client, problems


def read_profile(root: Path, folder: Path) -> tuple[Profile | None, frozenset[KeyPath]]:
    """Read who a client is, and which keys say so wrongly; the rest of its folder is not read."""
    file = folder / PROFILE
    if file.is_symlink() or not file.is_file() or not _is_slug(folder.name):
        return None, frozenset()
    source, _ = read_source(file, file.relative_to(root).as_posix())
    if source is None:
        return None, frozenset()
    profile, _, reported = fit(Profile, source, _STAND_INS)
    return profile, reported


def model_of(file: Path, folder: Path) -> type[BaseModel]:
    """Return what a Markdown file below a client's folder holds."""
    models: Mapping[Path, type[BaseModel]] = {
        folder / PROFILE: Profile,
        folder / GLOSSARY: Glossary,
    }
    return models.get(file, ChangeRecord)


def walk(root: Path, folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """Yield the plain files below a client's folder, in order; others are problems."""

    def unreadable(error: OSError) -> None:
        path = Path(error.filename).relative_to(root).as_posix()
        problems.append(
            UNREADABLE.at(
                path, START, f"The folder can't be read: {error.strerror}.", "Make it readable."
            )
        )

    for here, folders, files in os.walk(folder, onerror=unreadable):
        if not os.access(here, os.X_OK):
            # Its files have names, but nothing can be said of them.
            unreadable(PermissionError(errno.EACCES, os.strerror(errno.EACCES), here))
            folders.clear()
            continue
        folders.sort()
        for name in (*folders, *sorted(files)):
            file = Path(here, name)
            path = file.relative_to(root).as_posix()
            if file.is_symlink():
                problems.append(_symlink(path))
            elif name.lower().endswith(".md") and not file.is_file():
                problems.append(
                    UNREADABLE.at(
                        path,
                        START,
                        "This is a folder or a special file, not a record.",
                        "Only records, the profile and the glossary have names that end in .md: "
                        "rename it.",
                    )
                )
            elif name in files and not name.startswith("."):
                yield file
        folders[:] = [n for n in folders if not n.startswith(".")]


def _symlink(path: str) -> Problem:
    return SYMLINK.at(
        path,
        START,
        "This is a symbolic link; links are not followed.",
        "Put a copy of the file here, or remove the link.",
    )

"""The check of a whole workspace, client by client: what is kept of one is not checked again.

No process holds more than one client's records. What a client must know of the others is who they
are; what has to fit between them comes back as facts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter

from changebook import packaged
from changebook.check.between import (
    ClientFacts,
    Neighbour,
    check_between,
    facts,
    glimpse,
    neighbour,
)
from changebook.check.checking import check_client
from changebook.check.team_files import check_team_files
from changebook.keep.digests import digest, of_file, of_folder, software
from changebook.keep.store import Store
from changebook.model.diagnostics import Problem, errors
from changebook.read.source import read_source
from changebook.read.workspace import (
    CHANGES,
    PROFILE,
    Client,
    Understand,
    client_folders,
    read_client,
    read_profile,
    understand,
)


@dataclass(frozen=True)
class Surveyed:
    """What is known of a client once it is checked: enough to go on without its records.

    `digest` is that of its folder, by which what was checked is known again; it is empty where
    something was saved while it was read. A client whose profile can't be read has no facts.
    """

    slug: str
    digest: str
    problems: tuple[Problem, ...]
    facts: ClientFacts | None


@dataclass(frozen=True)
class Survey:
    """A checked workspace: its problems, by file and line, the clients that were checked, and all.

    `nameless` are the folders whose clients can't be told: nobody knows what others may not name.
    """

    root: Path
    problems: list[Problem]
    clients: tuple[Surveyed, ...]
    slugs: tuple[str, ...]
    nameless: tuple[str, ...] = ()

    def errors_for(self, slug: str) -> list[Problem]:
        """Return what stops a client's site: errors of its own, and those that concern all."""
        return sorted((*self._errors.get("", ()), *self._errors.get(slug, ())))

    @cached_property
    def _errors(self) -> Mapping[str, Sequence[Problem]]:
        """The errors by the client whom they stop, and under no name those that stop all."""
        alone = {f"{CHANGES}/{slug}": slug for slug in {*self.slugs} - {*self.nameless}}
        by_place: dict[str, list[Problem]] = {}
        for problem in errors(self.problems):
            place = "/".join(problem.path.split("/")[:2])
            by_place.setdefault(alone.get(place, ""), []).append(problem)
        return by_place


@dataclass(frozen=True)
class Task:
    """One client to be checked, knowing who the others are; `content` is its folder's digest."""

    root: Path
    folder: Path
    content: str
    others: tuple[Neighbour, ...]


#: Does a piece of work for each task, here or in other processes, and gives what came, in order.
Run = Callable[[Callable[[Task], Surveyed], Sequence[Task]], Iterable[Surveyed]]


def survey(
    root: Path, store: Store, run: Run = map, chosen: Collection[str] | None = None
) -> Survey:
    """Check a workspace, taking over what is kept of clients that are as they were.

    Of clients that are not `chosen` no more is read than who they are and what their files are
    called. Raises WorkspaceError where there is no workspace to read.
    """
    root = root.resolve()
    folders, problems = client_folders(root)
    others = tuple(_neighbours(root, folders, store))
    named = {other.slug for other in others if other.name and other.prefix}
    nameless = tuple(folder.name for folder in folders if folder.name not in named)
    known_to_all = digest(
        software(),
        json.dumps([asdict(other) for other in others]),
        of_folder(root / packaged.TEMPLATES, follow=True),
    )

    def name(folder: Path, content: str) -> str:
        return digest("check", known_to_all, folder.name, content)

    read = [f for f in folders if chosen is None or f.name in (*chosen, *nameless)]
    contents = {folder: of_folder(folder) for folder in read}
    clients = {f: _loaded(store.get(name(f, content))) for f, content in contents.items()}
    tasks = [
        Task(root, folder, contents[folder], others)
        for folder, kept in clients.items()
        if kept is None
    ]
    for task, checked in zip(tasks, run(check_one, tasks), strict=True):
        clients[task.folder] = checked
        if checked.digest:
            store.put(name(task.folder, checked.digest), json.dumps(asdict(checked)).encode())

    surveyed = tuple(client for client in clients.values() if client)
    problems += [problem for client in surveyed for problem in client.problems]
    between = [client.facts for client in surveyed if client.facts]
    unread = {folder.name: folder for folder in folders if folder not in clients}
    between += [glimpse(root, unread[o.slug], o) for o in others if o.slug in unread]
    between_clients = check_between(between, lambda path: read_source(root / path, path)[0])
    problems += (problem for problem in between_clients if problem.path.split("/")[1] not in unread)
    problems += check_team_files(root)
    slugs = tuple(other.slug for other in others)
    return Survey(root, sorted(problems), surveyed, slugs, nameless)


#: The client that this process has checked last: often it is the one whose site is built next.
_last: dict[tuple[Path, str], Client] = {}


def last_checked(folder: Path, content: str) -> Client | None:
    """Return the client in a folder of this digest, where it has just been read."""
    return _last.get((folder, content))


def check_one(task: Task, understand: Understand = understand) -> Surveyed:
    """Read and check one client; `understand` is read_client's."""
    client, problems = read_client(task.root, task.folder, understand)
    if client:
        problems += check_client(client, task.others)
    # What was saved meanwhile may have been read in either state.
    is_stable = of_folder(task.folder) == task.content
    _last.clear()
    if client and is_stable:
        _last[task.folder, task.content] = client
    return Surveyed(
        task.folder.name,
        task.content if is_stable else "",
        tuple(sorted(problems)),
        facts(client) if client else None,
    )


def _neighbours(root: Path, folders: Iterable[Path], store: Store) -> Iterator[Neighbour]:
    """Yield who the clients are."""
    for folder in folders:
        name = digest("neighbour", software(), folder.name, of_file(folder / PROFILE))
        if (folder / PROFILE).is_symlink():
            continue
        try:
            yield _NEIGHBOUR.validate_json(store.get(name) or b"")
        except ValueError:
            profile, reported = read_profile(root, folder)
            if profile:
                who = neighbour(folder.name, profile, reported)
                store.put(name, json.dumps(asdict(who)).encode())
                yield who


def _loaded(content: bytes | None) -> Surveyed | None:
    """Return what was kept; None where it is nothing that can be used."""
    try:
        return _SURVEYED.validate_json(content or b"")
    except ValueError:
        return None


_SURVEYED, _NEIGHBOUR = TypeAdapter(Surveyed), TypeAdapter(Neighbour)

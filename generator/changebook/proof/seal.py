"""Sealing: what is decided goes into the client's chain of digests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from changebook import atomic
from changebook.check import load_checked
from changebook.check.archive import UNSEALED_ARCHIVE
from changebook.check.seals import SEALED_ALTERED, SEALED_MISSING
from changebook.model.chain import BROKEN_CHAIN, BROKEN_LOCK, LOCK, ChainEntry, Lock, extended
from changebook.model.diagnostics import Problem, errors
from changebook.read.sealable import all_facts, unsealed
from changebook.read.workspace import Client

_BROKEN = {rule.name for rule in (BROKEN_LOCK, BROKEN_CHAIN, SEALED_ALTERED, SEALED_MISSING)}


@dataclass(frozen=True)
class Addition:
    """What sealing adds to one client's lock, and the lock after it."""

    slug: str
    file: Path
    lock: Lock
    entries: tuple[ChainEntry, ...]


@dataclass(frozen=True)
class Sealing:
    """What there is to seal, or the `problems` for which nothing can be."""

    additions: tuple[Addition, ...]
    problems: tuple[Problem, ...] = ()


def seal(root: Path, slugs: Sequence[str] = (), *, write: bool = True) -> Sealing:
    """Add what is decided and not sealed yet to the locks of some clients, or of all.

    Nothing is written where something sealed was altered, or where a record that is to be sealed
    has errors of its own: that is in `problems`. With `write=False` nothing is written at all.

    Raises WorkspaceError where there is no workspace, or no such client in it.
    """
    workspace, problems = load_checked(root)
    clients = [workspace.client(slug) for slug in dict.fromkeys(slugs)] or workspace.clients
    proposed = [_addition(client) for client in clients]
    faults = [
        fault for c, a in zip(clients, proposed, strict=True) for fault in _faults(c, a, problems)
    ]
    if faults:
        return Sealing((), tuple(faults))
    additions = tuple(addition for addition in proposed if addition.entries)
    if write:
        for addition in additions:
            atomic.write(addition.file, addition.lock.text())
    return Sealing(additions)


def _addition(client: Client) -> Addition:
    lock = (client.lock.lock if client.lock else None) or Lock()
    longer = extended(lock, (fact.link for fact in unsealed(lock, all_facts(client))))
    return Addition(client.slug, client.folder / LOCK, longer, longer.entries[len(lock.entries) :])


def _faults(client: Client, addition: Addition, problems: Iterable[Problem]) -> Iterable[Problem]:
    """Return the errors of the client's seals, its lock, and the records that are to be sealed.

    That an archive is not sealed is what sealing puts right.
    """
    ids = {entry.id for entry in addition.entries}
    folder = f"{client.source.path.rpartition('/')[0]}/"
    touched = {record.source.path for record in client.records if record.data.id in ids}
    if any(entry.event.is_contract for entry in addition.entries):
        touched.add(client.source.path)
    touched.add(folder + LOCK)
    return (
        problem
        for problem in errors(problems)
        if problem.rule != UNSEALED_ARCHIVE.name
        and (
            problem.path in touched or (problem.rule in _BROKEN and problem.path.startswith(folder))
        )
    )

"""Whether the chains of a workspace hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from changebook.check.seals import NOT_SEALED, seal_faults, unread
from changebook.check.signed_copies import check_signed_copies
from changebook.model.chain import BROKEN_LOCK, LOCK
from changebook.model.diagnostics import START, Problem, errors
from changebook.proof.verify.tracing import Tracer, tracer
from changebook.read.sealable import all_facts
from changebook.read.workspace import CHANGES, Client, Workspace, read_workspace


@dataclass(frozen=True)
class Chain:
    """One client's chain. `last` is the digest of its last entry, which stands for all of it."""

    slug: str
    entries: int
    last: str | None
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every decision is there as it was sealed; one that is not sealed is not."""
        return not self.problems


@dataclass(frozen=True)
class Verification:
    """The chains of the clients that were asked for."""

    workspace: Workspace
    chains: tuple[Chain, ...]

    @property
    def is_sound(self) -> bool:
        """Whether all of them are."""
        return all(chain.is_sound for chain in self.chains)


def verify(root: Path, slugs: Sequence[str] = (), base: str | None = None) -> Verification:
    """Recompute the chains of some clients, or of all, from the records.

    With `base`, the locks have to begin as they were at that revision, and what was altered is
    traced to its commit. Raises WorkspaceError for a client that can't be read, and Refusal for a
    revision that git does not know.
    """
    workspace, reading = read_workspace(root)
    trace = tracer(workspace, base) if base else None
    gone = [slug for slug in _gone(workspace, trace) if not slugs or slug in slugs]
    asked = set(slugs or _slugs(workspace)) - set(gone)
    clients = [workspace.client(slug) for slug in sorted(asked)]
    return Verification(
        workspace,
        (
            *(_chain(client, reading, trace) for client in clients),
            *(Chain(slug, 0, None, tuple(trace.rewritten(slug, None))) for slug in gone if trace),
        ),
    )


def _slugs(workspace: Workspace) -> set[str]:
    """Return every client that can be read, and every folder that has seals."""
    locks = (workspace.root / CHANGES).glob(f"*/{LOCK}")
    return {client.slug for client in workspace.clients} | {file.parent.name for file in locks}


def _gone(workspace: Workspace, trace: Tracer | None) -> list[str]:
    """Return the folders that had seals at the base, and hold no client and no seals now."""
    homes = trace.origins.homes if trace else {}
    return [slug for slug in homes if homes[slug].lock and slug not in _slugs(workspace)]


def _chain(client: Client, reading: Sequence[Problem], trace: Tracer | None) -> Chain:
    entries = client.sealed
    problems = sorted({*_problems(client, reading, trace)})
    return Chain(client.slug, len(entries), entries[-1].entry if entries else None, tuple(problems))


def _problems(
    client: Client, reading: Sequence[Problem], trace: Tracer | None
) -> Iterator[Problem]:
    lock = client.lock.lock if client.lock else None
    if client.lock is None and (
        number := len([f for f in all_facts(client) if not f.link.event.is_contract])
    ):
        yield NOT_SEALED.at(
            client.source.path,
            START,
            f"`{client.slug}` has no {LOCK}: of what was decided and signed ({number}), nothing is "
            "sealed.",
            "Run `changebook seal`.",
        )
    if client.lock and lock is None:
        yield from (p for p in reading if (p.path, p.rule) == (client.lock.path, BROKEN_LOCK.name))
    known = {record.data.id for record in client.records}
    for entry in client.sealed:
        if entry.event.is_contract or entry.id in known:
            continue
        if file := unread(client, entry.id):
            yield from (p for p in errors(reading) if client.folder.parents[1] / p.path == file)
    for finding in seal_faults(client):
        if trace and finding.entry is not None:
            yield trace.dated(finding.problem, client, finding.entry)
        else:
            yield finding.problem
    yield from errors(check_signed_copies(client))
    if trace:
        yield from trace.rewritten(client.slug, lock)

"""Taking back what was sealed, as long as nobody else has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from changebook import atomic
from changebook.model.chain import LOCK, ChainEntry, Lock, extended
from changebook.read.git import repository
from changebook.read.origins import sealed_at
from changebook.read.workspace import CHANGES, read_workspace
from changebook.refusal import Refusal


@dataclass(frozen=True)
class Unsealing:
    """What was taken out of which lock. `file` is the record's, if the base has it, too."""

    path: str
    entries: tuple[ChainEntry, ...]
    base: str
    file: Path | None


def unseal(root: Path, id: str, base: str | None = None) -> Unsealing:
    """Take the entries of a record out of its client's lock, except those that the base has.

    `base` is by default the main branch. Raises Refusal where there is nothing to take out, without
    git, and where the base has it all.
    """
    workspace, _ = read_workspace(root)
    git = repository(workspace.root)
    base = base or git.main_branch()
    commit = git.commit(base)
    for client in workspace.clients:
        lock = client.lock.lock if client.lock else None
        if lock and any(entry.id == id for entry in lock.entries):
            break
    else:
        raise Refusal(f"{id} is not sealed: no {LOCK} that can be read has an entry for it")
    known = sealed_at(git, commit)
    sealed = [entry for entry in lock.entries if entry.id == id]
    taken = tuple(entry for entry in sealed if entry.link not in known)
    if not taken:
        raise Refusal(
            f"{sealed[-1].says()} is at `{base}`, where others have it: what was reviewed is not "
            "taken back. Write a new record that supersedes it"
        )
    first = lock.entries.index(taken[0])
    rest = [entry for entry in lock.entries[first:] if entry not in taken]
    if any(entry.link in known for entry in rest):
        raise Refusal(
            f"entries after {taken[0].says()} are at `{base}`: put the chain in order first, with "
            f"the file as it is at `{base}` and `changebook seal`"
        )
    kept = extended(Lock(entries=lock.entries[:first]), (entry.link for entry in rest))
    atomic.write(client.folder / LOCK, kept.text())
    record = next((r for r in client.records if r.data.id == id), None)
    at_base = record and git.text(commit, git.path(record.source.path)) is not None
    path = f"{CHANGES}/{client.slug}/{LOCK}"
    return Unsealing(path, taken, base, record.file if record and at_base else None)

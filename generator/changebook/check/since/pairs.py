"""Which record of a workspace is which of an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeVar

from changebook.model.diagnostics import KeyPath
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Status
from changebook.read.workspace import Client, Record, Workspace

#: From how much of the text in common on, two files are the same record; git finds renames so too.
_SIMILAR = 0.5

_T = TypeVar("_T")


@dataclass(frozen=True)
class Pair:
    """One record, before a change and after it. `client` is the one it belongs to afterwards."""

    before: Record
    after: Record
    client: Client

    @property
    def is_moved(self) -> bool:
        return self.before.source.path != self.after.source.path


@dataclass(frozen=True)
class ClientPair:
    """One client before a change and after it.

    `kept` are its records with the same id on both sides, `renumbered` those whose id is another
    one, `gone` those that are no more, `new` those that were not there.
    """

    before: Client
    after: Client
    kept: tuple[Pair, ...]
    renumbered: tuple[Pair, ...]
    gone: tuple[Record, ...]
    new: tuple[Record, ...]


def touches(reported: frozenset[KeyPath], path: KeyPath) -> bool:
    """Return whether a key had a fault of form at the base: then it has to change."""
    return any(path[: len(gone)] == gone[: len(path)] for gone in reported)


def was_submitted(data: ChangeRecord) -> bool:
    """Return whether the record has ever been more than a draft."""
    return any(s is not Status.DRAFT for s in (data.status, *(e.status for e in data.history)))


def client_pairs(before: Workspace, after: Workspace) -> Iterator[ClientPair]:
    """Yield the clients that can be read on both sides, each with its records side by side.

    One whose folder has another name is known by its prefix, or by its records.
    """
    earlier = {client.slug: client for client in before.clients}
    later = {client.slug for client in after.clients}
    gone = [client for client in before.clients if client.slug not in later]
    for client in after.clients:
        if old := earlier.get(client.slug) or next((c for c in gone if _is_same(c, client)), None):
            yield _client_pair(old, client, after)


def _is_same(before: Client, after: Client) -> bool:
    ids = {record.data.id for record in before.records}
    same = before.profile.prefix == after.profile.prefix
    return same or any(record.data.id in ids for record in after.records)


def _client_pair(before: Client, after: Client, workspace: Workspace) -> ClientPair:
    old, new = list(before.records), list(after.records)
    kept = [
        *_matching(old, new, lambda r: (r.data.id, r.source.path)),
        *_matching(old, new, lambda r: r.data.id),
    ]
    renumbered = [*_matching(old, new, lambda r: r.source.path), *_similar(old, new)]
    # What is there but can't be read has been reported on its own.
    gone = [r for r in old if not (workspace.root / r.source.path).is_file()]
    return ClientPair(
        before,
        after,
        tuple(Pair(*pair, after) for pair in kept),
        tuple(Pair(*pair, after) for pair in renumbered),
        tuple(gone),
        tuple(new),
    )


def _matching(
    old: list[Record], new: list[Record], key: Callable[[Record], Any]
) -> Iterator[tuple[Record, Record]]:
    """Yield pairs that agree in a key; they are removed from both lists."""
    by_key: dict[Any, Record] = {}
    for record in new:
        by_key.setdefault(key(record), record)
    for record in tuple(old):
        if match := by_key.pop(key(record), None):
            old.remove(record)
            new.remove(match)
            yield record, match


def _similar(old: list[Record], new: list[Record]) -> Iterator[tuple[Record, Record]]:
    """Yield pairs of files with much the same text, the most alike first."""
    candidates = [
        (-likeness, i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (likeness := _likeness(before, after)) > _SIMILAR
    ]
    pairs = []
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in sorted(candidates):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            pairs.append((old[i], new[j]))
    old[:] = _without(old, taken[0])
    new[:] = _without(new, taken[1])
    yield from pairs


def _without(items: Iterable[_T], places: set[int]) -> list[_T]:
    return [item for place, item in enumerate(items) if place not in places]


def is_same(before: Record, after: Record) -> bool:
    """Return whether two files tell of the same change, whatever their ids are."""
    return before.data.title == after.data.title or _likeness(before, after) > _SIMILAR


def _likeness(before: Record, after: Record) -> float:
    """Return how much of the two texts is the same, from 0 to 1, line by line."""
    lines = SequenceMatcher(a=before.source.lines, b=after.source.lines, autojunk=False)
    # Bounds that cost less come first: most files have nothing in common.
    if lines.real_quick_ratio() <= _SIMILAR or lines.quick_ratio() <= _SIMILAR:
        return 0
    return lines.ratio()

"""The seals: what was decided is what the client's decisions.lock says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from changebook.check.subject import Subject
from changebook.model import baseline, canonical, decided
from changebook.model.chain import BROKEN_CHAIN, ChainEntry, Lock, SealedEvent, breaks, place
from changebook.model.diagnostics import START, KeyPath, Problem, rule
from changebook.read.sealable import (
    Fact,
    content,
    contract_facts,
    facts,
    is_there,
    unsealed,
)
from changebook.read.workspace import Client, Record

SEALED_ALTERED = rule("sealed-altered", summary="A sealed record has been altered.")
SEALED_MISSING = rule(
    "sealed-missing", summary="decisions.lock has an entry for a record that does not exist."
)
NOT_SEALED = rule(
    "not-sealed",
    summary="A decision is not in the client's decisions.lock yet.",
    severity="warning",
)
SEALS_REWRITTEN = rule(
    "seals-rewritten",
    summary="decisions.lock no longer begins with the entries that it had at an earlier revision.",
)

#: What to do with a baseline that is not as it was.
CORRECT_IT = (
    "Restore it. Whatever was agreed since the contract is a change record. If the contract was "
    "copied wrongly, add to `contract.corrections` an entry with `on`, `by`, `key`, `was`, `now` "
    "and `reason`."
)
_PUT_BACK = "Restore it; for anything else, write a new record that supersedes it."
_AS_COMMITTED = (
    "Restore the file from the last commit. Entries are only ever added, at its end, by "
    "`changebook seal`."
)


def rewritten(path: str, was: Lock, now: Lock | None, when: str) -> Problem | None:
    """Return the first entry of an earlier lock that is gone now; `when` says how much earlier."""
    entries = now.entries if now else ()
    pairs = enumerate(zip_longest(was.entries, entries[: len(was.entries)]))
    for index, (entry, present) in pairs:
        if entry == present:
            continue
        says = f"{present.says()} is in its place" if present else "it is gone"
        if present and present.says() == entry.says():
            says = "it has been sealed again since, with another digest"
        return SEALS_REWRITTEN.at(
            path,
            place(index) if present else START,
            f"{when} the seals had {entry.says()}, but {says}.",
            "Restore the file and the records. For anything that has to change, write a new "
            "record that supersedes the old one.",
        )
    return None


@dataclass(frozen=True)
class SealFault:
    """A problem of a client's seals, and the entry that it is about where it is about a record."""

    problem: Problem
    entry: ChainEntry | None = None


def check_seals(client: Client) -> Iterator[Problem]:
    """Check that no seal is broken, and that nothing decided is unsealed if there is a lock."""
    yield from (finding.problem for finding in seal_faults(client))
    # A lock from before contracts were sealed gets its contract with whatever is sealed next.
    if client.lock and client.lock.lock and client.profile.contract.corrections:
        yield from map(_not_sealed, unsealed(client.lock.lock, contract_facts(client)))


def seal_faults(client: Client) -> Iterator[SealFault]:
    """Yield what breaks a client's seals, each with the entry that it is about."""
    if client.lock is None or client.lock.lock is None:
        return
    path, lock = client.lock.path, client.lock.lock
    for fault in breaks(lock):
        says = f"{_capital(lock.entries[fault.index].says())} {fault.says}."
        yield SealFault(BROKEN_CHAIN.at(path, place(fault.index, fault.key), says, _AS_COMMITTED))
    yield from map(SealFault, _twice(path, lock))
    # A second file with the same id must not stand in for an altered one, so all of them count.
    records: dict[str, list[Record]] = defaultdict(list)
    for record in client.records:
        records[record.data.id].append(record)
    known = {record.source.path: tuple(facts(record)) for record in client.records}
    missing: set[str] = set()
    contract = contract_facts(client)
    for index, entry in enumerate(lock.entries):
        if entry.event.is_contract:
            if not (Subject.of(client).sound("contract") and Subject.of(client).sound("approval")):
                continue  # of what can't be read, a check says why
            if entry.link not in (fact.link for fact in contract):
                yield from (SealFault(p, entry) for p in _contract_altered(client, entry))
                yield from map(SealFault, _misstated(contract, index, entry, path))
            continue
        for record in records[entry.id]:
            own = known[record.source.path]
            if entry.link in (fact.link for fact in own):
                continue
            yield from (SealFault(p, entry) for p in _altered(record, entry))
            yield from map(SealFault, _misstated(own, index, entry, path))
        if not (records[entry.id] or entry.id in missing or unread(client, entry.id)):
            # Of a file that is there and can't be read, a check says why.
            missing.add(entry.id)
            yield SealFault(_missing(path, index, entry), entry)
    for fact in unsealed(lock, (fact for own in known.values() for fact in own)):
        yield SealFault(_not_sealed(fact))


def _contract_altered(client: Client, entry: ChainEntry) -> Iterator[Problem]:
    """Yield where the profile no longer says what an entry sealed of the contract."""
    front, source = client.source.data, client.source
    if holds(front, entry):
        return  # the entry's own day or event is what differs
    if entry.event is SealedEvent.BASELINE:
        says = "The contract is not the one that was sealed"
        path: KeyPath = ("contract",)
    elif baseline.sealed(front, entry.revision) is None:
        says, path = "A correction of the contract is gone", ("contract", "corrections")
    else:
        index = entry.revision - baseline.FIRST - 1
        says, path = "A correction of the contract was altered", ("contract", "corrections", index)
    yield SEALED_ALTERED.at(
        source.path, source.place(*path), f"{says} ({_sealed(entry)}).", CORRECT_IT
    )


def unread(client: Client, id: str) -> Path | None:
    """Return the file that has the id in its name, if there is one that can't be read."""
    read = {record.file for record in client.records}
    named = (file for file in client.folder.rglob(f"{id}*.md") if is_of(file.name, id))
    return next((file for file in named if file not in read), None)


def is_of(name: str, id: str) -> bool:
    """Return whether a file's name is that of the record with this id."""
    return name.endswith(".md") and (name == f"{id}.md" or name.startswith(f"{id}-"))


def _twice(path: str, lock: Lock) -> Iterator[Problem]:
    first: dict[tuple[str, str], ChainEntry] = {}
    for index, entry in enumerate(lock.entries):
        known = first.setdefault(entry.link.about, entry)
        if known is not entry:
            says = f"{_capital(entry.says())} was already sealed, as {known.says()}."
            yield BROKEN_CHAIN.at(path, place(index, "id"), says, _AS_COMMITTED)


def _missing(path: str, index: int, entry: ChainEntry) -> Problem:
    return SEALED_MISSING.at(
        path,
        place(index, "id"),
        f"{entry.id} was sealed as entry {entry.number}, but the record does not exist.",
        "Restore the record's file.",
    )


def _altered(record: Record, entry: ChainEntry) -> Iterator[Problem]:
    if difference := _difference(record, entry):
        path, says = difference
        place = record.source.place(*path)
        yield SEALED_ALTERED.at(record.source.path, place, f"{says} ({_sealed(entry)}).", _PUT_BACK)


def _difference(record: Record, entry: ChainEntry) -> tuple[KeyPath, str] | None:
    """Return where a record is not what an entry sealed of it, and how."""
    front, data = record.source.data, record.data
    if not entry.event.is_decision:
        if _has_content(front, entry):
            return None
        if entry.event is SealedEvent.FILED:
            return ("agreement", "signed_copy"), f"The signed copy of {data.id} is a different file"
        if entry.event is SealedEvent.ACCEPTED:
            return ("acceptance",), f"The acceptance of {data.id} is not the one that was given"
        return ("agreement",), f"The agreement of {data.id} is not the one that was signed"
    if not decided.is_decided(front):
        return ("status",), f"{data.id} was {entry.event} and is now {data.status}"
    if not _has_content(front, entry):
        return ("decision",), f"{data.id} is not what was decided"
    if not _has_revision(front, entry):
        return ("revision",), f"{data.id} has revision {data.revision}, not {entry.revision}"
    return None


def holds(front: Mapping[str, Any], entry: ChainEntry) -> bool:
    """Return whether a record's front matter is what an entry sealed of it."""
    if entry.event.is_contract:
        contract = baseline.sealed(front, entry.revision)
        return contract is not None and canonical.digest(contract) == entry.digest
    return _has_content(front, entry) and _has_revision(front, entry)


def _has_content(front: Mapping[str, Any], entry: ChainEntry) -> bool:
    is_same = canonical.digest(content(front, entry.event)) == entry.digest
    return is_same and is_there(front, entry.event)


def _has_revision(front: Mapping[str, Any], entry: ChainEntry) -> bool:
    written = front.get("revision")
    try:
        # `2`, `02` and `+2` are the same one; without the key it is the first.
        return int(1 if written is None else written) == entry.revision
    except (TypeError, ValueError):
        return False


def _misstated(
    facts: Iterable[Fact], index: int, entry: ChainEntry, path: str
) -> Iterator[Problem]:
    """Check that an entry of the record's content says nothing else of it in the open."""
    for fact in facts if entry.own_digest() == entry.entry else ():
        link = fact.link
        if link.digest == entry.digest and (link.event, link.on) != (entry.event, entry.on):
            yield BROKEN_CHAIN.at(
                path,
                place(index, "event" if link.event is not entry.event else "on"),
                f"{_capital(entry.says())} was altered: {link.says()}.",
                _AS_COMMITTED,
            )


def _sealed(entry: ChainEntry) -> str:
    return f"sealed as entry {entry.number}, {entry.event.done} on {entry.on}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _not_sealed(fact: Fact) -> Problem:
    source, link = fact.source, fact.link
    if link.event.is_contract:
        is_first = link.event is SealedEvent.BASELINE
        return NOT_SEALED.at(
            source.path,
            source.place("contract", *(() if is_first else ("corrections",))),
            ("The contract" if is_first else f"The correction of {link.on}") + " is not sealed.",
            "Run `changebook seal`.",
        )
    what, *path = {
        SealedEvent.SIGNED: (f"The agreement of {link.id}", "agreement"),
        SealedEvent.FILED: (f"The signed copy of {link.id}", "agreement", "signed_copy"),
        SealedEvent.ACCEPTED: (f"What was built for {link.id}", "acceptance"),
    }.get(link.event, (link.id, "decision"))
    return NOT_SEALED.at(
        source.path,
        source.place(*path),
        f"{what} was {link.event} on {link.on}, but is not sealed.",
        "Run `changebook seal`.",
    )

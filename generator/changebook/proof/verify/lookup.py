"""Find the decision behind a digest from a mail, from paper, or from a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from rapidfuzz.distance import OSA

from changebook.check.seals import holds
from changebook.model import canonical, decided
from changebook.model.chain import ChainEntry, SealedEvent
from changebook.model.json_model import JsonModel
from changebook.model.vocabulary import Status
from changebook.read import sealable
from changebook.read.workspace import Client, Record, Workspace

#: So many digits of a digest may have one slip in them, and still be told from all others.
_DIGITS_A_SLIP = 12

#: What a digest stands for: what was asked of the client, what was decided, what was signed, the
#: filing of the signed copy, the acceptance, that file itself, an entry of the chain with all
#: before it, or the contract.
What = Literal["asked", "decided", "signed", "filed", "accepted", "file", "entry", "contract"]
_WHAT: Mapping[SealedEvent, What] = MappingProxyType(
    {
        SealedEvent.BASELINE: "contract",
        SealedEvent.CORRECTED: "contract",
        SealedEvent.APPROVED: "decided",
        SealedEvent.REJECTED: "decided",
        SealedEvent.SIGNED: "signed",
        SealedEvent.FILED: "filed",
        SealedEvent.ACCEPTED: "accepted",
    }
)


class Match(JsonModel):
    """A record that a digest belongs to, in JSON as docs/seal.md documents it.

    `number` is the entry's place in the chain; None where it is not sealed. `holds` says whether
    the record is still what the digest was made from. `ended` says what became of it since,
    `imported` where it was kept before.
    """

    slug: str
    id: str
    title: str
    what: What
    revision: int
    number: int | None = None
    event: str | None = None
    on: dt.date | None = None
    digest: str
    holds: bool = True
    ended: str | None
    imported: str | None


def look_up(workspace: Workspace, digits: str) -> tuple[Match, ...]:
    """Return the records that digits belong to: a whole digest or its beginning."""
    return tuple(match for match in _all(workspace) if match.digest.startswith(digits))


def look_up_imported(workspace: Workspace, id: str) -> tuple[Match, ...]:
    """Return what is known of the records that had this id before they were imported."""
    records = {
        record.data.id
        for client in workspace.clients
        for record in client.records
        if record.data.imported and record.data.imported.id == id
    }
    return tuple(match for match in _all(workspace) if match.id in records)


@dataclass(frozen=True)
class NearMiss:
    """A match with so many characters other than `digits`; its digest begins with `beginning`."""

    match: Match
    digits: str
    beginning: str
    distance: int


def near_misses(workspace: Workspace, digits: str) -> tuple[NearMiss, ...]:
    """Return what digits that belong to no record may have been meant to be, nearest first."""
    misses = (_miss(match, digits) for match in _all(workspace))
    close = (miss for miss in misses if miss.distance <= len(digits) // _DIGITS_A_SLIP)
    return tuple(sorted(close, key=lambda miss: miss.distance))


def _miss(match: Match, digits: str) -> NearMiss:
    """Measure how far digits are from the beginning of a digest; one more or less counts too."""
    lengths = range(len(digits) - 1, min(len(digits) + 1, len(match.digest)) + 1)
    distance, _, beginning = min(
        (OSA.distance(digits, beginning), abs(len(beginning) - len(digits)), beginning)
        for beginning in (match.digest[:length] for length in lengths)
    )
    return NearMiss(match, digits, beginning, distance)


def _all(workspace: Workspace) -> tuple[Match, ...]:
    return tuple(
        dict.fromkeys(
            match
            for client in workspace.clients
            for match in (*_sealed(client), *_unsealed(client), *_files(client))
        )
    )


def _sealed(client: Client) -> Iterator[Match]:
    for entry in client.sealed:
        record = _record_of(client, entry)
        yield _of_entry(client, entry, record, _WHAT[entry.event], entry.digest)
        yield _of_entry(client, entry, record, "entry", entry.entry)


def _record_of(client: Client, entry: ChainEntry) -> Record | None:
    """Return the record of an entry; of two with its id, the one that is not as it was sealed."""
    records = (record for record in client.records if record.data.id == entry.id)
    return min(records, key=lambda record: holds(record.source.data, entry), default=None)


def _of_entry(
    client: Client, entry: ChainEntry, record: Record | None, what: What, digest: str
) -> Match:
    return Match(
        slug=client.slug,
        id=entry.id,
        title=_title(client, entry, record),
        what=what,
        revision=entry.revision,
        number=entry.number,
        event=entry.event.value,
        on=entry.on,
        digest=digest,
        holds=_still_holds(client, entry, record),
        ended=_ended(client, record) if record else None,
        imported=_imported(record) if record else None,
    )


def _title(client: Client, entry: ChainEntry, record: Record | None) -> str:
    if entry.event.is_contract:
        return client.profile.contract.reference
    return record.data.title if record else ""


def _still_holds(client: Client, entry: ChainEntry, record: Record | None) -> bool:
    source = client.source if entry.event.is_contract else record.source if record else None
    return source is not None and holds(source.data, entry)


def _unsealed(client: Client) -> Iterator[Match]:
    """Yield what is in no lock: what the client was asked, and what is not sealed yet."""
    sealed = {entry.digest for entry in client.sealed}
    for record in client.records:
        front = record.source.data
        forms: list[tuple[What, str]] = [("asked", canonical.digest(decided.question(front)))]
        forms += [
            (_WHAT[event], canonical.digest(sealable.content(front, event)))
            for event in SealedEvent
            # The content of a rejection is that of an approval.
            if not (event.is_contract or event is SealedEvent.REJECTED)
            if sealable.is_there(front, event)
        ]
        for what, digest in forms:
            if digest not in sealed:
                yield _of_record(client, record, what, digest)


def _files(client: Client) -> Iterator[Match]:
    """Yield the signed papers, each by the digest of its file."""
    for record in client.records:
        copy = record.data.agreement and record.data.agreement.signed_copy
        if copy:
            entries = [e for e in client.sealed if e.id == record.data.id]
            filed = next((e for e in entries if e.event is SealedEvent.FILED), None)
            if filed and holds(record.source.data, filed):
                yield _of_entry(client, filed, record, "file", copy.sha256)
            else:
                yield _of_record(client, record, "file", copy.sha256)


def _of_record(client: Client, record: Record, what: What, digest: str) -> Match:
    return Match(
        slug=client.slug,
        id=record.data.id,
        title=record.data.title,
        what=what,
        revision=record.data.revision,
        digest=digest,
        ended=_ended(client, record),
        imported=_imported(record),
    )


def _imported(record: Record) -> str | None:
    """Return the id that a record had elsewhere, and where."""
    came = record.data.imported
    return " in ".join(filter(None, (came.id, came.from_))) if came else None


def _ended(client: Client, record: Record) -> str | None:
    """Return what became of a record after its decision, or instead of one."""
    data = record.data
    end = data.entered(Status.VOID, Status.SUPERSEDED, Status.WITHDRAWN)
    if end is None or data.status is not end.status:
        return None
    if end.status is not Status.SUPERSEDED:
        return f"{end.status} on {end.on}"
    later = [r.data.id for r in client.records if data.id in r.data.links.supersedes]
    return f"superseded on {end.on}" + (f" by {', '.join(later)}" if later else "")

"""Whose a digest is: one from a mail, from paper, or from a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from changebook import canonical, decided
from changebook.chain import Entry
from changebook.checks.seals import holds
from changebook.refusal import Refusal
from changebook.vocabulary import Status
from changebook.workspace import Client, Record, Workspace

#: A shorter beginning could be that of another digest as well.
SHORTEST = 12
_FULL = 64

#: What a digest stands for: what was asked of the client, what was decided, what was signed, or an
#: entry of the chain with all that stands before it.
What = Literal["asked", "decided", "signed", "entry"]


@dataclass(frozen=True)
class Match:
    """A record that a digest belongs to.

    `number` is the entry's place in the chain; None where it is not sealed. `holds` says whether
    the record is still what the digest was made from. `ended` says what became of it since.
    """

    slug: str
    id: str
    title: str
    what: What
    revision: int
    number: int | None
    event: str | None
    on: date | None
    digest: str
    holds: bool
    ended: str | None


def look_up(workspace: Workspace, text: str) -> tuple[Match, ...]:
    """The records that a digest or its beginning, with or without blanks, belongs to.

    Raises Refusal for a text that can't be a digest.
    """
    digits = re.sub(r"[\s\u00a0-]", "", text).casefold()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},{_FULL}}}", digits):
        raise Refusal(f"`{text}` is no digest: it takes {SHORTEST} to {_FULL} of 0-9 and a-f")
    return tuple(
        dict.fromkeys(
            match
            for client in workspace.clients
            for match in (*_sealed(client), *_unsealed(client))
            if match.digest.startswith(digits)
        )
    )


def _sealed(client: Client) -> Iterator[Match]:
    lock = client.lock.lock if client.lock else None
    for entry in lock.entries if lock else ():
        record = _record_of(client, entry)
        decision: What = "decided" if entry.event.is_decision else "signed"
        yield _of_entry(client, entry, record, decision, entry.digest)
        yield _of_entry(client, entry, record, "entry", entry.entry)


def _record_of(client: Client, entry: Entry) -> Record | None:
    """The record of an entry; of two files with its id, the one that is not what was sealed."""
    found = (record for record in client.records if record.data.id == entry.id)
    return min(found, key=lambda record: holds(record.source.data, entry), default=None)


def _of_entry(
    client: Client, entry: Entry, record: Record | None, what: What, digest: str
) -> Match:
    return Match(
        slug=client.slug,
        id=entry.id,
        title=record.data.title if record else "",
        what=what,
        revision=entry.revision,
        number=entry.number,
        event=entry.event.value,
        on=entry.on,
        digest=digest,
        holds=record is not None and holds(record.source.data, entry),
        ended=_ended(client, record) if record else None,
    )


def _unsealed(client: Client) -> Iterator[Match]:
    """What stands in no lock: what the client was asked, and what is decided and not sealed yet."""
    lock = client.lock.lock if client.lock else None
    sealed = {entry.digest for entry in (lock.entries if lock else ())}
    for record in client.records:
        front = record.source.data
        forms: list[tuple[What, str]] = [("asked", canonical.digest(decided.question(front)))]
        if decided.is_decided(front):
            forms.append(("decided", canonical.digest(decided.content(front))))
        if decided.is_signed(front):
            forms.append(("signed", canonical.digest(decided.agreement(front))))
        for what, digest in forms:
            if digest not in sealed:
                yield Match(
                    slug=client.slug,
                    id=record.data.id,
                    title=record.data.title,
                    what=what,
                    revision=record.data.revision,
                    number=None,
                    event=None,
                    on=None,
                    digest=digest,
                    holds=True,
                    ended=_ended(client, record),
                )


def _ended(client: Client, record: Record) -> str | None:
    """What became of a record after its decision, or instead of one."""
    data = record.data
    end = data.entered(Status.VOID, Status.SUPERSEDED, Status.WITHDRAWN)
    if end is None or data.status is not end.status:
        return None
    if end.status is not Status.SUPERSEDED:
        return f"{end.status} on {end.on}"
    later = [r.data.id for r in client.records if data.id in r.data.links.supersedes]
    return f"superseded on {end.on}" + (f" by {', '.join(later)}" if later else "")

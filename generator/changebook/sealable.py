"""What can be sealed: the decisions and signatures of a client's records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from changebook import canonical, decided, timeline
from changebook.chain import Event, Link
from changebook.vocabulary import Outcome, Status
from changebook.workspace import Client, Record

_DECISIONS = {
    Outcome.APPROVED: (Event.APPROVED, Status.APPROVED),
    Outcome.REJECTED: (Event.REJECTED, Status.REJECTED),
}


@dataclass(frozen=True)
class Fact:
    """A decision or a signature of a record. `recorded` is the day it was written down."""

    record: Record
    link: Link
    recorded: date

    @property
    def order(self) -> tuple[date, date, str, bool]:
        """The place among those that are sealed at once."""
        return self.recorded, self.link.on, self.link.id, not self.link.event.is_decision


def facts(record: Record) -> Iterator[Fact]:
    """What a record has to seal: nothing before it is decided, nor without the day of it."""
    data, front = record.data, record.source.data
    decision = data.decision
    if not decided.is_decided(front) or decision is None or decision.on is None:
        return
    if decision.outcome not in _DECISIONS:
        return
    event, status = _DECISIONS[decision.outcome]
    entry = data.entered(status)
    recorded = timeline.recorded(entry) if entry else decision.on
    content = canonical.digest(decided.content(front))
    yield Fact(record, Link(data.id, data.revision, event, decision.on, content), recorded)
    if decided.is_signed(front) and data.agreement and (signed := data.agreement.signed):
        content = canonical.digest(decided.agreement(front))
        link = Link(data.id, data.revision, Event.SIGNED, signed, content)
        yield Fact(record, link, max(signed, recorded))


def all_facts(client: Client) -> list[Fact]:
    """Those of all records of a client, in the order in which they are sealed."""
    return sorted((f for record in client.records for f in facts(record)), key=lambda f: f.order)


def unsealed(client: Client) -> list[Fact]:
    """Those that the client's lock does not have yet, in the order in which they are sealed."""
    lock = client.lock.lock if client.lock else None
    sealed = {(e.id, e.event.is_decision) for e in (lock.entries if lock else ())}
    return [f for f in all_facts(client) if (f.link.id, f.link.event.is_decision) not in sealed]

"""What can be sealed: the decisions and signatures of a client's records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from changebook import canonical, decided, timeline
from changebook.chain import Event, Link, Lock
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


def unsealed(lock: Lock, known: Iterable[Fact]) -> list[Fact]:
    """Those that a lock does not have yet."""
    sealed = {entry.link.about for entry in lock.entries}
    return [fact for fact in known if fact.link.about not in sealed]

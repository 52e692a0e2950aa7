"""What can be sealed: the contract, and the decisions, signatures and signed copies of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from changebook.model import baseline, canonical, decided, timeline
from changebook.model.chain import ChainLink, Lock, SealedEvent
from changebook.model.decided import Front
from changebook.model.vocabulary import Outcome, Status
from changebook.read.source import SourceFile
from changebook.read.workspace import Client, Record

_DECISIONS = {
    Outcome.APPROVED: (SealedEvent.APPROVED, Status.APPROVED),
    Outcome.REJECTED: (SealedEvent.REJECTED, Status.REJECTED),
}
#: What an entry of each kind seals of a front matter, and whether there is anything to seal: in the
#: order in which what one record has is sealed at once.
_SEALED: Mapping[SealedEvent, tuple[Callable[[Front], dict[str, Any]], Callable[[Front], bool]]] = {
    SealedEvent.APPROVED: (decided.content, decided.is_decided),
    SealedEvent.REJECTED: (decided.content, decided.is_decided),
    SealedEvent.SIGNED: (decided.agreement, decided.is_signed),
    SealedEvent.FILED: (decided.signed_copy, decided.has_signed_copy),
    SealedEvent.ACCEPTED: (decided.acceptance, decided.is_accepted),
}


def content(front: Front, event: SealedEvent) -> dict[str, Any]:
    """Return what an entry of this kind seals of a front matter."""
    return _SEALED[event][0](front)


def is_there(front: Front, event: SealedEvent) -> bool:
    """Return whether there is anything of this kind to seal."""
    return _SEALED[event][1](front)


@dataclass(frozen=True)
class Fact:
    """Something that can be sealed, with the file that states it. `recorded` is when it did."""

    source: SourceFile
    link: ChainLink
    recorded: date

    @property
    def order(self) -> tuple[date, date, str, int]:
        """The place among those that are sealed at once."""
        return self.recorded, self.link.on, self.link.id, [*SealedEvent].index(self.link.event)


def facts(record: Record) -> Iterator[Fact]:
    """Yield what a record has to seal: nothing before it is decided, nor without the day of it."""
    data, front = record.data, record.source.data
    decision = data.decision
    if not decided.is_decided(front) or decision is None or decision.on is None:
        return
    if decision.outcome not in _DECISIONS:
        return
    event, status = _DECISIONS[decision.outcome]
    entry = data.entered(status)
    recorded = decided_on = timeline.recorded(entry) if entry else decision.on
    yield _fact(record, event, decision.on, recorded)
    agreement = data.agreement
    if agreement and agreement.signed and is_there(front, SealedEvent.SIGNED):
        recorded = max(agreement.signed, recorded)
        yield _fact(record, SealedEvent.SIGNED, agreement.signed, recorded)
        if agreement.signed_copy and is_there(front, SealedEvent.FILED):
            filed = agreement.signed_copy.filed
            yield _fact(record, SealedEvent.FILED, filed, max(filed, recorded))
    accepted = data.acceptance
    if accepted and accepted.on and is_there(front, SealedEvent.ACCEPTED):
        yield _fact(record, SealedEvent.ACCEPTED, accepted.on, max(accepted.on, decided_on))


def _fact(record: Record, event: SealedEvent, on: date, recorded: date) -> Fact:
    digest = canonical.digest(content(record.source.data, event))
    return Fact(
        record.source, ChainLink(record.data.id, record.data.revision, event, on, digest), recorded
    )


def contract_facts(client: Client) -> tuple[Fact, ...]:
    """Return the contract's baseline, and each correction of it."""
    front, contract = client.source.data, client.profile.contract
    if len(baseline.corrections(front)) != len(contract.corrections):
        return ()  # one of them can't be read, which has been reported
    days = (contract.signed, *(each.on for each in contract.corrections))
    return tuple(
        Fact(
            client.source,
            ChainLink(
                client.profile.prefix,
                revision,
                SealedEvent.BASELINE if revision == baseline.FIRST else SealedEvent.CORRECTED,
                day,
                canonical.digest(baseline.sealed(front, revision)),
            ),
            day,
        )
        for revision, day in enumerate(days, baseline.FIRST)
    )


def all_facts(client: Client) -> list[Fact]:
    """Return all that a client has to seal, in the order in which it is.

    The contract comes first, together with the first decision.
    """
    known = [fact for record in client.records for fact in facts(record)]
    if not (known or client.lock):
        return []
    signed, *corrected = contract_facts(client) or (None,)
    return [*filter(None, (signed,)), *sorted((*known, *corrected), key=lambda f: f.order)]


def unsealed(lock: Lock, known: Iterable[Fact]) -> list[Fact]:
    """Return those that a lock does not have yet."""
    sealed = {entry.link.about for entry in lock.entries}
    return [fact for fact in known if fact.link.about not in sealed]

"""What happened lately: the newest events over all records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from changebook.editions import EditionRecord
from changebook.schema import ChangeRecord
from changebook.vocabulary import AgreementStatus, Status


@dataclass(frozen=True)
class Event:
    """One dated thing that happened to a change; one of the last three says what."""

    on: date
    id: str
    title: str
    status: Status | None = None
    signed: str | None = None
    step: str | None = None
    objection: str | None = None
    unseen: bool = False


def events(records: Iterable[EditionRecord]) -> tuple[Event, ...]:
    """All events, the newest first."""
    found = [event for record in records for event in _events(record.data, record.unseen)]
    found.sort(key=lambda event: (event.on, event.id), reverse=True)
    return tuple(found)


def latest(records: Iterable[EditionRecord], count: int) -> tuple[Event, ...]:
    """The newest events, the newest first."""
    return events(records)[:count]


def _events(data: ChangeRecord, unseen: bool) -> Iterator[Event]:
    # Later steps of one day come first, as everything here does.
    for entry in reversed(data.history):
        yield Event(entry.on, data.id, data.title, status=entry.status, unseen=unseen)
    agreement = data.agreement
    if agreement and agreement.status is AgreementStatus.SIGNED and agreement.signed:
        signed = agreement.reference or data.id
        yield Event(agreement.signed, data.id, data.title, signed=signed, unseen=unseen)
    for step in data.plan or ():
        if step.done:
            yield Event(step.done, data.id, data.title, step=step.step, unseen=unseen)
    for objection in data.objections:
        yield Event(objection.on, data.id, data.title, objection=objection.concern, unseen=unseen)

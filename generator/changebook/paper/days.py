"""The day that a document bears: the newest on which something happened that it tells of.

A day of the edition would date every document anew with each event anywhere. With these a PDF
changes only when what it says does, and it says what the record said on its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from changebook.model.schema import ChangeRecord
from changebook.model.sums import ChangeOrder
from changebook.model.timeline import recorded
from changebook.views.record import RecordView


def of_change_order(view: RecordView, register: Iterable[ChangeOrder]) -> Iterator[date]:
    """The days that a change order rests on: its own, and those of the sums and dates it shows.

    A decided change rests on the entries of the register up to its own. One that is still open
    shows what it would do today, so each approval moves it.
    """
    yield from of_record(view.data)
    last = view.reversal or view.order
    for entry in register:
        if last is None or entry.number <= last.number:
            yield from _counted(entry)


def of_record(data: ChangeRecord) -> Iterator[date]:
    """The days of what a document shows of a record: not the plan's progress, and no talks."""
    yield from _history(data)
    if data.requested:
        yield data.requested.on
    if data.impact and data.impact.assessed:
        yield data.impact.assessed.on
    if data.decision:
        if data.decision.on:
            yield data.decision.on
        yield from (c.met for c in data.decision.conditions if c.met)
    for objection in data.objections:
        yield objection.on
        if objection.resolved:
            yield objection.resolved
    yield from _signed(data)


def of_register(register: Iterable[ChangeOrder], records: Iterable[ChangeRecord]) -> Iterator[date]:
    """The days of the register's entries, and of the statuses and agreements that it names."""
    for entry in register:
        yield from _counted(entry)
    for data in records:
        yield from _history(data)
        yield from _signed(data)


def _counted(entry: ChangeOrder) -> Iterator[date]:
    yield entry.on
    yield entry.recorded


def _history(data: ChangeRecord) -> Iterator[date]:
    for entry in data.history:
        yield entry.on
        yield recorded(entry)


def _signed(data: ChangeRecord) -> Iterator[date]:
    if data.agreement and data.agreement.signed:
        yield data.agreement.signed
    if data.agreement and data.agreement.signed_copy:
        yield data.agreement.signed_copy.filed

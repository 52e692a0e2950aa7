"""The day that a document bears: the newest on which something happened that it tells of.

A day of the edition would date every document again with each event anywhere. With these a PDF
changes only when what it says does, and it says what the record said on its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from changebook.model.schema import ChangeRecord
from changebook.model.sums import ChangeOrder
from changebook.model.timeline import agreement_dates, history_dates, stated_dates
from changebook.views.record import RecordView


def of_change_order(view: RecordView, register: Iterable[ChangeOrder]) -> Iterator[date]:
    """Yield the days that a change order rests on: its own, and those of its sums and dates.

    A decided change rests on the entries of the register up to its own. One that is still open
    shows what it would do today, so each approval moves it.
    """
    yield from stated_dates(view.data)
    last = view.reversal or view.order
    for entry in register:
        if last is None or entry.number <= last.number:
            yield from _counted(entry)


def of_acceptance(data: ChangeRecord) -> Iterator[date]:
    """Yield the days that an acceptance certificate rests on: the record's, and the answer's."""
    yield from history_dates(data)
    if data.acceptance and data.acceptance.on:
        yield data.acceptance.on
        yield from (defect.fixed for defect in data.acceptance.defects if defect.fixed)
    if data.actual and data.actual.finished:
        yield data.actual.finished


def of_register(register: Iterable[ChangeOrder], records: Iterable[ChangeRecord]) -> Iterator[date]:
    """Yield the days of the register's entries, and of the statuses and agreements in it."""
    for entry in register:
        yield from _counted(entry)
    for data in records:
        yield from history_dates(data)
        yield from agreement_dates(data)


def _counted(entry: ChangeOrder) -> Iterator[date]:
    yield entry.on
    yield entry.recorded

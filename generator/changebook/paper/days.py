"""The day that a document bears: the newest on which something happened that it tells of.

A day of the edition would date every document again with each event anywhere. With these a PDF
changes only when what it says does, and it says what the record said on its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from changebook.edition.editions import Edition
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums import ChangeOrder
from changebook.model.timeline import agreement_dates, completion_dates, history_dates, stated_dates
from changebook.views.record import RecordView


def of_change_order(
    view: RecordView, register: Iterable[ChangeOrder], edition: Edition
) -> Iterator[date]:
    """Yield the days that a change order rests on: its own, and those of its sums and dates.

    A decided change rests on the entries of the register up to its own. One that is still open
    shows what it would do today, and who can approve it, so each approval moves it, and each day
    from which other people must or may approve.
    """
    yield from of_decision(view)
    if view.waits and view.waits.approvals.rule:
        yield from (day for day in _asked_since(edition.profile) if day <= edition.as_of)
    last = view.reversal or view.order
    for entry in register:
        if last is None or entry.number <= last.number:
            yield from _counted(entry)


def of_decision(view: RecordView) -> Iterator[date]:
    """Yield the days of a record, and that from which another one counts in its place."""
    yield from stated_dates(view.data)
    if view.decision and view.decision.replaced_on:
        yield view.decision.replaced_on


def _asked_since(profile: Profile) -> Iterator[date]:
    """Yield the days from which other people must or may approve."""
    yield from (each.on for each in profile.contract.corrections if each.key == "approval")
    for person in profile.people:
        if may := person.approves:
            yield from (may.from_,) if may.from_ else ()
            yield from (may.until + timedelta(days=1),) if may.until else ()


def of_acceptance(data: ChangeRecord) -> Iterator[date]:
    """Yield the days that an acceptance certificate rests on: the record's, and the answer's."""
    yield from history_dates(data)
    yield from completion_dates(data)


def of_register(register: Iterable[ChangeOrder], records: Iterable[ChangeRecord]) -> Iterator[date]:
    """Yield the days of the register's entries, and of the statuses and agreements in it."""
    for entry in register:
        yield from _counted(entry)
    for data in records:
        yield from history_dates(data)
        yield from agreement_dates(data)


def of_contract_seals(edition: Edition) -> Iterator[date]:
    """Yield the days on which the contract's seals came: a correction of it may be the last one."""
    yield from (seal.since for seal in edition.contract_seals if seal.since > date.min)


def _counted(entry: ChangeOrder) -> Iterator[date]:
    yield entry.on
    yield entry.recorded

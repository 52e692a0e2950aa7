"""The samples show what real projects come to, beside what goes by the book."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from changebook.model.schema import ChangeRecord
from changebook.model.sums import DayRequest, position
from changebook.model.vocabulary import Status
from tests import samples


def records() -> dict[str, ChangeRecord]:
    return {r.data.id: r.data for client in samples.workspace().clients for r in client.records}


def test_there_are_records_in_every_status() -> None:
    assert {record.status for record in records().values()} == set(Status)


def test_one_client_is_archived_and_all_of_it_is_at_its_end() -> None:
    (archived,) = (c for c in samples.workspace().clients if c.profile.archived)
    assert archived.slug == samples.ARCHIVED
    assert {r.data.status for r in archived.records} <= {Status.CLOSED, Status.SUPERSEDED}
    assert archived.sealed


def test_a_record_was_imported_without_what_nobody_wrote_down() -> None:
    (imported,) = (record for record in records().values() if record.imported)
    assert imported.imported
    assert imported.imported.id == "CR-3"
    assert imported.impact is None
    assert imported.history[-1].by is None


def test_work_under_way_was_replaced_and_its_days_taken_back() -> None:
    client = samples.workspace().client(samples.ARCHIVED)
    read = [record.data for record in client.records]
    left = {
        record.id
        for record in read
        for before, after in pairwise(record.history)
        if (before.status, after.status) == (Status.IMPLEMENTING, Status.SUPERSEDED)
    }
    assert left == {"RKF-0002"}
    order = position(read, client.profile, date(2025, 10, 6)).register[-1]
    (step,) = order.steps
    assert (step.before, step.own, step.after) == (date(2025, 9, 25), 4, date(2025, 9, 19))
    assert step.replaced == (DayRequest("RKF-0002", -10),)


def test_who_is_asked_is_offered_to_do_nothing() -> None:
    """The option by that name says so with its key, too."""
    waiting = records()["YF-0014"]
    assert [option.id for option in waiting.options or () if option.nothing] == ["c"]

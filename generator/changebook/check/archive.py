"""A client whose project ended: nothing is open, all is sealed, and nothing comes after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from changebook.check.subject import Subject
from changebook.model import timeline
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import ENDED, Status
from changebook.read.sealable import all_facts
from changebook.read.workspace import Client

OPEN_IN_ARCHIVE = rule("open-in-archive", summary="A record of an archived client is still open.")
AFTER_ARCHIVE = rule(
    "after-archive", summary="Something happened to a record after its client was archived."
)
UNSEALED_ARCHIVE = rule(
    "unsealed-archive",
    summary="A client is archived, and not everything that was decided is sealed.",
)

_CORRECT_OR_WAIT = "Correct the day, or archive the client once this has happened."


def _late(data: ChangeRecord, day: date) -> Iterator[tuple[KeyPath, date]]:
    """Yield what happened to a record after a day, each with its key."""
    reached = data.actual.milestones if data.actual else {}
    for path, on in (
        *timeline.located(data),
        *((("actual", "milestones", id), on) for id, on in reached.items()),
    ):
        if on > day:
            yield path, on


def check_archive(client: Client) -> Iterator[Problem]:
    profile, day = Subject.of(client), client.profile.archived
    if day is None:
        return
    for index, correction in enumerate(client.profile.contract.corrections):
        if correction.on > day:
            yield from profile.value(
                AFTER_ARCHIVE,
                ("contract", "corrections", index, "on"),
                f"The contract was corrected on {correction.on}, after the client was archived on "
                f"{day}.",
                _CORRECT_OR_WAIT,
            )
    for record in client.records:
        data, subject = record.data, Subject.of(record)
        if data.status not in ENDED | {Status.DRAFT}:
            yield from subject.value(
                OPEN_IN_ARCHIVE,
                ("status",),
                f"{data.id} is `{data.status}`, and the client was archived on {day}.",
                "Take it to its end with `changebook advance`. Or take `archived` out of "
                "client.md until then.",
            )
        for path, on in _late(data, day):
            yield from subject.value(
                AFTER_ARCHIVE,
                path,
                f"{data.id} has a day, {on}, after its client was archived on {day}.",
                _CORRECT_OR_WAIT,
            )
    sealed = {entry.link.about for entry in client.sealed}
    missing = [fact for fact in all_facts(client) if fact.link.about not in sealed]
    if missing:
        own = client.profile.prefix
        ids = dict.fromkeys(fact.link.id for fact in missing)
        names = ", ".join("the contract" if id == own else id for id in ids)
        yield from profile.value(
            UNSEALED_ARCHIVE,
            ("archived",),
            f"Not sealed yet: {names}.",
            "Run `changebook seal`, and commit decisions.lock.",
        )

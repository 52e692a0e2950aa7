"""A client whose project ended: nothing is open, all is sealed, and nothing comes after."""

from __future__ import annotations

from collections.abc import Iterator

from changebook.check.subject import Subject
from changebook.model.diagnostics import Problem, rule
from changebook.model.vocabulary import ENDED, Status
from changebook.read.sealable import all_facts
from changebook.read.workspace import Client

OPEN_IN_ARCHIVE = rule(
    "open-in-archive",
    summary="A record of an archived client is still open.",
    why="The pages of an archived client ask for nothing any more. What is open would stay so, and "
    "count as pending forever.",
    wrong="# in client.md\narchived: 2027-01-31\n# in a record\nstatus: awaiting-decision",
    right="# in the record\nstatus: withdrawn",
)
AFTER_ARCHIVE = rule(
    "after-archive",
    summary="A record has a step after its client was archived.",
    why="Readers were told that nothing more comes, and what they filed would no longer be all.",
    wrong="# in client.md\narchived: 2027-01-31\n# in a record\n"
    "history:\n  - {status: closed, on: 2027-02-03, by: Lin Wei}",
    right="# in client.md\narchived: 2027-02-03",
)
UNSEALED_ARCHIVE = rule(
    "unsealed-archive",
    summary="A client is archived, and not everything that was decided is sealed.",
    why="An archive is kept for a dispute that comes years later. What is not sealed proves "
    "nothing.",
    wrong="archived: 2027-01-31   # and decisions.lock lacks a decision",
    right="changebook seal",
)


def check_archive(client: Client) -> Iterator[Problem]:
    """Check that an archived client is complete."""
    profile, day = Subject.of(client), client.profile.archived
    if day is None:
        return
    for record in client.records:
        data, subject = record.data, Subject.of(record)
        if data.status not in ENDED | {Status.DRAFT}:
            yield from subject.value(
                OPEN_IN_ARCHIVE,
                ("status",),
                f"{data.id} is `{data.status}`, and the client was archived on {day}.",
                "Take it to its end: close, withdraw or void it. Or take `archived` out of "
                "client.md until then.",
            )
        for index, entry in enumerate(data.history):
            if max(entry.on, entry.recorded or entry.on) > day:
                yield from subject.value(
                    AFTER_ARCHIVE,
                    ("history", index, "recorded" if entry.recorded else "on"),
                    f"{data.id} became `{entry.status}` after the client was archived on {day}.",
                    "Correct the day, or archive the client once this has happened.",
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

"""A client whose project ended: nothing is open, all is sealed, and nothing comes after."""

from __future__ import annotations

from collections.abc import Iterator

from changebook.check.subject import Subject
from changebook.model.diagnostics import Problem, rule
from changebook.model.vocabulary import ENDED, Status
from changebook.read.sealable import all_facts
from changebook.read.workspace import Client

OPEN_IN_ARCHIVE = rule("open-in-archive", summary="A record of an archived client is still open.")
AFTER_ARCHIVE = rule("after-archive", summary="A record has a step after its client was archived.")
UNSEALED_ARCHIVE = rule(
    "unsealed-archive",
    summary="A client is archived, and not everything that was decided is sealed.",
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

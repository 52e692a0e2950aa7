"""What a record says of its revisions: each has a number, a day, a person and words that fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from changebook.check.subject import Subject
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.vocabulary import Status
from changebook.read.workspace import Client, Record

REVISION_WRONG = rule(
    "revision-does-not-fit",
    summary="An entry of `revisions` does not fit the record: its number, its day or its person.",
)
REVISION_UNEXPLAINED = rule(
    "revision-unexplained",
    summary="The request was revised, and `revisions` does not say what is different.",
    severity="warning",
)


def check_revisions(record: Record, client: Client) -> Iterator[Problem]:
    """Check the entries of `revisions`, and that the last revision of an open request has one."""
    data, subject = record.data, Subject.of(record)
    entries = data.revisions
    if not (subject.sound("revisions") and subject.sound("revision")):
        return
    last = entries[-1].revision if entries else 1
    if data.is_undecided and data.revision > max(last, 1):
        yield from subject.value(
            REVISION_UNEXPLAINED,
            ("revision",),
            f"Revision {data.revision} has no entry in `revisions`.",
            f"Add an entry with `revision: {data.revision}`, `on`, `by` and a `note` that says in "
            "words what is different.",
        )
    for index, entry in enumerate(entries):
        at: KeyPath = ("revisions", index)
        if not 1 < entry.revision <= data.revision:
            yield from subject.value(
                REVISION_WRONG,
                (*at, "revision"),
                f"Revision {entry.revision} is described, but the record has revision "
                f"{data.revision}."
                if entry.revision > 1
                else "The first revision is the request itself.",
                f"Write `revision: {entry.revision}` in the record, or correct the entry's number."
                if entry.revision > 1
                else "Number the entries from 2.",
            )
        if (
            Subject.of(client).sound("people")
            and client.profile.people
            and client.profile.person(entry.by) is None
        ):
            yield from subject.value(
                REVISION_WRONG,
                (*at, "by"),
                f"client.md does not know {entry.by}.",
                "Spell the name as in `people`, or add the person there.",
            )
    for index, (before, after) in enumerate(pairwise(entries), 1):
        if after.revision <= before.revision or after.on < before.on:
            key = "revision" if after.revision <= before.revision else "on"
            yield from subject.value(
                REVISION_WRONG,
                ("revisions", index, key),
                f"Revision {after.revision} of {after.on} comes after revision {before.revision} "
                f"of {before.on}.",
                "Put the entries in order, the oldest first: numbers and days only go up.",
            )
    submitted = next((e.on for e in data.history if e.status is not Status.DRAFT), None)
    if entries and submitted and entries[0].on < submitted and not data.imported:
        yield from subject.value(
            REVISION_WRONG,
            ("revisions", 0, "on"),
            f"The revision is dated {entries[0].on}, but the request was submitted on {submitted}.",
            "Remove the entry: nobody has read a draft, so a change of it is no revision.",
        )

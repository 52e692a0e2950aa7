"""Corrections of the contract: each has to say truly what it alters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from changebook.check.subject import Subject
from changebook.model import baseline
from changebook.model.decided import lasting
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.differences import flow
from changebook.read.workspace import Client

CORRECTION_WRONG = rule(
    "correction-does-not-fit",
    summary="A correction of the contract does not fit what client.md says.",
)


def check_corrections(client: Client) -> Iterator[Problem]:
    """Check that each correction names a key, its value, and another one that may stand there."""
    subject, front = Subject.of(client), client.source.data
    corrections = client.profile.contract.corrections
    if not (corrections and subject.sound("contract") and subject.sound("approval")):
        return
    before = client.profile.contract.signed
    for index, each in enumerate(corrections):
        at: KeyPath = ("contract", "corrections", index)
        copied = baseline.value(baseline.before(front, index), each.key)
        if each.on < before:
            yield from subject.value(
                CORRECTION_WRONG,
                (*at, "on"),
                f"The correction is dated {each.on}, and what it follows {before}.",
                "Put the corrections in the order of their days, none before the contract's own.",
            )
        before = max(before, each.on)
        if not baseline.is_key(each.key):
            yield from subject.value(
                CORRECTION_WRONG,
                (*at, "key"),
                f"`{each.key}` is no key of the contract that is sealed.",
                "Name a key such as `sum`, `milestones.go-live.date` or `approval`.",
            )
        elif copied != lasting(each.now):
            yield from subject.value(
                CORRECTION_WRONG,
                (*at, "now" if each.now is not None else "key"),
                f"`{each.key}` is `{flow(copied)}`, not `{flow(each.now)}`.",
                "Write in `now` what stands there now; leave it out if the key is gone.",
            )
        elif copied == lasting(each.was):
            yield from subject.value(
                CORRECTION_WRONG,
                (*at, "was"),
                f"`{each.key}` was `{flow(each.was)}` before and is so now.",
                "Write in `was` what stood there before, to the letter.",
            )
        elif not _was_valid(client, index):
            yield from subject.value(
                CORRECTION_WRONG,
                (*at, "was" if each.was is not None else "key"),
                f"`{each.key}` can't have been `{flow(each.was)}`.",
                "Write in `was` what stood there before, as the key wants it.",
            )


def _was_valid(client: Client, index: int) -> bool:
    """Return whether the contract can be read as it was before a correction."""
    day = client.profile.contract.corrections[index].on - timedelta(days=1)
    return len(baseline.known(client.profile, day).contract.corrections) <= index

"""The end of a change: whether the client accepts what was built, and what it took."""

from __future__ import annotations

from collections.abc import Iterator

from changebook.check.lifecycle import NOT_READY_TO_CLOSE
from changebook.check.money import DATES_OUT_OF_ORDER
from changebook.check.subject import Subject
from changebook.model.diagnostics import Problem, rule
from changebook.model.schema import Acceptance
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    AcceptanceNeed,
    AcceptanceOutcome,
    Party,
    Status,
)
from changebook.read.workspace import Client, Record

_S = Status

ACCEPTANCE_INCOMPLETE = rule(
    "acceptance-incomplete",
    summary=(
        "An acceptance lacks its outcome, its day, the client's person who gave it, or the "
        "defects that it is about."
    ),
)
ACCEPTED_TOO_EARLY = rule(
    "accepted-too-early",
    summary=(
        "A change was accepted, or has figures of what it took, before there was anything to "
        "accept."
    ),
)
REFUSED_GOES_BACK = rule(
    "refused-goes-back",
    summary="The client did not accept what was built, but the change is still `implemented`.",
)


def check_acceptance(record: Record, client: Client) -> Iterator[Problem]:
    """Check that an acceptance is complete, and about something that was built."""
    data, subject = record.data, Subject.of(record)
    acceptance = data.acceptance
    if acceptance is None or not subject.sound("acceptance"):
        return
    yield from _incomplete(subject, acceptance)
    for index, defect in enumerate(acceptance.defects):
        for key, day in (("due", defect.due), ("fixed", defect.fixed)):
            if day and acceptance.on and day < acceptance.on:
                yield from subject.value(
                    DATES_OUT_OF_ORDER,
                    ("acceptance", "defects", index, key),
                    f"`{key}` is {day}, before the acceptance on {acceptance.on}.",
                    "Correct whichever of the two dates is wrong.",
                )
    built = next((entry for entry in data.history if entry.status is _S.IMPLEMENTED), None)
    known = data.imported is None and subject.sound("history")
    if known and acceptance.on and (built is None or acceptance.on < built.on):
        when = f"was implemented on {built.on}" if built else "was never implemented"
        yield from subject.value(
            ACCEPTED_TOO_EARLY,
            ("acceptance", "on"),
            f"The acceptance is dated {acceptance.on}, but the change {when}.",
            "Correct the day, or add `implemented` to the history first.",
        )
    answer = data.answered_acceptance
    if answer and answer.outcome is AcceptanceOutcome.REFUSED and data.status is _S.IMPLEMENTED:
        yield from subject.value(
            REFUSED_GOES_BACK,
            ("status",),
            f"The client did not accept it on {answer.on}, but it is still `implemented`.",
            f"Run `changebook advance {data.id} implementing`, with a note that says what is done; "
            "where the refusal is not written yet, note it after that.",
        )


def _incomplete(subject: Subject, acceptance: Acceptance) -> Iterator[Problem]:
    """Yield what of an acceptance is missing, or doesn't fit its outcome."""
    at, outcome = ("acceptance",), acceptance.outcome
    if outcome is None:
        for key in ("on", "by", "remarks", "defects"):
            if getattr(acceptance, key):
                yield from subject.key(
                    ACCEPTANCE_INCOMPLETE,
                    (*at, key),
                    f"The acceptance has `{key}`, but no outcome.",
                    "Add `outcome: accepted`, `with-defects` or `refused`; until then, `due` is "
                    "the only key.",
                )
        return
    if acceptance.on is None:
        yield from subject.key(
            ACCEPTANCE_INCOMPLETE,
            (*at, "on"),
            "The acceptance has no day.",
            "Add `on:` with the day on which the client answered.",
        )
    if not any(person.party is Party.CLIENT for person in acceptance.by):
        yield from subject.key(
            ACCEPTANCE_INCOMPLETE,
            (*at, "by"),
            "Nobody on the client's side is named as having answered.",
            "Add `by: [{name: ..., party: client}]`.",
        )
    if outcome is AcceptanceOutcome.WITH_DEFECTS and not acceptance.defects:
        yield from subject.value(
            ACCEPTANCE_INCOMPLETE,
            (*at, "outcome"),
            "It was accepted with defects, but none is listed.",
            "List them as `defects`, or write `outcome: accepted`.",
        )
    if outcome is AcceptanceOutcome.ACCEPTED and acceptance.defects:
        yield from subject.value(
            ACCEPTANCE_INCOMPLETE,
            (*at, "outcome"),
            "It was accepted as it is, but defects are listed.",
            "Write `outcome: with-defects`.",
        )


def check_actual(record: Record, client: Client) -> Iterator[Problem]:
    """Check that what a change took is not known before the work on it began."""
    data = record.data
    if data.actual is None or data.imported is not None:
        return
    begun = any(e.status is _S.IMPLEMENTING for e in data.history)
    if not begun and data.status not in APPROVED_OR_LATER - {_S.APPROVED}:
        yield from Subject.of(record).key(
            ACCEPTED_TOO_EARLY,
            ("actual",),
            f"The record says what it took, but it is `{data.status}`.",
            "Remove `actual` until the work is under way.",
        )


def check_closed_after_acceptance(record: Record, client: Client) -> Iterator[Problem]:
    """Check that what is closed was accepted, where it must be, and that no defect is open."""
    data, subject = record.data, Subject.of(record)
    entry = data.entered(_S.CLOSED)
    if not (entry or data.status is _S.CLOSED) or (entry and data.came_along(entry)):
        return
    acceptance = data.answered_acceptance
    for index, defect in enumerate(acceptance.defects if acceptance else ()):
        if defect.fixed is None:
            yield from subject.key(
                NOT_READY_TO_CLOSE,
                ("acceptance", "defects", index, "fixed"),
                "The record is closed, but this defect is open.",
                "Add `fixed:` with the day on which it was fixed, or do not close the record yet.",
            )
    needed = client.profile.contract.acceptance is AcceptanceNeed.REQUIRED
    if acceptance and not acceptance.stands:
        yield from subject.value(
            NOT_READY_TO_CLOSE,
            ("acceptance", "outcome"),
            f"The record is closed, but the client did not accept it on {acceptance.on}.",
            "Take it back to `implementing`, and ask for acceptance again.",
        )
    elif (
        needed
        and acceptance is None
        and not data.is_internal_work
        and data.imported_status is not Status.CLOSED  # nobody wrote it down then
    ):
        yield from subject.value(
            NOT_READY_TO_CLOSE,
            ("status",),
            "The record is closed, but the client has not accepted it, as the contract requires.",
            "Add `acceptance:` with `on`, `by` and `outcome`, or do not close the record yet.",
        )

"""Internal work: the team's own, which no client sees and nobody decides on."""

from __future__ import annotations

from collections.abc import Iterator

from changebook.check.subject import Subject
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Visibility
from changebook.read.workspace import Client, Record

INTERNAL_WORK_SEEN = rule("internal-work-seen", summary="Internal work is visible to the client.")
INTERNAL_WORK_DECIDED = rule(
    "internal-work-decided",
    summary=(
        "Internal work has an amount for the client, or something that only a client's change "
        "has: options, a decision, an agreement, an acceptance, or a record that it supersedes."
    ),
)


def check_internal_work(record: Record, client: Client) -> Iterator[Problem]:
    """Check that internal work stays with the team, and has nothing that would count."""
    data, subject = record.data, Subject.of(record)
    if not data.is_internal_work:
        return
    if data.visibility is not Visibility.INTERNAL:
        yield from subject.value(
            INTERNAL_WORK_SEEN,
            ("visibility",),
            f"{data.id} is internal work, but its visibility is `{data.visibility}`.",
            "Write `visibility: internal`; for what the client is asked about, write a new record.",
        )
    for path, what in _counting(data):
        yield from subject.key(
            INTERNAL_WORK_DECIDED,
            path,
            f"Internal work has no {what}.",
            "Remove it, or write a new record on another path that the client is asked about.",
        )


def _counting(data: ChangeRecord) -> Iterator[tuple[KeyPath, str]]:
    if data.impact and data.impact.cost:
        yield ("impact", "cost"), "amount for the client"
    if data.impact and data.impact.schedule:
        yield ("impact", "schedule"), "days on a milestone of the contract"
    for key, what in (
        ("options", "options to choose from"),
        ("decision", "decision"),
        ("agreement", "agreement"),
        ("acceptance", "acceptance"),
    ):
        if getattr(data, key):
            yield (key,), what
    if data.actual and data.actual.cost:
        yield ("actual", "cost"), "amount for the client"
    if data.links.supersedes:
        yield ("links", "supersedes"), "record that it supersedes"

"""Who decides: people of the profile, each of whom may approve on the day of the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from changebook.check.lifecycle import last_decision
from changebook.check.subject import Subject
from changebook.model.diagnostics import Problem, rule
from changebook.model.vocabulary import Status
from changebook.read.workspace import Client, Record

NOBODY_APPROVES = rule(
    "nobody-approves",
    summary="A decision is awaited, but nobody in client.md can approve it.",
    why="The client's page says who decides. With nobody to name, the record would wait forever.",
    wrong="people:\n  - {name: Chen Yu, role: Project sponsor, party: client}",
    right="people:\n  - {name: Chen Yu, role: Project sponsor, party: client, approves: true}",
)
NOT_AN_APPROVER = rule(
    "decided-without-approver",
    summary="None of the people who approved the change could approve it on that day.",
    why="This decision moves money and dates. It must be clear that the right person made it.",
    wrong="decision:\n  by: [{name: Lin Wei, party: vendor}]",
    right="decision:\n  by: [{name: Chen Yu, role: Project sponsor, party: client}]",
)
DECIDER_NOT_LISTED = rule(
    "decider-not-listed",
    summary="Somebody who decided a change is not in `people`.",
    why="Whoever decided goes on to have decided, also after they left. Without them, nobody can "
    "tell whether they could.",
    wrong="# Chen Yu approved ACME-0012 and left\npeople:\n"
    "  - {name: Li Wang, role: Project sponsor, party: client, approves: true}",
    right="people:\n"
    "  - {name: Chen Yu, role: Project sponsor, party: client, approves: {until: 2026-05-31}}\n"
    "  - {name: Li Wang, role: Project sponsor, party: client, approves: {from: 2026-06-01}}",
)


def check_deciders(record: Record, client: Client) -> Iterator[Problem]:
    """Check that whoever decided is known, and could approve on the day of the decision."""
    data, subject, decision = record.data, Subject.of(record), record.data.decision
    decided = last_decision(data)
    entry = data.entered(decided) if decided else None
    if decision is None or decided is None:
        return
    if data.imported and (entry is None or data.came_along(entry)):
        return  # what nobody witnessed is not asked for
    if not (Subject.of(client).sound("people") and subject.sound("decision", "by")):
        return
    profile, sealed = client.profile, client.has_sealed(data.id)
    unknown = [(n, p) for n, p in enumerate(decision.by) if not profile.person(p.name)]
    for index, person in unknown:
        yield from subject.value(
            DECIDER_NOT_LISTED,
            ("decision", "by", index, "name"),
            f"{person.name} decided this, and is not in `people` of client.md.",
            ("Put" if sealed else "Write the name as it is there, or put")
            + " the person into `people`. Who approves no more stays there with "
            f"`approves: {{until: ...}}`; whose name is another now, with "
            f"`formerly: [{person.name}]`.",
        )
    known = [each for person in decision.by if (each := profile.person(person.name))]
    on = decision.on or (entry.on if entry else None)
    may = any(person.may_approve(on) if on else person.approves for person in known)
    if decided is Status.APPROVED and known and not may:
        names = ", ".join(person.name for person in decision.by)
        yield from subject.key(
            NOT_AN_APPROVER,
            ("decision", "by"),
            f"None of those who approved it ({names}) could approve{f' on {on}' if on else ''}, "
            "according to client.md.",
            _way_out(client, on, sealed=sealed),
        )


def _way_out(client: Client, on: date | None, *, sealed: bool) -> str:
    """Return what to do about an approval that does not count; nothing sealed is to be edited."""
    could = client.profile.approvers(on) if on else []
    if sealed:
        return (
            "The decision is sealed. If one of them could approve on that day, client.md has to "
            "say so: `approves: {from: ..., until: ...}` with the days. If none could, write a "
            "new record that supersedes this one."
        )
    named = f"Name who approved it ({' or '.join(could)}), or say" if could else "Say"
    since = f"`approves: {{from: {on or '...'}}}`"
    return f"{named} in client.md since when a person may approve: {since}."


def check_awaited(client: Client) -> Iterator[Problem]:
    """Check that a client whose decision is awaited has someone who decides."""
    waiting = [
        record.data.id
        for record in client.records
        if record.data.status is Status.AWAITING_DECISION
        and not any(
            person.may_still_approve(entry.on)
            if (entry := record.data.entered(Status.AWAITING_DECISION))
            else person.approves
            for person in client.profile.people
        )
    ]
    if waiting and Subject.of(client).sound("people"):
        yield from Subject.of(client).key(
            NOBODY_APPROVES,
            ("people",),
            f"Nobody here approves, but {', '.join(waiting)} awaits a decision.",
            "Add `approves: true` to the person of the client who decides.",
        )

"""Who decides: people of the profile, each of whom may approve on the day of the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from changebook.check.lifecycle import last_decision
from changebook.check.subject import Subject
from changebook.model import baseline
from changebook.model.approval import Approval, able, approvals, matched, needs, rule_of
from changebook.model.diagnostics import Problem, rule
from changebook.model.schema import ChangeRecord, NeededApproval, Profile, TeamPerson
from changebook.model.vocabulary import Status
from changebook.read.workspace import Client, Record

NOBODY_APPROVES = rule(
    "nobody-approves", summary="A decision is awaited, but nobody in client.md can approve it."
)
NOT_AN_APPROVER = rule(
    "decided-without-approver",
    summary="None of the people who approved the change could approve it on that day.",
)
APPROVAL_MISSING = rule(
    "approval-missing", summary="A change is approved, but not by all who must approve it."
)
DECIDER_NOT_LISTED = rule(
    "decider-not-listed", summary="Somebody who decided a change is not in `people`."
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
    yield from check_known(record, client)
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
    elif decided is Status.APPROVED and may and on and Subject.of(client).sound("approval"):
        yield from _missing(record, client, on, sealed=sealed)


def check_known(record: Record, client: Client) -> Iterator[Problem]:
    """Check that whoever decided, or approved so far, is somebody of the profile."""
    subject, decision = Subject.of(record), record.data.decision
    sealed = client.has_sealed(record.data.id)
    for index, person in enumerate(decision.by if decision else ()):
        if not client.profile.person(person.name):
            yield from subject.value(
                DECIDER_NOT_LISTED,
                ("decision", "by", index, "name"),
                f"{person.name} decided this, and is not in `people` of client.md.",
                ("Put" if sealed else "Write the name as it is there, or put")
                + " the person into `people`. Who approves no more stays there with "
                f"`approves: {{until: ...}}`; whose name is another now, with "
                f"`formerly: [{person.name}]`.",
            )


def _missing(record: Record, client: Client, on: date, *, sealed: bool) -> Iterator[Problem]:
    """Yield who must have approved and has not, by the rules that were known on that day."""
    known = baseline.known(client.profile, on)
    counted = approvals(record.data, known, on, roles_then=sealed)
    ended = record.data.is_undone
    if not counted.missing or (sealed and ended):
        return  # whose place was taken, or what was taken back, is put right
    yield from Subject.of(record).key(
        APPROVAL_MISSING,
        ("decision", "by"),
        f"Approved without {listed(counted.missing)}, who must approve it according to client.md.",
        "The decision is sealed: write a new record that supersedes this one. If the rules are "
        "newer than the decision, `contract.corrections` says from which day on."
        if sealed
        else "Add who approved, with `on`. Until all have, write `status: awaiting-decision` and "
        "take `approved` out of the history, and `outcome` and `on` out of the decision.",
    )


def listed(missing: Sequence[Approval]) -> str:
    """Return approvals that are missing as a sentence names them: whose, and who could give it."""
    return " and ".join(
        called(each.needed)
        + (f" ({' or '.join(person.name for person in each.people)})" if each.people else "")
        for each in missing
    )


def called(needed: NeededApproval | None) -> str:
    """Return whose approval is needed, as a sentence names it."""
    if needed is None:
        return "a person who approves"
    if needed.role is None:
        return f"a person of the {needed.party}"
    return f"`{needed.role}`" + (f" of the {needed.party}" if needed.party else "")


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
    """Check that a client whose decision is awaited has those who can make it."""
    subject, profile = Subject.of(client), client.profile
    if not (subject.sound("people") and subject.sound("approval")):
        return
    lacking: dict[str, list[str]] = {}
    for record in client.records:
        data = record.data
        if data.status is not Status.AWAITING_DECISION:
            continue
        entry = data.entered(Status.AWAITING_DECISION)
        people = [
            person
            for person in profile.people
            if (person.may_still_approve(entry.on) if entry else person.approves)
        ]
        if not people:
            lacking.setdefault("", []).append(data.id)
        elif who := _lacking(data, profile, people):
            lacking.setdefault(who, []).append(data.id)
    for who, ids in lacking.items():
        yield from subject.key(
            NOBODY_APPROVES,
            ("people",),
            f"{', '.join(ids)} awaits a decision, and nobody here can approve as {who}."
            if who
            else f"Nobody here approves, but {', '.join(ids)} awaits a decision.",
            "Add `approves: true` to the person who approves: each entry of a rule needs one of "
            "its own."
            if who
            else "Add `approves: true` to the person of the client who decides.",
        )


def _lacking(data: ChangeRecord, profile: Profile, people: Sequence[TeamPerson]) -> str:
    """Return whose approval nobody can give, though somebody could when the rule was made."""
    needed = needs(rule_of(data, profile))
    gave = [each.name for each in data.decision.approved_so_far] if data.decision else []
    still = [p for p in profile.people if p in people or any(name in gave for name in p.names)]
    possible, once_possible = (
        matched(able(needed, some), [person.name for person in some])
        for some in (still, [person for person in profile.people if person.approves])
    )
    return " and ".join(
        called(approval)
        for n, approval in enumerate(needed)
        if n in once_possible and n not in possible
    )

"""Rules of who must approve, and the approvals that are there while others are missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from changebook.check.approvers import NOT_AN_APPROVER, called, check_known
from changebook.check.subject import Subject
from changebook.model.approval import able, approvals, matched
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.schema import ApprovalRule, ChangeRecord, Decision
from changebook.model.suggestion import nearest
from changebook.model.vocabulary import ChangePath, Outcome, Status
from changebook.read.workspace import Client, Record

RULES_LEAVE_A_GAP = rule(
    "approval-leaves-a-gap",
    summary="There are rules of who must approve, and none that fits every change.",
)
RULE_NEVER_FITS = rule("approval-never-fits", summary="A rule of who must approve never counts.")
RULE_WITHOUT_PEOPLE = rule(
    "approval-without-people",
    summary="A rule asks for an approval that nobody in client.md can give.",
)
NOT_AWAITED = rule(
    "approval-not-awaited",
    summary="Somebody has approved a change that does not await its decision.",
)
WRONG_DAY = rule(
    "approval-day",
    summary="The day of an approval is missing, or does not fit the request or the decision.",
)
ALL_APPROVED = rule(
    "all-have-approved",
    summary="All who must approve a change have, and it still awaits its decision.",
)


def check_rules(client: Client) -> Iterator[Problem]:
    """Check that some rule fits each change, that each can, and that people can go by it."""
    subject, profile = Subject.of(client), client.profile
    rules = profile.approval
    if not (rules and subject.sound("approval")):
        return
    if not any(each.fits_all for each in rules):
        yield from subject.key(
            RULES_LEAVE_A_GAP,
            ("approval",),
            "No rule fits every change.",
            "Add a last rule without a condition, such as `- {by: [client, vendor]}`.",
        )
    for index, each in enumerate(rules):
        if never := _never(each, rules[:index]):
            key, message, help_ = never
            yield from subject.key(RULE_NEVER_FITS, ("approval", index, *key), message, help_)
        if subject.sound("people"):
            yield from _without_people(client, index, each)


def _never(
    each: ApprovalRule, earlier: tuple[ApprovalRule, ...]
) -> tuple[KeyPath, str, str] | None:
    """Return why a rule never counts: where, what, and the way out."""
    if each.path is ChangePath.INTERNAL:
        return (
            ("path",),
            "Nobody decides on internal work, so this rule fits nothing.",
            "Remove the rule.",
        )
    for key, limit in (("up_to", each.up_to), ("days", each.days)):
        if limit is not None and limit < 0:
            return (
                (key,),
                f"Nothing is less than 0, so no change fits `{key}: {limit}`.",
                f"Write `{key}: {-limit}`: reductions up to it fit too.",
            )
    for number, other in enumerate(earlier, 1):
        if _covers(other, each):
            return (
                (),
                f"Whatever this rule fits, rule {number} fits already, and the first counts.",
                f"Put it before rule {number}, or remove it.",
            )
    return None


def _covers(wide: ApprovalRule, narrow: ApprovalRule) -> bool:
    """Return whether one rule fits all that another fits."""
    if wide.path not in (None, narrow.path):
        return False
    return all(
        limit is None or (other is not None and other <= limit)
        for limit, other in ((wide.up_to, narrow.up_to), (wide.days, narrow.days))
    )


def _without_people(client: Client, index: int, each: ApprovalRule) -> Iterator[Problem]:
    people = [person for person in client.profile.people if person.approves]
    possible = matched(able(each.by, people), [person.name for person in people])
    for number, needed in enumerate(each.by):
        if number in possible:
            continue
        fits_all = [p.role for p in client.profile.people if needed.party in (None, p.party)]
        near = nearest(needed.role, fits_all) if needed.role else None
        meant = f" Or did you mean the role `{near}`?" if near and near != needed.role else ""
        yield from Subject.of(client).value(
            RULE_WITHOUT_PEOPLE,
            ("approval", index, "by", number),
            f"Nobody in `people` is left to approve as {called(needed)}.",
            f"Add the person to `people`, with `approves: true`.{meant}",
        )


def check_approvals(record: Record, client: Client) -> Iterator[Problem]:
    """Check the day of each approval, and those that are there before the decision."""
    data, subject, decision = record.data, Subject.of(record), record.data.decision
    if decision is None or not decision.by or not subject.sound("decision"):
        return
    if data.imported and not data.awaits_decision:
        return  # what nobody witnessed is not asked for
    if decision.outcome:
        yield from _days_of_decision(record, client, decision)
    elif not data.awaits_decision:
        yield from subject.key(
            NOT_AWAITED,
            ("decision", "by"),
            f"`decision.by` says who approved, but the record is `{data.status}`.",
            "Remove `by` from the decision: who approved is asked again.",
        )
    elif Subject.of(client).sound("people"):
        faults = [
            *check_known(record, client),
            *_so_far(record, client, decision),
            *_too_early(record, decision),
        ]
        yield from faults
        if not faults and Subject.of(client).sound("approval"):
            yield from _all_approved(record, client, decision)


def _days_of_decision(record: Record, client: Client, decision: Decision) -> Iterator[Problem]:
    subject, decided = Subject.of(record), decision.on
    if decided is None:
        return
    sealed = client.has_sealed(record.data.id)
    late = [(n, each.on) for n, each in enumerate(decision.by) if each.on and each.on > decided]
    for index, on in late:
        yield from subject.value(
            WRONG_DAY,
            ("decision", "by", index, "on"),
            f"Approved on {on}, after the decision of {decided}.",
            "Write the day of the last approval as that of the decision, in `decision.on` and in "
            "the history.",
        )
    last = max((each.on or decided for each in decision.by), default=decided)
    if not late and last < decided and decision.outcome is Outcome.APPROVED:
        yield from subject.value(
            WRONG_DAY,
            ("decision", "on"),
            f"The decision is dated {decided}, and the last approval {last}.",
            "Write the day of the last approval here and in the history; the day it was recorded "
            "goes into `recorded`.",
        )
    if decision.outcome is Outcome.APPROVED and not sealed:
        yield from _too_early(record, decision)


def _so_far(record: Record, client: Client, decision: Decision) -> Iterator[Problem]:
    """Yield approvals of those who could not give one, or on no day."""
    subject = Subject.of(record)
    for index, each in enumerate(decision.by):
        person = client.profile.person(each.name)
        if each.on is None:
            yield from subject.key(
                WRONG_DAY,
                ("decision", "by", index, "on"),
                f"{each.name} has approved, and nothing says when.",
                "Add `on: ...` with the day. If nobody has approved yet, remove `by`.",
            )
        elif person and not person.may_approve(each.on):
            may = " or ".join(client.profile.approvers(each.on))
            yield from subject.value(
                NOT_AN_APPROVER,
                ("decision", "by", index, "name"),
                f"{each.name} could not approve on {each.on}, according to client.md.",
                f"Name who approved it{f' ({may})' if may else ''}, or say in client.md since "
                f"when the person may: `approves: {{from: {each.on}}}`.",
            )


def _too_early(record: Record, decision: Decision) -> Iterator[Problem]:
    """Yield approvals of what was asked, or revised, only after them."""
    data, asked = record.data, _asked(record.data)
    revision = data.revisions[-1] if data.revisions else None
    for index, each in enumerate(decision.by):
        path: KeyPath = ("decision", "by", index, "on")
        if each.on and revision and each.on < revision.on:
            yield from Subject.of(record).value(
                WRONG_DAY,
                path,
                f"{each.name} approved on {each.on}, before revision {revision.revision} of "
                f"{revision.on}.",
                "Remove the entry and ask again: the request is another one now.",
            )
        elif each.on and asked and each.on < asked:
            yield from Subject.of(record).value(
                WRONG_DAY,
                path,
                f"{each.name} approved on {each.on}, but was not asked before {asked}.",
                "Write the day of the approval, or remove the entry and ask again.",
            )


def _asked(data: ChangeRecord) -> date | None:
    """Return since when a request can be approved; an emergency can be at any time."""
    asked = data.entered(Status.AWAITING_DECISION)
    if asked is None or data.path is ChangePath.EMERGENCY:
        asked = data.entered(Status.SUBMITTED)
    return asked.on if asked else None


def _all_approved(record: Record, client: Client, decision: Decision) -> Iterator[Problem]:
    last = max(each.on for each in decision.by if each.on)
    if approvals(record.data, client.profile, last).missing:
        return
    yield from Subject.of(record).key(
        ALL_APPROVED,
        ("decision", "by"),
        f"All who must approve {record.data.id} have, the last one on {last}.",
        f"Run `changebook advance {record.data.id} approved`.",
    )

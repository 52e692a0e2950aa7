"""The life cycle of record-format.md: which steps are allowed, and what each status needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel

from changebook.check.subject import Subject
from changebook.model import sums
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.schema import ChangeRecord, HistoryEntry
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    MAY_BE_INTERNAL,
    NEEDS_NOTE,
    OUTCOMES,
    AgreementStatus,
    ChangePath,
    ObjectionOutcome,
    Outcome,
    Status,
    Visibility,
    may_become,
)
from changebook.read.form import MISSING_KEY, spell
from changebook.read.workspace import Client, Record

STATUS_NOT_LAST = rule(
    "status-not-last", summary="The status is not the last entry of the history."
)
STEP_NOT_ALLOWED = rule(
    "step-not-allowed",
    summary="The history skips a step, or takes one that the life cycle does not allow.",
)
HISTORY_GOES_BACK = rule(
    "history-goes-back", summary="An entry of the history is dated before the one above it."
)
RECORDED_TOO_EARLY = rule(
    "recorded-too-early", summary="A change of status was recorded before it happened."
)
NEEDED_BY_STATUS = rule(
    "needed-by-status", summary="A key is missing that the record's status requires."
)
NEEDS_NOTE_RULE = rule(
    "reason-for-the-end", summary="A record was voided or withdrawn without a note that says why."
)
MUST_BE_VISIBLE = rule(
    "must-be-visible", summary="A record is internal in a status in which the client must see it."
)
OUTCOME_NOT_STATUS = rule(
    "outcome-not-status", summary="The decision's outcome and the history disagree."
)
DECISION_NOT_IN_HISTORY = rule(
    "decision-date-differs",
    summary="The decision and its entry in the history have different dates.",
)
NOT_READY_TO_CLOSE = rule(
    "not-ready-to-close", summary="A record is closed although something is still open."
)
NO_SUCCESSOR = rule(
    "no-approved-successor", summary="A record is superseded, but no approved record supersedes it."
)
NOT_MARKED_SUPERSEDED = rule(
    "superseded-not-marked",
    summary="An approved record supersedes another one that still has its old status.",
    severity="warning",
)


@dataclass(frozen=True)
class Need:
    """A key that a status needs, and how to write it."""

    path: KeyPath
    example: str
    remark: str = ""


def _need(path: str, example: str, remark: str = "") -> Need:
    return Need(tuple(path.split(".")), example, remark)


_DECIDED = (
    _need("decision.outcome", "outcome: approved"),
    _need("decision.on", "on: 2026-03-20"),
    _need("decision.by", "by: [{name: Chen Yu, role: Project sponsor, party: client}]"),
    _need("decision.rationale", "rationale: why it was decided so"),
)
_S = Status

#: What a record must have by the time it has a status: the third column of the life cycle's table.
NEEDS: Mapping[Status, tuple[Need, ...]] = MappingProxyType(
    {
        _S.SUBMITTED: (
            _need("requested", "requested: {on: 2026-03-02, by: Zhao Min, party: client}"),
            _need("type", "type: addition"),
            _need("priority", "priority: medium"),
            _need("summary", "summary: one plain sentence"),
            _need("scope", "scope: [{item: Checkout, action: modify}]"),
            _need("reason", "reason: {category: market, text: why it is requested}"),
        ),
        _S.AWAITING_DECISION: (
            _need("impact.cost", "cost: []", "with the cost lines; an empty list means none"),
            _need("impact.schedule", "schedule: []", "with the days; an empty list means none"),
            _need("impact.resources", "resources: []", "with the roles; an empty list means none"),
            _need("options", "options: [{id: a, title: ...}]", "one may be `nothing: true`"),
            _need("plan", "plan: []", "with the steps; an empty list means that none are needed"),
            _need("decision.due", "due: 2026-03-16"),
        ),
        _S.DEFERRED: (*_DECIDED, _need("decision.review", "review: 2026-06-01")),
        _S.REJECTED: _DECIDED,
        _S.APPROVED: (
            *_DECIDED,
            _need("decision.amount", "amount: 54000.00"),
            _need("agreement", "agreement: {status: drafting}", "or `signed`, or `not-required`"),
        ),
    }
)
#: Who works before the decision says by when it will be there.
UNDECIDED_EMERGENCY_NEEDS = (_need("decision.due", "due: 2026-03-16"),)


#: Approved, and not superseded or void.
_STILL_STANDING = APPROVED_OR_LATER - {_S.SUPERSEDED, _S.VOID}


def check_steps(record: Record, client: Client) -> Iterator[Problem]:
    """Check the history: in order, no step skipped, its last entry the status."""
    data, subject = record.data, Subject.of(record)
    if not subject.sound("history"):
        return
    last = data.history[-1] if data.history else None
    came = data.imported_status if last is None or data.came_along(last) else None
    if came and data.status is not came:
        yield from subject.value(
            STATUS_NOT_LAST,
            ("status",),
            f"The status is `{data.status}`, but the record was imported as `{came}`.",
            f"Write `status: {came}`, or add an entry for `{data.status}` to the history.",
        )
    elif came:
        pass
    elif last is None and data.status is not _S.DRAFT:
        yield from subject.value(
            STATUS_NOT_LAST,
            ("status",),
            f"The status is `{data.status}`, but there is no history.",
            "Add `history:` with one entry per change of status, from `submitted` on.",
        )
    elif last and last.status is not data.status:
        yield from subject.value(
            STATUS_NOT_LAST,
            ("status",),
            f"The status is `{data.status}`, but the history ends with `{last.status}`.",
            f"Write `status: {last.status}`, or add an entry for `{data.status}` to the history.",
        )
    before: HistoryEntry | None = None
    status: Status | None = None
    approved = False
    for index, entry in enumerate(data.history):
        at: KeyPath = ("history", index)
        if not data.came_along(entry):
            if before is None or data.came_along(before):
                status = data.imported_status or status
                approved = approved or (status in APPROVED_OR_LATER and was_approved(data))
            yield from _step(subject, at, status, entry, data.path, approved)
        if before and entry.on < before.on:
            yield from subject.value(
                HISTORY_GOES_BACK,
                (*at, "on"),
                f"`{entry.status}` is dated {entry.on}, before `{before.status}` on {before.on}.",
                "Put the entries in the order in which they happened, or correct the date.",
            )
        if entry.recorded and entry.recorded < entry.on:
            yield from subject.value(
                RECORDED_TOO_EARLY,
                (*at, "recorded"),
                f"`{entry.status}` happened on {entry.on}, but was recorded on {entry.recorded}.",
                f"Give the day on which it was recorded, {entry.on} or later, or remove the key.",
            )
        if entry.status in NEEDS_NOTE and not (entry.note or data.came_along(entry)):
            yield from subject.key(
                NEEDS_NOTE_RULE,
                (*at, "note"),
                f"The entry `{entry.status}` has no note to say why.",
                "Add `note: ...` to the entry.",
            )
        approved = approved or entry.status is _S.APPROVED
        before, status = entry, entry.status


def check_people_of_steps(record: Record, client: Client) -> Iterator[Problem]:
    """Check that each step says who took it, unless it was imported."""
    data, source = record.data, record.source
    imported = data.imported.on.isoformat() if data.imported else ""
    history = source.data.get("history")
    for index, entry in enumerate(history if isinstance(history, list) else ()):
        if not isinstance(entry, Mapping) or entry.get("by"):
            continue
        if str(entry.get("recorded") or entry.get("on")) > imported:
            yield (NEEDED_BY_STATUS if imported else MISSING_KEY).at(
                source.path,
                source.place("history", index),
                f"`history[{index}]` has no `by`.",
                "Add `by: ...` to it.",
            )


def was_approved(data: ChangeRecord) -> bool:
    """Return whether the decision that stands is an approval."""
    return data.decision is not None and data.decision.outcome is Outcome.APPROVED


def _step(
    subject: Subject,
    at: KeyPath,
    before: Status | None,
    entry: HistoryEntry,
    path: ChangePath | None,
    approved: bool,
) -> Iterator[Problem]:
    if before is None:
        if entry.status not in (_S.DRAFT, _S.SUBMITTED):
            yield from subject.value(
                STEP_NOT_ALLOWED,
                (*at, "status"),
                f"The history begins with `{entry.status}`.",
                "Begin it with `submitted` (or `draft`), and do not skip a step.",
            )
    elif not may_become(before, entry.status, path, approved):
        allowed = [s for s in Status if may_become(before, s, path, approved)]
        yield from subject.value(
            STEP_NOT_ALLOWED,
            (*at, "status"),
            f"`{before}` can't become `{entry.status}`"
            + (f" on the {path} path." if path else "."),
            f"After `{before}` comes {either(allowed)}."
            if allowed
            else f"`{before}` is final: write a new record that supersedes this one.",
        )


def either(statuses: list[Status]) -> str:
    """Return the statuses as a sentence names them: `a`, `b` or `c`."""
    return _listed([f"`{status}`" for status in statuses], "or")


def _listed(words: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def check_needs(record: Record, client: Client) -> Iterator[Problem]:
    """Check what each status of the history needs, and the days that the decision grants."""
    data, subject = record.data, Subject.of(record)
    missing = missing_needs(data)
    whole = {need.path[0] for need in missing if getattr(data, str(need.path[0])) is None}
    for key in sorted(whole, key=str):
        yield from _missing_whole(subject, key, missing)
    for need, status in missing.items():
        if need.path[0] not in whole:
            yield from _missing(
                subject,
                need.path,
                f"`{spell(need.path)}` is missing; a record needs it from `{status}` on.",
                _add(need),
            )
    yield from _granted_without_date(data, subject, client)


def missing_needs(data: ChangeRecord) -> dict[Need, Status]:
    """Return what the record lacks, each with the first of its statuses that needs it."""
    missing: dict[Need, Status] = {}
    for status, need in _needs(data):
        if _is_absent(data, need.path):
            missing.setdefault(need, status)
    return missing


def _add(need: Need) -> str:
    parent = spell(need.path[:-1])
    text = f"Add `{need.example}`" + (f" below `{parent}:`" if parent else "")
    return f"{text} ({need.remark})." if need.remark else f"{text}."


def _needs(data: ChangeRecord) -> Iterator[tuple[Status, Need]]:
    been = {data.status, *(entry.status for entry in data.history)}
    if data.imported:
        been = {entry.status for entry in data.history if not data.came_along(entry)}
        if been & {_S.AWAITING_DECISION, *OUTCOMES}:
            been.add(_S.SUBMITTED)  # nobody is asked to decide on what does not say what it is
    decided = last_decision(data)
    for status, needs in NEEDS.items():
        # A later decision takes the place of an earlier one, and a deferral ends with a new
        # assessment: its decision may then be emptied.
        ended = status in OUTCOMES and (
            status is not decided or (status is _S.DEFERRED and not _is_deferred(data))
        )
        if status in been and not ended:
            yield from ((status, need) for need in needs)
    if data.undecided_emergency and _S.IMPLEMENTING in been:
        yield from ((_S.IMPLEMENTING, need) for need in UNDECIDED_EMERGENCY_NEEDS)


def _is_deferred(data: ChangeRecord) -> bool:
    return data.status is _S.DEFERRED or bool(
        data.decision and data.decision.outcome is Outcome.DEFERRED
    )


def last_decision(data: ChangeRecord) -> Status | None:
    been = [*(entry.status for entry in data.history), data.status]
    return next((status for status in reversed(been) if status in OUTCOMES), None)


def _is_absent(data: ChangeRecord, path: KeyPath) -> bool:
    holder: BaseModel | None = data
    for step in path:
        if holder is None:
            return True
        value = getattr(holder, str(step))
        if value == type(holder).model_fields[str(step)].default:
            return True
        holder = value if isinstance(value, BaseModel) else None
    return False


def _missing_whole(
    subject: Subject, key: str | int, missing: Mapping[Need, Status]
) -> Iterator[Problem]:
    needs = {need: status for need, status in missing.items() if need.path[0] == key}
    first = next(iter(needs.values()))
    below = [f"`{need.path[1]}`" for need in needs if len(need.path) > 1]
    text = f"`{key}` is missing; a record needs it from `{first}` on"
    if below:
        holds = _listed(below, "and")
        yield from _missing(
            subject, (key,), f"{text}, with {holds}.", f"Add `{key}:` with {holds} below it."
        )
    else:
        yield from _missing(subject, (key,), f"{text}.", _add(next(iter(needs))))


def _missing(subject: Subject, path: KeyPath, message: str, help: str) -> Iterator[Problem]:
    if len(path) > 1 or path in subject.source.places:
        yield from subject.key(NEEDED_BY_STATUS, path, message, help)
    elif subject.sound(*path):
        # No key to point at: the status is what requires it.
        yield from subject.value(NEEDED_BY_STATUS, ("status",), message, help)


def _granted_without_date(
    data: ChangeRecord, subject: Subject, client: Client
) -> Iterator[Problem]:
    decision = data.decision
    if last_decision(data) is not _S.APPROVED or decision is None:
        return
    for milestone, days in sorted(sums.granted(data).items()):
        known = client.profile.milestone(milestone)
        if days and known and milestone not in decision.milestones:
            yield from subject.key(
                NEEDED_BY_STATUS,
                ("decision", "milestones", milestone),
                f"`decision.milestones` has no new date for `{milestone}`, "
                f"though {days:+d} days were granted.",
                f"Add `{milestone}: ...` with the new agreed date below `decision.milestones`; "
                f"if no days were granted, write `days: {{{milestone}: 0}}` below `decision`.",
            )


def shown_for(data: ChangeRecord) -> Status | None:
    """Return the status, now or before, for which the client must see an internal record."""
    if data.visibility is not Visibility.INTERNAL or data.is_internal_work:
        return None
    been = (data.status, *(entry.status for entry in data.history))
    return next((status for status in been if status not in MAY_BE_INTERNAL), None)


def check_visibility(record: Record, client: Client) -> Iterator[Problem]:
    """Check that a record is internal only as long as the client has no part in it."""
    if shown := shown_for(record.data):
        yield from Subject.of(record).value(
            MUST_BE_VISIBLE,
            ("visibility",),
            f"A record that is or was `{shown}` can't be internal.",
            "Write `visibility: client`; put what the client must not read below `internal:`.",
        )


def check_decision(record: Record, client: Client) -> Iterator[Problem]:
    data, subject, decision = record.data, Subject.of(record), record.data.decision
    if decision is None:
        return
    decided = last_decision(data)
    if decision.outcome and subject.sound("history"):
        sealed = client.has_sealed(data.id)
        expected = OUTCOMES[decided] if decided else None
        if decided is None and data.imported:
            pass  # it counts as its keys say
        elif decision.outcome is not expected:
            says = f"was last `{decided}`" if decided else "has no decision in its history"
            yield from subject.value(
                OUTCOME_NOT_STATUS,
                ("decision", "outcome"),
                f"The outcome is `{decision.outcome}`, but the record {says}.",
                "The decision is sealed: restore the history as it was."
                if sealed
                else f"Write `outcome: {expected}`, or add the decision to the history."
                if expected
                else "Add the decision to the history, or remove the outcome until there is one.",
            )
        elif decided and (entry := data.entered(decided)) and decision.on not in (None, entry.on):
            yield from subject.value(
                DECISION_NOT_IN_HISTORY,
                ("decision", "on"),
                f"The decision is dated {decision.on}, but the history has `{decided}` on "
                f"{entry.on}.",
                "The decision is sealed: restore the history as it was."
                if sealed
                else "Give the day of the decision in both; the day it was recorded goes into "
                "`recorded`.",
            )


def check_closed(record: Record, client: Client) -> Iterator[Problem]:
    """Check what must be settled before a record is closed."""
    data, subject = record.data, Subject.of(record)
    closed = data.status is _S.CLOSED or data.entered(_S.CLOSED)
    if not closed:
        return
    for index, condition in enumerate(data.decision.conditions if data.decision else ()):
        if condition.met is None:
            yield from subject.key(
                NOT_READY_TO_CLOSE,
                ("decision", "conditions", index, "met"),
                "The record is closed, but this condition is not met.",
                "Add `met:` with the day on which it was fulfilled, or do not close the record "
                "yet.",
            )
    for index, objection in enumerate(data.objections):
        if objection.outcome is ObjectionOutcome.OPEN:
            yield from subject.value(
                NOT_READY_TO_CLOSE,
                ("objections", index, "outcome"),
                f"The record is closed, but the objection by {objection.by} is open.",
                "Write how it ended (accepted, compromise or maintained) and `resolved:`.",
            )
    if data.agreement and data.agreement.status is AgreementStatus.DRAFTING:
        yield from subject.value(
            NOT_READY_TO_CLOSE,
            ("agreement", "status"),
            "The record is closed, but its agreement is still being drafted.",
            "Write `signed` with `reference` and `signed`, or `not-required`.",
        )


def check_succession(client: Client) -> Iterator[Problem]:
    """Check that a superseded record has an approved successor, and is marked."""
    successors: dict[str, list[ChangeRecord]] = {}
    for record in client.records:
        for old in set(record.data.links.supersedes) - {record.data.id}:
            successors.setdefault(old, []).append(record.data)
    for record in client.records:
        data, subject = record.data, Subject.of(record)
        known = successors.get(data.id, [])
        approved = [
            s.id for s in known if s.status in APPROVED_OR_LATER and not s.undecided_emergency
        ]
        came = data.imported_status is _S.SUPERSEDED
        if data.status is _S.SUPERSEDED and not approved and not came:
            yield from subject.value(
                NO_SUCCESSOR,
                ("status",),
                f"{data.id} is superseded, but "
                + (
                    f"{', '.join(f'{s.id} is {s.status}' for s in known)}."
                    if known
                    else "no record supersedes it."
                ),
                f"Approve the successor first, or add `supersedes: [{data.id}]` to its `links`.",
            )
        elif data.status in _STILL_STANDING and approved and not data.undecided_emergency:
            standing = [s.id for s in known if s.id in approved and s.status is not _S.VOID]
            if standing:
                yield from subject.value(
                    NOT_MARKED_SUPERSEDED,
                    ("status",),
                    f"{data.id} is {data.status}, though {', '.join(standing)} supersedes it.",
                    "Add an entry `superseded` to the history, and write `status: superseded`.",
                )

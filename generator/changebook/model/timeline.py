"""A record as it stood on an earlier day.

Only what carries a date can be taken back: the format keeps no earlier wording of a text, so that
stays as it is written now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from changebook.model.schema import (
    Acceptance,
    Actual,
    Agreement,
    ChangeRecord,
    Decision,
    HistoryEntry,
    Impact,
    Objection,
    PlanStep,
)
from changebook.model.vocabulary import (
    OUTCOMES,
    AgreementStatus,
    ObjectionOutcome,
    Outcome,
    Status,
)

#: The way to a key, as a check names it.
Path = tuple[str | int, ...]

_ENTERED_BY = {outcome: status for status, outcome in OUTCOMES.items()}


def recorded(entry: HistoryEntry) -> date:
    """Return the day on which a change of status was recorded."""
    return entry.recorded or entry.on


@dataclass(frozen=True)
class Retroaction:
    """An approval that counts in the sums from a day before its own."""

    entry: HistoryEntry
    counts_from: date


def counts_back(data: ChangeRecord) -> Retroaction | None:
    """Return the record's approval, if it counts from a day before it was given."""
    entry, decision = data.entered(Status.APPROVED), data.decision
    if not (entry and decision and decision.effective and decision.effective < entry.on):
        return None
    return Retroaction(entry, decision.effective)


def event_dates(data: ChangeRecord) -> Iterator[date]:
    """Yield the days on which something happened to the record; what is planned is no event."""
    return (day for _, day in located(data))


def stated_dates(data: ChangeRecord) -> Iterator[date]:
    """Yield the days of what the record states: not the plan's progress, and no conversations."""
    later = ("plan", "communications", "acceptance", "actual")
    return (day for path, day in located(data) if path[0] not in later)


def history_dates(data: ChangeRecord) -> Iterator[date]:
    """Yield the days of each status, and those on which it was recorded."""
    return (day for path, day in located(data) if path[0] == "history")


def agreement_dates(data: ChangeRecord) -> Iterator[date]:
    """Yield the days of the signature and of the signed copy."""
    return (day for path, day in located(data) if path[0] == "agreement")


def completion_dates(data: ChangeRecord) -> Iterator[date]:
    """Yield when the work was finished, when the client answered, and when defects were fixed."""
    return (day for path, day in located(data) if path[0] in ("acceptance", "actual"))


def located(data: ChangeRecord) -> Iterator[tuple[Path, date]]:
    """Yield each day on which something happened to the record, with the key that has it."""
    return ((path, day) for path, day in _days(data) if day)


def _days(data: ChangeRecord) -> Iterator[tuple[Path, date | None]]:
    for n, entry in enumerate(data.history):
        yield ("history", n, "on"), entry.on
        yield ("history", n, "recorded"), entry.recorded
    yield from _begun(data)
    if data.decision:
        yield from _of_decision(data.decision)
    for n, revision in enumerate(data.revisions):
        yield ("revisions", n, "on"), revision.on
    for n, objection in enumerate(data.objections):
        yield ("objections", n, "on"), objection.on
        yield ("objections", n, "resolved"), objection.resolved
    if data.agreement:
        yield from _of_agreement(data.agreement)
    for n, step in enumerate(data.plan or ()):
        yield ("plan", n, "done"), step.done
    for n, talk in enumerate(data.communications):
        yield ("communications", n, "on"), talk.on
    if data.acceptance:
        yield from _of_acceptance(data.acceptance)
    if data.actual:
        yield ("actual", "finished"), data.actual.finished


def _begun(data: ChangeRecord) -> Iterator[tuple[Path, date | None]]:
    """Yield the days on which it was requested, imported and assessed."""
    if data.requested:
        yield ("requested", "on"), data.requested.on
    if data.imported:
        yield ("imported", "on"), data.imported.on
    if data.impact and data.impact.assessed:
        yield ("impact", "assessed", "on"), data.impact.assessed.on


def _of_agreement(agreement: Agreement) -> Iterator[tuple[Path, date | None]]:
    yield ("agreement", "signed"), agreement.signed
    if agreement.signed_copy:
        yield ("agreement", "signed_copy", "filed"), agreement.signed_copy.filed


def _of_acceptance(acceptance: Acceptance) -> Iterator[tuple[Path, date | None]]:
    yield ("acceptance", "on"), acceptance.on
    for n, defect in enumerate(acceptance.defects):
        yield ("acceptance", "defects", n, "fixed"), defect.fixed


def _of_decision(decision: Decision) -> Iterator[tuple[Path, date | None]]:
    yield ("decision", "on"), decision.on
    for n, each in enumerate(decision.by):
        yield ("decision", "by", n, "on"), each.on
    for n, condition in enumerate(decision.conditions):
        yield ("decision", "conditions", n, "met"), condition.met


def turns(data: ChangeRecord) -> list[date]:
    """Return the days, in order, from each of which on `at` may return something else.

    It returns the same for all days between two of them, be it as known then or now.
    """
    back = counts_back(data)
    return sorted({*event_dates(data), *((back.counts_from,) if back else ())})


def at(data: ChangeRecord, as_of: date, known_on: date | None = None) -> ChangeRecord | None:
    """Return the record as it stood on `as_of`, as far as it was recorded by `known_on`.

    Without `known_on`, everything known now counts: also an approval of a later day that counts
    back to `as_of`. None where the record did not exist yet.
    """
    day = min(as_of, known_on or as_of)
    known = known_on or date.max
    if data.history and all(d <= day for d in event_dates(data)):
        return data
    # No hole in the life cycle: what follows an entry that was not known was not known either.
    history = tuple(takewhile(lambda e: e.on <= day and recorded(e) <= known, data.history))
    back = _in_force_before_approval(data, day, known)
    history = max(history, back, key=len)
    asked = data.requested and (back or data.requested.on <= day)
    requested = data.requested if asked else None
    status = history[-1].status if history else data.status
    came = data.imported is not None and data.imported.on <= day
    if came and all(map(data.came_along, history)):
        status = data.imported_status or status
    if not history and (data.history or data.requested or status is not Status.DRAFT):
        if not (requested or came):
            return None
        if not came:
            status = Status.DRAFT if data.history else status
    then: dict[str, Any] = {
        "status": status,
        "history": history,
        "requested": requested,
        "revisions": tuple(r for r in data.revisions if r.on <= day),
        "impact": data.impact and _impact(data.impact, day),
        "decision": data.decision and _decision(data.decision, data.history, history, day),
        "plan": data.plan and tuple(_step(step, day) for step in data.plan),
        "objections": tuple(_objection(o, day) for o in data.objections if o.on <= day),
        "communications": tuple(talk for talk in data.communications if talk.on <= day),
        "agreement": data.agreement and _agreement(data.agreement, day),
        "acceptance": data.acceptance and _acceptance(data.acceptance, day),
        "actual": data.actual and _actual(data.actual, history, day),
    }
    return data.model_copy(update=then)


def _in_force_before_approval(
    data: ChangeRecord, day: date, known: date
) -> tuple[HistoryEntry, ...]:
    """Return the history up to an approval that counts back to the day, if all of it was known."""
    back = counts_back(data)
    if back is None or back.counts_from > day:
        return ()
    history = data.history[: data.history.index(back.entry) + 1]
    return history if all(recorded(entry) <= known for entry in history) else ()


def _impact(impact: Impact, day: date) -> Impact:
    if impact.assessed and impact.assessed.on > day:
        return impact.model_copy(update={"assessed": None})
    return impact


def _decision(
    decision: Decision, ever: tuple[HistoryEntry, ...], kept: tuple[HistoryEntry, ...], day: date
) -> Decision:
    """Return only `due`, and who had approved so far, before the decision.

    The history says when that was, so both agree.
    """
    if decision.outcome:
        entered = _ENTERED_BY[decision.outcome]
        # A record can be deferred twice: the decision that it holds is the last one.
        last = max((n for n, e in enumerate(ever) if e.status is entered), default=None)
        if last is None:
            decided = decision.on is not None and decision.on <= day
        else:
            decided = last < len(kept)
        if not decided:
            return (
                _so_far(decision, day) if decision.outcome is Outcome.APPROVED else _asked(decision)
            )
    elif decision.by:
        return _so_far(decision, day)
    conditions = tuple(
        c.model_copy(update={"met": None}) if c.met and c.met > day else c
        for c in decision.conditions
    )
    return decision.model_copy(update={"conditions": conditions})


def _asked(decision: Decision) -> Decision:
    return Decision(due=decision.due)


def _so_far(decision: Decision, day: date) -> Decision:
    """Return who had approved by a day while others still had to, and what they approved."""
    by = tuple(each for each in decision.by if each.on and each.on <= day)
    if not by:
        return _asked(decision)
    kept = ("due", "option", "partial", "amount", "days")
    return Decision(**{key: getattr(decision, key) for key in kept}, by=by)


def _step(step: PlanStep, day: date) -> PlanStep:
    return step.model_copy(update={"done": None}) if step.done and step.done > day else step


def _objection(objection: Objection, day: date) -> Objection:
    if objection.resolved and objection.resolved > day:
        return objection.model_copy(update={"outcome": ObjectionOutcome.OPEN, "resolved": None})
    return objection


def _agreement(agreement: Agreement, day: date) -> Agreement:
    then: dict[str, Any] = {}
    if agreement.signed and agreement.signed > day:
        then |= {"status": AgreementStatus.DRAFTING, "signed": None}
    if agreement.signed_copy and agreement.signed_copy.filed > day:
        then |= {"signed_copy": None}
    return agreement.model_copy(update=then) if then else agreement


def _acceptance(acceptance: Acceptance, day: date) -> Acceptance:
    """Return only `due` before the client answered, and defects as they were then."""
    if acceptance.on is None or acceptance.on > day:
        return Acceptance(due=acceptance.due)
    defects = tuple(
        d.model_copy(update={"fixed": None}) if d.fixed and d.fixed > day else d
        for d in acceptance.defects
    )
    return acceptance.model_copy(update={"defects": defects})


def _actual(actual: Actual, history: tuple[HistoryEntry, ...], day: date) -> Actual | None:
    """Return what it took once the work was finished: before that, nobody knew it."""
    built = any(entry.status is Status.IMPLEMENTED for entry in history)
    return actual if (actual.finished <= day if actual.finished else built) else None

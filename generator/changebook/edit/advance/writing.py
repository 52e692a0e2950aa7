"""A step as it is written into the record's file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from changebook.edit.advance.approving import earlier, of_last, with_approvers
from changebook.edit.advance.step import Step
from changebook.edit.edits import named, person
from changebook.edit.manuscript import Manuscript
from changebook.edit.yaml_text import Value
from changebook.model.diagnostics import KeyPath
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import OUTCOMES, Outcome, Status
from changebook.read.workspace import Client

#: What is decided, beside the dates and days.
_TERMS = ("effective", "option", "partial", "amount", "rationale", "review", "conditions")
#: With these a record awaits its decision no longer, so that who approved so far is asked again.
_ENDS_ASKING = frozenset({Status.ASSESSING, Status.WITHDRAWN})


def written(text: Manuscript, client: Client, data: ChangeRecord, step: Step) -> Manuscript:
    """Return the record `data` after the step; `step.by` names at least one person.

    Nobody, where all who must approve have.
    """
    text = text.set(("status",), step.status)
    for name in ("visibility", "type", "priority", "summary"):
        if (value := getattr(step, name)) is not None:
            text = text.set((name,), value)
    if step.status is Status.SUBMITTED and data.requested is None:
        first = person(client, step.by[0])
        asked: dict[str, Value] = {"on": step.on, "by": first.name, "party": first.party}
        text = text.set(("requested",), asked)
    if step.status in OUTCOMES:
        text = _with_decision(text, client, data, step)
    elif step.status in _ENDS_ASKING:
        text = without_approvals(text, data)
    if step.due:
        text = text.set(("decision", "due"), step.due)
    if step.agreement:
        text = _with_all(
            text,
            ("agreement",),
            {"status": step.agreement, "reference": step.reference, "signed": step.signed},
        )
    if step.status is Status.WITHDRAWN and not (data.history or data.imported):
        # A history begins with `draft` or `submitted`; until this day it was a draft.
        text = text.append(("history",), _entry(replace(step, status=Status.DRAFT, note=None)))
    return text.append(("history",), _entry(of_last(step, data)))


def approved_so_far(text: Manuscript, client: Client, data: ChangeRecord, step: Step) -> Manuscript:
    """Return the record with an approval while others are missing: it goes on to await them."""
    text = _with_terms(with_approvers(text, client, step), data, step)
    return _with_all(text, ("agreement",), {"status": step.agreement})


def without_approvals(text: Manuscript, data: ChangeRecord) -> Manuscript:
    """Return the record without who approved so far, and what: they are asked again."""
    return _without(text, ("by", *_TERMS, "days", "milestones")) if earlier(data) else text


def marked_superseded(text: Manuscript, step: Step) -> Manuscript:
    """Return a record that another one supersedes with this step."""
    superseded = replace(step, status=Status.SUPERSEDED, note=None)
    return text.set(("status",), Status.SUPERSEDED).append(("history",), _entry(superseded))


def _entry(step: Step) -> dict[str, Value]:
    entry: dict[str, Value | None] = {
        "status": step.status,
        "on": step.on,
        "by": step.by[0],
        "recorded": step.recorded,
        "note": step.note,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _with_decision(text: Manuscript, client: Client, data: ChangeRecord, step: Step) -> Manuscript:
    text = text.set(("decision", "outcome"), OUTCOMES[step.status])
    text = text.set(("decision", "on"), of_last(step, data).on)
    if step.status is Status.APPROVED and earlier(data):
        return _with_terms(with_approvers(text, client, step), data, step)
    text = text.set(("decision", "by"), [named(person(client, name)) for name in step.by])
    if earlier(data):
        text = _without(text, (*_TERMS, "days", "milestones"))
    elif data.decision and data.decision.outcome is Outcome.DEFERRED:
        # What the deferral said must not be read as part of this decision.
        text = _without(text, [name for name in _TERMS if name not in _said(step)])
    return _with_terms(text, data, step)


def _said(step: Step) -> dict[str, Value]:
    """Return what the step says of the terms of a decision."""
    keys: dict[str, Value] = {}
    for name in ("effective", "option", "amount", "rationale", "review"):
        if (value := getattr(step, name)) is not None:
            keys[name] = value
    if step.partial:
        keys["partial"] = True
    if step.conditions:
        keys["conditions"] = [{"text": condition} for condition in step.conditions]
    return keys


def _with_terms(text: Manuscript, data: ChangeRecord, step: Step) -> Manuscript:
    """Return the record with what is decided; conditions of earlier approvals stay."""
    keys = _said(step)
    if earlier(data) and step.status is Status.APPROVED:
        for condition in step.conditions:
            text = text.append(("decision", "conditions"), {"text": condition})
        keys.pop("conditions", None)
    for name, value in keys.items():
        text = text.set(("decision", name), value)
    text = _with_all(text, ("decision", "milestones"), step.milestones)
    return _with_all(text, ("decision", "days"), step.days)


def _without(text: Manuscript, names: Collection[str]) -> Manuscript:
    """Return the record without some keys of its decision."""
    for name in names:
        if name in text.source.data["decision"]:
            text = text.remove(("decision", name))
    return text


def _with_all(text: Manuscript, path: KeyPath, values: Mapping[str, Value | None]) -> Manuscript:
    """Set keys of a mapping, in one line where the mapping is new."""
    given = {key: value for key, value in values.items() if value is not None}
    if not given:
        return text
    if path not in text.source.places:
        return text.set(path, given)
    for key, value in given.items():
        text = text.set((*path, key), value)
    return text

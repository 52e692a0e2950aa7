"""A step as it is written into the record's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from changebook.edit.advance.step import Step
from changebook.edit.edits import person
from changebook.edit.manuscript import Manuscript
from changebook.edit.yaml_text import Value
from changebook.model.diagnostics import KeyPath
from changebook.model.schema import ChangeRecord, Person
from changebook.model.vocabulary import OUTCOMES, Outcome, Status
from changebook.read.workspace import Client


def written(text: Manuscript, client: Client, data: ChangeRecord, step: Step) -> Manuscript:
    """Return the record `data` after the step; `step.by` names at least one person."""
    text = text.set(("status",), step.status)
    for name in ("visibility", "type", "priority", "summary"):
        if (value := getattr(step, name)) is not None:
            text = text.set((name,), value)
    first = person(client, step.by[0])
    if step.status is Status.SUBMITTED and data.requested is None:
        asked: dict[str, Value] = {"on": step.on, "by": first.name, "party": first.party}
        text = text.set(("requested",), asked)
    if step.status in OUTCOMES:
        text = _with_decision(text, client, data, step)
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
    return text.append(("history",), _entry(step))


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
    people = [person(client, name) for name in step.by]
    keys: dict[str, Value] = {
        "outcome": OUTCOMES[step.status],
        "on": step.on,
        "by": [_named(one) for one in people],
    }
    for name in ("effective", "option", "amount", "rationale", "review"):
        if (value := getattr(step, name)) is not None:
            keys[name] = value
    if step.partial:
        keys["partial"] = True
    if step.conditions:
        keys["conditions"] = [{"text": condition} for condition in step.conditions]
    if data.decision and data.decision.outcome is Outcome.DEFERRED:
        # What the deferral said must not be read as part of this decision.
        for name in (
            "effective",
            "option",
            "partial",
            "amount",
            "rationale",
            "review",
            "conditions",
        ):
            if name not in keys and name in text.source.data["decision"]:
                text = text.remove(("decision", name))
    for name, value in keys.items():
        text = text.set(("decision", name), value)
    text = _with_all(text, ("decision", "milestones"), step.milestones)
    return _with_all(text, ("decision", "days"), step.days)


def _named(one: Person) -> dict[str, Value]:
    role: dict[str, Value] = {"role": one.role} if one.role else {}
    return {"name": one.name, **role, "party": one.party}


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

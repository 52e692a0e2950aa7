"""What is noted in a record beside its steps: its file changes by that, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.check.known import problems_after_edit
from changebook.check.since.pairs import was_submitted
from changebook.check.since.requests import asked_before
from changebook.check.since.revisions import pair_since, revisions
from changebook.edit.advance.approving import earlier
from changebook.edit.advance.writing import without_approvals
from changebook.edit.edits import Edit, applied, person, record_text, refuse_archived
from changebook.edit.manuscript import Manuscript
from changebook.edit.yaml_text import Value
from changebook.model import decided
from changebook.model.diagnostics import Problem
from changebook.model.schema import Actual, ChangeRecord, Decider
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    AcceptanceOutcome,
    AgreementStatus,
    ObjectionOutcome,
)
from changebook.read.git import has_commit
from changebook.read.workspace import Client, Record, Workspace, read_workspace
from changebook.refusal import Refusal

#: Writes a note into the text of a record. Raises Refusal where it has no place there.
Note = Callable[[Manuscript, Client, Record], Manuscript]


@dataclass(frozen=True)
class Noted:
    """A note in a record, the problems that it would bring, and whose approval it takes out."""

    edit: Edit
    problems: Sequence[Problem]
    asked_again: Sequence[Decider]


def noted(workspace: Workspace, reading: Iterable[Problem], id: str, note: Note) -> Noted:
    """Try a note on a copy. Raises Refusal for one that can't be."""
    client, record = workspace.record(id)
    refuse_archived(client)
    before = record_text(record)
    edit = Edit(record.file, before, note(before, client, record))
    copy, faults = applied(client, (edit,))
    after = next((r.data for r in copy.records if r.file == record.file), record.data)
    gone = () if earlier(after) or after.decision == record.data.decision else earlier(record.data)
    return Noted(edit, problems_after_edit(workspace, reading, copy, faults), gone)


def objection(
    concern: str,
    by: str,
    on: date,
    response: str | None = None,
    alternative: str | None = None,
    follow_up: date | None = None,
) -> Note:
    """Return the note that somebody objects; it is open."""

    def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
        who = person(client, by)
        entry: dict[str, Value | None] = {
            "by": who.name,
            "party": who.party,
            "on": on,
            "concern": concern,
            "response": response,
            "alternative": alternative,
            "outcome": ObjectionOutcome.OPEN,
            "follow_up": follow_up,
        }
        return text.append(("objections",), _given(entry))

    return write


def settled(
    which: str | None,
    outcome: ObjectionOutcome,
    on: date,
    response: str | None = None,
    alternative: str | None = None,
) -> Note:
    def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
        open_ = {
            number: each.concern
            for number, each in enumerate(record.data.objections)
            if each.outcome is ObjectionOutcome.OPEN
        }
        at = _chosen(record.data, open_, which, "open objection")
        entry: dict[str, Value | None] = {
            "response": response,
            "alternative": alternative,
            "outcome": outcome,
            "resolved": on,
        }
        return _with(text, ("objections", at), entry)

    return write


def revision(words: str, by: str, on: date, base: str | None = None) -> Note:
    """Return the note that what is asked for was changed: the revision counts up.

    What was asked for before is what git has: at HEAD, or where the branch left `base`.
    Whoever approved so far is asked again.
    """

    def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
        who = person(client, by)
        if decided.is_decided(record.source.data):
            raise Refusal(
                f"{record.data.id} is decided: write a new record that supersedes this one"
            )
        number = record.data.revision + 1
        text = text.set(("revision",), number)
        entry: dict[str, Value] = {"revision": number, "on": on, "by": who.name, "note": words}
        if was := _asked_before(client, record, base):
            entry["was"] = was
        return without_approvals(text, record.data).append(("revisions",), entry)

    return write


def _asked_before(client: Client, record: Record, base: str | None) -> dict[str, Value]:
    """Return the amount and days at a revision in git, as far as they are others now."""
    if base is None and not has_commit(client.root):
        return {}
    compared = revisions(client.root, base or "HEAD", exact=base is None)
    workspace, _ = read_workspace(client.root)
    pair = pair_since(workspace, record.data.id, compared)
    return asked_before(pair) if pair and was_submitted(pair.before.data) else {}


def due(day: date) -> Note:
    """Return the note that the client has until another day to decide."""

    def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
        data = record.data
        if not data.awaits_decision:
            raise Refusal(f"{data.id} is `{data.status}` and does not wait for a decision")
        return text.set(("decision", "due"), day)

    return write


def signed(on: date, reference: str | None = None) -> Note:
    """Return the note that the amendment was signed, where no signed paper is filed."""

    def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
        data, agreement = record.data, record.data.agreement
        if data.status not in APPROVED_OR_LATER or data.undecided_emergency:
            raise Refusal(
                f"{data.id} is `{data.status}`: only what is approved is signed. First "
                f"`changebook advance {data.id} approved`"
            )
        if agreement and agreement.status is AgreementStatus.SIGNED:
            raise Refusal(f"{data.id}: the agreement was signed on {agreement.signed}, and stays")
        known = agreement.reference if agreement else None
        if known is None and reference is None:
            raise Refusal("the record does not name the amendment: name it with --reference")
        entry: dict[str, Value | None] = {
            "status": AgreementStatus.SIGNED,
            "reference": reference if reference != known else None,
            "signed": on,
        }
        return _with(text, ("agreement",), entry)

    return write


def acceptance(
    outcome: AcceptanceOutcome,
    by: Sequence[str],
    on: date,
    remarks: str | None = None,
    defects: Sequence[str] = (),
    due: date | None = None,
) -> Note:
    """Return the note of what the client said of what was built; defects are `due` on a day."""

    def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
        before = record.data.acceptance
        if before and before.stands:
            raise Refusal(
                f"{record.data.id} was accepted on {before.on}, and what is sealed stays: write a "
                "new record for what is to change"
            )
        people = [person(client, name) for name in by]
        listed = [_given({"text": each, "due": due}) for each in defects]
        entry: dict[str, Value | None] = {
            "on": on,
            "by": [_given({"name": p.name, "role": p.role, "party": p.party}) for p in people],
            "outcome": outcome,
            "remarks": remarks,
            "defects": listed or None,
        }
        if before and before.outcome:
            # The new answer takes the place of the refusal.
            return text.remove(("acceptance",)).set(("acceptance",), _given(entry))
        return _with(text, ("acceptance",), entry)

    return write


def _fulfilled(
    where: tuple[str, ...],
    key: str,
    what: str,
    entries: Callable[[ChangeRecord], Sequence[tuple[str, date | None]]],
) -> Callable[[str | None, date], Note]:
    """Return what notes that one entry of a list was fulfilled on a day."""

    def note(which: str | None, on: date) -> Note:
        def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
            left = {n: name for n, (name, day) in enumerate(entries(record.data)) if day is None}
            return _with(text, (*where, _chosen(record.data, left, which, what)), {key: on})

        return write

    return note


condition_met = _fulfilled(
    ("decision", "conditions"),
    "met",
    "condition that is not met",
    lambda data: [(c.text, c.met) for c in data.decision.conditions] if data.decision else [],
)
step_done = _fulfilled(
    ("plan",),
    "done",
    "step of the plan that is not done",
    lambda data: [(step.step, step.done) for step in data.plan or ()],
)
defect_fixed = _fulfilled(
    ("acceptance", "defects"),
    "fixed",
    "defect that is not fixed",
    lambda data: [(d.text, d.fixed) for d in data.acceptance.defects] if data.acceptance else [],
)


def actual(
    finished: date | None,
    milestones: Mapping[str, date],
    days: Mapping[str, Decimal],
    cost: Mapping[str, Decimal],
) -> Note:
    """Return the note of what it took: of roles and items that are there, the figure changes."""

    def write(text: Manuscript, client: Client, record: Record) -> Manuscript:
        text = _with(text, ("actual",), {"finished": finished})
        for milestone, day in milestones.items():
            text = text.set(("actual", "milestones", milestone), day)
        known = record.data.actual or Actual()
        roles = [line.role for line in known.resources]
        text = _with_lines(text, "resources", ("role", "days"), roles, days)
        items = [line.item for line in known.cost]
        return _with_lines(text, "cost", ("item", "amount"), items, cost)

    return write


def _with_lines(
    text: Manuscript,
    key: str,
    names: tuple[str, str],
    known: Sequence[str],
    figures: Mapping[str, Decimal],
) -> Manuscript:
    """Set the figure of each line of `actual` that is known by its name, and add the others."""
    name, amount = names
    for each, figure in figures.items():
        if each in known:
            text = text.set(("actual", key, known.index(each), amount), figure)
        else:
            text = text.append(("actual", key), {name: each, amount: figure})
    return text


def _given(entry: Mapping[str, Value | None]) -> dict[str, Value]:
    return {key: value for key, value in entry.items() if value is not None}


def _with(
    text: Manuscript, path: tuple[str | int, ...], entry: Mapping[str, Value | None]
) -> Manuscript:
    for key, value in _given(entry).items():
        text = text.set((*path, key), value)
    return text


def _chosen(data: ChangeRecord, entries: Mapping[int, str], which: str | None, what: str) -> int:
    """Return the place of the entry that is meant: by its number, or a part of its text."""
    if not entries:
        raise Refusal(f"{data.id} has no {what}")
    matching = [
        at
        for at, text in entries.items()
        if which is None or which == str(at + 1) or which.casefold() in text.casefold()
    ]
    exact = [at for at in matching if which == str(at + 1)]
    if len(exact or matching) == 1:
        return (exact or matching)[0]
    listed = "; ".join(f"{at + 1}: {text}" for at, text in entries.items())
    asked = "say which" if which is None else f"`{which}` is not one alone"
    raise Refusal(f"{data.id}: {asked}, by its number or a part of its text. There is {listed}")

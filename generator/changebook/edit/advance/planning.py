"""What a step would do to the workspace: made on a copy, and checked there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from changebook.check import check
from changebook.check.lifecycle import (
    MUST_BE_VISIBLE,
    NEEDED_BY_STATUS,
    NEEDS_NOTE_RULE,
    NOT_MARKED_SUPERSEDED,
)
from changebook.check.money import AGREEMENT_UNPROVEN
from changebook.check.seals import NOT_SEALED
from changebook.edit.advance.asking import Wanted, unwritten, wanted
from changebook.edit.advance.step import Step, able, refuse_impossible
from changebook.edit.advance.writing import marked_superseded, written
from changebook.edit.manuscript import Manuscript, difference, manuscript
from changebook.model import decided
from changebook.model.diagnostics import Problem
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Status, may_become
from changebook.read.form import fit, spell
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Client, Record, Workspace
from changebook.refusal import Refusal


@dataclass(frozen=True)
class Edit:
    """A file with its text before and after."""

    file: Path
    before: Manuscript
    after: Manuscript

    @property
    def difference(self) -> str:
        """The change as a unified diff."""
        return difference(self.before, self.after)


@dataclass(frozen=True)
class Plan:
    """A step on a copy: `client` is the client after it, `faults` the edits' faults of form.

    `unwritten` says what the record lacks and no option can say, `wanted` what an option has to
    say. `leaves` are the ids of records that the approved one supersedes and that still have their
    old status.
    """

    step: Step
    edits: tuple[Edit, ...]
    client: Client
    faults: tuple[Problem, ...]
    unwritten: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    leaves: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all that the step needs was said."""
        return not self.unwritten and not self.wanted

    def source_line(self, root: Path) -> Callable[[str, int], str | None]:
        """A function that gives one line of a file as it would be, by its path below `root`."""
        there = source_lines(root)
        new = {edit.after.path: edit.after.source.lines for edit in self.edits}

        def line(path: str, number: int) -> str | None:
            if path not in new:
                return there(path, number)
            return new[path][number - 1] if number <= len(new[path]) else None

        return line

    def write(self) -> None:
        """Change the files."""
        for edit in self.edits:
            edit.after.save(edit.file)


def find(workspace: Workspace, id: str) -> tuple[Client, Record]:
    """The record of an id, and whose it is. Raises Refusal where there is none, or two."""
    found = [(c, r) for c in workspace.clients for r in c.records if r.data.id == id]
    if len(found) == 1:
        return found[0]
    if found:
        paths = " and ".join(record.source.path for _, record in found)
        raise Refusal(f"{id} stands in {paths}: give one of them another id first")
    ids = [record.data.id for client in workspace.clients for record in client.records]
    near = get_close_matches(id, ids, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise Refusal(f"no record has the id {id}: {hint}`changebook check` names what can't be read")


def plan(workspace: Workspace, id: str, step: Step) -> Plan:
    """The step on a copy. Raises Refusal for a step that can't be."""
    client, record = find(workspace, id)
    refuse_impossible(client, record, step)
    told = replace(step, by=step.by or (_possible_by(client, step),))
    before = _manuscript(record)
    edits = [Edit(record.file, before, written(before, client, record.data, told))]
    superseded = _superseded(client, record.data) if step.status is Status.APPROVED else ()
    if step.supersede:
        for old in superseded:
            text = _manuscript(old)
            edits.append(Edit(old.file, text, marked_superseded(text, told)))
    for edit in edits:
        _refuse_to_alter_decision(edit)
    copy, faults = applied(client, edits)
    after = next((r.data for r in copy.records if r.file == record.file), None)
    return Plan(
        step,
        tuple(edits),
        copy,
        tuple(faults),
        tuple(unwritten(after)) if after else (),
        tuple(wanted(copy, after, step)) if after else (),
        () if step.supersede else tuple(old.data.id for old in superseded),
    )


def problems(plan: Plan, workspace: Workspace, reading: Sequence[Problem]) -> list[Problem]:
    """The problems of the plan's files after it, and those that it brings to others.

    `reading` are the problems of reading the workspace. What the plan names as missing or leaves
    to do is not said again, nor what is sealed in the same run.
    """
    paths = {edit.after.path for edit in plan.edits}
    clients = (plan.client if c.slug == plan.client.slug else c for c in workspace.clients)
    after = [
        *(problem for problem in reading if problem.path not in paths),
        *plan.faults,
        *check(replace(workspace, clients=tuple(clients))),
    ]
    known = {gist(problem) for problem in (*reading, *check(workspace))}
    said = {NOT_MARKED_SUPERSEDED.name}
    if plan.step.seals:
        said.add(NOT_SEALED.name)
    if not plan.is_complete:
        missing = (NEEDED_BY_STATUS, MUST_BE_VISIBLE, NEEDS_NOTE_RULE, AGREEMENT_UNPROVEN)
        said |= {rule.name for rule in missing}
    return sorted(
        problem
        for problem in after
        if problem.rule not in said and (problem.path in paths or gist(problem) not in known)
    )


def _manuscript(record: Record) -> Manuscript:
    return manuscript(record.file, record.source.path, ChangeRecord)


def gist(problem: Problem) -> tuple[str, str, str]:
    """What a problem says, wherever in its file it stands."""
    return problem.path, problem.rule, problem.message


def _possible_by(client: Client, step: Step) -> str:
    """Someone who could take the step, so that all else can be checked before anybody is named."""
    names = able(client.profile, step.status)
    if not names:
        raise Refusal(f"{client.source.path} names nobody below `people:` who could take the step")
    return names[0]


def _superseded(client: Client, data: ChangeRecord) -> tuple[Record, ...]:
    """The records whose place it takes and that can be marked so."""
    return tuple(
        record
        for record in client.records
        if record.data.id in data.links.supersedes
        and may_become(record.data.status, Status.SUPERSEDED, record.data.path, decided=True)
    )


def _refuse_to_alter_decision(edit: Edit) -> None:
    if altered := decided.altered(edit.before.source.data, edit.after.source.data):
        keys = ", ".join(f"`{spell(path)}`" for path in altered)
        raise Refusal(
            f"{keys} in {edit.after.path} was decided and can't change: "
            "write a new record that supersedes this one"
        )


def applied(client: Client, edits: Iterable[Edit]) -> tuple[Client, list[Problem]]:
    """The client with the edited records, and the faults of form that these have."""
    records = {record.file: record for record in client.records}
    faults: list[Problem] = []
    for edit in edits:
        source = edit.after.source
        data, found, left_out = fit(ChangeRecord, source)
        faults += found
        del records[edit.file]
        if data:
            records[edit.file] = Record(data, source, edit.file, left_out)
    ordered = sorted(records.values(), key=lambda r: (r.data.id, r.source.path))
    return replace(client, records=tuple(ordered)), faults

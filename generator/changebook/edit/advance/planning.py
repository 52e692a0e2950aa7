"""What a step would do to the workspace: made on a copy, and checked there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from changebook.check.known import problems_after_edit
from changebook.check.lifecycle import (
    MUST_BE_VISIBLE,
    NEEDED_BY_STATUS,
    NEEDS_NOTE_RULE,
    NOT_MARKED_SUPERSEDED,
)
from changebook.check.money import AGREEMENT_UNPROVEN
from changebook.check.seals import NOT_SEALED
from changebook.edit.advance.approving import (
    earlier,
    of_last,
    possible,
    refuse_not_needed,
    refuse_other_terms,
    refuse_too_early,
)
from changebook.edit.advance.asking import Wanted, unwritten, wanted, wanted_so_far
from changebook.edit.advance.sketching import sketched
from changebook.edit.advance.step import Step, refuse_impossible
from changebook.edit.advance.writing import approved_so_far, marked_superseded, written
from changebook.edit.edits import Edit, applied, person, record_text
from changebook.model import decided, sums
from changebook.model.approval import Approvals, approvals
from changebook.model.baseline import known
from changebook.model.diagnostics import Problem
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import ENDED, Status, may_become
from changebook.read.form import spell
from changebook.read.workspace import Client, Record, Workspace
from changebook.refusal import Refusal


@dataclass(frozen=True)
class Plan:
    """A step on a copy: `client` is the client after it, `faults` the edits' faults of form.

    `unwritten` says what the record lacks and no option can say, `wanted` what an option has to
    say. `leaves` are the records that the approved one supersedes and that still have their old
    status. `so_far` are the approvals of a record that goes on to await others; None where the
    step is taken as a whole.
    """

    step: Step
    edits: tuple[Edit, ...]
    client: Client
    faults: tuple[Problem, ...]
    unwritten: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    leaves: tuple[ChangeRecord, ...]
    so_far: Approvals | None = None

    @property
    def seals(self) -> bool:
        """Whether it decides or signs something, which then belongs in the client's seals."""
        return self.step.seals and self.so_far is None

    @property
    def is_complete(self) -> bool:
        """Whether all that the step needs was said."""
        return not self.unwritten and not self.wanted

    def write(self) -> None:
        """Change the files."""
        for edit in self.edits:
            edit.write()


def scaffolded(plan: Plan) -> Plan:
    """Return the plan with keys to fill in for all that can be written in the record."""
    edit = plan.edits[0]
    after = next(r.data for r in plan.client.records if r.file == edit.file)
    sketch = sketched(edit.after, after, plan.client.profile)
    asked = tuple(w for w in plan.wanted if w.name in ("by", "visibility", "note"))
    edits = (replace(edit, after=sketch), *plan.edits[1:])
    return replace(plan, edits=edits, unwritten=(), wanted=asked)


def plan(workspace: Workspace, id: str, step: Step) -> Plan:
    """Try a step on a copy. Raises Refusal for a step that can't be."""
    client, record = workspace.record(id)
    refuse_impossible(client, record, step)
    step = replace(step, by=tuple(dict.fromkeys(person(client, name).name for name in step.by)))
    step = _with_days_of_option(client, record.data, step)
    refuse_other_terms(client, record.data, step)
    told = replace(step, by=step.by or _possible_by(client, record.data, step))
    names = possible(client, record.data, step.status, step.on)
    before = record_text(record)
    edits = [Edit(record.file, before, written(before, client, record.data, told))]
    if missing := _still_missing(client, record.data, edits[0], told):
        return _so_far(client, record.data, edits[0], step, told, missing)
    if not told.by:
        step = of_last(step, record.data)
    superseded = _superseded(client, record.data) if step.status is Status.APPROVED else ()
    if step.supersede:
        _refuse_to_supersede(client, record.data, superseded)
        for old in superseded:
            text = record_text(old)
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
        tuple(wanted(copy, after, step, names)) if after else (),
        () if step.supersede else tuple(old.data for old in superseded),
    )


def _with_days_of_option(client: Client, data: ChangeRecord, step: Step) -> Step:
    """Return the step with the days of the option that it approves, where those asked differ."""
    option = next((option for option in data.options if option.id == step.option), None)
    completion = next((m.id for m in client.profile.contract.milestones if m.completion), None)
    if (
        option is None
        or option.days is None
        or completion is None
        or earlier(data)  # who approved first has said the days
        or step.status is not Status.APPROVED
        or completion in {**step.days, **step.milestones}
        or option.days == sums.asked_days(data).get(completion, 0)
    ):
        return step
    return replace(step, days={**step.days, completion: option.days})


def problems(plan: Plan, workspace: Workspace, reading: Sequence[Problem]) -> list[Problem]:
    """Return the problems of the plan's files after it, and those that it brings to others.

    `reading` are the problems of reading the workspace. What the plan names as missing or leaves
    to do is not said again, nor what is sealed in the same run.
    """
    silent = {NOT_MARKED_SUPERSEDED.name}
    if plan.seals:
        silent.add(NOT_SEALED.name)
    if not plan.is_complete:
        missing = (NEEDED_BY_STATUS, MUST_BE_VISIBLE, NEEDS_NOTE_RULE, AGREEMENT_UNPROVEN)
        silent |= {rule.name for rule in missing}
    paths = {edit.after.path for edit in plan.edits}
    unfiltered = problems_after_edit(workspace, reading, plan.client, plan.faults, whole=paths)
    return [problem for problem in unfiltered if problem.rule not in silent]


def _still_missing(client: Client, data: ChangeRecord, edit: Edit, step: Step) -> Approvals | None:
    """Return the approvals of the record as it would be, where it is approved without one."""
    if step.status is not Status.APPROVED:
        return None
    copy, _ = applied(client, (edit,))
    after = next((r.data for r in copy.records if r.file == edit.file), None)
    on = of_last(step, data).on
    counted = approvals(after, known(client.profile, on), on) if after else None
    return counted if counted and counted.missing else None


def _so_far(
    client: Client, data: ChangeRecord, whole: Edit, step: Step, told: Step, counted: Approvals
) -> Plan:
    """Return the plan of an approval while others are missing: it decides nothing."""
    if step.by:
        refuse_not_needed(client, data, step, counted)
        refuse_too_early(step, counted)
    edit = replace(whole, after=approved_so_far(whole.before, client, data, told))
    copy, faults = applied(client, (edit,))
    return Plan(
        step,
        (edit,),
        copy,
        tuple(faults),
        (),
        tuple(wanted_so_far(data, step, possible(client, data, step.status, step.on))),
        (),
        counted,
    )


def _possible_by(client: Client, data: ChangeRecord, step: Step) -> tuple[str, ...]:
    """Return someone who could take the step, so that all else can be checked already.

    Nobody, where all who must approve have approved.
    """
    names = possible(client, data, step.status, step.on)
    if not (names or (step.status is Status.APPROVED and earlier(data))):
        raise Refusal(f"{client.source.path} has nobody in `people:` who could take the step")
    return names[:1]


def _superseded(client: Client, data: ChangeRecord) -> tuple[Record, ...]:
    """Return the records whose place it takes and that have not ended yet, or ended as closed."""
    return tuple(
        record
        for record in client.records
        if record.data.id in data.links.supersedes
        and record.data.status not in ENDED - {Status.CLOSED}
    )


def _refuse_to_supersede(client: Client, data: ChangeRecord, superseded: Sequence[Record]) -> None:
    """Raise Refusal where there is nothing to mark as superseded, or something that can't be."""
    if not superseded:
        linked = [r.data for r in client.records if r.data.id in data.links.supersedes]
        why = " and ".join(f"{old.id} is `{old.status}` already" for old in linked)
        raise Refusal(
            f"--supersede: {why or f'{data.id} supersedes no record'}; leave --supersede out"
        )
    for old in superseded:
        if not may_become_superseded(old.data):
            raise Refusal(
                f"--supersede: {old.data.id} is `{old.data.status}`, and only what was approved "
                f"becomes `superseded`. Leave --supersede out, and {instead(old.data)}"
            )


def may_become_superseded(data: ChangeRecord) -> bool:
    """Return whether a record's next status may be `superseded`."""
    return may_become(data.status, Status.SUPERSEDED, data.path, decided=True)


def instead(data: ChangeRecord) -> str:
    """Return what is to be done with a record that can't be marked as superseded now."""
    return f"withdraw {data.id}"


def _refuse_to_alter_decision(edit: Edit) -> None:
    if altered := decided.altered(edit.before.source.data, edit.after.source.data):
        keys = ", ".join(f"`{spell(path)}`" for path in altered)
        raise Refusal(
            f"{keys} in {edit.after.path} was decided and can't be changed: "
            "write a new record that supersedes this one"
        )

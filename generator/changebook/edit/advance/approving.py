"""An approval of several: what is written as long as others are missing, and with the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from changebook.check.approvers import listed
from changebook.edit.advance.step import Step, able
from changebook.edit.edits import named, person
from changebook.edit.manuscript import Manuscript
from changebook.model import sums
from changebook.model.approval import Approvals, approvals
from changebook.model.schema import ChangeRecord, Decider
from changebook.model.vocabulary import AgreementStatus, Status
from changebook.read.workspace import Client
from changebook.refusal import Refusal


def earlier(data: ChangeRecord) -> tuple[Decider, ...]:
    """Return who approved before while others still had to."""
    return data.decision.approved_so_far if data.decision else ()


def possible(client: Client, data: ChangeRecord, status: Status, on: date) -> tuple[str, ...]:
    """Return who could take a step now: of an approval, those whose approval is missing."""
    names = able(client.profile, status, on)
    if status is not Status.APPROVED:
        return names
    counted = approvals(data, client.profile, on)
    return counted.still_asked or (() if earlier(data) and not counted.missing else names)


def of_last(step: Step, data: ChangeRecord) -> Step:
    """Return the step to `approved` as of the last approval, by whoever gave it."""
    if step.status is not Status.APPROVED or not (before := earlier(data)):
        return step
    last = max(before, key=lambda each: each.on or step.on)
    if step.by and (last.on is None or last.on <= step.on):
        return step
    on = last.on or step.on
    recorded = step.recorded if step.recorded and step.recorded > on else None
    return replace(step, on=on, by=(last.name, *step.by), recorded=recorded)


def refuse_other_terms(client: Client, data: ChangeRecord, step: Step) -> None:
    """Raise Refusal where something else would be approved than others have approved already."""
    before, decision = earlier(data), data.decision
    if step.status is not Status.APPROVED or not before or decision is None:
        return
    profile, names = client.profile, " and ".join(each.name for each in before)
    ask = "take who approved out of `decision.by`, and ask again, if it is to be another decision"
    known = {p.name: each for each in before if (p := profile.person(each.name))}
    for name in step.by:
        if again := known.get(person(client, name).name):
            raise Refusal(f"{name} has approved {data.id} already, on {again.on}")
    if step.option and decision.option not in (None, step.option):
        raise Refusal(f"--option {step.option}: {names} approved option {decision.option}; {ask}")
    amount = decision.amount
    if amount is None:
        amount = data.chosen.amount if data.chosen else sums.asked(data, profile)
    if step.amount is not None and amount is not None and not step.option:
        currency = profile.contract.currency
        if sums.rounded(step.amount, currency) != sums.rounded(amount, currency):
            raise Refusal(f"--amount {step.amount}: {names} approved {amount}; {ask}")
    granted = sums.granted(data)
    for milestone, days in step.days.items():
        if granted.get(milestone, 0) != days:
            raise Refusal(
                f"--days {milestone}={days}: {names} approved {granted.get(milestone, 0)}; {ask}"
            )


def refuse_not_needed(client: Client, data: ChangeRecord, step: Step, counted: Approvals) -> None:
    """Raise Refusal where approvals are missing, and one that is said is not among those needed."""
    people = [client.profile.person(each.given.name) for each in counted.given if each.given]
    given = {one.name for one in people if one}
    idle = [name for name in step.by if name not in given]
    if idle:
        raise Refusal(
            f"{data.id} does not need the approval of {' and '.join(idle)}; "
            f"still to approve: {listed(counted.missing)}"
        )


def refuse_too_early(step: Step, counted: Approvals) -> None:
    """Raise Refusal for what can only be said with the last approval."""
    given = {
        "--agreement signed": step.agreement is AgreementStatus.SIGNED,
        "--supersede": step.supersede,
        "--note": step.note,
    }
    if options := [option for option, is_said in given.items() if is_said]:
        raise Refusal(
            f"{' and '.join(options)}: only with the last approval; "
            f"still to approve: {listed(counted.missing)}"
        )


def with_approvers(text: Manuscript, client: Client, step: Step) -> Manuscript:
    """Return the record with who approves now, each with the day, after those before."""
    for name in step.by:
        text = text.append(("decision", "by"), named(person(client, name), step.on))
    return text

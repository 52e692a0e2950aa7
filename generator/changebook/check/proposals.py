"""Decisions that were announced in a conversation: what they announce must be possible."""

from __future__ import annotations

from collections.abc import Iterator

from changebook.check.subject import Subject
from changebook.model.diagnostics import Problem, rule
from changebook.model.vocabulary import Outcome
from changebook.read.workspace import Client, Record

PROPOSAL_IMPOSSIBLE = rule(
    "proposal-impossible",
    summary=(
        "A conversation announces a decision that is not possible: nobody in it may approve, "
        "its option does not exist, or its option is doing nothing."
    ),
)


def check_proposals(record: Record, client: Client) -> Iterator[Problem]:
    """Check what is announced while the record waits; what was announced before is history."""
    data, subject = record.data, Subject.of(record)
    if not data.awaits_decision:
        return
    options = [option.id for option in data.options]
    for number, talk in enumerate(data.communications):
        if talk.proposes is None or talk.proposes.revision != data.revision:
            continue
        path = ("communications", number)
        option = talk.proposes.option
        if option is not None and option not in options and subject.sound("options"):
            yield from subject.value(
                PROPOSAL_IMPOSSIBLE,
                (*path, "proposes", "option"),
                f"The conversation announces option `{option}`, which the record does not have.",
                f"Write one of {', '.join(options)}, or remove `option`."
                if options
                else "Remove `option`: the record has no options.",
            )
        chosen = next((each for each in data.options if each.id == option), None)
        if chosen and chosen.nothing and talk.proposes.outcome is not Outcome.REJECTED:
            yield from subject.value(
                PROPOSAL_IMPOSSIBLE,
                (*path, "proposes", "outcome"),
                f"Option `{option}` does nothing, but the conversation announces "
                f"`{talk.proposes.outcome}`.",
                "Write `outcome: rejected`, or name the option that was chosen.",
            )
        if Subject.of(client).sound("people") and not any(
            client.profile.approver(name, talk.on) for name in talk.with_
        ):
            names = ", ".join(client.profile.approvers(talk.on)) or "nobody"
            yield from subject.key(
                PROPOSAL_IMPOSSIBLE,
                (*path, "proposes"),
                "The conversation announces a decision, but nobody in `with` may make it.",
                f"Name who announced it in `with` (according to client.md, {names} may decide on "
                f"{talk.on}), or remove `proposes`.",
            )

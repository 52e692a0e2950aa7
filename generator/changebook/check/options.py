"""Options and the decision between them: doing nothing is a "no", and part of an option says so."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from changebook.check.subject import Subject
from changebook.model import sums
from changebook.model.diagnostics import Problem, rule
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.vocabulary import Outcome
from changebook.read.workspace import Client, Record

NOTHING_TWICE = rule("nothing-twice", summary="More than one option is the one of doing nothing.")
NOTHING_COSTS = rule("nothing-costs", summary="The option of doing nothing has an amount, or days.")
NOTHING_APPROVED = rule(
    "nothing-approved",
    summary="The option of doing nothing was chosen, and the outcome is not `rejected`.",
)
GRANTED_DIFFERS = rule(
    "granted-differs",
    summary="An approval grants another amount, or other days, than the option that was chosen.",
    severity="warning",
)
PARTIAL_WITHOUT_APPROVAL = rule(
    "partial-without-approval",
    summary="A decision is marked as partial, but it is not an approval.",
)


def check_options(record: Record, client: Client) -> Iterator[Problem]:
    """Check that at most one option does nothing, and that it costs nothing."""
    options, subject = record.data.options, Subject.of(record)
    nothing = [index for index, option in enumerate(options) if option.nothing]
    for index in nothing[1:]:
        yield from subject.value(
            NOTHING_TWICE,
            ("options", index, "nothing"),
            f"Option `{options[nothing[0]].id}` is already the one of doing nothing.",
            "Keep `nothing: true` on one option only.",
        )
    for index in nothing:
        for key, figure in (("amount", options[index].amount), ("days", options[index].days)):
            if figure:
                yield from subject.value(
                    NOTHING_COSTS,
                    ("options", index, key),
                    f"The option of doing nothing has `{key}: {figure}`.",
                    f"Write `{key}: 0`, or remove `nothing: true` if something is done.",
                )


def check_choice(record: Record, client: Client) -> Iterator[Problem]:
    """Check that the decision is what its option says: nothing, the whole, or a part of it."""
    data, decision, subject = record.data, record.data.decision, Subject.of(record)
    if decision is None:
        return
    approved = decision.outcome is Outcome.APPROVED
    if decision.partial and decision.outcome and not approved:
        yield from subject.key(
            PARTIAL_WITHOUT_APPROVAL,
            ("decision", "partial"),
            f"The decision is marked as partial, but its outcome is `{decision.outcome}`.",
            "Remove `partial`.",
        )
    option = data.chosen
    if option is None:
        return
    if option.nothing:
        if decision.outcome is not Outcome.REJECTED and (decision.outcome or decision.by):
            why = f"the outcome is `{decision.outcome}`" if decision.outcome else "it is approved"
            yield from subject.value(
                NOTHING_APPROVED,
                ("decision", "option"),
                f"Option `{option.id}` does nothing, but {why}.",
                "Write `outcome: rejected` here, and `rejected` in the history; or name the option "
                "that was chosen.",
            )
    elif approved and not (decision.partial and decision.rationale):
        for key, granted, stated in differing(data, client.profile):
            yield from subject.key(
                GRANTED_DIFFERS,
                ("decision", key),
                f"{granted} granted, but option `{option.id}` says {stated}.",
                "Correct whichever is wrong; if only a part was approved, add `partial: true`, "
                "with the reason as `rationale`.",
            )


def differing(data: ChangeRecord, profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Yield each key of an approval that differs from its option: key, granted, and the option's.

    An option's days are those on the completion.
    """
    decision, option = data.decision, data.chosen
    if decision is None or option is None:
        return
    currency = profile.contract.currency

    def counted(amount: Decimal) -> Decimal:
        return sums.rounded(amount, currency)

    amount, stated = decision.amount, option.amount
    if amount is not None and stated is not None and counted(amount) != counted(stated):
        yield "amount", f"{amount} was", f"{stated}"
    completion = next((m.id for m in profile.contract.milestones if m.completion), None)
    if completion is not None and option.days is not None:
        days = sums.granted(data).get(completion, 0)
        if days != option.days:
            yield "days", f"{_signed(days)} days on `{completion}` were", _signed(option.days)


def _signed(days: int) -> str:
    return f"{days:+d}" if days else "0"

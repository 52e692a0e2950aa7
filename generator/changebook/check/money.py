"""Amounts and dates that must agree with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from changebook.check.subject import Subject
from changebook.model import sums
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.schema import ChangeRecord, CostLine, Profile
from changebook.model.vocabulary import AgreementStatus, Outcome, Status
from changebook.read.workspace import Client, Record

#: Digits enough for the product of the two longest numbers that the format takes.
_EXACT = 60

AMOUNT_DIFFERS = rule(
    "amount-differs", summary="A line's amount is not its quantity times its rate."
)
NO_AMOUNT = rule(
    "no-amount", summary="A cost line has neither an amount nor a quantity and a rate."
)
NEEDLESS_FX = rule(
    "fx-without-currency",
    summary="A line has an exchange rate, although it is in the contract's currency.",
)
ROUNDED = rule("amount-rounded", summary="An amount has more decimals than its currency.")
RECOMMENDED_DIFFERS = rule(
    "recommended-differs",
    summary="The recommended option and the impact give different figures.",
    severity="warning",
)
RECOMMENDED_TWICE = rule("recommended-twice", summary="More than one option is recommended.")
DATE_CHAIN = rule(
    "date-chain", summary="A new agreed date is not the previous one plus the days granted."
)
DATES_OUT_OF_ORDER = rule(
    "dates-out-of-order", summary="Something ends, or is decided, before it begins."
)
COUNTS_TOO_EARLY = rule(
    "effective-before-decision",
    summary="A change takes effect before the day on which it was decided.",
    severity="warning",
)
AGREEMENT_UNPROVEN = rule(
    "agreement-incomplete",
    summary=(
        "An agreement is marked as signed without its reference and date, or has them without "
        "being marked."
    ),
)


def check_amounts(record: Record, client: Client) -> Iterator[Problem]:
    """Check that each cost line has one amount, in one currency."""
    subject, home = Subject.of(record), client.profile.contract.currency
    if not Subject.of(client).sound("contract", "currency"):
        return
    for at, line in _cost_lines(record.data):
        if not subject.sound(*at):
            continue
        yield from _amount(subject, at, line, line.currency or home)
        if line.fx and line.currency in (None, home):
            yield from subject.key(
                NEEDLESS_FX,
                (*at, "fx"),
                f"`fx` gives an exchange rate, but the line is in the contract's currency, {home}.",
                "Add the line's `currency`, or remove `fx`.",
            )


def _cost_lines(data: ChangeRecord) -> Iterator[tuple[KeyPath, CostLine]]:
    """Yield the lines of what a change would cost and of what it cost in the end."""
    for index, line in enumerate((data.impact and data.impact.cost) or ()):
        yield ("impact", "cost", index), line
    for index, line in enumerate(data.actual.cost if data.actual else ()):
        yield ("actual", "cost", index), line


def _amount(subject: Subject, at: KeyPath, line: CostLine, currency: str) -> Iterator[Problem]:
    if line.quantity is None or line.rate is None:
        if line.amount is None:
            yield from subject.key(
                NO_AMOUNT,
                (*at, "amount"),
                f"`{line.item}` has neither `amount` nor `quantity` and `rate`.",
                "Add `amount: ...`, or both `quantity` and `rate`.",
            )
        return
    with localcontext(prec=_EXACT):
        product = sums.rounded(line.quantity * line.rate, currency)
    if line.amount is not None and sums.rounded(line.amount, currency) != product:
        yield from subject.value(
            AMOUNT_DIFFERS,
            (*at, "amount"),
            f"{line.quantity} x {line.rate} is {product}, not {line.amount}.",
            f"Write `amount: {product}`, or remove `amount`: it is computed.",
        )


def check_decimals(record: Record, client: Client) -> Iterator[Problem]:
    """Check that no amount of a record has to be rounded."""
    data, home = record.data, client.profile.contract.currency
    amounts: list[tuple[KeyPath, Decimal | None, str]] = [
        *(((*at, "amount"), line.amount, line.currency or home) for at, line in _cost_lines(data)),
        *(
            (("options", index, "amount"), option.amount, home)
            for index, option in enumerate(data.options)
        ),
        (("decision", "amount"), data.decision.amount if data.decision else None, home),
        *(
            (("revisions", index, "was", "amount"), each.was.amount, home)
            for index, each in enumerate(data.revisions)
            if each.was
        ),
    ]
    if Subject.of(client).sound("contract", "currency"):
        yield from _rounded(Subject.of(record), amounts)


def check_contract_decimals(client: Client) -> Iterator[Problem]:
    """Check that no amount of a contract has to be rounded."""
    contract, subject = client.profile.contract, Subject.of(client)
    amounts: list[tuple[KeyPath, Decimal | None, str]] = [
        (("contract", "sum"), contract.sum, contract.currency),
        (("contract", "change_budget"), contract.change_budget, contract.currency),
    ]
    if subject.sound("contract", "currency"):
        yield from _rounded(subject, amounts)


def _rounded(
    subject: Subject, amounts: Iterable[tuple[KeyPath, Decimal | None, str]]
) -> Iterator[Problem]:
    for path, amount, currency in amounts:
        if amount is not None and subject.sound(*path):
            counted = sums.rounded(amount, currency)
            # Three decimals, even if they are zeros, are what a separated thousand looks like.
            if counted != amount or counted.as_tuple()[2] != -3 == amount.as_tuple()[2]:
                yield from subject.value(
                    ROUNDED,
                    path,
                    f"{amount} has more decimals than {currency}: it would count as {counted}.",
                    "Write the amount as it counts. A point is for decimals, never for thousands.",
                )


def check_recommended(record: Record, client: Client) -> Iterator[Problem]:
    """Check that at most one option is recommended, with the figures that are requested."""
    data, subject = record.data, Subject.of(record)
    recommended = [n for n, option in enumerate(data.options) if option.recommended]
    for index in recommended[1:]:
        yield from subject.value(
            RECOMMENDED_TWICE,
            ("options", index, "recommended"),
            f"Option `{data.options[recommended[0]].id}` is already recommended.",
            "Keep `recommended: true` on one option only.",
        )
    if len(recommended) != 1 or data.impact is None:
        return
    (index,) = recommended
    yield from _differing_amount(record, client.profile, index)
    yield from _differing_days(record, client.profile, index)


def _differing_amount(record: Record, profile: Profile, index: int) -> Iterator[Problem]:
    data, subject = record.data, Subject.of(record)
    stated, asked = data.options[index].amount, sums.asked(data, profile)
    if data.impact is None or data.impact.cost is None or not subject.sound("impact", "cost"):
        return
    if stated is None or asked is None:
        return
    if sums.rounded(stated, profile.contract.currency) == asked:
        return
    yield from subject.value(
        RECOMMENDED_DIFFERS,
        ("options", index, "amount"),
        f"The recommended option is {stated}, but the cost lines add up to {asked}.",
        f"Write `amount: {asked}`, or correct the cost lines.",
    )


def _differing_days(record: Record, profile: Profile, index: int) -> Iterator[Problem]:
    data, subject = record.data, Subject.of(record)
    stated, asked = data.options[index].days, _completion_days(data, profile)
    if None in (stated, asked) or stated == asked or not subject.sound("impact", "schedule"):
        return
    yield from subject.value(
        RECOMMENDED_DIFFERS,
        ("options", index, "days"),
        f"The recommended option takes {stated} days, but the schedule asks for {asked}.",
        f"Write `days: {asked}`, or correct the schedule.",
    )


def _completion_days(data: ChangeRecord, profile: Profile) -> int | None:
    completion = next((m.id for m in profile.contract.milestones if m.completion), None)
    if completion is None or data.impact is None or data.impact.schedule is None:
        return None
    return sums.asked_days(data).get(completion, 0)


def check_date_chain(client: Client) -> Iterator[Problem]:
    """Check that each new agreed date is the one before plus the days granted."""
    subjects = {record.data.id: Subject.of(record) for record in client.records}
    if not all(s.sound(key) for s in subjects.values() for key in ("decision", "history")):
        return  # what is missing from the chain has been reported, and would be blamed on the rest
    try:
        position = sums.position([r.data for r in client.records], client.profile, date.max)
    except OverflowError:
        yield from Subject.of(client).key(
            DATE_CHAIN,
            ("contract", "milestones"),
            "The days in this client's records move a milestone past the end of the calendar.",
            "Correct the record that has far too many days.",
        )
        return
    yield from _check_options(client, subjects, position)
    sealed = {entry.id for entry in client.sealed}
    # A wrong date is reported once: what follows is computed from the date that was written.
    slip: Counter[str] = Counter()
    for step in (step for entry in position.register for step in entry.steps):
        if step.stated is None:
            continue
        off = (step.stated - step.after).days - slip[step.milestone]
        slip[step.milestone] += off
        if off:
            after, days = step.stated - timedelta(off), step.days
            less = "".join(f" and {each.days:+d} of {each.id}" for each in step.replaced)
            is_sealed = step.id in sealed
            problems = subjects[step.id].value(
                DATE_CHAIN,
                ("decision", "milestones", step.milestone),
                f"`{step.milestone}` was agreed for {after - timedelta(days)}; {step.own:+d} days"
                f"{less} make it {after}, not {step.stated}.",
                f"{step.id} is sealed and stays as it is: agree on the date in a new record."
                if is_sealed
                else f"Write `{step.milestone}: {after}`, or say how many days were granted: "
                f"`days: {{{step.milestone}: {step.own + off}}}` below `decision`.",
            )
            # Before days were taken back, a replacement's date was right without that.
            was_right = is_sealed and off == step.own - days
            yield from (replace(p, severity="note") if was_right else p for p in problems)


def _check_options(
    client: Client, subjects: Mapping[str, Subject], position: sums.Position
) -> Iterator[Problem]:
    """Check that pages can show the date that each option would lead to."""
    for completion in (each for each in position.milestones if each.completion):
        for record in client.records:
            for number, option in enumerate(record.data.options):
                try:
                    sums.moved(completion.agreed, option.days or 0)
                except OverflowError:
                    yield from subjects[record.data.id].value(
                        DATE_CHAIN,
                        ("options", number, "days"),
                        f"{option.days} days move `{completion.id}` past the end of the calendar.",
                        "Write how many calendar days the option takes or saves.",
                    )


def check_dates(record: Record, client: Client) -> Iterator[Problem]:
    """Check that ends come after beginnings."""
    data, subject = record.data, Subject.of(record)
    for at, key, then, before, now in _spans(data):
        if then and now and now < then:
            yield from subject.value(
                DATES_OUT_OF_ORDER,
                at,
                f"`{key}` is {now}, before {before} on {then}.",
                "Correct whichever of the two dates is wrong.",
            )
    decision = data.decision
    if decision and decision.on and decision.effective and decision.effective < decision.on:
        yield from subject.value(
            COUNTS_TOO_EARLY,
            ("decision", "effective"),
            f"The decision is dated {decision.on}, but takes effect on {decision.effective}.",
            "Give the day of the decision or a later one, unless an earlier day was agreed.",
        )


_Span = tuple[KeyPath, str, date | None, str, date | None]


def _spans(data: ChangeRecord) -> Iterator[_Span]:
    """Yield a date's key, the date it may not lie before, what that one is, and the date."""
    asked = data.requested.on if data.requested else None
    for index, entry in enumerate(data.history[:1]):
        if entry.status is Status.SUBMITTED:
            yield ("history", index, "on"), "submitted", asked, "the request", entry.on
    if decision := data.decision:
        yield ("decision", "due"), "due", asked, "the request", decision.due
        yield ("decision", "on"), "on", asked, "the request", decision.on
        if decision.outcome is Outcome.DEFERRED:
            yield ("decision", "review"), "review", decision.on, "the decision", decision.review
    for index, step in enumerate(data.plan or ()):
        yield ("plan", index, "finish"), "finish", step.start, "the start", step.finish
    for index, objection in enumerate(data.objections):
        for key, day in (("resolved", objection.resolved), ("follow_up", objection.follow_up)):
            yield ("objections", index, key), key, objection.on, "the objection", day


def check_agreement(record: Record, client: Client) -> Iterator[Problem]:
    """Check that signed means with a reference and a date, and a date means signed."""
    agreement, subject = record.data.agreement, Subject.of(record)
    if agreement is None:
        return
    if agreement.status is AgreementStatus.SIGNED:
        for key, what in (("reference", "its reference"), ("signed", "the day of the signature")):
            if getattr(agreement, key) is None:
                yield from subject.key(
                    AGREEMENT_UNPROVEN,
                    ("agreement", key),
                    f"The agreement's status is `signed`, but {what} is missing.",
                    f"Add `{key}: ...`, or write `status: drafting` until it is signed.",
                )
    elif agreement.signed:
        yield from subject.key(
            AGREEMENT_UNPROVEN,
            ("agreement", "signed"),
            f"The agreement has a date of signature, but its status is `{agreement.status}`.",
            "Write `status: signed`, or remove the date.",
        )

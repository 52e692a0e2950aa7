"""What a change may not do to a request that the client has read and not yet decided on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from changebook.check.since.pairs import Pair, touches, was_submitted
from changebook.model import decided, sums
from changebook.model.decided import lasting
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.differences import KeyDifference, differences, flow
from changebook.model.schema import AskedBefore
from changebook.model.vocabulary import Status
from changebook.read.form import spell
from changebook.read.workspace import Record

CHANGED_WITHOUT_REVISION = rule(
    "changed-without-revision",
    summary="What is requested differs from the base, and the revision is the same.",
)
REVISION_REWRITTEN = rule(
    "revision-rewritten",
    summary=(
        "`revisions` no longer begins with the entries that it had at the base, or the "
        "revision went down."
    ),
)
WAS_WRONG = rule(
    "revision-was-differs", summary="`was` of a new revision is not what was requested at the base."
)
WAS_MISSING = rule(
    "revision-without-was",
    summary="A new revision requests another amount or other days, and does not say what it was.",
    severity="warning",
)

_OPTIONS = ("options",)
#: The keys of it that are numbers; all else is words.
_NUMBERS = frozenset({"amount", "quantity", "rate", "tax_rate", "days"})
#: What is requested: scope, money, days and options.
_REQUESTED: tuple[tuple[str, ...], ...] = (
    ("scope",),
    ("out_of_scope",),
    ("impact", "cost"),
    ("impact", "schedule"),
    ("impact", "resources"),
    _OPTIONS,
)


def check_request(pair: Pair) -> Iterator[Problem]:
    """Check that whoever read a request is told what of it is different now."""
    before, after = pair.before, pair.after
    if not was_submitted(before.data) or before.data.is_internal_work:
        return
    yield from _rewritten(pair)
    if (
        decided.is_decided(before.source.data)
        or before.data.status is Status.WITHDRAWN
        or after.data.status is Status.DRAFT  # another rule says that it was submitted
    ):
        return
    if after.data.revision > before.data.revision:
        if not (before.reported or after.reported):
            yield from _figures(pair)
    elif after.data.revision == before.data.revision:
        yield from _unrevised(pair)


def _rewritten(pair: Pair) -> Iterator[Problem]:
    before, after = pair.before, pair.after
    earlier = [lasting(entry) for entry in before.source.data.get("revisions") or ()]
    now = [lasting(entry) for entry in after.source.data.get("revisions") or ()]
    first = next((n for n, entry in enumerate(earlier) if now[n : n + 1] != [entry]), None)
    if first is not None:
        yield REVISION_REWRITTEN.at(
            after.source.path,
            after.source.value("revisions", first)
            if first < len(now)
            else after.source.place("revisions"),
            f"Entry {first + 1} of `revisions` of {after.data.id} is not the one at the base.",
            "Restore it as it was, and add what is new as a further entry.",
        )
    elif after.data.revision < before.data.revision:
        yield REVISION_REWRITTEN.at(
            after.source.path,
            after.source.value("revision"),
            f"{after.data.id} had revision {before.data.revision} at the base, and now has "
            f"{after.data.revision}.",
            f"Write `revision: {before.data.revision}`, or one more for a new revision.",
        )


def _unrevised(pair: Pair) -> Iterator[Problem]:
    """Yield what is requested otherwise under the number that the client has read."""
    after, number = pair.after, pair.before.data.revision
    for key in _REQUESTED:
        old, new = (_asked_at(side.source.data, key) for side in (pair.before, after))
        # Assessing a request adds to it. Once the client was asked to decide, adding changes it.
        if old is None and not _was_asked(pair.before):
            continue
        found = (each for each in differences(old, new, key) if not _is_same_number(each))
        difference = next(found, None)
        if difference is None or touches(pair.before.reported, difference.path):
            continue
        yield CHANGED_WITHOUT_REVISION.at(
            after.source.path,
            after.source.value(*difference.path),
            f"`{spell(difference.path)}` of {after.data.id} {difference.told}, but it is still "
            f"revision {number}, which the client may have read.",
            f"Write `revision: {number + 1}`, and add an entry for it to `revisions`, with `on`, "
            f"`by`{_with_was(pair)} and a `note` that says what is different. Or restore it.",
        )


def _is_same_number(difference: KeyDifference) -> bool:
    """Return whether a number is only written otherwise, with more zeros or fewer."""
    if difference.path[-1] not in _NUMBERS:
        return False
    try:
        return Decimal(difference.before) == Decimal(difference.after)
    except (InvalidOperation, TypeError, ValueError):
        return False


def _was_asked(record: Record) -> bool:
    """Return whether the client was ever asked to decide, or work began before they were."""
    been = {record.data.status, *(entry.status for entry in record.data.history)}
    return bool(been & {Status.AWAITING_DECISION, Status.IMPLEMENTING})


def _figures(pair: Pair) -> Iterator[Problem]:
    """Compare what the first new revision says of the one before with the base."""
    number, source = pair.before.data.revision, pair.after.source
    first = next(
        ((n, r) for n, r in enumerate(pair.after.data.revisions) if r.revision > number), None
    )
    if first is None:
        return  # a rule of the record itself says so
    index, entry = first
    amount, days = _asked(pair.before, pair)
    path: KeyPath = ("revisions", index)
    if entry.was is None:
        if was := asked_before(pair):
            yield WAS_MISSING.at(
                source.path,
                source.place(*path),
                f"Revision {entry.revision} of {pair.after.data.id} does not say what was "
                "requested before.",
                f"Add `was: {flow(was)}` to it.",
            )
        return
    wrong: list[tuple[KeyPath, object, object]] = []
    if entry.was.amount is not None and entry.was.amount != amount:
        wrong.append(((*path, "was", "amount"), entry.was.amount, amount))
    for milestone, stated in entry.was.days.items():
        if stated != days.get(milestone, 0):
            wrong.append(((*path, "was", "days", milestone), stated, days.get(milestone, 0)))
    for at, said, requested in wrong:
        yield WAS_WRONG.at(
            source.path,
            source.value(*at),
            f"`{spell(at)}` is `{said}`, but "
            + (
                f"`{requested}` was requested at the base."
                if requested is not None
                else "no amount was requested at the base."
            ),
            f"Write `{requested}`." if requested is not None else "Leave it out.",
        )
    if not wrong and (missing := _untold(pair, entry.was)):
        yield WAS_MISSING.at(
            source.path,
            source.place(*path, "was"),
            f"Revision {entry.revision} of {pair.after.data.id} does not say what {missing} was "
            "before.",
            f"Write `was: {flow(asked_before(pair))}`.",
        )


def _asked(record: Record, pair: Pair) -> tuple[Decimal | None, dict[str, int]]:
    return sums.asked(record.data, pair.client.profile), sums.asked_days(record.data)


def asked_before(pair: Pair) -> dict[str, Any]:
    """Return what `was` has to say: the figures of the base that are others now."""
    (amount, days), (now, then) = _asked(pair.before, pair), _asked(pair.after, pair)
    moved = {m: days.get(m, 0) for m in {**days, **then} if days.get(m, 0) != then.get(m, 0)}
    told: dict[str, Any] = {"amount": amount} if amount is not None and amount != now else {}
    return told | ({"days": moved} if moved else {})


def _untold(pair: Pair, was: AskedBefore) -> str:
    """Return the first figure that is another one now and that `was` says nothing of."""
    told = asked_before(pair)
    if "amount" in told and was.amount is None:
        return "the amount"
    return next((f"`{m}`" for m in told.get("days", ()) if m not in was.days), "")


def _with_was(pair: Pair) -> str:
    was = asked_before(pair)
    return f", `was: {flow(was)}`" if was else ""


def _asked_at(front: Mapping[str, Any], key: tuple[str, ...]) -> Any:
    """Return what is requested at a key.

    An option with which nothing is done costs nothing and moves nothing, marked as such or not.
    """
    value: Any = lasting(front)
    for step in key:
        value = value.get(step) if isinstance(value, Mapping) else None
    if key == _OPTIONS and isinstance(value, list):
        return [_without_mark(option) for option in value]
    return value


def _without_mark(option: Any) -> Any:
    if not isinstance(option, Mapping):
        return option
    return {key: value for key, value in option.items() if key != "nothing"}

"""What a choice among pending changes comes to, as the build computes it: to compare with pages.

Here nothing is added up. The other pending changes are taken away, those that are chosen request
what was chosen, and the sums of such a log are what the page has to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product

from changebook.edition.editions import Edition
from changebook.model import sums
from changebook.model.schema import ChangeRecord, Option, Profile
from changebook.model.sums import PENDING, Bucket, Position
from changebook.model.vocabulary import Outcome, Status
from changebook.model.words import Words
from changebook.views.impact import impact
from tests.strategies import changed

#: Where the milestone's name stands in a row's key, for rows that are of none.
Key = tuple[str, str]
#: A figure as it is written, what it differs by, and what is not known of it.
Row = tuple[str, str, str]
#: For each change that is chosen, its option; None as requested.
Choice = Mapping[str, Option | None]


def today(edition: Edition) -> Position:
    return impact(edition).position


def open_changes(edition: Edition) -> list[ChangeRecord]:
    """The changes that wait; what is approved already counts in any case."""
    standings = today(edition).standings
    buckets = PENDING - {Bucket.APPROVED_LATER}
    return [r.data for r in edition.records if standings[r.data.id].bucket in buckets]


def ways(record: ChangeRecord) -> list[Option | None]:
    """What a client can choose of a change, besides leaving it."""
    options: list[Option | None] = [o for o in record.options if not o.nothing]
    impact = record.impact
    stated = impact and [impact.cost, impact.schedule, impact.resources] != [None] * 3
    recommended = any(option and option.recommended for option in options)
    return options if record.options and (recommended or not stated) else [None, *options]


def choices(edition: Edition, most: int = 10_000) -> list[Choice]:
    """Every choice, also that of nothing; some of them, evenly, where they are more than `most`."""
    each = [[{}, *({record.id: way} for way in ways(record))] for record in open_changes(edition)]
    everything: list[Choice] = [
        {id: way for part in parts for id, way in part.items()} for parts in product(*each)
    ]
    step = -(-len(everything) // most)
    return [*everything[::step], everything[-1]] if step > 1 else everything


def value(id: str, option: Option | None) -> str:
    """How an address names it."""
    return id if option is None else f"{id}.{option.id}"


def position(edition: Edition, choice: Choice) -> Position:
    """The sums if nothing else was requested than what is chosen."""
    waiting = {record.id for record in open_changes(edition)}
    records = (
        _asking(r.data, choice[r.data.id], edition.profile) if r.data.id in choice else r.data
        for r in edition.records
        if r.data.id in choice or r.data.id not in waiting
    )
    return sums.Positions(edition.profile).on(edition.as_of, records)


def approved(edition: Edition, choice: Choice, on: date) -> Position:
    """The sums on a later day, once what is chosen was approved and the rest withdrawn."""
    waiting = {record.id for record in open_changes(edition)}
    records = (
        _approving(_asking(r.data, choice[r.data.id], edition.profile), edition)
        if r.data.id in choice
        else r.data
        for r in edition.records
        if r.data.id in choice or r.data.id not in waiting
    )
    return sums.Positions(edition.profile).on(on, records)


def _asking(record: ChangeRecord, option: Option | None, profile: Profile) -> ChangeRecord:
    """The record as if it requested one of its options, and had no others."""
    if option is None:
        return changed(record, options=())
    amount, days = option.amount, option.days
    asked = record.impact.schedule if record.impact else None
    end = next((m.id for m in profile.contract.milestones if m.completion), None)
    if option.recommended:
        amount = sums.asked(record, profile) if amount is None else amount
        if days is None and end and asked is not None:
            days = sums.asked_days(record).get(end, 0)
    kept = {id: n for id, n in sums.asked_days(record).items() if id != end}
    moves = kept | ({end: days} if end and days is not None else {})
    lines = [{"milestone": id, "days": count} for id, count in moves.items()]
    resources = record.impact.resources if record.impact and option.recommended else None
    return changed(
        record,
        options=(),
        impact={
            "cost": None if amount is None else [{"item": "Option", "amount": amount}],
            "schedule": lines,
            "resources": resources and [line.model_dump() for line in resources],
        },
    )


def _approving(record: ChangeRecord, edition: Edition) -> ChangeRecord:
    on = edition.as_of
    return changed(
        record,
        status=Status.APPROVED,
        history=[
            *(entry.model_dump() for entry in record.history),
            {"status": Status.APPROVED, "on": on, "by": "Chen Yu"},
        ],
        decision={
            "outcome": Outcome.APPROVED,
            "on": on,
            "amount": sums.asked(record, edition.profile),
        },
    )


def rows(edition: Edition, choice: Choice) -> dict[Key, Row]:
    """The rows that the page has to show, by figure and milestone; no gaps of days."""
    then, now, words = position(edition, choice), today(edition), edition.words
    pending, effort = then.pending, then.effort
    people = effort.total.pending
    base = effort.total.approved.amount if effort.revised is None else effort.revised
    shown = {
        ("sum", ""): (
            words.money(then.forecast.amount, then.currency),
            words.money(pending.amount, then.currency, signed=True),
            _gap(len(pending.unknown), words),
        ),
        ("effort", ""): (
            words.number(base + people.amount),
            words.number(people.amount, signed=True),
            _gap(len(people.unknown), words),
        ),
    }
    if then.budget:
        shown["budget", ""] = (
            words.money(then.budget.left_if_pending, then.currency),
            words.money(-pending.amount, then.currency, signed=True),
            _gap(len(pending.unknown), words),
        )
    for milestone, agreed in zip(then.milestones, now.milestones, strict=True):
        span = milestone.pending
        first, last = (span.earliest, span.latest) if span else (agreed.agreed, agreed.agreed)
        text = words.gettext("%(from)s to %(to)s")
        both = text % {"from": words.date(first), "to": words.date(last)}
        shown["date", milestone.id] = (words.date(last) if first == last else both, "", "")
    return shown


def _gap(count: int, words: Words) -> str:
    said = words.ngettext("%(num)s not assessed", "%(num)s not assessed", count)
    return said % {"num": count} if count else ""


def later(edition: Edition) -> date:
    """A day on which all counts that is approved."""
    days = (r.data.decision.counts_from for r in edition.records if r.data.decision)
    return max((day for day in days if day), default=edition.as_of) + timedelta(days=999)

"""The JSON of `changebook diff`, as docs/pull-requests.md documents it.

A change that a reader of the shape would notice needs a new VERSION, except for a new key.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from changebook.diff.effects import (
    AmountChange,
    ClientEffect,
    DateEffect,
    Effect,
    Figures,
    RecordEffect,
    Wait,
)
from changebook.diff.revealed import Revealed
from changebook.model.diagnostics import as_rows
from changebook.model.sums import MilestonePosition
from changebook.model.values import money

VERSION = 1

Shape = dict[str, Any]


def as_json(effect: Effect, base: str) -> str:
    """The whole effect; `base` is the name of the commit that it is compared with."""
    shape = {
        "version": VERSION,
        "internal": True,
        "base": base,
        "audience": effect.audience.value,
        "clients": [_client(client) for client in effect.clients],
        "problems": as_rows(effect.elsewhere),
    }
    return json.dumps(shape, ensure_ascii=False, indent=2)


def _client(client: ClientEffect) -> Shape:
    return {
        "slug": client.slug,
        "name": client.name,
        "state": client.state.value,
        "new": [_entry(entry) for entry in client.new],
        "moved": [_entry(entry) for entry in client.moved],
        "edited": [_entry(entry) for entry in client.edited],
        "gone": [_entry(entry) for entry in client.gone],
        "files": [{"path": file.path, "state": file.state.value} for file in client.files],
        "profile": list(client.profile),
        "approvers": [{"name": name, "may_approve": may} for name, may in client.approvers],
        "figures": client.figures and _figures(client.figures),
        "becomes_visible": [_revealed(item) for item in client.revealed],
        "no_longer_visible": [entry.id for entry in client.concealed],
        "waiting": [_wait(wait) for wait in client.waiting],
        "settled": [_wait(wait) for wait in client.settled],
        "problems": as_rows(client.problems),
    }


def _entry(entry: RecordEffect) -> Shape:
    return {
        "id": entry.id,
        "title": entry.title,
        "path": entry.path,
        "before": entry.before and entry.before.value,
        "after": entry.after and entry.after.value,
        "steps": [status.value for status in entry.steps],
        "by": entry.by,
        "amount": _money(entry.amount, entry.currency),
        "keys": list(entry.keys),
        "client_sees_it": not entry.unseen,
    }


def _figures(figures: Figures) -> Shape:
    return {
        "as_of": figures.as_of.isoformat(),
        "currency": figures.currency,
        "lines": {c.name.value: _amounts(c, figures.currency) for c in figures.lines},
        "budget": {c.name.value: _amounts(c, figures.currency) for c in figures.budget} or None,
        "milestones": [_dates(change) for change in figures.dates],
    }


def _amounts(change: AmountChange, currency: str) -> Shape:
    return {
        "before": _money(change.before, currency),
        "after": _money(change.after, currency),
        "difference": _money(change.difference, currency),
    }


def _money(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else money(amount, currency)


def _dates(change: DateEffect) -> Shape:
    return {
        "milestone": change.id,
        "name": change.name,
        "before": change.before and _milestone(change.before),
        "after": change.after and _milestone(change.after),
        "days": change.days,
    }


def _milestone(position: MilestonePosition) -> Shape:
    pending = position.pending
    return {
        "agreed": position.agreed.isoformat(),
        "pending": pending
        and {"earliest": pending.earliest.isoformat(), "latest": pending.latest.isoformat()},
    }


def _revealed(item: Revealed) -> Shape:
    return {
        "kind": item.kind.value,
        "id": item.id,
        "words": item.words,
        "origin": item.origin or None,
    }


def _wait(wait: Wait) -> Shape:
    return {
        "for": wait.what.value,
        "id": wait.id,
        "title": wait.title,
        "whom": list(wait.whom),
        "due": _day(wait.due),
        "about": wait.about or None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

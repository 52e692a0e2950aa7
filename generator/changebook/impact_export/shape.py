"""The JSON shape that docs/impact-json.md documents.

A change that a reader of the shape would notice needs a new VERSION, except for a new key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from changebook import sums
from changebook.impact_export.report import Report
from changebook.sums import (
    Budget,
    ChangeOrder,
    Difference,
    Effort,
    Figure,
    ForeignLine,
    MilestonePosition,
    Part,
    RoleDays,
    Standing,
    TaxLine,
)
from changebook.views.impact import PendingChange

VERSION = 1

Shape = dict[str, Any]


def money(amount: Decimal, currency: str) -> str:
    """An amount with all decimals of its currency and nothing else."""
    return format(sums.rounded(amount, currency), "f")


def number(value: Decimal) -> str:
    """A quantity with the decimals that were written; never minus 0."""
    return format(value or abs(value), "f")


def shape(report: Report) -> Shape:
    """The whole report as plain data. Amounts are text, so that no program rounds them."""
    edition, position, view = report.edition, report.position, report.view
    profile, currency = edition.profile, position.currency
    lines = {line.value: _figure(figure, currency) for line, figure in position.lines.items()}
    return {
        "version": VERSION,
        "client": {"slug": edition.slug, "name": profile.name, "project": profile.project},
        "contract": profile.contract.reference,
        "audience": edition.audience.value,
        "as_of": edition.as_of.isoformat(),
        "known_on": _day(report.known_on),
        "currency": currency,
        "lines": lines,
        "approved_adds": _figure(position.adds, currency),
        "approved_credits": _figure(position.credits, currency),
        "pending_adds": _figure(position.pending_adds, currency),
        "pending_credits": _figure(position.pending_credits, currency),
        "budget": position.budget and _budget(position.budget, position.pending, currency),
        "tax": {
            "revised": [_tax(line, currency) for line in position.tax_on_revised],
            "forecast": [_tax(line, currency) for line in position.tax_on_forecast],
        },
        "foreign": [_foreign(line, currency) for line in position.foreign],
        "register": [_order(entry, view.titles[entry.id], currency) for entry in position.register],
        "pending": [_pending(change, currency) for change in view.pending],
        "milestones": [_milestone(milestone) for milestone in position.milestones],
        "person_days": _effort(position.effort),
        "changes": [
            _standing(standing, view.titles[id], currency)
            for id, standing in position.standings.items()
        ],
        "beyond_client": view.beyond and _difference(view.beyond, currency),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _amount(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else money(amount, currency)


def _figure(figure: Figure, currency: str) -> Shape:
    return {
        "amount": money(figure.amount, currency),
        "records": list(figure.ids),
        "parts": _parts(figure.parts, currency),
        "not_assessed": list(figure.unknown),
    }


def _parts(parts: Iterable[Part], currency: str) -> list[Shape]:
    return [{"id": part.id, "amount": money(part.amount, currency)} for part in parts]


def _ids(*figures: Figure) -> list[str]:
    return sorted({id for figure in figures for id in figure.ids})


def _budget(budget: Budget, pending: Figure, currency: str) -> Shape:
    return {
        "amount": money(budget.amount, currency),
        "used": _figure(budget.used, currency),
        "left": {"amount": money(budget.left, currency), "records": _ids(budget.used)},
        "left_if_pending": {
            "amount": money(budget.left_if_pending, currency),
            "records": _ids(budget.used, pending),
        },
    }


def _tax(line: TaxLine, currency: str) -> Shape:
    return {
        "rate": None if line.rate is None else number(line.rate),
        "base": money(line.base, currency),
        "tax": _amount(line.tax, currency),
        "records": list(line.ids),
        "parts": _parts(line.parts, currency),
    }


def _foreign(line: ForeignLine, currency: str) -> Shape:
    row = line.row
    return {
        "id": line.id,
        "bucket": line.bucket.value,
        "item": row.item,
        "amount": _amount(row.amount, row.currency),
        "currency": row.currency,
        "memo": _amount(row.memo, currency),
        "exchange": row.fx
        and {"rate": number(row.fx.rate), "source": row.fx.source, "date": row.fx.date.isoformat()},
    }


def _order(entry: ChangeOrder, title: str, currency: str) -> Shape:
    return {
        "number": entry.number,
        "id": entry.id,
        "title": title,
        "reversal": entry.reversal,
        "counts_from": entry.on.isoformat(),
        "recorded": entry.recorded.isoformat(),
        "amount": money(entry.amount, currency),
        "replaced": _parts(entry.replaced, currency),
        "earlier": money(entry.earlier, currency),
        "sum_before": money(entry.before, currency),
        "this": money(entry.this, currency),
        "sum_after": money(entry.after, currency),
        "milestones": [
            {
                "milestone": step.milestone,
                "days": step.days,
                "before": step.before.isoformat(),
                "after": step.after.isoformat(),
            }
            for step in entry.steps
        ],
    }


def _pending(change: PendingChange, currency: str) -> Shape:
    days = change.row.days
    return _standing(change.standing, change.row.title, currency) | {
        "status": change.row.status.value,
        "due": _day(change.due),
        "days": None if days is None else {line.milestone: line.days for line in days},
    }


def _standing(standing: Standing, title: str, currency: str) -> Shape:
    return {
        "id": standing.id,
        "title": title,
        "bucket": standing.bucket.value,
        "own": _amount(standing.own, currency),
        "amount": _amount(standing.amount, currency),
        "replaces": _parts(standing.replaces, currency),
    }


def _milestone(milestone: MilestonePosition) -> Shape:
    pending = milestone.pending
    return {
        "milestone": milestone.id,
        "name": milestone.name,
        "completion": milestone.completion,
        "original": milestone.original.isoformat(),
        "agreed": milestone.agreed.isoformat(),
        "steps": [
            {
                "id": step.id,
                "reversal": step.reversal,
                "days": step.days,
                "before": step.before.isoformat(),
                "after": step.after.isoformat(),
            }
            for step in milestone.steps
        ],
        "requests": [{"id": request.id, "days": request.days} for request in milestone.requests],
        "pending": pending
        and {
            "low": pending.low,
            "high": pending.high,
            "earliest": pending.earliest.isoformat(),
            "latest": pending.latest.isoformat(),
        },
    }


def _effort(effort: Effort) -> Shape:
    total = effort.total
    return {
        "original": None if effort.original is None else number(effort.original),
        "revised": _derived_days(effort.revised, (total.approved,)),
        "forecast": _derived_days(effort.forecast, (total.approved, total.pending)),
        "total": _role(total),
        "roles": [{"role": role.role} | _role(role) for role in effort.roles],
    }


def _derived_days(days: Decimal | None, made_of: Sequence[Figure]) -> Shape | None:
    return None if days is None else {"days": number(days), "records": _ids(*made_of)}


def _role(role: RoleDays) -> Shape:
    return {"approved": _days(role.approved), "pending": _days(role.pending)}


def _days(figure: Figure) -> Shape:
    return {
        "days": number(figure.amount),
        "records": list(figure.ids),
        "parts": [{"id": part.id, "days": number(part.amount)} for part in figure.parts],
        "not_assessed": list(figure.unknown),
    }


def _difference(beyond: Difference, currency: str) -> Shape:
    return {
        "pending": _figure(beyond.pending, currency),
        "forecast": _figure(beyond.forecast, currency),
        "withdrawn": _figure(beyond.withdrawn, currency),
    }

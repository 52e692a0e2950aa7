"""The JSON shape that docs/impact-json.md documents.

A change that a reader of the shape would notice needs a new VERSION, except for a new key.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from changebook.exports.impact.analysis import analysis
from changebook.exports.impact.plain import Shape, figure, parts, requests
from changebook.exports.impact.report import Report
from changebook.model.sums import (
    Budget,
    ChangeOrder,
    Difference,
    Effort,
    Figure,
    ForeignLine,
    MilestonePosition,
    RoleDays,
    Standing,
    TaxLine,
)
from changebook.model.values import day_or_none, money, money_or_none, number, number_or_none
from changebook.views.impact import PendingChange

VERSION = 1


def shape(report: Report) -> Shape:
    """The whole report as plain data. Amounts are text, so that no program rounds them."""
    edition, position, view = report.edition, report.position, report.view
    profile, currency = edition.profile, position.currency
    lines = {line.value: figure(of, currency) for line, of in position.lines.items()}
    return {
        "version": VERSION,
        "client": {"slug": edition.slug, "name": profile.name, "project": profile.project},
        "contract": profile.contract.reference,
        "audience": edition.audience.value,
        "as_of": edition.as_of.isoformat(),
        "known_on": day_or_none(report.known_on),
        "currency": currency,
        "lines": lines,
        "approved_adds": figure(position.adds, currency),
        "approved_credits": figure(position.credits, currency),
        "pending_adds": figure(position.pending_adds, currency),
        "pending_credits": figure(position.pending_credits, currency),
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
    } | analysis(report)


def _ids(*figures: Figure) -> list[str]:
    return sorted({id for figure in figures for id in figure.ids})


def _budget(budget: Budget, pending: Figure, currency: str) -> Shape:
    return {
        "amount": money(budget.amount, currency),
        "used": figure(budget.used, currency),
        "left": {"amount": money(budget.left, currency), "records": _ids(budget.used)},
        "left_if_pending": {
            "amount": money(budget.left_if_pending, currency),
            "records": _ids(budget.used, pending),
        },
    }


def _tax(line: TaxLine, currency: str) -> Shape:
    return {
        "rate": number_or_none(line.rate),
        "base": money(line.base, currency),
        "tax": money_or_none(line.tax, currency),
        "records": list(line.ids),
        "parts": parts(line.parts, currency),
    }


def _foreign(line: ForeignLine, currency: str) -> Shape:
    row = line.row
    return {
        "id": line.id,
        "bucket": line.bucket.value,
        "item": row.item,
        "amount": money_or_none(row.amount, row.currency),
        "currency": row.currency,
        "memo": money_or_none(row.memo, currency),
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
        "replaced": parts(entry.replaced, currency),
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
        "due": day_or_none(change.due),
        "days": None if days is None else {line.milestone: line.days for line in days},
    }


def _standing(standing: Standing, title: str, currency: str) -> Shape:
    return {
        "id": standing.id,
        "title": title,
        "bucket": standing.bucket.value,
        "own": money_or_none(standing.own, currency),
        "amount": money_or_none(standing.amount, currency),
        "replaces": parts(standing.replaces, currency),
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
        "requests": requests(milestone.requests),
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
        "original": number_or_none(effort.original),
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
        "pending": figure(beyond.pending, currency),
        "forecast": figure(beyond.forecast, currency),
        "withdrawn": figure(beyond.withdrawn, currency),
    }

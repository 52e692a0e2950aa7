"""The figures by group, over time and by age as plain data: the second half of the JSON shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from changebook.exports.impact.plain import Shape, figure, requests
from changebook.exports.impact.report import Report
from changebook.model.sums import CoursePoint, Quarter, SumLine
from changebook.model.sums.aging import Aging
from changebook.model.sums.pace import StatusPace
from changebook.model.values import day_or_none, money, money_or_none, number_or_none
from changebook.model.vocabulary import Term
from changebook.views.impact import Group, OpenRisk, RiskCell
from changebook.views.months import Comparison, LateEntry, MonthEnd
from changebook.views.pace import Answered, Pace

T = TypeVar("T", bound=str)


def analysis(report: Report) -> Shape:
    """Course, groups, quarters, pace, ages, risks and month ends, in the order of the page."""
    view, currency = report.view, report.currency
    return {
        "risks": [_risk(risk) for risk in view.risks],
        "risk_matrix": [_cell(cell) for row in view.matrix for cell in row],
        "by_reason": _groups(view.by_reason, currency),
        "by_type": _groups(view.by_type, currency),
        "by_party": _groups(view.by_party, currency),
        "by_item": _groups(view.by_item, currency),
        "course": [_point(point, currency) for point in view.course],
        "by_quarter": [_quarter(quarter, currency) for quarter in view.by_quarter],
        "pace": _pace(view.pace),
        "aging": _aging(view.aging, currency),
        "month_ends": [_month_end(end, currency) for end in report.ends],
    }


def _risk(of: OpenRisk) -> Shape:
    return {
        "id": of.id,
        "title": of.title,
        "status": of.status.value,
        "risk": of.risk.risk,
        "likelihood": of.risk.likelihood.value,
        "severity": of.risk.severity.value,
        "score": of.score,
        "response": of.risk.response,
    }


def _cell(cell: RiskCell) -> Shape:
    return {
        "likelihood": cell.likelihood.value,
        "severity": cell.severity.value,
        "band": cell.band.value,
        "count": len(cell.risks),
        "records": list(dict.fromkeys(risk.id for risk in cell.risks)),
    }


def _groups(groups: Iterable[Group[T]], currency: str) -> list[Shape]:
    return [
        {
            "group": group.term.value if isinstance(group.term, Term) else group.term,
            "records": list(group.share.ids),
            "approved": figure(group.share.approved, currency),
            "pending": figure(group.share.pending, currency),
            "days_granted": group.share.granted,
            "requests": requests(group.share.requests),
            "days_requested": group.share.requested
            and {"low": group.share.requested.low, "high": group.share.requested.high},
        }
        for group in groups
    ]


def _point(point: CoursePoint, currency: str) -> Shape:
    return {
        "on": point.on.isoformat(),
        "revised": money(point.revised, currency),
        "left": money_or_none(point.left, currency),
        "records": list(point.ids),
    }


def _quarter(quarter: Quarter, currency: str) -> Shape:
    return {
        "first": quarter.first.isoformat(),
        "requested": list(quarter.requested),
        "decided": list(quarter.decided),
        "pending": figure(quarter.pending, currency),
        "approved": figure(quarter.approved, currency),
        "days": quarter.days,
        "revised": money(quarter.revised, currency),
        "left": money_or_none(quarter.left, currency),
    }


def _pace(pace: Pace) -> Shape:
    return {
        "months": [
            {
                "month": f"{month.first:%Y-%m}",
                "requested": list(month.requested),
                "decided": list(month.decided),
            }
            for month in pace.months
        ],
        "statuses": [_status(status) for status in pace.statuses],
        "decisions": _answered(pace.decisions),
        "in_time": list(pace.in_time),
        "late": list(pace.late),
        "objections": _answered(pace.objections),
        "open_objections": list(pace.open_objections),
    }


def _status(of: StatusPace) -> Shape:
    return {
        "status": of.status.value,
        "completed": of.completed,
        "median": number_or_none(of.median),
        "now": [
            {"id": stay.id, "since": stay.since.isoformat(), "days": stay.days} for stay in of.now
        ],
    }


def _answered(of: Answered) -> Shape:
    return {"median": number_or_none(of.median), "records": list(of.ids)}


def _aging(aging: Aging, currency: str) -> Shape:
    oldest = aging.oldest
    return {
        "bands": [
            {"from_days": band.first, "to_days": band.last} | figure(band.figure, currency)
            for band in aging.bands
        ],
        "oldest": oldest and {"id": oldest.id, "days": oldest.days},
    }


def _month_end(end: MonthEnd, currency: str) -> Shape:
    return {
        "on": end.on.isoformat(),
        "known_then": _known(end.since, currency),
        "known_now": end.now and _known(end.now, currency),
        "written_later": [_late(entry) for entry in end.late],
    }


def _known(of: Comparison, currency: str) -> Shape:
    """The later day's lines, the records that two of them add up, and the agreed dates."""
    figures = {change.line: change.after for change in of.lines}
    return {
        "lines": {line.value: money(figure.amount, currency) for line, figure in figures.items()},
        "approved": list(figures[SumLine.APPROVED].ids),
        "pending": list(figures[SumLine.PENDING].ids),
        "milestones": {moved.after.id: moved.after.agreed.isoformat() for moved in of.dates},
    }


def _late(entry: LateEntry) -> Shape:
    return {
        "id": entry.id,
        "title": entry.title,
        "status": entry.status.value,
        "on": entry.on.isoformat(),
        "recorded": entry.recorded.isoformat(),
        "counts_from": day_or_none(entry.counts_from),
    }

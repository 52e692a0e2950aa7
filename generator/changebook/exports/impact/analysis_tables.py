"""Risks, groups, quarters, course, pace, ages and month ends as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from changebook.exports.impact.report import Report
from changebook.exports.tables.table import Cell, Money, Row, Table, ids_or_none, money_or_none
from changebook.model.sums import CoursePoint, Quarter, SumLine
from changebook.model.sums.aging import AgeBand
from changebook.model.sums.pace import StatusPace
from changebook.model.vocabulary import Term
from changebook.model.words import Words
from changebook.views.impact import HEADLINE, Group, RiskCell
from changebook.views.months import Comparison, MonthEnd

T = TypeVar("T", bound=str)


def analysis_tables(report: Report, words: Words) -> tuple[Table, ...]:
    """The figures by group, over time and by age, in the order of the page."""
    return (
        _risks(report, words),
        _matrix(report, words),
        _groups(report, words),
        _course(report, words),
        _quarters(report, words),
        _months(report, words),
        _statuses(report, words),
        _answers(report, words),
        _aging(report, words),
        _month_ends(report, words),
        _late(report, words),
    )


def _risks(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (
        _("Risk"),
        _("Likelihood"),
        _("Severity"),
        _("Score"),
        _("Response"),
        _("Change"),
        _("Title"),
    )
    rows = (
        (
            item.risk.risk,
            words.label(item.risk.likelihood),
            words.label(item.risk.severity),
            item.score,
            item.risk.response,
            item.id,
            item.title,
        )
        for item in report.view.risks
    )
    return Table(_("Risks of open changes"), columns, tuple(rows), repeated=frozenset({6}))


def _matrix(report: Report, words: Words) -> Table:
    """In each cell how many risks lie in it, and the changes that have them."""
    _ = words.gettext
    named = _("%(name)s: %(text)s")
    matrix = report.view.matrix if report.view.risks else ()
    severities = (cell.severity for cell in report.view.matrix[0])
    columns = (
        _("Likelihood"),
        *(named % {"name": _("Severity"), "text": words.label(level)} for level in severities),
    )

    def filled(cell: RiskCell) -> str | None:
        ids = ids_or_none(dict.fromkeys(risk.id for risk in cell.risks))
        return ids and named % {"name": words.number(len(cell.risks)), "text": ids}

    rows = ((words.label(line[0].likelihood), *map(filled, line)) for line in matrix)
    return Table(_("Risk matrix"), columns, tuple(rows))


def _groups(report: Report, words: Words) -> Table:
    _, view = words.gettext, report.view
    columns = (
        _("Grouped by"),
        _("Group"),
        _("Number of changes"),
        _("Approved"),
        _("Pending"),
        _("Days on the completion"),
        _("Pending days, least"),
        _("Pending days, most"),
        _("Changes"),
        _("Not assessed"),
    )

    def grouped(by: str, groups: Iterable[Group[T]]) -> Iterator[Row]:
        for group in groups:
            share, term = group.share, group.term
            name = words.label(term) if isinstance(term, Term) else term
            yield (
                by,
                _("not said yet") if name is None else name,
                len(share.ids),
                Money(share.approved.amount, report.currency),
                Money(share.pending.amount, report.currency),
                share.granted,
                *((share.requested.low, share.requested.high) if share.requested else (None, None)),
                ids_or_none(share.ids),
                ids_or_none(share.pending.unknown),
            )

    rows = (
        *grouped(_("Reason"), view.by_reason),
        *grouped(_("Type"), view.by_type),
        *grouped(_("Asked for by"), view.by_party),
        *grouped(_("Scope item"), view.by_item),
    )
    return Table(_("Where the changes come from"), columns, rows)


def _course(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (_("Counts from"), _("Revised"), _("Left of what is set aside"), _("Changes"))

    def row(point: CoursePoint) -> Row:
        return (
            point.on,
            Money(point.revised, report.currency),
            money_or_none(point.left, report.currency),
            ids_or_none(point.ids),
        )

    return Table(_("Revised sum over time"), columns, tuple(map(row, report.view.course)))


def _quarters(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (
        _("Quarter"),
        _("Asked for"),
        _("Decided"),
        _("Approved"),
        _("Days on the completion"),
        _("Sum after"),
        _("Left of what is set aside"),
        _("Still pending"),
        _("Changes asked for"),
        _("Changes decided"),
        _("Approved changes"),
        _("Pending changes"),
    )

    def row(quarter: Quarter) -> Row:
        return (
            words.quarter(quarter.first),
            len(quarter.requested),
            len(quarter.decided),
            Money(quarter.approved.amount, report.currency),
            quarter.days,
            Money(quarter.revised, report.currency),
            money_or_none(quarter.left, report.currency),
            Money(quarter.pending.amount, report.currency),
            ids_or_none(quarter.requested),
            ids_or_none(quarter.decided),
            ids_or_none(quarter.approved.ids),
            ids_or_none(quarter.pending.ids),
        )

    return Table(_("By quarter"), columns, tuple(map(row, report.view.by_quarter)))


def _months(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (
        _("Month"),
        _("Asked for"),
        _("Decided"),
        _("Changes asked for"),
        _("Changes decided"),
    )
    rows = (
        (
            words.month(month.first),
            len(month.requested),
            len(month.decided),
            ids_or_none(month.requested),
            ids_or_none(month.decided),
        )
        for month in report.view.pace.months
    )
    return Table(_("Asked for and decided"), columns, tuple(rows))


def _statuses(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (
        _("Status"),
        _("Usual days in it"),
        _("Passed through"),
        _("In it now"),
        _("Longest now"),
        _("Changes"),
    )

    def row(of: StatusPace) -> Row:
        return (
            words.label(of.status),
            of.median,
            of.completed,
            len(of.now),
            of.longest.days if of.longest else None,
            ids_or_none(stay.id for stay in of.now),
        )

    return Table(_("How fast changes move"), columns, tuple(map(row, report.view.pace.statuses)))


def _answers(report: Report, words: Words) -> Table:
    _, pace = words.gettext, report.view.pace
    columns = (_("Answers"), _("Usual days"), _("Number of changes"), _("Changes"))
    found = (
        (_("From the request to the decision"), pace.decisions.median, pace.decisions.ids),
        (_("Decided by the day it was due"), None, pace.in_time),
        (_("Decided later than due"), None, pace.late),
        (_("From an objection to its settlement"), pace.objections.median, pace.objections.ids),
        (_("Open objections"), None, pace.open_objections),
    )
    rows = ((name, days, len(ids), ids_or_none(ids)) for name, days, ids in found)
    return Table(_("Answers"), columns, tuple(rows))


def _aging(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (
        _("Asked for"),
        _("In the sums"),
        _("Number of changes"),
        _("Changes"),
        _("Not assessed"),
    )

    def age(band: AgeBand) -> str:
        if band.last is None:
            return _("more than %(days)s ago") % {"days": words.days(band.first - 1)}
        return _("%(first)s to %(last)s ago") % {
            "first": words.number(band.first),
            "last": words.days(band.last),
        }

    def row(band: AgeBand) -> Row:
        return (
            age(band),
            Money(band.figure.amount, report.currency),
            len(band.figure.ids),
            ids_or_none(band.figure.ids),
            ids_or_none(band.figure.unknown),
        )

    bands = report.view.aging.bands if report.view.pending else ()
    return Table(_("Pending changes by age"), columns, tuple(map(row, bands)))


def _month_ends(report: Report, words: Words) -> Table:
    """A row for each month end as known then, and one as known now where that differs."""
    _ = words.gettext

    def label(line: SumLine) -> str:
        name = words.label(line)
        return _("of which: %(line)s") % {"line": name} if line is SumLine.PROCEEDING else name

    columns = (
        _("Month end"),
        _("As known"),
        *map(label, HEADLINE),
        *(milestone.name for milestone in report.position.milestones),
        _("Approved changes"),
        _("Pending changes"),
    )

    def row(end: MonthEnd, known: str, of: Comparison) -> Row:
        figures = {change.line: change.after for change in of.lines}
        cells: list[Cell] = [end.on, known]
        cells += [Money(figures[line].amount, report.currency) for line in HEADLINE]
        cells += [moved.after.agreed for moved in of.dates]
        cells += [ids_or_none(figures[line].ids) for line in (SumLine.APPROVED, SumLine.PENDING)]
        return tuple(cells)

    def rows() -> Iterator[Row]:
        for end in report.ends:
            yield row(end, _("As known then"), end.since)
            if end.now:
                yield row(end, _("As known now"), end.now)

    # The original sum is the same in each.
    return Table(_("Month ends"), columns, tuple(rows()), repeated=frozenset({2}))


def _late(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (
        _("Month end"),
        _("Change"),
        _("Title"),
        _("Status"),
        _("Date"),
        _("Written down on"),
        _("Counts from"),
    )
    rows = (
        (
            end.on,
            entry.id,
            entry.title,
            words.label(entry.status),
            entry.on,
            entry.recorded,
            entry.counts_from,
        )
        for end in report.ends
        for entry in end.late
    )
    return Table(_("Written down later"), columns, tuple(rows))

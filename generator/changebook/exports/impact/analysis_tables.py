"""Risks, groups, quarters, course, pace, ages and month ends as tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from changebook.exports.impact.figures import ImpactFigures
from changebook.exports.tables.table import AnyTable, Column, Format, Table, money_column
from changebook.model.sums import CoursePoint, MilestonePosition, Quarter, SumLine
from changebook.model.sums.aging import AgeBand
from changebook.model.sums.pace import MonthRate, StatusPace
from changebook.model.values import Money
from changebook.model.vocabulary import Level, Term
from changebook.views.impact import HEADLINE, Group, OpenRisk, RiskCell
from changebook.views.months import Comparison, LateEntry, MonthEnd


def analysis_tables(figures: ImpactFigures) -> tuple[AnyTable, ...]:
    """Return the figures by group, over time and by age, in the order of the page."""
    return (
        _risks(figures),
        _matrix(figures),
        _groups(figures),
        _course(figures),
        _quarters(figures),
        _months(figures),
        _statuses(figures),
        _answers(figures),
        _aging(figures),
        _month_ends(figures),
        _late(figures),
    )


def _risks(figures: ImpactFigures) -> Table[OpenRisk]:
    words, _ = figures.words, figures.words.gettext
    columns: tuple[Column[OpenRisk], ...] = (
        Column(_("Risk"), lambda item: item.risk.risk),
        Column(_("Likelihood"), lambda item: words.label(item.risk.likelihood)),
        Column(_("Severity"), lambda item: words.label(item.risk.severity)),
        Column(_("Score"), lambda item: item.score, Format.NUMBER),
        Column(_("Response"), lambda item: item.risk.response),
        Column(_("Change"), lambda item: item.id, Format.ID),
        Column(_("Title"), lambda item: item.title, width=40, repeated=True),
    )
    return Table(_("Risks of open changes"), columns, figures.view.risks)


_MatrixRow = tuple[RiskCell, ...]


def _matrix(figures: ImpactFigures) -> Table[_MatrixRow]:
    """Return in each cell how many risks lie in it, and the changes that have them."""
    words, _, view = figures.words, figures.words.gettext, figures.view
    named = _("%(name)s: %(text)s")

    def level(severity: Level) -> Column[_MatrixRow]:
        def filled(row: _MatrixRow) -> str | None:
            risks = next(cell.risks for cell in row if cell.severity is severity)
            ids = " ".join(dict.fromkeys(risk.id for risk in risks))
            return named % {"name": words.number(len(risks)), "text": ids} if ids else None

        return Column(named % {"name": _("Severity"), "text": words.label(severity)}, filled)

    likelihood: Column[_MatrixRow] = Column(
        _("Likelihood"), lambda row: words.label(row[0].likelihood)
    )
    levels = (level(cell.severity) for cell in view.matrix[0])
    return Table(_("Risk matrix"), (likelihood, *levels), view.matrix if view.risks else ())


@dataclass(frozen=True)
class _GroupRow:
    by: str
    group: Group[Any]


def _groups(figures: ImpactFigures) -> Table[_GroupRow]:
    words, _, view = figures.words, figures.words.gettext, figures.view
    currency = figures.currency

    def name(row: _GroupRow) -> str:
        term = row.group.term
        if term is None:
            return _("not said yet")
        return words.label(term) if isinstance(term, Term) else str(term)

    def least(row: _GroupRow) -> int | None:
        return row.group.share.requested.low if row.group.share.requested else None

    def most(row: _GroupRow) -> int | None:
        return row.group.share.requested.high if row.group.share.requested else None

    columns: tuple[Column[_GroupRow], ...] = (
        Column(_("Grouped by"), lambda row: row.by),
        Column(_("Group"), name),
        Column(_("Number of changes"), lambda row: len(row.group.share.ids), Format.NUMBER),
        money_column(_("Approved"), lambda row: row.group.share.approved.amount, currency),
        money_column(_("Pending"), lambda row: row.group.share.pending.amount, currency),
        Column(_("Effect on completion"), lambda row: row.group.share.granted, Format.NUMBER),
        Column(_("Pending days, least"), least, Format.NUMBER),
        Column(_("Pending days, most"), most, Format.NUMBER),
        Column(_("Changes"), lambda row: row.group.share.ids, Format.ID),
        Column(_("Not assessed"), lambda row: row.group.share.pending.unknown, Format.ID),
    )
    kinds: tuple[tuple[str, Iterable[Group[Any]]], ...] = (
        (_("Reason"), view.by_reason),
        (_("Type"), view.by_type),
        (figures.words.pgettext("group", "Requested by"), view.by_party),
        (_("Scope item"), view.by_item),
    )
    rows = tuple(_GroupRow(by, group) for by, groups in kinds for group in groups)
    return Table(_("Where the changes come from"), columns, rows)


def _course(figures: ImpactFigures) -> Table[CoursePoint]:
    _, currency = figures.words.gettext, figures.currency
    columns: tuple[Column[CoursePoint], ...] = (
        Column(_("Effective from"), lambda point: point.on, Format.DATE),
        money_column(_("Revised"), lambda point: point.revised, currency),
        money_column(_("Change budget left"), lambda point: point.left, currency),
        Column(_("Changes"), lambda point: point.ids, Format.ID),
    )
    return Table(_("Revised sum over time"), columns, figures.view.course)


def _quarters(figures: ImpactFigures) -> Table[Quarter]:
    words, _, currency = figures.words, figures.words.gettext, figures.currency
    columns: tuple[Column[Quarter], ...] = (
        Column(_("Quarter"), lambda quarter: words.quarter(quarter.first)),
        Column(_("Requested"), lambda quarter: len(quarter.requested), Format.NUMBER),
        Column(_("Decided"), lambda quarter: len(quarter.decided), Format.NUMBER),
        money_column(_("Approved"), lambda quarter: quarter.approved.amount, currency),
        Column(_("Effect on completion"), lambda quarter: quarter.days, Format.NUMBER),
        money_column(_("Sum after"), lambda quarter: quarter.revised, currency),
        money_column(_("Change budget left"), lambda quarter: quarter.left, currency),
        money_column(_("Still pending"), lambda quarter: quarter.pending.amount, currency),
        Column(_("Changes requested"), lambda quarter: quarter.requested, Format.ID),
        Column(_("Changes decided"), lambda quarter: quarter.decided, Format.ID),
        Column(_("Approved changes"), lambda quarter: quarter.approved.ids, Format.ID),
        Column(_("Pending changes"), lambda quarter: quarter.pending.ids, Format.ID),
    )
    return Table(_("By quarter"), columns, figures.view.by_quarter)


def _months(figures: ImpactFigures) -> Table[MonthRate]:
    words, _ = figures.words, figures.words.gettext
    columns: tuple[Column[MonthRate], ...] = (
        Column(_("Month"), lambda month: words.month(month.first)),
        Column(_("Requested"), lambda month: len(month.requested), Format.NUMBER),
        Column(_("Decided"), lambda month: len(month.decided), Format.NUMBER),
        Column(_("Changes requested"), lambda month: month.requested, Format.ID),
        Column(_("Changes decided"), lambda month: month.decided, Format.ID),
    )
    return Table(_("Requested and decided"), columns, figures.view.pace.months)


def _statuses(figures: ImpactFigures) -> Table[StatusPace]:
    words, _ = figures.words, figures.words.gettext
    columns: tuple[Column[StatusPace], ...] = (
        Column(_("Status"), lambda pace: words.label(pace.status)),
        Column(_("Median days"), lambda pace: pace.median, Format.NUMBER),
        Column(_("Completed"), lambda pace: pace.completed, Format.NUMBER),
        Column(_("Now"), lambda pace: len(pace.now), Format.NUMBER),
        Column(
            _("Longest so far"),
            lambda pace: pace.longest.days if pace.longest else None,
            Format.NUMBER,
        ),
        Column(_("Changes"), lambda pace: [stay.id for stay in pace.now], Format.ID),
    )
    return Table(_("Handling times"), columns, figures.view.pace.statuses)


@dataclass(frozen=True)
class _Answer:
    name: str
    records: Collection[str]
    median: Decimal | None = None


def _answers(figures: ImpactFigures) -> Table[_Answer]:
    _, pace = figures.words.gettext, figures.view.pace
    decisions, objections = pace.decisions, pace.objections
    columns: tuple[Column[_Answer], ...] = (
        Column(_("Turnaround"), lambda answer: answer.name),
        Column(_("Median days"), lambda answer: answer.median, Format.NUMBER),
        Column(_("Number of changes"), lambda answer: len(answer.records), Format.NUMBER),
        Column(_("Changes"), lambda answer: answer.records, Format.ID),
    )
    rows = (
        _Answer(_("From the request to the decision"), decisions.ids, decisions.median),
        _Answer(_("Decided by the day it was due"), pace.in_time),
        _Answer(_("Decided later than due"), pace.late),
        _Answer(_("From an objection to its settlement"), objections.ids, objections.median),
        _Answer(_("Open objections"), pace.open_objections),
    )
    return Table(_("Turnaround"), columns, rows)


def _aging(figures: ImpactFigures) -> Table[AgeBand]:
    words, _ = figures.words, figures.words.gettext

    def age(band: AgeBand) -> str:
        if band.last is None:
            return _("more than %(days)s ago") % {"days": words.days(band.first - 1)}
        return _("%(first)s to %(last)s ago") % {
            "first": words.number(band.first),
            "last": words.days(band.last),
        }

    columns: tuple[Column[AgeBand], ...] = (
        Column(_("Requested"), age),
        money_column(_("Amount counted"), lambda band: band.figure.amount, figures.currency),
        Column(_("Number of changes"), lambda band: len(band.figure.ids), Format.NUMBER),
        Column(_("Changes"), lambda band: band.figure.ids, Format.ID),
        Column(_("Not assessed"), lambda band: band.figure.unknown, Format.ID),
    )
    bands = figures.view.aging.bands if figures.view.pending else ()
    return Table(_("Pending changes by age"), columns, bands)


@dataclass(frozen=True)
class _MonthEndRow:
    """A month end as known on a day."""

    end: MonthEnd
    known: str
    position: Comparison


def _month_ends(figures: ImpactFigures) -> Table[_MonthEndRow]:
    """Return a row for each month end as known then, and one as known now where that differs."""
    words, _ = figures.words, figures.words.gettext

    def line(of: SumLine) -> Column[_MonthEndRow]:
        def amount(row: _MonthEndRow) -> Money:
            return Money(row.position.line(of).after.amount, figures.currency)

        name = words.label(of)
        title = _("of which: %(line)s") % {"line": name} if of is SumLine.PROCEEDING else name
        # The original sum is the same in each.
        return Column(title, amount, Format.MONEY, repeated=of is SumLine.ORIGINAL)

    def agreed(milestone: MilestonePosition) -> Column[_MonthEndRow]:
        def day(row: _MonthEndRow) -> date:
            return next(
                moved.after.agreed for moved in row.position.dates if moved.after.id == milestone.id
            )

        return Column(milestone.name, day, Format.DATE)

    def rows() -> Iterator[_MonthEndRow]:
        for end in figures.ends:
            yield _MonthEndRow(end, _("As known then"), end.since)
            if end.now:
                yield _MonthEndRow(end, _("As known now"), end.now)

    columns: tuple[Column[_MonthEndRow], ...] = (
        Column(_("Month end"), lambda row: row.end.on, Format.DATE),
        Column(_("As known on"), lambda row: row.known),
        *map(line, HEADLINE),
        *map(agreed, figures.position.milestones),
        Column(
            _("Approved changes"),
            lambda row: row.position.line(SumLine.APPROVED).after.ids,
            Format.ID,
        ),
        Column(
            _("Pending changes"),
            lambda row: row.position.line(SumLine.PENDING).after.ids,
            Format.ID,
        ),
    )
    return Table(_("Month ends"), columns, tuple(rows()))


@dataclass(frozen=True)
class _LateRow:
    end: MonthEnd
    entry: LateEntry


def _late(figures: ImpactFigures) -> Table[_LateRow]:
    words, _ = figures.words, figures.words.gettext
    columns: tuple[Column[_LateRow], ...] = (
        Column(_("Month end"), lambda row: row.end.on, Format.DATE),
        Column(_("Change"), lambda row: row.entry.id, Format.ID),
        Column(_("Title"), lambda row: row.entry.title, width=40),
        Column(_("Status"), lambda row: words.label(row.entry.status)),
        Column(_("Date"), lambda row: row.entry.on, Format.DATE),
        Column(_("Recorded on"), lambda row: row.entry.recorded, Format.DATE),
        Column(_("Effective from"), lambda row: row.entry.counts_from, Format.DATE),
    )
    rows = tuple(_LateRow(end, entry) for end in figures.ends for entry in end.late)
    return Table(_("Recorded later"), columns, rows)

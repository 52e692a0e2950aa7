"""The figures of the Impact page as tables, in its order: for pages, paper, text and files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from changebook.model.cells import Piece
from changebook.model.schema import Contract
from changebook.model.sums import (
    ChangeOrder,
    CoursePoint,
    Figure,
    GroupShare,
    MilestonePosition,
    PendingDates,
    Position,
    Quarter,
    RoleDays,
    SumLine,
    TaxLine,
)
from changebook.model.sums.aging import AgeBand
from changebook.model.sums.pace import MonthRate, StatusPace
from changebook.model.table import (
    ALL,
    FLAT,
    AnyTable,
    Column,
    Format,
    Medium,
    Table,
    money_column,
    piece_column,
)
from changebook.model.values import Money, in_currency
from changebook.model.vocabulary import Level, Term
from changebook.model.words import Words
from changebook.views.corrections import table as corrections
from changebook.views.impact import HEADLINE, Group, ImpactView, OpenRisk, PendingChange, RiskCell
from changebook.views.meanings import line_name
from changebook.views.month_tables import by_amount
from changebook.views.months import Comparison, DateChange, LateEntry, LineChange, MonthEnd
from changebook.views.outcome import ActualOutcome
from changebook.views.sum_tables import behind, figure_column


def tables(view: ImpactView, ends: Sequence[MonthEnd], words: Words) -> tuple[AnyTable, ...]:
    """Return every table of the figures, in the order of the page."""
    return (
        _sums(view, words),
        register(view.position, view.titles, words),
        pending(view, words),
        milestones(view.position, words),
        people(view.position, words),
        risks(view, words),
        outcomes(view, words),
        _matrix(view, words),
        _groups(view, words),
        _course(view, words),
        quarters(view, words),
        months(view, words),
        statuses(view, words),
        answers(view, words),
        aging(view, words),
        _month_ends(view.position, ends, words),
        _late(ends, words),
        *([corrections(view.profile, words)] if view.profile.contract.corrections else []),
    )


def register(position: Position, titles: Mapping[str, str], words: Words) -> Table[ChangeOrder]:
    """Return the change order register; files have two columns for each milestone."""
    _, currency = words.gettext, position.currency
    columns: list[Column[ChangeOrder]] = [
        Column(_("No."), lambda order: order.number, Format.ORDINAL, on=ALL, name="number"),
        Column(_("Change"), lambda order: order.id, Format.ID, on=ALL, name="order"),
        Column(_("Title"), lambda order: titles[order.id], width=40),
        Column(_("Kind"), lambda order: _("Reversal") if order.reversal else _("Approval")),
        Column(_("Effective from"), lambda order: order.on, Format.DATE, on=ALL & ~Medium.PAGE),
        Column(_("Recorded on"), lambda order: order.recorded, Format.DATE),
        money_column(_("Amount"), lambda order: order.amount, currency),
        Column(_("Replaces"), lambda order: [part.id for part in order.replaced], Format.ID),
        # What was approved before and the sum before are those of the row above: text, which is
        # narrow, leaves them out.
        money_column(
            _("Changes approved before"), lambda order: order.earlier, currency, on=Medium.FILE
        ),
        money_column(_("Sum before"), lambda order: order.before, currency, on=ALL & ~Medium.TEXT),
        money_column(
            _("This change"), lambda order: order.this, currency, on=ALL, signed=True, name="this"
        ),
        money_column(_("Sum after"), lambda order: order.after, currency, on=ALL),
        Column(_("New dates"), on=Medium.PAGE | Medium.PAPER, name="dates"),
        Column(_("Agreement"), on=Medium.PAPER, name="agreement"),
    ]
    for milestone in position.milestones:
        columns += _moves(milestone, words)
    return Table(_("Register of change orders"), tuple(columns), position.register)


def orders(some: Iterable[ChangeOrder], currency: str, words: Words) -> Table[ChangeOrder]:
    """Return a few entries of the register, in short."""
    _ = words.gettext
    columns: tuple[Column[ChangeOrder], ...] = (
        Column(_("Change"), lambda order: order.id, Format.ID, on=Medium.PAGE, name="order"),
        money_column(
            _("This change"), lambda order: order.this, currency, on=Medium.PAGE, signed=True
        ),
        money_column(_("Sum after"), lambda order: order.after, currency, on=Medium.PAGE),
        Column(_("New dates"), on=Medium.PAGE, name="dates"),
    )
    return Table(_("Register of change orders"), columns, tuple(some))


def _moves(milestone: MilestonePosition, words: Words) -> tuple[Column[ChangeOrder], ...]:
    """Return the days by which a change order moved a milestone, and the new date."""
    name = {"milestone": milestone.name}
    return (
        Column(
            words.gettext("%(milestone)s: days") % name,
            lambda order: next((s.days for s in order.steps if s.milestone == milestone.id), None),
            Format.NUMBER,
        ),
        Column(
            words.gettext("%(milestone)s: new date") % name,
            lambda order: next((s.after for s in order.steps if s.milestone == milestone.id), None),
            Format.DATE,
        ),
    )


@dataclass(frozen=True)
class _SumRow:
    """A line of the contract sum, with the records behind it and those that are not assessed."""

    label: str
    amount: Money | None
    records: Collection[str] = ()
    not_assessed: Collection[str] = ()


def _sums(view: ImpactView, words: Words) -> Table[_SumRow]:
    _ = words.gettext
    columns: tuple[Column[_SumRow], ...] = (
        Column(_("Line"), lambda row: row.label),
        Column(_("Amount"), lambda row: row.amount, Format.MONEY),
        Column(_("Changes"), lambda row: row.records, Format.ID),
        Column(_("Not assessed"), lambda row: row.not_assessed, Format.ID),
    )
    return Table(_("Contract sum"), columns, tuple(_sum_rows(view, words)))


def _sum_rows(view: ImpactView, words: Words) -> Iterator[_SumRow]:
    _, position, currency = words.gettext, view.position, view.position.currency

    def part(name: str, text: str) -> str:
        return _("%(name)s: %(text)s") % {"name": name, "text": text}

    def row(label: str, figure: Figure) -> _SumRow:
        return _SumRow(label, Money(figure.amount, currency), figure.ids, figure.unknown)

    for line, figure in view.headline:
        yield row(line_name(line, words), figure)
    yield row(part(_("Approved changes"), _("Added")), position.adds)
    yield row(part(_("Approved changes"), _("Credited")), position.credits)
    yield row(part(_("Pending changes"), _("Added")), position.pending_adds)
    yield row(part(_("Pending changes"), _("Credited")), position.pending_credits)
    for line, figure in view.apart:
        yield row(words.label(line), figure)
    if budget := position.budget:
        name = _("Change budget")
        if_pending = _("Left if all pending changes are approved as requested")
        both = sorted({*budget.used.ids, *position.pending.ids})
        yield _SumRow(part(name, _("Budget")), Money(budget.amount, currency))
        yield row(part(name, _("Used")), budget.used)
        yield _SumRow(part(name, _("Left")), Money(budget.left, currency), budget.used.ids)
        yield _SumRow(part(name, if_pending), Money(budget.left_if_pending, currency), both)
    for on, lines, total in (
        (_("On the revised sum"), position.tax_on_revised, position.revised_with_tax),
        (_("On the forecast sum"), position.tax_on_forecast, position.forecast_with_tax),
    ):
        for tax in lines:
            amount = in_currency(tax.tax, currency)
            yield _SumRow(part(on, _tax(tax, currency, words)), amount, tax.ids)
        if total is not None:
            yield _SumRow(part(on, _("Total with tax")), Money(total, currency))
    for foreign in position.foreign:
        item = part(_("In another currency, not added"), foreign.row.item)
        amount = in_currency(foreign.row.amount, foreign.row.currency)
        yield _SumRow(item, amount, (foreign.id,))
    if beyond := view.beyond:
        internal = _("Internal: the client does not see this")
        yield row(part(internal, _("Pending changes")), beyond.pending)
        yield row(part(internal, _("Withdrawn changes")), beyond.withdrawn)


def _tax(line: TaxLine, currency: str, words: Words) -> str:
    """Return the rate, and the sum that it is on."""
    on = words.gettext("on %(money)s") % {"money": words.money(line.base, currency)}
    if line.rate is None:
        rate = words.gettext("no rate agreed")
    else:
        rate = words.gettext("Tax at %(rate)s") % {"rate": words.percent(line.rate)}
    return words.pgettext("clause", ", ").join((rate, on))


def pending(view: ImpactView, words: Words) -> Table[PendingChange]:
    """Return the pending changes, those to be decided first in front."""
    _, currency = words.gettext, view.position.currency

    def days_on(milestone: MilestonePosition) -> Column[PendingChange]:
        def days(change: PendingChange) -> int | None:
            asked = {line.milestone: line.days for line in change.row.days or ()}
            return asked.get(milestone.id)

        return Column(_("%(milestone)s: days") % {"milestone": milestone.name}, days, Format.NUMBER)

    columns: tuple[Column[PendingChange], ...] = (
        Column(_("Change"), lambda change: change.standing.id, Format.ID, on=ALL, name="change"),
        Column(_("Title"), lambda change: change.row.title, width=40),
        Column(_("Status"), lambda c: words.label(c.row.status), on=ALL, name="status"),
        Column(_("Counts as"), lambda change: words.label(change.standing.bucket)),
        Column(_("Decision due"), lambda change: change.due, Format.DATE, on=ALL, name="due"),
        money_column(_("Amount"), lambda change: change.standing.own, currency),
        Column(
            _("Replaces"), lambda change: [part.id for part in change.standing.replaces], Format.ID
        ),
        money_column(
            _("Amount counted"),
            lambda change: change.standing.amount,
            currency,
            on=ALL,
            signed=True,
            name="counted",
        ),
        Column(_("Days"), format=Format.NUMBER, on=Medium.PAGE, name="days"),
        *map(days_on, view.position.milestones),
    )
    return Table(_("Pending changes"), columns, view.pending)


def milestones(position: Position, words: Words) -> Table[MilestonePosition]:
    """Return the dates of each milestone, and the changes that move it or ask to."""
    _ = words.gettext

    def if_pending(
        title: str, value: Callable[[PendingDates], int | date], written: Format
    ) -> Column[MilestonePosition]:
        return Column(title, lambda m: value(m.pending) if m.pending else None, written)

    columns: tuple[Column[MilestonePosition], ...] = (
        Column(_("Milestone"), lambda m: m.name, on=ALL),
        Column(_("Original date"), lambda m: m.original, Format.DATE, on=ALL),
        Column(_("Agreed date"), lambda m: m.agreed, Format.DATE, on=ALL),
        Column(_("Moved by"), on=Medium.PAGE, name="moved"),
        Column(_("Moved by"), lambda m: (m.agreed - m.original).days, Format.NUMBER),
        Column(_("Changes"), lambda m: [step.id for step in m.steps], Format.ID),
        if_pending(_("Pending days, least"), lambda dates: dates.low, Format.NUMBER),
        if_pending(_("Pending days, most"), lambda dates: dates.high, Format.NUMBER),
        if_pending(_("With pending changes, earliest"), lambda dates: dates.earliest, Format.DATE),
        if_pending(_("With pending changes, latest"), lambda dates: dates.latest, Format.DATE),
        Column(_("Pending changes"), lambda m: [request.id for request in m.requests], Format.ID),
        Column(_("If pending changes are approved"), on=Medium.PAGE, name="possible"),
    )
    return Table(_("Milestones"), columns, position.milestones)


def people(position: Position, words: Words) -> Table[RoleDays]:
    """Return the person-days of each role, and of all: only those have a contract's effort."""
    _, effort = words.gettext, position.effort

    def of_all(title: str, days: Decimal | None) -> Column[RoleDays]:
        return Column(title, lambda role: days if role is effort.total else None, Format.NUMBER)

    columns: tuple[Column[RoleDays], ...] = (
        Column(_("Role"), lambda role: role.role or _("Total"), on=ALL),
        figure_column(_("Approved, person-days"), lambda role: role.approved),
        Column(_("Changes"), lambda role: role.approved.ids, Format.ID),
        figure_column(_("Pending, person-days"), lambda role: role.pending),
        Column(_("Pending changes"), lambda role: role.pending.ids, Format.ID),
        Column(
            _("Not assessed"),
            lambda role: sorted({*role.approved.unknown, *role.pending.unknown}),
            Format.ID,
        ),
        of_all(_("Contract, person-days"), effort.original),
        of_all(_("Revised, person-days"), effort.revised),
        of_all(_("Forecast, person-days"), effort.forecast),
    )
    return Table(_("People"), columns, (*effort.roles, effort.total), is_summed=True)


def outcomes(view: ImpactView, words: Words) -> Table[ActualOutcome]:
    """Return what finished changes took beside what was agreed; it is in no sum."""
    _, currency = words.gettext, view.position.currency
    columns: tuple[Column[ActualOutcome], ...] = (
        Column(_("Change"), lambda each: each.id, Format.ID, on=ALL, name="change"),
        Column(_("Title"), lambda each: each.title, width=40),
        money_column(_("Agreed amount"), lambda each: each.agreed, currency, on=ALL),
        money_column(_("Actual cost"), lambda each: each.cost, currency, on=ALL),
        money_column(
            _("Difference"),
            lambda each: each.difference,
            currency,
            written=Format.MONEY_DIFFERENCE,
            on=ALL,
        ),
        Column(_("Person-days estimated"), lambda each: each.agreed_days, Format.NUMBER, on=ALL),
        Column(_("Person-days actual"), lambda each: each.actual_days, Format.NUMBER, on=ALL),
        Column(_("Work to be finished"), lambda each: each.planned, Format.DATE),
        Column(_("Work finished"), lambda each: each.finished, Format.DATE, on=ALL),
        Column(_("Later than planned"), lambda each: each.days, Format.DAYS_DIFFERENCE, on=ALL),
    )
    return Table(_("Agreed and actual"), columns, view.outcomes)


def risks(view: ImpactView, words: Words) -> Table[OpenRisk]:
    """Return the risks of open changes, the gravest first."""
    _, label = words.gettext, words.label
    columns: tuple[Column[OpenRisk], ...] = (
        Column(_("Risk"), lambda item: item.risk.risk, on=ALL),
        Column(_("Likelihood"), lambda r: label(r.risk.likelihood), on=ALL, name="likelihood"),
        Column(_("Severity"), lambda r: label(r.risk.severity), on=ALL, name="severity"),
        Column(_("Score"), lambda item: item.score, Format.NUMBER),
        Column(_("Response"), lambda item: item.risk.response, on=ALL),
        Column(_("Change"), lambda item: item.id, Format.ID, on=ALL),
        # Text, which is narrow, has the titles in other tables.
        Column(_("Title"), lambda item: item.title, width=40, on=Medium.FILE),
    )
    return Table(_("Risks of open changes"), columns, view.risks)


_MatrixRow = tuple[RiskCell, ...]


def _matrix(view: ImpactView, words: Words) -> Table[_MatrixRow]:
    """Return in each cell how many risks lie in it, and the changes that have them."""
    _ = words.gettext
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


def _groups(view: ImpactView, words: Words) -> Table[_GroupRow]:
    _ = words.gettext
    kinds: tuple[tuple[str, Iterable[Group[Any]]], ...] = (
        (_("Reason"), view.by_reason),
        (_("Type"), view.by_type),
        (words.pgettext("group", "Requested by"), view.by_party),
        (_("Scope item"), view.by_item),
    )
    tables = [breakdown(by, groups, view.position.currency, words) for by, groups in kinds]
    rows = tuple(row for table in tables for row in table.rows)
    return Table(_("Where the changes come from"), tables[0].columns, rows)


def breakdown(
    by: str,
    groups: Iterable[Group[Any]],
    currency: str,
    words: Words,
    whole: Position | None = None,
) -> Table[_GroupRow]:
    """Return the groups of one kind; where they overlap, all of `whole` is the last row."""
    _ = words.gettext
    every = groups if whole is None else (*groups, _all(whole, words))
    rows = tuple(_GroupRow(by, group) for group in every)
    drawn = Medium.PAGE if any(row.group.bars for row in rows) else Medium(0)

    def name(row: _GroupRow) -> str:
        term = row.group.term
        if term is None:
            return _("not said yet")
        return words.label(term) if isinstance(term, Term) else str(term)

    def least(row: _GroupRow) -> int | None:
        return row.group.share.requested.low if row.group.share.requested else None

    def most(row: _GroupRow) -> int | None:
        return row.group.share.requested.high if row.group.share.requested else None

    def money(title: str, figure: Callable[[_GroupRow], Figure]) -> Column[_GroupRow]:
        return money_column(title, lambda r: figure(r).amount, currency, on=ALL, signed=True)

    columns: tuple[Column[_GroupRow], ...] = (
        Column(_("Grouped by"), lambda row: row.by),
        Column(_("Group"), name),
        Column(by, name, on=Medium.PAGE),
        Column(_("Changes"), lambda r: r.group.share.ids, on=Medium.PAGE, name="changes"),
        Column(_("Number of changes"), lambda row: row.group.share.ids, Format.COUNT),
        money(_("Approved"), lambda row: row.group.share.approved),
        money(_("Pending"), lambda row: row.group.share.pending),
        Column(_("Approved and pending, as bars"), format=Format.BARS, on=drawn, name="bars"),
        Column(
            _("Effect on completion"),
            lambda row: row.group.share.granted,
            Format.NUMBER,
            on=ALL,
            name="effect",
        ),
        Column(_("Pending days, least"), least, Format.NUMBER),
        Column(_("Pending days, most"), most, Format.NUMBER),
        Column(_("Changes"), lambda row: row.group.share.ids, Format.ID),
        Column(_("Not assessed"), lambda row: row.group.share.pending.unknown, Format.ID),
    )
    return Table(by, columns, rows, is_summed=whole is not None)


def _all(position: Position, words: Words) -> Group[str]:
    """Return all changes as one group; which they are is told by the others."""
    completion = position.completion
    granted = (completion.agreed - completion.original).days if completion else None
    figures = (Figure(position.approved.amount), Figure(position.pending.amount))
    return Group(words.gettext("All changes"), GroupShare((), *figures, granted, (), None), None)


def _course(view: ImpactView, words: Words) -> Table[CoursePoint]:
    _, currency = words.gettext, view.position.currency
    columns: tuple[Column[CoursePoint], ...] = (
        Column(_("Effective from"), lambda point: point.on, Format.DATE),
        money_column(_("Revised"), lambda point: point.revised, currency),
        money_column(_("Change budget left"), lambda point: point.left, currency),
        Column(_("Changes"), lambda point: point.ids, Format.ID),
    )
    return Table(_("Revised sum over time"), columns, view.course)


def quarters(view: ImpactView, words: Words) -> Table[Quarter]:
    """Return what each quarter brought, and what was left after it."""
    _, currency = words.gettext, view.position.currency
    dated = ALL if view.position.completion else FLAT
    budgeted = ALL if view.position.budget else FLAT
    columns: tuple[Column[Quarter], ...] = (
        Column(_("Quarter"), lambda quarter: words.quarter(quarter.first), on=ALL),
        Column(_("Requested"), lambda quarter: quarter.requested, Format.COUNT, on=ALL),
        Column(_("Decided"), lambda quarter: quarter.decided, Format.COUNT, on=ALL),
        figure_column(_("Approved"), lambda quarter: quarter.approved, currency),
        Column(_("Effect on completion"), lambda q: q.days, Format.DAYS_DIFFERENCE, on=dated),
        money_column(_("Sum after"), lambda quarter: quarter.revised, currency, on=ALL),
        money_column(_("Change budget left"), lambda q: q.left, currency, on=budgeted),
        figure_column(_("Still pending"), lambda quarter: quarter.pending, currency),
        Column(_("Changes requested"), lambda quarter: quarter.requested, Format.ID),
        Column(_("Changes decided"), lambda quarter: quarter.decided, Format.ID),
        Column(_("Approved changes"), lambda quarter: quarter.approved.ids, Format.ID),
        Column(_("Pending changes"), lambda quarter: quarter.pending.ids, Format.ID),
    )
    return Table(_("By quarter"), columns, view.by_quarter)


def months(view: ImpactView, words: Words) -> Table[MonthRate]:
    """Return what was requested and decided in each month."""
    _ = words.gettext
    columns: tuple[Column[MonthRate], ...] = (
        Column(_("Month"), lambda month: words.month(month.first), on=ALL),
        Column(_("Requested"), lambda month: month.requested, Format.COUNT, on=ALL),
        Column(_("Decided"), lambda month: month.decided, Format.COUNT, on=ALL),
        Column(_("Changes requested"), lambda month: month.requested, Format.ID),
        Column(_("Changes decided"), lambda month: month.decided, Format.ID),
    )
    return Table(_("Requested and decided"), columns, view.pace.months)


def statuses(view: ImpactView, words: Words) -> Table[StatusPace]:
    """Return how long changes stay in each status."""
    _ = words.gettext
    drawn = Medium.PAGE if any(view.day_bars) else Medium(0)
    columns: tuple[Column[StatusPace], ...] = (
        Column(_("Status"), lambda pace: words.label(pace.status), on=ALL, name="status"),
        Column(_("Median days"), lambda pace: pace.median, Format.NUMBER, on=ALL),
        Column(_("Median and longest days, as bars"), format=Format.BARS, on=drawn, name="bars"),
        Column(_("Completed"), on=Medium.PAGE, name="completed"),
        Column(_("Completed"), lambda pace: pace.completed, Format.NUMBER),
        Column(_("Now"), lambda p: [stay.id for stay in p.now], Format.COUNT, on=Medium.PAGE),
        Column(_("Now"), lambda pace: len(pace.now), Format.NUMBER),
        Column(_("Longest so far"), on=Medium.PAGE, name="longest"),
        Column(
            _("Longest so far"),
            lambda pace: pace.longest.days if pace.longest else None,
            Format.NUMBER,
        ),
        Column(_("Changes"), lambda pace: [stay.id for stay in pace.now], Format.ID),
    )
    return Table(_("Handling times"), columns, view.pace.statuses)


@dataclass(frozen=True)
class _Answer:
    name: str
    records: Collection[str]
    median: Decimal | None = None


def answers(view: ImpactView, words: Words) -> Table[_Answer]:
    """Return how soon requests and objections were answered."""
    _, pace = words.gettext, view.pace
    decisions, objections = pace.decisions, pace.objections
    columns: tuple[Column[_Answer], ...] = (
        Column(_("Turnaround"), lambda answer: answer.name, on=ALL),
        Column(_("Median days"), lambda answer: answer.median, Format.NUMBER, on=ALL),
        Column(_("Number of changes"), lambda answer: answer.records, Format.COUNT),
        Column(_("Changes"), lambda answer: answer.records, Format.ID, on=ALL),
    )
    rows = (
        _Answer(_("From the request to the decision"), decisions.ids, decisions.median),
        _Answer(_("Decided by the day it was due"), pace.in_time),
        _Answer(_("Decided later than due"), pace.late),
        _Answer(_("From an objection to its settlement"), objections.ids, objections.median),
        _Answer(_("Open objections"), pace.open_objections),
    )
    return Table(_("Turnaround"), columns, rows)


def aging(view: ImpactView, words: Words) -> Table[AgeBand]:
    """Return the pending changes by the days since they were requested."""
    _, currency = words.gettext, view.position.currency

    def age(band: AgeBand) -> str:
        if band.last is None:
            return _("more than %(days)s ago") % {"days": words.days(band.first - 1)}
        return _("%(first)s to %(last)s ago") % {
            "first": words.number(band.first),
            "last": words.days(band.last),
        }

    columns: tuple[Column[AgeBand], ...] = (
        Column(_("Requested"), age, on=ALL),
        money_column(_("Amount counted"), lambda b: b.figure.amount, currency, on=ALL, signed=True),
        Column(_("Number of changes"), lambda band: band.figure.ids, Format.COUNT),
        Column(_("Changes"), lambda band: band.figure.ids, Format.ID, on=ALL, name="changes"),
        Column(_("Not assessed"), lambda band: band.figure.unknown, Format.ID),
    )
    bands = view.aging.bands if view.pending else ()
    return Table(_("Pending changes by age"), columns, bands)


def sums_between(since: Comparison, contract: Contract, words: Words) -> Table[LineChange]:
    """Return the lines of the sums on two days; paper has the later one alone."""
    _, both, currency = words.gettext, Medium.PAGE | Medium.PAPER, contract.currency

    def consists_of(line: LineChange) -> Piece:
        return behind(line.line, line.after.ids, contract.reference, words)

    def on(day: date, figure: Callable[[LineChange], Figure]) -> Column[LineChange]:
        return money_column(
            words.date(day), lambda line: figure(line).amount, currency, on=Medium.PAGE
        )

    columns: tuple[Column[LineChange], ...] = (
        Column(_("Line"), lambda line: line_name(line.line, words), on=both),
        on(since.before, lambda line: line.before),
        on(since.after, lambda line: line.after),
        Column(_("Amount"), format=Format.MONEY, on=Medium.PAPER, name="amount"),
        piece_column(
            _("Difference"),
            lambda line: by_amount(line.difference, currency, words),
            Format.MONEY,
            on=both,
            name="difference",
        ),
        piece_column(_("Changes"), consists_of),
    )
    return Table(_("Contract sum"), columns, since.lines)


def dates_between(since: Comparison, words: Words) -> Table[DateChange]:
    """Return the agreed dates of the milestones on two days."""
    _, both = words.gettext, Medium.PAGE | Medium.PAPER
    columns: tuple[Column[DateChange], ...] = (
        Column(_("Milestone"), lambda moved: moved.after.name, on=both),
        Column(words.date(since.before), lambda m: m.before.agreed, Format.DATE, on=both),
        Column(words.date(since.after), lambda m: m.after.agreed, Format.DATE, on=both),
        Column(_("Moved by"), lambda m: m.days, Format.DAYS_DIFFERENCE, on=both, name="moved"),
        Column(_("Changes"), on=both, name="changes"),
    )
    return Table(_("Dates"), columns, since.dates)


@dataclass(frozen=True)
class _MonthEndRow:
    """A month end as known on a day."""

    end: MonthEnd
    known: str
    position: Comparison


def _month_ends(position: Position, ends: Sequence[MonthEnd], words: Words) -> Table[_MonthEndRow]:
    """Return a row for each month end as known then, and one as known now where that differs."""
    _ = words.gettext

    def line(name: SumLine) -> Column[_MonthEndRow]:
        def amount(row: _MonthEndRow) -> Money:
            return Money(row.position.line(name).after.amount, position.currency)

        # The original sum is the same in each, so that text, which is narrow, leaves it out.
        on = Medium.FILE if name is SumLine.ORIGINAL else FLAT
        return Column(line_name(name, words), amount, Format.MONEY, on=on)

    def agreed(milestone: MilestonePosition) -> Column[_MonthEndRow]:
        def day(row: _MonthEndRow) -> date:
            return next(
                moved.after.agreed for moved in row.position.dates if moved.after.id == milestone.id
            )

        return Column(milestone.name, day, Format.DATE)

    def rows() -> Iterator[_MonthEndRow]:
        for end in ends:
            yield _MonthEndRow(end, _("As known then"), end.since)
            if end.now:
                yield _MonthEndRow(end, _("As known now"), end.now)

    columns: tuple[Column[_MonthEndRow], ...] = (
        Column(_("Month end"), lambda row: row.end.on, Format.DATE),
        Column(_("As known on"), lambda row: row.known),
        *map(line, HEADLINE),
        *map(agreed, position.milestones),
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


def _late(ends: Sequence[MonthEnd], words: Words) -> Table[_LateRow]:
    _ = words.gettext
    columns: tuple[Column[_LateRow], ...] = (
        Column(_("Month end"), lambda row: row.end.on, Format.DATE),
        Column(_("Change"), lambda row: row.entry.id, Format.ID),
        Column(_("Title"), lambda row: row.entry.title, width=40),
        Column(_("Status"), lambda row: words.label(row.entry.status)),
        Column(_("Date"), lambda row: row.entry.on, Format.DATE),
        Column(_("Recorded on"), lambda row: row.entry.recorded, Format.DATE),
        Column(_("Effective from"), lambda row: row.entry.counts_from, Format.DATE),
    )
    rows = tuple(_LateRow(end, entry) for end in ends for entry in end.late)
    return Table(_("Recorded later"), columns, rows)

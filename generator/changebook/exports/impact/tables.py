"""The figures as tables, in the client's language: one set for text, CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.exports.impact.analysis_tables import analysis_tables
from changebook.exports.impact.figures import ImpactFigures
from changebook.exports.tables.table import (
    AnyTable,
    Column,
    Format,
    Table,
    money_column,
)
from changebook.model.sums import (
    ChangeOrder,
    Figure,
    MilestonePosition,
    MilestoneStep,
    PendingDates,
    RoleDays,
    SumLine,
    TaxLine,
)
from changebook.model.values import Money, in_currency
from changebook.model.words import Words
from changebook.views.impact import PendingChange


def tables(figures: ImpactFigures) -> tuple[AnyTable, ...]:
    """Return sums, register, pending, milestones, people and the analysis: always in this order."""
    return (
        _sums(figures),
        register(figures),
        _pending(figures),
        _milestones(figures),
        _people(figures),
        *analysis_tables(figures),
    )


def register(figures: ImpactFigures) -> Table[ChangeOrder]:
    """Return the change order register, with two columns for each milestone of the contract."""
    _, currency, titles = figures.words.gettext, figures.currency, figures.view.titles
    columns: list[Column[ChangeOrder]] = [
        Column(_("No."), lambda order: order.number, Format.NUMBER),
        Column(_("Change"), lambda order: order.id, Format.ID),
        Column(_("Title"), lambda order: titles[order.id], width=40),
        Column(_("Kind"), lambda order: _("Reversal") if order.reversal else _("Approval")),
        Column(_("Effective from"), lambda order: order.on, Format.DATE),
        Column(_("Recorded on"), lambda order: order.recorded, Format.DATE),
        money_column(_("Amount"), lambda order: order.amount, currency),
        Column(_("Replaces"), lambda order: [part.id for part in order.replaced], Format.ID),
        # What was approved before and the sum before are those of the row above.
        money_column(
            _("Changes approved before"), lambda order: order.earlier, currency, repeated=True
        ),
        money_column(_("Sum before"), lambda order: order.before, currency, repeated=True),
        money_column(_("This change"), lambda order: order.this, currency),
        money_column(_("Sum after"), lambda order: order.after, currency),
    ]
    for milestone in figures.position.milestones:
        columns += _moves(milestone, figures.words)
    return Table(_("Register of change orders"), tuple(columns), figures.position.register)


def _moves(milestone: MilestonePosition, words: Words) -> tuple[Column[ChangeOrder], ...]:
    """Return the days by which a change order moved a milestone, and the new date."""

    def step(order: ChangeOrder) -> MilestoneStep | None:
        return next((step for step in order.steps if step.milestone == milestone.id), None)

    def days(order: ChangeOrder) -> int | None:
        found = step(order)
        return found.days if found else None

    def new_date(order: ChangeOrder) -> date | None:
        found = step(order)
        return found.after if found else None

    name = {"milestone": milestone.name}
    return (
        Column(words.gettext("%(milestone)s: days") % name, days, Format.NUMBER),
        Column(words.gettext("%(milestone)s: new date") % name, new_date, Format.DATE),
    )


@dataclass(frozen=True)
class _SumRow:
    """A line of the contract sum, with the records behind it and those that are not assessed."""

    label: str
    amount: Money | None
    records: Collection[str] = ()
    not_assessed: Collection[str] = ()


def _sums(figures: ImpactFigures) -> Table[_SumRow]:
    _ = figures.words.gettext
    columns: tuple[Column[_SumRow], ...] = (
        Column(_("Line"), lambda row: row.label),
        Column(_("Amount"), lambda row: row.amount, Format.MONEY),
        Column(_("Changes"), lambda row: row.records, Format.ID),
        Column(_("Not assessed"), lambda row: row.not_assessed, Format.ID),
    )
    return Table(_("Contract sum"), columns, tuple(_sum_rows(figures)))


def _sum_rows(figures: ImpactFigures) -> Iterator[_SumRow]:
    words, _ = figures.words, figures.words.gettext
    position, view, currency = figures.position, figures.view, figures.currency

    def part(name: str, text: str) -> str:
        return _("%(name)s: %(text)s") % {"name": name, "text": text}

    def row(label: str, figure: Figure) -> _SumRow:
        return _SumRow(label, Money(figure.amount, currency), figure.ids, figure.unknown)

    for line, figure in view.headline:
        label = words.label(line)
        part_of = _("of which: %(line)s") % {"line": label}
        yield row(part_of if line is SumLine.PROCEEDING else label, figure)
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


def _pending(figures: ImpactFigures) -> Table[PendingChange]:
    words, _, currency = figures.words, figures.words.gettext, figures.currency

    def days_on(milestone: MilestonePosition) -> Column[PendingChange]:
        def days(change: PendingChange) -> int | None:
            asked = {line.milestone: line.days for line in change.row.days or ()}
            return asked.get(milestone.id)

        return Column(_("%(milestone)s: days") % {"milestone": milestone.name}, days, Format.NUMBER)

    columns: tuple[Column[PendingChange], ...] = (
        Column(_("Change"), lambda change: change.standing.id, Format.ID),
        Column(_("Title"), lambda change: change.row.title, width=40),
        Column(_("Status"), lambda change: words.label(change.row.status)),
        Column(_("Counts as"), lambda change: words.label(change.standing.bucket)),
        Column(_("Decision due"), lambda change: change.due, Format.DATE),
        money_column(_("Amount"), lambda change: change.standing.own, currency),
        Column(
            _("Replaces"),
            lambda change: [part.id for part in change.standing.replaces],
            Format.ID,
        ),
        money_column(_("Amount counted"), lambda change: change.standing.amount, currency),
        *map(days_on, figures.position.milestones),
    )
    return Table(_("Pending changes"), columns, figures.view.pending)


def _milestones(figures: ImpactFigures) -> Table[MilestonePosition]:
    _ = figures.words.gettext

    def if_pending(
        title: str, value: Callable[[PendingDates], int | date], written: Format
    ) -> Column[MilestonePosition]:
        return Column(title, lambda m: value(m.pending) if m.pending else None, written)

    columns: tuple[Column[MilestonePosition], ...] = (
        Column(_("Milestone"), lambda m: m.name),
        Column(_("Original date"), lambda m: m.original, Format.DATE),
        Column(_("Agreed date"), lambda m: m.agreed, Format.DATE),
        Column(_("Moved by"), lambda m: (m.agreed - m.original).days, Format.NUMBER),
        Column(_("Changes"), lambda m: [step.id for step in m.steps], Format.ID),
        if_pending(_("Pending days, least"), lambda dates: dates.low, Format.NUMBER),
        if_pending(_("Pending days, most"), lambda dates: dates.high, Format.NUMBER),
        if_pending(_("With pending changes, earliest"), lambda dates: dates.earliest, Format.DATE),
        if_pending(_("With pending changes, latest"), lambda dates: dates.latest, Format.DATE),
        Column(_("Pending changes"), lambda m: [request.id for request in m.requests], Format.ID),
    )
    return Table(_("Milestones"), columns, figures.position.milestones)


def _people(figures: ImpactFigures) -> Table[RoleDays]:
    """Return the person-days of each role, and of all: only those have a contract's effort."""
    _, effort = figures.words.gettext, figures.position.effort

    def of_all(title: str, days: Decimal | None) -> Column[RoleDays]:
        return Column(title, lambda role: days if role is effort.total else None, Format.NUMBER)

    columns: tuple[Column[RoleDays], ...] = (
        Column(_("Role"), lambda role: role.role or _("Total")),
        Column(_("Approved, person-days"), lambda role: role.approved.amount, Format.NUMBER),
        Column(_("Changes"), lambda role: role.approved.ids, Format.ID),
        Column(_("Pending, person-days"), lambda role: role.pending.amount, Format.NUMBER),
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
    return Table(_("People"), columns, (*effort.roles, effort.total))

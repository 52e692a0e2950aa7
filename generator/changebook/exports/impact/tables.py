"""The figures as tables, in the client's language: one set for text, CSV and XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from changebook.exports.impact.analysis_tables import analysis_tables
from changebook.exports.impact.report import Report
from changebook.exports.tables.table import Cell, Money, Row, Table, ids_or_none, money_or_none
from changebook.model.sums import ChangeOrder, Figure, MilestonePosition, RoleDays, SumLine, TaxLine
from changebook.model.words import Words
from changebook.views.impact import PendingChange


def tables(report: Report, words: Words) -> tuple[Table, ...]:
    """Sums, register, pending, milestones, resources, and the analysis: always in this order."""
    return (
        _sums(report, words),
        register(report, words),
        _pending(report, words),
        _milestones(report, words),
        _resources(report, words),
        *analysis_tables(report, words),
    )


def register(report: Report, words: Words) -> Table:
    """The change order register, with two columns for each milestone of the contract."""
    _ = words.gettext
    milestones = report.position.milestones
    columns = (
        _("No."),
        _("Change"),
        _("Title"),
        _("Kind"),
        _("Counts from"),
        _("Written down on"),
        _("Amount"),
        _("In place of"),
        _("Changes approved before"),
        _("Sum before"),
        _("This change"),
        _("Sum after"),
        *_heads(milestones, _("%(milestone)s: days"), _("%(milestone)s: new date")),
    )

    def row(entry: ChangeOrder) -> Row:
        amounts = (entry.earlier, entry.before, entry.this, entry.after)
        steps = {step.milestone: step for step in entry.steps}
        moves: list[Cell] = []
        for milestone in milestones:
            step = steps.get(milestone.id)
            moves += [step.days, step.after] if step else [None, None]
        return (
            entry.number,
            entry.id,
            report.view.titles[entry.id],
            _("Reversal") if entry.reversal else _("Approval"),
            entry.on,
            entry.recorded,
            Money(entry.amount, report.currency),
            ids_or_none(part.id for part in entry.replaced),
            *(Money(amount, report.currency) for amount in amounts),
            *moves,
        )

    return Table(
        _("Register of change orders"),
        columns,
        tuple(map(row, report.position.register)),
        # What was approved before and the sum before are those of the row above.
        repeated=frozenset({8, 9}),
    )


def _heads(milestones: Iterable[MilestonePosition], *heads: str) -> Iterator[str]:
    for milestone in milestones:
        yield from (head % {"milestone": milestone.name} for head in heads)


def _sums(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (_("Line"), _("Amount"), _("Changes"), _("Not assessed"))
    return Table(_("Contract sum"), columns, tuple(_sum_rows(report, words)))


def _sum_rows(report: Report, words: Words) -> Iterator[Row]:
    _ = words.gettext
    position, view, currency = report.position, report.view, report.currency

    def part(name: str, text: str) -> str:
        return _("%(name)s: %(text)s") % {"name": name, "text": text}

    def row(label: str, figure: Figure) -> Row:
        amount = Money(figure.amount, currency)
        return (label, amount, ids_or_none(figure.ids), ids_or_none(figure.unknown))

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
        name = _("Money set aside for changes")
        if_pending = _("Left if all pending changes are approved as asked for")
        both = sorted({*budget.used.ids, *position.pending.ids})
        yield (part(name, _("Set aside")), Money(budget.amount, currency), None, None)
        yield row(part(name, _("Used")), budget.used)
        yield (
            part(name, _("Left")),
            Money(budget.left, currency),
            ids_or_none(budget.used.ids),
            None,
        )
        yield (
            part(name, if_pending),
            Money(budget.left_if_pending, currency),
            ids_or_none(both),
            None,
        )
    for on, lines in (
        (_("On the revised sum"), position.tax_on_revised),
        (_("On the forecast sum"), position.tax_on_forecast),
    ):
        for tax in lines:
            yield (
                part(on, _tax(tax, currency, words)),
                money_or_none(tax.tax, currency),
                ids_or_none(tax.ids),
                None,
            )
    for foreign in position.foreign:
        item = part(_("In another currency, never added"), foreign.row.item)
        yield (item, money_or_none(foreign.row.amount, foreign.row.currency), foreign.id, None)
    if beyond := view.beyond:
        internal = _("Internal: the client does not see this")
        yield row(part(internal, _("Pending changes")), beyond.pending)
        yield row(part(internal, _("Withdrawn changes")), beyond.withdrawn)


def _tax(line: TaxLine, currency: str, words: Words) -> str:
    """The rate, and the sum that it is on."""
    on = words.gettext("on %(money)s") % {"money": words.money(line.base, currency)}
    if line.rate is None:
        rate = words.gettext("no rate agreed")
    else:
        rate = words.gettext("Tax at %(rate)s") % {"rate": words.percent(line.rate)}
    return words.gettext(", ").join((rate, on))


def _pending(report: Report, words: Words) -> Table:
    _ = words.gettext
    milestones = report.position.milestones
    columns = (
        _("Change"),
        _("Title"),
        _("Status"),
        _("Counts as"),
        _("Decision due"),
        _("Amount"),
        _("In place of"),
        _("In the sums"),
        *_heads(milestones, _("%(milestone)s: days")),
    )

    def row(change: PendingChange) -> Row:
        standing = change.standing
        days = {line.milestone: line.days for line in change.row.days or ()}
        return (
            standing.id,
            change.row.title,
            words.label(change.row.status),
            words.label(standing.bucket),
            change.due,
            money_or_none(standing.own, report.currency),
            ids_or_none(part.id for part in standing.replaces),
            money_or_none(standing.amount, report.currency),
            *(days.get(milestone.id) for milestone in milestones),
        )

    return Table(_("Pending changes"), columns, tuple(row(c) for c in report.view.pending))


def _milestones(report: Report, words: Words) -> Table:
    _ = words.gettext
    columns = (
        _("Milestone"),
        _("Original date"),
        _("Agreed date"),
        _("Moved by"),
        _("Changes"),
        _("Pending days, least"),
        _("Pending days, most"),
        _("With pending changes, earliest"),
        _("With pending changes, latest"),
        _("Pending changes"),
    )

    def row(milestone: MilestonePosition) -> Row:
        pending = milestone.pending
        return (
            milestone.name,
            milestone.original,
            milestone.agreed,
            (milestone.agreed - milestone.original).days,
            ids_or_none(step.id for step in milestone.steps),
            *(
                (pending.low, pending.high, pending.earliest, pending.latest)
                if pending
                else (None, None, None, None)
            ),
            ids_or_none(request.id for request in milestone.requests),
        )

    return Table(_("Milestones"), columns, tuple(row(m) for m in report.position.milestones))


def _resources(report: Report, words: Words) -> Table:
    _ = words.gettext
    effort = report.position.effort
    columns = (
        _("Role"),
        _("Approved, person-days"),
        _("Changes"),
        _("Pending, person-days"),
        _("Pending changes"),
        _("Not assessed"),
        _("Contract, person-days"),
        _("Revised, person-days"),
        _("Forecast, person-days"),
    )

    def row(role: RoleDays, *contract: Cell) -> Row:
        return (
            role.role or _("Total"),
            role.approved.amount,
            ids_or_none(role.approved.ids),
            role.pending.amount,
            ids_or_none(role.pending.ids),
            ids_or_none(sorted({*role.approved.unknown, *role.pending.unknown})),
            *contract,
        )

    rows = [row(role, None, None, None) for role in effort.roles]
    rows.append(row(effort.total, effort.original, effort.revised, effort.forecast))
    return Table(_("People"), columns, tuple(rows))

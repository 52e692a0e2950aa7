"""The tables of one change, as its page and its papers have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from changebook.model.cells import Changes, Label, Note, Piece, Text, Tone, WrittenDay, pieces
from changebook.model.schema import (
    ChangeRecord,
    HistoryEntry,
    Option,
    PlanStep,
    ResourceLine,
    Revision,
    Risk,
    ScopeItem,
)
from changebook.model.sums import CostRow, CostTable, Part, Position, SumLine
from changebook.model.table import (
    Column,
    Format,
    Medium,
    Table,
    TotalLine,
    money_column,
    piece_column,
)
from changebook.model.values import Money, in_currency
from changebook.model.vocabulary import Level
from changebook.model.words import Words
from changebook.views.outcome import ActualOutcome
from changebook.views.record import MilestoneMove

_BOTH = Medium.PAGE | Medium.PAPER


def scope(data: ChangeRecord, words: Words) -> Table[ScopeItem]:
    _ = words.gettext
    nothing = Text("–", Tone.QUIET)

    def item(changed: ScopeItem) -> Piece:
        action = Label(words.label(changed.action), changed.action.value, "action")
        return pieces(Text(changed.item, Tone.STRONG), Note(action, small=False))

    def after(changed: ScopeItem) -> Piece | None:
        if not changed.example:
            return None if changed.after else nothing
        example = Text(_("Example: %(text)s") % {"text": changed.example})
        return pieces(
            Text(changed.after) if changed.after else nothing, Note(example, style="example")
        )

    columns: tuple[Column[ScopeItem], ...] = (
        Column(_("Item"), lambda i: i.item, on=_BOTH, name="quarter", content=item),
        Column(
            _("Before"),
            lambda changed: changed.before,
            on=_BOTH,
            content=lambda changed: None if changed.before else nothing,
        ),
        Column(_("After"), lambda changed: changed.after, on=_BOTH, content=after),
    )
    return Table(_("What changes"), columns, data.scope)


def cost(costs: CostTable, words: Words) -> Table[CostRow]:
    """Return what the change costs in the contract's currency, line by line, and in all."""
    _, currency = words.gettext, costs.currency
    unknown = Text(_("not known"), Tone.QUIET)
    unit: Column[CostRow] = Column(
        _("Unit"), lambda row: row.unit, Format.WORD, on=_BOTH, name="days", missing=""
    )
    columns: tuple[Column[CostRow], ...] = (
        Column(_("Item"), lambda row: row.item, on=_BOTH),
        Column(
            _("Quantity"),
            lambda row: row.quantity,
            Format.NUMBER,
            on=_BOTH,
            name="days",
            missing="",
        ),
        *((unit,) if any(row.unit for row in costs.rows) else ()),
        money_column(_("Rate"), lambda row: row.rate, currency, on=_BOTH, name="money", missing=""),
        money_column(
            _("Amount"),
            lambda row: row.amount,
            currency,
            on=_BOTH,
            name="money",
            content=lambda row: unknown if row.amount is None else None,
        ),
    )
    return Table(_("Cost"), columns, costs.rows, totals=_totals(costs, words))


def _totals(costs: CostTable, words: Words) -> tuple[TotalLine, ...]:
    _ = words.gettext

    def money(amount: Decimal | None) -> str:
        return _("not known") if amount is None else words.money(amount, costs.currency)

    with_tax = costs.total_with_tax
    return (
        TotalLine(_("Total before tax"), money(costs.total)),
        *(
            TotalLine(
                _("Tax at %(rate)s") % {"rate": words.percent(line.rate)},
                money(line.tax),
                light=True,
            )
            for line in costs.tax
            if line.rate is not None and line.tax is not None and line.base
        ),
        *(() if with_tax is None else (TotalLine(_("Total with tax"), money(with_tax)),)),
    )


def foreign_cost(costs: CostTable, words: Words) -> Table[CostRow]:
    """Return what the change costs in other currencies, which nothing adds up."""
    _ = words.gettext

    def memo(row: CostRow) -> str | None:
        return orientation(row, costs.currency, words)

    def amount(row: CostRow) -> Money | None:
        return in_currency(row.amount, row.currency)

    columns: tuple[Column[CostRow], ...] = (
        Column(_("Item"), lambda row: row.item, on=_BOTH),
        Column(_("Amount"), amount, Format.MONEY, on=_BOTH, missing=""),
        Column(_("For orientation"), memo, on=_BOTH),
    )
    return Table(_("In another currency, not added"), columns, costs.foreign)


def orientation(row: CostRow, currency: str, words: Words) -> str | None:
    """Return what a cost is about in the contract's currency, and by which rate."""
    if row.memo is None or row.fx is None:
        return None
    return words.gettext("about %(money)s at %(rate)s (%(source)s, %(day)s)") % {
        "money": words.money(row.memo, currency),
        "rate": words.number(row.fx.rate),
        "source": row.fx.source,
        "day": words.date(row.fx.date),
    }


def dates(moves: tuple[MilestoneMove, ...], words: Words) -> Table[MilestoneMove]:
    """Return the milestones that the change moves; paper has the new date last."""
    _ = words.gettext
    is_dated = any(move.before for move in moves)
    page, paper = (Medium.PAGE, Medium.PAPER) if is_dated else (Medium(0), Medium(0))

    def name(move: MilestoneMove) -> Piece:
        completion = Note(Text(_("completion of the contract")))
        return pieces(Text(move.name), completion if move.completion else None)

    def day(title: str, which: str, on: Medium) -> Column[MilestoneMove]:
        return Column(title, lambda move: getattr(move, which), Format.DATE, on=on)

    def moved(move: MilestoneMove) -> Piece:
        parts = _("%(own)s for this change, %(replaced)s for what it replaces") % {
            "own": words.days(move.own, signed=True),
            "replaced": words.days(move.days - move.own, signed=True),
        }
        note = Note(Text(parts)) if move.own != move.days else None
        return pieces(Text(words.days(move.days, signed=True)), note)

    columns: tuple[Column[MilestoneMove], ...] = (
        Column(_("Milestone"), lambda move: move.name, on=Medium.PAGE),
        Column(_("Milestone"), lambda move: move.name, on=Medium.PAPER, content=name),
        day(_("Before"), "before", page),
        day(_("After"), "after", page),
        day(_("Date before"), "before", paper),
        Column(
            _("Moved by"),
            lambda move: move.days,
            Format.DAYS_DIFFERENCE,
            on=_BOTH,
            content=moved,
        ),
        day(_("New date"), "after", paper),
    )
    return Table(_("Dates"), columns, moves, strong=lambda move: move.completion)


def people(resources: tuple[ResourceLine, ...], words: Words) -> Table[ResourceLine]:
    """Return the person-days of each role, and of all where there are several."""
    _ = words.gettext
    columns: tuple[Column[ResourceLine], ...] = (
        Column(_("Role"), lambda line: line.role, on=_BOTH),
        Column(_("Person-days"), lambda line: line.days, Format.NUMBER, on=_BOTH),
    )
    total = sum((line.days for line in resources), Decimal(0))
    totals = (TotalLine(_("Total"), words.number(total)),) if len(resources) > 1 else ()
    return Table(_("People"), columns, resources, totals=totals)


def risks(listed: tuple[Risk, ...], words: Words) -> Table[Risk]:
    """Return the risks of the change in its order."""
    _ = words.gettext

    def graded(title: str, which: str) -> Column[Risk]:
        return piece_column(
            title, lambda risk: grade(getattr(risk, which), words), on=_BOTH, name="days"
        )

    columns: tuple[Column[Risk], ...] = (
        Column(_("Risk"), lambda risk: risk.risk, on=_BOTH),
        graded(_("Likelihood"), "likelihood"),
        graded(_("Severity"), "severity"),
        Column(_("Response"), lambda risk: risk.response, on=_BOTH),
    )
    return Table(_("Risks"), columns, listed)


def grade(level: Level, words: Words) -> Label:
    """Return a level in its colour."""
    return Label(words.label(level), level.value, "level")


def plan(steps: tuple[PlanStep, ...], words: Words) -> Table[PlanStep]:
    """Return the steps of the plan; paper does not say what is done."""
    _ = words.gettext
    not_yet = Text(_("not yet"), Tone.QUIET)

    def done(step: PlanStep) -> Piece:
        return WrittenDay(step.done, Tone.DONE) if step.done else not_yet

    columns: tuple[Column[PlanStep], ...] = (
        Column(_("Step"), lambda step: step.step, on=_BOTH),
        Column(_("Who"), lambda step: step.owner, Format.WORD, on=_BOTH),
        Column(_("Start"), lambda step: step.start, Format.DATE, on=_BOTH),
        Column(_("Finish"), lambda step: step.finish, Format.DATE, on=_BOTH),
        piece_column(_("Done"), done, Format.DATE),
    )
    return Table(_("Plan"), columns, steps)


def options(data: ChangeRecord, currency: str, words: Words) -> Table[Option]:
    """Return the options that there are; a template says what speaks for and against each."""
    _ = words.gettext
    columns: tuple[Column[Option], ...] = (
        Column(_("Option"), lambda option: option.title, on=Medium.PAPER, name="option"),
        money_column(
            _("Amount"),
            lambda option: option.amount,
            currency,
            on=Medium.PAPER,
            signed=True,
            name="money",
        ),
        Column(
            _("Days"),
            lambda option: option.days,
            Format.DAYS_DIFFERENCE,
            on=Medium.PAPER,
            name="days",
        ),
    )
    return Table(_("Options"), columns, data.options)


def history(data: ChangeRecord, words: Words) -> Table[HistoryEntry]:
    """Return when the change came to each status."""
    _ = words.gettext

    def day(entry: HistoryEntry) -> Piece:
        later = entry.recorded if entry.recorded != entry.on else None
        recorded = _("recorded on %(day)s") % {"day": words.date(later)} if later else None
        return pieces(WrittenDay(entry.on), Note(Text(recorded)) if recorded else None)

    def status(entry: HistoryEntry) -> Piece:
        note = Note(Text(entry.note)) if entry.note else None
        return pieces(Text(words.label(entry.status)), note)

    columns: tuple[Column[HistoryEntry], ...] = (
        piece_column(_("Date"), day, Format.DATE, on=Medium.PAPER),
        piece_column(_("Status"), status, on=Medium.PAPER),
        Column(_("Who"), lambda entry: entry.by, on=Medium.PAPER),
    )
    return Table(_("History"), columns, data.history)


def revisions(data: ChangeRecord, words: Words) -> Table[Revision]:
    _ = words.gettext

    def revision(each: Revision) -> Piece:
        return pieces(Text(str(each.revision)), Note(Text(each.note)))

    columns: tuple[Column[Revision], ...] = (
        Column(_("Date"), lambda each: each.on, Format.DATE, on=Medium.PAPER),
        piece_column(_("Revision"), revision, on=Medium.PAPER),
        Column(_("Who"), lambda each: each.by, on=Medium.PAPER),
    )
    return Table(_("Revisions"), columns, data.revisions)


class ContractStep(Protocol):
    """What leads from one contract sum to the next: an entry of the register, or a request."""

    @property
    def earlier(self) -> Decimal:
        """What was approved before."""

    @property
    def before(self) -> Decimal:
        """The contract sum before it."""

    @property
    def replaced(self) -> tuple[Part, ...]:
        """What goes out for it."""

    @property
    def after(self) -> Decimal:
        """The contract sum after it."""


@dataclass(frozen=True)
class SumStep:
    """A line on the way from the original contract sum to the one after a change."""

    name: str
    amount: Decimal
    id: str = ""
    signed: bool = False


def contract_sum(
    title: str, position: Position, step: ContractStep, own: Decimal | None, words: Words
) -> Table[SumStep]:
    """Return how a change leads from the contract sum before it to the one after it.

    `own` is the change's amount; None where it is not decided which option is taken.
    """
    _ = words.gettext
    rows = (
        SumStep(_("Original contract sum"), position.original.amount),
        SumStep(_("Changes approved before"), step.earlier, signed=True),
        SumStep(_("Contract sum before this change"), step.before),
        *([] if own is None else [SumStep(_("This change"), own, signed=True)]),
        *(SumStep(_("Replaces"), part.amount, part.id, signed=True) for part in step.replaced),
    )
    after = TotalLine(
        _("Contract sum after this change"), words.money(step.after, position.currency)
    )
    columns = _sum_columns(title, position.currency, words)
    return Table(title, columns, rows, totals=() if own is None else (after,))


def revised_sum(position: Position, words: Words) -> Table[SumStep]:
    """Return how all that is approved leads from the original contract sum to the revised one."""
    currency, title = position.currency, words.gettext("Contract sum")
    rows = (
        SumStep(words.label(SumLine.ORIGINAL), position.original.amount),
        SumStep(words.label(SumLine.APPROVED), position.approved.amount, signed=True),
    )
    revised = TotalLine(
        words.label(SumLine.REVISED), words.money(position.revised.amount, currency)
    )
    return Table(title, _sum_columns(title, currency, words), rows, totals=(revised,))


def _sum_columns(title: str, currency: str, words: Words) -> tuple[Column[SumStep], ...]:
    def name(line: SumStep) -> Piece:
        return pieces(Text(line.name), Changes((line.id,)) if line.id else None)

    def amount(line: SumStep) -> Piece:
        return Text(words.money(line.amount, currency, signed=line.signed))

    return (
        piece_column(title, name, Format.TEXT, on=_BOTH),
        piece_column(words.gettext("Amount"), amount, Format.MONEY, on=_BOTH, name="sum"),
    )


@dataclass(frozen=True)
class ActualLine:
    """What was agreed of something, what it took, and by how much that differs."""

    what: str
    agreed: Piece | None
    took: Piece | None
    difference: Piece | None


def actual(outcome: ActualOutcome, currency: str, words: Words) -> Table[ActualLine]:
    """Return what a change took beside what was agreed."""
    _ = words.gettext

    def day(on: date | None) -> Piece | None:
        return WrittenDay(on) if on else None

    def days(number: int | None) -> Piece | None:
        return None if number is None else Text(words.days(number, signed=True))

    def number(value: Decimal | None) -> Piece | None:
        return None if value is None else Text(words.number(value))

    def money(amount: Decimal | None, *, signed: bool = False) -> Piece | None:
        return None if amount is None else Text(words.money(amount, currency, signed=signed))

    def rows() -> Iterator[ActualLine]:
        if outcome.finished:
            both = day(outcome.planned), day(outcome.finished)
            yield ActualLine(_("Work finished"), *both, days(outcome.days))
        for each in outcome.dates:
            yield ActualLine(each.name, day(each.agreed), day(each.reached), days(each.days))
        for role in outcome.roles:
            what = _("%(name)s, person-days") % {"name": role.role}
            both = number(role.agreed), number(role.actual)
            yield ActualLine(what, *both, number(role.difference))
        if outcome.cost is not None:
            both = money(outcome.agreed), money(outcome.cost)
            more = money(outcome.difference, signed=True)
            yield ActualLine(_("Cost before tax"), *both, more)

    columns: tuple[Column[ActualLine], ...] = (
        Column(_("What"), lambda line: line.what, on=Medium.PAGE),
        *(
            piece_column(title, content, Format.MONEY)
            for title, content in (
                (_("Agreed"), lambda line: line.agreed),
                (_("Actual"), lambda line: line.took),
                (_("Difference"), lambda line: line.difference),
            )
        ),
    )
    return Table(_("Agreed and actual"), columns, tuple(rows()))


def actual_cost(outcome: ActualOutcome, words: Words) -> Table[CostRow]:
    """Return the lines of what a change has cost."""
    _ = words.gettext
    columns: tuple[Column[CostRow], ...] = (
        Column(_("Actual cost"), lambda row: row.item, on=Medium.PAGE),
        Column(
            _("Amount"),
            lambda row: in_currency(row.amount, row.currency),
            Format.MONEY,
            on=Medium.PAGE,
            content=lambda row: Text(_("not known"), Tone.QUIET) if row.amount is None else None,
        ),
    )
    return Table(_("Actual cost"), columns, outcome.rows)

"""The parts of the contract sum as tables of pages: lines, budget, tax, other currencies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from changebook.model.cells import Changes, Note, Piece, Text, Tone, pieces
from changebook.model.sums import Figure, Position, SumLine, TaxLine
from changebook.model.sums.figures import ForeignLine
from changebook.model.table import ALL, Column, Format, Medium, R, Table, money_column, piece_column
from changebook.model.values import Money, in_currency
from changebook.model.words import Words
from changebook.views.meanings import line_name
from changebook.views.month_tables import NOTHING
from changebook.views.record_tables import orientation

Line = tuple[SumLine, Figure]
_WHOLE_SUMS = frozenset({SumLine.ORIGINAL, SumLine.REVISED, SumLine.FORECAST})


def lines(listed: Sequence[Line], reference: str, currency: str, words: Words) -> Table[Line]:
    """Return lines of the sums, each with what it consists of; `reference` is the contract's."""
    _ = words.gettext

    def amount(line: Line) -> Piece:
        signed = line[0] not in _WHOLE_SUMS
        return Text(words.money(line[1].amount, currency, signed=signed))

    def consists_of(line: Line) -> Piece:
        own = None if line[0] in _WHOLE_SUMS else _unknown(line[1], words)
        return pieces(behind(line[0], line[1].ids, reference, words), own)

    columns: tuple[Column[Line], ...] = (
        Column(_("Line"), lambda line: line_name(line[0], words), on=Medium.PAGE),
        piece_column(_("Amount"), amount, Format.MONEY),
        piece_column(_("Changes"), consists_of),
    )
    return Table(_("Contract sum"), columns, tuple(listed))


def figure_column(title: str, figure: Callable[[R], Figure], currency: str = "") -> Column[R]:
    """Return a column of what changes come to; without a currency these are person-days."""

    def value(row: R) -> Money | Decimal:
        return Money(figure(row).amount, currency) if currency else figure(row).amount

    written = Format.MONEY if currency else Format.NUMBER
    return Column(title, value, written, on=ALL, signed=True, records=lambda row: figure(row).ids)


def behind(line: SumLine, ids: Collection[str], reference: str, words: Words) -> Piece:
    """Return what a line of the sums consists of: the contract, other lines, or changes."""
    match line:
        case SumLine.ORIGINAL:
            return Text(reference)
        case SumLine.REVISED:
            return Text(words.gettext("original and approved"), Tone.QUIET)
        case SumLine.FORECAST:
            return Text(words.gettext("revised and pending"), Tone.QUIET)
        case _:
            return Changes(ids) if ids else NOTHING


def _unknown(figure: Figure, words: Words) -> Piece | None:
    """Return how many changes are not assessed, away from the amounts, which line up."""
    if not figure.unknown:
        return None
    number = len(figure.unknown)
    text = words.ngettext("%(num)s not assessed", "%(num)s not assessed", number)
    return Note(Text(text % {"num": number}), below=False, style="money")


@dataclass(frozen=True)
class AddedAndCredited:
    """What changes of one kind add to the sum, and what they take from it."""

    name: str
    added: Figure
    credited: Figure


def added_and_credited(position: Position, words: Words) -> Table[AddedAndCredited]:
    """Return what approved and pending changes add and credit."""
    _, currency = words.gettext, position.currency
    columns: tuple[Column[AddedAndCredited], ...] = (
        Column(_("Of which"), lambda row: row.name, on=Medium.PAGE),
        figure_column(_("Added"), lambda row: row.added, currency),
        figure_column(_("Credited"), lambda row: row.credited, currency),
    )
    rows = (
        AddedAndCredited(_("Approved changes"), position.adds, position.credits),
        AddedAndCredited(_("Pending changes"), position.pending_adds, position.pending_credits),
    )
    return Table(_("Added and credited"), columns, rows)


@dataclass(frozen=True)
class BudgetPart:
    """A line of the change budget, and the changes behind it."""

    name: str
    amount: Decimal
    ids: Collection[str] = ()
    strong: bool = False


def budget(position: Position, words: Words) -> Table[BudgetPart]:
    """Return the change budget, what of it is used, and what is left."""
    _, currency = words.gettext, position.currency
    rows: tuple[BudgetPart, ...] = ()
    if own := position.budget:
        if_pending = _("Left if all pending changes are approved as requested")
        rows = (
            BudgetPart(_("Budget"), own.amount),
            BudgetPart(_("Used"), own.used.amount, own.used.ids),
            BudgetPart(_("Left"), own.left, strong=True),
            BudgetPart(if_pending, own.left_if_pending, position.pending.ids),
        )

    def name(row: BudgetPart) -> Piece:
        return pieces(Text(row.name), Note(Changes(row.ids)) if row.ids else None)

    def overspent(row: BudgetPart) -> Piece | None:
        return Text(words.money(row.amount, currency), Tone.LATE) if row.amount < 0 else None

    columns: tuple[Column[BudgetPart], ...] = (
        piece_column(_("Change budget"), name, Format.TEXT),
        money_column(
            _("Amount"), lambda row: row.amount, currency, on=Medium.PAGE, content=overspent
        ),
    )
    return Table(_("Change budget"), columns, rows, strong=lambda row: row.strong)


@dataclass(frozen=True)
class TaxRow:
    """The tax at one rate on two sums, or with `total` both sums with all their tax."""

    rate: str
    on_revised: Piece | None
    on_forecast: Piece | None
    total: bool = False


def tax(position: Position, words: Words) -> Table[TaxRow]:
    """Return the tax on the revised sum and on the forecast, rate by rate."""
    _, currency = words.gettext, position.currency
    revised = {line.rate: line for line in position.tax_on_revised}
    forecast = {line.rate: line for line in position.tax_on_forecast}

    def at(rate: Decimal | None) -> TaxRow:
        name = _("no rate agreed") if rate is None else words.percent(rate)
        return TaxRow(name, of(revised.get(rate)), of(forecast.get(rate)))

    def of(line: TaxLine | None) -> Piece | None:
        if line is None:
            return None
        on = _("on %(money)s") % {"money": words.money(line.base, currency)}
        ids = Note(Changes(line.ids), small=False) if line.ids else None
        return pieces(Text(money(line.tax)), Note(pieces(Text(on), ids)))

    def money(amount: Decimal | None) -> str:
        return "–" if amount is None else words.money(amount, currency)

    rows = [at(rate) for rate in dict.fromkeys((*revised, *forecast))]
    all_revised, all_forecast = position.revised_with_tax, position.forecast_with_tax
    if all_revised is not None or all_forecast is not None:
        both = Text(money(all_revised)), Text(money(all_forecast))
        rows.append(TaxRow(_("Total with tax"), *both, total=True))
    columns: tuple[Column[TaxRow], ...] = (
        Column(_("Tax rate"), lambda row: row.rate, on=Medium.PAGE),
        piece_column(_("On the revised sum"), lambda row: row.on_revised, Format.MONEY),
        piece_column(_("On the forecast sum"), lambda row: row.on_forecast, Format.MONEY),
    )
    return Table(_("Tax"), columns, tuple(rows), strong=lambda row: row.total)


def foreign(position: Position, words: Words) -> Table[ForeignLine]:
    """Return what is in other currencies, and about how much that is in the contract's."""
    _ = words.gettext

    def item(line: ForeignLine) -> Piece:
        return pieces(Changes((line.id,)), Text(line.row.item))

    def memo(line: ForeignLine) -> str | None:
        return orientation(line.row, position.currency, words)

    columns: tuple[Column[ForeignLine], ...] = (
        piece_column(_("Item"), item, Format.TEXT),
        Column(_("Status"), lambda line: words.label(line.bucket), Format.WORD, on=Medium.PAGE),
        Column(
            _("Amount"),
            lambda line: in_currency(line.row.amount, line.row.currency),
            Format.MONEY,
            on=Medium.PAGE,
        ),
        Column(_("For orientation"), memo, on=Medium.PAGE),
    )
    return Table(_("In another currency, not added"), columns, position.foreign)

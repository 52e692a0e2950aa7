"""Month ends beside each other, and the two sides of a comparison, as tables of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from changebook.edition import urls
from changebook.model.cells import (
    Change,
    Changes,
    Label,
    Note,
    PageLink,
    Piece,
    Text,
    Tone,
    WrittenDay,
    pieces,
)
from changebook.model.sums import Bucket, Figure, MilestonePosition, SumLine
from changebook.model.table import Column, Format, Medium, Table, money_column, piece_column
from changebook.model.vocabulary import Status
from changebook.model.words import Words
from changebook.views.meanings import line_name
from changebook.views.months import Comparison, DateChange, LineChange, MonthEnd, PendingThen

_SIGNED = frozenset({SumLine.APPROVED, SumLine.PENDING})


def milestones(positions: Sequence[MilestonePosition], words: Words) -> Table[MilestonePosition]:
    """Return the dates of the contract in short: what was, what is, and how far that is."""
    _ = words.gettext
    stays = Text(_("not moved"), Tone.QUIET)
    columns: tuple[Column[MilestonePosition], ...] = (
        Column(_("Milestone"), lambda m: m.name, on=Medium.PAGE),
        Column(_("Original date"), lambda m: m.original, Format.DATE, on=Medium.PAGE),
        Column(_("Agreed date"), lambda m: m.agreed, Format.DATE, on=Medium.PAGE),
        Column(
            _("Moved by"),
            lambda m: (m.agreed - m.original).days,
            Format.DAYS_DIFFERENCE,
            on=Medium.PAGE,
            content=lambda m: stays if m.agreed == m.original else None,
        ),
    )
    return Table(_("Milestones"), columns, tuple(positions), strong=lambda m: m.completion)


def list_of_months(ends: Sequence[MonthEnd], currency: str, words: Words) -> Table[MonthEnd]:
    """Return the sums at each month end, each with how much it differs from the one before."""
    _ = words.gettext
    unchanged = Text(_("unchanged"), Tone.QUIET)

    def name(end: MonthEnd) -> Piece:
        link = PageLink(words.month(end.on), urls.month(end.on))
        if not end.late:
            return link
        late = _("recorded later: see both") if end.now else _("some of it recorded later")
        return pieces(link, Note(Text(late)))

    def sum_of(line: SumLine, title: str) -> Column[MonthEnd]:
        def figure(end: MonthEnd) -> Piece:
            change = end.since.line(line)
            amount = words.money(change.after.amount, currency, signed=line in _SIGNED)
            by = change.difference
            difference = Text(words.money(by, currency, signed=True)) if by else unchanged
            return pieces(Text(amount), Note(difference))

        return piece_column(title, figure, Format.MONEY)

    def completion(end: MonthEnd) -> Piece | None:
        milestone = end.position.completion
        if milestone is None:
            return None
        moved = [move.days for move in end.since.dates if move.after.completion and move.days]
        notes = (Note(Text(words.days(days, signed=True)), style="money") for days in moved)
        return pieces(WrittenDay(milestone.agreed), *notes)

    columns: tuple[Column[MonthEnd], ...] = (
        piece_column(_("Month end"), name, Format.TEXT),
        sum_of(SumLine.APPROVED, _("Approved")),
        sum_of(SumLine.REVISED, _("Revised")),
        sum_of(SumLine.PENDING, _("Pending")),
        sum_of(SumLine.FORECAST, _("Forecast")),
        piece_column(_("Completion"), completion, Format.DATE),
    )
    return Table(_("Month ends"), columns, tuple(ends))


@dataclass(frozen=True)
class Restated:
    """What a month end says as known then and as known now."""

    name: str
    line: SumLine | None
    then: Piece
    now: Piece
    difference: Piece


def restated(now: Comparison, currency: str, words: Words) -> Table[Restated]:
    """Return the figures of a month end as known then and as known now."""
    _ = words.gettext

    def of_sum(change: LineChange) -> Restated:
        def figure(side: Figure) -> Text:
            return Text(words.money(side.amount, currency))

        difference = by_amount(change.difference, currency, words)
        return Restated(
            line_name(change.line, words),
            change.line,
            figure(change.before),
            figure(change.after),
            difference,
        )

    def of_date(move: DateChange) -> Restated:
        by = Text(words.days(move.days, signed=True)) if move.days else unchanged(words)
        return Restated(
            move.after.name, None, _as_known(move.before, words), _as_known(move.after, words), by
        )

    def column(title: str, side: Callable[[Restated], Piece]) -> Column[Restated]:
        return piece_column(title, side, Format.MONEY)

    columns: tuple[Column[Restated], ...] = (
        Column(_("Line"), lambda row: row.name, on=Medium.PAGE),
        column(_("As known then"), lambda row: row.then),
        column(_("As known now"), lambda row: row.now),
        column(_("Difference"), lambda row: row.difference),
    )
    dates = (move for move in now.dates if move.before != move.after)
    rows = (*map(of_sum, now.lines), *map(of_date, dates))
    return Table(_("Recorded later"), columns, rows)


def unchanged(words: Words) -> Text:
    """Return what stands where nothing differs."""
    return Text(words.gettext("unchanged"), Tone.QUIET)


def by_amount(difference: Decimal, currency: str, words: Words) -> Text:
    if not difference:
        return unchanged(words)
    return Text(words.money(difference, currency, signed=True))


def _as_known(milestone: MilestonePosition, words: Words) -> Piece:
    """Return an agreed date, and what pending changes would make of it."""
    would = possible(milestone, words)
    if would is None:
        return WrittenDay(milestone.agreed)
    before, after = words.gettext("If pending changes are approved: %(dates)s").split("%(dates)s")
    note = Note(pieces(Text(before), would, Text(after), between=""))
    return pieces(WrittenDay(milestone.agreed), note)


#: Stands where there is nothing to say.
NOTHING = Text("–", Tone.QUIET)


def possible(milestone: MilestonePosition, words: Words) -> Piece | None:
    """Return from when to when pending changes may move a milestone, and which of them; or None."""
    _, dates = words.gettext, milestone.pending
    if not dates or not (dates.low or dates.high):
        return None
    asked = [request for request in milestone.requests if request.days]
    each = (
        pieces(Text(words.days(request.days, signed=True)), Changes((request.id,)))
        for request in asked
    )
    return pieces(_span(dates.earliest, dates.latest, words), Note(pieces(*each, between=_(", "))))


def _span(first: date, last: date, words: Words) -> Piece:
    if first == last:
        return WrittenDay(last)
    days = {"from": words.date(first), "to": words.date(last)}
    return Text(words.gettext("%(from)s to %(to)s") % days)


def milestones_since(since: Comparison, words: Words) -> Table[DateChange]:
    """Return the milestones at the later of two days, and by how much they moved in between."""
    _ = words.gettext
    stays = Text(_("not moved"), Tone.QUIET)

    def moved(move: DateChange) -> Piece:
        return (
            pieces(Text(words.days(move.days, signed=True)), Changes(move.ids))
            if move.ids
            else stays
        )

    def would(move: DateChange) -> Piece:
        return possible(move.after, words) or NOTHING

    since_day = _("Moved since %(day)s") % {"day": words.date(since.before)}
    columns: tuple[Column[DateChange], ...] = (
        Column(_("Milestone"), lambda move: move.after.name, on=Medium.PAGE),
        Column(_("Original date"), lambda m: m.after.original, Format.DATE, on=Medium.PAGE),
        Column(_("Agreed date"), lambda move: move.after.agreed, Format.DATE, on=Medium.PAGE),
        piece_column(since_day, moved),
        piece_column(_("If pending changes are approved"), would),
    )
    return Table(_("Dates"), columns, since.dates, strong=lambda move: move.after.completion)


def pending_then(listed: Sequence[PendingThen], currency: str, words: Words) -> Table[PendingThen]:
    """Return the changes that were pending at a month end."""
    _ = words.gettext
    not_assessed = Text(_("not assessed"), Tone.QUIET)

    def status(item: PendingThen) -> Piece:
        bucket = item.standing.bucket
        chips = statuses(item.status, words, proceeding=bucket is Bucket.PROCEEDING)
        if bucket is not Bucket.APPROVED_LATER:
            return chips
        return pieces(chips, Note(Text(words.label(bucket)), below=False))

    columns: tuple[Column[PendingThen], ...] = (
        piece_column(
            _("Change"), lambda item: Change(item.id, item.title, item.unseen), Format.TEXT
        ),
        piece_column(_("Status"), status),
        money_column(
            _("Amount counted"),
            lambda item: item.standing.amount,
            currency,
            on=Medium.PAGE,
            signed=True,
            content=lambda item: not_assessed if item.standing.amount is None else None,
        ),
    )
    return Table(_("Pending changes"), columns, tuple(listed))


def statuses(status: Status, words: Words, *, proceeding: bool = False) -> Piece:
    """Return a status in its colour, and whether work has begun before the decision."""
    label = Label(words.label(status), status.value)
    if not proceeding:
        return label
    return pieces(label, Label(words.gettext("Proceeding, not agreed"), "proceeding"))

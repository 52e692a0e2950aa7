"""Changes in a list, as a table of its page, and what its cells say of amounts and days."""

from __future__ import annotations

from collections.abc import Sequence

from changebook.model.cells import Change, Label, Note, Piece, Text, Tone, WrittenDay, pieces
from changebook.model.sums import Bucket
from changebook.model.table import Column, Format, Table, piece_column
from changebook.model.vocabulary import Term
from changebook.model.words import Words
from changebook.views.change import ChangeRow
from changebook.views.month_tables import NOTHING, statuses

_ASKED = frozenset({Bucket.DRAFT, Bucket.PENDING, Bucket.PROCEEDING})
#: What counts in no sum, now or later.
_OUT = frozenset({Bucket.REPLACED, Bucket.DEFERRED, Bucket.REJECTED, Bucket.WITHDRAWN, Bucket.VOID})


def changes(
    rows: Sequence[ChangeRow], currency: str, words: Words, *, with_status: bool = True
) -> Table[ChangeRow]:
    """Return changes in a list; without their status where all have the same one."""
    _ = words.gettext

    def change(row: ChangeRow) -> Piece:
        day = WrittenDay(row.day) if row.day else None
        items = Text(_(", ").join(row.items)) if row.items else None
        about = Note(pieces(day, items, between=" · ")) if day or items else None
        return pieces(Change(row.id, row.title, row.unseen), about)

    def priority(row: ChangeRow) -> Piece:
        own = row.priority
        first = Label(words.label(own), own.value, "level") if own else NOTHING
        return pieces(first, level(_("Urgency"), row.urgency), level(_("Risk"), row.risk))

    def level(name: str, value: Term | None) -> Piece | None:
        return Note(Text(f"{name} {words.label(value)}")) if value else None

    columns: list[Column[ChangeRow]] = [
        piece_column(_("Change"), change, Format.TEXT),
        piece_column(
            _("Status"), lambda row: statuses(row.status, words, proceeding=row.proceeding)
        ),
        piece_column(_("Type"), lambda row: Text(words.label(row.type)) if row.type else NOTHING),
        piece_column(_("Priority"), priority),
        piece_column(_("Amount"), lambda row: amount(row, currency, words), Format.MONEY),
        piece_column(_("Days"), lambda row: moves(row, words), Format.DAYS_DIFFERENCE),
    ]
    if not with_status:
        del columns[1]
    return Table(_("Changes"), tuple(columns), tuple(rows))


def amount(row: ChangeRow, currency: str, words: Words) -> Piece:
    """Return the amount of a change, and why it does not count where it does not."""
    _ = words.gettext
    if row.amount is None:
        return Text(_("not assessed"), Tone.QUIET)
    money = Text(words.money(row.amount, currency, signed=True), _tone(row))
    why = not_in_sum(row, words)
    return pieces(money, Note(Text(why)) if why else None)


def not_in_sum(row: ChangeRow, words: Words) -> str:
    """Return why an amount does not count in the contract sum; empty where it does."""
    _ = words.gettext
    if row.amount is None or row.bucket is Bucket.APPROVED:
        return ""
    if row.bucket in _ASKED:
        return _("requested")
    later = row.bucket is Bucket.APPROVED_LATER
    return _("effective later") if later else _("not counted")


def moves(row: ChangeRow, words: Words) -> Piece:
    """Return the days of a change: on the completion, or on the milestone that it moves first."""
    _ = words.gettext
    if row.days is None:
        return Text(_("not assessed"), Tone.QUIET)
    if row.moves is None:
        return Text(_("none"), Tone.QUIET)
    days = Text(words.days(row.moves.days, signed=True), _tone(row))
    milestone = None if row.moves.completion else Note(Text(row.moves.name), below=False)
    return pieces(days, milestone, Note(Text(_("not counted"))) if row.bucket in _OUT else None)


def _tone(row: ChangeRow) -> Tone:
    return Tone.OUT if row.bucket in _OUT else Tone.FIGURE

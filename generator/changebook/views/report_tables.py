"""What a week or a month brought, as tables of its page and its paper."""

from __future__ import annotations

from collections.abc import Sequence

from changebook.model.cells import Change, Note, Piece, Text, pieces
from changebook.model.table import Column, Format, Medium, Table, piece_column
from changebook.model.words import Words
from changebook.views.change_tables import amount, moves
from changebook.views.month_tables import statuses
from changebook.views.report import Progress, ReportStage, ReportStep

_BOTH = Medium.PAGE | Medium.PAPER


def progress(group: Sequence[Progress], currency: str, words: Words) -> Table[Progress]:
    """Return what changes did in one stage."""
    _ = words.gettext

    def change(item: Progress) -> Piece:
        name, more = Change(item.row.id, item.row.title, item.row.unseen), who(item, words)
        return pieces(name, Note(Text(more)) if more else None)

    def steps(item: Progress) -> Piece:
        return pieces(*(_step(step, words) for step in item.steps), between=" → ")

    def money(item: Progress) -> Piece:
        return amount(item.row, currency, words)

    def days(item: Progress) -> Piece:
        return moves(item.row, words)

    columns: tuple[Column[Progress], ...] = (
        piece_column(_("Change"), change, Format.TEXT, on=_BOTH, name="half"),
        piece_column(_("Status"), steps, on=_BOTH),
        piece_column(_("Amount"), money, Format.MONEY),
        piece_column(_("Days"), days, Format.DAYS_DIFFERENCE),
        # Paper is narrow.
        piece_column(
            _("Amount"),
            lambda item: pieces(money(item), Note(days(item))),
            Format.MONEY,
            on=Medium.PAPER,
            name="due",
        ),
    )
    return Table(_("Activity"), columns, tuple(group))


def _step(step: ReportStep, words: Words) -> Piece:
    text = words.date(step.on)
    if step.recorded:
        text = words.gettext("on %(day)s, recorded on %(recorded)s") % {
            "day": text,
            "recorded": words.date(step.recorded),
        }
    return pieces(statuses(step.status, words), Note(Text(text), below=False))


def who(item: Progress, words: Words) -> str:
    """Return who asked for it or decided it, or what was said about its last step."""
    _, data = words.gettext, item.data
    named = _("%(name)s: %(text)s")
    if decision := item.decision:
        names = _(", ").join(person.name for person in decision.by)
        clauses = [named % {"name": _("Decided by"), "text": names}] if names else []
        for day, text in (
            (decision.effective, _("effective from %(day)s")),
            (decision.review, _("to be reviewed on %(day)s")),
        ):
            if day:
                clauses.append(text % {"day": words.date(day)})
        return words.pgettext("clause", ", ").join(clauses)
    if item.stage is ReportStage.REQUESTED and data.requested:
        return named % {"name": _("Requested by"), "text": data.requested.by}
    return item.steps[-1].note or ""

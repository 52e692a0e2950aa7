"""The tables of amendments, as pages and papers have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from changebook.edition import urls
from changebook.model.cells import (
    Change,
    Label,
    Note,
    PageLink,
    Piece,
    Text,
    Tone,
    WrittenDay,
    pieces,
)
from changebook.model.schema import Profile
from changebook.model.sums import ChangesTotal, TotalMove
from changebook.model.table import (
    FLAT,
    Column,
    Format,
    Medium,
    Table,
    TotalLine,
    money_column,
    piece_column,
)
from changebook.model.words import Words
from changebook.views.amendments import AmendedChange, AmendmentView, SignatureState

_BOTH = Medium.PAGE | Medium.PAPER
_FLAT_AND_PAGE = FLAT | Medium.PAGE
#: The colour of each state is that of the status of a change that is as far.
_COLOUR = {
    SignatureState.ANNOUNCED: "draft",
    SignatureState.UNDECIDED: "awaiting-decision",
    SignatureState.TO_SIGN: "awaiting-decision",
    SignatureState.PARTLY: "awaiting-decision",
    SignatureState.SIGNED: "signed",
    SignatureState.NOTHING: "superseded",
}


def signing(state: SignatureState, words: Words) -> Label:
    """Return how far the signing has come, in its colour."""
    return Label(words.label(state), _COLOUR[state])


def listed(
    amendments: tuple[AmendmentView, ...], currency: str, words: Words
) -> Table[AmendmentView]:
    """Return all amendments of a contract, each with the changes in it and what they come to."""
    _ = words.gettext

    def name(view: AmendmentView) -> Piece:
        link = PageLink(view.reference, urls.amendment(view.reference))
        return pieces(link, Note(Text(view.title)) if view.title else None)

    def state(view: AmendmentView) -> Piece:
        days = sorted({change.signed for change in view.changes if change.signed})
        parts = [Note(WrittenDay(day)) for day in days]
        return pieces(signing(view.signing, words), *parts)

    def signed(view: AmendmentView) -> date | None:
        return max((each.signed for each in view.changes if each.signed), default=None)

    columns: tuple[Column[AmendmentView], ...] = (
        Column(_("Amendment"), lambda view: view.reference, on=_FLAT_AND_PAGE, content=name),
        Column(_("Title"), lambda view: view.title, width=40),
        Column(_("Date"), lambda view: view.on, Format.DATE),
        Column(
            _("Status"),
            lambda view: words.label(view.signing),
            Format.WORD,
            on=_FLAT_AND_PAGE,
            content=state,
        ),
        Column(_("Signed on"), signed, Format.DATE),
        Column(_("Changes"), lambda view: [each.id for each in view.changes], Format.ID, on=FLAT),
        Column(
            _("Changes"),
            lambda view: [change.id for change in view.changes],
            Format.COUNT,
            on=Medium.PAGE,
        ),
        money_column(
            _("Sum of the changes"),
            lambda view: view.sum.net.amount if view.changes else None,
            currency,
            on=_FLAT_AND_PAGE,
            signed=True,
        ),
        money_column(_("Total with tax"), lambda view: view.sum.with_tax, currency, signed=True),
    )
    return Table(_("Amendments"), columns, amendments)


def changes(view: AmendmentView, profile: Profile, words: Words) -> Table[AmendedChange]:
    """Return the changes of an amendment, and their sum before and with tax."""
    _, currency = words.gettext, profile.contract.currency

    def name(change: AmendedChange) -> Piece:
        return Change(change.id, change.row.title, change.row.unseen)

    def status(change: AmendedChange) -> Piece:
        return Label(words.label(change.row.status), change.row.status.value)

    def signed(change: AmendedChange) -> Piece:
        day = Note(WrittenDay(change.signed)) if change.signed else None
        by = change.paper.by if change.paper else ()
        people = Note(Text(_(", ").join(by))) if by else None
        return pieces(Text(words.label(change.signing)), day, people)

    def dates(change: AmendedChange) -> Piece | None:
        return new_dates(change, profile, words)

    columns: tuple[Column[AmendedChange], ...] = (
        Column(_("Change"), lambda change: change.id, on=_BOTH, name="change", content=name),
        piece_column(_("Status"), status, on=_BOTH, name="status"),
        piece_column(_("Signature"), signed, on=_BOTH, name="signature"),
        piece_column(_("New dates"), dates, Format.TEXT, on=_BOTH, name="dates"),
        money_column(
            _("Amount"), lambda change: change.net, currency, on=_BOTH, signed=True, name="money"
        ),
    )
    return Table(_("Changes"), columns, view.changes, totals=totals(view.sum, currency, words))


def to_sign(view: AmendmentView, profile: Profile, words: Words) -> Table[AmendedChange]:
    """Return what one signature stands for, as its sheet has it."""
    whole = changes(view, profile, words)
    columns = tuple(c for c in whole.columns if c.name in ("change", "dates", "money"))
    return replace(whole, columns=columns, rows=view.of(SignatureState.TO_SIGN), totals=())


def totals(total: ChangesTotal, currency: str, words: Words) -> tuple[TotalLine, ...]:
    """Return what changes come to before tax, and with it where a rate is agreed."""
    _ = words.gettext
    title = _("Sum of the changes, before tax")
    if total.net.unknown:
        title = _("Sum of the changes that are assessed, before tax")
    lines = [TotalLine(title, words.money(total.net.amount, currency, signed=True))]
    if total.with_tax is not None:
        taxed = words.money(total.with_tax, currency, signed=True)
        lines.append(TotalLine(_("Total with tax"), taxed, light=True))
    return tuple(lines)


def new_dates(change: AmendedChange, profile: Profile, words: Words) -> Piece | None:
    """Return the dates that a change gave to milestones, or the days that it asks for."""
    given = []
    for step in change.steps:
        milestone = profile.milestone(step.milestone)
        what = {"name": milestone.name if milestone else step.milestone}
        text = words.gettext("%(name)s: %(value)s") % (what | {"value": words.date(step.after)})
        days = Text(words.days(step.days, signed=True), Tone.FIGURE)
        given.append(pieces(Text(text), Note(days, below=False)))
    if given or change.signing is not SignatureState.UNDECIDED:
        return _below_each_other(given)
    return _below_each_other(
        [
            pieces(
                Text(
                    words.gettext("%(name)s: %(value)s")
                    % {"name": asked.name, "value": words.days(asked.days, signed=True)}
                )
            )
            for asked in change.row.days or ()
            if asked.days
        ]
    )


def _below_each_other(parts: Sequence[Piece]) -> Piece | None:
    if not parts:
        return None
    return pieces(parts[0], *(Note(part, small=False) for part in parts[1:]))


def moves(total: ChangesTotal, words: Words) -> Table[TotalMove]:
    """Return the milestones that changes move together."""
    _ = words.gettext

    def days(move: TotalMove) -> Piece:
        asked = _("of which %(days)s not decided yet") % {
            "days": words.days(move.asked, signed=True)
        }
        return pieces(
            Text(words.days(move.days, signed=True)), Note(Text(asked)) if move.asked else None
        )

    columns: tuple[Column[TotalMove], ...] = (
        Column(_("Milestone"), lambda move: move.name, on=_BOTH),
        Column(
            _("Moved by"),
            lambda move: move.days,
            Format.DAYS_DIFFERENCE,
            on=_BOTH,
            content=days,
        ),
        Column(_("New date"), lambda move: move.after, Format.DATE, on=_BOTH),
    )
    return Table(_("Dates"), columns, total.moves, strong=lambda move: move.completion)

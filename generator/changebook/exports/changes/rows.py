"""The list of changes as a table: a row for each change, in the order of the history page."""

from __future__ import annotations

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord
from changebook.exports.tables import Cell, Row, Table, ids_or_none, money_or_none
from changebook.model.sums import Position
from changebook.model.vocabulary import Audience, Term
from changebook.model.words import Words
from changebook.views.change import ChangeRow
from changebook.views.index import ordered


def changes(edition: Edition, position: Position, words: Words) -> Table:
    """All that the lists of the edition show of each change, in its language.

    Days are calendar days that were granted, or else asked for, with a column for each milestone of
    the contract. Only a team edition says which changes the client does not see.
    """
    _ = words.gettext
    milestones = edition.profile.contract.milestones
    team = edition.audience is Audience.TEAM
    heads = (
        _("Number"),
        _("Title"),
        _("Status"),
        _("Type"),
        _("Path"),
        _("Priority"),
        _("Urgency"),
        _("Risk"),
        _("Reason"),
        _("Scope item"),
        _("Summary"),
        _("Asked for"),
        _("Asked for by"),
        _("Decision due"),
        _("Decided"),
        _("Amount"),
        _("Counts as"),
        _("In the sums"),
        *(_("%(milestone)s: days") % {"milestone": m.name} for m in milestones),
        _("Agreement"),
        _("Supersedes"),
        _("Superseded by"),
        _("Needs first"),
        _("Status since"),
        *((_("Internal"),) if team else ()),
        *((_("Page"),) if edition.site_url else ()),
    )

    def label(term: Term | None) -> str | None:
        return words.label(term) if term else None

    def cells(record: EditionRecord, row: ChangeRow) -> Row:
        data, currency = record.data, position.currency
        days = {move.milestone: move.days for move in row.days or ()}
        moves: list[Cell] = [None if row.days is None else days.get(m.id, 0) for m in milestones]
        return (
            row.id,
            row.title,
            label(row.status),
            label(row.type),
            label(row.path),
            label(row.priority),
            label(row.urgency),
            label(row.risk),
            label(row.reason),
            _(", ").join(row.items) or None,
            row.summary,
            row.day,
            data.requested.by if data.requested else None,
            data.decision.due if data.decision else None,
            row.decided,
            money_or_none(row.amount, currency),
            label(row.bucket),
            money_or_none(row.counts, currency),
            *moves,
            label(data.agreement.status) if data.agreement else None,
            ids_or_none(data.links.supersedes),
            ids_or_none(record.superseded_by),
            ids_or_none(data.links.depends_on),
            row.since,
            *((_("Internal") if row.unseen else None,) if team else ()),
            *((urls.absolute(edition.site_url, urls.record(row.id)),) if edition.site_url else ()),
        )

    rows = tuple(cells(record, row) for record, row in ordered(edition, position))
    return Table(_("Changes"), heads, rows)

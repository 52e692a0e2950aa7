"""The list of changes as a table: a row for each change, in the order of the history page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord
from changebook.model.approval import Approvals
from changebook.model.schema import ChangeRecord, Milestone
from changebook.model.sums import Position
from changebook.model.table import Column, Format, Table, money_column
from changebook.model.vocabulary import Audience, Term
from changebook.views.amendments import reference_of
from changebook.views.approvals import ApprovalPhrases, of_record
from changebook.views.change import ChangeRow
from changebook.views.index import ordered


@dataclass(frozen=True)
class ListedChange:
    """A record as this reader may see it, with its row in the lists."""

    record: EditionRecord
    row: ChangeRow
    approvals: Approvals

    @property
    def data(self) -> ChangeRecord:
        return self.record.data


@dataclass(frozen=True)
class ChangeList:
    """The changes of an edition, in the order of the history page."""

    edition: Edition
    position: Position

    @property
    def currency(self) -> str:
        return self.position.currency

    @cached_property
    def changes(self) -> tuple[ListedChange, ...]:
        pairs = ordered(self.edition, self.position)
        return tuple(
            ListedChange(
                record, row, of_record(record.data, self.edition.profile, self.edition.as_of)
            )
            for record, row in pairs
        )


def front_matter(
    data: ChangeRecord, audience: Audience, *, defaults: bool = True
) -> dict[str, Any]:
    """Return the keys of the record format; what is not given is left out, or has its default."""
    # A client's copy has nothing internal; not even the key is for them.
    hidden = {"internal"} if audience is Audience.CLIENT else set()
    return data.model_dump(
        mode="json",
        by_alias=True,
        exclude_none=True,
        exclude_defaults=not defaults,
        exclude=hidden,
    )


def number_there(change: ListedChange) -> str | None:
    """Return the id that a change had where it came from."""
    return change.data.imported.id if change.data.imported else None


def _untouched(key: str) -> Column[ListedChange]:
    """Return a column of what an import kept as it was; only a team edition has any."""

    def value(change: ListedChange) -> str | None:
        held = change.record.untouched.get(key)
        return (
            held if held is None or isinstance(held, str) else json.dumps(held, ensure_ascii=False)
        )

    return Column(key, value)


def changes_table(listed: ChangeList) -> Table[ListedChange]:
    """Return all that the lists of the edition show of each change, in its language.

    Days are calendar days that were granted, or else requested, with a column for each milestone of
    the contract. Only a team edition says which changes the client does not see.
    """
    edition, currency = listed.edition, listed.currency
    words, _, site = edition.words, edition.words.gettext, edition.site_url
    pgettext = words.pgettext

    def label(term: Term | None) -> str | None:
        return words.label(term) if term else None

    def accepted(change: ListedChange) -> str | None:
        return label(change.data.acceptance.outcome) if change.data.acceptance else None

    def days_on(milestone: Milestone) -> Column[ListedChange]:
        def days(change: ListedChange) -> int | None:
            if change.row.days is None:
                return None
            return sum(d.days for d in change.row.days if d.milestone == milestone.id)

        title = _("%(milestone)s: days") % {"milestone": milestone.name}
        return Column(title, days, Format.NUMBER)

    columns: list[Column[ListedChange]] = [
        Column(_("Number"), lambda change: change.row.id, Format.ID),
        Column(_("Title"), lambda change: change.row.title, width=40),
        Column(_("Status"), lambda change: label(change.row.status)),
        Column(_("Type"), lambda change: label(change.row.type)),
        Column(_("Path"), lambda change: label(change.row.path)),
        Column(_("Priority"), lambda change: label(change.row.priority)),
        Column(_("Urgency"), lambda change: label(change.row.urgency)),
        Column(_("Risk"), lambda change: label(change.row.risk)),
        Column(_("Reason"), lambda change: label(change.row.reason)),
        Column(_("Scope item"), lambda change: _(", ").join(change.row.items) or None, width=30),
        Column(_("Summary"), lambda change: change.row.summary),
        Column(pgettext("day", "Requested"), lambda change: change.row.day, Format.DATE),
        Column(_("Requested by"), lambda c: c.data.requested.by if c.data.requested else None),
        Column(
            _("Decision due"),
            lambda c: c.data.decision.due if c.data.decision else None,
            Format.DATE,
        ),
        Column(pgettext("day", "Decided"), lambda change: change.row.decided, Format.DATE),
        money_column(_("Amount"), lambda change: change.row.amount, currency),
        Column(_("Counts as"), lambda change: label(change.row.bucket)),
        money_column(_("Amount counted"), lambda change: change.row.counts, currency),
        *map(days_on, edition.profile.contract.milestones),
        Column(
            _("Agreement"), lambda c: label(c.data.agreement.status) if c.data.agreement else None
        ),
        Column(_("Amendment"), lambda c: reference_of(c.data)),
        Column(_("Acceptance"), accepted),
        Column(
            _("Work finished"),
            lambda c: c.data.actual.finished if c.data.actual else None,
            Format.DATE,
        ),
        Column(_("Supersedes"), lambda change: change.data.links.supersedes, Format.ID),
        Column(_("Superseded by"), lambda change: change.record.superseded_by, Format.ID),
        Column(_("Depends on"), lambda change: change.data.links.depends_on, Format.ID),
        Column(_("In this status since"), lambda change: change.row.since, Format.DATE),
    ]
    if edition.profile.approval:
        phrases = ApprovalPhrases(words, edition.profile)
        columns += (
            Column(_("Approved by"), lambda c: phrases.given(c.approvals) or None),
            Column(_("Still to approve"), lambda c: phrases.missing(c.approvals) or None),
        )
    if any(change.data.imported for change in listed.changes):
        columns.append(Column(_("Number there"), number_there, Format.ID))
    kept = dict.fromkeys(key for c in listed.changes for key in c.record.untouched)
    columns += (_untouched(key) for key in sorted(kept))
    if edition.audience is Audience.TEAM:
        columns.append(Column(_("Internal"), lambda c: _("Internal") if c.row.unseen else None))
    if site:
        columns.append(
            Column(_("Page"), lambda c: urls.absolute(site, urls.record(c.row.id)), Format.LINK)
        )
    return Table(_("Changes"), tuple(columns), listed.changes)

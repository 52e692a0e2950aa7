"""Which documents an edition offers for download: the only place that says which make sense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.model.periods import Period
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums import Position
from changebook.model.vocabulary import Status
from changebook.views.amendments import members
from changebook.views.decision import entry
from changebook.views.report import ended_months
from changebook.views.waiting import awaited_acceptance

#: While no more than this has happened a change is not worked out: there is nothing to sign yet.
_BEFORE = frozenset({Status.DRAFT, Status.SUBMITTED, Status.ASSESSING, Status.WITHDRAWN})


class DocumentKind(StrEnum):
    CHANGE_ORDER = "change-order"
    DECISION_RECORD = "decision-record"
    ACCEPTANCE = "acceptance"
    AMENDMENT = "amendment"
    LOG_BOOK = "log-book"
    REGISTER = "register"
    REPORT = "report"


@dataclass(frozen=True)
class OfferedDocument:
    """A document and its path in the edition, one of `urls`.

    `id` is that of its record, or the reference of its amendment.
    """

    path: str
    kind: DocumentKind
    id: str = ""
    month: Period | None = None


def offered_documents(edition: Edition, position: Position) -> Iterator[OfferedDocument]:
    decided = False
    for record in edition.records:
        id = record.data.id
        if _is_worked_out(record.data):
            yield OfferedDocument(urls.change_order_pdf(id), DocumentKind.CHANGE_ORDER, id)
        if entry(record, edition.profile, position):
            decided = True
            yield OfferedDocument(urls.decision_record_pdf(id), DocumentKind.DECISION_RECORD, id)
        if awaits_or_has_acceptance(record.data, edition.as_of, edition.profile):
            yield OfferedDocument(urls.acceptance_pdf(id), DocumentKind.ACCEPTANCE, id)
    for reference, records in members(edition).items():
        if any(_is_worked_out(record.data) for record in records):
            path = urls.amendment_pdf(reference)
            yield OfferedDocument(path, DocumentKind.AMENDMENT, reference)
    if decided:
        yield OfferedDocument(urls.LOG_BOOK_PDF, DocumentKind.LOG_BOOK)
    if position.register:
        yield OfferedDocument(urls.REGISTER_PDF, DocumentKind.REGISTER)
    # A month that is not over would have another report each day.
    for month in ended_months(edition):
        yield OfferedDocument(urls.report_pdf(month.id), DocumentKind.REPORT, month=month)


def _is_worked_out(data: ChangeRecord) -> bool:
    return not data.is_internal_work and any(step.status not in _BEFORE for step in data.history)


def awaits_or_has_acceptance(data: ChangeRecord, as_of: date, profile: Profile) -> bool:
    """Return whether there is an acceptance to sign, or one that was given."""
    answered = data.acceptance is not None and data.acceptance.outcome is not None
    return answered or awaited_acceptance(data, as_of, profile) is not None

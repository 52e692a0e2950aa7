"""Which documents an edition offers for download: the only place that says which make sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.model.schema import ChangeRecord
from changebook.model.sums import Position
from changebook.model.vocabulary import Status
from changebook.paper.documents import Printery
from changebook.paper.paper import Paper
from changebook.views.decision import entry
from changebook.views.report import ended_months

#: While no more than this has happened a change is not worked out: there is nothing to sign yet.
_BEFORE = frozenset({Status.DRAFT, Status.SUBMITTED, Status.ASSESSING, Status.WITHDRAWN})

LayOut = Callable[[Printery], Paper]


def offered(edition: Edition, position: Position) -> Mapping[str, LayOut]:
    """How each document is laid out, by its path in the edition: one of `urls`."""
    found: dict[str, LayOut] = {}
    decided = False
    for record in edition.records:
        id = record.data.id
        if _is_worked_out(record.data):
            found[urls.change_order_pdf(id)] = partial(Printery.change_order, id=id)
        if entry(record, edition.profile):
            decided = True
            found[urls.decision_record_pdf(id)] = partial(Printery.decision_record, id=id)
    if decided:
        found[urls.LOG_BOOK_PDF] = Printery.log_book
    if position.register:
        found[urls.REGISTER_PDF] = Printery.register
    # A month that is not over would have another report each day.
    for month in ended_months(edition):
        found[urls.report_pdf(month.id)] = partial(Printery.report, period=month)
    return found


def _is_worked_out(data: ChangeRecord) -> bool:
    return any(step.status not in _BEFORE for step in data.history)

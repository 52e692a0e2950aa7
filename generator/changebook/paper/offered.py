"""Which documents an edition offers for download: the only place that says which make sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from changebook import urls
from changebook.editions import Edition
from changebook.paper.documents import Printery
from changebook.paper.paper import Paper
from changebook.schema import ChangeRecord
from changebook.sums import Position
from changebook.views.decision import entry
from changebook.views.report import ended_months
from changebook.vocabulary import OUTCOMES, Status

#: A change is worked out when it comes before the client; until then there is nothing to sign.
_PUT_FORWARD = OUTCOMES.keys() | {Status.AWAITING_DECISION}

LayOut = Callable[[Printery], Paper]


def offered(edition: Edition, position: Position) -> Mapping[str, LayOut]:
    """How each document is laid out, by its path in the edition: one of `urls`."""
    found: dict[str, LayOut] = {}
    decided = False
    for record in edition.records:
        id = record.data.id
        if _was_put_forward(record.data):
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


def _was_put_forward(data: ChangeRecord) -> bool:
    return any(step.status in _PUT_FORWARD for step in data.history)

"""How the documents that an edition offers are laid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from changebook.edition.editions import Edition
from changebook.model.periods import Period
from changebook.model.sums import Position
from changebook.paper.documents import Printery
from changebook.paper.paper import Paper
from changebook.views.documents import DocumentKind, OfferedDocument, offered_documents

LayOut = Callable[[Printery], Paper]


def offered(edition: Edition, position: Position) -> Mapping[str, LayOut]:
    """Return how each document is laid out, by its path in the edition."""
    return {
        document.path: partial(_laid_out, document=document)
        for document in offered_documents(edition, position)
    }


def _laid_out(printery: Printery, document: OfferedDocument) -> Paper:
    match document:
        case OfferedDocument(kind=DocumentKind.CHANGE_ORDER, id=id):
            return printery.change_order(id)
        case OfferedDocument(kind=DocumentKind.DECISION_RECORD, id=id):
            return printery.decision_record(id)
        case OfferedDocument(kind=DocumentKind.ACCEPTANCE, id=id):
            return printery.acceptance(id)
        case OfferedDocument(kind=DocumentKind.AMENDMENT, id=reference):
            return printery.amendment(reference)
        case OfferedDocument(month=Period() as month):
            return printery.report(month)
        case OfferedDocument(kind=DocumentKind.LOG_BOOK):
            return printery.log_book()
    return printery.register()

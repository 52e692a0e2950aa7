"""What every page of a document carries so that it proves itself: a digest, and a QR code."""

from __future__ import annotations

from dataclasses import dataclass

from changebook.edition import urls
from changebook.edition.editions import Edition, Seal
from changebook.paper import codes
from changebook.views import decision
from changebook.views.amendments import AmendmentView
from changebook.views.record import RecordView


@dataclass(frozen=True)
class Mark:
    """A digest with its name; both are empty where there is nothing to compare yet.

    `number` is that of the seal; None for the digest of what was requested.
    """

    digest: str | None
    number: int | None
    address: str | None
    code: str

    @property
    def qr(self) -> str:
        """The address of the code's picture."""
        return codes.address(self.code)


def of_record(view: RecordView, question: str, edition: Edition) -> Mark:
    """Return the digest of what was decided once it is sealed, else of what is requested."""
    page, seal = urls.record(view.data.id), view.decision_seal
    if seal:
        return _mark(edition, page, view.data.id, seal.entry.digest, seal.entry.number)
    return _mark(edition, page, view.data.id, question, None)


def of_acceptance(view: RecordView, question: str, edition: Edition) -> Mark:
    """Return the digest of the acceptance once it is sealed, else that of the record."""
    seal = view.acceptance_seal
    if seal is None:
        return of_record(view, question, edition)
    entry = seal.entry
    return _mark(edition, urls.record(view.data.id), view.data.id, entry.digest, entry.number)


def of_amendment(view: AmendmentView, edition: Edition) -> Mark:
    """Return the digest of the last seal in an amendment, which stands for all before it."""
    return _of_last(view.last_seal, edition, urls.amendment(view.reference))


def of_log(edition: Edition, page: str) -> Mark:
    """Return the digest of the last seal, which stands for all before it."""
    return _of_last(next(reversed(decision.seals(edition)), None), edition, page)


def _of_last(seal: Seal | None, edition: Edition, page: str) -> Mark:
    if seal is None:
        address = urls.absolute(edition.site_url, page) if edition.site_url else None
        return Mark(None, None, address, address or "")
    last = seal.entry
    return _mark(edition, page, edition.profile.prefix, last.entry, last.number)


def _mark(edition: Edition, page: str, name: str, digest: str, number: int | None) -> Mark:
    """Return the mark, with an address if the edition has one; `verify` reads both forms."""
    fragment = f"digest={digest}"
    if not edition.site_url:
        return Mark(digest, number, None, f"{name}#{fragment}")
    address = urls.absolute(edition.site_url, page)
    return Mark(digest, number, address, f"{address}#{fragment}")

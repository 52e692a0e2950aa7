"""Every fingerprint of an edition, for whoever holds one and wants to know whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from changebook.edition.editions import Edition, EditionRecord
from changebook.model import canonical
from changebook.model.chain import ChainEntry
from changebook.model.vocabulary import Status
from changebook.views import decision
from changebook.views.decision import SignedPaper


@dataclass(frozen=True)
class SealedEntry:
    """An entry of the chain. `ended` is the day from which the change no longer stands.

    Then `superseded_by` names what took its place, or the change is void. `paper` is the file that
    the entry seals.
    """

    entry: ChainEntry
    title: str
    ended: date | None
    superseded_by: tuple[str, ...]
    paper: SignedPaper | None


@dataclass(frozen=True)
class Question:
    """What a change requests, with its whole digest: its paper bears it until there is a seal."""

    id: str
    title: str
    revision: int
    digest: str


@dataclass(frozen=True)
class Fingerprints:
    """The entries in the order of the chain, and the questions by id, the newest first."""

    entries: tuple[SealedEntry, ...]
    questions: tuple[Question, ...]


def fingerprints(edition: Edition) -> Fingerprints:
    """Return all that a digest can belong to, as far as this reader sees it."""
    entries = [_sealed(seal.entry, record) for record in edition.records for seal in record.seals]
    reference = edition.profile.contract.reference
    entries += [SealedEntry(s.entry, reference, None, (), None) for s in edition.contract_seals]
    return Fingerprints(
        tuple(sorted(entries, key=lambda sealed: sealed.entry.number)),
        tuple(
            Question(r.data.id, r.data.title, r.data.revision, canonical.digest(r.question))
            for r in sorted(edition.records, key=lambda r: r.data.id, reverse=True)
        ),
    )


def _sealed(entry: ChainEntry, record: EditionRecord) -> SealedEntry:
    data, paper = record.data, decision.signed_paper(record)
    end = data.entered(Status.VOID, Status.SUPERSEDED)
    ended = end.on if end and data.status is end.status else None
    is_superseded = ended and data.status is Status.SUPERSEDED
    return SealedEntry(
        entry,
        data.title,
        ended,
        record.superseded_by if is_superseded else (),
        paper if paper and paper.seal and paper.seal.entry == entry else None,
    )

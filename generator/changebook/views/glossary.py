"""Every word that the log explains: the client's, those of single records, and its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from changebook.edition.editions import Edition
from changebook.model.glossary import GlossaryTerm, client_terms
from changebook.model.sums import SumLine
from changebook.model.vocabulary import ChangePath, Confidence, Status
from changebook.model.vocabulary import Term as Word
from changebook.model.words import Words
from changebook.views import meanings


@dataclass(frozen=True)
class RecordTerm:
    """A term that records explain themselves: its meaning, and the ids of those records."""

    term: str
    meaning: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class GlossaryView:
    """All that the glossary page shows. `log` has the log's own words in groups of one kind."""

    client: tuple[GlossaryTerm, ...]
    records: tuple[RecordTerm, ...]
    statuses: Mapping[Status, str]
    sums: Mapping[SumLine, str]
    confidence: Mapping[Word, str]
    paths: Mapping[Word, str]


def glossary(edition: Edition, words: Words) -> GlossaryView:
    """Return the words of an edition. Drafts are explained to those who see them."""
    statuses = dict(meanings.of_statuses(words, edition.profile.vendor.name))
    if not any(record.data.status is Status.DRAFT for record in edition.records):
        del statuses[Status.DRAFT]
    others = dict(meanings.of_others(words))
    if not any(record.data.is_internal_work for record in edition.records):
        del others[ChangePath.INTERNAL]
    return GlossaryView(
        client_terms(edition.glossary),
        _of_records(edition),
        statuses,
        meanings.of_sums(words),
        {word: said for word, said in others.items() if isinstance(word, Confidence)},
        {word: said for word, said in others.items() if isinstance(word, ChangePath)},
    )


def _of_records(edition: Edition) -> tuple[RecordTerm, ...]:
    """Return the terms of records, of one that two explain differently both.

    What the client's glossary says in the same words is left to it.
    """
    common = edition.glossary.terms.items() if edition.glossary else ()
    ids: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in edition.records:
        for term, meaning in record.data.glossary.items():
            if (term, meaning) not in common:
                ids[term, meaning].append(record.data.id)
    ordered = sorted(ids.items(), key=lambda pair: (pair[0][0].casefold(), pair[1]))
    return tuple(RecordTerm(term, said, tuple(sorted(of))) for (term, said), of in ordered)

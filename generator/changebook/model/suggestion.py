"""The word that a misspelt one was meant for: a guess to show, or one beyond doubt to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

#: How alike two words must be for one to be suggested for the other, from 0 to 100.
_LIKE = 60
#: How many letters a word may be off, from its length on; shorter words are too much alike.
_LETTERS_OFF = ((6, 2), (4, 1))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like this one, to be suggested and not to be used."""
    close = process.extract(
        word, list(known), scorer=fuzz.ratio, processor=_plain, score_cutoff=_LIKE, limit=None
    )
    # Of words that are alike, the one that begins like this one: ids differ at their end.
    best = max(close, key=lambda c: (c[1], JaroWinkler.similarity(word, c[0])), default=None)
    return best[0] if best else None


def beyond_doubt(word: str, known: Sequence[str]) -> str | None:
    """Return the one known word that this one can be meant for."""
    plain = _plain(word)
    same = [each for each in known if _plain(each) == plain]
    if same:
        return same[0] if len(same) == 1 and same[0] != word else None
    off = next((off for length, off in _LETTERS_OFF if len(plain) >= length), 0)
    near = [each for each in known if OSA.distance(plain, _plain(each)) <= off]
    return near[0] if len(near) == 1 else None


def _plain(word: str) -> str:
    """Return the word without what people write in several ways: case, hyphens, spaces."""
    return re.sub(r"[\s_-]+", "-", word.strip().casefold())

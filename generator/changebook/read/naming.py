"""Finding a name in running text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

#: A letter or digit of a script that puts spaces between words: Chinese text does not, so a name
#: there can have any character beside it.
_WORD = r"0-9A-Za-z_\u00C0-\u024F\u0370-\u052F"


def whole(pattern: str) -> str:
    """Return the pattern as a whole word, where the script has words."""
    return rf"(?:(?<![{_WORD}])|(?![{_WORD}]))(?:{pattern})(?:(?![{_WORD}])|(?<![{_WORD}]))"


#: For bytes: small letters and digits of ASCII, and a space in the place of all else.
_WORDS_ALONE = bytes(
    ord(chr(b).lower()) if chr(b).isalnum() and b < 128 else 32 for b in range(256)
)
#: What a search that ignores case takes for a letter of ASCII as well.
_SAME_LETTERS = (("\u017f", "s"), ("\u212a", "k"), ("\u0130", "i"), ("\u0131", "i"))
#: How many characters of a name without such words are looked up.
_BEGINNING = 4


class NameIndex(Generic[T]):
    """Finds out of many names those that a text may have, in a time that hardly grows with them.

    A name is expected where its words of ASCII are whole words, in whatever case, or where it
    begins if it has none.
    """

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        self._things: list[T] = []
        #: By the word that the fewest names have: all words of a name, and whose it is.
        self._by_word: dict[bytes, list[tuple[frozenset[bytes], int]]] = {}
        self._by_beginning: dict[str, list[int]] = {}
        words = []
        for number, (name, thing) in enumerate(named):
            self._things.append(thing)
            if parts := _ascii_words(name):
                words.append((parts, number))
            else:
                beginning = name.split()[0].casefold()[:_BEGINNING]
                self._by_beginning.setdefault(beginning, []).append(number)
        counts = Counter(word for parts, _ in words for word in parts)
        for parts, number in words:
            rarest = min(parts, key=lambda word: (counts[word], word))
            self._by_word.setdefault(rarest, []).append((parts, number))
        self._widths = sorted(set(map(len, self._by_beginning)))
        firsts = "".join(sorted({beginning[0] for beginning in self._by_beginning}))
        self._first = re.compile(f"[{re.escape(firsts)}]") if firsts else None

    def near(self, text: str) -> list[T]:
        """Return what the text may name, in the order in which it was given."""
        words = _ascii_words(text)
        numbers = {
            number
            for word in words & self._by_word.keys()
            for all_words, number in self._by_word[word]
            if all_words <= words
        }
        if self._first:
            folded = text.casefold()
            for first in self._first.finditer(folded):
                for width in self._widths:
                    beginning = folded[first.start() : first.start() + width]
                    numbers.update(self._by_beginning.get(beginning, ()))
        return [self._things[number] for number in sorted(numbers)]


def _ascii_words(text: str) -> frozenset[bytes]:
    if not text.isascii():
        for other, letter in _SAME_LETTERS:
            text = text.replace(other, letter)
    # Much faster than to search for words.
    return frozenset(text.encode("utf-8", "surrogatepass").translate(_WORDS_ALONE).split())


def names(text: str, name: str) -> bool:
    """Return whether the text has the name, not just its letters within a longer word."""
    return name in text and bool(re.search(whole(re.escape(name)), text))

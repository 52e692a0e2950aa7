"""Terms explained where a page first uses them.

A page carries its own list of terms, a `<section class="cb-words">`, so that they can be looked up
without scripts and on paper. `explain` makes the first use of each a link to its entry, which a
script shows in place, and leaves out what the page does not use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import NamedTuple

from changebook.model.schema import ChangeRecord, Glossary, words_of

#: Letters and digits of the scripts that part words by spaces; Chinese does not.
_LETTER = "A-Za-z0-9\u00c0-\u052f"
_PARTED = re.compile(f"[{_LETTER}]")
#: Two capitals make a short form such as PSP or WiFi, which `it` must not be taken for.
_SHORT_FORM = re.compile(r"[A-Z].*[A-Z]")
#: HTML as `sanitise` leaves it: balanced, and attributes in double quotes.
_TAG = re.compile(r'<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)(?P<attributes>(?:"[^"]*"|[^">])*)>')
_CLASS = re.compile(r'\sclass="([^"]*)"')
_SECTION = re.compile(r'<section class="cb-words".*?</section>\s*', re.DOTALL)
_ENTRY = re.compile(r'<div\b[^>]*\bdata-spellings="([^"]*)"[^>]*>.*?</div>\s*', re.DOTALL)
_ID = re.compile(r'<dd id="([\w-]+)"')
_OWN = "data-own"
#: Where nothing is explained: headings, what is clicked, code, and what is no running text.
_LEFT_ALONE = frozenset(
    "a abbr button code dfn dt figcaption h1 h2 h3 h4 h5 h6 kbd label nav pre progress samp "
    "summary svg th time var".split()
)
_LEFT_ALONE_CLASSES = frozenset(
    "admonition-title arithmatex cb-actions cb-chip cb-fine cb-id cb-label cb-level cb-meta "
    "cb-money cb-num cb-steps headerlink mermaid".split()
)


class GlossaryTerm(NamedTuple):
    """A term with its meaning; `own` says that the record itself explains it."""

    term: str
    meaning: str
    also: tuple[str, ...] = ()
    own: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """All words that mean it."""
        return (self.term, *self.also)


def terms_of(data: ChangeRecord, body: str, glossary: Glossary | None) -> tuple[GlossaryTerm, ...]:
    """Return the terms that a record's page may have to explain: its own, then its client's.

    Of the client's terms those that the record explains itself are left out, and those that it
    can't hold.
    """
    own = tuple(GlossaryTerm(term, meaning, own=True) for term, meaning in data.glossary.items())
    if glossary is None:
        return own
    taken = {term.casefold() for term in data.glossary}
    text = (f"{words_of(data)}\n{body}").casefold()
    return own + tuple(
        term
        for term in client_terms(glossary)
        if taken.isdisjoint(word.casefold() for word in term.spellings)
        and any(word.split()[0].casefold() in text for word in term.spellings)
    )


def client_terms(glossary: Glossary | None) -> tuple[GlossaryTerm, ...]:
    """Return the terms of glossary.md, in its order."""
    if glossary is None:
        return ()
    return tuple(
        GlossaryTerm(term, meaning, glossary.also.get(term, ()))
        for term, meaning in glossary.terms.items()
    )


@dataclass(frozen=True)
class _Entry:
    """One entry of a page's list, as HTML."""

    html: str
    id: str
    spellings: tuple[str, ...]

    @property
    def own(self) -> bool:
        return _OWN in self.html.partition(">")[0]


def explain(html: str) -> tuple[str, bool]:
    """Return a page whose first use of each term leads to its entry in the list at the end.

    And whether any use does.
    """
    section = _SECTION.search(html)
    if section is None:
        return html, False
    entries = tuple(_entries(section[0]))
    marking = _Marking(entries)
    marked = "".join(marking.texts(html[: section.start()] + html[section.end() :]))
    used = len(marking.left) < marking.terms
    gone = [e for e in entries if not e.own and e.id in marking.left]
    if len(gone) == len(entries):
        return marked, used
    listed = section[0]
    for entry in gone:
        listed = listed.replace(entry.html, "", 1)
    return f"{marked.rstrip()}\n{listed}", used


def _entries(section: str) -> Iterator[_Entry]:
    for match in _ENTRY.finditer(section):
        id_ = _ID.search(match[0])
        if id_:
            yield _Entry(match[0], id_[1], tuple(json.loads(unescape(match[1]))))


class _Marking:
    """One pass over a page; `left` are the ids of the entries that no text has used yet."""

    def __init__(self, entries: Iterable[_Entry]) -> None:
        self._spelt = {word: entry.id for entry in entries for word in entry.spellings}
        self.left = set(self._spelt.values())
        self.terms = len(self.left)
        self._words = tuple(sorted(self._spelt, key=len, reverse=True))
        self._pattern = _pattern(self._words) if self._words else None

    def texts(self, html: str) -> Iterator[str]:
        """Yield the page in pieces, with the uses marked outside of what is left alone."""
        within, depth, done = "", 0, 0
        for tag in _TAG.finditer(html):
            text = html[done : tag.start()]
            yield text if depth else self._text(text)
            yield tag[0]
            done = tag.end()
            if depth:
                if tag["name"] == within:
                    depth += -1 if tag["end"] else 1
            elif not tag["end"] and _is_left_alone(tag["name"], tag["attributes"]):
                within, depth = tag["name"], 1
        yield html[done:]

    def _text(self, text: str) -> str:
        if not self.left or self._pattern is None or not text.strip():
            return text
        plain = unescape(text)
        return "".join(self._marked(plain, self._pattern)) if self._pattern.search(plain) else text

    def _marked(self, text: str, pattern: re.Pattern[str]) -> Iterator[str]:
        done = 0
        for match in pattern.finditer(text):
            yield escape(text[done : match.start()], quote=False)
            shown = escape(match[0], quote=False)
            id_ = self._spelt[self._words[(match.lastindex or 1) - 1]]
            if id_ in self.left:
                self.left.remove(id_)
                yield f'<a class="cb-term" href="#{id_}" aria-describedby="{id_}">{shown}</a>'
            else:
                yield shown
            done = match.end()
        yield escape(text[done:], quote=False)


def _is_left_alone(name: str, attributes: str) -> bool:
    if name in _LEFT_ALONE:
        return True
    classes = _CLASS.search(attributes)
    return bool(classes and not _LEFT_ALONE_CLASSES.isdisjoint(classes[1].split()))


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return one group for each word, the longest first, so that it wins over its own parts."""
    return re.compile("|".join(f"({_spelt(word)})" for word in words))


def _spelt(word: str) -> str:
    """Return how a text may hold a word: whole where its script parts words, and in the plural."""
    begin = rf"(?<![{_LETTER}])" if _PARTED.match(word[0]) else ""
    end = rf"(?:e?s)?(?![{_LETTER}])" if _PARTED.match(word[-1]) else ""
    flags = "" if _SHORT_FORM.search(word) else "i"
    words = r"\s+".join(map(re.escape, word.split()))
    return f"(?{flags}:{begin}{words}{end})"

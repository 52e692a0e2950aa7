"""Clients never learn of each other: what one may read names no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from changebook.check.between import Neighbour
from changebook.model.diagnostics import KeyPath, Place, Problem, rule
from changebook.read import body
from changebook.read.naming import NameIndex, whole
from changebook.read.source import SourceFile
from changebook.read.workspace import Client

OTHER_CLIENT_NAMED = rule(
    "other-client-named", summary="A text that the client can read names another client."
)


@dataclass(frozen=True)
class Name:
    """One way to name a client. `hint` is casefolded text that each match holds."""

    slug: str
    hint: str
    pattern: re.Pattern[str]


def check_other_clients(client: Client, others: Sequence[Neighbour]) -> Iterator[Problem]:
    """Check that what this client reads names no other client."""
    names = _NamesOfOthers(client, _index_of(others))
    unseen = client.unseen_records
    seen = (record.source for record in client.records if record.data.id not in unseen)
    for source in (*client.common_sources, *seen):
        yield from _in_front_matter(source, names)
        yield from _in_body(source, names)


#: The clients that were asked for last, and their index. The checks of a process all ask for the
#: same; to compare ten thousand names for each of them takes longer than the checks.
_last: list[tuple[Sequence[Neighbour], NameIndex[Neighbour]]] = []


def _index_of(others: Sequence[Neighbour]) -> NameIndex[Neighbour]:
    """Return clients by all that a text may name them by: name, prefix of ids, folder."""
    known, index = _last[0] if _last else ((), _index(()))
    if known is not others:
        # What came from another process is equal without being the same.
        _last[:] = [(others, index if known == others else _index(others))]
    return _last[0][1]


def _index(others: Iterable[Neighbour]) -> NameIndex[Neighbour]:
    return NameIndex(
        (name, other)
        for other in others
        for name in (other.name, other.prefix, other.slug)
        if name is not None
    )


class _NamesOfOthers:
    """The names of all clients but the one that reads."""

    def __init__(self, reader: Client, index: NameIndex[Neighbour]) -> None:
        self._reader, self._index = reader, index
        self._names: dict[str, tuple[Name, ...]] = {}

    def near(self, text: str) -> list[Name]:
        """Return the names that a text may have."""
        reader = self._reader
        others = {
            each.slug: each
            for each in self._index.near(text)
            if each.slug != reader.slug and each.name != reader.profile.name
        }
        for slug in others.keys() - self._names.keys():
            self._names[slug] = tuple(_names(others[slug], reader))
        return [name for slug in others for name in self._names[slug]]


def _names(other: Neighbour, reader: Client) -> Iterator[Name]:
    slug = other.slug
    if other.name is not None:
        words = other.name.split()
        # "Globex" in "Globex Services" is the reader's own name.
        pattern = f"(?P<own>{_spaced(reader.profile.name)})|{whole(_spaced(other.name))}"
        # A name of one word may be an ordinary word as well ("Target").
        flags = re.IGNORECASE if len(words) > 1 else re.NOFLAG
        yield Name(slug, words[0].casefold(), re.compile(pattern, flags))
    if other.prefix not in (None, reader.profile.prefix):
        ids = re.compile(whole(rf"{other.prefix}-\d+"))
        yield Name(slug, f"{other.prefix}-".casefold(), ids)
    yield Name(slug, f"changes/{slug}", re.compile(rf"changes/{slug}(?![\w-])"))


def _spaced(name: str) -> str:
    """Return the name, with any white space between its words."""
    return r"\s+".join(re.escape(word) for word in name.split())


def mentions(text: str, names: list[Name]) -> Iterator[tuple[int, str, str]]:
    """Yield where the text names a client: offset, the words, and the client's slug."""
    folded = text.casefold() if names else ""
    for name in names:
        if name.hint in folded:
            for match in name.pattern.finditer(text):
                if not match.groupdict().get("own"):
                    yield match.start(), match[0], name.slug


def _in_front_matter(source: SourceFile, names: _NamesOfOthers) -> Iterator[Problem]:
    texts = source.visible_texts
    near = names.near("\n".join(text for text, _ in texts))
    for text, path in texts if near else ():
        for words, other in dict.fromkeys(
            (words, other) for _, words, other in mentions(text, near)
        ):
            yield _named(source, _place_in_value(source, path, words), words, other)


def _place_in_value(source: SourceFile, path: KeyPath, words: str) -> Place:
    """Return where the words stand in a value; where they are broken up, where it begins."""
    start = source.place(*path)
    end = min(
        (place for place in source.places.values() if place[:2] > start[:2]),
        default=Place(source.body_line, 1),
    )
    lines = source.lines
    for number in range(start.line, end.line + 1):
        line = lines[number - 1]
        index = line.find(words, start.column - 1 if number == start.line else 0)
        if index >= 0 and (number, index + 1) < end[:2]:
            return Place(number, index + 1, len(words))
    return source.value(*path)


def _in_body(source: SourceFile, names: _NamesOfOthers) -> Iterator[Problem]:
    # Internal blocks become empty lines, so places in the public text are places in the file.
    text = body.public(source.body)
    for offset, words, other in mentions(text, names.near(text)):
        place = source.in_body(offset, len(words.partition("\n")[0]), text)
        yield _named(source, place, words, other)


def _named(source: SourceFile, place: Place, words: str, other: str) -> Problem:
    shown = " ".join(words.split())
    return OTHER_CLIENT_NAMED.at(
        source.path,
        place,
        f"`{shown}` names another client ({other}), and the client can read this text.",
        "Rephrase it without the name, or move it below `internal:` or into an internal block.",
    )

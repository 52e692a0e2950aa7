"""Checks of what a client could read and must not: the names of records that are not for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

from changebook import body
from changebook.checks.bodies import unseen_records
from changebook.diagnostics import KeyPath, Place, Problem, rule
from changebook.source import SourceFile
from changebook.targets import Kind, Targets
from changebook.workspace import Client, Record

UNSEEN_NAMED = rule(
    "unseen-record-named",
    summary="A text that the client reads names a record that the client does not see.",
    why="An internal record or a draft is shown to the client by neither id nor title.",
    wrong="summary: Comes together with ACME-0031.",
    right="links: {related: [ACME-0031]}",
)
#: Keys whose values name records on purpose: an edition leaves out what its reader may not see.
_NAMING = frozenset({"id", "links", "internal"})
#: Titles narrower than this (a Chinese character takes two columns) are ordinary words that a
#: sentence may hold by chance.
_TELLING_TITLE = 12


def visible_texts(source: SourceFile) -> Iterator[tuple[str, KeyPath]]:
    """Every text of the front matter that a client may read, with its key path."""

    def texts(value: object, path: KeyPath) -> Iterator[tuple[str, KeyPath]]:
        if isinstance(value, str):
            yield value, path
        elif isinstance(value, dict):
            for key, below in value.items():
                if not key.startswith("x-"):
                    yield key, (*path, key)
                    yield from texts(below, (*path, key))
        elif isinstance(value, list):
            for index, below in enumerate(value):
                yield from texts(below, (*path, index))

    for key, value in source.data.items():
        if key not in _NAMING and not key.startswith("x-"):
            yield from texts(value, (key,))


def check_unseen_names(client: Client) -> Iterator[Problem]:
    """Mentions of unseen records, by id or title, in what the client reads."""
    unseen = unseen_records(client)
    if not unseen:
        return
    words = {id: id for id in unseen} | {
        title: id for id, title in unseen.items() if cell_len(title) >= _TELLING_TITLE
    }
    pattern = re.compile(
        "|".join(
            rf"(?<![A-Za-z0-9-]){re.escape(w)}(?![A-Za-z0-9])" for w in sorted(words, reverse=True)
        )
    )
    targets = Targets(client)
    for record in client.records:
        if record.data.id in unseen:
            continue
        source = record.source
        for text, path in visible_texts(source):
            for match in pattern.finditer(text) if any(w in text for w in words) else ():
                yield _named(source, source.value(*path), match[0], words[match[0]])
        yield from _in_body(record, targets, pattern, words)


def _in_body(
    record: Record, targets: Targets, pattern: re.Pattern[str], words: dict[str, str]
) -> Iterator[Problem]:
    if not any(word in record.source.body for word in words):
        return

    # Links to unseen records are taken out of the client's edition with all their text.
    def without_links(link: body.Link) -> str | None:
        if link.external or link.html or not link.path:
            return None
        target = targets.resolve(record.file.parent, link.path)
        return "" if target.kind is Kind.RECORD and target.id in words.values() else None

    public = body.replace_links(body.public(record.source.body), without_links)
    for match in pattern.finditer(public):
        before = public[: match.start()]
        place = Place(
            before.count("\n") + record.source.body_line,
            len(before.rpartition("\n")[2]) + 1,
            len(match[0]),
        )
        yield _named(record.source, place, match[0], words[match[0]])


def _named(source: SourceFile, place: Place, name: str, id: str) -> Problem:
    return UNSEEN_NAMED.at(
        source.path,
        place,
        f"The client reads this text, and it names {id}"
        + (f" by its title, `{name}`" if name != id else "")
        + ", which the client does not see.",
        "Take the name out, put it in an internal block, or use `links`, which leaves it out.",
    )

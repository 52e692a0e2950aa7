"""Checks of what a client could read and must not: the names of records that are not for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.cells import cell_len

from changebook.check.bodies import INTERNAL_MARKER
from changebook.model.diagnostics import Place, Problem, rule
from changebook.read import body
from changebook.read.commonmark import Link
from changebook.read.naming import NameIndex
from changebook.read.source import SourceFile
from changebook.read.targets import TargetKind, Targets
from changebook.read.workspace import Client

UNSEEN_NAMED = rule(
    "unseen-record-named",
    summary="A text that the client can read names a record that the client can't see.",
)
#: Titles narrower than this (a Chinese character takes two columns) are ordinary words that a
#: sentence may hold by chance.
_TELLING_TITLE = 12
#: The hyphen, and what word processors put in its place.
_HYPHENS = "\u2010-\u2013\uff0d-"


class _Names:
    """How texts may name the unseen records."""

    def __init__(self, unseen: Mapping[str, str]) -> None:
        self.titles = {t: id for id, t in unseen.items() if cell_len(t) >= _TELLING_TITLE}
        self._index = NameIndex((*self.titles.items(), *((id, id) for id in unseen)))

    def near(self, text: str) -> re.Pattern[str] | None:
        """Return how to search for the records that a text may name."""
        ids = set(self._index.near(text))
        if not ids:
            return None
        titles = (title for title, id in self.titles.items() if id in ids)
        spelt = [re.escape(title) for title in sorted(titles, reverse=True)]
        for id in sorted(ids, reverse=True):
            prefix, _, number = id.rpartition("-")
            # However it is written: in small letters, or with the hyphen of a word processor.
            spelt.append(f"(?ai:{prefix})[{_HYPHENS}]{number}")
        return re.compile(rf"(?<![A-Za-z0-9-])(?:{'|'.join(spelt)})(?![A-Za-z0-9])")

    def mentions(self, text: str, near: re.Pattern[str]) -> Iterator[tuple[int, str, str]]:
        """Yield where the text names a record: offset, the words, and the record's id."""
        for match in near.finditer(text):
            id = re.sub(f"[{_HYPHENS}]", "-", match[0]).upper()
            yield match.start(), match[0], self.titles.get(match[0], id)


def check_unseen_names(client: Client) -> Iterator[Problem]:
    """Check that what the client reads names no unseen record, by id or title."""
    unseen = client.unseen_records
    if not unseen:
        return
    names, targets = _Names(unseen), Targets(client)
    seen = [(r.source, r.file.parent) for r in client.records if r.data.id not in unseen]
    common = [(source, client.folder) for source in client.common_sources]
    for source, folder in (*common, *seen):
        texts = source.visible_texts
        if near := names.near("\n".join(text for text, _ in texts)):
            for text, path in texts:
                for _, words, id in names.mentions(text, near):
                    yield _named(source, source.value(*path), words, id, names)

        # Links to unseen records are removed from the client's edition with all their text.
        def without_links(link: Link, folder: Path = folder) -> str | None:
            if link.external or link.html or not link.path:
                return None
            target = targets.resolve(folder, link.path)
            return "" if target.kind is TargetKind.RECORD and target.id in unseen else None

        if not names.near(source.body):
            continue
        public = body.replace_links(body.public(source.body), without_links)
        near = names.near(public)
        for offset, words, id in names.mentions(public, near) if near else ():
            yield _named(source, source.in_body(offset, len(words), public), words, id, names)


def _named(source: SourceFile, place: Place, words: str, id: str, names: _Names) -> Problem:
    return UNSEEN_NAMED.at(
        source.path,
        place,
        f"The client can read this text, and it names {id}"
        + (f" by its title, `{words}`" if words in names.titles else "")
        + ", which the client can't see.",
        "Remove the name, put it in an internal block, or use `links`, which leaves it out for "
        "the client.",
    )


def check_internal_markers(client: Client) -> Iterator[Problem]:
    """Check that no internal block is in the front matter, where nothing removes it."""
    for source in (*client.common_sources, *(record.source for record in client.records)):
        texts = source.visible_texts
        if not body.may_have_blocks("\n".join(text for text, _ in texts)):
            continue
        for text, path in texts:
            if body.internal_lines(text) or body.marker_faults(text):
                yield INTERNAL_MARKER.at(
                    source.path,
                    source.value(*path),
                    "This looks like an internal block, but blocks have no effect in the front "
                    "matter.",
                    "Move the text below `internal:`, or into an internal block in the body.",
                )

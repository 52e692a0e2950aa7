"""Words that the client could not read before a change, and can read after it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from changebook.check.since.pairs import ClientPair
from changebook.model.visibility import front_texts, is_unseen
from changebook.read import body
from changebook.read.source import SourceFile
from changebook.read.workspace import Client, Record, Workspace

#: Where one sentence ends and the next begins.
_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n\s*\n|\n\s*(?:[-*+#>|]|\d+[.)])\s*|\|")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_MARKS = re.compile(r"^[\s>#*+|-]+|[*_`|]+")
_WIDE = re.compile(r"[\u3400-\u9fff]")
_WIDE_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
#: A tag, or the target of a link: what a reader of the page does not see.
_UNSEEN = re.compile(r"</?[A-Za-z][^>]*>|(?<=\])\([^)\s]*(?:\s[^)]*)?\)")
#: Shorter than this, the same words in another record mean nothing. A Chinese character counts
#: twice.
_TELLING = 12


class RevealedKind(StrEnum):
    """What becomes visible."""

    RECORD = "record"
    INTERNAL_WORDS = "internal-words"
    FILE = "file"


@dataclass(frozen=True)
class Revealed:
    """Something that becomes visible to a client.

    `id` names the record, or is None for the client's home; `words` are the record's title, the
    internal words themselves, or the file's name. `origin` says where internal words stood before.
    """

    kind: RevealedKind
    id: str | None
    words: str
    origin: str = ""


@dataclass(frozen=True)
class Phrase:
    """Words that no client could read at the base."""

    words: str
    path: str
    line: int

    @cached_property
    def bare(self) -> str:
        return _bare(self.words)

    @cached_property
    def is_telling(self) -> bool:
        return len(self.words) + len(_WIDE.findall(self.words)) >= _TELLING


class _Known:
    """What the client could read at the base."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._bare = "\n".join(map(_bare, texts))
        self._sentences = {sentence for text in texts for sentence in _sentences(text)}

    def __contains__(self, phrase: Phrase) -> bool:
        return phrase.bare in self._sentences or (phrase.is_telling and phrase.bare in self._bare)


def hidden_phrases(before: Workspace) -> tuple[Phrase, ...]:
    """Return all internal words of a workspace, sentence by sentence.

    These are keys below `internal` and of one's own, internal blocks, comments, and internal
    records.
    """
    phrases: dict[tuple[str, str], Phrase] = {}
    for client in before.clients:
        for source, unseen in _sources(client):
            for phrase in _hidden(source, unseen):
                phrases.setdefault((phrase.words, phrase.path), phrase)
    return tuple(phrases.values())


def revealed(pair: ClientPair, hidden: Iterable[Phrase]) -> Iterator[Revealed]:
    """Yield what becomes visible to one client, record by record."""
    were = {p.after.source.path: p.before for p in (*pair.kept, *pair.renumbered)}
    known = _Known([visible_text(s) for s, unseen in _sources(pair.before) if not unseen])
    hidden = tuple(hidden)
    common = {source.path: source for source in pair.before.common_sources}
    for source in pair.after.common_sources:
        earlier = common.get(source.path)
        if earlier is None or (source.data, source.body) != (earlier.data, earlier.body):
            yield from _words(None, source, earlier, known, hidden)
            yield from _files(None, source, earlier)
    for record in pair.after.records:
        if is_unseen(record.data):
            continue
        was = were.get(record.source.path)
        if was is None or is_unseen(was.data):
            yield Revealed(RevealedKind.RECORD, record.data.id, record.data.title)
            seen = None
        elif was.source.lines == record.source.lines:
            continue
        else:
            seen = was.source
        yield from _words(record, record.source, was.source if was else None, known, hidden)
        yield from _files(record, record.source, seen)


def revealed_whole(client: Client, hidden: Iterable[Phrase]) -> Iterator[Revealed]:
    """Yield what becomes visible with a client that is new as a whole."""
    hidden, nothing = tuple(hidden), _Known(())
    for source in client.common_sources:
        yield from _words(None, source, None, nothing, hidden)
        yield from _files(None, source, None)
    for record in client.records:
        if not is_unseen(record.data):
            yield Revealed(RevealedKind.RECORD, record.data.id, record.data.title)
            yield from _words(record, record.source, None, nothing, hidden)
            yield from _files(record, record.source, None)


def _words(
    record: Record | None,
    after: SourceFile,
    before: SourceFile | None,
    known: _Known,
    hidden: Iterable[Phrase],
) -> Iterator[Revealed]:
    text = visible_text(after)
    bare, sentences = _bare(text), _sentences(text)
    old = before.path if before else None
    told: set[str] = set()
    # What was internal only because the whole record was is told of by naming the record.
    own = _sentences(visible_text(before)) if before else set()
    for phrase in hidden:
        same = phrase.path == old
        if phrase.bare in told or phrase in known or (same and phrase.bare in own):
            continue
        if (same and phrase.bare in sentences) or (phrase.is_telling and phrase.bare in bare):
            told.add(phrase.bare)
            yield Revealed(
                RevealedKind.INTERNAL_WORDS,
                record.data.id if record else None,
                phrase.words,
                f"{phrase.path}:{phrase.line}",
            )


def _files(
    record: Record | None, after: SourceFile, before: SourceFile | None
) -> Iterator[Revealed]:
    known = set(_attached(before)) if before else set()
    for name in dict.fromkeys(_attached(after)):
        if name not in known:
            yield Revealed(RevealedKind.FILE, record.data.id if record else None, name)


def _attached(source: SourceFile) -> Iterator[str]:
    for link in body.links(_public_body(source)):
        if link.path and not link.external and not link.path.lower().endswith(".md"):
            yield link.path
    match source.data.get("agreement"):
        case {"signed_copy": {"file": str(file)}}:
            yield file


def _sources(client: Client) -> Iterator[tuple[SourceFile, bool]]:
    """Yield the profile, the glossary and every record, with whether all of it is unseen."""
    for source in client.common_sources:
        yield source, False
    for record in client.records:
        yield record.source, is_unseen(record.data)


def visible_text(source: SourceFile) -> str:
    """Return what a client may read of a file that they may read."""
    shown = (each.text for each in front_texts(source.shown) if each.seen)
    return "\n\n".join((*shown, _public_body(source)))


def _public_body(source: SourceFile) -> str:
    return body.uncommented(body.public(source.body))


def _hidden(source: SourceFile, unseen: bool) -> Iterator[Phrase]:
    for each in front_texts(source.shown):
        if not (each.seen or each.path[0] == "links"):
            place = source.place(*each.path)
            yield from (Phrase(words, source.path, place.line) for words in _phrases(each.text))
    shown = body.public(source.body).split("\n")
    # Line by line: what the public form of a body lacks is internal. One more line ends the last.
    hidden: list[str] = []
    for number, line in enumerate((*source.body.split("\n"), ""), source.body_line):
        index = number - source.body_line
        if line.strip() and line != (shown[index] if index < len(shown) else line):
            hidden.append("" if line.lstrip(" >").startswith(":::") else line)
        elif hidden:
            first = number - len(hidden)
            yield from (Phrase(words, source.path, first) for words in _phrases("\n".join(hidden)))
            hidden = []
    for comment in _COMMENT.finditer(source.body):
        place = source.in_body(comment.start())
        yield from (Phrase(words, source.path, place.line) for words in _phrases(comment[1]))
    if unseen:
        for words in _phrases(visible_text(source)):
            yield Phrase(words, source.path, 1)


def _phrases(text: str) -> Iterator[str]:
    """Yield the sentences of a text without Markdown's marks, those that say something."""
    for part in _END.split(text):
        words = _flat(part)
        if any(c.isalnum() for c in words) and len(words) > 1:
            yield words


def _flat(text: str) -> str:
    """Return a text on one line without Markdown's marks; Chinese has no blanks at line breaks."""
    lines = (_MARKS.sub("", line) for line in text.split("\n"))
    return _WIDE_GAP.sub("", " ".join(" ".join(lines).split()))


def _sentences(text: str) -> set[str]:
    return {_bare(words) for words in _phrases(text)}


def _bare(text: str) -> str:
    """Return the words of a text alone, so that another mark, case or markup hides none of them."""
    shown = html.unescape(_UNSEEN.sub("", _flat(text)))
    plain = unicodedata.normalize("NFKC", shown).casefold()
    words = "".join(c if c.isalnum() else " " for c in plain if unicodedata.category(c) != "Cf")
    return _WIDE_GAP.sub("", " ".join(words.split()))

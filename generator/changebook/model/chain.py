"""`decisions.lock`: a client's decisions as a chain of digests, each entry naming the one before.

The file has one layout only, so that its differences are short, every byte of it counts, and two
branches that both seal something meet in a conflict instead of a silent merge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from changebook.model import canonical
from changebook.model.diagnostics import START, Place, Problem, rule

LOCK = "decisions.lock"
_Version = Literal[1, 2]
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})", re.MULTILINE)
#: The version of a chain of decisions and signatures, and that of one with what came to be sealed
#: later: a Changebook that does not know these events does not know the version, either.
VERSION: _Version = 1
WITH_MORE: _Version = 2

BROKEN_LOCK = rule(
    "broken-lock", summary="A client's decisions.lock is not what `changebook seal` writes."
)
BROKEN_CHAIN = rule(
    "broken-chain", summary="An entry of decisions.lock does not follow from the one before it."
)

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SealedEvent(StrEnum):
    """What was sealed.

    The contract's baseline or a correction of it; a decision, the signing of its agreement, filing
    the signed copy, or the acceptance.
    """

    BASELINE = "baseline"
    CORRECTED = "corrected"
    APPROVED = "approved"
    REJECTED = "rejected"
    SIGNED = "signed"
    FILED = "filed"
    ACCEPTED = "accepted"

    @property
    def is_decision(self) -> bool:
        """Whether it is the decision itself."""
        return self in (SealedEvent.APPROVED, SealedEvent.REJECTED)

    @property
    def is_contract(self) -> bool:
        """Whether it is about the client's contract, not about a record."""
        return self in (SealedEvent.BASELINE, SealedEvent.CORRECTED)

    @property
    def needs(self) -> _Version:
        """The least version of a chain that may have it."""
        return WITH_MORE if self.is_contract or self is SealedEvent.ACCEPTED else VERSION

    @property
    def done(self) -> str:
        """What happened to the record or the contract: it was approved, signed, corrected."""
        return "signed" if self is SealedEvent.BASELINE else self.value

    @property
    def about(self) -> str:
        """What is sealed once for a record: its decision, its signature, its signed copy."""
        return "decision" if self.is_decision else self.value


@dataclass(frozen=True)
class ChainLink:
    """What an entry is made from, before it has a place in a chain.

    The contract has the client's prefix for its id, and each correction makes one more revision.
    """

    id: str
    revision: int
    event: SealedEvent
    on: date
    digest: str

    def says(self) -> str:
        """Return what happened, in a few words."""
        who = "the contract" if self.event.is_contract else self.id
        return f"{who} was {self.event.done} on {self.on}"

    @property
    def about(self) -> tuple[str, str]:
        """What is sealed once: a decision, its signature, its signed copy; each correction."""
        if self.event.is_contract:
            return "contract", str(self.revision)
        return self.id, self.event.about


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ChainEntry(_Strict):
    """One entry: what was sealed of which record, and its place in the chain.

    `digest` is that of what was decided or signed, `entry` that of all other keys here.
    """

    number: Annotated[int, Field(ge=1)]
    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(-[0-9]{4,})?$")]
    revision: int
    event: SealedEvent
    on: date
    digest: Digest
    previous: Digest | None
    entry: Digest

    @property
    def link(self) -> ChainLink:
        """The entry without its place."""
        return ChainLink(self.id, self.revision, self.event, self.on, self.digest)

    @property
    def what(self) -> str:
        """What happened to what, in a few words."""
        return f"{'contract' if self.event.is_contract else self.id} {self.event.done}"

    def own_digest(self) -> str:
        """Return what `entry` has to be."""
        return canonical.digest(self.model_dump(mode="json", exclude={"entry"}))

    def says(self) -> str:
        """Return the entry in a few words."""
        return f"entry {self.number} ({self.what} {self.on})"


class Lock(_Strict):
    """All entries of one client."""

    version: _Version = VERSION
    entries: tuple[ChainEntry, ...] = ()

    def text(self) -> str:
        """Return the lock as it is written."""
        version = max((entry.event.needs for entry in self.entries), default=VERSION)
        written = self.model_dump(mode="json") | {"version": version}
        return json.dumps(written, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True)
class LockFile:
    """A client's lock where it lies; `lock` is None where it can't be made out."""

    path: str
    lock: Lock | None


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold: the index of the entry, its key, and what is wrong."""

    index: int
    key: str
    says: str = field(compare=False)


def extended(lock: Lock, links: Iterable[ChainLink]) -> Lock:
    """Return the lock with more entries at its end."""
    entries = list(lock.entries)
    for link in links:
        last = entries[-1] if entries else None
        values: dict[str, Any] = {
            "number": last.number + 1 if last else 1,
            "id": link.id,
            "revision": link.revision,
            "event": link.event,
            "on": link.on,
            "digest": link.digest,
            "previous": last.entry if last else None,
        }
        # The digest leaves `entry` out, so any will do until it is known.
        draft = ChainEntry(**values, entry=link.digest)
        entries.append(draft.model_copy(update={"entry": draft.own_digest()}))
    return Lock(entries=tuple(entries))


class SealedTwice(Exception):
    """Two chains have sealed the same thing, and not alike: which one counts, people decide."""


def joined(first: Lock, second: Lock) -> Lock:
    """Return a chain with all entries of two: those of the first as they are, then the others.

    Raises SealedTwice where each has an entry for the same thing, with another content.
    """
    known = {entry.link.about: entry for entry in first.entries}
    for entry in second.entries:
        other = known.get(entry.link.about, entry)
        if other.link != entry.link:
            raise SealedTwice(f"{other.says()} and {entry.says()} differ")
    return extended(first, (e.link for e in second.entries if e.link.about not in known))


def in_common(one: Lock, other: Lock) -> int:
    """Return with how many equal entries two chains begin."""
    pairs = zip(one.entries, other.entries, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def breaks(lock: Lock) -> Iterator[Break]:
    """Yield every entry that is not what its digest says, or does not follow the one before."""
    by_digest = {entry.entry: index for index, entry in enumerate(lock.entries)}
    before: ChainEntry | None = None
    for index, entry in enumerate(lock.entries):
        if entry.own_digest() != entry.entry:
            yield Break(index, "entry", "does not match its own digest: it was altered")
        if entry.previous != (before.entry if before else None):
            goes, why = _goes(lock, index, by_digest)
            yield Break(index, "previous", f"{goes} but stands {_after(before)}: {why}")
        elif entry.number != (before.number if before else 0) + 1:
            yield Break(index, "number", f"stands {_after(before)}")
        before = entry


def _goes(lock: Lock, index: int, by_digest: Mapping[str, int]) -> tuple[str, str]:
    """Return where an entry belongs by its digest, and what must have happened."""
    previous = lock.entries[index].previous
    if previous is None:
        return "belongs first", "something was inserted before it, or the order was changed"
    if previous not in by_digest:
        return (
            f"belongs after one with the digest {canonical.short(previous)}",
            "that was altered or removed",
        )
    named = by_digest[previous]
    why = "something was inserted between them" if named < index else "the order was changed"
    return f"belongs {_after(lock.entries[named])}", why


def _after(entry: ChainEntry | None) -> str:
    return f"after entry {entry.number}" if entry else "first"


#: Lines before the first entry, and the lines of an entry with its brackets.
_HEAD, _KEYS = 3, tuple(ChainEntry.model_fields)


def place(index: int, key: str | None = None) -> Place:
    """Return where an entry, or one of its keys, stands in the file."""
    line = _HEAD + 1 + index * (len(_KEYS) + 2)
    if key is None:
        return Place(line, 5)
    return Place(line + 1 + _KEYS.index(key), 7, len(key) + 2)


def read_lock(file: Path, path: str) -> tuple[LockFile, list[Problem]]:
    """Return a client's lock, known as `path` in problems."""
    if not file.is_file():
        return LockFile(path, None), [_broken(path, START, "this is not a file")]
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        return LockFile(path, None), [_broken(path, START, "it is not UTF-8")]
    except OSError as error:
        return LockFile(path, None), [_broken(path, START, f"{error.strerror}")]
    lock, problem = parse(text, path)
    return LockFile(path, lock), [problem] if problem else []


def parse(text: str, path: str) -> tuple[Lock | None, Problem | None]:
    """Return the lock that a text holds, or what makes it unusable. Line ends may be CRLF."""
    text = text.replace("\r\n", "\n")
    try:
        if newer := _newer(json.loads(text)):
            return None, _broken(path, _place_of(newer[1], text), newer[0], _UPDATE)
        lock = Lock.model_validate_json(text)
    except json.JSONDecodeError as error:
        if conflict := _CONFLICT.search(text):
            line = text[: conflict.start()].count("\n") + 1
            return None, _broken(path, Place(line, 1, 7), "two branches have sealed something")
        return None, _broken(path, Place(error.lineno, error.colno), f"{error.msg}")
    except RecursionError:
        return None, _broken(path, START, "it is nested too deep")
    except ValidationError as error:
        fault = error.errors()[0]
        keys = ".".join(str(key) for key in fault["loc"])
        says = f"`{keys}`: {fault['msg']}" if keys else fault["msg"]
        return None, _broken(path, _place_of(fault["loc"], text), says)
    except ValueError:
        return None, _broken(path, START, "it has a number with thousands of digits")
    if text != lock.text():
        ours, theirs = lock.text().split("\n"), text.split("\n")
        same = next(
            (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
            min(len(ours), len(theirs)) - 1,
        )
        return None, _broken(
            path, Place(same + 1, 1), "`changebook seal` would not write this line"
        )
    # Which version it is follows from the entries.
    return Lock(entries=lock.entries), None


def _newer(written: Any) -> tuple[str, tuple[int | str, ...]] | None:
    """Return what only a newer Changebook can have written, and where, if there is something."""
    if not isinstance(written, Mapping):
        return None
    version, entries = written.get("version"), written.get("entries")
    if isinstance(version, int) and version > WITH_MORE:
        says = f"it has version {version}, and this Changebook reads versions up to {WITH_MORE}"
        return says, ("version",)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        event = entry.get("event") if isinstance(entry, Mapping) else None
        if isinstance(event, str) and event not in {*SealedEvent}:
            says = f"the event `{event}` is one that this Changebook does not know"
            return says, ("entries", index, "event")
    return None


def _place_of(path: tuple[int | str, ...], text: str) -> Place:
    match path:
        case ("entries", int(index), str(key), *_) if key in _KEYS:
            spot = place(index, key)
        case ("entries", int(index), *_):
            spot = place(index)
        case _:
            return START
    # Only a file in the one layout is sure to have that line.
    return spot if spot.line <= text.count("\n") else START


_RESTORE = (
    "In a merge or rebase run `changebook merge-seals`. Otherwise restore the file from the "
    "last commit, then run `changebook seal`, which adds what is missing."
)
_UPDATE = (
    "If a newer Changebook wrote it, update this one: nothing can be sealed or verified with it. "
    "If not, the file was altered: restore it from the last commit."
)


def _broken(path: str, place: Place, why: str, help: str = _RESTORE) -> Problem:
    return BROKEN_LOCK.at(path, place, f"The seals can't be read: {why}.", help)

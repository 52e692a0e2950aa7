"""What clients share and must not: ids, prefixes, and names in each other's texts.

A client is checked alone, knowing of the others only who they are. What it has that must fit the
others' is told as facts, which are compared once all are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from changebook.check.references import RELATIONS
from changebook.check.subject import Subject
from changebook.model.diagnostics import START, KeyPath, Place, Problem, Rule, rule
from changebook.model.schema import Profile
from changebook.read.form import as_written
from changebook.read.source import SourceFile
from changebook.read.workspace import PROFILE, Client, Record

DUPLICATE_ID = rule("duplicate-id", summary="Two records of the workspace have the same id.")
SHARED_PREFIX = rule("shared-prefix", summary="Two clients have the same prefix.")
UNKNOWN_RECORD = rule("unknown-record", summary="A link names a record that does not exist.")
OTHER_CLIENTS_RECORD = rule(
    "link-to-other-client", summary="A link names a record of another client."
)


#: What the name of a record's file begins with.
_ID = re.compile(r"[A-Z][A-Z0-9]*-\d+(?!\d)")


@dataclass(frozen=True)
class Neighbour:
    """Who a client is, for the others. What its profile says wrongly is None."""

    slug: str
    name: str | None
    prefix: str | None


@dataclass(frozen=True)
class Mention:
    """An id or a prefix, and the key that it is the value of; without one it is of a file's name.

    `is_broken` is one of a file that can't be read.
    """

    text: str
    path: str
    key: KeyPath = ()
    is_broken: bool = False


@dataclass(frozen=True)
class ClientFacts:
    """What must fit the other clients': its prefix, its ids, and the ids in links not its own."""

    prefix: tuple[Mention, ...]
    ids: tuple[Mention, ...]
    foreign: tuple[Mention, ...]


def neighbour(slug: str, profile: Profile, reported: Iterable[KeyPath]) -> Neighbour:
    """Return what others may know of a client; `reported` are the faulty keys of its profile."""
    faulty = {path[0] for path in reported}
    return Neighbour(
        slug,
        None if "name" in faulty else profile.name,
        None if "prefix" in faulty else profile.prefix,
    )


def facts(client: Client) -> ClientFacts:
    """Return what must be compared with the other clients."""
    return ClientFacts(
        (_mention(client, client.profile.prefix, "prefix"),)
        if Subject.of(client).sound("prefix")
        else (),
        tuple(_mention(record, record.data.id, "id") for record in client.records),
        tuple(_foreign(client)),
    )


def glimpse(root: Path, folder: Path, who: Neighbour) -> ClientFacts:
    """Return what can be said of a client without reading its records: a file's name has the id."""
    files = [(file, _ID.match(file.name)) for file in sorted(folder.rglob("*.md"))]
    profile = (folder / PROFILE).relative_to(root).as_posix()
    return ClientFacts(
        (Mention(who.prefix, profile),) if who.prefix else (),
        tuple(Mention(id[0], f.relative_to(root).as_posix()) for f, id in files if id),
        (),
    )


#: Returns the file of a path below the workspace, for the place of what is wrong in it.
Find = Callable[[str], SourceFile | None]


def check_between(clients: Sequence[ClientFacts], find: Find) -> Iterator[Problem]:
    """Check that ids and prefixes are unique over all clients, and that links lead somewhere."""
    ids = _by_text(mention for client in clients for mention in client.ids)
    prefixes = _by_text(mention for client in clients for mention in client.prefix)
    newer = "Give the newer record the next free id, in its file name too."
    other = "Give one of the clients another prefix."
    for broken, by_text, what, help in (
        (DUPLICATE_ID, ids, "id of", newer),
        (SHARED_PREFIX, prefixes, "prefix in", other),
    ):
        for text, same in by_text.items():
            for mention in same if len(same) > 1 else ():
                message = f"{text} is also the {what} {_others(find, mention, same)}."
                yield _problem(broken, find, mention, message, help)
    for mention in (mention for client in clients for mention in client.foreign):
        if mention.text in ids:
            yield _problem(
                OTHER_CLIENTS_RECORD,
                find,
                mention,
                f"{mention.text} is a record of another client.",
                "Remove the link; put a note for the team below `internal:`.",
            )
        elif not mention.is_broken:
            yield _problem(
                UNKNOWN_RECORD,
                find,
                mention,
                f"There is no record {mention.text}.",
                "Correct the id, write the record first, or remove the link.",
            )


def _problem(rule: Rule, find: Find, mention: Mention, message: str, help: str) -> Problem:
    return rule.at(mention.path, _place(find, mention), message, help)


def _others(find: Find, mention: Mention, same: Iterable[Mention]) -> str:
    return ", ".join(f"{m.path}:{_place(find, m).line}" for m in same if m is not mention)


def _place(find: Find, mention: Mention) -> Place:
    source = find(mention.path) if mention.key else None
    return source.value(*mention.key) if source else START


def _by_text(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    sorted_out: dict[str, list[Mention]] = {}
    for mention in mentions:
        sorted_out.setdefault(mention.text, []).append(mention)
    return sorted_out


def _mention(checked: Record | Client, text: str, *at: str | int, broken: bool = False) -> Mention:
    return Mention(text, checked.source.path, as_written(at, checked.reported), broken)


def _foreign(client: Client) -> Iterator[Mention]:
    """Yield the ids in links that none of the client's records has."""
    own = {record.data.id for record in client.records}
    for record in client.records:
        subject = Subject.of(record)
        for relation, targets in RELATIONS.items():
            for index, id in enumerate(targets(record.data)):
                at = ("links", relation, index)
                is_new = id not in own and id not in targets(record.data)[:index]
                if is_new and not subject.left_out(at):
                    yield _mention(record, id, *at, broken=_is_broken_file(client, id))


def _is_broken_file(client: Client, id: str) -> bool:
    """Return whether the record is there but could not be read, which has been reported."""
    return any(
        f.stem == id or f.stem.startswith(f"{id}-") for f in client.folder.rglob(f"{id}*.md")
    )

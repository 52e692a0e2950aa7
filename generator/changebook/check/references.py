"""Names that must be unique, and names that must lead somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from changebook import packaged
from changebook.check.subject import Subject
from changebook.model.catalogues import CatalogueError, check_catalogue, languages
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import ENDED, FINAL, Status, SupersedeMode
from changebook.read.workspace import Client, Record

ID_NOT_FILE_NAME = rule(
    "id-not-file-name", summary="The file's name does not begin with the record's id."
)
FOREIGN_PREFIX = rule("foreign-prefix", summary="An id does not begin with its client's prefix.")
SUPERSEDES_UNSEEN = rule(
    "supersedes-unseen",
    summary="A record that the client sees supersedes one that the client does not see.",
)
CYCLE = rule(
    "cyclic-link", summary="A record supersedes or depends on itself, directly or through others."
)
SUPERSEDE_MODE = rule("supersede-mode", summary="`supersedes` and `mode` do not appear together.")
REPLACED_TWICE = rule("replaced-twice", summary="Two records replace the same one.")
LISTED_TWICE = rule("listed-twice", summary="Two entries of a list have the same id or name.")
BROKEN_CATALOGUE = rule(
    "broken-catalogue", summary="The catalogue of the client's language can't be used."
)
UNKNOWN_MILESTONE = rule(
    "unknown-milestone", summary="A record names a milestone that the contract does not have."
)
TWO_COMPLETIONS = rule("two-completions", summary="More than one milestone is the completion.")
UNKNOWN_OPTION = rule(
    "unknown-option", summary="The decision chose an option that the record does not have."
)
UNKNOWN_LANGUAGE = rule(
    "unknown-language", summary="There is no catalogue for the client's language."
)

DEPENDS_ON_ENDED = rule(
    "depends-on-ended",
    summary="A record depends on one that was rejected, withdrawn or voided.",
    severity="warning",
)

#: Records in these statuses never took, and never will take, another one's place.
_WITHOUT_EFFECT = FINAL - {Status.SUPERSEDED}
RELATIONS: Mapping[str, Callable[[ChangeRecord], tuple[str, ...]]] = {
    "supersedes": lambda data: data.links.supersedes,
    "depends_on": lambda data: data.links.depends_on,
    "related": lambda data: data.links.related,
}
#: `related` may go both ways; the others have a direction.
_DIRECTED = ("supersedes", "depends_on")


def check_id(record: Record, client: Client) -> Iterator[Problem]:
    """Check that an id fits its file and its client."""
    id, subject = record.data.id, Subject.of(record)
    name = PurePosixPath(record.source.path).stem
    if name != id and not name.startswith(f"{id}-"):
        yield from subject.value(
            ID_NOT_FILE_NAME,
            ("id",),
            f"The id is {id}, but the file is `{name}.md`.",
            f"Rename the file to `{id}-....md`, or correct the id.",
        )
    prefix, number = id.rsplit("-", 1)
    if prefix != client.profile.prefix and Subject.of(client).sound("prefix"):
        yield from subject.value(
            FOREIGN_PREFIX,
            ("id",),
            f"{id} does not begin with this client's prefix, {client.profile.prefix}.",
            f"Write {client.profile.prefix}-{number} if that id is free, "
            "or move the file to its own client's folder.",
        )


def check_links(client: Client) -> Iterator[Problem]:
    """Check that links lead to each record once, and in no circle.

    Whether what is not the client's is there at all, is for those who know the others.
    """
    own = {record.data.id: record.data for record in client.records}
    unseen = client.unseen_records
    for record in client.records:
        data, subject = record.data, Subject.of(record)
        for relation, targets in RELATIONS.items():
            for index, target in enumerate(targets(data)):
                at: KeyPath = ("links", relation, index)
                if target == data.id:
                    yield from subject.value(
                        CYCLE,
                        at,
                        f"{target} links to itself.",
                        "Remove the id from the list.",
                    )
                elif target in targets(data)[:index]:
                    yield from subject.value(
                        LISTED_TWICE, at, f"{target} is listed twice.", "Keep only one."
                    )
                elif relation == "depends_on" and target in own:
                    yield from _ended(subject, at, data, own[target])
                elif relation == "supersedes" and target in unseen and data.id not in unseen:
                    yield from subject.value(
                        SUPERSEDES_UNSEEN,
                        at,
                        f"The client does not see {target}, and the digest of this record's "
                        "decision would tell its number.",
                        f"Write {target} below `related`, or let the client see it: "
                        "`visibility: client`, and submitted.",
                    )
        yield from _mode(data, subject)
    for relation in _DIRECTED:
        yield from _cycles(client, own, relation)
    yield from _replaced_twice(client)


def _ended(
    subject: Subject, at: KeyPath, data: ChangeRecord, needed: ChangeRecord
) -> Iterator[Problem]:
    """Yield a problem where what a record depends on came to nothing.

    A superseded record has a successor, and what is deferred or a draft may still come. A record
    that has ended itself waits for nothing.
    """
    if needed.status in _WITHOUT_EFFECT and data.status not in ENDED:
        yield from subject.value(
            DEPENDS_ON_ENDED,
            at,
            f"{data.id} is `{data.status}` and depends on {needed.id}, which is `{needed.status}`.",
            f"Name the record that now does what {needed.id} was to do, or remove {needed.id}; if "
            f"{data.id} can't continue without it, end it too.",
        )


def _mode(data: ChangeRecord, subject: Subject) -> Iterator[Problem]:
    if data.links.supersedes and data.links.mode is None:
        yield from subject.key(
            SUPERSEDE_MODE,
            ("links", "mode"),
            f"`links` has no `mode`, though it supersedes {', '.join(data.links.supersedes)}.",
            "Add `mode: replace` (it replaces the old amount) or `mode: delta` (it adds to it).",
        )
    elif data.links.mode and not data.links.supersedes and subject.sound("links", "supersedes"):
        yield from subject.key(
            SUPERSEDE_MODE,
            ("links", "mode"),
            f"`mode: {data.links.mode}` has no `supersedes`.",
            "Add `supersedes: [...]`, or remove `mode`.",
        )


def _cycles(client: Client, own: Mapping[str, ChangeRecord], relation: str) -> Iterator[Problem]:
    targets = RELATIONS[relation]
    for record in client.records:
        id = record.data.id
        for index, target in enumerate(targets(record.data)):
            chain = _way(own, targets, target, id) if target in own and target != id else None
            # Each cycle once: at its member with the smallest id.
            if chain and id == min(chain):
                yield from Subject.of(record).value(
                    CYCLE,
                    ("links", relation, index),
                    f"`{relation}` forms a cycle: {' -> '.join((id, *chain))}.",
                    "Remove the link that points the wrong way.",
                )


def _way(
    own: Mapping[str, ChangeRecord],
    targets: Callable[[ChangeRecord], tuple[str, ...]],
    start: str,
    goal: str,
) -> list[str] | None:
    """Return a shortest way along the links from `start` to `goal`, both ends included."""
    came_from: dict[str, str | None] = {start: None}
    for here in (queue := [start]):
        if here == goal:
            way = [here]
            while (step := came_from[way[0]]) is not None:
                way.insert(0, step)
            return way
        for target in targets(own[here]):
            if target in own and target not in came_from:
                came_from[target] = here
                queue.append(target)
    return None


def _replaced_twice(client: Client) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for record in client.records:
        data = record.data
        if data.links.mode is not SupersedeMode.REPLACE or data.status in _WITHOUT_EFFECT:
            continue
        for index, old in enumerate(data.links.supersedes):
            taken = first.setdefault(old, data.id)
            if taken != data.id:
                yield from Subject.of(record).value(
                    REPLACED_TWICE,
                    ("links", "supersedes", index),
                    f"{data.id} replaces {old}, and so does {taken}.",
                    f"Replace {taken} instead, write `mode: delta`, or withdraw one of the two.",
                )


def check_lists(record: Record, client: Client) -> Iterator[Problem]:
    """Check that options have unique ids, and that chosen options and milestones exist."""
    data, subject = record.data, Subject.of(record)
    options = [option.id for option in data.options]
    yield from _listed_twice(subject, ("options",), "id", options)
    chosen = data.decision.option if data.decision else None
    if chosen and chosen not in options and subject.sound("options"):
        yield from subject.value(
            UNKNOWN_OPTION,
            ("decision", "option"),
            f"There is no option `{chosen}`.",
            f"The options are {_code(options)}."
            if options
            else "Add the option to `options`, or remove `option`.",
        )
    known = [milestone.id for milestone in client.profile.contract.milestones]
    if Subject.of(client).sound("contract", "milestones"):
        for at, milestone in _milestones(data):
            if milestone not in known:
                yield from (subject.value if at[-1] == "milestone" else subject.key)(
                    UNKNOWN_MILESTONE,
                    at,
                    f"The contract has no milestone `{milestone}`.",
                    f"The milestones in client.md are {_code(known)}."
                    if known
                    else "Add the milestone to `contract.milestones` in client.md.",
                )


def _milestones(data: ChangeRecord) -> Iterator[tuple[KeyPath, str]]:
    for index, line in enumerate((data.impact and data.impact.schedule) or ()):
        yield ("impact", "schedule", index, "milestone"), line.milestone
    if data.decision:
        for milestone in data.decision.milestones:
            yield ("decision", "milestones", milestone), milestone
        for milestone in data.decision.days:
            yield ("decision", "days", milestone), milestone
    for milestone in data.actual.milestones if data.actual else ():
        yield ("actual", "milestones", milestone), milestone
    for index, revision in enumerate(data.revisions):
        for milestone in revision.was.days if revision.was else ():
            yield ("revisions", index, "was", "days", milestone), milestone


def check_profile(client: Client) -> Iterator[Problem]:
    """Check the profile's names, its completion and its language."""
    profile, subject = client.profile, Subject.of(client)
    milestones = profile.contract.milestones
    yield from _listed_twice(subject, ("contract", "milestones"), "id", [m.id for m in milestones])
    yield from _listed_twice(subject, ("people",), "name", [p.name for p in profile.people])
    yield from _listed_twice(subject, ("people",), "email", [p.email for p in profile.people])
    names = Counter(name for person in profile.people for name in person.names)
    for index, person in enumerate(profile.people):
        for number, name in enumerate(person.formerly):
            if names[name] > 1:
                yield from subject.value(
                    LISTED_TWICE,
                    ("people", index, "formerly", number),
                    f"`{name}` appears more than once among the names in `people`.",
                    "Keep it with the person whom the records mean by it, and remove it here.",
                )
    references = [amendment.reference for amendment in profile.amendments]
    yield from _listed_twice(subject, ("amendments",), "reference", references)
    completions = [n for n, milestone in enumerate(milestones) if milestone.completion]
    for index in completions[1:]:
        yield from subject.key(
            TWO_COMPLETIONS,
            ("contract", "milestones", index, "completion"),
            f"`{milestones[completions[0]].id}` is already the completion.",
            "Keep `completion: true` on one milestone only.",
        )
    own = packaged.own_templates(client.root)
    known = languages(own)
    for key in ("wording", "notice"):
        for language in sorted(getattr(profile.paper, key).keys() - set(known)):
            yield from subject.key(
                UNKNOWN_LANGUAGE,
                ("paper", key, language),
                f"Nothing is printed in the language `{language}`.",
                f"Write it in one of {_code(list(known))}.",
            )
    if profile.language not in known:
        yield from subject.value(
            UNKNOWN_LANGUAGE,
            ("language",),
            f"There is no catalogue for the language `{profile.language}`.",
            f"Write one of {_code(list(known))}, or add the catalogue "
            f"{packaged.TEMPLATES}/locale/{profile.language.replace('-', '_')}.po.",
        )
        return
    try:
        check_catalogue(profile.language, own)
    except CatalogueError as error:
        yield from subject.value(
            BROKEN_CATALOGUE,
            ("language",),
            f"The catalogue for `{profile.language}` can't be used: {error}.",
            f"Fix the catalogue in {packaged.TEMPLATES}/locale, or write another language.",
        )


def _listed_twice(
    subject: Subject, at: KeyPath, key: str, names: Sequence[str | None]
) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        if name is None:
            continue
        seen[name] += 1
        if seen[name] > 1:
            first = subject.source.place(*at, names.index(name), key).line
            yield from subject.value(
                LISTED_TWICE,
                (*at, index, key),
                f"`{name}` appears twice in `{at[-1]}`, first in line {first}.",
                f"Give each entry its own `{key}`, or remove one.",
            )


def _code(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in dict.fromkeys(words))

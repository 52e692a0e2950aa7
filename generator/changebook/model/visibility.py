"""What of a record, a profile or a glossary its client may ever see: the only definition of it.

The edition copies by it, the checks look through what it lets pass, and `diff` tells what passes
for the first time. It is an allow-list, so a new key stays inside until someone adds it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from changebook.model.diagnostics import KeyPath
from changebook.model.schema import OWN_KEY, ChangeRecord, Glossary, HistoryEntry, Profile
from changebook.model.vocabulary import Status, Visibility

#: The keys of a record that a client may read: all but `internal`.
CLIENT_KEYS = (
    "id",
    "title",
    "status",
    "visibility",
    "revision",
    "revisions",
    "type",
    "path",
    "priority",
    "urgency",
    "requested",
    "summary",
    "scope",
    "out_of_scope",
    "glossary",
    "reason",
    "impact",
    "options",
    "plan",
    "decision",
    "objections",
    "communications",
    "agreement",
    "acceptance",
    "actual",
    "links",
    "history",
    "imported",
)
#: Below a key that the client may read. A link stays as far as its target does; list items have no
#: step here.
_LEFT_OUT = frozenset(
    {
        ("people", "email"),
        ("links", "supersedes"),
        ("links", "depends_on"),
        ("links", "related"),
    }
)
#: Mappings whose keys are the author's own words.
WORDED_KEYS = frozenset(
    {
        ("paper", "wording"),
        ("paper", "notice"),
        ("terms",),
        ("also",),
        ("glossary",),
        ("decision", "milestones"),
        ("decision", "days"),
        ("actual", "milestones"),
        ("revisions", "was", "days"),
    }
)
_TOP = frozenset({*CLIENT_KEYS, *Profile.model_fields, *Glossary.model_fields})


class FrontText(NamedTuple):
    """A text of a front matter, where it stands, and whether its client may see it."""

    text: str
    path: KeyPath
    seen: bool


def is_unseen(data: ChangeRecord) -> bool:
    """Return whether a client must not see the record: a draft, or one that is internal."""
    is_draft = data.status is Status.DRAFT
    return is_draft or data.visibility is not Visibility.CLIENT or data.is_internal_work


def since_submitted(history: Iterable[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """Return the history as a client sees it: it begins where the draft ends."""
    return tuple(entry for entry in history if entry.status is not Status.DRAFT)


def front_texts(front: Mapping[str, Any]) -> list[FrontText]:
    """Return every text that an author put into the front matter of a file that a client reads."""
    texts: list[FrontText] = []
    for key, value in front.items():
        _collect(texts, value, (key,), (key,), seen=key in _TOP)
    return texts


def _collect(
    texts: list[FrontText], value: object, path: KeyPath, named: tuple[str, ...], *, seen: bool
) -> None:
    """Add the texts of a value. `named` is its path without the steps of lists."""
    if isinstance(value, str):
        texts.append(FrontText(value, path, seen))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            step = (*named, key)
            passes = seen and not key.startswith(OWN_KEY) and step not in _LEFT_OUT
            if named in WORDED_KEYS:
                texts.append(FrontText(key, (*path, key), passes))
            _collect(texts, item, (*path, key), step, seen=passes)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            passes = seen and not _is_draft(named, item)
            _collect(texts, item, (*path, index), named, seen=passes)


def _is_draft(named: tuple[str, ...], item: object) -> bool:
    """Return whether a history's item is from before the client could see the record."""
    return (
        named == ("history",) and isinstance(item, Mapping) and item.get("status") == Status.DRAFT
    )

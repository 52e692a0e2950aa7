"""`decisions.json` of an edition: the chain, with what its reader needs to recompute it.

The shape is documented in docs/seal.md. It is made from the edition, so it holds what the reader
may see and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from changebook.edition.editions import Edition
from changebook.model.chain import ChainEntry
from changebook.model.json_model import JsonModel
from changebook.views.decision import seals

VERSION: Literal[2] = 2


class SealedEntryJson(ChainEntry):
    """An entry of the chain, and what its digest was made from."""

    content: Mapping[str, Any] | None


class DecisionsFile(JsonModel):
    """The chain of an edition."""

    version: Literal[2] = VERSION
    client: str
    project: str
    as_of: dt.date
    entries: tuple[SealedEntryJson, ...]


def as_json(edition: Edition) -> bytes | None:
    """Return the file; None where nothing is sealed."""
    sealed = seals(edition)
    if not sealed:
        return None
    return DecisionsFile(
        client=edition.profile.name,
        project=edition.profile.project,
        as_of=edition.as_of,
        entries=tuple(
            SealedEntryJson(**seal.entry.model_dump(), content=seal.content) for seal in sealed
        ),
    ).as_bytes()

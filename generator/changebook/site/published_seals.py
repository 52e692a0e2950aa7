"""`decisions.json` of an edition: the chain, with what its reader needs to reckon it anew.

The shape is documented in docs/seal.md. It is made from the edition, so it holds what the reader
may see and nothing else.
"""

from __future__ import annotations

import json

from changebook.edition.editions import Edition
from changebook.views.decision import seals

VERSION = 1


def as_json(edition: Edition) -> bytes | None:
    """The file; None where nothing is sealed."""
    found = seals(edition)
    if not found:
        return None
    whole = {
        "version": VERSION,
        "client": edition.profile.name,
        "project": edition.profile.project,
        "as_of": edition.as_of.isoformat(),
        "entries": [
            {**seal.entry.model_dump(mode="json"), "content": seal.content} for seal in found
        ],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()

"""The JSON of `changebook verify`, as docs/seal.md documents it."""

from __future__ import annotations

import datetime as dt

from changebook.model.diagnostics import ProblemJson
from changebook.model.json_model import JsonModel, at
from changebook.proof.verify.lookup import What


class ChainJson(JsonModel):
    """Whether the chain of a client holds."""

    client: str = at("slug")
    sound: bool = at("is_sound")
    entries: int
    last: str | None
    problems: tuple[ProblemJson, ...]


class MatchJson(JsonModel):
    """A record that a digest belongs to."""

    slug: str
    id: str
    title: str
    what: What
    revision: int
    number: int | None
    event: str | None
    on: dt.date | None
    digest: str
    holds: bool
    ended: str | None

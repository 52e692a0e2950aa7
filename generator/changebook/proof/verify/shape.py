"""The JSON of `changebook verify` without a digest, as docs/seal.md documents it."""

from __future__ import annotations

from changebook.model.diagnostics import ProblemJson
from changebook.model.json_model import JsonModel, at


class ChainJson(JsonModel):
    """Whether the chain of a client holds."""

    client: str = at("slug")
    sound: bool = at("is_sound")
    entries: int
    last: str | None
    problems: tuple[ProblemJson, ...]

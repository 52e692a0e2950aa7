"""What several JSON shapes have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator

from changebook.model.json_model import JsonModel, at
from changebook.views.change import MilestoneDays


def _days(value: Iterable[MilestoneDays] | None) -> dict[str, int] | None:
    return None if value is None else {move.milestone: move.days for move in value}


#: Calendar days by the id of the milestone; None where they are not assessed.
DaysByMilestone = Annotated[dict[str, int] | None, BeforeValidator(_days)]


class ClientJson(JsonModel):
    """Whose file it is, read off an edition."""

    slug: str
    name: str = at("profile", "name")
    project: str = at("profile", "project")
    archived: dt.date | None = at("profile", "archived")

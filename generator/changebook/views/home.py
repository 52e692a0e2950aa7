"""The home page of an edition: where we stand, what waits, what changed lately."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from changebook.edition.editions import Edition
from changebook.model.sums import Position
from changebook.views.news import EventKind, NewsEvent, happened
from changebook.views.pictures import DatesPicture, SmallSums, dates_picture, small_sums
from changebook.views.waiting import Waiting, waiting

_LATELY = 8


@dataclass(frozen=True)
class Home:
    """What a reader wants to know first."""

    position: Position
    sums: SmallSums | None
    calendar: DatesPicture | None
    waiting: Waiting
    lately: tuple[NewsEvent, ...]
    changes: int


def home(edition: Edition, position: Position) -> Home:
    # Talks are many, and say less than what came of them.
    told = (event for event in happened(edition) if event.kind is not EventKind.TALK)
    return Home(
        position,
        small_sums(position),
        dates_picture(position.milestones, edition.as_of),
        waiting(edition.records, edition.as_of, edition.profile),
        tuple(islice(told, _LATELY)),
        len(edition.records),
    )

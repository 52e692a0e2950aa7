"""The life cycle as a picture, with the changes that are open where they stand in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from changebook.edition.editions import Edition
from changebook.model.sums import Position
from changebook.model.vocabulary import BACKBONE, ENDED, TRANSITIONS, WAY, Phase, Status
from changebook.views.change import ChangeRow, newest_first, row


@dataclass(frozen=True)
class Station:
    """One status of the life cycle.

    `beside` are the statuses to which a change may leave the way here, or from here go back to it.
    `rows` are the open changes that stand here, the oldest first; of a status that ends a change
    only their `count` is told.
    """

    status: Status
    beside: tuple[Status, ...]
    rows: tuple[ChangeRow, ...]
    count: int

    @property
    def ended(self) -> bool:
        """Whether a change is done with here."""
        return self.status in ENDED


@dataclass(frozen=True)
class ProcessStage:
    """One phase of the way, with its stations in their order."""

    phase: Phase
    stations: tuple[Station, ...]


@dataclass(frozen=True)
class LifeCycle:
    """The way of a change, and the statuses at which it ends or rests on the side."""

    stages: tuple[ProcessStage, ...]
    sides: tuple[Station, ...]

    @property
    def open(self) -> int:
        """How many changes are open."""
        every = (*(s for stage in self.stages for s in stage.stations), *self.sides)
        return sum(len(station.rows) for station in every)


def life_cycle(edition: Edition, position: Position) -> LifeCycle:
    """Return the life cycle as TRANSITIONS has it, with the edition's changes; without drafts."""
    at: dict[Status, list[ChangeRow]] = defaultdict(list)
    rows = (row(record, edition.profile, position) for record in edition.records)
    for each in sorted(rows, key=newest_first):
        at[each.status].append(each)
    sides = [s for s in Status if s not in WAY and s is not Status.DRAFT]
    return LifeCycle(
        tuple(
            ProcessStage(phase, tuple(_station(status, at) for status in statuses))
            for phase, statuses in BACKBONE.items()
        ),
        tuple(_station(status, at) for status in sides),
    )


def _station(status: Status, at: Mapping[Status, Sequence[ChangeRow]]) -> Station:
    rows = at.get(status, ())
    following = WAY[WAY.index(status) + 1 : WAY.index(status) + 2] if status in WAY else ()
    beside = tuple(s for s in Status if s in TRANSITIONS[status] and s not in following)
    return Station(status, beside, () if status in ENDED else tuple(rows), len(rows))

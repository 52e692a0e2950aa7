"""The indexes of changes: the whole history, what happened by month, by status, by scope item."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from types import MappingProxyType

from changebook.edition.editions import Edition, EditionRecord
from changebook.model.periods import month_start
from changebook.model.schema import Profile
from changebook.model.sums import PENDING, Bucket, Position, SumLine, minor_units
from changebook.model.vocabulary import (
    OUTCOMES,
    ChangeType,
    Level,
    Priority,
    ReasonCategory,
    Status,
    Term,
)
from changebook.views.change import ChangeRow, newest_first, row
from changebook.views.waiting import Waiting, WaitKind, waiting

#: So many changes stand open in a list. A page has the others for those who ask for them: phones
#: are slow with tens of thousands of elements.
FIRST = 100
#: So many stand open on a page with several lists, at least a few in each.
_ON_PAGE, _IN_EACH = 150, 3

_KINDS = ("requested", "decided", "done", "ended")
#: What a step beyond the request is for those who read the history by month.
_KIND: Mapping[Status, str] = MappingProxyType(
    dict.fromkeys(OUTCOMES, "decided")
    | dict.fromkeys((Status.IMPLEMENTED, Status.CLOSED), "done")
    | dict.fromkeys((Status.WITHDRAWN, Status.VOID), "ended")
)


class State(Term):
    """Whether a change still waits for its decision; what was withdrawn before does neither."""

    OPEN = "open", "Not decided yet"
    DECIDED = "decided", "Decided"


@dataclass(frozen=True)
class Choice:
    """One value that a list can be filtered by, as it stands in an address, with its name.

    `had` says that some change has it.
    """

    value: str
    name: Term | str
    had: bool = False


@dataclass(frozen=True)
class Facet:
    """What a list can be filtered by, with all values that it may have."""

    key: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Listed:
    """A change in the history, with what the list is filtered, sorted and added up by.

    `items` and `milestones` are values of their facets. `amount` and `counts` are those of the row
    in the smallest unit of the currency.
    """

    row: ChangeRow
    state: State | None
    waits: tuple[WaitKind, ...]
    items: tuple[str, ...]
    milestones: tuple[str, ...]
    amount: int | None
    counts: int | None

    def values(self, facet: str) -> tuple[str, ...]:
        """Return what the change has of a facet, as it stands in an address."""
        match facet:
            case "item":
                return self.items
            case "milestone":
                return self.milestones
            case "waits":
                return tuple(kind.value for kind in self.waits)
            case "state":
                term: Term | None = self.state
            case _:
                term = getattr(self.row, facet)
        return (term.value,) if term else ()

    @property
    def line(self) -> SumLine | None:
        """The line of the sums that the change stands on, if it is one that lists add up."""
        if self.row.bucket is Bucket.APPROVED:
            return SumLine.APPROVED
        return SumLine.PENDING if self.row.bucket in PENDING else None


@dataclass(frozen=True)
class Month:
    """The changes that were requested in one month."""

    first: date
    listed: tuple[Listed, ...]


@dataclass(frozen=True)
class ListedGroup:
    """A month of the list or a part of it; without a month, changes that nobody requested yet."""

    first: date | None
    listed: tuple[Listed, ...]


@dataclass(frozen=True)
class Happening:
    """A step of a change on a day."""

    on: date
    status: Status
    row: ChangeRow


@dataclass(frozen=True)
class Happened:
    """What was requested, decided, done and given up in one month, the newest first."""

    first: date
    requested: tuple[Happening, ...]
    decided: tuple[Happening, ...]
    done: tuple[Happening, ...]
    ended: tuple[Happening, ...]


@dataclass(frozen=True)
class History:
    """Every change, newest first. `undated` are drafts that nobody has requested yet."""

    facets: tuple[Facet, ...]
    undated: tuple[Listed, ...]
    months: tuple[Month, ...]
    timeline: tuple[Happened, ...]

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.undated) + sum(len(month.listed) for month in self.months)

    @property
    def parts(self) -> tuple[tuple[ListedGroup, ...], tuple[ListedGroup, ...]]:
        """The months that stand open in the list, and what is left of them and the older ones."""
        open_: list[ListedGroup] = []
        kept: list[ListedGroup] = []
        room = FIRST
        months = ((month.first, month.listed) for month in self.months)
        for first, listed in ((None, self.undated), *months):
            for part, some in ((open_, listed[:room]), (kept, listed[room:])):
                if some:
                    part.append(ListedGroup(first, some))
            room = max(0, room - len(listed))
        return tuple(open_), tuple(kept)


@dataclass(frozen=True)
class StatusGroup:
    status: Status
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True)
class ItemGroup:
    """The changes that touch one item of the scope; `anchor` is its place on the page."""

    item: str
    anchor: str
    rows: tuple[ChangeRow, ...]


def history(edition: Edition, position: Position) -> History:
    """Return every change by the month of its request, and what happened by month."""
    rows = _rows(edition, position)
    items = slugs(sorted({item for row in rows for item in row.items}))
    milestones = slugs(milestone.id for milestone in edition.profile.contract.milestones)
    waits = waiting(edition.records, edition.as_of, edition.profile)
    listed = [_listed(row, waits, items, milestones, position.currency) for row in rows]
    dated = ((entry, entry.row.day) for entry in listed if entry.row.day)
    return History(
        facets=tuple(_with_had(f, listed) for f in _facets(edition.profile, items, milestones)),
        undated=tuple(entry for entry in listed if not entry.row.day),
        months=tuple(
            Month(first, tuple(entry for entry, _ in of_month))
            for first, of_month in groupby(dated, lambda pair: month_start(pair[1]))
        ),
        timeline=timeline(edition, position),
    )


def timeline(edition: Edition, position: Position) -> tuple[Happened, ...]:
    """Return what happened in each month in which anything did, the newest month first.

    A request stands on the day on which it was made, every other step on the day of its entry in
    the history. An approval that counts back to the edition's day, but was given later, is no event
    of it.
    """
    months: dict[date, dict[str, list[Happening]]] = defaultdict(lambda: defaultdict(list))
    for record in edition.records:
        entry = row(record, edition.profile, position)
        steps = [
            (e.on, e.status)
            for e in record.data.history
            if e.status in _KIND and e.on <= edition.as_of
        ]
        if entry.day and record.data.status is not Status.DRAFT:
            steps.insert(0, (entry.day, Status.SUBMITTED))
        for on, status in steps:
            kind = _KIND.get(status, "requested")
            months[month_start(on)][kind].append(Happening(on, status, entry))

    def newest(steps: list[Happening]) -> tuple[Happening, ...]:
        return tuple(sorted(steps, key=lambda step: (step.on, step.row.id), reverse=True))

    return tuple(
        Happened(first, *(newest(months[first][kind]) for kind in _KINDS))
        for first in sorted(months, reverse=True)
    )


def _listed(
    change: ChangeRow,
    waits: Waiting,
    items: Mapping[str, str],
    milestones: Mapping[str, str],
    currency: str,
) -> Listed:
    return Listed(
        row=change,
        state=state(change),
        waits=waits.of(change.id),
        items=tuple(items[item] for item in change.items),
        milestones=tuple(milestones[move.milestone] for move in change.days or () if move.days),
        amount=None if change.amount is None else minor_units(change.amount, currency),
        counts=None if change.counts is None else minor_units(change.counts, currency),
    )


def _facets(
    profile: Profile, items: Mapping[str, str], milestones: Mapping[str, str]
) -> tuple[Facet, ...]:
    def of(key: str, terms: type[Term]) -> Facet:
        return Facet(key, tuple(Choice(term.value, term) for term in terms))

    return (
        of("waits", WaitKind),
        of("state", State),
        of("status", Status),
        of("type", ChangeType),
        of("priority", Priority),
        of("risk", Level),
        of("reason", ReasonCategory),
        Facet("item", tuple(Choice(value, item) for item, value in items.items())),
        Facet(
            "milestone",
            tuple(Choice(milestones[m.id], m.name) for m in profile.contract.milestones),
        ),
    )


def _with_had(facet: Facet, listed: Iterable[Listed]) -> Facet:
    """Return a facet that knows which of its choices some change has."""
    had = {value for entry in listed for value in entry.values(facet.key)}
    return Facet(facet.key, tuple(replace(c, had=c.value in had) for c in facet.choices))


def open_in_each(groups: Sequence[StatusGroup | ItemGroup]) -> int:
    """Return how many changes of each list stand open on a page of several."""
    if sum(len(group.rows) for group in groups) <= _ON_PAGE:
        return _ON_PAGE
    return max(_IN_EACH, _ON_PAGE // len(groups))


def by_status(edition: Edition, position: Position) -> tuple[StatusGroup, ...]:
    """Return the changes by status, in the order of the life cycle."""
    groups: dict[Status, list[ChangeRow]] = defaultdict(list)
    for entry in _rows(edition, position):
        groups[entry.status].append(entry)
    return tuple(StatusGroup(s, tuple(groups[s])) for s in Status if s in groups)


def by_item(edition: Edition, position: Position) -> tuple[ItemGroup, ...]:
    """Return the changes by item of the scope, items with most changes first."""
    groups: dict[str, list[ChangeRow]] = defaultdict(list)
    for entry in _rows(edition, position):
        for item in entry.items:
            groups[item].append(entry)
    anchors = anchors_of(sorted(groups))
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(ItemGroup(item, anchors[item], tuple(rows)) for item, rows in ordered)


def anchors_of(names: Iterable[str]) -> dict[str, str]:
    """Return an id for each name that a link can hold, no two the same."""
    return {name: f"item-{slug}" for name, slug in slugs(names).items()}


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Return for each name a word that an address can hold, no two the same."""
    taken: dict[str, str] = {}
    for name in names:
        wanted = base = re.sub(r"[^\w]+", "-", name.casefold()).strip("-") or "-"
        number = 2
        while wanted in taken.values():
            wanted, number = f"{base}-{number}", number + 1
        taken[name] = wanted
    return taken


def state(change: ChangeRow) -> State | None:
    """Return whether a change waits for its decision or has it."""
    return State.OPEN if change.undecided else State.DECIDED if change.decided else None


def ordered(edition: Edition, position: Position) -> list[tuple[EditionRecord, ChangeRow]]:
    """Return every record with its row, the newest first."""
    rows = [(record, row(record, edition.profile, position)) for record in edition.records]
    return sorted(rows, key=lambda pair: newest_first(pair[1]), reverse=True)


def _rows(edition: Edition, position: Position) -> list[ChangeRow]:
    return [row for _, row in ordered(edition, position)]

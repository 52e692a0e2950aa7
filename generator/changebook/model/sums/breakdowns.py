"""Shares of the sums: what the records of one group make of money and days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from decimal import localcontext
from typing import TypeVar

from changebook.model.sums.amounts import EXACT
from changebook.model.sums.figures import (
    PENDING,
    Bucket,
    GroupShare,
    MilestonePosition,
    Position,
)
from changebook.model.sums.positions import day_span
from changebook.model.sums.standings import figure

Group = TypeVar("Group", bound=Hashable)


def breakdown(position: Position, groups: Mapping[str, Group]) -> dict[Group, GroupShare]:
    """Return the share of each group, by the group that each record's id has; drafts are in none.

    Over all groups, the approved and the pending shares add up to these lines of the position.
    """
    return breakdown_each(position, {id: (group,) for id, group in groups.items()})


def breakdown_each(
    position: Position, groups: Mapping[str, Iterable[Group]]
) -> dict[Group, GroupShare]:
    """Group as `breakdown` does, where a record may belong to several groups.

    It counts whole in each of them: no key of the format says how its money splits. So the shares
    add up to more than the lines wherever a record is in more than one group.
    """
    ids: dict[Group, set[str]] = defaultdict(set)
    for id, standing in position.standings.items():
        if standing.bucket not in (Bucket.DRAFT, Bucket.INTERNAL):
            for group in groups.get(id, ()):
                ids[group].add(id)
    with localcontext(EXACT):
        return {group: _share(position, members) for group, members in ids.items()}


def _share(position: Position, ids: set[str]) -> GroupShare:
    members = [position.standings[id] for id in sorted(ids)]
    completion = position.completion
    requests = tuple(r for r in completion.requests if r.id in ids) if completion else ()
    return GroupShare(
        ids=tuple(standing.id for standing in members),
        approved=figure((s for s in members if s.bucket is Bucket.APPROVED), position.currency),
        pending=figure((s for s in members if s.bucket in PENDING), position.currency),
        granted=_granted(completion, ids) if completion else None,
        requests=requests,
        requested=day_span(requests),
    )


def _granted(completion: MilestonePosition, ids: set[str]) -> int:
    """Return the days of these records; what is taken back is so from the record that had it."""
    own = sum(step.own for step in completion.steps if step.id in ids)
    return own + sum(r.days for s in completion.steps for r in s.replaced if r.id in ids)

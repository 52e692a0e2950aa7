"""Whom a problem concerns: a client answers for its own errors, and for what all share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from changebook.check.between import DUPLICATE_ID, SHARED_PREFIX
from changebook.model.diagnostics import Problem, errors
from changebook.read.workspace import CHANGES

#: With two meanings of one id, no client's log is sure to hold what is its own.
_OF_ALL = frozenset({DUPLICATE_ID.name, SHARED_PREFIX.name})


def owner(problem: Problem) -> str | None:
    """Return the slug of the client that a problem's file belongs to; None for a common file."""
    parts = problem.path.split("/")
    return parts[1] if len(parts) > 1 and parts[0] == CHANGES else None


def concerning(
    problems: Iterable[Problem], slugs: Collection[str]
) -> tuple[list[Problem], Counter[str]]:
    """Return the problems of some clients and of all, and the numbers of others' errors."""
    own: list[Problem] = []
    others: list[Problem] = []
    for problem in problems:
        is_own = owner(problem) in (None, *slugs) or problem.rule in _OF_ALL
        (own if is_own else others).append(problem)
    return own, Counter(owner(problem) or "" for problem in errors(others))

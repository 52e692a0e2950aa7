"""Faults that a change made, and those that were there before it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from changebook.model.diagnostics import Problem

#: Where a message names another line, which moves when something is written above it.
_LINE = re.compile(r"(?<=:)\d+\b|(?<=\bline )\d+\b")

_Key = tuple[str, str, str]


def sort_out(
    problems: Iterable[Problem], before: Iterable[Problem], moved: Mapping[str, str]
) -> tuple[list[Problem], list[Problem]]:
    """The problems that were not there before, and, as notes, those that were.

    A problem is the same if its file, rule and message are; lines may differ. `moved` gives the
    new path of each file that has one. What stood once before and stands twice now is new once.
    """
    known = Counter(_key(replace(p, path=moved.get(p.path, p.path))) for p in before)
    new: list[Problem] = []
    old: list[Problem] = []
    for problem in problems:
        key = _key(problem)
        if known[key]:
            known[key] -= 1
            old.append(replace(problem, severity="note"))
        else:
            new.append(problem)
    return new, old


def _key(problem: Problem) -> _Key:
    return problem.path, problem.rule, _LINE.sub("", problem.message)

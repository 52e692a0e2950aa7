"""Which problems are new: those that a change or an edit made, apart from those known before it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from changebook.check.checking import check
from changebook.model.diagnostics import Problem
from changebook.read.workspace import Client, Workspace

#: Where a message names another line, which moves when something is written above it.
_LINE = re.compile(r"(\bline |\.md:)\d+")


def identity(problem: Problem) -> tuple[str, str, str]:
    """Return what makes a problem the same one wherever in its file it stands."""
    return problem.path, problem.rule, _LINE.sub(r"\1", problem.message)


def sort_out(
    problems: Iterable[Problem], before: Iterable[Problem], moved: Mapping[str, str] | None = None
) -> tuple[list[Problem], list[Problem]]:
    """Return the problems that were not there before, and those that were.

    `moved` gives the new path of each file that has one. What stood once before and stands twice
    now is new once.
    """
    moved = moved or {}
    known = Counter(identity(replace(p, path=moved.get(p.path, p.path))) for p in before)
    new: list[Problem] = []
    old: list[Problem] = []
    for problem in problems:
        key = identity(problem)
        (old if known[key] > 0 else new).append(problem)
        known[key] -= 1
    return new, old


def problems_after_edit(
    workspace: Workspace,
    reading: Iterable[Problem],
    edited: Client,
    faults: Iterable[Problem],
    whole: Collection[str] = (),
) -> list[Problem]:
    """Return the problems that a workspace has once a client is `edited`, by file and line.

    `reading` are the problems of reading the workspace, `faults` those of reading what was edited.
    What was known before is left out, but in the files `whole`, of which all is named.
    """
    clients = tuple(edited if each.slug == edited.slug else each for each in workspace.clients)
    after = (*faults, *check(replace(workspace, clients=clients)))
    new, old = sort_out(after, (*reading, *check(workspace)))
    return sorted((*new, *(problem for problem in old if problem.path in whole)))

"""The revisions that git gives: what a change is compared with, and what its merge makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from changebook.check.checking import check as check_workspace
from changebook.check.checking import load_checked
from changebook.check.known import sort_out
from changebook.check.since.guarding import unguarded
from changebook.check.since.pairs import Pair
from changebook.check.since.rules import Sides, ahead, check
from changebook.model.diagnostics import Problem
from changebook.read.git import Repository, repository
from changebook.read.origins import origins
from changebook.read.workspace import Client, Workspace, read_workspace
from changebook.refusal import Refusal


@dataclass(frozen=True)
class Revisions:
    """What a working tree is compared with: the commit that it started from, and the base.

    `more_forks` are other commits that it started from, where branches were merged both ways.
    """

    repository: Repository
    fork: str
    base: str
    more_forks: tuple[str, ...] = ()


def revisions(root: Path, revision: str, *, exact: bool = False) -> Revisions:
    """Return the commits behind `revision` for the workspace `root`.

    A pull request is compared with where it left the base, so that it does not answer for what
    others did there since. `exact` compares with the revision itself.

    Raises Refusal without git, for an unknown revision, where the two have nothing in common,
    and in a shallow clone.
    """
    repo = repository(root)
    base = repo.commit(revision)
    forks = (base,) if exact else repo.forks(base)
    if not forks:
        raise Refusal(
            f"`{revision}` and the current branch have no commit in common: compare with the "
            "revision itself (`--exact`)"
        )
    return Revisions(repo, forks[0], base, forks[1:])


@contextmanager
def sides(after: Workspace, compared: Revisions) -> Iterator[tuple[Sides, list[Problem]]]:
    """Yield the change from a revision to `after`, and the problems of reading where it started."""
    with _as_of(compared.fork, after, compared.repository) as (before, problems):
        if compared.base != compared.fork:
            with _as_of(compared.base, after, compared.repository) as (base, _):
                yield Sides(before, base, after), problems
        else:
            yield Sides(before, before, after), problems


def pair_since(after: Workspace, id: str, compared: Revisions) -> Pair | None:
    """Return a record beside the one that it was at a revision; None where it is new."""
    with sides(after, compared) as (change, _):
        pairs = (pair for client in change.clients for pair in client.kept)
        return next((pair for pair in pairs if pair.after.data.id == id), None)


@contextmanager
def _as_of(
    commit: str, after: Workspace, repository: Repository
) -> Iterator[tuple[Workspace, list[Problem]]]:
    """Read the workspace as of a commit, with what was moved into it since."""
    moved = origins(repository, commit, after).moved
    with repository.checked_out(commit, moved) as root:
        yield read_workspace(root)


@dataclass(frozen=True)
class Findings:
    """What a check found: `problems`, and as notes the `older` ones that a change did not make."""

    problems: Sequence[Problem]
    older: Sequence[Problem] = ()


def check_since(
    root: Path, revision: str, today: Callable[[Client], date], *, exact: bool = False
) -> Findings:
    """Return the workspace's problems by whether the change, committed or not, made them.

    `today` is the day where a client is.
    """
    compared = revisions(root, revision, exact=exact)
    after, problems = load_checked(root)
    with sides(after, compared) as (change, read):
        # Nothing is older where nothing is wrong.
        before = (*read, *check_workspace(change.before)) if problems else ()
        new, old = judge(change, problems, before)
        new += ahead(change, today)
        new += unguarded(compared.repository, compared.fork, change)
    for fork in compared.more_forks:
        with sides(after, replace(compared, fork=fork)) as (change, _):
            new += check(change)
    return Findings(sorted(set(new)), old)


def judge(
    change: Sides, problems: Iterable[Problem], before: Iterable[Problem]
) -> tuple[list[Problem], list[Problem]]:
    """Return what a change made wrong, and as notes what was wrong before it, by place.

    `problems` are those of the workspace after the change, `before` those of where it started.
    """
    pairs = (pair for client in change.clients for pair in (*client.kept, *client.renumbered))
    moved = {p.before.source.path: p.after.source.path for p in pairs if p.is_moved}
    new, old = sort_out(problems, before, moved)
    notes = (replace(problem, severity="note") for problem in old)
    return sorted((*new, *check(change))), sorted(notes)

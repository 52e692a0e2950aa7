"""What would leave a later comparison nothing to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from changebook.check.seals import rewritten
from changebook.check.since.rules import Sides
from changebook.model.chain import LOCK
from changebook.model.diagnostics import START, Problem, rule
from changebook.read.git import Repository
from changebook.read.origins import origins
from changebook.read.workspace import CHANGES

KEPT_OUT = rule(
    "kept-out-of-git", summary="A part of the log is not in the repository that is compared."
)


def unguarded(repository: Repository, commit: str, change: Sides) -> Iterator[Problem]:
    """Yield files that no commit will have, and seals of a commit that nothing continues."""
    ignored, repositories = repository.kept_out()
    for path in sorted(ignored):
        if path.lower().endswith(".md") or PurePosixPath(path).name == LOCK:
            yield KEPT_OUT.at(
                path,
                START,
                "git ignores this file.",
                "Take out the line of .gitignore that does so: `git check-ignore -v` names it.",
            )
    for path in sorted(repositories):
        yield KEPT_OUT.at(
            path,
            START,
            "This folder is a repository of its own, such as a submodule.",
            "Keep the records in this repository.",
        )
    sources = origins(repository, commit, change.after)
    names = {home.folder: name for name, home in sources.homes.items()}
    paired = {pair.before.slug for pair in change.clients}
    for home in sources.lost:
        if (name := names.get(home.folder, home.name)) not in paired:
            when = f"At the base ({home.folder}/{LOCK})"
            problem = rewritten(f"{CHANGES}/{name}/{LOCK}", home.entries, None, when)
            yield from (problem,) if problem else ()

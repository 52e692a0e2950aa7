"""What only a merge makes: faults that neither of two branches has by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from changebook.check.checking import check as check_workspace
from changebook.check.checking import load_checked
from changebook.check.known import sort_out
from changebook.check.since.revisions import Revisions, revisions
from changebook.check.since.rules import CONFLICT, LATE, Sides, check
from changebook.model.chain import LOCK, Lock, SealedTwice, joined, parse
from changebook.model.diagnostics import START, Problem
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Workspace, read_workspace


@dataclass(frozen=True)
class MergeFindings:
    """What a merge would make wrong, with the lines of the files as the merge leaves them."""

    problems: tuple[Problem, ...] = ()
    shown: Mapping[tuple[str, int], str | None] = field(default_factory=dict)

    def source_line(self, path: str, line: int) -> str | None:
        """Return a line that a problem points at."""
        return self.shown.get((path, line))


def check_merge(revision: str, root: Path, known: Iterable[Problem]) -> MergeFindings:
    """Return the problems of a merge of our workspace with a revision that neither side has itself.

    `known` are the problems of our side. Raises Refusal where git can't try the merge.
    """
    ours, _ = read_workspace(root)
    compared = revisions(ours.root, revision)
    with (
        compared.repository.merged(compared.base) as (merged_root, conflicts),
        compared.repository.checked_out(compared.base) as theirs_root,
    ):
        for path in conflicts:
            if not _is_lock(path):
                _take(ours.root / path, merged_root / path)
                continue
            _take(theirs_root / path, merged_root / path)
            locks = [parse(_text(side / path), path)[0] for side in (theirs_root, ours.root)]
            try:
                seals = joined(*(lock or Lock() for lock in locks))
            except SealedTwice:
                continue  # the records differ, too, of which a rule tells
            (merged_root / path).write_text(seals.text(), "utf-8")
        merged, problems = load_checked(merged_root)
        theirs, problems_of_theirs = read_workspace(theirs_root)
        new, _ = sort_out(problems, known)
        if new:
            new, _ = sort_out(new, (*problems_of_theirs, *check_workspace(theirs)))
        # Where one side was taken, that the other's is gone is no news.
        between = _between(ours, theirs, merged, compared)
        new += [problem for problem in between if problem.path not in conflicts]
        findings = [_as_merged(problem, revision) for problem in dict.fromkeys(new)]
        findings += [_conflict(path, revision) for path in conflicts]
        lines = source_lines(merged_root)
        shown = {(p.path, p.line): lines(p.path, p.line) for p in findings}
    return MergeFindings(tuple(sorted(findings)), shown)


def _is_lock(path: str) -> bool:
    return PurePosixPath(path).name == LOCK


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.is_file() else ""


def _take(chosen: Path, merged: Path) -> None:
    """Replace a version with conflict marks by that of one side."""
    if chosen.is_file():
        merged.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(chosen, merged)
    else:
        merged.unlink(missing_ok=True)


def _between(
    ours: Workspace, theirs: Workspace, merged: Workspace, compared: Revisions
) -> list[Problem]:
    """Return what the merge does to the records of one side, where the other side did not mean it.

    What a side did by itself since they parted is that side's own, and is told of there.
    """
    with compared.repository.checked_out(compared.fork) as fork_root:
        fork, _ = read_workspace(fork_root)
        own = [p for side in (ours, theirs) for p in check(Sides(fork, fork, side))]
        made = [p for side in (ours, theirs) for p in check(Sides(side, side, merged))]
    # What is late for a side was so before; of the days since, `--base` tells.
    return [p for p in sort_out(made, [*own, *own])[0] if p.rule != LATE.name]


def _as_merged(problem: Problem, revision: str) -> Problem:
    return replace(problem, message=f"Merged with `{revision}`: {problem.message}")


def _conflict(path: str, revision: str) -> Problem:
    return CONFLICT.at(
        path,
        START,
        f"git can't merge this file with `{revision}` on its own.",
        "Merge or rebase, then run `changebook merge-seals`: no entry is dropped."
        if _is_lock(path)
        else "Merge or rebase, and resolve the conflict by hand.",
    )

"""`changebook check`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from changebook.check.formats import FORMATS
from changebook.check.since.merging import MergeFindings, check_merge
from changebook.check.since.revisions import Findings, check_since
from changebook.check.survey import survey
from changebook.check.workers import Workers
from changebook.cli.options import cache_folder, folder, formats, named, today
from changebook.cli.output import PROBLEMS, from_here, print_problems, summary
from changebook.edit import fix
from changebook.keep.place import open_store
from changebook.model.diagnostics import Problem, errors, visible
from changebook.read.git import folder_in_repository
from changebook.read.workspace import CHANGES


@named("check")
@folder()
@formats(
    "text",
    *FORMATS,
    default="text",
    help="github prints annotations, gitlab a Code Quality report, sarif a SARIF 2.1.0 log.",
)
@click.option(
    "--base",
    metavar="REV",
    help="Judge what changed since the branch left this revision, e.g. origin/main. Faults that "
    "were already there are only counted.",
)
@click.option(
    "--exact",
    is_flag=True,
    help="With --base: compare with the revision itself. All that it has must still be there.",
)
@click.option("--all", "show_older", is_flag=True, help="With --base: show older faults as notes.")
@click.option(
    "--merge-with",
    metavar="REV",
    help="Try a merge with this revision, and name what only the merge breaks, such as an id "
    "that both sides took. Nothing is merged.",
)
@click.option("--fix", "with_fix", is_flag=True, help="First fix what has one right answer.")
@click.option("--dry-run", is_flag=True, help="With --fix: show the difference and write nothing.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one per CPU]")
@cache_folder()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(
    root: Path,
    form: str,
    base: str | None,
    exact: bool,
    show_older: bool,
    merge_with: str | None,
    with_fix: bool,
    dry_run: bool,
    jobs: int | None,
    cache: Path | None,
    paths: tuple[Path, ...],
) -> None:
    """Check every record and name all problems.

    The whole workspace is read; PATHS limit which files' problems are shown, and which are fixed.
    """
    if base and (jobs or cache):
        raise click.UsageError("--jobs and --cache go without --base, which keeps nothing yet")
    if not base and (exact or show_older):
        raise click.UsageError("--exact and --all go with --base")
    if dry_run and not with_fix:
        raise click.UsageError("--dry-run goes with --fix")
    if dry_run and (base or merge_with or form != "text"):
        raise click.UsageError(
            "--fix --dry-run shows the difference and checks nothing: leave out --base, "
            "--merge-with and --format"
        )
    _refuse_elsewhere(root, paths)
    if with_fix:
        some = _fix(root, paths, dry_run=dry_run)
        if dry_run:
            if not some:
                click.echo("Nothing to fix.")
            sys.exit(PROBLEMS if some else 0)
    findings = check_since(root, base, today, exact=exact) if base else _as_it_is(root, cache, jobs)
    known = (*findings.problems, *findings.older)
    merge = check_merge(merge_with, root, known) if merge_with else MergeFindings()
    top = root.resolve()
    older = list(_below(findings.older, top, paths))
    problems = sorted((*_below(findings.problems, top, paths), *(older if show_older else ())))
    merged = list(_below(merge.problems, top, paths))
    if form in FORMATS:
        click.echo(FORMATS[form]([*problems, *merged], folder_in_repository(top)))
    else:
        print_problems(problems, top)
        print_problems(merged, top, merge.source_line)
        click.echo(summary([*problems, *merged]))
        if base and older and not show_older:
            click.echo(_older(len(older), base))
    sys.exit(PROBLEMS if errors([*problems, *merged]) else 0)


def _as_it_is(root: Path, cache: Path | None, jobs: int | None) -> Findings:
    """Check the workspace by itself; what is kept of a client's check is not done again."""
    store = open_store(root.resolve(), cache)
    with Workers(jobs) as workers:
        return Findings(survey(root, store, workers.check).problems)


def _refuse_elsewhere(root: Path, paths: Sequence[Path]) -> None:
    """Raise UsageError for a path where there can be no record of the workspace."""
    changes = root.resolve() / CHANGES
    for path in paths:
        chosen = path.resolve()
        if not (chosen.is_relative_to(changes) or changes.is_relative_to(chosen)):
            raise click.UsageError(f"{path} is not in {root / CHANGES}: nothing in it is checked")


def _fix(root: Path, paths: Sequence[Path], *, dry_run: bool) -> bool:
    """Fix the files below `paths`, or all of them; return whether there was anything to fix.

    What is done goes to stderr, one line a fault; with `dry_run` the difference goes to stdout and
    nothing is written.
    """
    some = False
    for file in fix.fixed_files(root, lambda file: _is_chosen(file, paths)):
        for each in file.fixes:
            click.echo(visible(str(each)), err=True)
        if file.before.text != file.after.text:
            some = True
            if dry_run:
                click.echo(file.difference, nl=False)
            else:
                file.write()
                click.echo(f"wrote {visible(from_here(file.after.path, root))}", err=True)
    return some


def _is_chosen(file: Path, paths: Sequence[Path]) -> bool:
    return not paths or any(file.is_relative_to(path.resolve()) for path in paths)


def _older(count: int, base: str) -> str:
    was = "fault was" if count == 1 else "faults were"
    return f"{count} older {was} already there at {base} (--all shows them)."


def _below(problems: Iterable[Problem], root: Path, paths: Sequence[Path]) -> Iterator[Problem]:
    for problem in problems:
        if _is_chosen(root / problem.path, paths):
            yield problem

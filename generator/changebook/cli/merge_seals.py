"""`changebook merge-seals`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import folder, named
from changebook.cli.output import short
from changebook.proof import merge


@named("merge-seals")
@folder()
@click.option("--set-up", is_flag=True, help="Have git do it by itself in this clone from now on.")
@click.argument("files", nargs=-1, metavar="[OURS THEIRS LOCK]")
def command(root: Path, set_up: bool, files: tuple[str, ...]) -> None:
    """Put decisions.lock in order after a merge of two branches that both sealed something.

    No entry is dropped. What the main branch has stands first, and what is new follows. Git calls
    it with three files: ours, which is written, theirs, and the path of the lock.
    """
    if set_up:
        if written := merge.set_up(root.resolve()):
            click.echo(f"wrote {short(written)}")
        click.echo("git merges decisions.lock by itself in this clone now.")
        return
    if files:
        if len(files) != 3:
            raise click.UsageError("name three files: ours, theirs, and the path of the lock")
        ours, theirs, path = files
        merge.merge_files(Path(ours), Path(theirs), path)
        return
    done = [*merge.merge_conflicts(root)]
    for file, entries in done:
        click.echo(f"{short(file)}: {entries} entries in order. Next: git add {short(file)}")
    if not done:
        click.echo("No decisions.lock is in conflict.")

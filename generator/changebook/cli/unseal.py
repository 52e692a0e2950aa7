"""`changebook unseal`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from changebook.cli.options import folder, named
from changebook.cli.output import from_here, short
from changebook.proof import unseal as core


@named("unseal")
@folder()
@click.option(
    "--base",
    metavar="REV",
    help="What is sealed there stays.  [default: the main branch, the remote's if there is one]",
)
@click.argument("id_", metavar="ID")
def command(root: Path, base: str | None, id_: str) -> None:
    """Take the seal of the record ID back, as long as it is not at the base.

    Until a decision is merged, its author can correct it, or take it back.
    """
    done = core.unseal(root, id_, base)
    for entry in done.entries:
        click.echo(f"took {entry.says()} out of {from_here(done.path, root)}")
    click.echo("Next: correct the record, then changebook seal", nl=done.file is None)
    if done.file:
        back = shlex.join(("git", "restore", f"--source={done.base}", "--", short(done.file)))
        click.echo(f"; or take the step itself back: {back}")

"""`changebook seal`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from changebook.cli.options import folder, named
from changebook.cli.output import PROBLEMS, from_here, print_problems
from changebook.model import canonical
from changebook.model.chain import LOCK
from changebook.proof.seal import Addition, seal
from changebook.read.workspace import CHANGES


@named("seal")
@folder()
@click.option("--client", "slugs", multiple=True, metavar="SLUG", help="Only this client; repeat.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what is not sealed.")
def command(root: Path, slugs: tuple[str, ...], only_check: bool) -> None:
    """Seal what was decided: add it to the client's decisions.lock.

    What is sealed can't be altered without notice. Commit the lock together with the record.
    """
    sealing = seal(root, slugs, write=not only_check)
    if sealing.problems:
        print_problems(sealing.problems, root.resolve())
        click.echo("Nothing was sealed.", err=True)
        sys.exit(PROBLEMS)
    for addition in sealing.additions:
        for line in _added(addition, root):
            click.echo(line)
    if not sealing.additions:
        click.echo("All that was decided is sealed.")
    elif only_check:
        click.echo("Not sealed yet; nothing was written.", err=True)
        sys.exit(PROBLEMS)


def _added(addition: Addition, root: Path) -> list[str]:
    lines = [from_here(f"{CHANGES}/{addition.slug}/{LOCK}", root)]
    for entry in addition.entries:
        digest = canonical.short(entry.digest)
        lines.append(f"  {entry.number:>4}  {digest}  {entry.what} on {entry.on}")
    return lines

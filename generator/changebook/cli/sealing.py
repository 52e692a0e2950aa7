"""Sealing in the same run as what is written: by `advance` and `sign`."""

from __future__ import annotations

import sys

import click

from changebook.cli.output import PROBLEMS, from_here, print_problems
from changebook.proof.seal import Sealing, seal
from changebook.read.git import has_repository
from changebook.read.workspace import Client, Workspace


def refuse_broken_seals(workspace: Workspace, client: Client) -> None:
    """Exit where what was sealed before is not whole: then there can be nothing more to seal."""
    sealing = seal(workspace.root, (client.slug,), write=False)
    _exit_with_problems(sealing, workspace, "This keeps it from being sealed; nothing was written.")


def seal_written(workspace: Workspace, client: Client, *ids: str) -> None:
    """Seal what was decided or signed in the files that were written, and say so."""
    sealing = seal(workspace.root, (client.slug,))
    _exit_with_problems(sealing, workspace, "It was written, but this keeps it from being sealed.")
    for addition in sealing.additions:
        file = from_here(workspace.relative(addition.file), workspace.root)
        for entry in addition.entries:
            click.echo(f"sealed {entry.says()} in {file}")
    if sealing.additions and has_repository(workspace.root):
        # What came last is taken back first.
        commands = " and ".join(f"`changebook unseal {id_}`" for id_ in reversed(ids))
        click.echo(
            f"Until it is merged, {commands} {'take' if len(ids) > 1 else 'takes'} that back."
        )


def _exit_with_problems(sealing: Sealing, workspace: Workspace, says: str) -> None:
    if sealing.problems:
        print_problems(sealing.problems, workspace.root, err=True)
        click.echo(says, err=True)
        sys.exit(PROBLEMS)

"""`changebook verify`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from changebook.cli.options import folder, formats, named
from changebook.cli.output import PROBLEMS, print_problems
from changebook.model import canonical
from changebook.model.diagnostics import visible
from changebook.model.json_model import rows_as_json
from changebook.proof.verify import (
    Match,
    Verification,
    digits,
    look_up,
    look_up_imported,
    near_misses,
    told,
    told_of_miss,
    verify,
)
from changebook.proof.verify.shape import ChainJson
from changebook.read.workspace import read_workspace


@named("verify")
@folder()
@click.option("--client", "slugs", multiple=True, metavar="SLUG", help="Only this client; repeat.")
@click.option(
    "--base",
    metavar="REV",
    help="Also compare with the seals at this revision, and say which commit altered something.",
)
@click.option(
    "--digest",
    metavar="DIGEST",
    help="Find the decision behind a digest. The first 12 digits will do, in any printed form; "
    "so does the text of a QR code, and the id that a record had before it was imported.",
)
@formats("text", "json", default="text")
def command(
    root: Path, slugs: tuple[str, ...], base: str | None, digest: str | None, form: str
) -> None:
    """Verify that every decision is still what was sealed.

    The digests are recomputed from the records. Exit code 0: all is as it was sealed. 1:
    something was altered, or is not sealed.
    """
    if digest is not None:
        if base or slugs:
            raise click.UsageError("--digest searches all clients: leave out --client and --base")
        _verify_digest(root, digest, form)
        return
    verification = verify(root, slugs, base)
    if form == "json":
        click.echo(rows_as_json(verification.chains, ChainJson))
    else:
        _print_chains(verification)
    sys.exit(0 if verification.is_sound else PROBLEMS)


def _print_chains(verification: Verification) -> None:
    for chain in verification.chains:
        print_problems(chain.problems, verification.workspace.root)
    for chain in verification.chains:
        last = f", the last {canonical.short(chain.last)}" if chain.last else ""
        state = "sound" if chain.is_sound else "NOT SOUND"
        number = f"{chain.entries} {'entry' if chain.entries == 1 else 'entries'}"
        click.echo(f"{chain.slug}: {state}, {number}{last}")


def _verify_digest(root: Path, digest: str, form: str) -> None:
    workspace, _ = read_workspace(root)
    matches = look_up_imported(workspace, digest)
    typed = "" if matches else digits(digest)
    matches = matches or look_up(workspace, typed)
    if form == "json":
        click.echo(rows_as_json(matches, Match))
    elif matches:
        for match in matches:
            click.echo(visible(told(match)))
    if not matches:
        # What is read by programs has exact matches only.
        is_for_people = form == "text"
        says = ["No record of this workspace has this digest, nor any entry of its seals."]
        says += [line for miss in near_misses(workspace, typed) for line in told_of_miss(miss)]
        for line in says:
            click.echo(line, err=not is_for_people)
    sys.exit(0 if matches and all(match.holds for match in matches) else PROBLEMS)

"""`changebook verify`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from changebook.cli.options import folder, named
from changebook.cli.output import PROBLEMS, print_problems
from changebook.model import canonical
from changebook.model.diagnostics import as_rows, visible
from changebook.proof.verify import (
    Chain,
    Verification,
    digits,
    look_up,
    near_misses,
    told,
    told_of_miss,
    verify,
)
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
    "so does the text of a QR code.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
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
    found = verify(root, slugs, base)
    if form == "json":
        click.echo(_as_json([_chain_row(chain) for chain in found.chains]))
    else:
        _print_chains(found)
    sys.exit(0 if found.is_sound else PROBLEMS)


def _print_chains(found: Verification) -> None:
    for chain in found.chains:
        print_problems(chain.problems, found.workspace.root)
    for chain in found.chains:
        last = f", the last {canonical.short(chain.last)}" if chain.last else ""
        state = "sound" if chain.is_sound else "NOT SOUND"
        number = f"{chain.entries} {'entry' if chain.entries == 1 else 'entries'}"
        click.echo(f"{chain.slug}: {state}, {number}{last}")


def _chain_row(chain: Chain) -> dict[str, object]:
    return {
        "client": chain.slug,
        "sound": chain.is_sound,
        "entries": chain.entries,
        "last": chain.last,
        "problems": as_rows(chain.problems),
    }


def _verify_digest(root: Path, digest: str, form: str) -> None:
    workspace, _ = read_workspace(root)
    typed = digits(digest)
    matches = look_up(workspace, typed)
    if form == "json":
        click.echo(_as_json([asdict(match) for match in matches]))
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


def _as_json(rows: list[dict[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=2, default=str)

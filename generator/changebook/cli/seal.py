"""`changebook seal` and `changebook verify`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from changebook.cli.options import folder
from changebook.cli.output import PROBLEMS, print_problems
from changebook.model import canonical
from changebook.model.chain import LOCK
from changebook.model.diagnostics import as_rows, visible
from changebook.proof.seal import Addition
from changebook.proof.seal import seal as seal_decisions
from changebook.proof.verify import (
    Chain,
    Match,
    NearMiss,
    Verification,
    digits,
    look_up,
    near_misses,
)
from changebook.proof.verify import verify as verify_chains
from changebook.read.workspace import CHANGES, read_workspace


@click.command()
@folder()
@click.option("--client", "slugs", multiple=True, metavar="SLUG", help="Only this client; repeat.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what is not sealed.")
def seal(root: Path, slugs: tuple[str, ...], only_check: bool) -> None:
    """Seal what was decided: add it to the client's decisions.lock.

    What is sealed can't be altered without notice. Commit the lock together with the record.
    """
    sealing = seal_decisions(root, slugs, write=not only_check)
    if sealing.problems:
        print_problems(sealing.problems, root.resolve())
        click.echo("Nothing was sealed.", err=True)
        sys.exit(PROBLEMS)
    for addition in sealing.additions:
        for line in _added(addition):
            click.echo(line)
    if not sealing.additions:
        click.echo("All that was decided is sealed.")
    elif only_check:
        sys.exit(PROBLEMS)


def _added(addition: Addition) -> list[str]:
    lines = [f"{CHANGES}/{addition.slug}/{LOCK}"]
    for entry in addition.entries:
        digest = canonical.short(entry.digest)
        lines.append(f"  {entry.number:>4}  {digest}  {entry.id} {entry.event} on {entry.on}")
    return lines


@click.command()
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
    help="Say to which record a digest belongs. The first 12 digits will do, in any printed form; "
    "so does the text of a QR code.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def verify(
    root: Path, slugs: tuple[str, ...], base: str | None, digest: str | None, form: str
) -> None:
    """Verify that every decision is still what was sealed.

    The digests are reckoned anew from the records. Exit code 0: all is as it was sealed. 1: it is
    not, or something is not sealed.
    """
    if digest is not None:
        if base or slugs:
            raise click.UsageError("--digest looks through all clients, and goes without the rest")
        _verify_digest(root, digest, form)
        return
    found = verify_chains(root, slugs, base)
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
            click.echo(visible(_told(match)))
    if not matches:
        # What is read by programs has exact matches only.
        is_for_people = form == "text"
        says = ["No record of this workspace has this digest, nor any entry of its seals."]
        says += [line for miss in near_misses(workspace, typed) for line in _told_of_miss(miss)]
        for line in says:
            click.echo(line, err=not is_for_people)
    sys.exit(0 if matches and all(match.holds for match in matches) else PROBLEMS)


def _told_of_miss(miss: NearMiss) -> tuple[str, ...]:
    """It is another digest, and people must not take it for the same."""
    record = visible(f"{miss.match.id} {miss.match.title}".strip())
    number = f"{miss.distance} {'character' if miss.distance == 1 else 'characters'}"
    return (
        f"It is NOT the same as that of {record}, from which it differs in {number}.",
        "If you typed it, compare it once more:",
        f"  yours  {canonical.grouped(miss.digits)}",
        f"  there  {canonical.grouped(miss.there)}",
    )


def _told(match: Match) -> str:
    """All that there is to say of a digest, in one paragraph."""
    record = f"{match.id} {match.title}".strip() + f", revision {match.revision}"
    sentences = []
    if match.what == "file":
        place = f"entry {match.number}" if match.number else "not sealed"
        sentences.append(
            f"{canonical.short(match.digest)} is the signed copy of {record}, as a file: {place} "
            f"of `{match.slug}`."
        )
    elif match.what == "entry":
        sentences.append(
            f"{canonical.short(match.digest)} is entry {match.number} of `{match.slug}` with all "
            f"before it: {record}, {match.event} on {match.on}."
        )
    elif match.number is not None:
        sentences.append(
            f"{canonical.short(match.digest)} is {record}, {match.event} on {match.on}: entry "
            f"{match.number} of `{match.slug}`."
        )
    elif match.what == "asked":
        sentences.append(
            f"{canonical.short(match.digest)} is {record}, as `{match.slug}` was asked to decide "
            "on it."
        )
    else:
        sentences.append(
            f"{canonical.short(match.digest)} is {record} of `{match.slug}`, {match.what} and not "
            "sealed."
        )
    if match.number is not None:
        same = "The record is still the same." if match.holds else "The record was ALTERED since."
        sentences.append(same)
    if match.ended:
        sentences.append(f"It was {match.ended}.")
    return " ".join(sentences)


def _as_json(rows: list[dict[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=2, default=str)

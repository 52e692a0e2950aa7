"""`changebook sign`."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from changebook.cli.options import Day, folder
from changebook.cli.output import PROBLEMS, print_problems
from changebook.model import canonical
from changebook.model.diagnostics import errors, visible

if TYPE_CHECKING:
    from changebook.proof.filing import Filing
    from changebook.proof.seal import Sealing
    from changebook.read.workspace import Workspace


@click.command()
@folder()
@click.argument("id_", metavar="ID")
@click.option(
    "--file",
    "scan",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The scanned paper: a PDF or a picture.",
)
@click.option("--on", type=Day(), required=True, help="The day of the last signature on it.")
@click.option("--by", multiple=True, required=True, metavar="NAME", help="Who signed; repeat.")
@click.option(
    "--reference", metavar="TEXT", help="The amendment that was signed, if not in the record yet."
)
@click.option(
    "--filed", type=Day(), help="The day of filing.  [default: today, where the client is]"
)
@click.option("--dry-run", is_flag=True, help="Show what would be done and write nothing.")
def sign(
    root: Path,
    id_: str,
    scan: Path,
    on: date,
    by: tuple[str, ...],
    reference: str | None,
    filed: date | None,
    dry_run: bool,
) -> None:
    """File the signed paper of the record ID beside it.

    The paper is put beside the record as ID-signed, without what it says of its makers. The record
    gets its SHA-256, the agreement becomes signed, and both are sealed in the same run. The file
    that you give stays as it is: keep it, and keep the paper.
    """
    from changebook.edit.advance import find  # noqa: PLC0415 - the same
    from changebook.proof import seal  # noqa: PLC0415 - slow to load
    from changebook.proof.filing import Signature, file_paper, filing  # noqa: PLC0415 - the same
    from changebook.read.workspace import read_workspace  # noqa: PLC0415 - the same

    workspace, reading = read_workspace(root)
    client, _ = find(workspace, id_)
    today = datetime.now(ZoneInfo(client.profile.timezone)).date()
    signature = Signature(on, by, filed or today, reference)
    plan = filing(workspace, reading, id_, scan, signature)
    wrong = errors(plan.problems)
    print_problems(wrong, workspace.root, plan.source_line(workspace.root), err=True)
    if wrong:
        click.echo(f"{id_} would not pass check; nothing was written.", err=True)
        sys.exit(PROBLEMS)
    _say_what_to_know(plan)
    if dry_run:
        click.echo(plan.edit.difference, nl=False)
        click.echo(_told(plan, workspace, "would be filed"))
        return
    # What was sealed before must be whole before there is more to seal.
    _refuse_broken_seals(seal.seal(root, (client.slug,), write=False), workspace)
    file_paper(plan)
    click.echo(_told(plan, workspace, "filed"))
    for addition in seal.seal(root, (client.slug,)).additions:
        for entry in addition.entries:
            click.echo(f"sealed {entry.says()} in {workspace.relative(addition.file)}")
    click.echo("Commit the paper, the record and the seals together.")


def _told(plan: Filing, workspace: Workspace, done: str) -> str:
    return (
        f"{done}: {workspace.relative(plan.file)}, {len(plan.paper.content) / 1024:.0f} kB\n"
        f"  SHA-256  {canonical.grouped(plan.sha256)}"
    )


def _say_what_to_know(plan: Filing) -> None:
    """What was taken out of the paper, and who is not known, on stderr."""
    says = [f"warning: client.md names nobody `{name}`" for name in plan.unknown]
    if plan.paper.removed:
        says.append(f"taken out of the paper: {', '.join(plan.paper.removed)}")
    says += plan.paper.remarks
    for line in says:
        click.echo(visible(line), err=True)


def _refuse_broken_seals(sealing: Sealing, workspace: Workspace) -> None:
    if sealing.problems:
        print_problems(sealing.problems, workspace.root, err=True)
        click.echo("This keeps the signature from being sealed; nothing was written.", err=True)
        sys.exit(PROBLEMS)

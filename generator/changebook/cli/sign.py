"""`changebook sign`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook.cli.options import Day, folder, named, once_each, today
from changebook.cli.output import PROBLEMS, from_here, print_problems
from changebook.cli.sealing import refuse_broken_seals, seal_written
from changebook.edit.edits import edited_lines
from changebook.model import canonical
from changebook.model.diagnostics import errors, visible
from changebook.proof.filing import Filing, Signature, file_paper, filing
from changebook.read.workspace import Workspace, read_workspace


@named("sign")
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
def command(
    root: Path,
    id_: str,
    scan: Path,
    on: date,
    by: tuple[str, ...],
    reference: str | None,
    filed: date | None,
    dry_run: bool,
) -> None:
    """File the signed paper of the record ID next to it.

    The paper is filed next to the record as ID-signed, without its metadata. The record
    gets its SHA-256, the agreement becomes signed, and both are sealed in the same run. The file
    that you give stays as it is: keep it, and keep the paper.
    """
    once_each("--by", by)
    workspace, reading = read_workspace(root)
    client, _ = workspace.record(id_)
    signature = Signature(on, by, filed or today(client), reference)
    plan = filing(workspace, reading, id_, scan, signature)
    wrong = errors(plan.problems)
    print_problems(wrong, workspace.root, edited_lines(workspace.root, (plan.edit,)), err=True)
    if wrong:
        click.echo(f"{id_} would not pass check; nothing was written.", err=True)
        sys.exit(PROBLEMS)
    refuse_broken_seals(workspace, client)
    _say_what_to_know(plan)
    if dry_run:
        click.echo(plan.edit.difference, nl=False)
        click.echo(_told(plan, workspace, "would be filed"))
        return
    file_paper(plan)
    click.echo(_told(plan, workspace, "filed"))
    click.echo(f"{id_}: agreement signed on {on} in {from_here(plan.edit.after.path, root)}")
    seal_written(workspace, client, id_)
    click.echo("Commit the paper, the record and the seals together.")


def _told(plan: Filing, workspace: Workspace, done: str) -> str:
    return (
        f"{done}: {workspace.relative(plan.file)}, {len(plan.paper.content) / 1024:.0f} kB\n"
        f"  SHA-256  {canonical.grouped(plan.sha256)}"
    )


def _say_what_to_know(plan: Filing) -> None:
    """Say on stderr what was taken out of the paper."""
    if plan.paper.removed:
        click.echo(visible(f"removed from the paper: {', '.join(plan.paper.removed)}"), err=True)
    for remark in plan.paper.remarks:
        click.echo(visible(remark), err=True)

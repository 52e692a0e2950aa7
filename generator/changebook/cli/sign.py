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
from changebook.proof.filing import Filing, Signature, file_paper, filing, to_sign_together
from changebook.read.workspace import Workspace, read_workspace


@named("sign")
@folder()
@click.argument("id_", metavar="[ID]", required=False)
@click.option(
    "--amendment",
    metavar="REFERENCE",
    help="For all records of this amendment that wait for signatures, instead of one ID.",
)
@click.option("--client", "slug", metavar="SLUG", help="Whose amendment, if several have it.")
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
    id_: str | None,
    amendment: str | None,
    slug: str | None,
    scan: Path,
    on: date,
    by: tuple[str, ...],
    reference: str | None,
    filed: date | None,
    dry_run: bool,
) -> None:
    """File the signed paper of the record ID, or of an amendment, next to each record.

    The paper is filed next to the record as ID-signed, without its metadata. The record
    gets its SHA-256, the agreement becomes signed, and both are sealed in the same run. The file
    that you give stays as it is: keep it, and keep the paper.
    """
    once_each("--by", by)
    if (id_ is None) == (amendment is None):
        raise click.UsageError("name one record by its ID, or several with --amendment")
    if slug and id_:
        raise click.UsageError("--client goes with --amendment: an ID says which client's it is")
    if amendment and reference:
        raise click.UsageError("--amendment is the reference already")
    workspace, reading = read_workspace(root)
    ids, unseen = [id_] if id_ else [], list[str]()
    if amendment is not None:
        ids, unseen = to_sign_together(workspace, amendment, slug)
    client, _ = workspace.record(ids[0])
    signature = Signature(on, by, filed or today(client), reference)
    plan = filing(workspace, reading, ids, scan, signature)
    wrong = errors(plan.problems)
    print_problems(wrong, workspace.root, edited_lines(workspace.root, plan.edits), err=True)
    if wrong:
        click.echo(f"{', '.join(ids)} would not pass check; nothing was written.", err=True)
        sys.exit(PROBLEMS)
    refuse_broken_seals(workspace, client)
    _say_what_to_know(plan)
    if unseen:
        names = ", ".join(unseen)
        click.echo(f"not signed with it, because the client does not see it: {names}", err=True)
    if dry_run:
        for edit in plan.edits:
            click.echo(edit.difference, nl=False)
        click.echo(_told(plan, workspace, "would be filed"))
        return
    file_paper(plan)
    click.echo(_told(plan, workspace, "filed"))
    for each, edit in zip(ids, plan.edits, strict=True):
        click.echo(f"{each}: agreement signed on {on} in {from_here(edit.after.path, root)}")
    seal_written(workspace, client, *ids)
    click.echo("Commit the paper, the record and the seals together.")


def _told(plan: Filing, workspace: Workspace, done: str) -> str:
    files = ", ".join(workspace.relative(file) for file in plan.files)
    return (
        f"{done}: {files}, {len(plan.paper.content) / 1024:.0f} kB\n"
        f"  SHA-256  {canonical.grouped(plan.sha256)}"
    )


def _say_what_to_know(plan: Filing) -> None:
    """Say on stderr what was taken out of the paper."""
    if plan.paper.removed:
        click.echo(visible(f"removed from the paper: {', '.join(plan.paper.removed)}"), err=True)
    for remark in plan.paper.remarks:
        click.echo(visible(remark), err=True)

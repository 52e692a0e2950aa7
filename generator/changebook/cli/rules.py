"""`changebook rules`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.check import rule_pages
from changebook.cli.options import named
from changebook.cli.output import short
from changebook.model.diagnostics import number_of


@named("rules")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the pages go.")
def command(out: Path) -> None:
    """Write a page of documentation for every rule of check."""
    written = rule_pages.write(out)
    click.echo(f"wrote {number_of(len(written), 'page')} into {short(out.absolute())}")
    for file in sorted(set(out.glob("*.md")) - set(written)):
        click.echo(f"left {short(file.absolute())}, which is about no rule")

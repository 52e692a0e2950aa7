"""`changebook index`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import named
from changebook.cli.output import short
from changebook.site.site_folder import index


@named("index")
@click.argument("built", type=click.Path(path_type=Path, file_okay=False), default=Path())
def command(built: Path) -> None:
    """Make the search index of an exported site that was built.  BUILT is the export's folder."""
    click.echo(f"indexed {short(index(built).absolute())}")

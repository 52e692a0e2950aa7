"""`changebook rules`: what `check` knows."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the pages go.")
def rules(out: Path) -> None:
    """Write a page of documentation for every rule of check."""
    from changebook import ruledocs  # noqa: PLC0415 - slow to load

    ruledocs.write(out)

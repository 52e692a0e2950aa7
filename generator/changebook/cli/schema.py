"""`changebook schema`: JSON Schema of the front matter, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import named
from changebook.cli.output import short
from changebook.edit import editors


@named("schema")
@click.argument("name", type=click.Choice([*editors.PATTERNS]), required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for all schemas, such as a workspace's `schemas`.",
)
def command(name: str | None, out: Path | None) -> None:
    """Print the JSON Schema of a record's keys, or of a profile's, a glossary's or a mapping's.

    An editor's YAML plug-in completes and explains the keys with it.
    """
    if out is None:
        click.echo(editors.schema_text(name or "record"), nl=False)
        return
    if name:
        raise click.UsageError(f"--out takes a folder for all schemas: leave out {name}")
    for file in editors.write_schemas(out):
        click.echo(f"wrote {short(file.absolute())}")

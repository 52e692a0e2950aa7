"""`changebook schema`: JSON Schema of the front matter, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from changebook import atomic
from changebook.cli.output import short


@click.command()
@click.argument("name", type=click.Choice(["record", "profile", "glossary"]), default="record")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for all schemas, such as a workspace's `schemas`.",
)
def schema(name: str, out: Path | None) -> None:
    """Print the JSON Schema of a record's keys, or of a profile's or a glossary's.

    An editor's YAML plug-in completes and explains the keys with it.
    """
    from changebook.edit import editors  # noqa: PLC0415 - slow to load

    if out is None:
        click.echo(editors.schema_text(name), nl=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    for each in editors.PATTERNS:
        file = out / editors.schema_file(each)
        atomic.write(file, editors.schema_text(each))
        click.echo(f"wrote {short(file.absolute())}")

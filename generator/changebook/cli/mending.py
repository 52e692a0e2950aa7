"""What `changebook check --fix` does before it checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from changebook.model.diagnostics import visible


def mend_files(root: Path, paths: Sequence[Path], *, dry_run: bool) -> bool:
    """Mend the files below `paths`, or all of them; whether there was anything to mend.

    What is done goes to stderr, one line a fault; with `dry_run` the difference goes to stdout and
    nothing is written.
    """
    from changebook.edit import fix  # noqa: PLC0415 - slow to load

    chosen = [path.resolve() for path in paths]

    def is_chosen(file: Path) -> bool:
        return not chosen or any(file.is_relative_to(path) for path in chosen)

    some = False
    for mended in fix.mend(root, is_chosen):
        for mend in mended.mends:
            click.echo(visible(str(mend)), err=True)
        if mended.before.text != mended.after.text:
            some = True
            if dry_run:
                click.echo(mended.difference, nl=False)
            else:
                mended.write()
    return some

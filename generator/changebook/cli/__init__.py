"""The command line: reads arguments, calls the core, prints what came of it.

Exit codes: 0 clean, 1 problems, 2 could not run. Commands import what they need themselves: `check`
should not wait for MkDocs.
"""

from __future__ import annotations

from typing import Any

import click

from changebook import __version__
from changebook.cli.advance import advance
from changebook.cli.begin import init, new
from changebook.cli.check import check
from changebook.cli.diff import diff
from changebook.cli.export import export, index
from changebook.cli.impact import impact
from changebook.cli.print_ import print_
from changebook.cli.report import report
from changebook.cli.respond import respond
from changebook.cli.rules import explain, rules
from changebook.cli.schema import schema
from changebook.cli.seal import seal, verify
from changebook.cli.sign import sign
from changebook.cli.sites import build_, serve
from changebook.read.workspace import WorkspaceError
from changebook.refusal import Refusal

__all__ = ["main"]

_COULD_NOT_RUN = (WorkspaceError, Refusal, OSError)


class _Commands(click.Group):
    """Turns what stops a command into one line on stderr and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever reads has enough, which click takes for an end
        except _COULD_NOT_RUN as error:
            raise click.UsageError(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="changebook")
def main() -> None:
    """Change records in Markdown, published as one isolated site per client."""


for command in (
    advance,
    respond,
    check,
    build_,
    diff,
    seal,
    verify,
    sign,
    serve,
    impact,
    report,
    print_,
    export,
    index,
    init,
    new,
    rules,
    explain,
    schema,
):
    main.add_command(command)

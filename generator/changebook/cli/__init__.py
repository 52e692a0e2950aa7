"""The command line: reads arguments, calls the core, prints what came of it.

Exit codes: 0 clean, 1 problems, 2 could not run. Each command is the `command` of the module of its
name, which is loaded when it is called: `check` should not wait for MkDocs.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from changebook import __version__
from changebook.refusal import Refusal

__all__ = ["main"]

#: The commands with the first sentence of their help, which the list of commands shows without
#: loading them.
_COMMANDS = {
    "advance": "Take the record ID to its next STATUS: the status, the history, and what the step "
    "needs.",
    "build": "Build and publish the clients' sites, or the team's.",
    "check": "Check every record and name all problems.",
    "diff": "Say what changed since REV: records, sums, dates, what the client can see, who is "
    "asked.",
    "docs": "Show the documentation, without a network: PAGE, or the list of its pages.",
    "explain": "Explain a rule of check: an example, and why.",
    "export": "Write the list of changes of CLIENT, or its site: as Markdown, or to read offline.",
    "host": "Write the configuration of a web server for the published sites.",
    "import": "Make records of what was kept elsewhere: FILE is a spreadsheet or an export.",
    "impact": "Print what all changes of CLIENT add up to: the figures of its Impact page.",
    "index": "Make the search index of an exported site that was built.",
    "init": "Lay out a new workspace, with an example client, and yours if you name it.",
    "merge-seals": "Put decisions.lock in order after a merge of two branches that both sealed "
    "something.",
    "new": "Write the next record of CLIENT with the keys that its status needs.",
    "note": "Note something in the record ID: an objection, a condition met, an acceptance, "
    "what it took.",
    "print": "Make PDFs to print, sign and file: the change orders of the IDs, or a client's "
    "documents.",
    "remind": "Remind the people of CLIENT, or of all clients, of what waits for them.",
    "report": "Write the report of a week or a month for CLIENT: what happened, and what waits.",
    "respond": "Copy the e-mail FILE.eml, which answers a page, into its record.",
    "schema": "Print the JSON Schema of a record's keys, or of another file's.",
    "seal": "Seal what was decided: add it to the client's decisions.lock.",
    "serve": "Preview with live reload; problems are shown on the page.",
    "sign": "File the signed paper of the record ID, or of an amendment, next to each record.",
    "unseal": "Take the seal of the record ID back, as long as it is not at the base.",
    "verify": "Verify that every decision is still what was sealed.",
    "withdraw": "Take down the published site of CLIENT, which is no longer in the workspace.",
}


class _Commands(click.Group):
    """Loads a command when it is called, and turns what stops it into one line and exit code 2."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, named, rest = super().resolve_command(ctx, args)
        return name, load(named.name) if named and named.name else None, rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever reads has enough, which click takes for an end
        except (Refusal, OSError) as error:
            raise click.UsageError(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _option, asked: _print_versions(context) if asked else None,
    help="Show the version and commit, and the versions of what renders.",
)
def main() -> None:
    """Change records in Markdown, published as one isolated site per client."""


def _print_versions(context: click.Context) -> None:
    installation = import_module("changebook.read.installation")
    click.echo(f"changebook, version {__version__}")
    if origin := installation.origin():
        click.echo(f"commit {origin.commit}{', altered' if origin.altered else ''}")
    for name, number in installation.rendering().items():
        click.echo(f"{name} {number}")
    click.echo(f"Python {sys.version.split()[0]}")
    context.exit()


for name, summary in _COMMANDS.items():
    main.add_command(click.Command(name, help=summary))


def load(name: str) -> click.Command:
    """Return a command with its options."""
    # No plugin of pydantic's has business with records, and to look for some takes a while.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()  # what modules are made of stays
    try:
        command: click.Command = import_module(f"{__name__}.{name.replace('-', '_')}").command
    finally:
        gc.freeze()
        gc.enable()
    return command

"""`changebook withdraw`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import audience, folder, named
from changebook.cli.output import short
from changebook.model.vocabulary import Audience
from changebook.publish import withdraw as core


@named("withdraw")
@folder()
@click.argument("slug", metavar="CLIENT")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where the sites are.  [default: site, or site-team, in the workspace]",
)
@audience()
def command(root: Path, slug: str, out: Path | None, audience: str) -> None:
    """Take down the published site of CLIENT, which is no longer in the workspace.

    Take it from the web server too. The records and their seals stay in the history of git.
    """
    site = core.withdraw(root, slug, Audience(audience), out)
    click.echo(f"withdrew {short(site)}")

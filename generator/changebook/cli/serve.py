"""`changebook serve`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from changebook.cli.options import folder, named, words
from changebook.model.vocabulary import Audience
from changebook.publish.preview import serve


@named("serve")
@folder()
@click.option("--client", "slug", metavar="SLUG", help="Only this client's site.")
@click.option("--audience", type=words(Audience), help="[default: client with --client, else team]")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def command(root: Path, slug: str | None, audience: str | None, port: int) -> None:
    """Preview with live reload; problems are shown on the page."""
    if audience == Audience.CLIENT and not slug:
        raise click.UsageError("--audience client needs --client: an edition is for one client")
    chosen = Audience(audience) if audience else None
    say = partial(click.echo, err=True)
    serve(root.resolve(), slug=slug, audience=chosen, port=port, say=say)

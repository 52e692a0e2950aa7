"""`changebook diff`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from changebook.check.since.revisions import revisions
from changebook.cli.options import as_of, audience, folder, formats, named
from changebook.diff import document, effects, forms, shape
from changebook.model.vocabulary import Audience


@named("diff")
@folder()
@formats(
    "md",
    "html",
    "json",
    default="md",
    help="md is for a comment on a pull request, html is one file, json is for programs.",
)
@audience("Whose figures to show. The report itself is always for the team.")
@as_of("The day of the figures.  [default: the newest event]")
@click.option(
    "--exact",
    is_flag=True,
    help="Compare with the revision itself, not with where the branch left it.",
)
@click.argument("revision", metavar="REV")
def command(
    root: Path, form: str, audience: str, as_of: date | None, exact: bool, revision: str
) -> None:
    """Say what changed since REV: records, sums, dates, what the client can see, who is asked.

    The report is for the team: it quotes internal words that become visible.
    """
    compared = revisions(root, revision, exact=exact)
    effect = effects.effect_since(root, compared, Audience(audience), as_of)
    if form == "json":
        click.echo(shape.as_json(effect, compared.fork))
        return
    where = "" if exact else ", where this branch left it"
    blocks = document.document(effect, f"{revision} ({compared.fork[:12]}{where})")
    text = forms.as_markdown(blocks) if form == "md" else forms.as_html(blocks, document.TITLE)
    click.echo(text, nl=False)

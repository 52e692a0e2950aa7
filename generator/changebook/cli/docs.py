"""`changebook docs`."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.markdown import Markdown

from changebook import packaged
from changebook.cli.options import named
from changebook.model.suggestion import nearest
from changebook.refusal import Refusal


@named("docs")
@click.argument("page", required=False)
def command(page: str | None) -> None:
    """Show the documentation, without a network: PAGE, or the list of its pages.

    At a terminal it is shown page by page, elsewhere as the Markdown that it is.
    """
    folder = packaged.docs_dir()
    pages = {
        file.relative_to(folder).with_suffix("").as_posix(): file for file in folder.rglob("*.md")
    }
    if page is None:
        guides = {
            name: file for name, file in sorted(pages.items()) if not name.startswith("rules/")
        }
        width = max(map(len, guides), default=0)
        for name, file in guides.items():
            title = file.read_text("utf-8").partition("\n")[0].lstrip("# ")
            click.echo(f"{name:{width}}  {title}")
        click.echo("\nShow one: changebook docs NAME. The rules of check: changebook explain")
        return
    name = page.removesuffix(".md").removeprefix("docs/")
    if name not in pages:
        near = nearest(name, pages)
        hint = f"did you mean {near}? " if near else ""
        raise Refusal(f"there is no page `{page}`: {hint}`changebook docs` lists them")
    text = pages[name].read_text("utf-8")
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    console = Console()
    with console.capture() as shown:
        console.print(Markdown(text, hyperlinks=False))
    click.echo_via_pager(shown.get())

"""`changebook explain`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from changebook.check import rule_pages, rules
from changebook.cli.options import named


@named("explain")
@click.argument("name", metavar="[RULE]", required=False)
def command(name: str | None) -> None:
    """Explain a rule of check: an example, and why. Without RULE, list all rules."""
    if name is None:
        rows = ((rule.name, rule.severity, rule.summary) for rule in rules())
        show_table(("rule", "severity", "what is wrong"), rows)
    else:
        show_markdown(rule_pages.page(rule_pages.named(name)))


def show_markdown(text: str) -> None:
    """Print Markdown laid out on a terminal, and as it is into a file or pipe."""
    console = Console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        click.echo(text, nl=False)


def show_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table with a head, or one row a line with tabs between its cells."""
    console = Console()
    if console.is_terminal:
        table = Table(*head, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    else:
        for row in rows:
            click.echo("\t".join(row))

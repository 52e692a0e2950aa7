"""`changebook rules` and `changebook explain`: what `check` knows."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the pages go.")
def rules(out: Path) -> None:
    """Write a page of documentation for every rule of check."""
    from changebook.check import rule_pages as ruledocs  # noqa: PLC0415 - slow to load

    ruledocs.write(out)


@click.command()
@click.argument("name", metavar="[RULE]", required=False)
def explain(name: str | None) -> None:
    """Explain a rule of check: an example, and why. Without RULE, list all rules."""
    from changebook.check import rule_pages as ruledocs  # noqa: PLC0415 - slow to load
    from changebook.cli.paper import show_markdown, show_table  # noqa: PLC0415 - slow to load

    if name is None:
        show_table(("rule", "severity", "what is wrong"), ruledocs.rows())
    else:
        show_markdown(ruledocs.page(ruledocs.named(name)))

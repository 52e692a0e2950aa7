"""The documentation of the rules, made from the rules themselves."""

from __future__ import annotations

from pathlib import Path

from changebook.checks import rules
from changebook.diagnostics import Rule

INDEX = "index.md"
_INTRODUCTION = """\
# Rules

What `changebook check` looks at. An error stops a build; a warning does not. Each page has an
example and the reason for the rule. This folder is made by `changebook rules --out docs/rules`.
"""


def write(folder: Path) -> None:
    """One page per rule and an index, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def pages() -> dict[str, str]:
    """Every page of the documentation by its file name."""
    return {INDEX: index()} | {f"{rule.name}.md": page(rule) for rule in rules()}


def page(rule: Rule) -> str:
    """What is wrong, what is right, and why it matters."""
    return "\n".join(
        [
            f"# {rule.name}",
            "",
            f"{rule.severity.capitalize()}. {rule.summary}",
            "",
            "## Example",
            "",
            "Wrong:",
            "",
            _block(rule.wrong),
            "",
            "Right:",
            "",
            _block(rule.right),
            "",
            "## Why",
            "",
            rule.why,
            "",
        ]
    )


def index() -> str:
    """A table of all rules."""
    rows = [f"| [{r.name}]({r.name}.md) | {r.severity} | {_cell(r.summary)} |" for r in rules()]
    return "\n".join(
        [_INTRODUCTION, "| Rule | Severity | What is wrong |", "|---|---|---|", *rows, ""]
    )


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _block(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text.rstrip()}\n{fence}"

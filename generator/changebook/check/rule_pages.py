"""The documentation of the rules, made from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from changebook import atomic
from changebook.check.catalogue import rules
from changebook.model.diagnostics import RULES, Rule, visible
from changebook.model.suggestion import nearest
from changebook.refusal import Refusal

INDEX = "index.md"
_INTRODUCTION = """\
# Rules

The rules of `changebook check`; those for paper are checked by `print` and `build`. An error stops
a build; a warning does not. Each page has an example and the reason for the rule. This folder is
written by `changebook rules --out docs/rules`.
"""


def write(folder: Path) -> list[Path]:
    """Write one page per rule and an index into `folder`; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        file = folder / name
        atomic.write(file, text)
        written.append(file)
    return written


def pages() -> dict[str, str]:
    """Return every page of the documentation by its file name."""
    return {INDEX: index()} | {f"{rule.name}.md": page(rule) for rule in rules()}


def named(name: str) -> Rule:
    """Return the rule of that name. Raises Refusal with the one that may be meant."""
    known = [rule.name for rule in rules()]
    if name in known:
        return RULES[name]
    close = nearest(name, known)
    hint = f"did you mean `{close}`?" if close else "`changebook explain` lists all rules"
    raise Refusal(f"there is no rule `{visible(name)}`: {hint}")


def rows() -> Iterator[tuple[str, str, str]]:
    """Return name, severity and summary of every rule."""
    for rule in rules():
        yield rule.name, rule.severity, rule.summary


def page(rule: Rule) -> str:
    """Return what is wrong, what is right, and why it matters."""
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
    """Return a table of all rules."""
    lines = [
        f"| [{name}]({name}.md) | {severity} | {_cell(says)} |" for name, severity, says in rows()
    ]
    return "\n".join(
        [_INTRODUCTION, "| Rule | Severity | What is wrong |", "|---|---|---|", *lines, ""]
    )


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _block(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text.rstrip()}\n{fence}"

"""The documentation of the rules: a page for each in `docs/rules`."""

from __future__ import annotations

from changebook import packaged
from changebook.check.catalogue import rules
from changebook.model.diagnostics import RULES, Rule, visible
from changebook.model.suggestion import nearest
from changebook.refusal import Refusal


def named(name: str) -> Rule:
    """Return the rule of that name. Raises Refusal with the one that may be meant."""
    known = [rule.name for rule in rules()]
    if name in known:
        return RULES[name]
    close = nearest(name, known)
    hint = f"did you mean `{close}`?" if close else "`changebook explain` lists all rules"
    raise Refusal(f"there is no rule `{visible(name)}`: {hint}")


def page(rule: Rule) -> str:
    """Return what is wrong, an example, what is right, and why it matters."""
    return (packaged.docs_dir() / "rules" / f"{rule.name}.md").read_text("utf-8")


def why(text: str) -> str:
    """Return the last section of a page: why the rule matters."""
    return text.partition("\n## Why\n")[2].strip()

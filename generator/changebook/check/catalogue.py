"""All rules by name, wherever they are declared."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from changebook import check, read
from changebook.model import chain  # noqa: F401 - declares a rule
from changebook.model.diagnostics import RULES, Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, by name."""
    for room in (check, read):
        for module in walk_packages(room.__path__, f"{room.__name__}."):
            import_module(module.name)
    return tuple(RULES[name] for name in sorted(RULES))

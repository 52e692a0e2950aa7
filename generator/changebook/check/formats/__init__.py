"""What `check` says to programs: annotations in a pull request, and reports.

Each form is a function of the problems and of the workspace's folder in its repository (or `.`),
from whose top these programs count paths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from changebook.check.formats import github, gitlab, sarif
from changebook.model.diagnostics import Problem, as_json


def _json(problems: Sequence[Problem], _below: str) -> str:
    return as_json(problems)


FORMATS: Mapping[str, Callable[[Sequence[Problem], str], str]] = MappingProxyType(
    {
        "json": _json,
        "github": github.commands,
        "gitlab": gitlab.code_quality,
        "sarif": sarif.log,
    }
)

"""GitHub's annotations: workflow commands, which a step prints and the runner reads.

The syntax is that of GitHub's "Workflow commands for GitHub Actions"; the escapes are those of the
runner (`ActionCommand`), as its toolkit writes them. No line but commands holds a record's words,
for the runner also obeys `##[...]` in the middle of any other line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from changebook.check.formats.identity import in_repository
from changebook.model.diagnostics import Problem, Severity, count, number_of, visible

_COMMANDS = MappingProxyType({"error": "error", "warning": "warning", "note": "notice"})
#: How many annotations of one kind GitHub shows for a step.
SHOWN = 10


def commands(problems: Sequence[Problem], below: str) -> str:
    """Return one command per problem, by severity: GitHub shows only the first of each kind."""
    lines = []
    for severity, command in _COMMANDS.items():
        chosen = [problem for problem in problems if problem.severity == severity]
        if chosen:
            # Folded in the log; annotations are shown all the same.
            lines += [
                f"::group::{number_of(len(chosen), command)}",
                *(_command(command, problem, below) for problem in chosen),
                "::endgroup::",
            ]
    return "\n".join([*lines, *_last_words(count(problems))])


def _last_words(counted: Mapping[Severity, int]) -> list[str]:
    if not any(counted.values()):
        return ["No problems."]
    if max(counted.values()) > SHOWN:
        return [f"GitHub shows the first {SHOWN} of each kind; all of them are in this log."]
    return []


def _command(command: str, problem: Problem, below: str) -> str:
    place = {
        "file": in_repository(problem.path, below),
        "line": str(problem.line),
        "col": str(problem.column),
        "endColumn": str(problem.column + problem.width),
        "title": problem.rule,
    }
    properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
    message = f"{visible(problem.message)}\n{visible(problem.help)}"
    return f"::{command} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

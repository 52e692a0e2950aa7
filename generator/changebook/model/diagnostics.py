"""Problems: what is wrong, where, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator
from rich.cells import cell_len

from changebook.model.json_model import JsonModel, rows_as_json

#: A note is worth knowing and requires nothing: a fault that a change did not make.
Severity = Literal["error", "warning", "note"]
KeyPath = tuple[str | int, ...]


class Place(NamedTuple):
    """A spot in a file: 1-based line and column, in characters, and how many to underline."""

    line: int
    column: int
    width: int = 1


START = Place(1, 1)
_LINE_SHOWN = 160
#: What would act on a terminal instead of being shown there, and halves of characters, which file
#: names that are not UTF-8 leave behind. Tabs stay.
_UNSHOWN = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True, order=True)
class Problem:
    """One finding. `path` is relative to the workspace, with forward slashes."""

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    help: str
    width: int = 1


@dataclass(frozen=True)
class Rule:
    """A rule; problems are made from it alone. `docs/rules` has a page with an example for each."""

    name: str
    severity: Severity
    summary: str

    def at(self, path: str, place: Place, message: str, help: str) -> Problem:
        """Return a problem of this rule at a place in the file `path`."""
        return Problem(
            path, place.line, place.column, self.name, self.severity, message, help, place.width
        )


RULES: dict[str, Rule] = {}


def rule(name: str, *, summary: str, severity: Severity = "error") -> Rule:
    """Register a rule; the name is unique over all of them."""
    if name in RULES:
        raise ValueError(f"two rules are named {name}")
    RULES[name] = Rule(name, severity, summary)
    return RULES[name]


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return those that stop a build."""
    return [problem for problem in problems if problem.severity == "error"]


def as_text(problems: Iterable[Problem], source_line: Callable[[str, int], str | None]) -> str:
    """Return the form people read: message, place, the source line with a caret, and the way out.

    `source_line(path, line)` gives the text of a line, or None where there is none to show.
    """
    return "\n".join(
        _block(problem, source_line(problem.path, problem.line)) for problem in problems
    )


def _block(problem: Problem, text: str | None) -> str:
    lines = [
        f"{problem.severity}[{problem.rule}]: {visible(problem.message)}",
        f"  --> {visible(problem.path)}:{problem.line}:{problem.column}",
    ]
    if text is not None:
        gutter = " " * len(str(problem.line))
        text, column = _excerpt(text, problem.column)
        # A tab before the caret stays a tab, and a wide character takes two columns.
        lead = "".join("\t" if c == "\t" else " " * cell_len(c) for c in text[: column - 1])
        marked = text[column - 1 : column - 1 + problem.width]
        carets = "^" * max(1, cell_len(marked))
        lines += [f"{gutter} |", f"{problem.line} | {text}", f"{gutter} | {lead}{carets}"]
    lines.append(f"  help: {visible(problem.help)}\n")
    return "\n".join(lines)


def visible(text: str) -> str:
    """Return the text with a mark for each character that would act instead of being shown."""
    return _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text)


def visible_lines(text: str) -> str:
    """Return the same with its lines, for what may have several."""
    return "\n".join(map(visible, text.split("\n")))


#: Text that may hold anything, such as the name of a file that is not UTF-8.
Shown = Annotated[str, BeforeValidator(visible)]


class ProblemJson(JsonModel):
    """A problem for programs, as docs/pull-requests.md documents it."""

    path: Shown
    line: int
    column: int
    rule: str
    severity: Severity
    message: Shown
    help: Shown


def as_json(problems: Iterable[Problem]) -> str:
    return rows_as_json(problems, ProblemJson)


def _excerpt(text: str, column: int) -> tuple[str, int]:
    """Return what is shown of a line, without the far ends of a long one, and the new column."""
    if len(text) <= _LINE_SHOWN:
        return visible(text), column
    start = max(0, column - 1 - _LINE_SHOWN // 4)
    shown = visible(text[start : start + _LINE_SHOWN])
    if start + _LINE_SHOWN < len(text):
        shown += "\N{HORIZONTAL ELLIPSIS}"
    if start == 0:
        return shown, column
    return f"\N{HORIZONTAL ELLIPSIS}{shown}", column - start + 1


def number_of(count: int, noun: str) -> str:
    """Return how many there are of something, in words: `1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def count(problems: Iterable[Problem]) -> Mapping[Severity, int]:
    """Return how many problems there are of each severity."""
    totals: dict[Severity, int] = {"error": 0, "warning": 0, "note": 0}
    for problem in problems:
        totals[problem.severity] += 1
    return totals

"""One kind of problem, very many times in one file: the first ones are told, the rest counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from changebook.model.diagnostics import Place, Problem, rule

#: More than anybody reads through before the file is changed.
MOST_OF_A_KIND = 100

REPEATED = rule(
    "many-of-one-kind",
    summary="One problem occurs so often in a file that the rest is not listed.",
    severity="warning",
)


def counted(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the problems, of one rule in one file no more than a hundred, and how many are not."""
    seen = Counter[tuple[str, str]]()
    first: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        kind = (problem.path, problem.rule)
        seen[kind] += 1
        if seen[kind] <= MOST_OF_A_KIND:
            yield problem
        else:
            first.setdefault(kind, problem)
    for kind, problem in first.items():
        yield REPEATED.at(
            problem.path,
            Place(problem.line, problem.column, problem.width),
            f"Here and after this place `{problem.rule}` occurs {seen[kind] - MOST_OF_A_KIND:,} "
            "more times, which are not listed.",
            "Correct what is listed and check again; a search and replace may do it at once.",
        )

"""The mapping of an import as a person has it in a file, with what is wrong in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from changebook.model.diagnostics import Problem
from changebook.model.import_map import ImportMap
from changebook.read.form import fit
from changebook.read.source import parse_source
from changebook.refusal import Refusal


def read_map(file: Path) -> tuple[ImportMap | None, list[Problem]]:
    """Return the mapping in a file, and its problems."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{file} can't be read: {error}") from None
    source, problems = parse_source(f"---\n{text}\n---\n", str(file))
    if source is None:
        return None, [_lifted(problem) for problem in problems]
    mapping, faults, _ = fit(ImportMap, source)
    return mapping, [_lifted(problem) for problem in (*problems, *faults)]


def _lifted(problem: Problem) -> Problem:
    """Return a problem on its line of the file, which has no `---` above it."""
    return replace(problem, line=max(problem.line - 1, 1))

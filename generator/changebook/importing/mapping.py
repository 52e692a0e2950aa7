"""The mapping of an import as a person has it in a file, with what is wrong in it."""

from __future__ import annotations

from pathlib import Path

from changebook.model.diagnostics import Problem
from changebook.model.import_map import ImportMap
from changebook.read.settings import read_yaml
from changebook.refusal import Refusal


def read_map(file: Path) -> tuple[ImportMap | None, list[Problem]]:
    """Return the mapping in a file, and its problems."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{file} can't be read: {error}") from None
    _, mapping, problems = read_yaml(text, str(file), ImportMap)
    return mapping, problems

"""The records and attachments of an import, written all or none."""

from __future__ import annotations

from pathlib import Path

from changebook import atomic
from changebook.importing.planning import Fate, ImportPlan


def write(plan: ImportPlan, root: Path, to: Path) -> list[Path]:
    """Write what is new or changed, all or nothing; return the files. Raises OSError.

    `to` is the workspace's folder `root`, or another one, where nothing is there yet.
    """

    def place(file: Path) -> Path:
        return to / file.relative_to(root)

    elsewhere = to != root
    new: dict[Path, atomic.Content] = {
        place(file): beside
        for file, beside in plan.attachments.items()
        if elsewhere or not file.exists()
    }
    changed: dict[Path, atomic.Content] = {}
    for planned in plan.written:
        files = new if elsewhere or planned.fate is Fate.NEW else changed
        files[place(planned.file)] = planned.text
    atomic.write_all(new, changed)
    return [*new, *changed]

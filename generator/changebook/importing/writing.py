"""The records and attachments of an import, written all or none."""

from __future__ import annotations

from pathlib import Path

from changebook import atomic
from changebook.importing.planning import Fate, ImportPlan


def write(plan: ImportPlan) -> list[Path]:
    """Write what is new or changed, all or nothing; return the files. Raises OSError."""
    created: list[Path] = []
    old: dict[Path, bytes] = {}
    try:
        for to, beside in plan.attachments.items():
            if not to.exists():
                to.parent.mkdir(parents=True, exist_ok=True)
                atomic.create(to, beside.read_bytes())
                created.append(to)
        for planned in plan.written:
            if planned.fate is Fate.NEW:
                planned.file.parent.mkdir(parents=True, exist_ok=True)
                atomic.create(planned.file, planned.text)
                created.append(planned.file)
            else:
                old[planned.file] = planned.file.read_bytes()
                atomic.write(planned.file, planned.text)
    except BaseException:
        for file in created:
            file.unlink(missing_ok=True)
        for file, content in old.items():
            atomic.write(file, content)
        raise
    return [*created, *old]

"""The list of changes as a file. No form depends on the clock: the same records, the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from changebook.edition.editions import Edition
from changebook.exports.changes.imported import imported_table
from changebook.exports.changes.shape import ChangesFile
from changebook.exports.changes.table import ChangeList, changes_table
from changebook.exports.tables import csv_file
from changebook.model.sums import Position


def as_json(edition: Edition, position: Position) -> bytes:
    """Write the shape that docs/export.md documents."""
    listed = ChangeList(edition, position)
    return ChangesFile.model_validate(listed, context=listed).as_bytes(indent=1)


def as_csv(edition: Edition, position: Position) -> bytes:
    """Write one row for each change."""
    return csv_file.as_csv(changes_table(ChangeList(edition, position)), edition.words)


def as_xlsx(edition: Edition, position: Position) -> bytes:
    """Write a sheet with a row for each change, and one with all that imported ones say."""
    from changebook.exports.tables import workbook  # noqa: PLC0415 - slow to load

    profile, listed = edition.profile, ChangeList(edition, position)
    imported = imported_table(listed)
    return workbook.as_xlsx(
        [changes_table(listed), *([imported] if imported else [])],
        edition.words,
        creator=profile.vendor.name,
        title=profile.project,
        day=edition.as_of,
    )


#: What writes each format, by its name on the command line.
FORMATS: Mapping[str, Callable[[Edition, Position], bytes]] = MappingProxyType(
    {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}
)

"""The written forms. None depends on the clock, so the same records give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from changebook.edition.editions import Edition
from changebook.exports import tables as tabular
from changebook.exports.changes.rows import changes
from changebook.exports.changes.shape import shape
from changebook.model.sums import Position


def as_json(edition: Edition, position: Position) -> bytes:
    """The shape that docs/export.md documents."""
    return (json.dumps(shape(edition, position), ensure_ascii=False, indent=1) + "\n").encode()


def as_csv(edition: Edition, position: Position) -> bytes:
    """One row for each change."""
    return tabular.as_csv(changes(edition, position, edition.words), edition.words)


def as_xlsx(edition: Edition, position: Position) -> bytes:
    """One sheet with a row for each change."""
    from changebook.exports.tables import workbook  # noqa: PLC0415 - slow to load

    words, profile = edition.words, edition.profile
    return workbook.as_xlsx(
        [changes(edition, position, words)],
        words,
        creator=profile.vendor.name,
        title=profile.project,
        day=edition.as_of,
    )


#: What writes each format, by its name on the command line.
FORMATS: Mapping[str, Callable[[Edition, Position], bytes]] = MappingProxyType(
    {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}
)

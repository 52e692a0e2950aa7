"""The written forms. None depends on the clock, so the same records give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from changebook.exports import tables as tabular
from changebook.exports.impact.report import Report
from changebook.exports.impact.shape import shape
from changebook.exports.impact.tables import register, tables
from changebook.exports.impact.text import as_text


def as_json(report: Report) -> bytes:
    """The shape that docs/impact-json.md documents."""
    return (json.dumps(shape(report), ensure_ascii=False, indent=2) + "\n").encode()


def as_csv(report: Report) -> bytes:
    """The change order register."""
    words = report.edition.words
    return tabular.as_csv(register(report, words), words)


def as_xlsx(report: Report) -> bytes:
    """All tables, a sheet for each."""
    from changebook.exports.tables import workbook  # noqa: PLC0415 - slow to load

    profile = report.edition.profile
    words = report.edition.words
    return workbook.as_xlsx(
        tables(report, words),
        words,
        creator=profile.vendor.name,
        title=profile.project,
        day=report.edition.as_of,
    )


#: What writes each format, by its name on the command line.
FORMATS: Mapping[str, Callable[[Report], bytes]] = MappingProxyType(
    {"text": as_text, "json": as_json, "csv": as_csv, "xlsx": as_xlsx}
)

"""A file or folder as a source, by what it is."""

from __future__ import annotations

from pathlib import Path

from changebook.importing.grids import items_of
from changebook.importing.mapping import SourceSettings
from changebook.importing.source import Kind, Source, UnreadableSource

_BY_SUFFIX = {".xlsx": Kind.EXCEL, ".xlsm": Kind.EXCEL, ".xls": Kind.EXCEL, ".csv": Kind.CSV}


def kind_of(path: Path) -> Kind:
    """Return what a file is by its name. Raises UnreadableSource where that says nothing."""
    kind = _BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        raise UnreadableSource(f"{path.name}: say what it is with --from")
    return kind


def read_source_of(path: Path, settings: SourceSettings) -> Source:
    """Return the items of a file or folder. Raises UnreadableSource, with the place, or OSError."""
    if not path.exists():
        raise UnreadableSource(f"{path} does not exist")
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        # Loading what reads workbooks takes a while.
        from changebook.importing.workbooks import read_workbook  # noqa: PLC0415

        grid = read_workbook(path, settings.sheet)
    else:
        from changebook.importing.delimited import read_delimited  # noqa: PLC0415

        grid = read_delimited(path, settings.encoding)
    return items_of(
        grid, settings.kind, path.name, head=settings.header, depth=settings.header_rows
    )

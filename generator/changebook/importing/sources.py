"""A file or folder as a source, by what it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from changebook.importing.decision_files import read_folder
from changebook.importing.grids import items_of
from changebook.importing.source import ImportSource, Markup, UnreadableSource
from changebook.importing.trackers import MARKUP, read_issues
from changebook.model.import_map import Kind, SourceSettings

_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls"})
_BY_SUFFIX: Mapping[str, Kind] = MappingProxyType(
    {**dict.fromkeys(_WORKBOOKS, Kind.EXCEL), ".csv": Kind.CSV}
)
#: Each takes some 45 kB of memory until all is written.
_MOST_ITEMS = 50_000
_FOLDERS = frozenset({Kind.MADR, Kind.ADR_TOOLS, Kind.LOG4BRAINS, Kind.EIP})


def kind_of(path: Path) -> Kind:
    """Return what a file is by its name. Raises UnreadableSource where that says nothing."""
    kind = _BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        raise UnreadableSource(f"{path.name}: say what it is with --from")
    return kind


def read_source_of(path: Path, settings: SourceSettings) -> ImportSource:
    """Return the items of a file or folder. Raises UnreadableSource, with the place, or OSError."""
    source = _read(path, settings)
    if len(source.items) > _MOST_ITEMS:
        raise UnreadableSource(
            f"{source.name} has {len(source.items)} items, and no client's log has more than "
            f"{_MOST_ITEMS}: leave out what is none of its changes"
        )
    return source


def _read(path: Path, settings: SourceSettings) -> ImportSource:
    kind = settings.kind
    if not path.exists():
        raise UnreadableSource(f"{path} does not exist")
    if settings.dates and kind not in _FOLDERS:
        raise UnreadableSource(f"{path.name}: git has dates for folders of decision records alone")
    if kind in _FOLDERS:
        return read_folder(path, kind, by_git=settings.dates == "git")
    if path.is_dir() or path.suffix.lower() == ".json":
        if kind not in MARKUP:
            raise UnreadableSource(f"{path.name}: say with --from which tracker it is of")
        return read_issues(path, kind)
    if path.suffix.lower() in _WORKBOOKS:
        # What reads workbooks takes a while to load.
        from changebook.importing.workbooks import read_workbook  # noqa: PLC0415

        grid = read_workbook(path, settings.sheet)
    else:
        from changebook.importing.delimited import read_delimited  # noqa: PLC0415

        grid = read_delimited(path, settings.encoding, settings.delimiter)
    return items_of(
        grid,
        kind,
        path.name,
        head=settings.header,
        depth=settings.header_rows,
        markup=MARKUP.get(kind, Markup.TEXT),
    )

"""What imported records say, key by key, so that somebody can go back to where they were kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from changebook.exports.changes.table import ChangeList, ListedChange, front_matter, number_there
from changebook.model.table import Column, Format, Table

_BODY = "body"


def imported_table(listed: ChangeList) -> Table[ListedChange] | None:
    """Return a row for each imported record, with all that its reader may see of it; else None."""
    changes = tuple(change for change in listed.changes if change.data.imported)
    if not changes:
        return None
    audience, _ = listed.edition.audience, listed.edition.words.gettext
    written = {
        change.data.id: {
            **dict(_written(front_matter(change.data, audience, defaults=False))),
            _BODY: change.record.body.strip(),
        }
        for change in changes
    }

    def column(key: str) -> Column[ListedChange]:
        return Column(key, lambda change: written[change.data.id].get(key) or None)

    keys = {key: None for each in written.values() for key in each if key not in ("id", _BODY)}
    return Table(
        _("Imported"),
        (
            Column(_("Number"), lambda change: change.data.id, Format.ID),
            Column(_("Number there"), number_there, Format.ID),
            *map(column, (*keys, _BODY)),
        ),
        changes,
    )


def _written(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value with the path of its keys; several in a list are lines."""
    for key, each in value.items():
        if isinstance(each, Mapping):
            yield from _written(each, f"{path}{key}.")
        elif isinstance(each, list):
            yield f"{path}{key}", "\n".join(map(_line, each))
        else:
            yield f"{path}{key}", str(each)


def _line(value: Any) -> str:
    match value:
        case Mapping():
            return "; ".join(f"{key}: {_line(each)}" for key, each in value.items())
        case list():
            return ", ".join(map(_line, value))
        case _:
            return str(value)

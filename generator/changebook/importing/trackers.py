"""Issues as trackers give them in JSON: each value under the path of its keys."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from changebook.importing.converting import html_of_document
from changebook.importing.delimited import read_text
from changebook.importing.known_words import headers, plainly
from changebook.importing.source import (
    Cell,
    ImportSource,
    Item,
    Markup,
    Told,
    UnreadableSource,
)
from changebook.model.diagnostics import visible
from changebook.model.import_map import Kind

#: In which markup each tracker has its long texts.
MARKUP: Mapping[Kind, Markup] = MappingProxyType(
    {
        Kind.PINGCODE: Markup.HTML,
        Kind.WORKTILE: Markup.HTML,
        Kind.AZURE: Markup.HTML,
        Kind.PROCORE: Markup.HTML,
        Kind.JIRA: Markup.WIKI,
        Kind.GITHUB: Markup.MARKDOWN,
        Kind.GITLAB: Markup.MARKDOWN,
    }
)
#: Where the items are; without any of these, the file is one list.
_LISTS = ("values", "issues", "value", "items", "data")
#: Where an API says why it gives nothing.
_SAYING = ("message", "errorMessages", "error_description", "error", "errors", "detail", "msg")
_LONGEST_ANSWER = 120
_SHOWN = 5
#: What a person, a status or a file is called, among the keys that it has.
_NAMES = ("display_name", "displayName", "name", "value", "login", "filename", "title", "key")
#: Folders of keys that say nothing.
_EMPTY_PREFIXES = ("fields.", "System.", "Microsoft.VSTS.Common.", "Microsoft.VSTS.Scheduling.")
_WHEN = ("created", "createdAt", "created_at", "createdDate")
_WHO = ("author", "created_by", "createdBy", "user")
_WORDS = ("body", "content", "text")
_LINKED = frozenset({"inwardIssue", "outwardIssue"})
_IN_PART = (
    "comments, links and changes of state come with their words, their author and their day, and "
    "without their own ids, addresses and later edits"
)
#: By which keys it is a file, whose content is its address.
_FILE = ("filename", "fileName")
#: Halves of characters, as JSON can write them.
_HALVES = re.compile("[\ud800-\udfff]")


def read_issues(path: Path, kind: Kind) -> ImportSource:
    """Return the issues in a file, or in all JSON files of a folder, page by page."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise UnreadableSource(f"{path.name} has no .json files")
    issues = [(file.name, n, issue) for file in files for n, issue in enumerate(_issues(file), 1)]
    if not issues:
        raise UnreadableSource(
            f"{path.name} has no items, its list is empty: look which ones its filter leaves and "
            "which ones you may read, and export it again"
        )
    source = source_of(path.name, kind, issues)
    if not source.items:
        raise UnreadableSource(str(source.faults[0]))
    return source


def source_of(name: str, kind: Kind, issues: Collection[tuple[str, int, Any]]) -> ImportSource:
    """Return issues as a source; each comes with its file and its number there."""
    items: list[Item] = []
    faults: list[Told] = []
    markup = MARKUP[kind]
    for file, number, issue in issues:
        place = f"{file}, item {number}"
        if not isinstance(issue, Mapping):
            faults.append(Told("this is not an object with keys", place))
            continue
        if _has_document(issue):
            markup = Markup.HTML
        cells: dict[str, list[Cell]] = {}
        for found in (*_cells(issue, "", place), *_derived(issue, kind, place)):
            key, cell = found
            if _HALVES.search(f"{key}{cell.held}"):
                faults.append(Told("half of a character: export it again", _whole(cell.place)))
                key, cell = _whole(key), Cell(_whole(cell.text), _whole(cell.place))
            cells.setdefault(key, []).append(cell)
        items.append(Item(place, {key: tuple(each) for key, each in cells.items()}))
    columns = dict.fromkeys(key for item in items for key in item.cells)
    return ImportSource(
        kind,
        name,
        tuple(columns),
        tuple(items),
        markup=markup,
        notes=(Told(_IN_PART),) if any(_has_entries(issue) for _, _, issue in issues) else (),
        faults=tuple(faults),
    )


def _whole(text: str) -> str:
    """Return a text with a mark in place of each half of a character, so that it can be written."""
    return _HALVES.sub("\ufffd", text)


def _issues(file: Path) -> list[Any]:
    text, _ = read_text(file, None)
    if not text.strip():
        raise UnreadableSource(f"{file.name} is empty: export it again")
    try:
        document = json.loads(
            text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        where = f"{file.name}, line {error.lineno}, column {error.colno}"
        hint = "; several documents belong into one list" if error.msg == "Extra data" else ""
        raise UnreadableSource(f"{where}: this is not JSON, {error.msg}{hint}") from None
    except ValueError as error:
        raise UnreadableSource(f"{file.name}: {error}") from None
    except RecursionError:
        raise UnreadableSource(f"{file.name} is nested too deep") from None
    if isinstance(document, Mapping):
        lists = (document[key] for key in _LISTS if isinstance(document.get(key), list))
        found = next(lists, None)
        document = _alone(document, file) if found is None else found
    if not isinstance(document, list):
        raise UnreadableSource(f"{file.name} has no list of items")
    return document


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no value of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object with the keys that it has. Raises ValueError where one stands twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
        raise ValueError(f"`{visible(twice)}` stands twice in one object")
    return made


def _alone(document: Mapping[str, Any], file: Path) -> list[Any]:
    """Return the one issue that a document is. Raises UnreadableSource where it is none."""
    known = {headers().get(plainly(column), ("",))[0] for column, _ in _cells(document, "", "")}
    if {"id", "title"} <= known:
        return [document]
    said = next((told for key in _SAYING if (told := _words_in(document.get(key)))), None)
    if said:
        raise UnreadableSource(
            f"{file.name} is not an export: it is what the tracker answered instead, "
            f"`{visible(said)}`. Look at the address and at what your token may read, and export "
            "it again"
        )
    raise UnreadableSource(
        f"{file.name} is not an export: it should be a list of items, or have one as "
        f"{', '.join(f'`{key}`' for key in _LISTS)}. It has "
        f"{', '.join(f'`{visible(key)}`' for key in list(document)[:_SHOWN]) or 'no keys'}"
    )


def _words_in(value: Any) -> str | None:
    """Return the first text in an answer that says what is wrong."""
    match value:
        case str() if value.strip():
            return " ".join(value.split())[:_LONGEST_ANSWER]
        case list():
            return next(filter(None, map(_words_in, value)), None)
        case Mapping():
            return next(filter(None, map(_words_in, value.values())), None)
    return None


def _has_document(value: Any) -> bool:
    if isinstance(value, Mapping):
        return value.get("type") == "doc" or any(map(_has_document, value.values()))
    return isinstance(value, list) and any(map(_has_document, value))


def _has_entries(value: Any) -> bool:
    """Return whether an issue has comments, changes or links, of which a part is read."""
    if isinstance(value, Mapping):
        return any(map(_has_entries, value.values()))
    if not isinstance(value, list):
        return False
    return any(
        _has_entries(each) or (isinstance(each, Mapping) and _is_entry(each)) for each in value
    )


def _is_entry(each: Mapping[str, Any]) -> bool:
    has_day = bool(_first(each, _WHEN))
    is_said = has_day and (bool(_first(each, _WORDS)) or isinstance(each.get("items"), list))
    return is_said or not _LINKED.isdisjoint(each)


def _cells(value: Any, path: str, place: str) -> Iterator[tuple[str, Cell]]:
    """Yield every value with the path of its keys."""
    for prefix in _EMPTY_PREFIXES:
        path = path.removeprefix(prefix)
    where = f"{place}, {path}"
    match value:
        case None | "" | []:
            return
        case bool() | str() | Decimal():
            yield path, Cell(value, where)
        case int():
            yield path, Cell(Decimal(value), where)
        case {"type": "doc"}:
            yield path, Cell(html_of_document(value), where)
        case Mapping():
            yield from _of_mapping(value, path, where, place)
        case list():
            for each in value:
                yield from _of_list(each, path, where, place)


def _of_mapping(
    value: Mapping[str, Any], path: str, where: str, place: str
) -> Iterator[tuple[str, Cell]]:
    named = [key for key in _NAMES if path and isinstance(value.get(key), str)]
    # GitHub has the name of somebody who gave none as an empty text, beside the login.
    name = next((key for key in named if value[key].strip()), None)
    if name:
        yield path, Cell(value[name], where)
    for key, each in value.items():
        if key != name:
            yield from _cells(each, f"{path}.{key}" if path else key, place)


def _of_list(each: Any, path: str, where: str, place: str) -> Iterator[tuple[str, Cell]]:
    if not isinstance(each, Mapping):
        yield from _cells(each, path, place)
        return
    when, who, words = (_first(each, keys) for keys in (_WHEN, _WHO, _WORDS))
    if when and words and not any(key in each for key in _FILE):
        column = f"internal.{path}" if _is_for_team(each) else path
        yield column, Cell(f"{when};{who};{words}", where)
        yield from _cells(each.get("attachments"), f"{column}.attachments", place)
    elif when and isinstance(each.get("items"), list):
        for change in each["items"]:
            kind = "history" if change.get("field") == "status" else "history of other fields"
            text = change.get("toString") or ""
            if kind != "history":
                text = f"{change.get('field')}: {change.get('fromString') or ''} → {text}"
            yield kind, Cell(f"{when};{who};{text}", where)
    elif isinstance(link := each.get("type"), Mapping) and not _LINKED.isdisjoint(each):
        way = "inward" if "inwardIssue" in each else "outward"
        yield f"{path}: {link.get(way)}", Cell(str(each[f"{way}Issue"].get("key")), where)
    else:
        yield from _cells(each, path, place)


def _is_for_team(comment: Mapping[str, Any]) -> bool:
    """Return whether a tracker shows a comment to some people only: GitLab's notes, and Jira's."""
    return bool(
        comment.get("internal")
        or comment.get("confidential")
        or comment.get("visibility")
        or comment.get("jsdPublic") is False
    )


def _first(holder: Mapping[str, Any], keys: Iterable[str]) -> str:
    value = next((holder[key] for key in keys if holder.get(key)), "")
    if isinstance(value, Mapping):
        if value.get("type") == "doc":
            return html_of_document(value)
        value = next((value[key] for key in _NAMES if value.get(key)), "")
    if isinstance(value, int) and keys is _WHEN:
        with suppress(ValueError, OverflowError, OSError):  # no such year: told when it is read
            return datetime.fromtimestamp(value, UTC).isoformat()
    return str(value)


def _derived(issue: Mapping[str, Any], kind: Kind, place: str) -> Iterator[tuple[str, Cell]]:
    """Yield what takes two keys to say: GitHub closes an issue as completed, or as not planned."""
    if kind is Kind.GITHUB and isinstance(state := issue.get("state"), str):
        reason = issue.get("stateReason") or issue.get("state_reason") or ""
        yield "status", Cell(f"{state} {reason}".strip(), f"{place}, state")

"""Checking front matter against its shape: every fault located, and what is sound kept.

A record with one bad key is still checked in all its other parts: the bad values are reported and
left out, and the rest becomes the model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import count, islice
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from changebook.model.diagnostics import KeyPath, Place, Problem, rule
from changebook.model.suggestion import nearest
from changebook.read import full_width
from changebook.read.annotations import keys_at, words_at
from changebook.read.source import SourceFile
from changebook.read.strays import strays

UNKNOWN_KEY = rule("unknown-key", summary="A key is not part of the format.")
MISSING_KEY = rule("missing-key", summary="A key that is always required is missing.")
UNKNOWN_VALUE = rule("unknown-value", summary="A key has a value that is not one of those allowed.")
BAD_DATE = rule("bad-date", summary="A date is not a valid ISO 8601 date.")
BAD_NUMBER = rule("bad-number", summary="A number is not written as plain digits.")
WRONG_TYPE = rule("wrong-type", summary="A key holds the wrong kind of value.")

M = TypeVar("M", bound=BaseModel)

_LONGEST_SHOWN = 60
#: What was meant as a list or mapping, and lacks the space that YAML goes by.
_WITHOUT_SPACE = re.compile(r"-(?=[^\s-])|[A-Za-z_][\w-]*:(?=\S)(?!//)")
_HELP_BY_TYPE = {
    "string_type": ("should be text", "Write a single text; quote it if necessary."),
    "period": ("should not end before it begins", "Write in `from` the earlier day."),
    "string_too_short": ("is empty", "Write the text, or remove the key."),
    "too_short": ("is empty", "Write at least one item, or remove what it belongs to."),
    "tuple_type": ("should be a list", "Write one item per line, each beginning with `- `."),
    "dict_type": ("should be a mapping", "Write `key: value` lines below it."),
    "model_type": ("should be a mapping", "Write `key: value` lines below it, or {key: value}."),
    "model_attributes_type": ("should be a mapping", "Write `key: value` lines below it."),
}
_RULE_BY_TYPE = {
    "date": (BAD_DATE, "Write the date as YYYY-MM-DD."),
    "number": (BAD_NUMBER, "Write digits with a point for decimals, e.g. 54000.00."),
    "whole": (BAD_NUMBER, "Write it without decimals and without a unit."),
    "control": (UNKNOWN_VALUE, "Remove the character."),
    "flag": (UNKNOWN_VALUE, "Write true or false."),
    "approves": (UNKNOWN_VALUE, "Write true, or e.g. {from: 2026-06-01, until: 2026-12-31}."),
    "needed": (UNKNOWN_VALUE, "Write client, vendor or e.g. {role: Finance}."),
    "id": (UNKNOWN_VALUE, "Ids are the client's prefix, a hyphen and four or more digits."),
    "prefix": (UNKNOWN_VALUE, "Use capitals and digits, beginning with a letter."),
    "url": (UNKNOWN_VALUE, "Write the full address, beginning with https://."),
    "email": (UNKNOWN_VALUE, "Write an address like change@example.com."),
    "currency": (UNKNOWN_VALUE, "See ISO 4217 for the three-letter code."),
    "timezone": (UNKNOWN_VALUE, "Use a name from the IANA time zone database."),
}


def spell(path: KeyPath) -> str:
    """Return a key path as people write it: `impact.cost[0].rate`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def fit(
    model: type[M], source: SourceFile, stand_ins: Mapping[str, Any] = MappingProxyType({})
) -> tuple[M | None, list[Problem], frozenset[KeyPath]]:
    """Return the front matter as `model`, its problems, and the paths left out for them.

    None where what is always required is missing or wrong, unless there is a stand-in for it.
    """
    data = _without_own_keys(source.shown, model)
    problems: list[Problem] = []
    left_out: set[KeyPath] = set()
    while True:
        try:
            fitted = model.model_validate(data, by_alias=True, by_name=False)
        except ValidationError as error:
            faults = list(_told_once(error.errors(include_url=False)))
        else:
            return fitted, [*problems, *strays(model, source)], frozenset(left_out)
        if not left_out:
            problems = [_problem(model, source, fault) for fault in faults]
        gone = {_sound_ancestor(fault) for fault in faults}
        left_out |= {as_written(path, left_out) for path in gone}
        _prune(data, gone)
        required = {str(path[0]) for path in gone if len(path) == 1 and _is_required(model, *path)}
        if not required <= stand_ins.keys():
            return None, [*problems, *strays(model, source)], frozenset(left_out)
        data |= {key: stand_ins[key] for key in required}


def _told_once(faults: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Yield the faults without lists that are too short only because an item has a fault."""
    for fault in faults:
        at = fault["loc"]
        is_short = fault["type"] == "too_short"
        if not (is_short and any(f["loc"][: len(at)] == at != f["loc"] for f in faults)):
            yield fault


def as_written(path: KeyPath, left_out: Set[KeyPath]) -> KeyPath:
    """Return the path in the file of a path in the model, whose lists lack what was left out."""
    written: KeyPath = ()
    for step in path:
        if isinstance(step, int):
            gone = {p[-1] for p in left_out if p[:-1] == written}
            kept = (index for index in count() if index not in gone)
            written = (*written, next(islice(kept, step, None)))
        else:
            written = (*written, step)
    return written


def _without_own_keys(data: Any, model: type[BaseModel], at: KeyPath = ()) -> Any:
    """Return data without keys of one's own (`x-`) and those of the format that were left empty."""
    if isinstance(data, list):
        return [_without_own_keys(item, model, (*at, n)) for n, item in enumerate(data)]
    if data is None or isinstance(data, str):
        return data
    known = keys_at(model, at)
    return {
        key: held
        if held is None or isinstance(held, str) or (at == () and key == "internal")
        else _without_own_keys(held, model, (*at, key))
        for key, held in data.items()
        if not (key.startswith("x-") or (held is None and key in known))
    }


def _location(fault: ErrorDetails) -> KeyPath:
    """Return the path of a fault in the data; `[key]` marks a mapping's own key in pydantic."""
    return tuple(step for step in fault["loc"] if step != "[key]")


def _sound_ancestor(fault: ErrorDetails) -> KeyPath:
    """Return what to leave out for a fault: the value itself, or the mapping that lacks a key."""
    path = _location(fault)
    return path[:-1] if fault["type"] == "missing" and len(path) > 1 else path


def _is_required(model: type[BaseModel], key: str | int) -> bool:
    return key in model.model_fields and model.model_fields[str(key)].is_required()


def _prune(data: Any, paths: set[KeyPath]) -> None:
    # Deepest and last list items first, so that the indexes before them stay true.
    for path in sorted(paths, key=lambda p: [str(s).zfill(6) for s in p], reverse=True):
        holder = data
        for step in path[:-1]:
            holder = holder[step]
        if isinstance(path[-1], int) or path[-1] in holder:
            del holder[path[-1]]


def _problem(model: type[BaseModel], source: SourceFile, fault: ErrorDetails) -> Problem:
    path, kind = _location(fault), fault["type"]
    name = f"`{_cut(spell(path))}`"
    key = str(path[-1]) if path else ""
    if kind == "missing":
        holder = f"`{_cut(spell(path[:-1]))}`" if path[:-1] else "The front matter"
        return MISSING_KEY.at(
            source.path,
            source.place(*path),
            f"{holder} has no `{key}`.",
            f"Add `{key}: ...`{' to it' if path[:-1] else ' between the two `---`'}.",
        )
    if kind == "extra_forbidden":
        if wide := _full_width(source, source.place(*path)):
            return wide
        known = keys_at(model, path[:-1])
        help_ = _INTERNAL_HELP if key == "internal" else _did_you_mean(key, known)
        return UNKNOWN_KEY.at(source.path, source.place(*path), f"Unknown key {name}.", help_)
    place = (source.place if "[key]" in fault["loc"] else source.value)(*path)
    if kind == "enum":
        expected = words_at(model, path)
        if not isinstance(fault["input"], str):
            return WRONG_TYPE.at(
                source.path, place, f"{name} should be one word.", _did_you_mean("", expected)
            )
        return UNKNOWN_VALUE.at(
            source.path,
            place,
            f"{name} can't be {_shown(fault)}{_odd_character(fault)}.",
            _did_you_mean(fault["input"], expected),
        )
    if kind in _RULE_BY_TYPE:
        rule_, help_ = _RULE_BY_TYPE[kind]
        says = f"{name} {fault['msg']}: {_shown(fault)}{_odd_character(fault)}."
        return rule_.at(source.path, place, says, help_)
    return _type_problem(source, place, name, fault)


def _type_problem(source: SourceFile, place: Place, name: str, fault: ErrorDetails) -> Problem:
    says, help_ = _HELP_BY_TYPE.get(
        fault["type"], (fault["msg"], "See the record format for what this key holds.")
    )
    if isinstance(fault["input"], str) and fault["type"] != "string_too_short":
        if wide := _full_width(source, place):
            return wide
        if match := _WITHOUT_SPACE.match(fault["input"]):
            help_ = f"Write a space after `{match[0][-1]}`."
    return WRONG_TYPE.at(source.path, place, f"{name} {says}.", help_)


def _full_width(source: SourceFile, place: Place) -> Problem | None:
    """Return the problem of the first full-width mark in YAML's place, from a place on."""
    line = source.lines[place.line - 1]
    index = next(full_width.suspects(line), None)
    if index is None or (index < place.column - 1 and line[: place.column - 1].strip(" -")):
        return None
    return full_width.named(source.path, Place(place.line, index + 1), line[index])


def _odd_character(fault: ErrorDetails) -> str:
    """Return a word on a character that looks like another one, or like none."""
    value = fault["input"] if isinstance(fault["input"], str) else ""
    for char in value:
        if unicodedata.category(char) in ("Cf", "Zs") and char != " ":
            return f" (with an invisible character, U+{ord(char):04X})"
        if unicodedata.normalize("NFKC", char) != char:
            return f" (`{char}` is not the plain `{unicodedata.normalize('NFKC', char)}`)"
    return ""


def _shown(fault: ErrorDetails) -> str:
    value = fault["input"]
    if isinstance(value, list):
        return "it is a list"
    if isinstance(value, Mapping):
        return "it is a mapping"
    if value is None:
        return "it is empty"
    return f"`{_cut(str(value))}`"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


_INTERNAL_HELP = (
    "Only records have `internal`, at their top level. In the text of a record or of client.md, "
    "put what is internal between the lines `::: internal` and `:::`."
)


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    if close := nearest(word, known):
        return f"Did you mean `{close}`?"
    return f"Known here: {', '.join(known)}."

"""Values as YAML text, in the styles that records are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import yaml

#: What one line of a list or mapping in brackets should not be longer than, in characters.
WIDTH = 100
#: How far each level of what is added is indented.
STEP = 2
_ONE_LINE = 2**31
_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

Scalar: TypeAlias = str | date | int | Decimal
Value: TypeAlias = "Scalar | Mapping[str, Value] | Sequence[Value]"


def plain(value: Value) -> object:
    """Return the value as it is read back: mappings, lists, and the text of every scalar."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def scalar(value: Scalar, *, flow: bool = False, quote: str | None = None) -> str:
    """Write one value: text is quoted where YAML needs it, or with `quote`."""
    text = str(plain(value))
    if quote is None and not isinstance(value, str):
        return text
    if "\n" in text:
        quote = '"'
    if quote:
        dumped = yaml.safe_dump(text, default_style=quote, allow_unicode=True, width=_ONE_LINE)
        return dumped.removesuffix("\n")
    if flow:
        dumped = yaml.safe_dump(
            [text], default_flow_style=True, allow_unicode=True, width=_ONE_LINE
        )
        return dumped.removesuffix("\n")[1:-1]
    dumped = yaml.safe_dump({"": text}, allow_unicode=True, width=_ONE_LINE)
    return dumped.removesuffix("\n").partition(": ")[2]


def key(name: str, *, flow: bool = False) -> str:
    """Write a key: bare where it can be, even a word that YAML 1.1 takes for something else."""
    return name if _BARE_KEY.fullmatch(name) else scalar(name, flow=flow)


def inline(value: Value, *, flow: bool = True) -> str:
    """Write a value on one line, lists and mappings in brackets. `flow`: it is in brackets."""
    if isinstance(value, Mapping):
        held = (f"{key(name, flow=True)}: {inline(value[name])}" for name in value)
        return "{" + ", ".join(held) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return scalar(value, flow=flow)


def entry(names: Sequence[str], value: Value, indent: int) -> list[str]:
    """Write a key with its value; further names are keys below the first, a line each.

    A list of mappings has one a line, as records are written; other lists and mappings are in
    brackets as long as they fit.
    """
    pad, name = " " * indent, key(names[0])
    if len(names) > 1:
        return [f"{pad}{name}:", *entry(names[1:], value, indent + STEP)]
    if not _is_list_of_mappings(value):
        line = f"{pad}{name}: {inline(value, flow=False)}"
        if len(line) <= WIDTH or isinstance(value, Scalar) or not value:
            return [line]
    return [f"{pad}{name}:", *below(value, indent + STEP)]


def below(value: Value, indent: int) -> list[str]:
    """Write the lines of a list's items, or of a mapping's keys."""
    if isinstance(value, Mapping):
        return [line for name, held in value.items() for line in entry((name,), held, indent)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [f"{' ' * indent}- {inline(item, flow=False)}" for item in value]
    raise TypeError(f"{value!r} has no lines of its own")


def _is_list_of_mappings(value: Value) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(item, Mapping) for item in value)
    )

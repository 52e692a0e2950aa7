"""Values as YAML text, in the styles that records are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

import yaml

from changebook.read.front_matter import UNMEANT_ESCAPES, may_go_on

#: What one line of a list or mapping in brackets should not be longer than, in characters.
WIDTH = 100
#: How far each level of what is added is indented.
STEP = 2
_ONE_LINE = 2**31
_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
#: What a text in brackets is quoted for, so that no reader of the file takes it for YAML's own.
_LIKE_MARKS = re.compile("[，、；：｛｝［］“”‘’]")
#: An escape that a person would not mean, and for which `check` would warn.
_NAMED_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\([0abtvfreNLP_])")
_ENDS_OF_LINES = re.compile("[\n\x85\u2028\u2029]")
_END_OF_LINE = re.compile(r"(?<!\\)((?:\\\\)*)\\n")
_ESCAPES = {"0": 0, "a": 7, "b": 8, "t": 9, "v": 11, "f": 12, "r": 13, "e": 27} | {
    "N": 0x85,
    "_": 0xA0,
    "L": 0x2028,
    "P": 0x2029,
}
#: A text that can be written as it is: no space at either end, and nothing that can't be seen.
_AS_IT_IS = re.compile(
    r"(?!\s)[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*(?<!\s)"
)
#: A line that looks like a key.
_LIKE_KEY = re.compile(r"""^\s*["']?[\w-]+["']?\s*[:：]""", re.MULTILINE)
#: A longer text, or one with a mark in it, has lines of its own.
_SHORT = 40
_IN_SENTENCES = re.compile(r"[,;:#，；。：\n]|[.!?！？]$")

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
    if _ENDS_OF_LINES.search(text):
        quote = '"'
    elif quote is None and flow and _LIKE_MARKS.search(text):
        quote = "'"
    if quote:
        dumped = yaml.safe_dump(text, default_style=quote, allow_unicode=True, width=_ONE_LINE)
        return _plainly_escaped(dumped.removesuffix("\n"))
    return _unquoted(text, flow=flow)


@lru_cache(maxsize=4096)
def _unquoted(text: str, *, flow: bool) -> str:
    """Write a text that is quoted where YAML needs it alone; records repeat words and names."""
    if flow:
        dumped = yaml.safe_dump(
            [text], default_flow_style=True, allow_unicode=True, width=_ONE_LINE
        )
        return _plainly_escaped(dumped.removesuffix("\n")[1:-1])
    dumped = yaml.safe_dump({"": text}, allow_unicode=True, width=_ONE_LINE)
    return _plainly_escaped(dumped.removesuffix("\n").partition(": ")[2])


def _plainly_escaped(written: str) -> str:
    """Write escapes as numbers, where their letters could be those of a text."""
    if not written.startswith('"'):
        return written
    if UNMEANT_ESCAPES.search(written):
        written = _END_OF_LINE.sub(r"\1\\x0A", written)
    return _NAMED_ESCAPE.sub(lambda found: f"{found[1]}{_number(_ESCAPES[found[2]])}", written)


def _number(code: int) -> str:
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


def lines_of_text(text: str, indent: int) -> list[str] | None:
    """Write a text of several lines as it is, below a key; None where it can't be written so."""
    if "\n" not in text or not _AS_IT_IS.fullmatch(text) or _LIKE_KEY.search(text):
        return None
    pad = " " * indent
    return ["|-", *(pad + line if line else "" for line in text.split("\n"))]


def has_lines_of_its_own(value: Value) -> bool:
    """Return whether it is or holds a sentence or an amount, which a comma cuts in brackets."""
    if isinstance(value, Mapping):
        return any(has_lines_of_its_own(held) for held in value.values())
    if isinstance(value, str):
        return len(value) > _SHORT or bool(_IN_SENTENCES.search(value))
    if isinstance(value, Sequence):
        return any(has_lines_of_its_own(item) for item in value)
    return isinstance(value, Decimal)


def key(name: str, *, flow: bool = False) -> str:
    """Write a key: bare where it can be, even a word that YAML 1.1 takes for something else."""
    return name if _BARE_KEY.fullmatch(name) else scalar(name, flow=flow)


def inline(value: Value, *, flow: bool = True) -> str:
    """Write a value on one line, lists and mappings in brackets. `flow`: it is in brackets."""
    if isinstance(value, Mapping):
        held = (f"{key(name, flow=True)}: {inline(value[name])}" for name in value)
        return "{" + ", ".join(held) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(listed(item) for item in value) + "]"
    return scalar(value, flow=flow)


def listed(value: Value) -> str:
    """Write an item within brackets, so that it is not taken for the rest of the one before it."""
    if isinstance(value, str):
        return scalar(
            value, flow=True, quote="'" if value[:1].islower() or may_go_on(value) else None
        )
    return inline(value)


def entry(names: Sequence[str], value: Value, indent: int) -> list[str]:
    """Write a key with its value; further names are keys below the first, a line each.

    A list of mappings has one a line, as records are written; other lists and mappings are in
    brackets as long as they fit and hold no sentence and no amount.
    """
    pad, name = " " * indent, key(names[0])
    if len(names) > 1:
        return [f"{pad}{name}:", *entry(names[1:], value, indent + STEP)]
    if isinstance(value, str) and (lines := lines_of_text(value, indent + STEP)):
        return [f"{pad}{name}: {lines[0]}", *lines[1:]]
    if isinstance(value, Scalar) or not value:
        return [f"{pad}{name}: {inline(value, flow=False)}"]
    if not _is_list_of_mappings(value) and not has_lines_of_its_own(value):
        line = f"{pad}{name}: {inline(value, flow=False)}"
        if len(line) <= WIDTH:
            return [line]
    return [f"{pad}{name}:", *below(value, indent + STEP)]


def below(value: Value, indent: int) -> list[str]:
    """Write the lines of a list's items, or of a mapping's keys."""
    if isinstance(value, Mapping):
        return [line for name, held in value.items() for line in entry((name,), held, indent)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [line for each in value for line in item(each, indent)]
    raise TypeError(f"{value!r} has no lines of its own")


def item(value: Value, indent: int, inner: int = STEP) -> list[str]:
    """Write the lines of a list's item, `inner` characters behind its dash."""
    lead = f"{' ' * indent}-{' ' * (inner - 1)}"
    if isinstance(value, Mapping) and value and has_lines_of_its_own(value):
        first, *rest = below(value, indent + inner)
        return [lead + first[indent + inner :], *rest]
    if isinstance(value, str) and (lines := lines_of_text(value, indent + inner)):
        return [lead + lines[0], *lines[1:]]
    return [lead + inline(value, flow=False)]


def _is_list_of_mappings(value: Value) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(item, Mapping) for item in value)
    )

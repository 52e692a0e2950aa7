"""What differs between two front matters, key by key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from changebook.model.diagnostics import KeyPath

_LONGEST_SHOWN = 60
#: How much of what both texts have in common is shown before the first difference.
_LEAD = 20


@dataclass(frozen=True)
class KeyDifference:
    """A key or list item with its value on either side; None where it is not there.

    `path` is that of the later side, or of the earlier one where the later has nothing.
    """

    path: KeyPath
    before: Any
    after: Any

    @property
    def shown(self) -> tuple[str, str]:
        """Both values as a message shows them: cut, around what is different."""
        before, after = flow(self.before), flow(self.after)
        if before == after:  # another kind of blank, or one more
            before, after = repr(self.before), repr(self.after)
        return _around(before, after), _around(after, before)

    @property
    def told(self) -> str:
        """What a message says of the key: what it was, and what it is now."""
        was, now = self.shown
        if not was:
            return f"is new, `{now}`"
        return f"was `{was}` and is now `{now}`" if now else f"was `{was}` and is gone"


def differences(before: Any, after: Any, path: KeyPath = ()) -> Iterator[KeyDifference]:
    """Yield every difference between two values of a front matter, as deep as it can be told.

    A key that was left empty is the same as none. Items of a list are compared one by one where
    there are as many on both sides, else what was removed or inserted is found.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from differences(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(before, after, path)
    elif before != after:
        yield KeyDifference(path, before, after)


def _items(before: list[Any], after: list[Any], path: KeyPath) -> Iterator[KeyDifference]:
    if len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, (*path, index))
        return
    old, new = [list(map(_hashable, side)) for side in (before, after)]
    for _, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if i2 - i1 == j2 - j1:
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield from differences(before[i], after[j], (*path, j))
            continue
        yield from (KeyDifference((*path, i), before[i], None) for i in range(i1, i2))
        yield from (KeyDifference((*path, j), None, after[j]) for j in range(j1, j2))


def _hashable(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def flow(value: Any) -> str:
    """Return a value of a front matter on one line, much as YAML's flow style has it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return " ".join(str(value).split()) if value is not None else ""


def shortened(text: str) -> str:
    """Return the beginning of a text, as long as a message shows it."""
    return _around(text, "")


def _around(text: str, other: str) -> str:
    """Return the part of a long text around its first difference from the other."""
    if len(text) <= _LONGEST_SHOWN:
        return text
    same = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
    start = max(0, min(same - _LEAD, len(text) - _LONGEST_SHOWN))
    end = start + _LONGEST_SHOWN
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")

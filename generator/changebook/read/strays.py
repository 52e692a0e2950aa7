"""What YAML reads as part of a text, or drops, and the format has a key or an item for.

YAML alone can't tell: it takes knowing what the keys may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile
from typing import Any, get_origin

from pydantic import BaseModel

from changebook.model.diagnostics import KeyPath, Place, Problem, rule
from changebook.read import full_width
from changebook.read.annotations import annotation_at, keys_at
from changebook.read.front_matter import BROKEN_YAML, cut_by_comment
from changebook.read.source import SourceFile

KEY_IN_TEXT = rule(
    "key-in-text",
    summary="A line that looks like an item or a key is part of the text above it.",
    severity="warning",
)
KEYS_IN_BODY = rule(
    "keys-in-body", summary="The body begins with keys of the format.", severity="warning"
)

_ITEM = re.compile(r"[-–—－•*+](?:\s|$)|-(?=[^\s-])|\?\s")
_KEY = re.compile(r"[\"']?(?P<key>[A-Za-z_][\w-]*)[\"']?\s*(?:：|:(?=\s|$))")
#: A key further in, or an item of a list of mappings.
_ENTRY = re.compile(r"(?:\s+[\w -]+|\s*- +\{?[a-z_]+):(?:\s|$)")
_TERM = re.compile(r"(?P<key>[^\s：，。；]{1,20})：")
_CLOSE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_FIRST_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_TOP_KEY = re.compile(r"(\w+):(?:\s|$)")


def strays(model: type[BaseModel], source: SourceFile) -> Iterator[Problem]:
    """Yield the problems of a file's texts that are more or less than their author meant."""
    for comment in source.comments:
        if comment.goes_on or _is_text(model, source, comment.path):
            yield cut_by_comment(source.path, comment.place)
    lines = source.lines if source.wrapped else ()
    for path, (begin, last) in source.wrapped.items():
        yield from _wrapped(model, source, path, begin, lines[begin.line - 1 : last])
    yield from _in_body(model, source)


def _is_text(model: type[BaseModel], source: SourceFile, path: KeyPath) -> bool:
    """Return whether what stands behind a value, or instead of one, can be part of it."""
    return source.held(path) is None or annotation_at(model, path) in (str, Any)


def _wrapped(
    model: type[BaseModel], source: SourceFile, path: KeyPath, begin: Place, lines: Sequence[str]
) -> Iterator[Problem]:
    mark = lines[0][begin.column - 1 : begin.column]
    here = annotation_at(model, path)
    is_free = get_origin(annotation_at(model, path[:-1])) is dict and mark not in (
        "|",
        ">",
        '"',
        "'",
    )
    near = {key for end in range(len(path)) for key in keys_at(model, path[:end])}
    for number, line in enumerate(lines[1:], begin.line + 1):
        text = line.strip()
        if here not in (str, Any):
            for index in full_width.suspects(line):
                yield full_width.named(source.path, Place(number, index + 1), line[index])
            continue
        place = Place(number, len(line) - len(line.lstrip()) + 1, len(text))
        key = _KEY.match(text)
        if key and mark in ("'", '"') and place.column == 1 and key["key"] in keys_at(model, ()):
            yield BROKEN_YAML.at(
                source.path,
                begin,
                f"The text that begins with this {mark} goes on to line "
                f"{begin.line + len(lines) - 1}, with the "
                f"key `{key['key']}` and all between in it.",
                f"Close the text with {mark} where it ends.",
            )
            return
        term = _TERM.match(text) if is_free else None
        if term or (key and key["key"] in near):
            name = term["key"] if term else key and key["key"]
            yield KEY_IN_TEXT.at(
                source.path,
                place,
                f"`{name}` is not a key here: the line is part of the text above it.",
                "Indent it like the keys that it belongs to. If it is text, begin it with other "
                "words.",
            )
        elif mark not in ("|", ">") and _ITEM.match(text):
            yield KEY_IN_TEXT.at(
                source.path,
                place,
                "This line is not an item: it is part of the text above it.",
                "Indent it like the other items. If it is text, write all of it on one line.",
            )


def _in_body(model: type[BaseModel], source: SourceFile) -> Iterator[Problem]:
    known = keys_at(model, ())
    body = source.body
    # All of a body is looked at only where a second line `---` can end what it begins with.
    close = _CLOSE.search(body) if "\n---" in body or body.startswith("---") else None
    if not close:
        first = _FIRST_LINE.search(body)
        looked_at = [(body.count("\n", 0, first.start()), first[0])] if first else []
    else:
        lines = enumerate(body[: close.start()].split("\n"))
        looked_at = [*dropwhile(lambda line: not line[1].strip(), lines)]
    for number, line in looked_at:
        key = _TOP_KEY.match(line)
        is_entry = close and number == looked_at[0][0] and _ENTRY.match(line)
        if (key and key[1] in known) or is_entry:
            yield KEYS_IN_BODY.at(
                source.path,
                Place(source.body_line + number, 1, len(key[1] if key else line)),
                f"`{key[1] if key else line.strip()[:60]}` is below the line `---` that ends the "
                "front matter.",
                "Keep all keys between the first two lines `---`.",
            )
            return

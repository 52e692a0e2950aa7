"""Marks of a Chinese keyboard, and spaces that look like one, where YAML needs its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from changebook.model.diagnostics import Place, Problem, rule

FULL_WIDTH = rule(
    "full-width-mark", summary="A full-width character stands where YAML needs its own."
)

#: What is meant by it, where YAML's own mark is needed.
MEANT = {
    "：": ":",
    "，": ",",
    "、": ",",
    "；": ",",
    "｛": "{",
    "｝": "}",
    "［": "[",
    "］": "]",
    **dict.fromkeys("－﹣–—−‐‑", "-"),
    **dict.fromkeys("“”„＂", '"'),
    **dict.fromkeys("‘’＇", "'"),
    **dict.fromkeys("\u3000\u00a0\u2002\u2003\u2007\u2009\u202f\u205f\u200b\ufeff", " "),
}
_BLANKS = "\u3000\u00a0\u2002\u2003\u2007\u2009\u202f\u205f\u200b\ufeff"
_DASHES = "－﹣–—−‐‑"
_DASH = re.compile(rf"([-{_DASHES}])([ {_BLANKS}]+)")
_KEY = re.compile(r"[^\s:：，。；！？,#\"'“”‘’]{1,30}(?: [^\s:：，。；！？,#\"'“”‘’]{1,30}){0,3}")
_COLON = re.compile(rf"[ {_BLANKS}]*(：|:(?=[{_BLANKS}]))")
_AFTER_OPENING = re.compile(rf"[{{｛,，、；][ {_BLANKS}]*[A-Za-z_][\w-]*[ {_BLANKS}]*$")
_NEXT_KEY = re.compile(rf"[ {_BLANKS}]*[A-Za-z_][\w-]*[ {_BLANKS}]*[:：]")


def named(path: str, place: Place, mark: str) -> Problem:
    """Return the problem of a mark that YAML does not know."""
    right = MEANT[mark]
    if right == " ":
        name = unicodedata.name(mark).lower().replace("ideographic", "full-width")
        says, do = f"There is a {name} where YAML needs a plain space.", "Type a plain space."
    else:
        says = f"There is a full-width `{mark}` where YAML needs `{right}`."
        do = f"Write `{right}`{' and a space' if right in ':,-' else ''}. Quote it if it is text."
    return FULL_WIDTH.at(path, place, says, do)


def replaced(text: str, index: int, *, width: int = 1) -> str:
    """Return the text with YAML's own mark at an index, a full-width space as `width` spaces."""
    right = MEANT[text[index]]
    before, after = text[:index], text[index + 1 :]
    if right == " ":
        return before + " " * (0 if text[index] in "\u200b\ufeff" else width) + after
    if right in ":,":
        before = before.rstrip(f" {_BLANKS}")
    if right in ":,-":
        line, end, rest = after.partition("\n")
        line = line.lstrip(f" {_BLANKS}")
        after = (f" {line}" if line else "") + end + rest
    return before + right + after


def suspects(line: str) -> Iterator[int]:
    """Yield where such marks stand for one of YAML's: at an item, a key or a bracket of a line."""
    at = _blanks(line, 0)
    yield from (index for index in range(at) if line[index] in _BLANKS)
    while match := _DASH.match(line, at):
        yield from (index for index in range(at, match.end()) if line[index] in _BLANKS + _DASHES)
        at = match.end()
    if line[at : at + 1] not in ("{", "[", "｛", "［", '"', "'", "#"):
        key = _KEY.match(line, at)
        colon = _COLON.match(line, key.end()) if key else None
        if not colon:
            if key and line[key.end() : key.end() + 2] == ": ":
                at = key.end() + 2
            else:
                return
        else:
            if colon[1] == "：":
                yield colon.end() - 1
            at = colon.end()
        blanks = _blanks(line, at)
        yield from (index for index in range(at, blanks) if line[index] in _BLANKS)
        at = blanks
    if line[at : at + 1] in ("{", "[", "｛", "［"):
        yield from _in_brackets(line, at)


def _blanks(line: str, at: int) -> int:
    """Return where spaces of any kind end."""
    return len(line) - len(line[at:].lstrip(f" \t{_BLANKS}"))


def _in_brackets(line: str, start: int) -> Iterator[int]:
    quote = ""
    for index in range(start, len(line)):
        mark = line[index]
        if quote or mark in "\"'":
            quote = "" if mark == quote else quote or mark
        elif (
            mark in "｛｝［］"
            or (mark == "：" and _AFTER_OPENING.search(line, start, index))
            or (mark in "，、；" and (line[start] == "［" or _NEXT_KEY.match(line, index + 1)))
        ):
            yield index


def quotes(line: str) -> Iterator[int]:
    """Yield where a value begins with a quotation mark that YAML takes for text."""
    if match := re.search(r"(?:^|: |- |[{\[,] ?)\s*([“”‘’„＂＇])", line):
        yield match.start(1)

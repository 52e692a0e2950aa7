"""Emphasis that works beside Chinese punctuation, marks, and small raised or lowered text.

CommonMark asks for a space or punctuation outside of `**` where punctuation stands inside of it.
Chinese has no spaces, so `**注意：**甲` would show its asterisks. The amendments of
markdown-cjk-friendly (https://github.com/tats-u/markdown-cjk-friendly) say when the other side is
good enough.
"""

from __future__ import annotations

import re
import unicodedata

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter, Scanned

from changebook.model.cjk import is_cjk

#: Two of these signs around a text, and the element that they make.
_MARKS = {"=": "mark", "^": "ins", "~": "del"}
#: A sign on either side of a short text, and the element that it makes.
_SMALL = {"^": "sup", "~": "sub"}
#: Nothing that Markdown reads, nor TeX, and no Chinese: `3~5天，6~8天` are two ranges.
_SMALL_TEXT = re.compile(
    r"(?P<sign>[\^~])(?P<text>(?:\\[!-/:-@\[-`{-~]|(?!(?P=sign))[^\s\\\[\]<>`*{}$]){1,80})(?P=sign)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
#: Beyond every character, so that pairs of two signs never meet single ones.
_PAIRS = 0x110000
_IDEOGRAPHIC_SELECTORS = ("\U000e0100", "\U000e01ef")
_SELECTORS = ("\ufe00", "\ufe0e")
#: Quotation marks are full-width before this selector.
_FULL_WIDTH = "\ufe01"


def emphasis_plugin(md: MarkdownIt) -> None:
    """Put this module's rules in the place of the parser's own."""
    md.inline.ruler.at("emphasis", _emphasis)
    md.inline.ruler.before("emphasis", "marks", _marks)
    md.inline.ruler.before("marks", "small", _small)
    md.inline.ruler2.after("emphasis", "marks", _pair_marks)


def flanking(state: StateInline, start: int, *, can_split_word: bool) -> Scanned:
    """Return whether the run of signs at `start` may open and may close, and its length."""
    end = start
    while end < state.posMax and state.src[end] == state.src[start]:
        end += 1
    length = end - start
    after = state.src[end] if end < state.posMax else " "
    last, before = _before(state.src, start)
    if isWhiteSpace(ord(before)) or isWhiteSpace(ord(after)):
        return Scanned(not isWhiteSpace(ord(after)), not isWhiteSpace(ord(before)), length)
    opens, closes = _is_punctuation(before), _is_punctuation(after)
    if can_split_word:
        beside_cjk = is_cjk(after) or _ends_cjk(last, before)
        opens, closes = opens or beside_cjk or not closes, closes or beside_cjk or not opens
    return Scanned(opens, closes, length)


def _before(text: str, start: int) -> tuple[str, str]:
    """Return the character before, and the one that a variation selector there belongs to."""
    last = text[start - 1] if start else " "
    if _SELECTORS[0] <= last <= _SELECTORS[1]:
        main = text[start - 2] if start > 1 else " "
        if unicodedata.category(main) != "Zs":
            return last, main
    return last, last


def _ends_cjk(last: str, before: str) -> bool:
    if last == _FULL_WIDTH and before in "‘’“”":
        return True
    return is_cjk(before) or _IDEOGRAPHIC_SELECTORS[0] <= last <= _IDEOGRAPHIC_SELECTORS[1]


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _emphasis(state: StateInline, silent: bool) -> bool:
    sign = state.src[state.pos]
    if silent or sign not in "*_":
        return False
    scanned = flanking(state, state.pos, can_split_word=sign == "*")
    for _ in range(scanned.length):
        _delimit(state, sign, ord(sign), scanned, scanned.length)
    state.pos += scanned.length
    return True


def _marks(state: StateInline, silent: bool) -> bool:
    sign = state.src[state.pos]
    if silent or sign not in _MARKS:
        return False
    scanned = flanking(state, state.pos, can_split_word=True)
    if scanned.length == 2:
        if sign == "=":
            scanned = _not_within_code(state, scanned)
        _delimit(state, sign * 2, _PAIRS + ord(sign), scanned, 0)
    else:
        state.push("text", "", 0).content = sign * scanned.length
    state.pos += scanned.length
    return True


def _not_within_code(state: StateInline, scanned: Scanned) -> Scanned:
    """Refuse `a==b==c`: it compares."""
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[state.pos + 2 : state.pos + 3]
    return Scanned(
        scanned.can_open and not (before.isascii() and before.isalnum()),
        scanned.can_close and not (after.isascii() and after.isalnum()),
        scanned.length,
    )


def _delimit(state: StateInline, text: str, marker: int, scanned: Scanned, length: int) -> None:
    state.push("text", "", 0).content = text
    state.delimiters.append(
        Delimiter(
            marker=marker,
            length=length,
            token=len(state.tokens) - 1,
            end=-1,
            open=scanned.can_open,
            close=scanned.can_close,
        )
    )


def _pair_marks(state: StateInline) -> None:
    """Make elements of the pairs that the parser has found."""
    inner = (meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta)
    for delimiters in (state.delimiters, *inner):
        for opening in delimiters:
            if opening.marker < _PAIRS or opening.end < 0:
                continue
            name = _MARKS[chr(opening.marker - _PAIRS)]
            for at, kind in ((opening.token, "open"), (delimiters[opening.end].token, "close")):
                token = state.tokens[at]
                token.type, token.tag = f"{name}_{kind}", name
                token.nesting = 1 if kind == "open" else -1
                token.markup, token.content = token.content, ""


def _small(state: StateInline, silent: bool) -> bool:
    """Read `H~2~O` and `m^2^`: behind something, without spaces and within one script."""
    sign = state.src[state.pos]
    if silent or sign not in _SMALL:
        return False
    match = _SMALL_TEXT.match(state.src, state.pos, state.posMax)
    before = state.src[state.pos - 1] if state.pos else " "
    if match is None or before.isspace() or before == sign or any(map(is_cjk, match["text"])):
        return False
    if state.src.startswith(sign, match.end()):
        return False
    if sign == "~" and before.isdigit() and match["text"][0].isdigit():
        return False  # a range
    state.push(f"{_SMALL[sign]}_open", _SMALL[sign], 1)
    state.push("text", "", 0).content = _ESCAPED.sub(r"\1", match["text"])
    state.push(f"{_SMALL[sign]}_close", _SMALL[sign], -1)
    state.pos = match.end()
    return True

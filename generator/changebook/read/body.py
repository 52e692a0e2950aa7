"""The Markdown below a record's front matter: internal blocks, links, and what a reader may see.

Line numbers never change here: what is taken out leaves empty lines, so that a place in the public
text is a place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import pyromark

from changebook.read.commonmark import OPTIONS, SCHEME, Element, Link, Shown, parse

#: What may stand before a marker: block quotes, list bullets and numbers, indentation.
_LEAD = r"(?P<lead>(?:[\s>]|[-*+]\s|\d+[.)]\s)*)"
_MARKER = re.compile(_LEAD + r":{3,}[ \t]*(?P<words>[^:\n]*)$")
_FENCE = re.compile(_LEAD + r"(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
#: What was meant to open an internal block and does not: within a line, with characters that look
#: like colons, or as an admonition. Two colons behind a word are a name in code, `std::internal`.
_COLON = ":\uff1a\ufe55\ufe13\ufe30\u2236\ua789\u02d0"
_INVISIBLE = "\u200b-\u200d\u2060\ufeff"
_INTERNAL_ANYWHERE = re.compile(
    rf"(?:(?<![{_COLON}])(?:[{_COLON}][{_INVISIBLE}]*){{3,}}|(?<![\w{_COLON}])[{_COLON}]{{2}}"
    rf"|^[\s>*+-]*(?:!!!|\?\?\?\+?)\s)[\s{_INVISIBLE}]*(?:\{{\s*)?\.?internal\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\{?\s*\.?(?P<name>[\w-]+)")
_LINK_END = re.compile(r"\]\((?P<target>[^()\n]+)\)")
_DIAGRAM = re.compile(r"(?:`{3,}|~{3,})[ {.]*mermaid\b", re.IGNORECASE)


@dataclass(frozen=True)
class MarkerFault:
    """A `:::` line that can't be right; `kind` is the rule's name."""

    kind: str
    line: int
    column: int
    word: str = ""


def public(text: str) -> str:
    """Return the text without its internal blocks; each of their lines is left empty.

    In doubt a line counts as internal: a marker opens a block wherever it stands, in code too.
    """
    lines = _scan(text)[0]
    return "\n".join("" if inside else line for line, inside, _ in lines) if lines else text


def closed_up(text: str, emptied: frozenset[int]) -> str:
    """Put one empty line in the place of emptied ones, given by their 1-based numbers.

    So nothing tells how many there were.
    """
    kept: list[str] = []
    closing = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() and (closing or number in emptied):
            closing = True
            continue
        if closing:
            kept = _ended(kept)
            closing = False
        kept.append(line)
    return "\n".join(_ended(kept) if closing else kept)


def _ended(lines: list[str]) -> list[str]:
    """Return the lines with one empty line at their end."""
    while lines and not lines[-1].strip():
        lines.pop()
    return [*lines, ""] if lines else []


def internal_lines(text: str) -> frozenset[int]:
    """Return the 1-based numbers of the lines that belong to internal blocks."""
    return frozenset(n for n, (_, inside, _) in enumerate(_scan(text)[0], 1) if inside)


def marked(text: str, title: str) -> str:
    """Return the text for the team: each internal block is an admonition of class `cb-internal`."""
    out = []
    lines = _scan(text)[0]
    for line, inside, marker in lines:
        if not inside:
            out.append(line)
        elif marker == "open":
            match = _MARKER.match(line)
            lead = match["lead"] if match else ""
            out.append(f'{lead}!!! cb-internal "{title.replace(chr(34), "")}"')
        elif marker == "close":
            out.append("")
        else:
            quote = re.match(r"[\s>]*>|", line)
            cut = quote.end() if quote else 0
            out.append(f"{line[:cut]}    {line[cut:]}" if line.strip() else line)
    return "\n".join(out) if lines else text


def marker_faults(text: str) -> list[MarkerFault]:
    """Every `:::` line that is unclosed, unopened, unknown or not on a line of its own."""
    return _scan(text)[1]


def uncommented(text: str) -> str:
    """Return the text with every HTML comment emptied, but for those that code shows.

    A comment that begins in a list or a quotation ends with it, and its other words would be shown.
    """
    out, done = [], 0
    for start, end in _comments(text):
        if end is not None:
            out += [text[done:start], "<!-- -->", "\n" * text.count("\n", start, end)]
            done = end
    return "".join((*out, text[done:]))


def unclosed_comment(text: str) -> int | None:
    """Return where an HTML comment begins that never ends."""
    return next((start for start, end in _comments(text) if end is None), None)


def _comments(text: str) -> Iterator[tuple[int, int | None]]:
    """Yield the range of every HTML comment outside code; the end of an unclosed one is None."""
    at = text.find("<!--")
    while at >= 0:
        code_end = parse(text).in_code.end(at)
        close = text.find("-->", at + 4)
        if code_end is not None:
            at = text.find("<!--", max(code_end, at + 4))
        elif close < 0:
            yield at, None
            return
        else:
            yield at, close + 3
            at = text.find("<!--", close + 3)


def may_have_blocks(text: str) -> bool:
    """Return whether anything in the text could be a marker of an internal block."""
    return "::" in text or "internal" in text.casefold()


@lru_cache(maxsize=64)
def _scan(text: str) -> tuple[list[tuple[str, bool, str]], list[MarkerFault]]:
    """Return each line, whether it is internal, and `open` or `close` for the outermost markers.

    No lines where none of them is internal.
    """
    if not may_have_blocks(text):
        return [], []
    out: list[tuple[str, bool, str]] = []
    faults: list[MarkerFault] = []
    opened: list[tuple[int, int]] = []
    fence = ""
    folded = text.casefold().split("\n")
    for number, line in enumerate(text.split("\n"), 1):
        marker = _MARKER.match(line) if ":::" in line else None
        column = len(marker["lead"]) + 1 if marker else 1
        if opened and fence:
            # Inside an internal block, code hides markers; outside nothing does. A code fence that
            # is never closed hides the end, and so the block is reported as unclosed: fail safe.
            if _closes(fence, line):
                fence = ""
            out.append((line, True, ""))
            continue
        if opened and (fence_match := _FENCE.match(line)):
            fence = fence_match["fence"]
            out.append((line, True, ""))
            continue
        if marker is None:
            # The first letter has forms that only the expression knows.
            if "nternal" in folded[number - 1] and (stray := _INTERNAL_ANYWHERE.search(line)):
                faults.append(MarkerFault("internal-marker", number, stray.start() + 1))
            out.append((line, bool(opened), ""))
            continue
        name = _NAME.match(marker["words"])
        word = name["name"] if name else marker["words"].strip()
        if word:
            is_internal = word.casefold() == "internal"
            if not opened and not is_internal:
                faults.append(MarkerFault("unknown-block", number, column, word))
                out.append((line, False, ""))
                continue
            opened.append((number, column))
            out.append((line, True, "open" if len(opened) == 1 else ""))
        elif opened:
            opened.pop()
            out.append((line, True, "" if opened else "close"))
        else:
            faults.append(MarkerFault("block-not-open", number, column))
            out.append((line, False, ""))
    faults += [MarkerFault("unclosed-internal", line, column) for line, column in opened]
    return (out if any(inside for _, inside, _ in out) else []), faults


def _closes(fence: str, line: str) -> bool:
    match = _FENCE.match(line)
    return bool(
        match
        and match["fence"][0] == fence[0]
        and len(match["fence"]) >= len(fence)
        and not match["info"].strip()
    )


def links(text: str) -> tuple[Link, ...]:
    """Every link and image of the text, in order, those in raw HTML too."""
    return parse(text).links


def elements(text: str) -> tuple[Element, ...]:
    """Every HTML element that begins in the text's raw HTML (not in code)."""
    return parse(text).elements


def diagrams(text: str) -> Iterator[tuple[int, str]]:
    """Every mermaid diagram of the text: its offset and its source."""
    for start, end in parse(text).code:
        if _DIAGRAM.match(text, start, end):
            yield start, text[start:end]


def formulas(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of TeX formulas: `$$...$$`, and `$...$` with a command in it (no price)."""
    if "$" not in text or not ("$$" in text or "\\" in text):
        return
    shown = Shown(text)
    for kind, what, start, end in shown.events(OPTIONS | pyromark.Options.ENABLE_MATH):
        if kind == "DisplayMath" or (kind == "InlineMath" and "\\" in str(what)):
            yield shown.at(start), shown.at(end)


def unlinked(text: str) -> Iterator[tuple[int, str]]:
    """Yield places that look like a link to a file and are none.

    The reader would see them as they are written, with a path that may not be for them.
    """
    done = 0
    for end in _LINK_END.finditer(text):
        # To search for all of it would look through a line again for each bracket in it.
        last = max(done, text.rfind("]", done, end.start()) + 1)
        begin = text.find("[", max(last, text.rfind("\n", last, end.start())), end.start())
        if begin < 0:
            continue
        done = end.end()
        begin -= text.startswith("!", begin - 1) if begin else 0
        if begin not in parse(text).apart and not SCHEME.match(end["target"]):
            yield begin, end["target"]


def replace_links(text: str, new: Callable[[Link], str | None]) -> str:
    """Return the text with each link replaced as `new` says (None: left as it is).

    Definitions of reference links with relative targets are left empty: their uses are replaced.
    """
    pieces: list[tuple[int, int, str]] = []
    for link in links(text):
        replacement = new(link)
        if replacement is not None:
            pieces.append((link.start, link.end, replacement))
    for target, start, end in parse(text).definitions:
        if not SCHEME.match(target) and not target.startswith("#"):
            pieces.append((start, end, ""))
    out, done = [], 0
    for start, end, replacement in sorted(pieces, key=lambda piece: (piece[0], -piece[1])):
        if start < done:
            continue  # inside a link that was replaced as a whole: `new` has seen its text
        # Line numbers stay what they are in the file.
        lost = text.count("\n", start, end) - replacement.count("\n")
        out += [text[done:start], replacement, "\n" * max(0, lost) if not replacement else ""]
        done = end
    return "".join((*out, text[done:]))

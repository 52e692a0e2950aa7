"""Checks of what a body's Markdown becomes: what is shown as it is written, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from changebook.model.diagnostics import Place, Problem, rule
from changebook.model.markup import DROPPED, NOT_IN_DIAGRAMS, TAGS, keeps, scheme
from changebook.read import body, unseen
from changebook.read.attributes import at_begin
from changebook.read.commonmark import Ranges, note, parse, tab
from changebook.read.html_nesting import DEEPEST_ELEMENTS, too_deep_element
from changebook.read.notes import (
    DEEPEST,
    MOST_HEADINGS,
    loose_footnotes,
    surplus_heading,
    too_deep,
)
from changebook.read.source import SourceFile

DROPPED_HTML = rule(
    "dropped-html", summary="Raw HTML in a body will not be shown.", severity="warning"
)
DROPPED_ADDRESS = rule(
    "dropped-address",
    summary="A link has a kind of address that pages do not link to.",
    severity="warning",
)
FORMULA = rule(
    "formula-as-source", summary="A TeX formula is shown as its source.", severity="warning"
)
AS_WRITTEN = rule(
    "shown-as-written",
    summary="Markup from another program is shown as it is written.",
    severity="warning",
)
HIDDEN_HTML = rule(
    "hidden-html",
    summary="HTML in a body hides its text, but only from those who do not look closely.",
)
LOOSE_NOTE = rule(
    "loose-footnote", summary="A footnote is used but not written.", severity="warning"
)
TOO_DEEP = rule(
    "nested-too-deep", summary="Lists, quotations or HTML elements are nested too deeply."
)
OPEN_BRACKETS = rule(
    "too-many-brackets", summary="Thousands of square brackets are opened and not closed."
)
MANY_HEADINGS = rule(
    "too-many-headings", summary="A body has thousands of headings.", severity="warning"
)
#: More brackets than any text leaves open; each costs a reading of a hundred more.
_MOST_OPEN = 2_000
_BRACKET = re.compile(r"[\[\]]|\n[ \t]*\n")


_IN_DIAGRAM = re.compile(rf"<({'|'.join(sorted(NOT_IN_DIAGRAMS))})\b", re.IGNORECASE)
#: Parsers of HTML give names in small letters.
_TAGS = frozenset(tag.lower() for tag in TAGS)


class _Foreign(NamedTuple):
    """Markup that pages do not know: a sign of it, how it looks, what it is, and what to do."""

    sign: str
    pattern: re.Pattern[str]
    what: str
    help: str


_FOREIGN = (
    _Foreign(
        "toc",
        re.compile(r"^[ \t>]*(\[TOC\]|\[\[_?TOC_?\]\])[ \t]*$", re.IGNORECASE | re.MULTILINE),
        "A table of contents can't be put here",
        "Remove it: every page lists its headings.",
    ),
    _Foreign(
        ":",
        re.compile(r":(?<![\w:/]:)[a-z][a-z0-9_+-]*[a-z0-9]:(?![\w:])"),
        "An emoji's name stays a name",
        "Write the emoji itself, or put it in backticks if it is meant as text.",
    ),
    _Foreign(
        "8<",
        re.compile(r"^[ \t>]*(-+8<-+.*)$", re.MULTILINE),
        "Other files are not included",
        "Write the text here, or link to the file.",
    ),
    _Foreign(
        "{%",
        re.compile(r"(\{%(?:(?!\{%).)*?%\})"),
        "Templates are not filled in",
        "Write the text itself; put code in backticks.",
    ),
    _Foreign(
        "[[",
        re.compile(r"(\[\[(?!_?TOC_?\]\])[^\[\]\n]+\]\])(?![(\[])", re.IGNORECASE),
        "A link in double brackets stays text",
        "Write [text](path).",
    ),
    _Foreign(
        "[!",
        re.compile(
            r"^[ \t]*>[ \t>]*(\[!(?!(?:note|tip|important|warning|caution)\])\w+\])",
            re.IGNORECASE | re.MULTILINE,
        ),
        "There is no alert of this kind",
        "Write [!NOTE], [!TIP], [!IMPORTANT], [!WARNING] or [!CAUTION], alone in its line.",
    ),
    _Foreign(
        "*[",
        re.compile(r"^[ \t]*(\*\[[^\]\n]+\]:)", re.MULTILINE),
        "An abbreviation is not explained here",
        "Explain it in the record's `glossary`, or in glossary.md.",
    ),
)
_CONTAINER = re.compile(
    r"^(?P<lead>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*)(?P<line>(?:!!!|\?\?\?|===[+!]*(?=[ \t])).*)$",
    re.MULTILINE,
)
#: A line of hyphens, and the one above it that would be a table's head.
_UNDER_HEAD = re.compile(
    r"(?:\A|\n[ \t>]*+)\n[ \t>]*+(?P<head>[^\n|]*+\|[^\n]*)\n"
    r"[ \t>]*+(?P<line>\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?)[ \t]*$",
    re.MULTILINE,
)
_CELL_END = re.compile(r"(?<!\\)\|")
_LIST = re.compile(r"\{:[^{}\n]*\}")
#: What was meant as a comment: a definition of `//` that is none, as it follows a line of text or
#: has more behind it, a comment of HTML with a slip, and those of other programs. None is searched
#: for beyond the next one's beginning: with many that never end it would take forever.
_NO_COMMENT = re.compile(
    r"\[(?://|comment)\](?::|[ \t]+#)[^\n]*|<(?!!--)[ \t]*![ \t]*[-–—][^\n>]*>?|"
    r"<%(?:(?!<%).)*?%>|\{#[ \t](?:(?!\{#).)*?#\}|\{>>(?:(?!\{>>).)*?<<\}|^[ \t>]*%%(?!\{)[^\n]*",
    re.MULTILINE,
)
#: What each of them has: to search for them takes long.
_SIGNS_OF_COMMENT = ("[//]", "[comment]", "{#", "{>>", "%%")
_TAG_OF_COMMENT = re.compile(r"<[ \t]*[!%]")


def check_markup(source: SourceFile) -> Iterator[Problem]:
    """Yield everything in a body that its reader would not see as it was meant."""
    yield from _html(source)
    yield from _addresses(source)
    yield from _formulas(source)
    yield from _foreign(source)
    yield from _comments(source)
    yield from _containers(source)
    yield from _diagrams(source)
    yield from _attributes(source)
    yield from _tables(source)
    yield from _footnotes(source)
    yield from _brackets(source)
    deep = too_deep(source.body)
    if deep is not None:
        yield TOO_DEEP.at(
            source.path,
            source.in_body(deep),
            f"This is nested more than {DEEPEST} levels deep.",
            "Make it flatter: a list in a list counts as two levels, a quotation as one.",
        )
    surplus = surplus_heading(source.body)
    if surplus is not None:
        yield MANY_HEADINGS.at(
            source.path,
            source.in_body(surplus),
            f"More than {MOST_HEADINGS:,} headings stand up to here, which makes the page slow.",
            "Put lines that are no headings into a list or a code block, or make several records.",
        )
    element = too_deep_element(source.body)
    if element is not None:
        yield TOO_DEEP.at(
            source.path,
            source.in_body(element),
            f"More than {DEEPEST_ELEMENTS} HTML elements are open here, one in the other.",
            "Close each where it ends, as `</div>` closes `<div>`, or put tags that are text in "
            "backticks.",
        )


def _brackets(source: SourceFile) -> Iterator[Problem]:
    opened = deep = 0
    for match in _BRACKET.finditer(source.body):
        if match[0] == "[":
            deep += 1
            opened += deep > DEEPEST
        elif match[0] == "]":
            deep = max(0, deep - 1)
        else:  # no link goes beyond a paragraph
            opened, deep = opened + min(deep, DEEPEST), 0
        if opened > _MOST_OPEN:
            yield OPEN_BRACKETS.at(
                source.path,
                source.in_body(match.start()),
                f"More than {_MOST_OPEN:,} square brackets up to here are not closed, which makes "
                "the page take minutes.",
                "Write brackets that are text as `\\[`, or put them into a code block.",
            )
            return


def _html(source: SourceFile) -> Iterator[Problem]:
    for element in body.elements(source.body):
        place = source.in_body(element.start, len(element.tag) + 1)
        if element.tag not in _TAGS:
            yield DROPPED_HTML.at(
                source.path,
                place,
                f"`<{element.tag}>` is removed from the page"
                + (", with all that is in it." if element.tag in DROPPED else "; its text stays."),
                "Put it in backticks or write &lt; if it is meant as text; else use Markdown.",
            )
            continue
        for name, value in element.attributes:
            if name == "hidden":
                yield HIDDEN_HTML.at(
                    source.path,
                    place,
                    f"`hidden` on `<{element.tag}>` hides nothing from the client.",
                    "Move the text into an internal block, or remove `hidden`.",
                )
            elif name.startswith("on"):
                yield DROPPED_HTML.at(
                    source.path,
                    place,
                    f"`{name}` on `<{element.tag}>` is removed: pages run no scripts.",
                    "Remove the attribute.",
                )
            elif name != "markdown" and not keeps(element.tag, name, value):
                yield DROPPED_HTML.at(
                    source.path,
                    place,
                    f"`{name}` on `<{element.tag}>` is removed.",
                    "Remove the attribute; write text for the reader in the body.",
                )


def _diagrams(source: SourceFile) -> Iterator[Problem]:
    for start, diagram in body.diagrams(source.body):
        for element in _IN_DIAGRAM.finditer(diagram):
            yield DROPPED_HTML.at(
                source.path,
                source.in_body(start + element.start(), len(element[0])),
                f"`{element[0]}>` is removed from the diagram: labels hold words only.",
                "Remove it, or write the word without the bracket.",
            )


def _addresses(source: SourceFile) -> Iterator[Problem]:
    for link in body.links(source.body):
        kind = scheme(link.target)
        if not link.html and not link.image and kind and not keeps("a", "href", link.target):
            yield DROPPED_ADDRESS.at(
                source.path,
                source.in_body(link.start, link.end - link.start),
                f"Pages do not link to `{kind}:` addresses: only the text is shown.",
                "Link to an https address, or to a file next to the record.",
            )


def _formulas(source: SourceFile) -> Iterator[Problem]:
    for start, end in body.formulas(source.body):
        yield FORMULA.at(
            source.path,
            source.in_body(start, end - start),
            "Pages do not render formulas: this is shown as its TeX source.",
            "Write it in words and symbols, or show a picture of it; put code in backticks.",
        )


def _foreign(source: SourceFile) -> Iterator[Problem]:
    folded = source.body.casefold()
    for kind in _FOREIGN:
        for match in kind.pattern.finditer(source.body) if kind.sign in folded else ():
            at = match.start(match.lastindex or 0)
            if not _is_apart(source.body, at):
                yield _as_written(source, at, match[match.lastindex or 0], kind.what, kind.help)


def _comments(source: SourceFile) -> Iterator[Problem]:
    text = body.uncommented(body.public(source.body))
    if not any(sign in text for sign in _SIGNS_OF_COMMENT) and not _TAG_OF_COMMENT.search(text):
        return  # the search for what they begin takes its time
    comments = list(_NO_COMMENT.finditer(text))
    if not comments:
        return
    hidden = ((part.start, part.end) for part in unseen.unseen(text))
    apart = Ranges((*hidden, *parse(text).code))
    for match in comments:
        at = match.start()
        if at not in apart:
            yield AS_WRITTEN.at(
                source.path,
                source.in_body(at, len(match[0]), text),
                "This is not a comment: the client can read it.",
                "Write `<!-- ... -->` or an internal block, or put it in backticks.",
            )


def _containers(source: SourceFile) -> Iterator[Problem]:
    text = source.body
    if not any(sign in text for sign in ("!!!", "???", "===")):
        return
    for match in _CONTAINER.finditer(text):
        line, at = match["line"].rstrip(), match.start("line")
        if _is_apart(text, at):
            continue
        begun = note(line)
        if begun and begun["title"] is None and (lost := _lost_title(begun["kind"])):
            yield AS_WRITTEN.at(
                source.path,
                source.in_body(at, len(line)),
                f"`{lost}` is not shown: without quotation marks it is not a title.",
                f'Write `{begun["mark"]} {begun["kind"].split()[0]} "{lost}"`.',
            )
        if not begun and not tab(line):
            yield _as_written(
                source,
                at,
                line,
                "This does not begin a note, fold or tab",
                'Write `!!! note "Title"`, `??? note "Title"` or `=== "Title"`.',
            )
            continue
        below = text[match.end() + 1 :].split("\n", 1)[0]
        indent = len(match["lead"].expandtabs(4)) + 4
        if (
            below.strip(" \t>")
            and len(below) - len(below.lstrip(" \t>")) < indent
            and not (note(below.strip()) or tab(below.strip()))
        ):
            place = match.end() + 1
            yield _as_written(
                source,
                place,
                below,
                f"This does not belong to the {'tab' if tab(line) else 'note'} above",
                "Indent it by four spaces more than the line above, or add an empty line.",
            )


def _lost_title(kind: str) -> str:
    """Return the words that stand behind a kind where a title would."""
    return " ".join(word for word in kind.split()[1:] if word not in ("inline", "end"))


def _attributes(source: SourceFile) -> Iterator[Problem]:
    text = source.body
    for match in _LIST.finditer(text):
        if not at_begin(match[0])[1] and not _is_apart(text, match.start()):
            yield _as_written(
                source,
                match.start(),
                match[0],
                "These attributes can't be set",
                "Write `#id`, `.class`, or `width=300` and the like.",
            )


def _tables(source: SourceFile) -> Iterator[Problem]:
    """Check for lines below a table's head that have fewer or more columns than it."""
    text = source.body
    for match in _UNDER_HEAD.finditer(text) if "|" in text else ():
        head, line = (
            len(_CELL_END.split(match[name].strip().strip("|"))) for name in ("head", "line")
        )
        if head != line and not _is_apart(text, match.start("line")):
            yield _as_written(
                source,
                match.start("line"),
                match["line"],
                f"This line has {line} column{'s' * (line != 1)} and the one above {head}, so they "
                "do not begin a table",
                "Give both lines as many columns; write a `|` that is text as `\\|`.",
            )


def _footnotes(source: SourceFile) -> Iterator[Problem]:
    for at, label in loose_footnotes(source.body):
        yield LOOSE_NOTE.at(
            source.path,
            source.in_body(at, len(label) + 3),
            f"The footnote `[^{label}]` is not written: its marker is shown as it is.",
            f"Write `[^{label}]: ...` on a line of its own, or put it in backticks.",
        )


def _as_written(source: SourceFile, at: int, shown: str, what: str, help: str) -> Problem:
    place: Place = source.in_body(at, len(shown))
    return AS_WRITTEN.at(source.path, place, f"{what}: this is shown as it is written.", help)


def _is_apart(text: str, at: int) -> bool:
    """Return whether the place lies in code or in a link, where signs mean nothing."""
    return at in parse(text).apart

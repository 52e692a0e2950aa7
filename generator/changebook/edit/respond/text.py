"""The text of a mail as lines, each with how deep it is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

#: Elements that begin and end a line of their own.
_LINES = frozenset("p div li tr table ul ol h1 h2 h3 h4 h5 h6 pre blockquote hr".split())
_KEPT = _LINES | {"br", "td", "th"}
_DROPPED = frozenset({"script", "style", "title", "template"})
_QUOTES = re.compile(r"(?:[ \t]?>)+")
#: Above a mail that is quoted or forwarded without marks, in the words of common programs.
_SEPARATOR = re.compile(
    r"\s*(?:-{3,}\s*(?:Original(?: Message| Appointment)?|Forwarded [Mm]essage|原始邮件|原邮件|"
    r"原始郵件|转发的?邮件|轉寄的郵件|转发邮件信息)\s*-{3,}|Begin forwarded message:|"
    r"下面是被转发的邮件[:：]|_{20,})\s*"
)
_FORWARD = re.compile(r"forward|转发|轉寄|转寄", re.IGNORECASE)
_HEADER = re.compile(
    r"\s*\**(?:From|Sent|Date|To|Cc|Subject|发件人|发送时间|发送日期|日期|收件人|抄送|主题|寄件者|"
    r"寄件日期|收件者|主旨|副本)\s*\**\s*[:：]\**\s*(?P<value>.*)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s*\**(?:From|发件人|寄件者)\s*\**\s*[:：]", re.IGNORECASE)
_WROTE = re.compile(r"\s*(?:On\b.{4,300}\bwrote\s*:|.{4,300}写道\s*[:：]|.{4,300}寫道\s*[:：])\s*")


#: No line that heads another mail is longer.
_LONGEST_HEAD = 400


@dataclass(frozen=True)
class Line:
    """A line of a mail; `depth` is 0 for what the sender wrote, more for what they quoted."""

    depth: int
    text: str


def lines(text: str, *, flowed: bool = False, delete_space: bool = False) -> tuple[Line, ...]:
    """The lines of a plain text. `flowed` and `delete_space` are its format (RFC 3676)."""
    split = [_line(each) for each in re.split(r"\r\n|\r|\n", text)]
    if flowed:
        split = list(_unflowed(split, delete_space))
    return tuple(_deeper(split))


def html_lines(html: str) -> tuple[Line, ...]:
    """The lines of an HTML mail, which a browser's parser has put in order."""
    clean = nh3.clean(
        html,
        tags=set(_KEPT),
        clean_content_tags=set(_DROPPED),
        attributes={},
        strip_comments=True,
    )
    parser = _Html()
    parser.feed(clean)
    parser.close()
    return tuple(_deeper(parser.lines()))


class _Html(HTMLParser):
    """Lines out of clean HTML: balanced, and without attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._depth = 0
        self._pre = 0
        self._done: list[Line] = []
        self._open = ""

    def lines(self) -> list[Line]:
        self._break()
        return self._done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._break(always=True)
        elif tag in _LINES:
            self._break()
        elif tag in ("td", "th"):
            self._open += " "
        if tag == "p":
            self._paragraph()
        self._depth += tag == "blockquote"
        self._pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _LINES:
            self._break()
        if tag in ("p", "ul", "ol", "table"):
            self._paragraph()
        self._depth -= tag == "blockquote"
        self._pre -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if not self._pre:
            self._open += re.sub(r"[ \t\r\n\f]+", " ", data)
            return
        first, *rest = data.split("\n")
        self._open += first
        for line in rest:
            self._break(always=True)
            self._open += line

    def _break(self, *, always: bool = False) -> None:
        if self._open.strip() or always:
            text = self._open.replace("\N{NO-BREAK SPACE}", " ").strip()
            # A mail program that makes HTML of a quoted plain text leaves its marks.
            marked = _line(text)
            self._done.append(Line(self._depth + marked.depth, marked.text))
        self._open = ""

    def _paragraph(self) -> None:
        if self._done and self._done[-1].text:
            self._done.append(Line(self._depth, ""))


def _line(text: str) -> Line:
    marks = _QUOTES.match(text)
    if marks is None:
        return Line(0, text)
    return Line(marks[0].count(">"), text[marks.end() :].removeprefix(" "))


def _unflowed(split: Sequence[Line], delete_space: bool) -> Iterator[Line]:
    """Lines that a mail program broke, joined again: those that end with a space go on."""
    open_: Line | None = None
    for line in split:
        text = line.text.removeprefix(" ") if not line.depth else line.text
        if open_ and open_.depth == line.depth:
            text = open_.text + text
        elif open_:
            yield open_
        if line.text.endswith(" ") and line.text != "-- ":
            open_ = Line(line.depth, text[:-1] if delete_space else text)
        else:
            yield Line(line.depth, text)
            open_ = None
    if open_:
        yield open_


def _deeper(split: Sequence[Line]) -> Iterator[Line]:
    """What follows a separator of another mail is quoted too, though it has no mark."""
    more = 0
    for at, line in enumerate(split):
        if more:
            yield Line(line.depth + more, line.text)
        elif line.depth == 0 and begins_other(split, at):
            text = next((each for each in split[at + 1 :] if each.text.strip()), None)
            # Marks on what follows say the same, and what has none may be an answer in between.
            more = 0 if text and text.depth else 1
            yield Line(1, line.text)
        elif line.depth == 0 and _goes_on(split, at):
            yield Line(1, line.text)
        else:
            yield line


def begins_other(split: Sequence[Line], at: int) -> bool:
    """Whether a line says that another mail's text follows: the last line of what says so."""
    text = split[at].text
    if len(text) > _LONGEST_HEAD:
        return False
    if _SEPARATOR.fullmatch(text) or _WROTE.fullmatch(text):
        return True
    # The words that name the other mail may be broken into two lines.
    if at and _goes_on(split, at - 1):
        return True
    below = [line.text[:_LONGEST_HEAD] for line in split[at + 1 : at + 6]]
    return bool(_FROM.match(text)) and sum(bool(_HEADER.match(each)) for each in below) >= 2


def _goes_on(split: Sequence[Line], at: int) -> bool:
    if at + 1 >= len(split):
        return False
    first, second = split[at], split[at + 1]
    if max(len(first.text), len(second.text)) > _LONGEST_HEAD or _WROTE.fullmatch(first.text):
        return False
    begins = re.match(r"\s*(?:On\b.*\d|在.*\d)", first.text)
    ends = re.search(r"(?:\bwrote|写道|寫道)\s*[:：]\s*$", second.text)
    return bool(begins and ends and first.depth == second.depth)


def is_forward(split: Sequence[Line]) -> bool:
    """Whether the text says that it passes another mail on."""
    return any(
        line.depth == 1
        and len(line.text) <= _LONGEST_HEAD
        and _SEPARATOR.fullmatch(line.text)
        and _FORWARD.search(line.text)
        for line in split
    )


def header_value(text: str, *, sender: bool = False) -> str | None:
    """The value of a line that is a header of a quoted mail; `sender`: of who wrote it."""
    found = _HEADER.fullmatch(text[:_LONGEST_HEAD])
    return found["value"].strip() if found and (not sender or _FROM.match(text)) else None


def is_header(text: str) -> bool:
    """Whether a line belongs to the head of a quoted mail, not to what it says."""
    text = text[:_LONGEST_HEAD]
    return bool(_HEADER.fullmatch(text) or _SEPARATOR.fullmatch(text) or _WROTE.fullmatch(text))

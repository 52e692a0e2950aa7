"""The text of a mail as lines, each with how deep it is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import groupby

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
_SENDER = r"From|发件人|寄件者|寄件人"
_DATE = r"Sent|Date|发送时间|发送日期|发件时间|发件日期|日期|时间|寄件日期|傳送時間"
_OTHER = (
    r"To|Cc|Bcc|Reply-To|Subject|收件人|抄送|密送|主题|答复|回复|收件者|主旨|主題|副本|密件副本"
)
_HEADER = re.compile(
    rf"\s*\**(?:(?P<sender>{_SENDER})|(?P<date>{_DATE})|{_OTHER})\s*\**\s*[:：]\**\s*(?P<value>.*)",
    re.IGNORECASE,
)
_FROM = re.compile(rf"\s*\**(?:{_SENDER})\s*\**\s*[:：]", re.IGNORECASE)
_WROTE = re.compile(r"\s*(?:On\b.{4,300}\bwrote\s*:|.{4,300}写道\s*[:：]|.{4,300}寫道\s*[:：])\s*")


#: No line that heads another mail is longer.
_LONGEST_HEAD = 400


@dataclass(frozen=True)
class Line:
    """A line of a mail; `depth` is 0 for what the sender wrote, more for what they quoted."""

    depth: int
    text: str


def lines(text: str, *, flowed: bool = False, delete_space: bool = False) -> tuple[Line, ...]:
    """Return the lines of a plain text. `flowed` and `delete_space` are its format (RFC 3676)."""
    split = [_line(each) for each in re.split(r"\r\n|\r|\n", text)]
    if flowed:
        split = list(_unflowed(split, delete_space))
    return tuple(_deeper(split))


def html_lines(html: str) -> tuple[Line, ...]:
    """Return the lines of an HTML mail, which a browser's parser has put in order."""
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
    """Join lines that a mail program broke: those that end with a space go on."""
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
    """Quote what follows a separator of another mail, though it has no mark."""
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
    """Return whether a line is the last that says that another mail's text follows."""
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
    """Return whether the text says that it passes another mail on."""
    return any(
        line.depth == 1
        and len(line.text) <= _LONGEST_HEAD
        and _SEPARATOR.fullmatch(line.text)
        and _FORWARD.search(line.text)
        for line in split
    )


@dataclass(frozen=True)
class Head:
    """What is above a quoted mail: who wrote it, and when. `end` is the first line below it."""

    sender: str = ""
    date: str = ""
    end: int = 0


def last_head(texts: Sequence[str]) -> Head:
    """Return the last of the heads of quoted mails in some lines; an empty one for none."""
    headers = [_HEADER.fullmatch(text[:_LONGEST_HEAD]) for text in texts]
    begins = [at for at, header in enumerate(headers) if header and header["sender"]]
    if not begins:
        return Head()
    first = last = begins[-1]
    while first and headers[first - 1]:
        first -= 1
    while last + 1 < len(headers) and headers[last + 1]:
        last += 1
    sender = headers[begins[-1]]
    dates = [each["value"].strip() for each in headers[first : last + 1] if each and each["date"]]
    written = dates[0] if len(dates) == 1 else ""
    return Head(sender["value"].strip() if sender else "", written, last + 1)


def without_heads(texts: Sequence[str]) -> list[str]:
    """Return the lines that stand in no head of a quoted mail."""
    kept: list[str] = []
    for is_header, group in groupby(texts, _is_header):
        run = list(group)
        is_head = is_header and any(_FROM.match(text) or not _HEADER.match(text) for text in run)
        kept += [] if is_head else run
    return kept


def _is_header(text: str) -> bool:
    text = text[:_LONGEST_HEAD]
    return bool(_HEADER.fullmatch(text) or _SEPARATOR.fullmatch(text) or _WROTE.fullmatch(text))

"""A mail as it was saved: who wrote when, and its text. Attachments are named, not read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from changebook.edit.respond.text import Line, html_lines, lines
from changebook.model.diagnostics import visible
from changebook.pages.answer_block import blocks
from changebook.refusal import Refusal

#: Larger than mail servers take.
SIZE_LIMIT = 50_000_000
#: Mails within mails: a forward of a forward of a forward is still read.
_DEPTH_LIMIT = 4
#: No mail program gives a longer id.
_LONGEST_ID = 200
#: A text with all that it quotes is no longer; what follows is left out.
_LONGEST_TEXT = 200_000
#: Nobody has a longer name or address.
_LONGEST_NAME = 300
#: What mails call a charset, and the one that has all of its characters.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
}
_GUESSES = ("utf-8", "gb18030")
_OUTLOOK = b"\xd0\xcf\x11\xe0"
#: What the email package raises for headers and parts that are not as they should be.
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, AssertionError)


@dataclass(frozen=True)
class Letter:
    """One mail. `attached` are mails that it carries whole; `sent` has its own time zone."""

    name: str
    address: str
    sent: datetime | None
    subject: str
    message_id: str
    lines: tuple[Line, ...]
    attachments: tuple[str, ...] = ()
    attached: tuple[Letter, ...] = ()


def read_file(file: Path, path: str) -> Letter:
    """Return the mail in a file. Raises Refusal where it is none, or too large for one."""
    if file.stat().st_size > SIZE_LIMIT:
        size = SIZE_LIMIT // 1_000_000
        raise Refusal(f"{path} is larger than {size} MB: save the mail without attachments")
    return read(file.read_bytes(), path)


def read(content: bytes, path: str) -> Letter:
    """Read the mail in a file known as `path`. Raises Refusal where it is not one."""
    if content.startswith(_OUTLOOK):
        raise Refusal(
            f"{path} is in Outlook's own format: save the mail as .eml, "
            "or forward it to yourself as an attachment"
        )
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    try:
        message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
        if _header(message, "from"):
            return _letter(message, 0)
    except RecursionError:
        raise Refusal(
            f"{path} is nested too deeply: copy its text into a mail of your own"
        ) from None
    raise Refusal(f"{path} is not a mail: it has no line `From:`. Save the whole mail as .eml")


def _letter(message: EmailMessage, depth: int) -> Letter:
    name, address = _sender(message)
    parts = list(_parts(message))
    inner = [part for part in parts if part.get_content_type() == "message/rfc822"]
    attached = [
        held
        for part in inner
        for held in _held(part)
        if depth < _DEPTH_LIMIT and _header(held, "from")
    ]
    subject, sent = " ".join(_header(message, "subject").split()), _sent(message)
    text = _text(message)
    id = _header(message, "message-id").strip().strip("<>").strip()
    if not id or len(id) > _LONGEST_ID or not id.isprintable() or any(c.isspace() for c in id):
        known = repr((name, address, sent, subject, text)).encode("utf-8", "replace")
        id = f"sha256:{hashlib.sha256(known).hexdigest()[:32]}"
    return Letter(
        name,
        address,
        sent,
        subject,
        id,
        text,
        tuple(_name(part) for part in parts if part not in inner),
        tuple(_letter(held, depth + 1) for held in attached),
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a header's text; empty where there is none, or none that can be read."""
    try:
        return str(message.get(name, "")).encode("utf-8", "replace").decode("utf-8")
    except _MALFORMED:
        return ""


def _sender(message: EmailMessage) -> tuple[str, str]:
    try:
        first = message["from"].addresses[0]
        name, address = str(first.display_name), str(first.addr_spec)
    except _MALFORMED:
        name, address = _header(message, "from"), ""
    return " ".join(name[:_LONGEST_NAME].split()), address[:_LONGEST_NAME]


def _sent(message: EmailMessage) -> datetime | None:
    try:
        sent = message["date"].datetime
    except _MALFORMED:
        return None
    if not isinstance(sent, datetime):
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield what a mail carries besides its text."""
    if message.get_content_type() == "message/rfc822":
        yield message
        return
    bodies = {id(part) for part in _bodies(message)}
    yield from _leaves(message, bodies, 0)


def _leaves(message: EmailMessage, bodies: set[int], depth: int) -> Iterator[EmailMessage]:
    if not message.is_multipart() or message.get_content_type() == "message/rfc822":
        if id(message) not in bodies:
            yield message
        return
    payload = message.get_payload()
    for part in payload if isinstance(payload, list) and depth < 20 else ():
        if isinstance(part, EmailMessage):
            yield from _leaves(part, bodies, depth + 1)


def _held(part: EmailMessage) -> list[EmailMessage]:
    payload = part.get_payload()
    return [m for m in payload if isinstance(m, EmailMessage)] if isinstance(payload, list) else []


def _bodies(message: EmailMessage) -> list[EmailMessage]:
    """Return the text in each form that it has: plain, then HTML."""
    bodies = []
    for kind in ("plain", "html"):
        try:
            body = message.get_body(preferencelist=(kind,))
        except (*_MALFORMED, KeyError):
            body = None
        if isinstance(body, EmailMessage) and body.get_content_type() == f"text/{kind}":
            bodies.append(body)
    return bodies


def _text(message: EmailMessage) -> tuple[Line, ...]:
    """Return the plain text's lines, unless only the HTML has a block, or any words at all."""
    forms = [_lines_of(part) for part in _bodies(message)]
    with_block = [form for form in forms if blocks(line.text for line in form)]
    with_words = [form for form in forms if any(line.text.strip() for line in form)]
    return next(iter((*with_block, *with_words)), ())


def _lines_of(part: EmailMessage) -> tuple[Line, ...]:
    text = _decoded(part)[:_LONGEST_TEXT]
    if part.get_content_type() == "text/html":
        return html_lines(text)
    try:
        flowed = str(part.get_param("format", "")).lower() == "flowed"
        delete_space = str(part.get_param("delsp", "")).lower() == "yes"
    except _MALFORMED:
        flowed = delete_space = False
    return lines(text, flowed=flowed, delete_space=delete_space)


def _decoded(part: EmailMessage) -> str:
    """Return the part's text; where its charset is wrong or unknown, by what the bytes can be."""
    try:
        content = part.get_payload(decode=True)
        named = str(part.get_content_charset("utf-8"))
    except (*_MALFORMED, UnicodeError):
        return ""
    if not isinstance(content, bytes):
        return ""
    for charset in (_WIDER.get(named, named), *_GUESSES):
        try:
            return content.decode(charset)
        except (ValueError, LookupError):
            continue  # the next one may fit
    return content.decode("utf-8", "replace")


def _name(part: EmailMessage) -> str:
    try:
        name = part.get_filename()
    except _MALFORMED:
        name = None
    return visible(name) if name else part.get_content_type()

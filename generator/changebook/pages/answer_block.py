"""The lines of an answer's mail that a machine reads: the one place that knows how they look.

Each field has a line and a name of its own, so that it is found where a mail program quotes,
joins or wraps lines. What a person wrote is told apart by marks, which a reader's language may
fill with words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import quote, unquote

_EQUALS = "===="
#: A mark alone on its line, or joined with others by a mail program.
MARK = re.compile(r"(?<!=)={4,}[^=\n]{1,120}={4,}")
#: A field, alone on its line or joined with others by a mail program.
FIELD = re.compile(
    r"Changebook\s?[-\u2010-\u2013]\s?(Answer|Record|Revision|Digest|About|Option|Until)\s*[:\uff1a]\s*"
    r"([\w%.~:\u2010-\u2013-]+)",
    re.IGNORECASE,
)
#: How any id of a record looks within a text.
RECORD_ID = re.compile(r"(?<![A-Za-z0-9-])[A-Z][A-Z0-9]*-\d{4,}(?!\d)")


class AnswerKind(StrEnum):
    """What an answer is meant to be."""

    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"
    MORE_TIME = "more-time"
    OBJECT = "object"
    ASK = "ask"


#: The answers that propose a decision.
DECIDES = frozenset({AnswerKind.APPROVE, AnswerKind.REJECT, AnswerKind.DEFER})


class About(StrEnum):
    """What of a record an answer is about."""

    DECISION = "decision"
    OBJECTION = "objection"
    AGREEMENT = "agreement"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True)
class Block:
    """What the page filled in: which record was read, and in which state.

    `digest` is the short one of the page, without spaces. `until` is the day that a deferral or a
    wish for more time names. None is what a mail has lost.
    """

    id: str
    kind: AnswerKind
    about: About = About.DECISION
    revision: int | None = None
    digest: str | None = None
    option: str | None = None
    until: date | None = None

    def lines(self) -> list[str]:
        """Return the lines of the block."""
        fields = {
            "Answer": self.kind,
            "Record": self.id,
            "Revision": self.revision,
            "Digest": self.digest,
            "About": None if self.about is About.DECISION else self.about,
            # An id may be any text; so it has no spaces at which a line could be broken.
            "Option": quote(self.option, safe="") if self.option else None,
            "Until": self.until,
        }
        return [f"Changebook-{name}: {value}" for name, value in fields.items() if value]


def mark(words: str) -> str:
    """Return a line that parts what a person writes from what was filled in."""
    return f"{_EQUALS} {words.replace('=', '')} {_EQUALS}"


def blocks(lines: Iterable[str]) -> tuple[Block, ...]:
    """Return the blocks in a text, each from its first field on; without a record it is none."""
    groups: list[dict[str, str]] = []
    for name, value in FIELD.findall("\n".join(lines)):
        key = name.lower()
        if not groups or key in groups[-1]:
            groups.append({})
        groups[-1][key] = value
    return tuple(block for fields in groups if (block := _block(fields)))


def _block(fields: dict[str, str]) -> Block | None:
    id = re.sub("[\u2010-\u2013]", "-", fields.get("record", "")).upper()
    if not RECORD_ID.fullmatch(id):
        return None
    kind, about = fields.get("answer", "").lower(), fields.get("about", "").lower()
    revision, digest = fields.get("revision", ""), fields.get("digest", "").lower()
    return Block(
        id,
        AnswerKind(kind) if kind in list(AnswerKind) else AnswerKind.ASK,
        About(about) if about in list(About) else About.DECISION,
        int(revision) if re.fullmatch(r"[0-9]{1,9}", revision) else None,
        digest if re.fullmatch(r"[0-9a-f]{8,64}", digest) else None,
        unquote(fields["option"]) if "option" in fields else None,
        _day(fields.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(re.sub("[\u2010-\u2013]", "-", text))
    except ValueError:
        return None

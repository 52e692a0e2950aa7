"""What a file beside a record is like, once it was looked into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Why a file can't be published; `line` is where, in a file of text. `help` is a way out."""

    why: str
    help: str
    line: int | None = None


@dataclass(frozen=True)
class Attachment:
    """A file as it may be published.

    `content` says nothing of its makers, as far as that can be taken out without touching what it
    shows. `remarks` name what else it holds that its reader may not see at once. `is_damaged` says
    that the file of a picture is none.
    """

    content: bytes
    remarks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    is_opaque: bool = False
    is_damaged: bool = False

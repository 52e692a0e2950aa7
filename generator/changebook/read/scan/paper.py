"""A signed paper as it may be filed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PaperFormat(StrEnum):
    """What a signed copy may be: what every browser shows. The value is the file's suffix."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpg"


class UnfitPaper(Exception):
    """The file can't be a signed copy. `help` is a way out."""

    def __init__(self, why: str, help: str) -> None:
        super().__init__(f"{why}: {help[0].lower()}{help[1:]}")
        self.why, self.help = f"{why}.", f"{help}."


@dataclass(frozen=True)
class ScannedPaper:
    """The paper as it may be filed.

    `removed` names what was taken out of it; nothing, if `content` is as it came. `remarks` are
    what whoever files it should know.
    """

    format: PaperFormat
    content: bytes
    removed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

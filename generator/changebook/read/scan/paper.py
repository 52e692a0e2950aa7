"""A signed paper as a file: what it is by its content, and what of it no client should see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Larger files make a repository slow for everybody, for ever; a page in grey takes some 0.1 MB.
LARGEST = 25 * 1024 * 1024
_MEGABYTE = 1024 * 1024


class Kind(StrEnum):
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
class Paper:
    """The paper as it may be filed.

    `removed` names what was taken out of it; nothing, if `content` is as it came. `remarks` are
    what whoever files it should know.
    """

    kind: Kind
    content: bytes
    removed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def examined(content: bytes) -> Paper:
    """The paper that a file holds, without what says more than the paper does.

    Raises UnfitPaper for what is neither a PDF nor a picture, can run something, or can't be shown.
    """
    # Both take a while to load, and most commands never see a paper.
    from changebook.read.scan import pdf, picture  # noqa: PLC0415

    if not content:
        raise UnfitPaper("It is empty", "Scan the paper once more")
    if len(content) > LARGEST:
        raise UnfitPaper(
            f"It has {len(content) / _MEGABYTE:.0f} MB, and {LARGEST // _MEGABYTE} MB is the limit",
            "Scan it in grey with 200 to 300 dots per inch",
        )
    if pdf.is_pdf(content):
        return pdf.examined(content)
    return picture.examined(content)

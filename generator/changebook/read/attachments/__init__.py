"""Files beside the records as they may be published: without their makers, and doing nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from changebook.read.attachments.attachment import Attachment, Fault

__all__ = ["Attachment", "Fault", "examined", "published"]

_PICTURES = frozenset(".png .jpg .jpeg .jfif .gif .webp".split())
_OFFICE = frozenset(
    ".docx .docm .dotx .xlsx .xlsm .xltx .pptx .pptm .ppsx .odt .ods .odp .odg".split()
)
#: Text is all there to be read.
_TEXT = frozenset(
    ".txt .csv .tsv .json .jsonl .yaml .yml .toml .ini .ics .vcf .eml .log .sql .py .sh .srt "
    ".vtt .tex .rst .adoc .diff .patch".split()
)


def published(file: Path) -> bytes:
    """Return the bytes of a file that may leave the workspace."""
    return examined(file).content


def examined(file: Path) -> Attachment:
    """Look into a file: what there is to say of it, and its bytes as they may be published."""
    return _examined(file.read_bytes(), file.suffix.lower())


@lru_cache(maxsize=64)
def _examined(content: bytes, suffix: str) -> Attachment:
    # Most workspaces have no files of some kinds, and what reads them takes a while to load.
    if suffix == ".svg":
        from changebook.read.attachments import svg  # noqa: PLC0415

        return svg.examined(content, _clean)
    if suffix in _PICTURES:
        from changebook.read.attachments import pictures  # noqa: PLC0415

        return replace(_picture(content), is_damaged=not pictures.opens(content))
    if suffix == ".pdf":
        from changebook.read.attachments import pdf  # noqa: PLC0415

        return pdf.examined(content)
    if suffix in _OFFICE:
        from changebook.read.attachments import office  # noqa: PLC0415

        return office.examined(content, _clean)
    return Attachment(content, is_opaque=suffix not in _TEXT)


def _picture(content: bytes) -> Attachment:
    from changebook.read.attachments import pictures  # noqa: PLC0415

    try:
        return Attachment(pictures.stripped(content))
    except pictures.NoPicture:
        return Attachment(content, is_opaque=True)


def _clean(content: bytes) -> bytes:
    """Strip a picture within another file."""
    return _picture(content).content

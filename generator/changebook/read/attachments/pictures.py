"""Pictures without what cameras and programs noted in them; the picture stays as it is coded.

A colour profile and the way up are part of the picture. The layouts are those of GIF89a, of the
WebP container (RFC 9649) and of PNG (W3C PNG, chapter 11).
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from changebook.read.scan import jpeg
from changebook.read.scan.picture import chunks

_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"
#: The chunks that make the picture or move it; all others say something more.
_OF_PNG = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI pHYs sBIT bKGD acTL fcTL "
    b"fdAT".split()
)
_OF_WEBP = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
#: In the first byte of VP8X: whether there is EXIF, and whether there is XMP.
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
#: How often an animated GIF starts again.
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


class NoPicture(Exception):
    """The bytes are no whole picture of that kind."""


def stripped(content: bytes) -> bytes:
    """Return the picture without notes. Raises NoPicture where it is of no known kind."""
    try:
        if content.startswith(b"\xff\xd8"):
            return jpeg.stripped(content, _orientation(content), profile=True)
        if content.startswith(_PNG):
            return _png(content)
        if content.startswith((b"GIF87a", b"GIF89a")):
            return b"".join(_gif(content))
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
    except (jpeg.NoJpeg, IndexError):
        raise NoPicture from None
    raise NoPicture


def opens(content: bytes) -> bool:
    """Return whether the picture's header and, where it has them, its checksums are right."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how large it is, or what is wrong with its notes
        try:
            with Image.open(BytesIO(content)) as image:
                image.verify()
        except Exception:  # noqa: BLE001 - whatever one of many decoders raises
            return False
    return True


def _orientation(content: bytes) -> int:
    """Return which way up the picture is meant to be, as EXIF says it; 1 is as it is coded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # faulty notes are about to go
        try:
            with Image.open(BytesIO(content)) as image:
                turn = image.getexif().get(_ORIENTATION, 1)
        except (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError):
            return 1
        except Image.DecompressionBombError:
            return 1
    return turn if turn in range(2, 9) else 1


def _png(content: bytes) -> bytes:
    turn = _orientation(content) if b"eXIf" in content else 1
    parts = [_PNG]
    for name, piece in chunks(content[len(_PNG) :]):
        if name == b"IDAT" and turn != 1:
            exif = jpeg.turned(turn).removeprefix(b"Exif\0\0")
            body = b"eXIf" + exif
            parts.append(len(exif).to_bytes(4) + body + zlib.crc32(body).to_bytes(4))
            turn = 1
        if name in _OF_PNG:
            parts.append(piece)
    if not parts[-1].endswith(b"IEND\xaeB`\x82"):
        raise NoPicture
    return b"".join(parts)


def _gif(content: bytes) -> Iterator[bytes]:
    at = 13 + _table(content[10])
    yield content[:at]
    while (kind := content[at]) != _TRAILER:
        start = at
        if kind == _IMAGE:
            at = _end_of_blocks(content, at + 10 + _table(content[at + 9]) + 1)
            yield content[start:at]
        elif kind == _EXTENSION:
            label = content[at + 1]
            at = _end_of_blocks(content, at + 2)
            loops = label == _APPLICATION and content[start + 3 : start + 14] in _LOOPS
            if label == _GRAPHIC_CONTROL or loops:
                yield content[start:at]
        else:
            raise NoPicture
    yield bytes((_TRAILER,))


def _table(flags: int) -> int:
    """Return how long the table of colours is."""
    return 3 << ((flags & 0x07) + 1) if flags & 0x80 else 0


def _end_of_blocks(content: bytes, at: int) -> int:
    while size := content[at]:
        at += size + 1
    return at + 1


def _webp(content: bytes) -> bytes:
    turn = _orientation(content)
    kept = []
    at, end = 12, 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise NoPicture
    while at + 8 <= end:
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        piece = content[at : at + 8 + size + size % 2]
        if name == b"VP8X":
            flags = piece[8] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turn != 1 else 0)
            piece = piece[:8] + bytes((flags,)) + piece[9:]
        if name in _OF_WEBP:
            kept.append(piece)
        at += 8 + size + size % 2
    if turn != 1:
        exif = jpeg.turned(turn)
        kept.append(b"EXIF" + len(exif).to_bytes(4, "little") + exif + b"\0" * (len(exif) % 2))
    whole = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(whole).to_bytes(4, "little") + whole

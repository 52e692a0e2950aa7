"""What a JPEG says beside its picture, taken out without touching the picture itself.

Scans are photographs of paper, so they are evidence: nothing here is encoded again. The layout is
that of ITU-T T.81, Annex B.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
#: Application segments and comments. JFIF's and Adobe's say how the colours are meant.
_APPLICATIONS = range(0xE0, 0xF0)
_COMMENT = 0xFE
_MEANT = (b"JFIF\0", b"Adobe")
_PROFILE = b"ICC_PROFILE\0"
#: A JFIF segment is longer only if it has a thumbnail.
_PLAIN_JFIF = 14
_ORIENTATION = 0x0112


class NoJpeg(Exception):
    """The bytes are no whole JPEG."""


def stripped(content: bytes, orientation: int = 1, *, profile: bool = False) -> bytes:
    """Strip a JPEG of cameras, places, comments, thumbnails, and what stands behind its end.

    `orientation` is the EXIF one, which is kept where the picture would lie on its side without it.
    With `profile` its colour profile stays too, which a scan can do without. Raises NoJpeg.
    """
    parts = [bytes((0xFF, _START))]
    if orientation != 1:
        segment = turned(orientation)
        parts.append(b"\xff\xe1" + (len(segment) + 2).to_bytes(2) + segment)
    meant = (*_MEANT, _PROFILE) if profile else _MEANT
    parts += (piece for marker, piece in _pieces(content) if _is_picture(marker, piece, meant))
    return b"".join(parts)


def turned(orientation: int) -> bytes:
    """Return EXIF that says which way up the picture is, and nothing else."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()


def _is_picture(marker: int, piece: bytes, meant: tuple[bytes, ...]) -> bool:
    if marker in _APPLICATIONS:
        payload = piece[4:]
        has_thumbnail = payload[:4] == b"JFIF" and len(payload) > _PLAIN_JFIF
        return payload.startswith(meant) and not has_thumbnail
    return marker != _COMMENT


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each segment after the first marker, with what is coded behind it; the end is last."""
    if content[:2] != bytes((0xFF, _START)):
        raise NoJpeg
    at = 2
    while True:
        if at + 1 >= len(content) or content[at] != 0xFF:
            raise NoJpeg
        marker = content[at + 1]
        if marker == 0xFF:  # a byte that only fills
            at += 1
            continue
        if marker == _END:
            yield marker, content[at : at + 2]
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if marker == _SCAN:
            end = _next_marker(content, end)
        yield marker, content[at:end]
        at = end


def _next_marker(content: bytes, at: int) -> int:
    """Return the end of coded data: a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise NoJpeg
        if content[at + 1] not in (0x00, *range(0xD0, 0xD8)):
            return at
        at += 2

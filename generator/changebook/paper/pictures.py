"""Pictures as paper can show them: in grey or in red, green and blue, eight bits deep."""

from __future__ import annotations

import io
import mimetypes
from xml.etree import ElementTree as ET

from PIL import Image, ImageOps, UnidentifiedImageError

SVG = "image/svg+xml"
#: What goes into a PDF as it is. Inks need an output intent for a press (ISO 19005-3, 6.2.4.3), and
#: ours is sRGB.
_FORMATS = frozenset({"PNG", "JPEG", "MPO", "GIF", "WEBP"})
_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
_WITH_ALPHA = frozenset({"PA", "La", "RGBa"})
#: The brightest of 16 bits comes to the brightest of 8.
_TO_EIGHT_BITS = 1 / 257


class NotPrintable(Exception):
    """A picture that can't be printed; the message says why."""


def printable(content: bytes, kind: str) -> tuple[bytes, str]:
    """Return a picture of a media type as it can be printed, and its type. Raises NotPrintable."""
    return (_drawing(content), SVG) if kind == SVG else _photograph(content, kind)


def media_type(name: str) -> str:
    """Return what the name of a file says that it is."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _drawing(content: bytes) -> bytes:
    try:
        root = ET.fromstring(content)  # noqa: S314 - the checks refuse entities
    except (ET.ParseError, ValueError, LookupError) as error:
        raise NotPrintable(f"it is not well-formed XML: {error}") from error
    if root.tag.rpartition("}")[2] != "svg":
        raise NotPrintable("it is not an SVG")
    return content


def _photograph(content: bytes, kind: str) -> tuple[bytes, str]:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            if picture.format in _FORMATS and picture.mode in _MODES:
                return content, kind
            made = io.BytesIO()
            _in_light(ImageOps.exif_transpose(picture)).save(made, "PNG")
    except NotPrintable:
        raise
    except UnidentifiedImageError:
        raise NotPrintable("its format is unknown, or it is damaged") from None
    except Exception as error:  # whatever one of many decoders raises
        raise NotPrintable(f"it is damaged: {error}") from error
    return made.getvalue(), "image/png"


def _in_light(picture: Image.Image) -> Image.Image:
    """Return the picture in one of the modes that go into a PDF."""
    if picture.mode in _MODES:
        return picture
    if picture.mode.startswith("I"):
        wide = picture.convert("I")
        return wide.point(lambda value: value * _TO_EIGHT_BITS).convert("L")
    if picture.mode == "F":
        raise NotPrintable("its colours can't be shown on a screen")
    return picture.convert("RGBA" if picture.mode in _WITH_ALPHA else "RGB")

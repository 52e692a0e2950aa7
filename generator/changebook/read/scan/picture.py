"""A signed paper as a picture: a JPEG or PNG keeps its pixels as they are coded."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from changebook.read.scan import jpeg
from changebook.read.scan.paper import PaperFormat, ScannedPaper, UnfitPaper

#: A sheet of A3 with 600 dots per inch has 70 million.
_MOST_PIXELS = 150_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF")
#: Of the others the first picture is the one that is shown.
_OF_PAGES = frozenset({"WEBP", "TIFF"})
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
#: The chunks of a PNG that make the picture (W3C PNG, chapter 11); all others say something more.
_PICTURE = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB pHYs sBIT bKGD".split())
_ORIENTATION, _PLACE = 0x0112, 0x8825
#: The brands of the formats of phones, in the first box of the file.
_PHONE = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
_AS_PDF = "Save it as a PDF or a JPEG, and file that with `changebook sign`"
_NOTES = "what the camera or program recorded in it"


def examined(content: bytes) -> ScannedPaper:
    """Return the picture without its notes. TIFF and WebP become PNG. Raises UnfitPaper."""
    if content[4:8] == b"ftyp" and content[8:12] in _PHONE:
        raise UnfitPaper("It is a HEIC or AVIF picture, which not all browsers show", _AS_PDF)
    with warnings.catch_warnings():
        # Faulty notes are about to go, and the limit on pixels here is another one.
        warnings.simplefilter("ignore")
        return _without_notes(content, _opened(content))


def _without_notes(content: bytes, image: Image.Image) -> ScannedPaper:
    exif = image.getexif()
    orientation = exif.get(_ORIENTATION, 1)
    place = ["the place where it was taken"] if exif.get_ifd(_PLACE) else []
    if content.startswith(_JPEG):
        try:
            clean = jpeg.stripped(content, orientation if orientation in range(2, 9) else 1)
        except jpeg.NoJpeg:
            raise _broken() from None
        # Only the orientation is rewritten each time.
        again = clean == content
        return ScannedPaper(PaperFormat.JPEG, clean, () if again else (_NOTES, *place))
    if content.startswith(_PNG) and orientation == 1:
        clean = _PNG + b"".join(
            piece for name, piece in chunks(content[len(_PNG) :]) if name in _PICTURE
        )
        return ScannedPaper(PaperFormat.PNG, clean, () if clean == content else (_NOTES, *place))
    remarks = () if image.format == "PNG" else (f"It was a {image.format} and is now a PNG.",)
    return ScannedPaper(PaperFormat.PNG, _as_png(image), (_NOTES, *place), remarks)


def _load_whole(image: Image.Image) -> None:
    """Read all of the picture; OSError where it is cut off."""
    # WeasyPrint, once imported, makes Pillow fill up what is missing, in the whole process.
    lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _opened(content: bytes) -> Image.Image:
    """Return the picture, all of it read."""
    try:
        image = Image.open(BytesIO(content), formats=_FORMATS)
        if image.width * image.height > _MOST_PIXELS:
            raise _too_large()
        _load_whole(image)
        pages = getattr(image, "n_frames", 1)
    except Image.DecompressionBombError:
        raise _too_large() from None
    except UnidentifiedImageError:
        raise UnfitPaper(
            "It is neither a PDF nor a picture of a kind that browsers show", _AS_PDF
        ) from None
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error):
        raise _broken() from None
    if pages > 1 and image.format in _OF_PAGES:
        raise UnfitPaper(f"It is a picture of {pages} pages, which browsers do not show", _AS_PDF)
    return image


def _too_large() -> UnfitPaper:
    return UnfitPaper(
        f"It has more than {_MOST_PIXELS // 1_000_000} million pixels",
        "Scan it with 200 to 300 dots per inch",
    )


def _broken() -> UnfitPaper:
    return UnfitPaper("The picture is damaged or cut off", "Scan the paper again")


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield a PNG's chunks with their names, up to its end; what follows is not part of it."""
    at = 0
    while at < len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        name = content[at + 4 : at + 8]
        yield name, content[at:end]
        if name == b"IEND":
            return
        at = end


def _as_png(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        upright = upright.convert("RGB")
    transparent = upright.info.get("transparency")
    upright.info = {} if transparent is None else {"transparency": transparent}
    stream = BytesIO()
    upright.save(stream, "PNG")
    return stream.getvalue()

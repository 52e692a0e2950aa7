"""What a file is by its content, and the signed paper in it without what no client should see."""

from __future__ import annotations

from changebook.read.scan import pdf, picture
from changebook.read.scan.paper import ScannedPaper, UnfitPaper

#: Larger files make a repository slow for everybody, forever; a page in grey takes some 0.1 MB.
LARGEST = 25 * 1024 * 1024
_MEGABYTE = 1024 * 1024


def examined(content: bytes) -> ScannedPaper:
    """Return the paper that a file holds, without what says more than the paper does.

    Raises UnfitPaper for what is neither a PDF nor a picture, can run something, or can't be shown.
    """
    if not content:
        raise UnfitPaper("It is empty", "Scan the paper again")
    if len(content) > LARGEST:
        raise UnfitPaper(
            f"It has {len(content) / _MEGABYTE:.0f} MB, and {LARGEST // _MEGABYTE} MB is the limit",
            "Scan it in grey with 200 to 300 dots per inch",
        )
    if pdf.is_pdf(content):
        return pdf.examined(content)
    return picture.examined(content)

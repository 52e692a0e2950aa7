"""Pictures as paper can show them, and those that it can't."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from changebook.paper.pictures import SVG, NotPrintable, printable


def picture(mode: str, colour: Any, kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new(mode, (4, 4), colour).save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "PNG"), ("RGBA", "PNG"), ("L", "PNG"), ("P", "GIF"), ("RGB", "JPEG"), ("RGB", "WEBP")],
)
def test_what_paper_shows_as_it_is_stays(mode: str, kind: str) -> None:
    content = picture(mode, 0, kind)
    assert printable(content, f"image/{kind.lower()}") == (content, f"image/{kind.lower()}")


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "shown"),
    [
        ("I;16", 0x8000, "PNG", (127, 127, 127)),
        ("I;16", 0xFFFF, "TIFF", (255, 255, 255)),
        ("CMYK", (0, 255, 255, 0), "JPEG", (254, 0, 0)),
        ("RGB", (1, 2, 3), "BMP", (1, 2, 3)),
        ("RGB", (1, 2, 3), "TIFF", (1, 2, 3)),
    ],
)
def test_what_paper_cannot_show_is_turned_into_what_it_can(
    mode: str, colour: Any, kind: str, shown: tuple[int, int, int]
) -> None:
    content, turned = printable(picture(mode, colour, kind), "image/x")
    assert turned == "image/png"
    with Image.open(io.BytesIO(content)) as made:
        assert made.mode in ("L", "RGB")
        found = made.convert("RGB").getpixel((1, 1))
    assert isinstance(found, tuple)
    assert max(abs(a - b) for a, b in zip(found, shown, strict=True)) <= 2


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"", "image/png", "its format is unknown"),
        (b"words", "image/png", "its format is unknown"),
        (picture("RGB", 0)[:45], "image/png", "damaged"),
        (picture("F", 0.5, "TIFF"), "image/tiff", "its colours can.t be shown"),
        (b"<svg", SVG, "not well-formed XML"),
        (b"<p/>", SVG, "not an SVG"),
    ],
)
def test_what_cannot_be_printed_says_why(content: bytes, kind: str, reason: str) -> None:
    with pytest.raises(NotPrintable, match=reason):
        printable(content, kind)

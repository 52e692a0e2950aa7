"""The pictures of a report as PNG, because mail programs show no SVG: one strip for each row.

All words and figures stand beside the strips as text, so the pictures need no fonts, and whoever
does not see them misses nothing. The shapes are those of the pages' pictures: hollow takes off,
a broken outline is pending, a circle is the original date and a square on its corner the agreed.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from changebook.views.charts import Bar
from changebook.views.pictures import DateRow

#: The size of a strip on the page in pixels; it has twice as many for sharp screens.
WIDTH, HEIGHT = 120, 18
_SHARP = 2
#: Drawn larger and made smaller, so that edges are smooth.
_FINE = 4
_MARK = 4.5

#: Seen on white and on black, as mail programs may invert colours.
_TOTAL = (84, 104, 118)
_APPROVED = (47, 138, 91)
_PENDING = (198, 130, 30)
_TRACK = (170, 181, 189)
#: How much of what is behind a pending bar it covers, of 255.
_PALE = 90
_KINDS = {"total": _TOTAL, "approved": _APPROVED, "pending": _PENDING}

_Colour = tuple[int, int, int]


class _Strip:
    """One row of a picture; horizontal places come in percent of its width."""

    def __init__(self) -> None:
        self._scale = _SHARP * _FINE
        size = (WIDTH * self._scale, HEIGHT * self._scale)
        self._image = Image.new("RGBA", size, (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self._image)

    def _x(self, at: Decimal) -> float:
        # Marks at the very ends stay whole.
        return (_MARK + 1 + float(at) / 100 * (WIDTH - 2 * (_MARK + 1))) * self._scale

    def line(self, at: Decimal, to: Decimal, colour: _Colour, thick: float = 1) -> None:
        middle = HEIGHT / 2 * self._scale
        half = thick / 2 * self._scale
        box = (self._x(at), middle - half, self._x(to), middle + half)
        self._draw.rectangle(box, fill=colour)

    def upright(self, at: Decimal, colour: _Colour) -> None:
        half = 0.75 * self._scale
        x = self._x(at)
        self._draw.rectangle((x - half, 0, x + half, HEIGHT * self._scale), fill=colour)

    def bar(self, left: Decimal, right: Decimal, colour: _Colour, *, hollow: bool) -> None:
        top, bottom = 3 * self._scale, (HEIGHT - 3) * self._scale
        x, end = self._x(left), self._x(right)
        end = max(end, x + 2 * self._scale)
        outline = round(1.5 * self._scale)
        self._draw.rectangle(
            (x, top, end, bottom), fill=None if hollow else colour, outline=colour, width=outline
        )

    def broken(self, left: Decimal, right: Decimal, colour: _Colour, *, hollow: bool) -> None:
        """Draw a pale bar with a broken outline: what is pending may still go."""
        top, bottom = 3 * self._scale, (HEIGHT - 3) * self._scale
        x, end = self._x(left), self._x(right)
        if not hollow:
            self._draw.rectangle((x, top, end, bottom), fill=(*colour, _PALE))
        dash, gap = 4 * self._scale, 3 * self._scale
        thick = round(1.5 * self._scale)
        for upright in (x, end - thick):
            self._draw.rectangle((upright, top, upright + thick, bottom), fill=colour)
        while x < end:
            stop = min(x + dash, end)
            self._draw.rectangle((x, top, stop, top + thick), fill=colour)
            self._draw.rectangle((x, bottom - thick, stop, bottom), fill=colour)
            x += dash + gap

    def circle(self, at: Decimal, colour: _Colour) -> None:
        x, y, r = self._x(at), HEIGHT / 2 * self._scale, _MARK * self._scale
        width = round(1.5 * self._scale)
        self._draw.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=width)

    def diamond(self, at: Decimal, colour: _Colour, *, hollow: bool) -> None:
        x, y, r = self._x(at), HEIGHT / 2 * self._scale, (_MARK + 0.5) * self._scale
        corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        if hollow:
            self._draw.polygon(corners, outline=colour, width=round(1.5 * self._scale))
        else:
            self._draw.polygon(corners, fill=colour)

    def png(self) -> bytes:
        small = self._image.resize((WIDTH * _SHARP, HEIGHT * _SHARP), Image.Resampling.BOX)
        written = BytesIO()
        # Few colours are enough, and an email has many strips.
        small.quantize(32, Image.Quantize.FASTOCTREE).save(written, "PNG", optimize=True)
        return written.getvalue()


def sum_strip(bar: Bar[Decimal], kind: str) -> bytes:
    """Draw a bar of the sums; `kind` is total, approved or pending."""
    strip, right = _Strip(), bar.left + bar.width
    draw = strip.broken if kind == "pending" else strip.bar
    if bar.width or kind == "total":
        draw(bar.left, right, _KINDS[kind], hollow=bar.falls)
    else:
        strip.upright(bar.left, _KINDS[kind])
    return strip.png()


def date_strip(row: DateRow, today: Decimal | None) -> bytes:
    """Draw a milestone on the calendar."""
    strip, nothing, whole = _Strip(), Decimal(0), Decimal(100)
    strip.line(nothing, whole, _TRACK)
    if today is not None:
        strip.upright(today, _TRACK)
    if row.reach:
        strip.broken(row.reach.left, row.reach.left + row.reach.width, _PENDING, hollow=True)
    if row.move.width:
        strip.line(row.move.left, row.move.left + row.move.width, _APPROVED, thick=3)
    strip.circle(row.move.start_at, _TOTAL)
    if row.possible:
        for at in dict.fromkeys((row.possible.start_at, row.possible.end_at)):
            strip.diamond(at, _PENDING, hollow=True)
    strip.diamond(row.move.end_at, _TOTAL, hollow=False)
    return strip.png()

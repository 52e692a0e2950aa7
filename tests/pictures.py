"""The pictures in README and docs/, taken of the samples: `python3 dev.py pictures`."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, ViewportSize

from changebook.cli import main
from changebook.publish.build import build
from tests.browsing import served, started

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
CLIENT = "lakeside-clinics"
RECORD = "LKC-0009"
PAPER = "change-order.webp"


@dataclass(frozen=True)
class Shot:
    """A page in a window; `scale` is how many pixels of the picture one of the page becomes."""

    page: str
    window: ViewportSize
    scale: float


SHOTS = {
    "home-on-a-phone.webp": Shot("", {"width": 390, "height": 780}, 1.3),
    "record.webp": Shot(f"changes/{RECORD}/", {"width": 1180, "height": 912}, 0.75),
}


def of_pages(browser: Browser, address: str) -> dict[str, bytes]:
    """Take the pictures of pages of the sample's site at that address."""
    taken = {}
    for name, shot in SHOTS.items():
        context = browser.new_context(viewport=shot.window, device_scale_factor=2)
        page = context.new_page()
        page.goto(f"{address}{shot.page}", wait_until="networkidle")
        png = page.screenshot(animations="disabled", caret="hide")
        taken[name] = _small(Image.open(BytesIO(png)), shot.window["width"] * shot.scale)
        context.close()
    return taken


def of_paper(folder: Path) -> dict[str, bytes]:
    """Print the record's change order below `folder`, and take the picture of its first page."""
    main(
        ["print", RECORD, "--workspace", str(ROOT), "--out", str(folder)],
        standalone_mode=False,
    )
    (printed,) = folder.rglob("*.pdf")
    with pypdfium2.PdfDocument(printed) as document:
        page = document[0].render(scale=3).to_pil()
    return {PAPER: _small(page, 640)}


def _small(picture: Image.Image, width: float) -> bytes:
    size = (round(width), round(picture.height * width / picture.width))
    small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    written = BytesIO()
    small.save(written, "WEBP", quality=72, method=6)
    return written.getvalue()


def take() -> None:
    """Build the sample, and write each picture into docs/pictures/."""
    with TemporaryDirectory() as temporary, started() as browser:
        out = Path(temporary) / "site"
        result = build(ROOT, out=out, slugs=[CLIENT])
        assert result.ok, (result.problems, result.failures)
        with served(out) as address:
            taken = of_pages(browser, f"{address}{CLIENT}/")
        taken |= of_paper(Path(temporary) / "print")
    FOLDER.mkdir(exist_ok=True)
    for name, picture in taken.items():
        (FOLDER / name).write_bytes(picture)


if __name__ == "__main__":
    take()

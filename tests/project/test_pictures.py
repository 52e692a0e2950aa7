"""The pictures in README: small, and what the script takes of the samples."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser

from tests import pictures

FILES = {file.name: file for file in pictures.FOLDER.iterdir()}


def test_they_weigh_little() -> None:
    assert {*FILES} == {*pictures.SHOTS, pictures.PAPER}
    assert sum(file.stat().st_size for file in FILES.values()) < 150_000


@pytest.mark.slow
def test_the_script_takes_them_of_the_samples(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    taken = pictures.of_pages(browser, f"{address}{pictures.CLIENT}/")
    taken |= pictures.of_paper(tmp_path)
    assert taken.keys() == FILES.keys()
    for name, picture in taken.items():
        now, then = (Image.open(BytesIO(data)) for data in (picture, FILES[name].read_bytes()))
        assert (now.format, now.size) == (then.format, then.size), "run python3 dev.py pictures"
        (ink,) = ImageStat.Stat(now.convert("L")).stddev
        assert ink > 20, f"{name} is nearly blank"

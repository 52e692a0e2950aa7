"""SVG files: real ones are published looking the same, and what is not a picture is refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser

from changebook.check import load_checked
from changebook.read import attachments
from changebook.read.attachments import svg
from tests.browsing import served
from tests.read.hostile_svg import AWAY, hostile

_PROFILE = """---
name: Acme
language: en
timezone: Europe/Paris
prefix: ACME
project: Shop
vendor: {name: Northwind}
contract: {reference: S, signed: 2026-01-05, currency: EUR, sum: 1.00}
people: [{name: Ada, role: Sponsor, party: client, approves: true}]
---
"""
_RECORD = """---
id: ACME-0001
title: A flow
status: draft
visibility: client
---

The ![flow](flow.svg) and once more ![it](flow.svg).
"""
REAL = sorted((Path(__file__).parents[1] / "cases" / "svg").glob("*.svg"))
HOSTILE = dict(hostile())


def read(content: bytes) -> attachments.Attachment:
    return svg.examined(content, lambda picture: picture)


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
def test_a_real_drawing_is_published_without_its_makers(file: Path) -> None:
    drawing = attachments.examined(file)
    assert drawing.faults == ()
    assert b"secret" in file.read_bytes() or file.stem in ("illustrator", "mermaid")
    assert b"secret" not in drawing.content
    assert b"<!--" not in drawing.content
    assert read(drawing.content).content == drawing.content


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused(name: str) -> None:
    drawing = read(HOSTILE[name])
    assert drawing.faults
    assert drawing.content == b""


def test_an_svg_that_is_refused_is_named_where_a_record_uses_it(tmp_path: Path) -> None:
    folder = tmp_path / "changes" / "acme"
    folder.mkdir(parents=True)
    for name, text in {
        "client.md": _PROFILE,
        "ACME-0001-a.md": _RECORD,
        "flow.svg": "<svg xmlns='http://www.w3.org/2000/svg'>\n<script/>\n<g onload='x'/></svg>",
    }.items():
        (folder / name).write_text(text, "utf-8")
    problems = [p for p in load_checked(tmp_path)[1] if p.rule == "unsafe-attachment"]
    assert [(p.path, (p.line, p.column), p.message) for p in problems] == [
        (
            "changes/acme/ACME-0001-a.md",
            (8, 5),
            "`flow.svg:2` has `<script>`, which a picture does not need.",
        ),
        (
            "changes/acme/ACME-0001-a.md",
            (8, 5),
            "`flow.svg:3` has `onload` on `<g>`, which runs a script.",
        ),
    ]


def test_a_layer_that_is_switched_off_stays_where_something_uses_it() -> None:
    def drawing(used: str) -> attachments.Attachment:
        return read(
            b"<svg xmlns='http://www.w3.org/2000/svg'><g display='none'>"
            b"<path id='a' d='M0'/></g><use href='#" + used.encode() + b"'/></svg>"
        )

    assert b"path" not in drawing("b").content
    assert drawing("b").remarks == ()
    assert b"path" in drawing("a").content
    assert drawing("a").remarks == ("hidden layers that other parts of it use",)


def test_an_old_encoding_is_no_fault_where_the_bytes_are_the_same() -> None:
    drawing = b"<?xml version='1.0' encoding='US-ASCII'?><svg xmlns='http://www.w3.org/2000/svg'/>"
    assert read(drawing).content == b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def _that_ask_another_host(browser: Browser, root: Path, files: dict[str, bytes]) -> set[str]:
    """The names of the drawings that do so when they are opened by themselves."""
    for number, content in enumerate(files.values()):
        (root / f"{number}.svg").write_bytes(content)
    found = set()
    with served(root) as base:
        page = browser.new_page()
        asked: list[str] = []
        page.route(f"{AWAY}/**", lambda route: route.fulfill(body=""))
        page.on("request", lambda request: asked.append(request.url))
        for number, name in enumerate(files):
            asked.clear()
            page.goto(f"{base}{number}.svg")
            page.wait_for_timeout(60)
            if [url for url in asked if not url.startswith((base, "data:"))]:
                found.add(name)
        page.close()
    return found


@pytest.mark.slow
def test_what_is_allowed_of_a_hostile_drawing_does_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    """The lists hold by themselves, even if what they leave out were no fault."""
    allowed = {name: svg.allowed(c, lambda picture: picture)[0] for name, c in HOSTILE.items()}
    written = {name: content for name, content in allowed.items() if content}
    assert len(written) > 50
    assert _that_ask_another_host(browser, tmp_path, written) == set()


@pytest.mark.slow
def test_the_browser_would_have_done_it(browser: Browser, tmp_path: Path) -> None:
    assert len(_that_ask_another_host(browser, tmp_path, HOSTILE)) > 30


@pytest.mark.slow
@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
def test_a_real_drawing_looks_the_same(browser: Browser, file: Path, tmp_path: Path) -> None:
    (tmp_path / "before.svg").write_bytes(file.read_bytes())
    (tmp_path / "after.svg").write_bytes(attachments.published(file))
    pictures = []
    with served(tmp_path) as base:
        page = browser.new_page(viewport={"width": 300, "height": 240})
        for name in ("before", "after"):
            # In a page: of a drawing alone, Chromium now and then takes no picture.
            page.set_content(f'<body style="margin: 0"><img src="{base}{name}.svg">')
            pictures.append(Image.open(BytesIO(page.screenshot())).convert("RGB"))
        page.close()
    assert len(pictures[0].getcolors(99_999) or ()) > 3
    assert ImageChops.difference(*pictures).getbbox() is None

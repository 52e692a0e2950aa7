"""That the words in diagrams lie where paper shows them, and can be seen there."""

from __future__ import annotations

import subprocess
import sys

import pypdfium2
import pytest
from weasyprint import HTML  # type: ignore[import-untyped]
from weasyprint.urls import URLFetcherResponse  # type: ignore[import-untyped]

from changebook.paper import typesetting
from changebook.paper.diagrams import Drawing, draw
from tests.paper.test_sheets import letters, outside

pytestmark = pytest.mark.slow

LONG = "客户确认需求变更的范围费用和上线日期都以双方签字的变更单为准" * 2
KINDS = {
    "message": f"sequenceDiagram\n participant 甲方\n participant 乙方\n 甲方->>乙方: {LONG}",
    "note": f"sequenceDiagram\n participant 甲方\n Note over 甲方: {LONG}",
    "box": f"flowchart LR\n subgraph 审批\n A[{LONG}] -->|{LONG}| B[结束]\n end",
    "state": f"stateDiagram-v2\n A: {LONG}\n [*] --> A: {LONG}",
    "pie": f'pie title {LONG}\n "{LONG}" : 40\n "其他" : 60',
    "plan": "gantt\n dateFormat YYYY-MM-DD\n section 一期\n 开发 :a, 2026-01-01, 30d",
    "journey": "journey\n title 客户的一天\n section 上午\n 提交变更: 5: 甲方\n 审批变更: 3: 乙方",
}
#: The grey of a letter that can be read on white or on light grey is below it, of 255.
_READABLE = 160


def on_a_sheet_of_its_size(drawing: Drawing) -> bytes:
    typesetting.require()
    wide, high = drawing.size
    sheet = f"@page {{ margin: 0; size: {wide}px {high}px }} body {{ margin: 0 }}"
    html = f'<style>{sheet} img {{ display: block; width: 100% }}</style><img src="test:drawing">'

    def fetch(url: str) -> URLFetcherResponse:
        return URLFetcherResponse(url, drawing.svg, {"Content-Type": "image/svg+xml"})

    made: bytes = HTML(string=html, url_fetcher=fetch).write_pdf()
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_a_chinese_diagram_lies_within_it(kind: str) -> None:
    made = on_a_sheet_of_its_size(draw(KINDS[kind]))
    assert list(outside(made)) == []
    shown = letters("".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(made)))
    words = KINDS[kind].count("客户")
    assert shown.count("客户") == words


def test_chinese_is_as_wide_as_it_is_high() -> None:
    message = KINDS["message"]
    short = message.replace(LONG, LONG[:40])
    # Mermaid writes messages in type of 16 pixels.
    assert draw(message).size[0] - draw(short).size[0] == 16 * len(LONG[40:])


#: WeasyPrint cuts what is translucent to where it takes it to lie.
TRANSLUCENT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 60">
<g opacity=".9" transform="translate(150, 20)">
<text style="text-anchor: middle">Centred</text><text y="30" text-anchor="end">To the left</text>
</g></svg>"""
SEEN = {
    "journey": lambda: draw(KINDS["journey"]),
    "plan": lambda: draw(KINDS["plan"]),
    "translucent": lambda: Drawing("", TRANSLUCENT.encode()),
}


@pytest.mark.parametrize("kind", SEEN)
def test_every_word_can_be_seen(kind: str) -> None:
    page = pypdfium2.PdfDocument(on_a_sheet_of_its_size(SEEN[kind]()))[0]
    text, picture = page.get_textpage(), page.render(scale=3).to_pil().convert("L")
    pale = ""
    for at, character in enumerate(text.get_text_range()):
        left, bottom, right, top = (3 * edge for edge in text.get_charbox(at))
        box = (left, picture.height - top, right, picture.height - bottom)
        if character.strip() and picture.crop(tuple(map(round, box))).getextrema()[0] > _READABLE:
            pale += character
    assert pale == ""


def test_nothing_is_said_when_a_process_that_drew_ends() -> None:
    # Our commands keep what they loaded from being looked through for garbage.
    script = "import gc; from changebook.paper.diagrams import draw; gc.freeze(); draw('pie')"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""

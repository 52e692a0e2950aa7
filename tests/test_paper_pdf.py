"""The bytes: what the PDFs hold, what they keep to, and that nothing else gets in."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from changebook.cli import main
from changebook.paper import Diagram, Paper, Printery, typesetting
from changebook.vocabulary import Audience, PaperSize

from .canary import CLIENT, Canaries, plant
from .test_paper import MONEY, edition, printery, text

pytestmark = pytest.mark.slow

DAY = date(2026, 3, 1)
LINES = ("Organisation", "Name in print", "Job title", "Signature", "Date")


def paper(body: str = "<p>Words.</p>", **more: Any) -> Paper:
    html = f'<!doctype html><html lang="en"><title>T</title><body>{body}</body></html>'
    return Paper("a.pdf", "a.pdf", "T", DAY, html, **more)


def sheets(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


@pytest.fixture(scope="module")
def english() -> bytes:
    return typesetting.pdf(printery(edition("meridian-outdoor")).change_order("MER-0008"))


@pytest.fixture(scope="module")
def chinese() -> bytes:
    return typesetting.pdf(printery(edition("yunfan")).change_order("YF-0011"))


def test_the_same_paper_gives_the_same_bytes(english: bytes) -> None:
    again = typesetting.pdf(printery(edition("meridian-outdoor")).change_order("MER-0008"))
    assert again == english


def test_every_page_bears_what_proves_it(english: bytes) -> None:
    pages = sheets(english)
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        said = " ".join(page.split())
        assert "Change order MER-0008 · Revision 2" in said
        assert "Being implemented" in said
        assert f"Page {number} of {len(pages)}" in said
        assert re.search(r"Sealed as No\. \d+ [0-9a-f]{4}( [0-9a-f]{4}){15}", said)


def test_the_pdf_has_the_amounts_of_the_paper(english: bytes) -> None:
    expected = MONEY.findall(
        text(printery(edition("meridian-outdoor")).change_order("MER-0008").html)
    )
    found = MONEY.findall(" ".join(sheets(english)))
    assert sorted(found) == sorted(expected)


def test_chinese_is_written_in_its_own_font_and_lines_begin_with_no_stop(chinese: bytes) -> None:
    lines = [line for page in sheets(chinese) for line in page.splitlines() if line.strip()]
    assert any("合同金额与合同工期" in line for line in lines)
    assert [line for line in lines if line.lstrip()[0] in "，。、；：！？）》”"] == []
    fonts = " ".join(sorted(_fonts(chinese)))
    assert "Noto-Sans-CJK-SC" in fonts or "NotoSansCJK" in fonts


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_all_fonts_are_embedded(name: str, request: pytest.FixtureRequest) -> None:
    fonts = _fonts(request.getfixturevalue(name))
    assert fonts
    assert all(fonts.values()), fonts


def _fonts(content: bytes) -> dict[str, bool]:
    """Each font's name, and whether the file holds it."""
    with pikepdf.open(BytesIO(content)) as document:
        return {
            str(thing["/FontName"]): any(key in thing for key in ("/FontFile2", "/FontFile3"))
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor"
        }


def test_the_pdf_says_what_it_is(chinese: bytes) -> None:
    with pikepdf.open(BytesIO(chinese)) as document:
        assert str(document.Root.Lang) == "zh-CN"
        assert str(document.docinfo["/Author"]) == "北风软件"
        assert str(document.docinfo["/Title"]).startswith("变更令 YF-0011 · ")
        assert str(document.docinfo["/CreationDate"]).startswith("D:20260617")
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert "/OutputIntents" in document.Root
        assert document.attachments == {}
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert metadata["pdfuaid:part"] == "1"
        schema = document.Root.Metadata.read_bytes().decode()
        assert "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>" in schema
        titles = [item.title for item in document.open_outline().root[0].children]
        assert titles[0] == "变更内容"
        assert titles[-2:] == ["决定", "合同与协议"]


def test_what_is_read_aloud_is_the_text_without_heads_and_feet(english: bytes) -> None:
    with pikepdf.open(BytesIO(english)) as document:
        elements = list(_elements(document.Root.StructTreeRoot))
        kinds = {str(element["/S"]) for element in elements}
        assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure"} <= kinds
        heads = [e for e in elements if e["/S"] == "/TH"]
        assert all(str(e["/A"]["/Scope"]) in ("/Column", "/Row") for e in heads)
        assert all("/Alt" in e for e in elements if e["/S"] == "/Figure")
        assert all(len(e["/K"]) for e in elements if str(e["/S"]) not in ("/TD", "/TH"))
        read = {
            (e["/Pg"].objgen, int(kid)) for e in elements for kid in e["/K"] if isinstance(kid, int)
        }
        for page in document.pages:
            drawn = _tagged(page)
            assert {(page.obj.objgen, number) for number in drawn} <= read
            assert drawn


def _elements(root: Any) -> Iterator[Any]:
    for kid in root["/K"]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _tagged(page: Any) -> set[int]:
    """The marked contents of a page that are no artifacts."""
    marks = (o for o in pikepdf.parse_content_stream(page) if str(o.operator) == "BDC")
    return {int(mark.operands[1]["/MCID"]) for mark in marks}


@pytest.mark.parametrize(("size", "points"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_the_sheet_is_the_one_that_was_asked_for(size: str, points: tuple[int, int]) -> None:
    shown = printery(edition("meridian-outdoor"), size=PaperSize(size))
    for made, expected in (
        (shown.decision_record("MER-0003"), points),
        (shown.register(), points[::-1]),
    ):
        for page in PdfReader(BytesIO(typesetting.pdf(made))).pages:
            assert (round(page.mediabox.width), round(page.mediabox.height)) == expected


def _with_body(number: int) -> Printery:
    """An edition whose open record has a text of so many paragraphs."""
    shown = edition("meridian-outdoor")
    record = next(r for r in shown.records if r.data.id == "MER-0012")
    longer = replace(record, body="\n\n".join(f"Line {n}." for n in range(number)), assets=())
    return printery(replace(shown, records=(longer,)))


@pytest.mark.parametrize("number", range(0, 40, 5))
def test_signature_blocks_are_never_split(number: int) -> None:
    pages = sheets(typesetting.pdf(_with_body(number).change_order("MER-0012")))
    blocks = [page for page in pages if "For the client" in page]
    assert len(blocks) == 1
    assert "Not valid until signed by both parties" in blocks[0]
    assert "For the vendor" in blocks[0]
    for line in LINES:
        assert blocks[0].count(line) >= 2, line


def test_a_table_repeats_its_head_on_each_page() -> None:
    shown = edition("meridian-outdoor")
    pages = sheets(typesetting.pdf(printery(shown).register()))
    assert len(pages) > 1
    assert all("Sum before" in page for page in pages if re.search(r"MER-\d{4}", page))


def test_page_numbers_in_the_contents_are_those_of_the_decisions() -> None:
    pages = sheets(typesetting.pdf(printery(edition("meridian-outdoor")).log_book()))
    contents = " ".join(pages[1].split())
    listed = re.findall(r"(MER-\d{4}) .*?(?:\. ?)+(\d+)", contents)
    assert len(listed) > 5
    for id, number in listed:
        assert id in pages[int(number) - 1], (id, number)


def test_a_diagram_is_drawn_and_a_broken_one_prints_its_source() -> None:
    said: list[str] = []
    tags = [f'<img src="diagram:{n}" alt="Diagram">' for n in (1, 2)]
    made = typesetting.pdf(
        paper(
            "".join(tags),
            diagrams=(
                Diagram(tags[0], "flowchart LR\n  A[Shop] --> B[Parcel]"),
                Diagram(tags[1], "flowchart LR\n  A[[[ never closed"),
            ),
        ),
        said.append,
    )
    page = " ".join(sheets(made)[0].split())
    assert "Shop" in page
    assert "Parcel" in page
    assert "A[[[ never closed" in page
    assert len(said) == 1
    assert "can't be drawn" in said[0]


def test_a_paper_loads_its_own_files_and_nothing_else(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="9">Canary</text></svg>'
    )
    said: list[str] = []
    address = secret.as_uri()
    made = typesetting.pdf(paper(f'<img src="{address}" alt="none"><p>Words.</p>'), said.append)
    assert any("is no file of this document" in words for words in said)
    assert "Canary" not in sheets(made)[0]
    own = paper('<img src="file:own.svg" alt="own">', files=(("file:own.svg", secret),))
    assert "Canary" in sheets(typesetting.pdf(own))[0]


def test_without_pango_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: Any) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    typesetting._weasyprint.cache_clear()
    try:
        with pytest.raises(typesetting.CannotTypeset, match=r"apt-get install libpango-1\.0-0"):
            typesetting.require()
    finally:
        typesetting._weasyprint.cache_clear()


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canaries]:
    root = tmp_path_factory.mktemp("planted")
    return root, plant(root)


def _leaks(root: Path, canaries: Canaries, audience: Audience, to: Path) -> list[str]:
    result = CliRunner().invoke(
        main,
        [
            *("print", "--workspace", str(root), "--client", CLIENT, "--all", "--jobs", "1"),
            *("--audience", audience.value, "--out", str(to / "out")),
        ],
    )
    assert result.exit_code == 0, result.output
    assert len(list((to / "out").rglob("*.pdf"))) >= 6
    return canaries.leaks(to / "out")


def test_nothing_leaks_into_a_client_s_pdfs(planted: tuple[Path, Canaries], tmp_path: Path) -> None:
    assert _leaks(*planted, Audience.CLIENT, tmp_path) == []


def test_the_search_finds_what_the_team_s_pdfs_hold(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    leaks = _leaks(*planted, Audience.TEAM, tmp_path)
    assert any(leak.startswith("title of an internal record in") for leak in leaks)
    assert any(leak.startswith("nested internal block in") for leak in leaks)
    assert [leak for leak in leaks if "other client" in leak] == []

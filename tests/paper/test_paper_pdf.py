"""The bytes: what the PDFs hold, what they keep to, and that nothing else gets in."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pikepdf
import pytest
from click.testing import CliRunner
from PIL import Image
from pypdf import PdfReader

from changebook.cli import main
from changebook.edition.bodies import Asset
from changebook.model.vocabulary import Audience, PaperSize
from changebook.model.words import Words
from changebook.paper import Diagram, Paper, Printery, bodies, typesetting
from changebook.paper.findings import Finding
from tests.canary import CLIENT, Canaries, plant
from tests.paper.test_paper import MONEY, edition, printery, text

pytestmark = pytest.mark.slow

DAY = date(2026, 3, 1)
LINES = ("Organisation", "Name (print)", "Job title", "Signature", "Date")


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


def test_three_sign_on_the_sheet_that_says_what_they_sign() -> None:
    """Two for the client and one for the vendor: a signature alone on a sheet proves nothing."""
    document = printery(edition("meridian-outdoor")).change_order("MER-0011")
    (signed,) = [page for page in sheets(typesetting.pdf(document)) if "By signing" in page]
    assert signed.count("For the client") == 2
    assert "For the vendor" in signed


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
        assert str(document.docinfo["/Title"]).startswith("变更单 YF-0011 · ")
        assert str(document.docinfo["/CreationDate"]).startswith("D:20260618")
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
        assert titles[-2:] == ["详细说明", "决定与签署"]


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


def _tree(body: str) -> list[Any]:
    """The elements of a text, each as its kind and what it holds."""
    with pikepdf.open(BytesIO(typesetting.pdf(paper(body)))) as document:
        return _grown(document.Root.StructTreeRoot["/K"][0])


def _grown(element: Any) -> list[Any]:
    return [
        (str(kid["/S"]).lstrip("/"), _grown(kid))
        for kid in element["/K"]
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
    ]


def _kinds(tree: list[Any]) -> list[Any]:
    """The tree without spans of text, and without what holds nothing else."""
    found = [(kind, _kinds(kids)) for kind, kids in tree if kind not in ("Span", "P", "NonStruct")]
    return [(kind, kids) if kids else kind for kind, kids in found]


def test_what_stands_in_a_list_has_an_item_and_a_body() -> None:
    item = ("LI", ["Lbl", "LBody"])
    assert _kinds(_tree("<ul><li>a <b>b</b> c</li><li>d</li></ul>")) == [("L", [item, item])]
    assert _kinds(_tree("<ul>a<li>b</li><ul><li>c</li></ul></ul>")) == [
        ("L", [("L", [("LI", ["LBody"])]), item, ("L", [item])])
    ]
    alone = _kinds(_tree("<li>a</li><dl><dt>b</dt><dd>c</dd></dl>"))
    assert alone == [("Div", ["Div", "Div"]), ("L", [("LI", ["LBody"])] * 2)]


def test_no_heading_is_two_levels_below_the_one_before() -> None:
    asked = (1, 2, 4, 6, 4, 3, 2, 5, 1)
    tree = _tree("".join(f"<h{level}>Words</h{level}>" for level in asked))
    assert [kind for kind, _ in tree] == ["H1", "H2", "H3", "H4", "H3", "H3", "H2", "H3", "H1"]


def test_a_table_has_one_head_a_body_and_rows_of_one_width() -> None:
    head, foot = "<thead><tr><th>a</th></tr></thead>", "<tfoot><tr><td>z</td></tr></tfoot>"
    row = "<tr><td>b</td></tr>"
    one, two = ("TR", ["TD"]), ("TR", ["TH"])
    whole = [("THead", [two]), ("TBody", [two]), ("TBody", [one])]
    assert _kinds(_tree(f"<table>{head}{head}<tbody>{row}</tbody></table>")) == [("Table", whole)]
    for alone, row_in_it in ((head, two), (foot, one)):
        table = ("Table", [("TBody", [row_in_it])])
        assert _kinds(_tree(f"<table>{alone}</table>")) == [table]
    ragged = '<tr><td rowspan="9">a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>'
    widths = [("TR", ["TD", "TD", "TD"]), ("TR", ["TD", "TD"])]
    assert _kinds(_tree(f"<table>{ragged}</table>")) == [("Table", [("TBody", widths)])]


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
SHOWN = f'<img src="data:image/svg+xml,{quote(PICTURE)}" alt="A corner">'


def test_a_picture_that_links_stands_in_the_link() -> None:
    made = typesetting.pdf(paper(f'<p><a href="https://shop.example/">{SHOWN}</a></p>'))
    with pikepdf.open(BytesIO(made)) as document:
        root = document.Root.StructTreeRoot
        listed = iter(root.ParentTree.Nums)
        above = {int(number): parent for number, parent in zip(listed, listed, strict=True)}
        notes = [note for page in document.pages for note in page["/Annots"]]
        assert notes
        assert {str(above[int(note["/StructParent"])]["/S"]) for note in notes} == {"/Link"}
        figures = [e for e in _elements(root) if e["/S"] == "/Figure"]
        assert [str(figure["/P"]["/S"]) for figure in figures] == ["/Link"]
        assert all(isinstance(kid, int) for kid in figures[0]["/K"])


def test_a_drawing_without_a_name_is_not_read() -> None:
    named = PICTURE.replace("<path", "<title>Corner</title><path")
    assert _kinds(_tree(f"<p>a</p><div>{PICTURE}</div>")) == []
    assert _kinds(_tree(f"<p>a</p><div>{named}</div>")) == [("Div", ["Figure"])]


def test_photographs_keep_to_the_colours_of_the_profile(tmp_path: Path) -> None:
    inks, light = tmp_path / "inks.jpg", tmp_path / "light.png"
    Image.new("CMYK", (9, 9), (0, 255, 255, 0)).save(inks)
    Image.new("RGBA", (9, 9), (255, 0, 0, 90)).save(light)
    body = "".join(f'<img src="file:{file.name}" alt="Red">' for file in (inks, light))
    files = tuple((f"file:{file.name}", Asset(file, file.name)) for file in (inks, light))
    with pikepdf.open(BytesIO(typesetting.pdf(paper(body, files=files)))) as document:
        streams = (thing for thing in document.objects if isinstance(thing, pikepdf.Stream))
        images = [thing for thing in streams if thing.get("/Subtype") == "/Image"]
        assert sorted(str(image["/ColorSpace"]) for image in images) == [
            *("/DeviceGray", "/DeviceRGB", "/DeviceRGB")
        ]
        assert not any(image["/Interpolate"] for image in images)
        shown = pikepdf.PdfImage(next(i for i in images if "/SMask" not in i)).as_pil_image()
        red, green, blue = shown.convert("RGB").tobytes()[:3]
        assert red > 200
        assert max(green, blue) < 60


@pytest.mark.parametrize(
    ("listing", "numbers"),
    [
        ('<ol start="3"><li>a<li>b</ol>', ["3", "4"]),
        ('<ol start="0"><li>a<li>b</ol>', ["0", "1"]),
        ('<ol><li>a<li value="7">b<li>c</ol>', ["1", "7", "8"]),
        ("<ol reversed><li>a<li>b<ol><li>n</ol></ol>", ["2", "1", "1"]),
        ('<ol reversed start="9"><li>a<li value="3">b<li>c</ol>', ["9", "3", "2"]),
        ('<ol reversed start="x"><li>a<li value="">b</ol>', ["2", "1"]),
        ('<ol type="a"><li>a<li>b</ol>', ["a", "b"]),
    ],
)
def test_items_have_the_numbers_that_the_page_shows(listing: str, numbers: list[str]) -> None:
    printed = sheets(typesetting.pdf(paper(listing)))[0]
    assert re.findall(r"^(\w+)\. *$", printed, re.MULTILINE) == numbers


@pytest.mark.parametrize(
    ("shape", "size"),
    [('width="80"', (80, 80)), ('width="80" height="20"', (80, 80)), ("", (200, 200))],
)
def test_a_picture_has_the_width_that_was_asked_for(
    shape: str, size: tuple[int, int], tmp_path: Path
) -> None:
    file = tmp_path / "flow.png"
    Image.new("L", (200, 200), 90).save(file)
    shown = bodies.body(
        f'<img src="flow.png" alt="Flow" {shape}>\n',
        "index.html",
        [Asset(file, "flow.png")],
        {"flow.png"},
        None,
        Words("en"),
    )
    styles = printery(edition("meridian-outdoor")).change_order("MER-0008").styles
    made = typesetting.pdf(
        paper(f'<div class="body">{shown.html}</div>', files=shown.files, styles=styles)
    )
    with pikepdf.open(BytesIO(made)) as document:
        drawn = pikepdf.parse_content_stream(document.pages[0])
    matrices = [[float(number) for number in o.operands] for o in drawn if str(o.operator) == "cm"]
    assert size in [(round(matrix[0]), round(abs(matrix[3]))) for matrix in matrices]


def test_a_style_that_the_layout_engine_does_not_know_is_told() -> None:
    found: list[Finding] = []
    typesetting.pdf(paper(styles="h1 { colour: red }"), found.append)
    assert [(finding.rule, finding.is_error) for finding in found] == [("layout-remark", False)]
    assert "colour" in found[0].message


def test_what_no_font_has_is_printed_as_unknown_and_said() -> None:
    found: list[Finding] = []
    drawing = PICTURE.replace("<path", "<title>T</title><text>\U0010fffd</text><path")
    body = f'<p>Yes \u0378 and \ue000 no</p><img alt="d" src="data:image/svg+xml,{quote(drawing)}">'
    made = typesetting.pdf(paper(body), found.append)
    assert "Yes \N{REPLACEMENT CHARACTER} and \N{REPLACEMENT CHARACTER} no" in sheets(made)[0]
    assert {finding.rule for finding in found} == {"no-font"}
    assert [finding.words for finding in found] == ["\u0378", "\ue000", "\U0010fffd"]


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


@pytest.mark.parametrize("number", range(0, 40, 8))
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


def test_the_name_of_a_drawing_in_the_text_needs_no_place() -> None:
    found: list[Finding] = []
    drawing = '<title>Hours</title><text x="1" y="20">Shown</text>'
    made = typesetting.pdf(
        paper(f'<p><svg viewBox="0 0 90 90" width="90">{drawing}</svg></p>'), found.append
    )
    assert found == []
    assert "Shown" in sheets(made)[0]


def test_a_diagram_with_a_title_of_its_own_is_drawn() -> None:
    found: list[Finding] = []
    tag = '<img src="diagram:1" alt="Diagram">'
    source = "---\ntitle: The returns desk\n---\nflowchart LR\n  A[Shop] --> B[Parcel]"
    made = typesetting.pdf(paper(tag, diagrams=(Diagram(tag, source),)), found.append)
    assert found == []
    assert "returns desk" in sheets(made)[0]


def test_a_diagram_is_drawn_and_a_broken_one_prints_its_source() -> None:
    found: list[Finding] = []
    tags = [f'<img src="diagram:{n}" alt="Diagram">' for n in (1, 2)]
    made = typesetting.pdf(
        paper(
            "".join(tags),
            diagrams=(
                Diagram(tags[0], "flowchart LR\n  A[Shop] --> B[Parcel]"),
                Diagram(tags[1], "flowchart LR\n  A[[[ never closed"),
            ),
        ),
        found.append,
    )
    page = " ".join(sheets(made)[0].split())
    assert "Shop" in page
    assert "Parcel" in page
    assert "A[[[ never closed" in page
    assert [finding.rule for finding in found] == ["diagram-not-drawn"]
    assert found[0].words == "flowchart LR\n  A[[[ never closed"


def test_a_paper_loads_its_own_files_and_nothing_else(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="9">Canary</text></svg>'
    )
    found: list[Finding] = []
    address = secret.as_uri()
    made = typesetting.pdf(paper(f'<img src="{address}" alt="none"><p>Words.</p>'), found.append)
    assert any("is not a file of this document" in finding.message for finding in found)
    assert "Canary" not in sheets(made)[0]
    own = paper(
        '<img src="file:own.svg" alt="own">', files=(("file:own.svg", Asset(secret, "own.svg")),)
    )
    assert "Canary" in sheets(typesetting.pdf(own))[0]


def test_a_font_that_a_paper_brings_is_not_for_the_next() -> None:
    words = '<p style="font-family: Brought">Words.</p>'
    before = typesetting.pdf(paper(words))
    bold = subprocess.run(
        ["fc-match", "--format=%{file}", "Noto Sans:bold"], check=True, capture_output=True
    ).stdout.decode()
    brought = b64encode(Path(bold).read_bytes()).decode()
    face = f'@font-face {{ font-family: Brought; src: url("data:font/ttf;base64,{brought}") }}'
    typesetting.pdf(paper(f"<style>{face}</style>{words}"))
    assert typesetting.pdf(paper(words)) == before


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

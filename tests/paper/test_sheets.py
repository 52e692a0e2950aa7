"""That all of a record is on paper, where it can be read, and that no PDF is made where it is not.

`tests/cases/paper/hard` has what is hard to print, in English and Chinese: it must be printed.
`tests/cases/paper/broken` has what can't be: each has its line in `expected.txt`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from html import unescape
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner

from changebook.check import load_checked
from changebook.cli import main
from changebook.edition.editions import Edition, make_edition
from changebook.model.diagnostics import as_text
from changebook.model.vocabulary import Audience, PaperSize
from changebook.paper import Paper, Printery, typesetting
from changebook.paper.findings import Finding
from changebook.paper.offered import offered
from changebook.publish.build import build
from changebook.read.source_lines import source_lines
from tests import samples
from tests.paper.test_paper import everything

pytestmark = pytest.mark.slow

CASES = Path(__file__).parents[1] / "cases" / "paper"
#: A word that is cut by the end of a page is found by its parts.
_CHUNK = 12
_NUMBER = re.compile(r"[-+.\d]+")


@dataclass(frozen=True)
class Made:
    """A paper with its PDF."""

    paper: Paper
    content: bytes
    found: tuple[Finding, ...]


def made(paper: Paper) -> Made:
    found: list[Finding] = []
    return Made(paper, typesetting.pdf(paper, found.append), tuple(found))


@cache
def hard_edition(slug: str) -> Edition:
    return make_edition(load_checked(CASES / "hard")[0].client(slug), Audience.CLIENT)


@cache
def hard(slug: str, size: PaperSize) -> tuple[Made, ...]:
    """Every document that the hard edition offers; on the other sheet its hardest alone."""
    edition = hard_edition(slug)
    printery = Printery(edition, size=size)
    if size is not PaperSize.A4:
        return (made(printery.change_order(edition.records[0].data.id)),)
    offers = offered(edition, printery.position).values()
    return tuple(made(lay_out(printery)) for lay_out in offers)


@cache
def sample(slug: str) -> tuple[Made, ...]:
    """Of each kind of document the longest of a sample client."""
    kinds: dict[str, list[Paper]] = {}
    for paper in everything(slug):
        kinds.setdefault(re.sub(r"\d+", "", paper.path), []).append(paper)
    return tuple(made(max(kind, key=lambda paper: len(paper.html))) for kind in kinds.values())


HARD = [(slug, size) for slug in ("acme", "yun") for size in PaperSize]
SETS: dict[str, Callable[[], tuple[Made, ...]]] = {
    **{f"{slug}-{size.value}": partial(hard, slug, size) for slug, size in HARD},
    **{slug: partial(sample, slug) for slug in samples.SLUGS},
}


@pytest.fixture(params=SETS)
def papers(request: pytest.FixtureRequest) -> tuple[Made, ...]:
    return SETS[request.param]()


def letters(text: str) -> str:
    """A text without what the ends of lines and ligatures alter."""
    return "".join(text.replace("\ufffe", "-").replace("\xad", "-").split())


def outside(content: bytes) -> Iterator[tuple[int, str]]:
    """Each character that does not lie on its sheet, with the page."""
    for number, page in enumerate(pypdfium2.PdfDocument(content), 1):
        text, (wide, high) = page.get_textpage(), page.get_size()
        characters = text.get_text_range()
        for at in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(at)
            if left < 0 or bottom < 0 or right > wide or top > high:
                yield number, characters[max(0, at - 9) : at + 9]


def pdf_text(content: bytes) -> str:
    return letters(
        "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    )


def words(html: str) -> set[str]:
    """The words of a document, long ones and Chinese in pieces."""
    body = re.sub(r"<svg\b.*?</svg>", " ", html.partition("<body")[2], flags=re.DOTALL)
    plain = unescape(re.sub(r"<[^>]+>", " ", body))
    return {
        word[at : at + _CHUNK]
        for word in plain.partition(">")[2].split()
        for at in range(0, len(word), _CHUNK)
    }


def test_every_character_lies_on_its_sheet(papers: tuple[Made, ...]) -> None:
    for each in papers:
        assert list(outside(each.content)) == [], each.paper.path


def test_every_word_of_a_document_is_in_its_pdf(papers: tuple[Made, ...]) -> None:
    compared = 0
    for each in papers:
        on_paper, expected = pdf_text(each.content), words(each.paper.html)
        missing = {word for word in expected if letters(word) not in on_paper}
        # The end of a page may cut a piece of Chinese in two.
        assert len(missing) <= len(expected) // 100, (each.paper.path, missing)
        compared += len(expected)
    assert compared > 100


def test_nothing_of_them_is_an_error(papers: tuple[Made, ...]) -> None:
    for each in papers:
        assert [finding for finding in each.found if finding.is_error] == [], each.paper.path


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


@pytest.mark.parametrize("slug", ["acme", "yun"])
def test_all_that_a_record_says_is_in_its_change_order(slug: str) -> None:
    printed = {
        each.paper.record: pdf_text(each.content)
        for each in hard(slug, PaperSize.A4)
        if each.paper.path.endswith("change-order.pdf")
    }
    shown = ("title", "summary", "scope", "out_of_scope", "reason", "impact", "options", "plan")
    more = ("glossary", "decision", "objections", "agreement")
    compared = 0
    for record in hard_edition(slug).records:
        data = record.data.model_dump(include={*shown, *more})
        for said in strings(data):
            for piece in (said[at : at + _CHUNK] for at in range(0, len(said), _CHUNK)):
                # Ids of options and words of the format are printed in other words.
                if len(said) > _CHUNK and not _NUMBER.fullmatch(said):
                    assert letters(piece) in printed[record.data.id], piece
                    compared += 1
    assert compared > 100


@pytest.mark.parametrize("slug", ["acme", "yun"])
def test_every_picture_of_the_body_is_in_the_pdf(slug: str) -> None:
    order = next(each for each in hard(slug, PaperSize.A4) if "0001-change" in each.paper.path)
    names = {asset.file.name for _, asset in order.paper.files}
    assert names == {
        *("流程图.png", "flow chart.png", "encoded name.png", "raw.png", "named.jpg"),
        *("grey16.png", "plan.bmp", "drawing.svg", "wide.png"),
    }
    objects = [
        item
        for page in pypdfium2.PdfDocument(order.content)
        for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    ]
    colours = {item.get_bitmap().to_pil().convert("RGB").getpixel((60, 30)) for item in objects}
    assert {(40, 90, 160), (160, 40, 40), (40, 160, 40), (90, 90, 0), (200, 200, 90)} <= colours
    assert any(red == green == blue and 110 < red < 124 for red, green, blue in colours)
    assert "Drawing图" in pdf_text(order.content)


def headings(html: str) -> set[str]:
    found = re.findall(r"<h[2-6][^>]*>(.*?)</h[2-6]>", html, re.DOTALL)
    return {letters(unescape(re.sub(r"<[^>]+>", "", heading))) for heading in found}


def test_no_heading_is_left_alone_at_the_end_of_a_sheet(papers: tuple[Made, ...]) -> None:
    for each in papers:
        in_document = headings(each.paper.html)
        for page in pypdfium2.PdfDocument(each.content):
            text = page.get_textpage()
            # The foot is as high as the margin: 33 mm.
            lines = text.get_text_bounded(bottom=94).splitlines()
            assert letters(lines[-1]) not in in_document, (each.paper.path, lines[-1])


@pytest.mark.parametrize("slug", ["acme", "yun"])
def test_a_table_of_one_entry_is_not_split(slug: str) -> None:
    order = next(each for each in hard(slug, PaperSize.A4) if "0001-change" in each.paper.path)
    said = "This single entry is long" if slug == "acme" else "这一行很长"
    pages = [
        letters(page.get_textpage().get_text_range())
        for page in pypdfium2.PdfDocument(order.content)
    ]
    assert [page.count(letters(said)) for page in pages if letters(said) in page] == [60]


# What can't be printed.


def broken(tmp_path: Path) -> Path:
    return shutil.copytree(CASES / "broken", tmp_path / "broken")


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typeset each of these papers once, for a build and for a command: the same comes of it."""

    def pdf(paper: Paper, say: Callable[[Finding], None]) -> bytes:
        key = paper.key()
        if key not in _typeset:
            _typeset[key] = made(paper)
        for finding in _typeset[key].found:
            say(finding)
        return _typeset[key].content

    monkeypatch.setattr("changebook.paper.press.pdf", pdf)


_typeset: dict[str, Made] = {}


@pytest.mark.usefixtures("once")
def test_what_cannot_be_printed_stops_a_build_at_its_lines(
    tmp_path: Path, matches: Callable[[Path, str], None]
) -> None:
    root, out = broken(tmp_path), tmp_path / "site"
    assert build(root, out=out, jobs=1).ok
    published = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    result = build(root, out=out, jobs=1, pdf=True)
    assert not result.ok
    assert not result.failures
    matches(CASES / "broken" / "expected.txt", as_text(result.problems, source_lines(root)))
    assert {file: file.read_bytes() for file in published} == published
    assert list(out.rglob("*.pdf")) == []


@pytest.mark.usefixtures("once")
def test_what_cannot_be_printed_is_not_printed_and_the_rest_is(tmp_path: Path) -> None:
    root = broken(tmp_path)
    out = tmp_path / "print"
    before = out / "acme" / "ACME-0001-change-order.pdf"
    before.parent.mkdir(parents=True)
    before.write_bytes(b"printed before")
    words = ["print", "--workspace", str(root), "--client", "acme", "--all", "--out", str(out)]
    result = CliRunner().invoke(main, [*words, "--jobs", "1"])
    assert result.exit_code == 1
    assert "ACME-0001-pictures.md:23:" in result.output
    assert "ACME-0002-tables.md:32:" in result.output
    assert "not printed" in result.output
    assert before.read_bytes() == b"printed before"
    printed = {file.name for file in out.rglob("*.pdf")}
    assert {"change-order-register.pdf", "decision-log.pdf"} < printed
    assert "ACME-0002-change-order.pdf" not in printed


def test_no_row_of_a_table_stands_alone_at_the_end_of_a_sheet() -> None:
    """Of the sample's estimate only the first line was left on the sheet before."""
    edition = samples.edition("yunfan", Audience.CLIENT)
    content = made(Printery(edition).change_order("YF-0011")).content
    with pypdfium2.PdfDocument(content) as document:
        sheets = [page.get_textpage().get_text_range() for page in document]
    first = next(n for n, words in enumerate(sheets) if "账单接入与三方比对" in words)
    assert "差异单与确认页面" in sheets[first]

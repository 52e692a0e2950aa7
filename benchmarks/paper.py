"""Time PDFs: WeasyPrint beside the obvious alternatives, and what they add to a build.

    python benchmarks/paper.py --corpus DIR [--records N]

The alternatives get the words of the same change orders as headings, paragraphs and tables. What
is not installed (`pip install typst fpdf2`, chromium) is left out. Nothing is asserted about the
times.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path

import weasyprint  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright

from changebook.check import load_checked
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.paper import Paper, Printery, typesetting
from corpus_workspace import make_workspace

_SAMPLES = Path(__file__).resolve().parents[1]
_CLIENTS = ("lakeside-clinics", "meridian-outdoor")
_CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_FONT = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")

Block = tuple[str, list[list[str]]]


class _Blocks(HTMLParser):
    """The words of a page: headings, paragraphs and the rows of tables."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Block] = []
        self._kind, self._rows, self._skipped = "p", [[""]], 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("head", "style", "svg"):
            self._skipped += 1
        elif tag == "table" or (tag in ("h1", "h2", "h3", "p", "li", "dt", "dd") and not self._in):
            self._end()
            self._kind, self._rows = tag, [] if tag == "table" else [[""]]
        elif tag == "tr" and self._in:
            self._rows.append([])
        elif tag in ("td", "th") and self._in:
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("head", "style", "svg"):
            self._skipped -= 1
        elif tag == self._kind:
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._skipped and self._rows and self._rows[-1]:
            self._rows[-1][-1] += data

    @property
    def _in(self) -> bool:
        return self._kind == "table"

    def _end(self) -> None:
        rows = [[" ".join(cell.split()) for cell in row] for row in self._rows if row]
        if any(cell for row in rows for cell in row):
            self.found.append((self._kind, rows))
        self._kind, self._rows = "p", [[""]]


def blocks(paper: Paper) -> list[Block]:
    """What stands on a paper, for those that can't read its HTML."""
    parser = _Blocks()
    parser.feed(paper.html)
    parser.close()
    return parser.found


def by_weasyprint(paper: Paper, folder: Path) -> None:
    (folder / "out.pdf").write_bytes(typesetting.pdf(paper))


def by_weasyprint_alone(paper: Paper, folder: Path) -> None:
    """The finished HTML, with nothing of ours before or after, untagged and to no standard."""
    _alone(paper.html, paper.styles, folder)


def by_weasyprint_unstyled(paper: Paper, folder: Path) -> None:
    """The same words as headings, paragraphs and tables that no style sheet touches."""
    _alone("".join(_unstyled(blocks(paper))), "", folder)


def _alone(html: str, styles: str, folder: Path) -> None:
    page = weasyprint.HTML(string=html)
    page.write_pdf(folder / "out.pdf", stylesheets=[weasyprint.CSS(string=styles)])


def _unstyled(found: Sequence[Block]) -> Iterator[str]:
    for kind, rows in found:
        if kind == "table":
            cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
            yield f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
        else:
            tag = kind if kind[0] == "h" else "p"
            yield f"<{tag}>{escape(rows[0][0])}</{tag}>"


def _page(paper: Paper, folder: Path) -> Path:
    page = folder / "page.html"
    page.write_text(paper.html.replace("</head>", f"<style>{paper.styles}</style></head>"), "utf-8")
    return page


def by_chromium(paper: Paper, folder: Path) -> None:
    page = _page(paper, folder)
    command = [str(_CHROMIUM), *_FLAGS, f"--print-to-pdf={folder / 'out.pdf'}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


class KeptChromium:
    """A browser that stays open."""

    def __init__(self) -> None:
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        self._tab = self._browser.new_page()

    def __call__(self, paper: Paper, folder: Path) -> None:
        self._tab.goto(_page(paper, folder).as_uri())
        self._tab.pdf(path=folder / "out.pdf", prefer_css_page_size=True, tagged=True, outline=True)

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()


def by_typst(paper: Paper, folder: Path) -> None:
    import typst  # noqa: PLC0415 - may be missing

    page = folder / "page.typ"
    page.write_text("".join(_typst(blocks(paper))), "utf-8")
    typst.compile(str(page), output=str(folder / "out.pdf"))


def _typst(found: Sequence[Block]) -> Iterator[str]:
    yield '#set page(paper: "a4", numbering: "1 / 1")\n#set text(font: "Noto Sans", size: 9pt)\n'
    for kind, rows in found:
        if kind == "table":
            width = max(map(len, rows))
            cells = ", ".join(f"[{_plain(c)}]" for r in rows for c in r + [""] * (width - len(r)))
            yield f"#table(columns: {width}, {cells})\n\n"
        else:
            level = "=" * int(kind[1]) + " " if kind[0] == "h" else ""
            yield f"{level}{_plain(rows[0][0])}\n\n"


def _plain(text: str) -> str:
    return re.sub(r"([\\#$*_`<>@\[\]=~/+\-])", r"\\\1", text)


def by_fpdf2(paper: Paper, folder: Path) -> None:
    from fpdf import FPDF  # noqa: PLC0415 - may be missing

    made = FPDF()
    made.add_font("Noto", fname=_FONT)
    made.set_font("Noto", size=9)
    made.add_page()
    for kind, rows in blocks(paper):
        if kind == "table":
            with made.table(first_row_as_headings=False) as table:
                for row in rows:
                    line = table.row()
                    for cell in row:
                        line.cell(cell)
        else:
            made.multi_cell(0, text=rows[0][0], new_x="LMARGIN", new_y="NEXT")
    made.output(str(folder / "out.pdf"))


def tools() -> Iterator[tuple[str, Callable[[Paper, Path], None]]]:
    """What can be compared on this machine."""
    yield f"WeasyPrint {version('weasyprint')}: tagged, PDF/A-3a, page x of y", by_weasyprint
    yield "WeasyPrint alone, the same HTML, neither tagged nor PDF/A", by_weasyprint_alone
    yield "WeasyPrint alone, the same words without styles", by_weasyprint_unstyled
    if _CHROMIUM:
        yield "Chromium, the same HTML, a process for each", by_chromium
        kept = KeptChromium()
        yield "Chromium, the same HTML, kept open, tagged", kept
        kept.close()
    if importlib.util.find_spec("typst"):
        yield f"Typst {version('typst')}, the same words", by_typst
    if importlib.util.find_spec("fpdf") and _FONT.is_file():
        yield f"fpdf2 {version('fpdf2')}, the same words", by_fpdf2


def change_orders() -> list[Paper]:
    """The change orders in English of the sample workspace that have no diagram."""
    workspace, _ = load_checked(_SAMPLES)
    found: list[Paper] = []
    for slug in _CLIENTS:
        edition = make_edition(workspace.client(slug), Audience.CLIENT)
        found += Printery(edition).change_orders()
    return [paper for paper in found if not paper.diagrams]


def compare(folder: Path) -> None:
    """Print how many change orders a process makes in a second, with each tool."""
    papers = change_orders()
    # fpdf2 names each glyph that its font lacks.
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    print(
        f"| {len(papers)} change orders, one process | per second | seconds each | CPU | kB each |"
    )
    print("|---|--:|--:|--:|--:|")
    for name, make in tools():
        make(papers[0], folder)
        begin, cpu, size = time.perf_counter(), time.process_time(), 0
        for paper in papers:
            make(paper, folder)
            size += (folder / "out.pdf").stat().st_size
        each = (time.perf_counter() - begin) / len(papers)
        own = (time.process_time() - cpu) / len(papers)
        kilobytes = size / len(papers) / 1000
        print(f"| {name} | {1 / each:.1f} | {each:.2f} | {own:.2f} | {kilobytes:.0f} |")
    print(flush=True)


@dataclass(frozen=True)
class Run:
    """A build: seconds on the clock and of all CPUs, and what it said of documents."""

    seconds: float
    cpu: float
    made: int
    kept: int


def build(root: Path, *more: str) -> Run:
    command = [sys.executable, "-m", "changebook", "build", "--workspace", str(root), *more]
    begin, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - begin, os.times()
    if done.returncode:
        raise SystemExit(done.stderr[-4000:])
    told = re.findall(r"(\d+) made, (\d+) kept", done.stdout)
    children = (after.children_user, after.children_system)
    cpu = sum(children) - before.children_user - before.children_system
    return Run(seconds, cpu, sum(int(m) for m, _ in told), sum(int(k) for _, k in told))


def whole_builds(corpus: Path, root: Path, clients: int, records: int) -> None:
    make_workspace(corpus, root, count=clients, records=records, seed=1, repaired=True)
    print(f"| build, {records} records, {clients} clients | seconds | CPU seconds | made | kept |")
    print("|---|--:|--:|--:|--:|")

    def row(name: str, *more: str) -> None:
        run = build(root, *more)
        print(
            f"| {name} | {run.seconds:.1f} | {run.cpu:.1f} | {run.made} | {run.kept} |", flush=True
        )

    row("`--no-pdf`", "--no-pdf")
    row("cold")
    row("nothing changed")
    changed = min((root / "changes").glob("*/*/*.md"))
    with changed.open("a", encoding="utf-8") as record:
        record.write("\nOne more paragraph.\n")
    row("the text of one record changed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--corpus", type=Path, required=True, help="the folder of the proposals")
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--records", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder))
        whole_builds(options.corpus, Path(folder, "work"), options.clients, options.records)
    print(f"\nPython {sys.version.split()[0]}, {os.cpu_count()} CPUs")


if __name__ == "__main__":
    main()

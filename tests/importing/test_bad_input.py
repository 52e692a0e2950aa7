"""Files as they come: each fault is told with its place, and nothing is written."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.importing.mapping import read_map
from changebook.importing.source import ImportSource, Told, UnreadableSource, gathered
from changebook.importing.sources import read_source_of
from changebook.model.import_map import Kind, SourceSettings
from changebook.model.vocabulary import Audience
from changebook.site.contents import edition_contents
from tests.importing.exports import workbook
from tests.importing.test_spreadsheets import (
    SHORT,
    files,
    imported,
    mapped,
    records,
    root,
    run,
)

__all__ = ["root"]

HEAD = "No,Title,Status,Amount,Date\n"
CHINESE = "编号,标题,状态\n1,支付页的提示,已批准\n"


def read(file: Path, kind: Kind = Kind.CSV, **settings: object) -> ImportSource:
    return read_source_of(file, SourceSettings(kind=kind, **settings))  # type: ignore[arg-type]


def titles(source: ImportSource) -> list[str]:
    column = source.columns[1]
    return [item.cells[column][0].text for item in source.items]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHINESE.encode("utf-8"), None),
        (CHINESE.encode("utf-8-sig"), None),
        (CHINESE.encode("gb18030"), None),
        (CHINESE.encode("utf-16"), None),
        (CHINESE.encode("utf-16-le"), "utf-16-le"),
        ("編號,標題,狀態\n1,支付頁的提示,已批准\n".encode("big5"), "big5"),
        (CHINESE.replace(",", ";").encode(), None),
        (CHINESE.replace(",", "\t").encode(), None),
        (CHINESE.replace("\n", "\r\n").encode(), None),
    ],
)
def test_encodings_and_delimiters(tmp_path: Path, content: bytes, encoding: str | None) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(content)
    source = read(file, encoding=encoding)
    assert titles(source) == ["支付頁的提示" if encoding == "big5" else "支付页的提示"]
    assert len(source.columns) == 3


def test_what_was_read_as_gb18030_is_told(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(CHINESE.encode("gb18030"))
    assert any("--encoding" in note.text for note in read(file).notes)


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (b"No,Title\n1,\xff\xff\n", None, "log.csv, line 2: byte 0xff is not gb18030"),
        (f"{CHINESE}2,".encode() + b"\xff,a\n", None, "log.csv, line 3: byte 0xff is not utf-8"),
        (b"No,Title\n1,\xa4\xa4\n", "ascii", "log.csv, line 2: byte 0xa4 is not ascii"),
        (b"No,Title\n", "klingon", "klingon is not an encoding"),
        (CHINESE.encode("utf-16-le"), None, "say what it is with --encoding"),
        (b"", None, "log.csv has no rows"),
        (b'No,Title\n1,"never closed\n', None, "log.csv, line 2"),
        (b"just one column\n1\n", None, "no row that looks like a header"),
        (b"<html><head>\n<title>a,b</title>", None, "log.csv is a web page and not an export"),
    ],
)
def test_text_that_can_t_be_read(
    tmp_path: Path, content: bytes, encoding: str | None, message: str
) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(content)
    with pytest.raises(UnreadableSource, match=message):
        read(file, encoding=encoding)


def test_more_rows_than_a_log_has(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(HEAD + "".join(f"{n},A,open,5,\n" for n in range(50_001)))
    with pytest.raises(UnreadableSource, match="has 50001 items"):
        read(file)


@pytest.mark.parametrize(
    ("encoding", "option"),
    [("gb18030", ()), ("utf-16", ()), ("utf-8-sig", ()), ("big5", ("--encoding", "big5"))],
)
def test_what_comes_in_other_encodings_is_imported(
    root: Path, tmp_path: Path, encoding: str, option: tuple[str, ...]
) -> None:
    file = tmp_path / "log.csv"
    rows = "".join(f"{n};改善支付流程 {n};已批准;8{n:02},50\n" for n in range(1, 36))
    file.write_bytes(f"編號;標題;狀態;金額\n{rows}".encode(encoding))
    proposed = run(root, file, *option).stdout
    assert f"encoding: {encoding}" in proposed
    text = (
        SHORT.replace("kind: excel", f"kind: csv, encoding: {encoding}")
        .replace(
            "No: id, Title: title, Status: status, Amount: amount, Date: requested.on",
            "編號: id, 標題: title, 狀態: status, 金額: amount",
        )
        .replace("open: submitted", "已批准: approved")
    )
    said = imported(root, file, mapped(tmp_path, text + "decimal: ','\n"))
    assert said.exit_code == 0, said.output
    found = records(root)
    assert len(found) == 35
    assert found["ACME-0007"].title == "改善支付流程 7"
    decision = found["ACME-0007"].decision
    assert decision
    assert str(decision.amount) == "807.50"


@pytest.mark.parametrize("wrong", ["broken", "long", "twice", "unknown"])
def test_one_bad_row_among_many_stops_all(root: Path, tmp_path: Path, wrong: str) -> None:
    rows = [f"{n},Change {n},open,5,2025-03-01\n".encode() for n in range(1, 41)]
    bad, told = {
        "broken": (b"20,\xff\xff,open,5,\n", "log.csv, line 21: byte 0xff is not gb18030"),
        "long": (b"20,A,open,5,,,more\n", "row 21, column G: `more` stands beyond the header"),
        "twice": (b"19,A,open,5,\n", "row 21: `19` is also the id of row 20"),
        "unknown": (b"20,A,open,5,soon\n", "row 21, column E (Date): `soon` should be a day"),
    }[wrong]
    rows[19] = bad
    file = tmp_path / "log.csv"
    file.write_bytes(HEAD.encode() + b"".join(rows))
    said = imported(root, file, mapped(tmp_path, SHORT.replace("excel", "csv")))
    assert said.exit_code != 0
    assert told in said.stderr
    assert files(root) == {}


def test_scripts_and_embedded_pictures_stay_behind(root: Path, tmp_path: Path) -> None:
    html = (
        '<p onclick="x()">Seen <b>here</b></p><script>alert(1)</script><style>p{}</style>'
        '<iframe src="https://evil.example">in</iframe>'
        '<img alt="plan" src="data:image/png;base64,AA">'
        '<img alt="mine" src="file:///etc/passwd"><a href="javascript:alert(2)">go</a>'
        "<svg><script>alert(3)</script></svg>"
    )
    issue = {"identifier": "A-1", "title": "A <script>alert(4)</script>", "state": "open"}
    file = tmp_path / "export.json"
    file.write_text(json.dumps([{**issue, "description": html}]))
    text = "source: {kind: pingcode}\n" + SHORT.partition("\n")[2].replace(
        "No: id, Title: title, Status: status, Amount: amount, Date: requested.on",
        "identifier: id, title: title, state: status, description: body",
    )
    said = imported(root, file, mapped(tmp_path, text))
    assert said.exit_code == 0, said.output
    written = b"".join(files(root).values()).decode()
    assert "Seen **here**" in written
    assert "plan" in written
    for bad in ("alert(1)", "alert(2)", "alert(3)", "base64", "etc/passwd", "evil", "onclick"):
        assert bad not in written, bad
    page = body_of(root)
    assert "<script>alert(4)" not in page


def body_of(root: Path) -> str:
    """The page of the only record, as the client reads it."""
    client = load_checked(root)[0].client("acme")
    edition = make_edition(client, Audience.CLIENT)
    pages = edition_contents(edition, root, directory_urls=True).pages
    return next(page.content for page in pages if page.path == urls.record("ACME-0001"))


def test_a_row_longer_than_the_header_is_told(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"{HEAD}1,A,open,5,,beyond\n")
    said = imported(root, file, mapped(tmp_path, SHORT.replace("excel", "csv")))
    assert said.exit_code == 1
    assert "row 2, column F: `beyond` stands beyond the header" in said.stderr
    assert files(root) == {}


def test_headers_that_repeat_are_one_column_with_several_cells(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("No,Title,Comment,Comment\n1,A,first,second\n2,B,,only\n")
    source = read(file)
    assert source.columns == ("No", "Title", "Comment")
    assert [[c.text for c in item.cells["Comment"]] for item in source.items] == [
        ["first", "second"],
        ["only"],
    ]


def test_two_columns_for_one_key_that_differ_are_told(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("No,Title,Title,Status\n1,A,B,open\n")
    said = imported(root, file, mapped(tmp_path, SHORT.replace("excel", "csv")))
    assert said.exit_code == 1
    assert "row 2, column C: `B` and `A` in row 2, column B are both `title`" in said.stderr


def test_merged_heads_and_cells(tmp_path: Path) -> None:
    file = tmp_path / "log.xlsx"
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Our changes"])
    sheet.merge_cells("A1:E1")
    sheet.append(["No", "Title", "Cost", None, "Phase"])
    sheet.append([None, None, "Estimate", "Approved", None])
    sheet.append([1, "A", 10, 20, "Design"])
    sheet.append([2, "B", 30, 40])
    for merged in ("A2:A3", "B2:B3", "C2:D2", "E2:E3", "E4:E5"):
        sheet.merge_cells(merged)
    book.save(file)
    source = read(file, Kind.EXCEL)
    assert source.columns == ("No", "Title", "Cost / Estimate", "Cost / Approved", "Phase")
    assert [item.cells["Phase"][0].text for item in source.items] == ["Design", "Design"]
    assert source.settings["header"] == 2
    assert source.settings["header_rows"] == 2


def test_formulas_are_read_by_their_values(root: Path, tmp_path: Path) -> None:
    head = ("No", "Title", "Status", "Amount", "Date")
    file = workbook(tmp_path / "log.xlsx", head, (1, "A", "open", "=2+3", None))
    said = imported(root, file, mapped(tmp_path, SHORT))
    assert said.exit_code == 1
    assert "Changes, row 2, column D: a formula without its value" in said.stderr
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(tmp_path / "saved.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b"<f>2+3</f><v></v>", b"<f>2+3</f><v>5</v>")
            new.writestr(name, content.replace(b"<f>2+3</f><v />", b"<f>2+3</f><v>5</v>"))
    said = imported(root, tmp_path / "saved.xlsx", mapped(tmp_path, SHORT))
    assert said.exit_code == 0, said.output
    impact = records(root)["ACME-0001"].impact
    assert impact
    assert impact.cost
    assert str(impact.cost[0].amount) == "5.00"


def test_days_that_are_counted_from_1904(root: Path, tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append(["No", "Title", "Status", "Amount", "Date"])
    book.worksheets[0].append([1, "A", "open", 5, datetime(2026, 3, 5)])  # noqa: DTZ001
    book.worksheets[0].append([2, "B", "open", 5, 44624])
    file = tmp_path / "mac.xlsx"
    book.save(file)
    proposed = run(root, file).stdout
    assert "epoch: 1904" in proposed
    epoch = SHORT.replace("header_rows: 1", "header_rows: 1, epoch: 1904")
    said = imported(root, file, mapped(tmp_path, epoch))
    assert said.exit_code == 0, said.output
    assert {r.history[0].on for r in records(root).values()} == {date(2026, 3, 5)}


def test_a_sheet_is_chosen(root: Path, tmp_path: Path) -> None:
    file = workbook(tmp_path / "log.xlsx", ("No", "Title"), (1, "A"), title="Acme")
    book = load_workbook(file)
    book.create_sheet("Other").append(["No", "Title"])
    book.save(file)
    said = run(root, file)
    assert said.exit_code == 2
    assert "choose one with --sheet (Acme, Other)" in said.stderr
    assert "has no sheet `Nobody`" in run(root, file, "--sheet", "Nobody").stderr
    assert "sheets that are not read: Other" in run(root, file, "--sheet", "Acme").stdout


def _bomb(file: Path) -> None:
    workbook(file, ("No", "Title"), (1, "A"))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/media/big.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(700):
            part.write(bytes(1 << 20))


def _macros(file: Path) -> None:
    workbook(file, ("No", "Title"), (1, "A"))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_bomb, "unpacks to 700 MB"),
        (_macros, "has macros"),
        (lambda file: file.write_bytes(b"\xd0\xcf\x11\xe0 rest"), "old format, or has a password"),
        (lambda file: file.write_bytes(b"no workbook"), "is not a workbook"),
        (lambda file: zipfile.ZipFile(file, "w").close(), "is not a workbook"),
        (workbook, "has no cells"),
    ],
)
def test_workbooks_that_are_not_opened(
    root: Path, tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    file = tmp_path / "log.xlsx"
    make(file)
    said = run(root, file)
    assert said.exit_code == 2
    assert message in said.stderr
    assert files(root) == {}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../secret.pdf", "`../secret.pdf` is not the name of a file beside the source"),
        ("/etc/passwd", "`/etc/passwd` is not the name"),
        ("..", "`..` is not the name"),
        ("page.html", "page.html can't be attached"),
    ],
)
def test_attachments_that_are_refused(root: Path, tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "page.html").write_text("<script>alert(1)</script>")
    file = workbook(
        tmp_path / "log.xlsx", ("No", "Title", "Status", "File"), (1, "A", "open", name)
    )
    said = imported(
        root, file, mapped(tmp_path, SHORT.replace("No: id", "No: id, File: attachment"))
    )
    assert said.exit_code == 1
    assert message in said.stderr
    assert files(root) == {}


def test_what_is_alike_is_told_once_with_its_places() -> None:
    told = [Told("odd", f"row {n // 2}") for n in range(10)]
    assert gathered([*told, Told("all of it")]) == [
        "row 0; row 1; row 2; and 2 more: odd",
        "all of it",
    ]


def test_attachments_come_along(root: Path, tmp_path: Path) -> None:
    (tmp_path / "the plan.txt").write_text("plan")
    row = (1, "A", "open", "the plan.txt\nlost.pdf")
    file = workbook(tmp_path / "log.xlsx", ("No", "Title", "Status", "File"), row)
    said = imported(
        root, file, mapped(tmp_path, SHORT.replace("No: id", "No: id, File: attachment"))
    )
    assert said.exit_code == 0, said.output
    assert "lost.pdf is not beside the source" in said.stderr
    assert "wrote 2 files" in said.stdout
    assert "records: 1 new, 0 updated; attachments: 1 added" in said.stdout
    assert said.stdout.endswith("Next: `changebook check`.\n")
    (record,) = root.glob("changes/acme/*/ACME-0001*.md")
    assert (record.parent / "ACME-0001-the plan.txt").read_text() == "plan"
    text = record.read_text("utf-8")
    assert "[the plan.txt](<ACME-0001-the plan.txt>)" in text
    assert "x-attachments: ['lost.pdf']" in text


def test_a_mapping_with_a_fault_is_told_by_its_line(root: Path, tmp_path: Path) -> None:
    file = workbook(tmp_path / "log.xlsx", ("No", "Title"), (1, "A"))
    said = imported(root, file, mapped(tmp_path, "source: {kind: excel}\ncolumns:\n  No: ids\n"))
    assert said.exit_code == 1
    assert "did you mean `id`?" in said.stderr
    assert "own.yml:3:3" in said.stderr or "own.yml:3:7" in said.stderr


def test_odd_texts_stay_behind_their_mark(root: Path, tmp_path: Path) -> None:
    rows = [
        ("Our log\nalways: {visibility: internal}",),
        ("No", "Title", "Status", "a: b #\nc"),
        (1, "A\u2028columns: {}", "open: \x85#", "x\x7fy"),
    ]
    file = workbook(tmp_path / "log.xlsx", *rows)
    proposed = run(root, file)
    assert proposed.exit_code == 0, proposed.output
    mapping, problems = read_map(mapped(tmp_path, proposed.stdout))
    assert mapping
    assert list(mapping.columns.values()) == ["id", "title", "status", "x-a-b-c"]
    assert mapping.always.visibility == "client"
    assert [problem.severity for problem in problems] == []

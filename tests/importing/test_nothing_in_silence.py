"""What a source says besides values, and what two readers would read in two ways."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from openpyxl import Workbook
from openpyxl.comments import Comment

from changebook.importing.source import Cell
from changebook.importing.sources import read_source_of
from changebook.importing.understanding import Notation, NotUnderstood, amount, day
from changebook.model.import_map import Kind, SourceSettings
from tests.importing.exports import workbook
from tests.importing.test_spreadsheets import (
    SHORT,
    files,
    imported,
    mapped,
    records,
    root,
    run,
    short_import,
)

__all__ = ["root"]

HEAD = ("No", "Title", "Status", "Amount", "Date")
NOTATION = Notation(ZoneInfo("Asia/Shanghai"), "CNY", order="dmy")


def proposed(root: Path, file: Path, *more: str) -> dict[str, str]:
    """Return the lines of the proposed mapping by what they begin with."""
    said = run(root, file, *more)
    assert said.exit_code == 0, said.output
    lines = (line.strip().split("  #")[0].partition(": ") for line in said.stdout.split("\n"))
    return {key: value for key, _, value in lines}


def test_words_that_differ_in_brackets_alone_stay_apart(root: Path, tmp_path: Path) -> None:
    rows = [(1, "A", "Closed (approved)", None, None), (2, "B", "Closed (rejected)", None, None)]
    file = workbook(tmp_path / "log.xlsx", HEAD, *rows, (3, "C", "Closed (Swift 6)", None, None))
    words = proposed(root, file)
    assert words["Closed (approved)"] == words["Closed (rejected)"] == ""
    assert words["Closed (Swift 6)"] == "closed"
    meant = "words: {status: {Closed (approved): withdrawn, Closed (rejected): submitted, "
    text = re.sub(r"words: \{status: \{", meant + "Closed (Swift 6): draft, ", SHORT)
    assert imported(root, file, mapped(tmp_path, text)).exit_code == 0
    statuses = [record.status.value for record in records(root).values()]
    assert statuses == ["withdrawn", "submitted", "draft"]


def formatted(root: Path, tmp_path: Path, value: float, number_format: str) -> Result:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD)
    sheet.append([1, "A", "open", value])
    sheet["D2"].number_format = number_format
    book.save(tmp_path / "log.xlsx")
    return imported(root, tmp_path / "log.xlsx", mapped(tmp_path, SHORT))


@pytest.mark.parametrize(
    ("value", "number_format", "message"),
    [
        (1000, "[$€-407]#,##0.00", "`1000€` is in EUR, not in CNY"),
        (1000, '"$"#,##0', "`1000$` is in USD or"),
        (1000, "[$USD] #,##0", "`1000USD` is in USD, not in CNY"),
        (0.5, "0%", "`50%` should be an amount"),
    ],
)
def test_a_format_that_says_another_currency_or_a_percentage(
    root: Path, tmp_path: Path, value: float, number_format: str, message: str
) -> None:
    said = formatted(root, tmp_path, value, number_format)
    assert said.exit_code == 1
    assert f"row 2, column D (Amount): {message}" in said.stderr
    assert files(root) == {}


@pytest.mark.parametrize(
    ("value", "number_format", "understood"),
    [
        (1000, '"¥"#,##0.00', 1000),
        (3.5, '0.00"万元"', 35000),
        (35000, '0.00,"万元"', 35000),
        (35000, "#,##0", 35000),
        (-7, '#,##0"元"', -7),
    ],
)
def test_a_format_that_says_the_currency_or_a_unit(
    root: Path, tmp_path: Path, value: float, number_format: str, understood: int
) -> None:
    assert formatted(root, tmp_path, value, number_format).exit_code == 0
    impact = records(root)["ACME-0001"].impact
    assert impact
    assert [line.amount for line in impact.cost or ()] == [Decimal(understood)]


def test_an_id_that_a_format_completes(root: Path, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD)
    sheet.append([7, "A", "open"])
    sheet["A2"].number_format = '"CR-"000'
    book.save(tmp_path / "log.xlsx")
    assert imported(root, tmp_path / "log.xlsx", mapped(tmp_path, SHORT)).exit_code == 0
    came = records(root)["ACME-0007"].imported
    assert came
    assert came.id == "CR-007"


def test_notes_and_links_of_cells_are_a_column_for_the_team(root: Path, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD)
    sheet.append([1, "A", "open"])
    sheet["A1"].comment = Comment("as in the contract", "Lin Wei")
    sheet["B2"].comment = Comment("Only if it is free", "Lin Wei")
    sheet["C2"].hyperlink = "https://tracker.example/1"
    book.save(tmp_path / "log.xlsx")
    file = tmp_path / "log.xlsx"
    assert proposed(root, file)["(notes and links)"] == "internal.notes-and-links"
    said = imported(root, file, mapped(tmp_path, SHORT))
    assert "column `(notes and links)` is not in the mapping" in said.stderr
    text = SHORT.replace("No: id", "(notes and links): internal.notes, No: id")
    said = imported(root, file, mapped(tmp_path, text))
    assert said.exit_code == 0, said.output
    outside = "Changes, row 1, column A: a note or link outside the items, so left out: as in"
    assert outside.replace("Changes", "Sheet") in said.stderr
    assert records(root)["ACME-0001"].internal == {
        "notes": ["Only if it is free", "https://tracker.example/1"]
    }


def test_what_else_a_row_of_totals_says_is_told(root: Path, tmp_path: Path) -> None:
    rows = [(1, "A", "open", 5, None), ("Total", None, "as agreed in May", 5, None)]
    said = short_import(root, tmp_path, *rows)
    assert said.exit_code == 0, said.output
    assert "column C (Status): in a row of totals, so left out: as agreed in May" in said.stderr


@pytest.mark.parametrize("header", ["Notes (internal)", "Internal notes", "备注（内部）", "毛利"])
def test_what_is_for_the_team_is_not_proposed_for_clients(
    root: Path, tmp_path: Path, header: str
) -> None:
    row = (1, "A", "open", None, None, "Nobody at the client may ever hear of this. " * 3)
    file = workbook(tmp_path / "log.xlsx", (*HEAD, header), row)
    assert proposed(root, file)[header].startswith("internal.")


def test_what_names_another_client_comes_into_no_record(root: Path, tmp_path: Path) -> None:
    other = root / "changes" / "globex"
    other.mkdir()
    profile = (root / "changes" / "acme" / "client.md").read_text("utf-8")
    renamed = profile.replace("Acme Trading", "Globex").replace("prefix: ACME", "prefix: GX")
    (other / "client.md").write_text(renamed, "utf-8")
    rows = [(1, "A", "open", None, None, "Acme Trading"), (2, "B", "open", None, None, "GLOBEX")]
    file = workbook(tmp_path / "log.xlsx", (*HEAD, "Client"), *rows)
    text = SHORT.replace("No: id", "Client: left-out, No: id")
    said = imported(root, file, mapped(tmp_path, text))
    assert said.exit_code == 1
    assert "row 3, column F (Client): `GLOBEX` is another client" in said.stderr
    assert "row 2" not in said.stderr
    assert files(root) == {}


WITHOUT_ID = SHORT.replace("No: id, ", "")


def without_ids(root: Path, tmp_path: Path, *titles: str) -> Result:
    rows = [(title, "open", None, None) for title in titles]
    file = workbook(tmp_path / "log.xlsx", HEAD[1:], *rows)
    return imported(root, file, mapped(tmp_path, WITHOUT_ID))


def test_two_items_without_an_id_and_with_one_title_are_told(root: Path, tmp_path: Path) -> None:
    said = without_ids(root, tmp_path, "A", "A")
    assert said.exit_code == 1
    assert "row 3: `A` is also the title of Changes, row 2" in said.stderr
    assert files(root) == {}


def test_an_item_without_an_id_is_known_again_after_its_title_changed_here(
    root: Path, tmp_path: Path
) -> None:
    title = "A title: " + "long " * 60
    assert without_ids(root, tmp_path, title, "B").exit_code == 0
    file = next(root.rglob("ACME-0001*.md"))
    text = file.read_text("utf-8")
    file.write_text(re.sub(r"(?m)^title: .*", "title: Shorter", text), "utf-8")
    said = without_ids(root, tmp_path, title, "B")
    assert "records: 0 new, 0 updated, 1 unchanged, 1 edited here" in said.stdout


def test_a_delimiter_is_that_of_most_lines_or_of_the_mapping(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("No;Title, long\n1;a, b, c, d\n2;x, y, z\n", "utf-8")
    settings = SourceSettings(kind=Kind.CSV)
    assert read_source_of(file, settings).columns == ("No", "Title, long")
    settings = SourceSettings(kind=Kind.CSV, delimiter=",", header=1)
    assert read_source_of(file, settings).columns[0] == "No;Title"


@pytest.mark.parametrize("text", ["5€5", "5元5", "5CNY500"])
def test_signs_between_digits_are_no_amount(text: str) -> None:
    with pytest.raises(NotUnderstood):
        amount(Cell(text, ""), NOTATION)


@pytest.mark.parametrize(
    "text", ["2025-03-05 - 2025-03-09", "2025-03-05 (to be confirmed)", "2025年3月5日 至 3月9日"]
)
def test_two_days_or_a_doubt_are_no_day(text: str) -> None:
    with pytest.raises(NotUnderstood):
        day(Cell(text, ""), NOTATION)


def test_a_day_that_contradicts_the_order_of_the_mapping() -> None:
    with pytest.raises(NotUnderstood, match="can't be `dmy`"):
        day(Cell("12/31/2025", ""), NOTATION)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-05 14:30", date(2025, 3, 5)),
        ("2025/3/5 下午2:30:00", date(2025, 3, 5)),
        ("2025-03-05 23:30:00+00:00", date(2025, 3, 6)),
    ],
)
def test_a_time_behind_a_day(text: str, expected: date) -> None:
    assert day(Cell(text, ""), NOTATION) == expected


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ("{Amount: furlong}", "the unit `furlong` of `Amount` in the mapping should be"),
        ("{Date: 万}", "the unit `万` of `Date` in the mapping should be UTC"),
        ("{Amuont: 万}", "`units` in the mapping has `Amuont`"),
    ],
)
def test_units_that_fit_no_column(root: Path, tmp_path: Path, units: str, message: str) -> None:
    said = short_import(root, tmp_path, (1, "A", "open", 5, None), more=f"units: {units}\n")
    assert said.exit_code == 1
    assert message in said.stderr


def _truncated(name: str) -> Callable[[str, bytes], bytes]:
    return lambda part, content: content[:60] if part.endswith(name) else content


def _odd_cell(part: str, content: bytes) -> bytes:
    return content.replace(b'r="A1"', b'r="ZZZZZ1"') if part.endswith("sheet1.xml") else content


@pytest.mark.parametrize(
    "damage", [_truncated("sheet1.xml"), _truncated("workbook.xml"), _odd_cell]
)
def test_damaged_workbooks_are_told(
    root: Path, tmp_path: Path, damage: Callable[[str, bytes], bytes]
) -> None:
    whole = workbook(tmp_path / "whole.xlsx", HEAD, (1, "A", "open", 5, None))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "log.xlsx", "w") as new:
        for part in old.namelist():
            new.writestr(part, damage(part, old.read(part)))
    said = run(root, tmp_path / "log.xlsx")
    assert said.exit_code == 2
    assert "log.xlsx is not a workbook, or damaged" in said.stderr


def tracked(root: Path, tmp_path: Path, text: str, kind: str = "github") -> Result:
    (tmp_path / "export.json").write_text(text, "utf-8")
    return run(root, tmp_path / "export.json", "--from", kind)


def test_half_a_character_and_a_key_twice_are_told(root: Path, tmp_path: Path) -> None:
    half = '[{"number": 1, "title": "A \\ud800", "state": "OPEN"}]'
    assert tracked(root, tmp_path, half).exit_code == 0
    text = (
        "source: {kind: github}\n"
        "columns: {number: id, title: title, state: left-out, status: status}\n"
        "words: {status: {open: submitted}}\nalways: {visibility: client}\n"
    )
    said = imported(root, tmp_path / "export.json", mapped(tmp_path, text))
    assert said.exit_code == 1
    assert "export.json, item 1, title: half of a character" in said.stderr
    said = tracked(root, tmp_path, '[{"number": 1, "title": "A", "title": "B"}]')
    assert said.exit_code == 2
    assert "`title` stands twice in one object" in said.stderr


def test_a_comment_of_no_year_is_told_when_it_is_read(root: Path, tmp_path: Path) -> None:
    comment = {"created_at": 10**15, "content": "Fine", "created_by": {"name": "Chen Yu"}}
    item = {"identifier": "P-1", "title": "A", "state": {"name": "打开"}, "comments": [comment]}
    said = tracked(root, tmp_path, json.dumps([item]), "pingcode")
    assert said.exit_code == 0, said.output
    text = said.stdout.replace("channel:", "channel: chat")
    said = imported(root, tmp_path / "export.json", mapped(tmp_path, text))
    assert "item 1, comments (comments): `1000000000000000` should be a day" in said.stderr


def test_what_of_a_comment_is_left_out_is_told(root: Path, tmp_path: Path) -> None:
    comment = {
        "id": 9,
        "created_at": "2026-01-06T10:00:00Z",
        "user": {"login": "bob"},
        "body": "No",
    }
    issue = {"number": 7, "title": "Cards", "created_at": "2026-01-05T10:00:00Z", "body": "Pay"}
    told = "without their own ids, addresses and later edits"
    with_comments = json.dumps([{**issue, "comments": [comment]}])
    assert told in tracked(root, tmp_path, with_comments).output
    assert told not in tracked(root, tmp_path, json.dumps([issue])).output


def test_keys_that_meet_keep_all_their_values(root: Path, tmp_path: Path) -> None:
    head = (*HEAD, "Needs", "Depends", "By", "Requested by", "Papers", "Files")
    row = (1, "A", "open", None, None, "CR-9", "old", "B", "陈瑜", "c.pdf", "d.pdf")
    file = workbook(tmp_path / "log.xlsx", head, row)
    targets = (
        "Needs: links.depends_on, Depends: x-depends_on, By: x-Requested-by, "
        "Requested by: requested.by, Papers: attachment, Files: x-attachments, No: id"
    )
    text = SHORT.replace("No: id", targets)
    said = imported(root, file, mapped(tmp_path, text))
    assert said.exit_code == 0, said.output
    written = next(root.rglob("ACME-0001*.md")).read_text("utf-8")
    for held in ("CR-9", "old", "B", "陈瑜", "c.pdf", "d.pdf"):
        assert re.search(rf"(?m)^x-.*\b{re.escape(held)}", written), f"{held} is lost: {written}"


def test_attachments_with_marks_of_addresses_in_their_names(root: Path, tmp_path: Path) -> None:
    name = "offer #3 (50%)?.pdf"
    (tmp_path / name).write_bytes(b"%PDF-1.4")
    file = workbook(tmp_path / "log.xlsx", (*HEAD, "Files"), (1, "A", "open", None, None, name))
    text = SHORT.replace("No: id", "Files: attachment, No: id")
    said = imported(root, file, mapped(tmp_path, text))
    assert said.exit_code == 0, said.output
    assert len([*root.rglob(f"ACME-0001-{name.replace('?', '[?]')}")]) == 1


@pytest.mark.parametrize("more", [(), ("--map", "", "--dry-run", "--format", "md")])
def test_a_folder_that_is_not_there_is_no_file(
    root: Path, tmp_path: Path, more: Sequence[str]
) -> None:
    file = workbook(tmp_path / "log.xlsx", HEAD, (1, "A", "open", None, None))
    words = [word or str(mapped(tmp_path, SHORT)) for word in more]
    said = run(root, file, *words, "--out", f"{tmp_path / 'new'}/")
    assert said.exit_code != 0
    assert "is not a folder" in said.stderr
    assert not (tmp_path / "new").exists()

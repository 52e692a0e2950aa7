"""A change log in a workbook: from the proposal to records that check, and again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator, Draft202012Validator
from openpyxl import Workbook, load_workbook
from ruamel.yaml import YAML

from changebook.check import load_checked
from changebook.cli import main
from changebook.edit.json_schema import schema
from changebook.importing.dry_run import ImportJson
from changebook.model import sums
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Status
from tests.importing.exports import change_log, change_log_rows, workbook

CASE = Path(__file__).parents[1] / "cases" / "import" / "change-log"
PROFILE = CASE / "client.md"
DAY = "2026-11-29"


def workspace(folder: Path) -> Path:
    """Make a workspace with one client, who has no records yet."""
    client = folder / "workspace" / "changes" / "acme"
    client.mkdir(parents=True)
    shutil.copy(PROFILE, client / "client.md")
    return folder / "workspace"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace(tmp_path)


def run(root: Path, file: Path, *more: str) -> Result:
    words = ("import", str(file), "--workspace", str(root), "--client", "acme", *more)
    return CliRunner().invoke(main, [*words])


def imported(root: Path, file: Path, mapping: Path | None = None, *more: str) -> Result:
    mapping = mapping or CASE / "map.yml"
    return run(root, file, "--map", str(mapping), "--on", DAY, *more)


def records(root: Path) -> dict[str, ChangeRecord]:
    return {r.data.id: r.data for r in load_checked(root)[0].client("acme").records}


def files(root: Path) -> dict[str, bytes]:
    found = sorted((root / "changes").rglob("*.md"))
    return {file.name: file.read_bytes() for file in found if file.name != "client.md"}


def mapped(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "own.yml"
    file.write_text(text, "utf-8")
    return file


SHORT = """\
source: {kind: excel, header: 1, header_rows: 1}
columns: {No: id, Title: title, Status: status, Amount: amount, Date: requested.on}
words: {status: {open: submitted, approved: approved}}
always: {visibility: client, decided: 2025-12-31}
"""


def short_import(root: Path, tmp_path: Path, *rows: Sequence[object], more: str = "") -> Result:
    head = ("No", "Title", "Status", "Amount", "Date")
    file = workbook(tmp_path / "short.xlsx", head, *map(tuple, rows))
    return imported(root, file, mapped(tmp_path, SHORT + more))


def test_a_mapping_is_proposed(
    root: Path, tmp_path: Path, matches: Callable[[Path, str], None]
) -> None:
    file = change_log(tmp_path / "变更台账 2025.xlsx", total=1)
    said = run(root, file)
    assert said.exit_code == 0, said.output
    matches(CASE / "proposed.yml", said.stdout)


def test_the_mapping_has_a_schema() -> None:
    validator = Draft7Validator(schema("import-map"))
    read = YAML(typ="safe", pure=True).load
    assert list(validator.iter_errors(read((CASE / "map.yml").read_text("utf-8")))) == []
    wrong = read("source: {kind: exel}\ncolumns: {a: titel, b: x-b, c: internal.c}\n")
    paths = ["/".join(map(str, e.absolute_path)) for e in validator.iter_errors(wrong)]
    assert sorted(paths) == ["columns/a", "source/kind"]


def test_what_is_not_filled_in_is_not_guessed(root: Path, tmp_path: Path) -> None:
    file = change_log(tmp_path / "变更台账 2025.xlsx")
    said = imported(root, file, CASE / "proposed.yml")
    assert said.exit_code == 1
    assert "on whose side is 赵立强?" in said.stderr
    assert files(root) == {}


def test_a_dry_run_says_what_becomes_of_each_row(
    root: Path, tmp_path: Path, matches: Callable[[Path, str], None]
) -> None:
    file = change_log(tmp_path / "变更台账 2025.xlsx", 12, total=1)
    said = imported(root, file, None, "--dry-run", "--format", "md")
    assert said.exit_code == 0, said.output
    assert files(root) == {}
    matches(CASE / "dry-run.md", said.stdout)
    as_json = json.loads(imported(root, file, None, "--dry-run", "--format", "json").stdout)
    Draft202012Validator(ImportJson.model_json_schema(mode="serialization")).validate(as_json)
    assert len(as_json["records"]) == 12
    assert as_json["totals"] == [
        {
            "place": "变更台账, row 15, column H",
            "column": "金额（元）",
            "stated": "1.00",
            "computed": "76115.00",
        }
    ]
    out = tmp_path / "dry.xlsx"
    imported(root, file, None, "--dry-run", "--format", "xlsx", "--out", str(out))
    assert load_workbook(out).worksheets[0].max_row == 13


def test_the_records_check_and_come_with_the_same_bytes_each_time(
    root: Path, tmp_path: Path, matches: Callable[[Path, str], None]
) -> None:
    file = change_log(tmp_path / "变更台账 2025.xlsx")
    said = imported(root, file)
    assert said.exit_code == 0, said.output
    assert load_checked(root)[1] == []
    first = files(root)
    assert len(first) == 36
    matches(CASE / "ACME-0008.md", first["ACME-0008-8.md"].decode())
    assert "wrote 0 files" in imported(root, file).output
    shutil.rmtree(root / "changes" / "acme" / "2025")
    imported(root, file)
    assert files(root) == first


def test_every_cell_is_in_its_record(root: Path, tmp_path: Path) -> None:
    imported(root, change_log(tmp_path / "变更台账 2025.xlsx"))
    client = load_checked(root)[0].client("acme")
    by_old = {
        r.data.imported.id: (r, f"{r.source.data} {r.source.body}")
        for r in client.records
        if r.data.imported
    }
    for row in change_log_rows(36):
        record, text = by_old[row[0]]
        shown = text.replace("\\", "").replace("&lt;", "<").replace("&gt;", ">")
        for value in (row[1], row[6], *(v for v in row[9:12] if v), row[13] or ""):
            assert str(value) in shown, (row[0], value)
        for line in (row[12] or "").split("\n"):
            assert line in shown
        has_amount = row[7] is not None
        own = sums.asked(record.data, client.profile)
        agreed = record.data.decision and record.data.decision.amount
        assert has_amount == (own is not None or agreed is not None), row[0]


def test_the_dates_follow_from_the_days(root: Path, tmp_path: Path) -> None:
    mapping = (
        SHORT.replace("Date: requested.on", "Date: decision.on, Days: days").replace(
            "decided: 2025-12-31", ""
        )
        + "days_on: go-live\n"
    )
    head = ("No", "Title", "Status", "Amount", "Date", "Days")
    file = workbook(
        tmp_path / "days.xlsx",
        head,
        ("1", "Second", "approved", 1, date(2026, 3, 2), 5),
        ("2", "First", "approved", 1, date(2026, 2, 2), 7),
    )
    said = imported(root, file, mapped(tmp_path, mapping))
    assert said.exit_code == 0, said.output
    assert load_checked(root)[1] == []
    dates = {data.id: data.decision and data.decision.milestones for data in records(root).values()}
    assert dates == {
        "ACME-0001": {"go-live": date(2026, 7, 12)},
        "ACME-0002": {"go-live": date(2026, 7, 7)},
    }


def test_the_day_of_a_decision_is_asked_for(root: Path, tmp_path: Path) -> None:
    rows = [("1", "A", "approved", 5, "2025-03-01")]
    assert short_import(root, tmp_path, *rows).exit_code == 0
    (data,) = records(root).values()
    assert data.decision
    assert data.decision.on == date(2025, 12, 31)
    assert data.imported
    assert (
        data.imported.note == "The source does not say when it was decided; 2025-12-31 was taken."
    )
    shutil.rmtree(root / "changes" / "acme" / "2025")
    mapping = mapped(tmp_path, SHORT.replace(", decided: 2025-12-31", ""))
    said = imported(root, tmp_path / "short.xlsx", mapping)
    assert said.exit_code == 1
    assert "Changes, row 2: it is `approved`, but the day of the decision is missing" in said.stderr


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("1", "A", "open", "abc", None), "row 2, column D (Amount): `abc` should be an amount"),
        (
            ("1", "A", "open", "$5", None),
            "`$5` is in USD or CAD or AUD",
        ),
        (("1", "A", "open", "5 USD", None), "`5 USD` is in USD, not in CNY"),
        (("1", "A", "open", "5.005", None), "`5.005` has more decimals than CNY"),
        (("1", "A", "open", "1,20", None), "`1,20` should be an amount"),
        (("1", "A", "open", 5, "3/4/2025"), "`3/4/2025` may be day or month first"),
        (("1", "A", "open", 5, "2025-02-30"), "`2025-02-30` is not a day of the calendar"),
        (("1", "A", "open", 5, "3月5日"), "`3月5日` has no year"),
        (("1", "A", "open", 5, "soon"), "`soon` should be a day such as 2026-03-31"),
        (("1", "A", "later", 5, None), "column C (Status): `later` has no status"),
        (("1", "A", None, 5, None), "error: Changes, row 2: there is no status"),
        (("1", None, "open", 5, None), "error: Changes, row 2: there is no title"),
        (("1", "A", "open", "#REF!", None), "row 2, column D: the formula gives #REF!"),
    ],
)
def test_what_is_not_understood_is_told_by_its_place(
    root: Path, tmp_path: Path, row: tuple[object, ...], message: str
) -> None:
    said = short_import(root, tmp_path, row, ("2", "B", "open", 1, None))
    assert said.exit_code == 1
    assert message in said.stderr, said.stderr
    assert "nothing was written" in said.stderr
    assert files(root) == {}


def test_an_id_that_is_there_twice_is_told(root: Path, tmp_path: Path) -> None:
    said = short_import(root, tmp_path, *[("1", "A", "open", 5, None)] * 2)
    assert said.exit_code == 1
    assert "Changes, row 3: `1` is also the id of Changes, row 2" in said.stderr


def test_every_message_about_a_workbook_names_the_sheet(root: Path, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "二期"
    for row in (
        ("Our log",),
        ("No", "Title", "Status", "Amount", "Date", "Before", "File"),
        ("1", None, None, "abc", "soon", None, None),
        ("1", "B", "approved", "#REF!", None, "OLD", "../x"),
        ("3", "C", "odd", 1, None, None, None, "more"),
        ("4", "D", "superseded", 1, None, None, None),
    ):
        sheet.append(row)
    sheet.row_dimensions[5].hidden = True
    book.create_sheet("一期").append(["No", "Title"])
    file = tmp_path / "log.xlsx"
    book.save(file)
    mapping = mapped(
        tmp_path,
        SHORT.replace("header: 1", "sheet: 二期, header: 2")
        .replace("No: id", "No: id, Before: links.depends_on, File: attachment")
        .replace("open: submitted", "superseded: superseded")
        .replace(", decided: 2025-12-31", ""),
    )
    as_json = json.loads(imported(root, file, mapping, "--dry-run", "--format", "json").stdout)
    assert [each["place"] for each in as_json["records"]] == [
        f"二期, row {n}" for n in (3, 4, 5, 6)
    ]
    told = [*as_json["faults"], *(note for note in as_json["notes"] if "row" in note)]
    assert len(told) > 12
    assert [line for line in told if not re.match(r"二期, row \d", line)] == []
    shown = imported(root, file, mapping, "--dry-run", "--format", "md").stdout
    assert "| 二期, row 3 | 1 |" in shown
    beyond = SHORT.replace("header: 1", "sheet: 二期, header: 9")
    assert (
        "there is no 二期, row 9, for its header"
        in run(root, file, "--map", str(mapped(tmp_path, beyond))).stderr
    )


def test_a_column_that_the_mapping_does_not_name_is_told(root: Path, tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "a.xlsx", ("No", "Title", "Status", "Colour"), ("1", "A", "open", "r")
    )
    said = imported(root, file, mapped(tmp_path, SHORT))
    assert said.exit_code == 1
    assert "column `Colour` is not in the mapping" in said.stderr


def test_a_newer_export_updates_adds_and_names_what_is_gone(root: Path, tmp_path: Path) -> None:
    old = [(str(n), f"Change {n}", "open", n, "2025-03-01") for n in range(1, 7)]
    old[0] = ("1", "Change 1", "approved", 1, "2025-03-01")
    assert short_import(root, tmp_path, *old).exit_code == 0
    before = files(root)
    folder = root / "changes" / "acme" / "2025"
    for name in ("ACME-0003-change-3.md", "ACME-0004-change-4.md"):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(text.replace("title: Change", "title: Our change"), "utf-8")
    new = [
        ("1", "Change 1, again", "approved", 100, "2025-03-01"),  # decided here
        ("2", "Change 2", "open", 200, "2025-03-01"),  # changed there alone
        ("3", "Change 3", "open", 300, "2025-03-01"),  # changed on both sides
        ("4", "Change 4", "open", 4, "2025-03-01"),  # changed here alone
        ("5", "Change 5", "open", 5, "2025-03-01"),  # not changed
        ("7", "Change 7", "open", 7, "2025-03-01"),  # new; 6 is gone
    ]
    said = short_import(root, tmp_path, *new)
    assert said.exit_code == 0, said.output
    assert "ACME-0001: Decided here, changed there: not touched" in said.stderr
    assert "ACME-0003: Conflict, edited here and changed there: not touched" in said.stderr
    assert "ACME-0004: Edited here, unchanged there: not touched" in said.stderr
    assert "ACME-0006 (6) is not in the source any more" in said.stderr
    assert said.stdout.partition("\n")[2] == (
        "records: 1 new, 1 updated, 1 unchanged, 1 edited here and left alone, 1 in conflict and "
        "left alone, 1 decided here and left alone, 1 not in the source any more\n"
        "Next: settle what the warnings name, then `changebook check`.\n"
    )
    now = files(root)
    assert [n for n in now if now[n] != before.get(n)] == [
        "ACME-0002-change-2.md",
        "ACME-0003-change-3.md",
        "ACME-0004-change-4.md",
        "ACME-0007-change-7.md",
    ]
    assert b"amount: 200.00" in now["ACME-0002-change-2.md"]
    assert b"Our change 3" in now["ACME-0003-change-3.md"]
    assert b"amount: 3.00" in now["ACME-0003-change-3.md"]
    assert len(now) == 7
    assert load_checked(root)[1] == []


def test_again_and_again(root: Path, tmp_path: Path) -> None:
    def row(n: int, status: str = "open", amount: int = 1) -> tuple[object, ...]:
        return (str(n), f"Change {n}", status, amount, "2025-03-01")

    short_import(root, tmp_path, *map(row, range(1, 5)))
    first = files(root)
    # An open one is decided there, one has another amount, one is gone and one is new.
    rows = [row(1, "approved"), row(2, amount=7), row(3), row(9)]
    said = short_import(root, tmp_path, *rows)
    assert "ACME-0004 (4) is not in the source any more" in said.stderr
    found = records(root)
    assert [found[f"ACME-000{n}"].status for n in (1, 2, 3, 4)] == [
        Status.APPROVED,
        *[Status.SUBMITTED] * 3,
    ]
    assert set(found) == {f"ACME-000{n}" for n in (1, 2, 3, 4, 9)}
    second = files(root)
    assert second["ACME-0004-change-4.md"] == first["ACME-0004-change-4.md"]
    # The same once more changes nothing; what was gone comes back as it is.
    assert "wrote 0 files" in short_import(root, tmp_path, *rows).stdout
    said = short_import(root, tmp_path, *rows, row(4))
    assert "not in the source" not in said.stderr
    assert files(root) == second
    # What is decided by now is never touched, also if nobody edited it here.
    said = short_import(root, tmp_path, row(1, "approved", 99), *rows[1:], row(4))
    assert "ACME-0001: Decided here, changed there: not touched" in said.stderr
    assert files(root) == second
    assert load_checked(root)[1] == []


def test_another_log_with_the_same_ids_is_doubted(root: Path, tmp_path: Path) -> None:
    old = [(str(n), f"Change {n}", "open", n, "2025-03-01") for n in range(1, 5)]
    short_import(root, tmp_path, *old)
    again = short_import(root, tmp_path, *old[:3], ("4", "Change 4, again", "open", 4, None))
    assert "another title" not in again.stderr
    other = [(str(n), f"Phase 2: {n}", "open", n, "2026-03-01") for n in range(1, 5)]
    said = short_import(root, tmp_path, *other)
    assert "note: 4 of 4 items have the id of a record here and another title" in said.stderr


def test_a_conflict_is_settled_by_hand(root: Path, tmp_path: Path) -> None:
    short_import(root, tmp_path, ("1", "A", "open", 1, "2025-03-01"))
    (file,) = root.glob("changes/acme/2025/*.md")
    file.write_text(file.read_text("utf-8").replace("title: A", "title: Ours"), "utf-8")
    newer = ("1", "B", "open", 1, "2025-03-01")
    said = short_import(root, tmp_path, newer)
    told = re.search(r"ACME-0001: Conflict.* write `there: (\w+)` in its `x-import`", said.stderr)
    assert told
    text = re.sub(r"there: \w+", f"there: {told[1]}", file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    said = short_import(root, tmp_path, newer)
    assert "Conflict" not in said.stderr
    assert "Edited here, unchanged there" in said.stderr
    assert file.read_text("utf-8") == text


def test_out_is_a_file_or_a_folder(root: Path, tmp_path: Path) -> None:
    file = change_log(tmp_path / "变更台账 2025.xlsx", 12)
    out = tmp_path / "out"
    out.mkdir()
    assert run(root, file, "--out", str(out)).exit_code == 0
    assert (out / "map.yml").read_text("utf-8").startswith("# What")
    for form, name in (("text", "txt"), ("md", "md"), ("json", "json"), ("xlsx", "xlsx")):
        said = imported(root, file, None, "--dry-run", "--format", form, "--out", str(out))
        assert said.exit_code == 0, said.output
        assert (out / f"import.{name}").stat().st_size
    said = imported(root, file, None, "--out", str(out))
    assert "is not an empty folder" in said.stderr
    said = imported(root, file, None, "--out", str(tmp_path / "apart"))
    assert said.exit_code == 0, said.output
    assert files(root) == {}
    apart = {
        f.name: f.read_bytes() for f in (tmp_path / "apart" / "changes" / "acme").rglob("*.md")
    }
    imported(root, file)
    assert files(root) == apart
    said = imported(root, file, None, "--out", str(root / "changes" / "x"))
    assert "is inside changes/" in said.stderr


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--dry-run",), "--dry-run and --on go with --map"),
        (("--on", DAY), "--dry-run and --on go with --map"),
        (("--format", "md"), "--format goes with --dry-run"),
    ],
)
def test_no_option_is_ignored(
    root: Path, tmp_path: Path, more: tuple[str, ...], message: str
) -> None:
    said = run(root, change_log(tmp_path / "log 2025.xlsx", 3), *more)
    assert said.exit_code == 2
    assert message in said.stderr


def test_a_step_before_what_was_read_says_when_it_was_recorded(root: Path, tmp_path: Path) -> None:
    short_import(root, tmp_path, ("1", "A", "open", 1, "2025-06-01"))
    short_import(
        root, tmp_path, ("1", "A", "open", 1, "2025-06-01"), ("2", "B", "open", 1, "2025-03-01")
    )
    found = records(root)
    assert found["ACME-0001"].history[0].recorded is None
    assert found["ACME-0002"].history[0].recorded == date(2026, 11, 29)
    assert load_checked(root)[1] == []


def test_totals_among_the_rows_are_compared(root: Path, tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("1", "A", "open", 1, None),
        ("2", "B", "open", 2, None),
        ("小计", None, None, 3, None),
        ("3", "C", "open", "1,000.50", None),
        ("小计：", None, None, "1,000.50", None),
        ("合计", None, None, 1003.5, None),
    ]
    file = workbook(tmp_path / "t.xlsx", ("No", "Title", "Status", "Amount", "Date"), *rows)
    said = imported(root, file, mapped(tmp_path, SHORT), "--dry-run", "--format", "json")
    totals = json.loads(said.stdout)["totals"]
    assert [(t["stated"], t["computed"]) for t in totals] == [
        ("3.00", "3.00"),
        ("1000.50", "1000.50"),
        ("1003.50", "1003.50"),
    ]
    assert len(json.loads(said.stdout)["records"]) == 3


def test_a_cell_that_is_not_understood_is_not_the_fault_of_the_total(
    root: Path, tmp_path: Path
) -> None:
    said = short_import(
        root, tmp_path, ("1", "A", "open", "1;2", None), ("合计", None, None, "3", None)
    )
    assert said.stderr.count("should be an amount") == 1
    said = short_import(
        root, tmp_path, ("1", "A", "open", 3, None), ("合计", None, None, "?", None)
    )
    assert "row 3, column D (Amount): `?` should be an amount" in said.stderr


IN_WAN = "units: {Amount: 万}\n"


def cost(root: Path) -> tuple[str | None, str]:
    impact = records(root)["ACME-0001"].impact
    assert impact
    assert impact.cost
    return impact.cost[0].item, str(impact.cost[0].amount)


@pytest.mark.parametrize("held", [3.5, "3.5", "3.5万", "3.5万元", "¥3.5万元"])
def test_an_amount_in_a_column_with_a_unit(root: Path, tmp_path: Path, held: object) -> None:
    said = short_import(root, tmp_path, ("1", "A", "open", held, None), more=IN_WAN)
    assert said.exit_code == 0, said.output
    assert cost(root)[1] == "35000.00"


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ("¥35,000", "says its currency and no unit, and its column is in `万`"),
        ("35,000元", "says its currency and no unit, and its column is in `万`"),
        ("3.5亿", "has a unit, and its column is in `万`"),
    ],
)
def test_an_amount_in_another_unit_than_its_column(
    root: Path, tmp_path: Path, held: str, message: str
) -> None:
    said = short_import(root, tmp_path, ("1", "A", "open", held, None), more=IN_WAN)
    assert message in said.stderr
    assert files(root) == {}


def test_the_unit_of_a_column_is_no_part_of_what_costs(root: Path, tmp_path: Path) -> None:
    head = ("No", "Title", "Status", "估算金额（万元）")
    file = workbook(tmp_path / "log.xlsx", head, ("1", "A", "open", 3.5))
    mapping = SHORT.replace("Amount: amount, Date: requested.on", "估算金额（万元）: impact.amount")
    imported(root, file, mapped(tmp_path, mapping + "units: {估算金额（万元）: 万}\n"))
    assert cost(root) == ("估算金额", "35000.00")


def test_the_example_of_an_amount_has_the_source_s_marks(root: Path, tmp_path: Path) -> None:
    said = short_import(root, tmp_path, ("1", "A", "open", "1.2", None), more="decimal: ','\n")
    assert "should be an amount such as 1.200,50" in said.stderr


def test_the_day_of_decisions_is_to_be_filled_in(root: Path, tmp_path: Path) -> None:
    head = ("编号", "标题", "状态")
    decided = workbook(tmp_path / "decided.xlsx", head, ("1", "登录页", "已批准"))
    assert "\n  decided:  # no column has the days of decisions" in run(root, decided).stdout
    pending = workbook(tmp_path / "open.xlsx", head, ("1", "登录页", "待审批"))
    assert "\n  # decided: 2026-01-31" in run(root, pending).stdout


def test_days_are_known_by_how_chinese_logs_call_them(root: Path, tmp_path: Path) -> None:
    file = workbook(tmp_path / "log.xlsx", ("编号", "标题", "影响工期(天)"), ("1", "登录页", 3))
    proposed = run(root, file).stdout
    assert "  影响工期(天): days  #" in proposed
    assert "days_on: go-live" in proposed


def test_brackets_in_a_plain_text_are_no_link(root: Path, tmp_path: Path) -> None:
    row = ("1", "A", "open", "[重要](见附件)")
    file = workbook(tmp_path / "log.xlsx", ("No", "Title", "Status", "Notes"), row)
    mapping = SHORT.replace("Amount: amount, Date: requested.on", "Notes: body")
    said = imported(root, file, mapped(tmp_path, mapping))
    assert said.exit_code == 0, said.output
    assert load_checked(root)[1] == []


def test_what_is_approved_counts(root: Path, tmp_path: Path) -> None:
    short_import(
        root, tmp_path, ("1", "A", "approved", "1.2万", None), ("2", "B", "open", "(500)", None)
    )
    client = load_checked(root)[0].client("acme")
    lines = sums.position([r.data for r in client.records], client.profile, date.max).lines
    assert lines[sums.SumLine.APPROVED].amount == Decimal("12000.00")
    assert lines[sums.SumLine.PENDING].amount == Decimal("-500.00")
    assert records(root)["ACME-0001"].status is Status.APPROVED


def exported(root: Path, tmp_path: Path, audience: str) -> list[list[dict[str, object]]]:
    """Return the rows of each sheet of a client's workbook."""
    out = tmp_path / f"{audience}.xlsx"
    words = ("export", "--workspace", str(root), "acme", "--format", "xlsx")
    said = CliRunner().invoke(main, [*words, "--audience", audience, "--out", str(out)])
    assert said.exit_code == 0, said.output
    sheets = (sheet.iter_rows(values_only=True) for sheet in load_workbook(out).worksheets)
    return [[dict(zip(map(str, head), row, strict=True)) for row in rows] for head, *rows in sheets]


def test_the_way_out_has_the_ids_and_columns_of_the_source(root: Path, tmp_path: Path) -> None:
    imported(root, change_log(tmp_path / "变更台账 2025.xlsx"))
    found = {audience: exported(root, tmp_path, audience)[0] for audience in ("team", "client")}
    ids = {row["Number there"]: row.get("x-颜色") for row in found["team"]}
    assert ids == {row[0]: row[13] for row in change_log_rows(36)}
    assert {row["Number there"] for row in found["client"]} == set(ids)
    assert "x-颜色" not in found["client"][0]


def test_the_way_out_has_the_texts(root: Path, tmp_path: Path) -> None:
    imported(root, change_log(tmp_path / "变更台账 2025.xlsx"))
    _, rows = exported(root, tmp_path, "team")
    held = {row["Number there"]: row for row in rows}
    assert len(held) == 36
    for row in change_log_rows(36):
        told = "\n".join(str(cell) for cell in held[row[0]].values() if cell).replace("\\", "")
        told = told.replace("&lt;", "<").replace("&gt;", ">")
        for value in (row[1], row[6], *(v for v in row[9:12] if v), *(row[12] or "").split("\n")):
            assert str(value) in told, (row[0], value)


def test_the_way_out_of_a_client_has_what_the_client_sees(root: Path, tmp_path: Path) -> None:
    rows = [
        ("1", "Seen", "approved", 1, "no", "for all", "team's own", "why not"),
        ("2", "Unseen", "open", 1, "yes", "not for all", "team's own", ""),
    ]
    head = ("No", "Title", "Status", "Amount", "Private", "Text", "Ours", "Reason")
    mapping = SHORT.replace("Date: requested.on", "Private: visibility, Text: body").replace(
        "body", "body, Ours: internal.ours, Reason: decision.rationale"
    )
    mapping = mapping.replace("words: {", "words: {visibility: {'no': client, 'yes': internal}, ")
    file = workbook(tmp_path / "log.xlsx", head, *rows)
    said = imported(root, file, mapped(tmp_path, mapping))
    assert said.exit_code == 0, said.output
    for_team, for_client = (exported(root, tmp_path, who)[1] for who in ("team", "client"))
    assert [row["internal.ours"] for row in for_team] == ["team's own"] * 2
    (row,) = for_client
    assert row["body"] == "for all"
    assert row["decision.rationale"] == "why not"
    assert row["imported.from"] == "log.xlsx"
    assert "team's own" not in str(for_client)
    assert "not for all" not in str(for_client)
    assert not [key for key in row if str(key).startswith(("internal", "x-"))]


def test_a_text_that_no_cell_of_excel_holds_goes_on_in_the_next(root: Path, tmp_path: Path) -> None:
    text = "".join(f"第 {n} 行 😀 _x0041_ 说明\n\n" for n in range(4000))
    assert len(text) > 2 * 32_767
    issue = {"number": 1, "title": "Long", "state": "OPEN", "body": text, "author": {"login": "x"}}
    file = tmp_path / "issues.json"
    file.write_text(json.dumps([issue]))
    mapping = mapped(
        tmp_path,
        "source: {kind: github}\ncolumns: {number: id, title: title, status: status, body: body, "
        "author: requested.by, state: left-out}\nwords: {status: {OPEN: submitted}}\n"
        "always: {visibility: client, party: client}\n",
    )
    assert imported(root, file, mapping).exit_code == 0
    for who in ("team", "client"):
        (row,) = exported(root, tmp_path, who)[1]
        parts = {key: str(row[key]) for key in row if str(key).startswith("body")}
        assert list(parts) == [f"body, part {n}" for n in range(1, len(parts) + 1)]
        assert all(len(part.encode("utf-16-le")) <= 2 * 32_767 for part in parts.values())
        assert "".join(parts.values()).replace("_x005F_x", "_x") == text.strip()

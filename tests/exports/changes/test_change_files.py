"""The list of changes as files: the page's own figures in every form, and safe to open."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from openpyxl import load_workbook

from changebook.check import load_checked
from changebook.cli import main
from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.exports.changes.files import FORMATS
from changebook.exports.changes.shape import VERSION
from changebook.model import sums, timeline
from changebook.model.schema import ScopeItem
from changebook.model.sums import SumLine
from changebook.model.vocabulary import Audience, ScopeAction
from tests import samples
from tests.all_pages import edition_pages
from tests.strategies import Log, logs


@pytest.fixture(scope="module", params=samples.EDITIONS, ids=str)
def edition(request: pytest.FixtureRequest) -> Edition:
    return samples.edition(*request.param)


def made(edition: Edition, form: str) -> bytes:
    records = [record.data for record in edition.records]
    position = sums.position(records, edition.profile, edition.as_of)
    return FORMATS[form](edition, position)


def csv_rows(edition: Edition) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made(edition, "csv").decode("utf-8-sig"))))


def sheet_rows(edition: Edition) -> list[dict[str, Any]]:
    (sheet,) = load_workbook(io.BytesIO(made(edition, "xlsx"))).worksheets
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def json_changes(edition: Edition) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = json.loads(made(edition, "json"))["changes"]
    return changes


class _Page(HTMLParser):
    """The rows of the history page: the data of each, and the texts of its cells."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.cells: list[list[str]] = []
        self.sums: dict[str, str] = {}
        self._sum = ""
        self._in_row = self._in_cell = False
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "tr":
            self._in_row = "data-id" in values
            if self._in_row:
                self.rows.append(values)
                self.cells.append([])
        elif tag == "td" and self._in_row:
            self._in_cell = True
            self.cells[-1].append("")
        elif tag == "strong" and values.get("id", "").startswith("history-"):
            self._sum = values["id"].removeprefix("history-")

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._in_cell = False
        elif tag == "strong":
            self._sum = ""

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1][-1] += data
        if self._sum:
            self.sums[self._sum] = data


def page_of(edition: Edition) -> _Page:
    return _Page(next(p.content for p in edition_pages(edition) if p.path == urls.CHANGES))


def the_same_everywhere(edition: Edition, page: _Page) -> int:
    """The figures and days of each change in all four forms; how many amounts there were."""
    words, currency = edition.words, edition.profile.contract.currency
    _ = words.gettext
    lines, sheet, changes = csv_rows(edition), sheet_rows(edition), json_changes(edition)
    ids = [row["data-id"] for row in page.rows]
    assert ids == [line[_("Number")] for line in lines] == [change["id"] for change in changes]
    assert ids == [row[_("Number")] for row in sheet]
    milestones = {
        m.id: _("%(milestone)s: days") % {"milestone": m.name}
        for m in edition.profile.contract.milestones
    }
    seen = 0
    for row, cells, line, data, change in zip(
        page.rows, page.cells, lines, sheet, changes, strict=True
    ):
        amounts = (("amount", "Amount"), ("counts", "Amount counted"))
        for key, head in amounts:
            text = line[_(head)]
            assert text == (change[key] or "")
            if text:
                seen += 1
                assert Decimal(str(data[_(head)])) == Decimal(text)
                assert line[_("Currency")] == data[_("Currency")] == currency
            else:
                assert data[_(head)] is None
        if change["amount"]:
            written = words.money(Decimal(change["amount"]), currency, signed=True)
            assert cells[3].startswith(written)
            units = Decimal(row["data-amount"]).scaleb(-sums_decimals(change["amount"]))
            assert units == Decimal(change["amount"])
        for key, name in (("asked_on", "Requested"), ("decided_on", "Decided")):
            head = words.pgettext("day", name)
            assert line[head] == (change[key] or "")
            assert data[head] == (datetime.fromisoformat(change[key]) if change[key] else None)
            assert row.get(f"data-{key.removesuffix('_on')}", "") == line[head]
        for id, head in milestones.items():
            days = None if change["days"] is None else change["days"].get(id, 0)
            assert data[head] == days
            assert line[head] == ("" if days is None else str(days))
    return seen


def sums_decimals(text: str) -> int:
    return len(text.partition(".")[2])


def test_the_page_and_every_file_of_the_samples_say_the_same(edition: Edition) -> None:
    page = _Page(samples.pages(edition.slug, edition.audience)[urls.CHANGES])
    assert the_same_everywhere(edition, page) > 10


def _edition(log: Log) -> Edition:
    standing = (timeline.at(record, log.day) for record in log.records)
    records = tuple(EditionRecord(data, "") for data in standing if data)
    return Edition("acme", Audience.TEAM, log.day, log.profile, "", (), records)


@given(logs())
@settings(max_examples=12)
def test_the_page_and_every_file_say_the_same(log: Log) -> None:
    edition = _edition(log)
    page = page_of(edition)
    the_same_everywhere(edition, page)
    position = sums.position([r.data for r in edition.records], edition.profile, log.day)
    for line in (SumLine.APPROVED, SumLine.PENDING):
        units = sum(int(r["data-counts"]) for r in page.rows if r.get("data-line") == line.value)
        amount = position.lines[line].amount
        assert units == sums.minor_units(amount, position.currency)
        assert page.sums[line.value] == edition.words.money(amount, position.currency, signed=True)


def test_the_files_of_the_site_are_those_of_the_command(edition: Edition) -> None:
    contents = samples.contents(edition.slug, edition.audience)
    found = {file.path: file.content for file in contents.files}
    assert found[urls.CHANGES_CSV] == made(edition, "csv")
    assert found[urls.CHANGES_XLSX] == made(edition, "xlsx")
    assert found[urls.CHANGES_JSON] == made(edition, "json")
    page = next(page.content for page in contents.pages if page.path == urls.CHANGES)
    mark = "internal-" if edition.audience is Audience.TEAM else ""
    for name in ("changes.csv", "changes.xlsx", "changes.json"):
        saved = f"{mark}{edition.slug}-{edition.as_of.isoformat()}-{name}"
        assert f'<a href="{name}" download="{saved}">' in page


def test_csv_begins_with_a_byte_order_mark_and_reads_as_chinese() -> None:
    content = made(samples.edition("yunfan"), "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").startswith("编号,标题,状态,")
    assert content.count(b"\r\n") == len(content.decode("utf-8-sig").splitlines())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＠"])
def test_no_text_can_run_as_a_formula(start: str) -> None:
    edition = samples.edition("meridian-outdoor")
    hostile = f'{start}HYPERLINK("https://evil.example";"x")'
    records = tuple(
        replace(
            record,
            data=record.data.model_copy(
                update={
                    "title": hostile,
                    "summary": hostile,
                    "scope": (ScopeItem.model_construct(item=hostile, action=ScopeAction.ADD),),
                }
            ),
        )
        for record in edition.records
    )
    edition = replace(edition, records=records)
    for line in csv_rows(edition):
        for cell in (line["Title"], line["Summary"], line["Scope item"]):
            assert cell[0] in ("'", "\N{REPLACEMENT CHARACTER}")
    (sheet,) = load_workbook(io.BytesIO(made(edition, "xlsx"))).worksheets
    cells = [
        cell for row in sheet.iter_rows(min_row=2) for cell in row if "evil" in str(cell.value)
    ]
    assert len(cells) == 3 * len(records)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if not str(cell.value).startswith("\ufffd"))


def test_amounts_are_numbers_and_days_are_days_in_a_workbook() -> None:
    edition = samples.edition("meridian-outdoor")
    row = next(r for r in sheet_rows(edition) if r["Number"] == "MER-0005")
    assert row["Amount"] == -22820
    assert row["Currency"] == "GBP"
    assert row["Requested"] == datetime(2026, 1, 27)  # noqa: DTZ001 - a day has no zone
    (sheet,) = load_workbook(io.BytesIO(made(edition, "xlsx"))).worksheets
    (cells,) = (row for row in sheet.iter_rows() if row[0].value == "MER-0010")
    formats = {cell.value: cell.number_format for cell in cells}
    assert formats[11860] == '"£"#,##0.00'
    assert formats[datetime(2026, 4, 20)] == "yyyy-mm-dd"  # noqa: DTZ001 - a day has no zone


def test_the_same_records_give_the_same_bytes(edition: Edition) -> None:
    for form in FORMATS:
        assert made(edition, form) == made(edition, form)


def test_json_has_each_record_whole() -> None:
    edition = samples.edition("meridian-outdoor")
    data = json.loads(made(edition, "json"))
    assert data["version"] == VERSION
    change = next(c for c in data["changes"] if c["id"] == "MER-0010")
    assert change["record"]["impact"]["cost"][0]["rate"] == "680.00"
    assert change["record"]["communications"][0]["with"]
    assert change["body"] == next(r.body for r in edition.records if r.data.id == "MER-0010")


def test_a_client_reads_nothing_of_what_is_kept_from_them(edition: Edition) -> None:
    data = json.loads(made(edition, "json"))
    team = edition.audience is Audience.TEAM
    assert any(change.get("unseen") for change in data["changes"]) == team
    assert any("internal" in change["record"] for change in data["changes"]) == team
    assert (edition.words.gettext("Internal") in csv_rows(edition)[0]) == team


# --- The command


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_prints_and_writes(workspace: Path, tmp_path: Path) -> None:
    printed = run("export", "example", "--workspace", workspace)
    assert printed.exit_code == 0, printed.output
    assert printed.stdout_bytes.startswith(b"\xef\xbb\xbfNumber,Title,")
    for form in ("csv", "json", "xlsx"):
        out = tmp_path / f"changes.{form}"
        done = run("export", "example", "--workspace", workspace, "--format", form, "--out", out)
        assert done.exit_code == 0, done.output
        edition = make_edition(load_checked(workspace)[0].client("example"), Audience.CLIENT)
        assert out.read_bytes() == made(edition, form)


def test_the_day_and_the_audience_can_be_chosen(workspace: Path) -> None:
    at = ("export", "example", "--workspace", workspace, "--format", "json")
    client, team = json.loads(run(*at).stdout), json.loads(run(*at, "--audience", "team").stdout)
    assert {c["id"] for c in team["changes"]} - {c["id"] for c in client["changes"]}
    early = json.loads(run(*at, "--as-of", client["changes"][-1]["asked_on"]).stdout)
    assert len(early["changes"]) < len(client["changes"])


def test_nothing_is_written_among_the_records(workspace: Path) -> None:
    for form in ("csv", "site"):
        out = workspace / "changes" / "x"
        done = run("export", "example", "--workspace", workspace, "--format", form, "--out", out)
        assert done.exit_code == 2
        assert "is inside changes/: choose another place" in done.output
        assert not out.exists()


def test_an_unknown_client_is_named_in_a_line(workspace: Path) -> None:
    done = run("export", "nobody", "--workspace", workspace)
    assert done.exit_code == 2
    assert "nobody" in done.output
    assert "Traceback" not in done.output

"""The list of changes as files: the page's own figures in every form, safe to open, nobody else's.

And the whole edition as Markdown, which stock MkDocs and its successor build without our plugin.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings
from mkdocs.utils.yaml import yaml_load
from openpyxl import load_workbook

from changebook.check import load_checked
from changebook.cli import main
from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.exports import changes as export
from changebook.model import sums, timeline
from changebook.model.schema import ScopeItem
from changebook.model.sums import SumLine
from changebook.model.vocabulary import Audience, ScopeAction
from changebook.pages import site_pages as pages
from changebook.publish.build import build
from changebook.site.contents import edition_contents
from changebook.site.site_folder import MANIFEST
from changebook.site.theme import leaks, search_styles
from tests import samples
from tests.canary import CLIENT, plant
from tests.strategies import Log, logs


@pytest.fixture(scope="module", params=samples.EDITIONS, ids=str)
def edition(request: pytest.FixtureRequest) -> Edition:
    return samples.edition(*request.param)


def made(edition: Edition, form: str) -> bytes:
    records = [record.data for record in edition.records]
    position = sums.position(records, edition.profile, edition.as_of)
    return export.FORMATS[form](edition, position)


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
    return _Page(next(p.content for p in pages.pages(edition) if p.path == urls.CHANGES))


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
        amounts = (("amount", "Amount"), ("counts", "In the sums"))
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
        for key, head in (("asked_on", "Asked for"), ("decided_on", "Decided")):
            assert line[_(head)] == (change[key] or "")
            assert data[_(head)] == (datetime.fromisoformat(change[key]) if change[key] else None)
            assert row.get(f"data-{key.removesuffix('_on')}", "") == line[_(head)]
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
    assert row["Asked for"] == datetime(2026, 1, 27)  # noqa: DTZ001 - a day has no zone
    (sheet,) = load_workbook(io.BytesIO(made(edition, "xlsx"))).worksheets
    (cells,) = (row for row in sheet.iter_rows() if row[0].value == "MER-0010")
    formats = {cell.value: cell.number_format for cell in cells}
    assert formats[11860] == '"£"#,##0.00'
    assert formats[datetime(2026, 4, 20)] == "yyyy-mm-dd"  # noqa: DTZ001 - a day has no zone


def test_the_same_records_give_the_same_bytes(edition: Edition) -> None:
    for form in export.FORMATS:
        assert made(edition, form) == made(edition, form)


def test_json_has_each_record_whole() -> None:
    edition = samples.edition("meridian-outdoor")
    data = json.loads(made(edition, "json"))
    assert data["version"] == export.VERSION
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


def test_every_key_of_the_json_is_documented() -> None:
    documented = set(
        re.findall(r"`([a-z_]+)`", (samples.ROOT / "docs" / "export.md").read_text("utf-8"))
    )
    data = json.loads(made(samples.edition("yunfan", Audience.TEAM), "json"))
    keys = data.keys() | data["client"].keys() | data["milestones"][0].keys()
    keys |= {key for change in data["changes"] for key in change}
    assert keys - documented == set()


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
        assert "is among the records: choose another place" in done.output
        assert not out.exists()


def test_an_unknown_client_is_named_in_a_line(workspace: Path) -> None:
    done = run("export", "nobody", "--workspace", workspace)
    assert done.exit_code == 2
    assert "nobody" in done.output
    assert "Traceback" not in done.output


# --- A site as Markdown


def site_at(workspace: Path, out: Path, *more: str) -> Result:
    at = ("export", "example", "--workspace", workspace, "--format", "site", "--out", out)
    return run(*at, *more)


def paths(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_site_has_the_pages_and_what_they_need(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert site_at(workspace, out).exit_code == 0
    found = paths(out)
    edition = make_edition(load_checked(workspace)[0].client("example"), Audience.CLIENT)
    contents = edition_contents(edition, workspace, directory_urls=True)
    assert {f"docs/{page.path}" for page in contents.pages} <= found
    assert {f"docs/{file.path}" for file in contents.files} <= found
    assert {"theme/main.html", "theme/assets/stylesheets/changebook.css"} <= found
    with (out / "mkdocs.yml").open("rb") as stream:
        config = yaml_load(stream)
    assert config["site_name"] == contents.name
    assert config["nav"] == contents.nav
    assert config["plugins"] == []
    assert "changebook" in config["markdown_extensions"]


def test_a_second_export_takes_away_what_is_no_longer_there(
    workspace: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    site_at(workspace, out, "--audience", "team")
    team = paths(out)
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ours", "utf-8")
    assert site_at(workspace, out).exit_code == 0
    draft = "docs/changes/EX-0003/index.md"
    assert draft in team
    assert paths(out) == set((out / MANIFEST).read_text("utf-8").split()) | {
        MANIFEST,
        ".git/HEAD",
    }
    assert not (out / draft).parent.exists()


def test_a_folder_with_other_files_is_refused(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("ours", "utf-8")
    for out in (tmp_path, tmp_path / "letter.txt"):
        done = site_at(workspace, out)
        assert done.exit_code == 2
        assert "something else than an earlier export" in done.output
    assert (tmp_path / "letter.txt").read_text("utf-8") == "ours"
    assert paths(tmp_path) - paths(workspace) >= {"letter.txt"}


@pytest.mark.parametrize("path", ["../letter.txt", "/etc/letter.txt", "docs/../../letter.txt"])
def test_a_list_of_files_that_leads_outside_is_refused(
    workspace: Path, tmp_path: Path, path: str
) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / MANIFEST).write_text(f"{path}\n", "utf-8")
    (tmp_path / "letter.txt").write_text("ours", "utf-8")
    done = site_at(workspace, out)
    assert done.exit_code == 2
    assert "names files outside its folder" in done.output
    assert (tmp_path / "letter.txt").is_file()


def test_private_settings_stay_behind(workspace: Path, tmp_path: Path) -> None:
    config = yaml.safe_load(_plain_config())
    config |= {
        "site_url": "https://changes.example/",
        "repo_url": "https://git.example/private",
        "edit_uri": "edit/main",
        "copyright": "private words",
        "markdown_extensions": ["attr_list", {"toc": {"permalink": True}}],
    }
    config["plugins"] = ["changebook", "material/offline"]
    (workspace / "mkdocs.yml").write_text("# private remark\n" + yaml.dump(config), "utf-8")
    out = tmp_path / "site"
    assert site_at(workspace, out).exit_code == 0
    text = (out / "mkdocs.yml").read_text("utf-8")
    assert "private" not in text
    assert "offline" not in text
    exported = yaml.safe_load(text)
    assert exported["site_url"] == "https://changes.example/example/"
    assert exported["markdown_extensions"] == [
        "attr_list",
        {"toc": {"permalink": True}},
        "changebook",
    ]


def test_what_the_authors_of_templates_noted_stays_behind(workspace: Path, tmp_path: Path) -> None:
    theme = workspace / "site_templates" / "theme"
    (theme / "partials").mkdir(parents=True)
    (theme / "partials" / "copyright.html").write_text("{#- private\nremark -#}\n<p>Ours</p>\n")
    for name in (".copyright.html.swp", "README.md", "tools.py"):
        (theme / name).write_text("private")
    out = tmp_path / "site"
    assert site_at(workspace, out).exit_code == 0
    assert (out / "theme" / "partials" / "copyright.html").read_text() == "{#- -#}\n<p>Ours</p>\n"
    assert [f for f in out.rglob("*") if f.is_file() and b"private" in f.read_bytes()] == []


def _plain_config() -> str:
    """The packaged mkdocs.yml without what only Python can read."""
    text = (samples.ROOT / "mkdocs.yml").read_text("utf-8")
    return re.sub(r"!!python/name:\S+", "x", text)


def test_an_extension_that_pulls_files_in_is_refused(workspace: Path, tmp_path: Path) -> None:
    config = yaml.safe_load(_plain_config())
    config["markdown_extensions"] = {"pymdownx.snippets": {"base_path": "/"}}
    (workspace / "mkdocs.yml").write_text(yaml.dump(config), "utf-8")
    done = site_at(workspace, tmp_path / "site")
    assert done.exit_code == 2
    assert "`pymdownx.snippets`" in done.output
    assert leaks(["toc", "git-authors"]) == ["git-authors"]


def test_the_search_field_has_its_rules_in_a_layer() -> None:
    css = search_styles()
    assert css.startswith("@layer search {\n")
    assert css.count("{") == css.count("}")
    assert ".md-search__form{" in css
    assert all(
        ".md-search" in line or line.startswith("@") for line in css.splitlines() if "{" in line
    )


def test_the_index_needs_an_export_that_was_built(workspace: Path, tmp_path: Path) -> None:
    none = run("index", tmp_path)
    assert none.exit_code == 2
    assert "is no export" in none.output
    site_at(workspace, tmp_path / "site")
    unbuilt = run("index", tmp_path / "site")
    assert unbuilt.exit_code == 2
    assert "run `mkdocs build`" in unbuilt.output


# --- Isolation


def test_nothing_leaks_into_any_form(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    canaries = plant(root)
    canaries.words |= {f"id {id}": id for id in ("HBR-0003", "HBR-0004")}
    canaries.words["path of the workspace"] = str(root)
    out = tmp_path / "out"
    out.mkdir()
    for form in ("csv", "xlsx", "json"):
        file = out / f"changes.{form}"
        done = run("export", CLIENT, "--workspace", root, "--format", form, "--out", file)
        assert done.exit_code == 0, done.output
        assert b"Longer berths" in file.read_bytes() or form == "xlsx"
    done = run("export", CLIENT, "--workspace", root, "--format", "site", "--out", out / "site")
    assert done.exit_code == 0, done.output
    assert canaries.leaks(out) == []


def test_the_team_reads_what_is_internal_but_no_other_client(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    canaries = plant(root)
    for form in ("csv", "xlsx", "json", "site"):
        out = tmp_path / "out" / form
        out.parent.mkdir(exist_ok=True)
        at = ("export", CLIENT, "--workspace", root, "--audience", "team")
        assert run(*at, "--format", form, "--out", out).exit_code == 0
        folder = out if out.is_dir() else tmp_path / "one"
        if not out.is_dir():
            folder.mkdir(exist_ok=True)
            (folder / "file").write_bytes(out.read_bytes())
        leaks = canaries.leaks(folder)
        assert any(leak.startswith("title of an internal record in") for leak in leaks), form
        assert [leak for leak in leaks if "other client" in leak] == []


# --- Built by other tools


def built_by(tool: str, out: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", tool, "build"],
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def article(page: Path) -> str:
    """What the page says, without what a theme puts around and into it."""
    text = page.read_text("utf-8")
    (inner,) = re.findall(r"<article[^>]*>(.*?)</article>", text, re.DOTALL)
    inner = re.sub(r'<a class="headerlink".*?</a>', "", inner)
    return " ".join(re.sub(r"<[^>]+>", " ", inner).split())


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["mkdocs", "zensical"])
def test_other_tools_build_the_same_pages(workspace: Path, tmp_path: Path, tool: str) -> None:
    assert build(workspace, out=tmp_path / "ours", jobs=1).ok
    site_at(workspace, tmp_path / "theirs")
    said = built_by(tool, tmp_path / "theirs")
    assert "WARNING  -" not in said
    ours, theirs = tmp_path / "ours" / "example", tmp_path / "theirs" / "site"
    pages = [p for p in paths(ours) if p.endswith("index.html")]
    assert len(pages) > 10
    for page in pages:
        assert article(theirs / page) == article(ours / page), page
    for path in (urls.CHANGES_XLSX, urls.IMPACT_JSON, "assets/javascripts/history.js"):
        assert (theirs / path).read_bytes() == (ours / path).read_bytes()
    done = run("index", tmp_path / "theirs")
    assert done.exit_code == 0, done.output
    assert (theirs / urls.PAGEFIND).is_dir()

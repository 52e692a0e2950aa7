"""Exports of trackers in their published shapes, from the proposal to records that check."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jira2markdown import convert
from jira2markdown.elements import MarkupElements

from changebook.check import load_checked
from changebook.importing.converting import markdown
from changebook.importing.mapping import read_map
from changebook.importing.source import Markup
from changebook.importing.sources import read_source_of
from changebook.model.diagnostics import errors
from changebook.model.import_map import LEFT_OUT, Kind
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Status, Visibility
from tests.importing import exports
from tests.importing.test_spreadsheets import imported, records, root, run, workspace

__all__ = ["root"]

PEOPLE = (r"\{(name: [^,]*, )?party: \}", r"{\1party: client}")
DECIDED = (r"  (# )?decided: .*", "  decided: 2025-12-31")
CHANNEL = (r"^channel:.*", "channel: chat")
MILESTONE = (r"^days_on:.*", "days_on: go-live")


def as_json(value: Any) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        file = folder / "export.json"
        file.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
        return file

    return write


def as_csv(text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        file = folder / "export.csv"
        file.write_text(text, "utf-8")
        return file

    return write


def as_workbook(write: Callable[[Path], Path]) -> Callable[[Path], Path]:
    return lambda folder: write(folder / "export.xlsx")


def _figure(data: ChangeRecord) -> str | None:
    """The amount of a record, approved or asked for."""
    if data.decision and data.decision.amount is not None:
        return str(data.decision.amount)
    return str(data.impact.cost[0].amount) if data.impact and data.impact.cost else None


Changes = Sequence[tuple[str, str]]
SHEET = "工作项"
#: Each export with what a person fills in or alters in the proposed mapping.
EXPORTS: Mapping[str, tuple[Kind, Callable[[Path], Path], Changes]] = {
    "pingcode": (Kind.PINGCODE, as_json(exports.pingcode()), ()),
    "pingcode workbook": (
        Kind.PINGCODE,
        lambda folder: exports.pingcode_workbook(folder / "PingCode 2025.xlsx"),
        (),
    ),
    "worktile": (Kind.WORKTILE, as_workbook(exports.worktile), (CHANNEL,)),
    "jira": (Kind.JIRA, as_json(exports.jira()), (CHANNEL,)),
    "jira documents": (Kind.JIRA, as_json(exports.jira(documents=True)), (CHANNEL,)),
    "jira csv": (Kind.JIRA, as_csv(exports.jira_csv()), (CHANNEL,)),
    "github": (Kind.GITHUB, as_json(exports.github()), (CHANNEL,)),
    "gitlab csv": (Kind.GITLAB, as_csv(exports.gitlab_csv()), ()),
    "azure": (Kind.AZURE, as_json(exports.azure()), ()),
    "azure csv": (Kind.AZURE, as_csv(exports.azure_csv()), ()),
    "procore": (Kind.PROCORE, as_json(exports.procore()), (MILESTONE,)),
    "procore csv": (Kind.PROCORE, as_csv(exports.procore_csv()), (MILESTONE,)),
}


class Taken(NamedTuple):
    """An export that was imported by its mapping; no test alters anything in its workspace."""

    name: str
    root: Path
    file: Path
    mapping: Path


@pytest.fixture(scope="module", params=EXPORTS)
def taken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """An export that was imported by its mapping, which was filled in where it was empty."""
    name: str = request.param
    kind, write, changes = EXPORTS[name]
    folder = tmp_path_factory.mktemp("taken")
    root, file = workspace(folder), write(folder)
    if name == "procore csv":
        profile = root / "changes" / "acme" / "client.md"
        profile.write_text(profile.read_text("utf-8").replace("CNY", "USD"), "utf-8")
    sheet = ("--sheet", SHEET) if name == "pingcode workbook" else ()
    proposed = run(root, file, "--from", kind.value, *sheet)
    assert proposed.exit_code == 0, proposed.output
    text = proposed.stdout
    for pattern, replacement in (PEOPLE, DECIDED, *changes):
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    mapping = folder / "map.yml"
    mapping.write_text(text, "utf-8")
    said = imported(root, file, mapping)
    assert said.exit_code == 0, f"{said.output}\n{text}"
    return Taken(name, root, file, mapping)


def test_an_export_becomes_records_that_check_and_nothing_is_lost(taken: Taken) -> None:
    _, root, file, map_file = taken
    workspace, problems = load_checked(root)
    assert errors(problems) == []
    mapping, _ = read_map(map_file)
    assert mapping
    source = read_source_of(file, mapping.source)
    assert len(source.items) == len(workspace.client("acme").records) > 30
    written = {
        r.data.imported.id: f"{r.source.data}"
        for r in workspace.client("acme").records
        if r.data.imported
    }
    (key,) = (column for column, target in mapping.columns.items() if target == "id")
    kept = {c for c, target in mapping.columns.items() if target.startswith("x-")}
    for item in source.items:
        front = written[item.cells[key][0].text]
        for column, cells in item.cells.items():
            assert column in mapping.columns
            for cell in cells if column in kept else ():
                assert cell.text in front, (column, cell)
    left_out = {column for column, target in mapping.columns.items() if target == LEFT_OUT}
    assert not {column for column in left_out if "." not in column} & {
        column for item in source.items for column in item.cells
    }


def test_what_each_export_says_is_in_its_record(taken: Taken) -> None:
    name, root, *_ = taken
    found = records(root)
    first = found["ACME-0002"]
    text = next(root.glob("changes/acme/*/ACME-0002*.md")).read_text("utf-8")
    expected: dict[str, tuple[Status, str | None, str]] = {
        "pingcode": (Status.IMPLEMENTED, "2025-03-03", "客户**必须**同意\n\n- 甲\n- 乙\n\n图"),
        "worktile": (Status.IMPLEMENTED, None, "客户**必须**同意"),
        "jira": (Status.IMPLEMENTED, "2025-03-04", "客户**必须**同意 number 2"),
        "jira documents": (Status.IMPLEMENTED, "2025-03-04", "客户**必须**同意 number 2"),
        "jira csv": (Status.IMPLEMENTED, "2024-05-03", "客户**必须**同意"),
        "github": (Status.SUBMITTED, "2025-03-04", "- [x] **done**"),
        "gitlab csv": (Status.SUBMITTED, "2025-03-04", "**bold**"),
        "azure": (Status.IMPLEMENTED, "2025-03-04", "客户**必须**同意 \\<x\\>"),
        "azure csv": (Status.IMPLEMENTING, "2025-03-03", "a \\| b"),
        "procore": (Status.DRAFT, None, "Move the *wall*"),
        "procore csv": (Status.DRAFT, None, "Move the *wall* 2"),
        "pingcode workbook": (Status.IMPLEMENTED, None, "客户要求\\\n第 2 项"),
    }
    status, asked, words = expected[name]
    assert first.status is status
    assert (str(first.requested.on) if first.requested else None) == asked
    assert words in text
    assert "alert" not in text


@pytest.mark.parametrize("taken", ["pingcode workbook"], indirect=True)
def test_the_traps_of_pingcode_s_workbook(taken: Taken) -> None:
    found = records(taken.root)
    amounts = {n: _figure(found[f"ACME-{n:04}"]) for n in (1, 2, 3, 4)}
    assert amounts == {1: "10000.00", 2: "125000.00", 3: None, 4: "45000.00"}
    assert found["ACME-0009"].links.depends_on == ("ACME-0001",)
    assert found["ACME-0010"].links.depends_on == ("ACME-0002",)
    text = next(taken.root.glob("changes/acme/*/ACME-0010*.md")).read_text("utf-8")
    assert "x-depends_on: [OLD-7]" in text
    done = [str(e.on) for e in found["ACME-0002"].history if e.status is Status.IMPLEMENTED]
    assert done == ["2025-12-03"]
    assert "ACME-0005" in found  # its row is hidden


@pytest.mark.parametrize("taken", ["worktile"], indirect=True)
def test_the_traps_of_worktile_s_workbook(taken: Taken) -> None:
    (talk,) = records(taken.root)["ACME-0007"].communications
    assert (str(talk.on), talk.with_, talk.summary) == (
        "2025-04-08",
        ("陈瑜",),
        "同意；请尽快; 第 7 项",
    )
    texts = {
        n: next(taken.root.glob(f"changes/acme/*/ACME-{n:04}*.md")).read_text("utf-8")
        for n in (2, 5)
    }
    assert "第一行\\\n第二行 1&lt;2" in texts[5] or "第一行\\\n第二行 1\\<2" in texts[5]
    assert "x-标签: [二期, 支付]" in texts[5]
    assert "x-attachments: [需求.docx]" in texts[5]
    assert "图" in texts[2]
    assert "base64" not in texts[2]


@pytest.mark.parametrize("taken", ["procore csv"], indirect=True)
def test_the_traps_of_procore_s_list(taken: Taken) -> None:
    _, root, file, mapping = taken
    found = records(root)
    assert {id for id, d in found.items() if d.visibility is Visibility.INTERNAL} == {
        f"ACME-{n:04}" for n in (2, 10, 18, 26)
    }
    assert _figure(found["ACME-0005"]) == "-500.00"
    assert _figure(found["ACME-0008"]) == "1008.50"
    assert found["ACME-0003"].title == 'Move wall 3, level "B"'
    said = imported(root, file, mapping, "--dry-run", "--format", "json")
    (total,) = json.loads(said.stdout)["totals"]
    assert total["stated"] == total["computed"]


@pytest.mark.parametrize("taken", ["jira", "jira documents"], indirect=True)
def test_jira_comments_history_links(taken: Taken) -> None:
    found = records(taken.root)
    (talk,) = found["ACME-0003"].communications
    assert (str(talk.on), talk.with_) == ("2025-04-02", ("Lin Wei",))
    assert "seen; and heard" in talk.summary
    assert found["ACME-0005"].links.depends_on == ("ACME-0001",)
    steps = [(entry.status.value, str(entry.on), entry.by) for entry in found["ACME-0005"].history]
    assert ("implementing", "2025-04-05", "Lin Wei") in steps
    text = next(taken.root.glob("changes/acme/*/ACME-0004*.md")).read_text("utf-8")
    assert "x-attachments: ['flow.png']" in text


@pytest.mark.parametrize("taken", ["jira csv"], indirect=True)
def test_jira_comments_in_columns_that_repeat(taken: Taken) -> None:
    (talk,) = records(taken.root)["ACME-0002"].communications
    assert (str(talk.on), talk.with_) == ("2024-05-11", ("lin",))
    assert talk.summary == "first; with a semicolon"


def test_wiki_markup_takes_one_grammar_for_all_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "* a\n** b",
        "h2. H\n# one\n#* two",
        "||A||B||\n|1|2|",
        "** b\n\n* a",
        "{quote}x{quote}",
    ]
    alone = [str(convert(text)) for text in texts]
    made: list[object] = []
    make = MarkupElements.expr

    def counted(*given: object) -> object:
        made.append(given)
        return make(*given)

    monkeypatch.setattr(MarkupElements, "expr", counted)
    assert [markdown(text, Markup.WIKI) for text in texts] == [text.strip() for text in alone]
    assert len(made) <= 2


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("see {code:java}a|b{code}\nafter", "see \n```java\na|b\n```\nafter"),
        ("{code:sh}x{code} then {code:sh}y{code}", "```sh\nx\n```\n then \n```sh\ny\n```"),
        ("see {noformat}x{noformat} after", "see \n```\nx\n```\n after"),
        ("{code:java}\na\n{code}\nafter", "```java\na\n```\nafter"),
        ("|a {code:java}b{code}|", "|a ```java<br>b<br>```|\n|---|"),
    ],
)
def test_code_of_wiki_markup_ends_where_it_ended(text: str, made: str) -> None:
    assert markdown(text, Markup.WIKI) == made


@pytest.mark.parametrize("taken", ["github"], indirect=True)
def test_github_closes_for_two_reasons(taken: Taken) -> None:
    found = records(taken.root)
    assert found["ACME-0003"].status is Status.WITHDRAWN
    assert found["ACME-0006"].status is Status.CLOSED
    assert str(found["ACME-0002"].communications[0].on) == "2025-03-10"
    text = next(taken.root.glob("changes/acme/*/ACME-0001*.md")).read_text("utf-8")
    assert "&#58;&#58;&#58; internal" in text


def test_what_gh_lists_beside_the_api(root: Path, tmp_path: Path) -> None:
    issue = {
        "author": {"id": "u2", "is_bot": False, "login": "lin", "name": ""},
        "closed": True,
        "closedAt": "2025-03-10T02:00:00Z",
        "number": 1,
        "state": "CLOSED",
        "title": "Dark mode",
    }
    file = tmp_path / "issues.json"
    file.write_text(json.dumps([issue]))
    proposed = run(root, file, "--from", "github").stdout
    assert "  author: requested.by  # 1 cell: lin" in proposed
    assert "  closed: x-closed  #" in proposed
    assert "  closedAt: history.closed  #" in proposed


@pytest.mark.parametrize("taken", ["gitlab csv"], indirect=True)
def test_what_is_confidential_stays_with_the_team(taken: Taken) -> None:
    seen = {data.visibility for id, data in records(taken.root).items() if int(id[-4:]) % 3 == 1}
    assert seen == {Visibility.INTERNAL}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"values": [1]}', "export.json, item 1: this is not an object with keys"),
        ('{"values": [', "export.json, line 1, column"),
        ("7", "export.json has no list of items"),
        ("[" * 100_000, "export.json is nested too deep"),
        ('{"message": "Not Found", "status": "404"}', "answered instead, `Not Found`. Look at"),
        ('{"error": {"code": 7, "text": "no\\nright"}}', "answered instead, `no right`"),
        ('{"errorMessages": ["The value is wrong."], "errors": {}}', "`The value is wrong.`"),
        ('{"type": "about:blank", "title": "Gone", "detail": "It is over"}', "`It is over`"),
        ('{"total": 0, "next": null}', "as `values`, `issues`, `value`, `items`, `data`. It has"),
        ("{}", "It has no keys"),
        ("[]", "export.json has no items, its list is empty"),
        ('{"total": 0, "values": []}', "export.json has no items, its list is empty"),
        (" \n", "export.json is empty"),
        ("\n<!DOCTYPE html>\n<title>Log in</title>", "is a web page and not an export: log in"),
        ("<!-- x --><HTML lang=en>", "is a web page and not an export: log in"),
        ("<rss/>", "export.json, line 1, column 1: this is not JSON"),
        ('{"a": 1}\n{"a": 2}', "line 2, column 1: this is not JSON, Extra data; several documents"),
        ('[{"title": NaN}]', "export.json: NaN is no value of JSON"),
        ('"Not Found"', "export.json has no list of items"),
    ],
)
def test_json_that_can_t_be_read(root: Path, tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(content, "utf-8")
    said = run(root, file, "--from", "pingcode")
    assert said.exit_code == 2
    assert message in said.stderr


def test_an_error_among_the_pages_of_a_folder(root: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "1.json").write_text(json.dumps(exports.pingcode(3)))
    (pages / "2.json").write_text('{"values": []}')
    assert run(root, pages, "--from", "pingcode").exit_code == 0
    (pages / "2.json").write_text('{"message": "Too many requests"}')
    said = run(root, pages, "--from", "pingcode")
    assert "2.json is not an export: it is what the tracker answered" in said.stderr


def test_one_issue_alone_is_an_export(root: Path, tmp_path: Path) -> None:
    for kind, issue in (
        ("jira", exports.jira(1)["issues"][0]),
        ("azure", exports.azure(1)["value"][0]),
        ("github", exports.github(1)[0]),
        ("pingcode", exports.pingcode(1)["values"][0]),
        ("procore", exports.procore(1)[0]),
    ):
        said = run(root, as_json(issue)(tmp_path), "--from", kind)
        assert "of export.json: 1 item." in said.stdout, said.output


def test_a_step_that_did_not_last_is_kept_out_of_the_history(root: Path, tmp_path: Path) -> None:
    changes = [
        {
            "created": f"2025-04-0{n}T09:00:00.000+0800",
            "author": {"displayName": "Lin Wei"},
            "items": [{"field": "status", "toString": word}],
        }
        for n, word in enumerate(("Approved", "To Do", "Odd"), 1)
    ]
    issue = {
        "key": "PAY-1",
        "fields": {"summary": "Reopened", "status": {"name": "To Do"}},
        "changelog": {"histories": changes[:2]},
    }
    mapping = tmp_path / "map.yml"
    mapping.write_text(
        "source: {kind: jira}\n"
        "columns: {key: id, summary: title, status: status, history: history}\n"
        "words: {status: {To Do: submitted, Approved: approved}}\nalways: {visibility: client}\n"
    )
    said = imported(root, as_json([issue])(tmp_path), mapping)
    assert said.exit_code == 0, said.output
    (data,) = records(root).values()
    assert [entry.status for entry in data.history] == [Status.SUBMITTED]
    text = next(root.glob("changes/acme/*/ACME-0001*.md")).read_text("utf-8")
    assert "2025-04-01T09:00:00.000+0800;Lin Wei;Approved" in text.partition("x-history:")[2]
    issue["changelog"] = {"histories": changes}
    said = imported(root, as_json([issue])(tmp_path), mapping)
    assert said.exit_code == 1
    assert said.stderr.count("`Odd` has no status") == 1

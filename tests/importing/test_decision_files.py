"""Folders of decision records and proposals."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.importing.decision_files import read_folder
from changebook.importing.source import UnreadableSource
from changebook.model.diagnostics import errors
from changebook.model.import_map import Kind
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Status
from tests.importing import decision_folders
from tests.importing.test_spreadsheets import imported, root, run

__all__ = ["root"]

CASES = Path(__file__).parents[1] / "cases" / "import"


def taken(
    root: Path,
    tmp_path: Path,
    kind: Kind,
    more: Mapping[str, str],
    folder: Path | None = None,
    *options: str,
) -> dict[str, ChangeRecord]:
    folder = folder or CASES / kind.value
    proposed = run(root, folder, "--from", kind.value, *options)
    assert proposed.exit_code == 0, proposed.output
    text = proposed.stdout
    fills = {
        r"  # party: .*": "  party: vendor",
        r"  (# )?decided: .*": "  decided: 2025-12-31",
        **more,
    }
    for pattern, replacement in fills.items():
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    mapping = tmp_path / "map.yml"
    mapping.write_text(text, "utf-8")
    said = imported(root, folder, mapping)
    assert said.exit_code == 0, f"{said.output}\n{text}"
    workspace, problems = load_checked(root)
    assert errors(problems) == []
    return {r.data.id: r.data for r in workspace.client("acme").records}


def body(root: Path, id: str) -> str:
    return next(root.glob(f"changes/acme/*/{id}*.md")).read_text("utf-8").partition("\n---\n")[2]


def test_madr(root: Path, tmp_path: Path) -> None:
    found = taken(root, tmp_path, Kind.MADR, {})
    first = found["ACME-0001"]
    assert first.title == "Use PostgreSQL"
    assert first.status is Status.APPROVED
    assert first.decision
    assert str(first.decision.on) == "2025-03-04"
    assert [(o.title, o.pros, o.cons) for o in first.options] == [
        ("PostgreSQL", ("it is known",), ("it needs care",)),
        ("A file", ("it is simple",), ()),
    ]
    text = body(root, "ACME-0001")
    assert "We need a store for orders, 客户**必须**同意。" in text
    assert "[the cache](ACME-0002-use-a-cache.md#context-and-problem-statement)" in text
    assert "and the picture." in text
    assert "not a status" in text
    assert "It is a server." in body(root, "ACME-0002")
    assert found["ACME-0003"].links.supersedes == ("ACME-0002",)


def test_adr_tools(root: Path, tmp_path: Path) -> None:
    found = taken(root, tmp_path, Kind.ADR_TOOLS, {r"^  Date: .*": "  Date: decision.on"})
    assert [data.title for data in found.values()] == [
        "Record architecture decisions",
        "Use REST",
        "Use events",
    ]
    assert found["ACME-0003"].links.supersedes == ("ACME-0002",)
    assert found["ACME-0002"].status is Status.SUPERSEDED
    assert "[the first](ACME-0001-record-architecture-decisions.md)" in body(root, "ACME-0002")


def test_log4brains(root: Path, tmp_path: Path) -> None:
    found = taken(root, tmp_path, Kind.LOG4BRAINS, {})
    first, second = found.values()
    assert (first.title, second.title) == ("Use TypeScript", "Drop Internet Explorer")
    assert first.decision
    assert [person.name for person in first.decision.by] == ["Chen Yu"]
    assert second.status is Status.DRAFT
    assert "Types help." in body(root, first.id)


def test_proposals(root: Path, tmp_path: Path) -> None:
    found = taken(root, tmp_path, Kind.EIP, {})
    first = found["ACME-0001"]
    assert first.status is Status.CLOSED
    assert first.requested
    assert first.requested.by == "Chen Yu, Lin Wei"
    assert first.links.depends_on == ("ACME-0002",)
    record = next(root.glob("changes/acme/*/ACME-0001*.md")).read_text("utf-8")
    assert "x-depends_on: ['77']" in record
    text = body(root, "ACME-0001")
    assert "[EIP-2](../2022/ACME-0002-ids.md)" in text
    assert "under the licence." in text


def old_ids(found: Mapping[str, ChangeRecord]) -> dict[str, ChangeRecord]:
    return {d.imported.id: d for d in found.values() if d.imported and d.imported.id}


def test_a_folder_of_madr_2_3_and_4(root: Path, tmp_path: Path) -> None:
    folder = decision_folders.madr(tmp_path / "adr")
    found = taken(root, tmp_path, Kind.MADR, {}, folder)
    assert len(found) == 33
    for n in range(1, 34):
        data = found[f"ACME-{n:04}"]
        expected = Status.SUBMITTED if n % 7 == 3 else Status.APPROVED
        assert data.status is (Status.SUPERSEDED if n % 10 == 0 else expected), n
        text = body(root, data.id)
        for said in (f"Where to keep {n}?", "fewer parts", "cost", "## no section"):
            assert said in text, (n, said)
        whole = f"{data.options} {text}"
        assert f"it needs care {n}" in whole
        assert ("others do it" in whole) == (n % 3 == 2)
        if data.decision and data.status is Status.APPROVED:
            assert [p.name for p in data.decision.by] == ["陈瑜", "Lin Wei"]
            assert str(data.decision.on) == f"2025-0{n % 9 + 1}-05"
        assert data.requested is None, "MADR does not say when it was proposed"
        if data.status is Status.SUBMITTED:
            record = next(root.glob(f"changes/acme/*/{data.id}*.md")).read_text("utf-8")
            assert re.search(rf"^x-[Dd]ate: '?2025-0{n % 9 + 1}-05", record, re.MULTILINE)
    assert found["ACME-0011"].links.supersedes == ("ACME-0010",)
    assert re.search(r"\[the old one\]\(ACME-0010[^)]*#decision-outcome\)", body(root, "ACME-0011"))


def test_the_same_advice_for_many_files_is_given_once(root: Path, tmp_path: Path) -> None:
    folder, mapping = decision_folders.madr(tmp_path / "adr"), tmp_path / "map.yml"
    text = run(root, folder, "--from", "madr").stdout
    text = re.sub(r"^  ([Dd]ate): .*", r"  \1: x-date", text, flags=re.MULTILINE)
    mapping.write_text(text, "utf-8")
    said = imported(root, folder, mapping)
    assert said.exit_code == 1
    errors = [line for line in said.stderr.split("\n") if line.startswith("error: ")]
    assert len(errors) == 2
    assert errors[0].startswith(
        "error: 0001-use-postgresql.md; 0002-split-orders.md; 0004-drop-ie11.md; and 23 more: it "
        "is `approved`, but the day of the decision is missing: fill it in, or write below"
    )
    shown = imported(root, folder, mapping, "--dry-run", "--format", "md").stdout
    assert "records:" not in shown, "nothing would be written"
    assert shown.count("0001-use-postgresql.md: it is") == 0, "its row says which file it is"
    told = json.loads(imported(root, folder, mapping, "--dry-run", "--format", "json").stdout)
    assert len(told["faults"]) == 29


def test_a_folder_of_adr_tools(root: Path, tmp_path: Path) -> None:
    folder = decision_folders.adr_tools(tmp_path / "adr")
    found = taken(root, tmp_path, Kind.ADR_TOOLS, {r"^  Date: .*": "  Date: decision.on"}, folder)
    assert len(found) == 32
    for n in range(1, 33):
        data = found[f"ACME-{n:04}"]
        old = n % 8 in (0, 5)
        status = Status.SUBMITTED if n % 8 == 7 else Status.APPROVED
        assert data.status is (Status.SUPERSEDED if old and n < 32 else status) or n == 32, n
        text = body(root, data.id)
        for said in (f"Context {n}, see [before](", f"We will do {n}.", f"后果 {n}。"):
            assert said in text
    assert found["ACME-0009"].links.supersedes == ("ACME-0008",)
    assert found["ACME-0006"].links.supersedes == ("ACME-0005",)
    assert found["ACME-0003"].links.related == ("ACME-0002", "ACME-0004")
    assert "x-status-before: Accepted" in next(root.glob("changes/acme/*/ACME-0005*.md")).read_text(
        "utf-8"
    )


def test_a_folder_of_log4brains_in_two_languages(root: Path, tmp_path: Path) -> None:
    folder = decision_folders.log4brains(tmp_path / "adr")
    found = taken(
        root, tmp_path, Kind.LOG4BRAINS, {r"^  (Date|日期): .*": r"  \1: decision.on"}, folder
    )
    assert len(found) == 31
    by_number = {int(old.rpartition("-")[2]): data for old, data in old_ids(found).items()}
    for n in range(1, 32):
        data = by_number[n]
        if n % 2:
            expected = {1: Status.APPROVED, 3: Status.SUPERSEDED, 5: Status.SUBMITTED}[n % 6]
        else:
            expected = Status.SUPERSEDED if n % 6 == 2 else Status.APPROVED
        assert data.status is expected, n
        if expected is Status.APPROVED:
            assert data.decision
            assert [p.name for p in data.decision.by] == ["陈瑜", "Lin Wei"]
            assert str(data.decision.on) == f"2024-05-{n:02}"
    assert by_number[4].links.supersedes == (by_number[3].id,)
    text = body(root, by_number[7].id)
    assert "客户**必须**同意（7）。" in text
    assert f"[前一个]({by_number[6].id}" in text


def test_git_knows_the_days(root: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    folder = repo / "doc" / "adr"
    folder.mkdir(parents=True)
    old = folder / "0001-old-name.md"
    old.write_text("# 1. Use REST\n\n## Status\n\nProposed\n\n## Context\n\nMany words here.\n")
    decision_folders.committed(repo, "2025-03-01")
    text = old.read_text()
    old.rename(folder / "0001-use-rest.md")
    decision_folders.committed(repo, "2025-03-10")
    (folder / "0001-use-rest.md").write_text(text.replace("Proposed", "Accepted"))
    decision_folders.committed(repo, "2025-04-02")
    (folder / "0002-new.md").write_text(text.replace("1. Use REST", "2. New"))  # not committed
    found = taken(root, tmp_path, Kind.ADR_TOOLS, {}, folder, "--dates", "git")
    steps = [(entry.status, str(entry.on)) for entry in found["ACME-0001"].history]
    assert steps == [(Status.SUBMITTED, "2025-03-01"), (Status.APPROVED, "2025-04-02")]
    decision = found["ACME-0001"].decision
    assert decision
    assert str(decision.on) == "2025-04-02"
    assert found["ACME-0002"].history == ()


def test_git_dates_are_refused_where_there_are_none(root: Path, tmp_path: Path) -> None:
    said = run(root, CASES / "madr" / ".." / "change-log", "--from", "csv", "--dates", "git")
    assert "git has dates for folders of decision records alone" in said.stderr
    folder = decision_folders.madr(tmp_path / "adr", 1)
    said = run(root, folder, "--from", "madr", "--dates", "git")
    assert said.exit_code == 2
    assert "is not in a git repository" in said.stderr


def test_what_waits_for_each_other_is_related(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "eips"
    folder.mkdir()
    for n, needs in ((1, "2"), (2, "3"), (3, "1, 4"), (4, "4")):
        text = f"---\neip: {n}\ntitle: T{n}\nstatus: Review\nrequires: {needs}\n---\nText {n}.\n"
        (folder / f"eip-{n}.md").write_text(text)
    found = taken(root, tmp_path, Kind.EIP, {}, folder)
    assert found["ACME-0001"].links.depends_on == ()
    assert found["ACME-0001"].links.related == ("ACME-0002",)
    assert found["ACME-0003"].links.depends_on == ("ACME-0004",)
    kept = next(root.glob("changes/acme/*/ACME-0004*.md")).read_text("utf-8")
    assert "x-depends_on: ['4']" in kept


def test_files_that_are_not_records_are_named(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "adr"
    shutil.copytree(CASES / "madr", folder)
    for name in ("README.md", "template.md"):
        (folder / name).write_text("# {title}\n")
    for name in ("drawing.png", "0009-elsewhere.adoc"):
        (folder / name).write_bytes(b"x")
    proposed = run(root, folder, "--from", "madr").stdout
    assert "# README.md; template.md: not a record, so left out" in proposed


def test_a_folder_that_can_t_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="has no records"):
        read_folder(tmp_path, Kind.MADR)
    shutil.copy(CASES / "madr" / "0003-no-cache.md", tmp_path / "0001.md")
    (tmp_path / "0002.md").write_bytes(b"# Two\n\xff\n")
    (tmp_path / "0003.md").write_text("---\nstatus: [open\n---\n# Three\n")
    assert tuple(map(str, read_folder(tmp_path, Kind.MADR).faults)) == (
        "0002.md, line 2: this is not UTF-8",
        "0003.md, line 2: the keys at the top can't be read",
    )

"""Folders of decision records and proposals."""

from __future__ import annotations

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
from tests.importing.test_spreadsheets import imported, root, run

__all__ = ["root"]

CASES = Path(__file__).parents[1] / "cases" / "import"


def taken(
    root: Path, tmp_path: Path, kind: Kind, more: Mapping[str, str]
) -> dict[str, ChangeRecord]:
    folder = CASES / kind.value
    proposed = run(root, folder, "--from", kind.value)
    assert proposed.exit_code == 0, proposed.output
    text = proposed.stdout
    fills = {
        r"  # party: .*": "  party: vendor",
        r"  # decided: .*": "  decided: 2025-12-31",
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
    found = taken(root, tmp_path, Kind.MADR, {r"^  date: .*": "  date: decision.on"})
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


def test_a_folder_that_can_t_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="has no records"):
        read_folder(tmp_path, Kind.MADR)
    shutil.copy(CASES / "madr" / "0003-no-cache.md", tmp_path / "0001.md")
    (tmp_path / "0002.md").write_bytes(b"# Two\n\xff\n")
    (tmp_path / "0003.md").write_text("---\nstatus: [open\n---\n# Three\n")
    assert read_folder(tmp_path, Kind.MADR).faults == (
        "0002.md, line 2: this is not UTF-8",
        "0003.md, line 2: the keys at the top can't be read",
    )

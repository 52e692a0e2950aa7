"""Whatever text a command is given comes back from the file, and `check` has no doubt about it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from changebook.check import load_checked
from changebook.cli import main
from changebook.edit.manuscript import Manuscript
from changebook.edit.yaml_text import Value
from changebook.model.schema import ChangeRecord
from changebook.read import front_matter, strays
from changebook.read.form import fit
from changebook.read.full_width import FULL_WIDTH
from tests.read.test_styles import _PIECES

CASES = Path(__file__).parents[1] / "cases"
#: What would say that a text may be more or less than was meant.
DOUBTS = {
    rule.name
    for rule in (
        front_matter.BROKEN_YAML,
        front_matter.CUT_BY_COMMA,
        front_matter.COMMA_IN_BRACKETS,
        front_matter.CUT_BY_COMMENT,
        front_matter.WORD_FOR_NOTHING,
        front_matter.UNMEANT_ESCAPE,
        FULL_WIDTH,
        strays.KEY_IN_TEXT,
    )
}
texts = st.one_of(
    st.lists(
        st.sampled_from((*_PIECES, "\n", "\n\n", "\t", "\u2028", "\xa0", "note: ", "- ", "\\n")),
        min_size=1,
        max_size=8,
    ).map("".join),
    st.sampled_from(
        ("Null", "null", "~", "yes", "0012", "1_000", "1e3", "2026-03-05", "---", "...", "=", "<<")
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20),
).filter(lambda text: bool(text.strip()))
#: Records in which what is set or added has other things beside it, in each style.
RECORDS = {
    "block": (
        "id: A-0001\ntitle: Old\ndecision:\n  rationale: Old.\n  by:\n    - name: Chen Yu\n"
        "communications:\n  - on: 2026-03-01\n    summary: Old.\nout_of_scope:\n  - Old.\n"
    ),
    "flow": (
        "id: A-0001\ntitle: 'Old'\ndecision: {rationale: Old, by: [{name: Chen Yu}]}\n"
        "communications: [{on: 2026-03-01, summary: Old}]\nout_of_scope: [Old]\n"
    ),
    "mixed": (
        'id: A-0001\ntitle: "Old"\ndecision:\n  rationale: >\n    Old\n    text.\n  by:\n'
        "    - {name: Chen Yu}\ncommunications:\n  - {on: 2026-03-01, summary: Old}\n"
        "out_of_scope:\n  - 'Old'\n"
    ),
    "empty": "id: A-0001\ntitle:\ndecision:\ncommunications: []\n",
}


def held(data: Any, *path: str | int) -> Any:
    for step in path:
        data = data[step]
    return data


@settings(max_examples=150)
@given(text=texts, style=st.sampled_from([*RECORDS]))
@example(text="one\ntwo", style="flow")
@example(text="C:\\new\tfolder\nsee", style="flow")
def test_it_comes_back(text: str, style: str) -> None:
    record = Manuscript("A-0001.md", ChangeRecord, f"---\n{RECORDS[style]}---\nText.\n")
    talk: Mapping[str, Value] = {"on": date(2026, 3, 5), "with": [text], "summary": text}
    cost: Mapping[str, Value] = {"item": text, "amount": Decimal("2400.00")}
    for path in (("title",), ("summary",), ("decision", "rationale"), ("agreement", "reference")):
        record = record.set(path, text)
        assert held(record.source.data, *path) == text
    record = record.append(("communications",), talk).append(("out_of_scope",), text)
    record = record.set(("impact", "cost"), [cost]).set(("decision", "by"), [{"name": text}])
    assert held(record.source.data, "communications", -1, "summary") == text
    assert held(record.source.data, "communications", -1, "with") == [text]
    assert held(record.source.data, "out_of_scope", -1) == text
    assert held(record.source.data, "impact", "cost", 0) == {"item": text, "amount": "2400.00"}
    assert "\n    - item: " in record.text
    source, problems = record.read
    assert source is not None
    problems = [*problems, *fit(ChangeRecord, source)[1]]
    assert [p for p in problems if p.rule in DOUBTS] == [], record.text


#: As arguments of commands, where a text has one line or several.
ODD = [
    ", see 甲乙步骤Pay“ #2: of [all]",
    "Null",
    "0012",
    '- it\'s "so": {a, b} # 2,400.00',
    "：甲，乙；［丙］",
    "C:\\temp\\new",
    "Pay all, or a part of it.",
]


def run(root: Path, command: str, *arguments: str) -> None:
    done = CliRunner().invoke(main, [command, "--workspace", str(root), *arguments])
    assert done.exit_code == 0, done.output


def records(root: Path) -> dict[str, Any]:
    """Return the front matters of the workspace, which `check` has no doubt about."""
    workspace, problems = load_checked(root)
    assert [p for p in problems if p.rule in DOUBTS] == []
    return {
        record.data.id: record.source.data
        for client in workspace.clients
        for record in client.records
    }


@pytest.mark.parametrize("text", ODD)
def test_each_command(text: str, tmp_path: Path) -> None:
    root = tmp_path / "advance"
    shutil.copytree(CASES / "advance/workspace", root)
    run(root, "new", "--", "acme", text)
    assert text in {data["title"] for data in records(root).values()}
    by = ("--by", "Zhao Min", "--on", "2026-02-02")
    run(root, "advance", "ACME-0001", "withdrawn", *by, "--note", text)
    assert records(root)["ACME-0001"]["history"][-1]["note"] == text


@pytest.mark.parametrize("text", [*ODD, "one\ntwo\n\n- three, four", "status: a\nnote: b"])
def test_an_answer(text: str, tmp_path: Path) -> None:
    root = tmp_path / "respond"
    shutil.copytree(CASES / "respond/workspace", root)
    mail = str(CASES / "respond/mails/free-words.eml")
    run(root, "respond", mail, "--words", text)
    assert records(root)["ACME-0001"]["communications"][-1]["summary"] == text

"""Fitting front matter to its shape: what is sound is kept, and places stay true."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from changebook.model.diagnostics import KeyPath, Problem
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Status
from changebook.read.form import as_written, fit
from changebook.read.source import SourceFile, read_source

ALWAYS = "id: ACME-0012\ntitle: Split payments\nstatus: draft\nvisibility: client\n"


def source(tmp_path: Path, front: str) -> SourceFile:
    file = tmp_path / "ACME-0012.md"
    file.write_text(f"---\n{front}---\n", encoding="utf-8")
    read, problems = read_source(file, "ACME-0012.md")
    assert read is not None
    assert problems == []
    return read


def fitted(
    tmp_path: Path, front: str
) -> tuple[ChangeRecord | None, list[Problem], frozenset[KeyPath]]:
    return fit(ChangeRecord, source(tmp_path, front))


def test_five_lines_are_a_record(tmp_path: Path) -> None:
    data, problems, left_out = fitted(tmp_path, ALWAYS)
    assert data is not None
    assert (data.id, data.status, data.revision) == ("ACME-0012", Status.DRAFT, 1)
    assert (problems, left_out) == ([], frozenset())


def test_amounts_are_the_digits_that_were_written(tmp_path: Path) -> None:
    data, problems, _ = fitted(
        tmp_path,
        ALWAYS + "impact: {cost: [{item: Fee, amount: 0.10, quantity: 1.10, rate: 010}]}\n",
    )
    assert problems == []
    assert data is not None
    assert data.impact is not None
    assert data.impact.cost is not None
    line = data.impact.cost[0]
    assert [str(line.amount), str(line.quantity), line.rate] == ["0.10", "1.10", Decimal(10)]


@pytest.mark.parametrize("empty", ["", "~", "null"])
def test_a_key_left_empty_is_as_good_as_absent(tmp_path: Path, empty: str) -> None:
    data, problems, _ = fitted(tmp_path, f"{ALWAYS}summary: {empty}\nlinks: {empty}\n")
    assert problems == []
    assert data is not None
    assert data.summary is None


def test_own_keys_are_left_alone(tmp_path: Path) -> None:
    data, problems, _ = fitted(
        tmp_path, ALWAYS + "x-tracker: {id: 7}\ninternal: {x-margin: 0.31, steps: [{a: b}]}\n"
    )
    assert problems == []
    assert data is not None
    assert data.internal == {"x-margin": "0.31", "steps": [{"a": "b"}]}


@pytest.mark.parametrize("key", ["id", "title", "status", "visibility"])
def test_without_a_key_that_is_always_required_there_is_no_record(tmp_path: Path, key: str) -> None:
    front = "".join(line for line in ALWAYS.splitlines(True) if not line.startswith(key))
    data, problems, _ = fitted(tmp_path, front)
    assert data is None
    assert [(p.rule, p.line, p.message) for p in problems] == [
        ("missing-key", 1, f"The front matter has no `{key}`.")
    ]


def test_what_is_sound_is_kept(tmp_path: Path) -> None:
    data, problems, left_out = fitted(
        tmp_path,
        ALWAYS
        + """\
priority: urgent
requested: {on: 2026-02-30, by: Zhao Min, party: client}
out_of_scope: [Refunds, [nested], Vouchers]
history:
  - {status: submited, on: 2026-03-02, by: Zhao Min}
  - {status: assessing, by: Lin Wei}
  - {status: approved, on: 2026-03-04, by: Chen Yu}
  - Later
  - {status: closed, on: 2026-03-05, by: Chen Yu}
""",
    )
    assert data is not None
    assert (data.priority, data.requested) == (None, None)
    assert data.out_of_scope == ("Refunds", "Vouchers")
    assert [entry.status for entry in data.history] == [Status.APPROVED, Status.CLOSED]
    assert sorted(p.rule for p in problems) == [
        "bad-date",
        "missing-key",
        "unknown-value",
        "unknown-value",
        "wrong-type",
        "wrong-type",
    ]
    assert {("history", 0), ("history", 1), ("history", 3), ("out_of_scope", 1)} <= left_out
    # What is left is found at its own line again.
    assert as_written(("history", 0, "on"), left_out) == ("history", 2, "on")
    assert as_written(("history", 1), left_out) == ("history", 4)
    assert as_written(("out_of_scope", 1), left_out) == ("out_of_scope", 2)


def test_places_of_nested_values(tmp_path: Path) -> None:
    read = source(tmp_path, ALWAYS + "scope:\n  - item: Checkout\n    action: modify\n")
    assert read.place("scope")[:2] == (6, 1)
    assert read.place("scope", 0, "action")[:2] == (8, 5)
    assert read.value("scope", 0, "action") == (8, 13, 6)
    # The nearest key where there is none, the front matter's start where nothing is near.
    assert read.place("scope", 0, "before") == read.place("scope", 0)
    assert read.place("reason", "text") == (1, 1, 1)


def test_a_stand_in_keeps_the_rest(tmp_path: Path) -> None:
    front = ALWAYS.replace("title: Split payments\n", "").replace("client", "clients")
    stand_ins = {"title": "?", "visibility": "internal"}
    data, problems, left_out = fit(ChangeRecord, source(tmp_path, front), stand_ins)
    assert data is not None
    assert (data.title, data.visibility.value) == ("?", "internal")
    assert sorted(p.rule for p in problems) == ["missing-key", "unknown-value"]
    assert left_out == {("title",), ("visibility",)}


def test_keys_have_the_names_of_the_format(tmp_path: Path) -> None:
    talk = "{on: 2026-03-10, channel: video, with_: [Chen Yu], summary: Agreed}"
    _, problems, _ = fitted(tmp_path, f"{ALWAYS}communications:\n  - {talk}\n")
    assert [(p.rule, p.help) for p in problems] == [("unknown-key", "Did you mean `with`?")]


def test_what_is_shown_of_a_value_is_short(tmp_path: Path) -> None:
    word = "x" * 1_000
    _, problems, _ = fitted(tmp_path, f"{ALWAYS}type: {word}\n{word}: 1\nrevision: {word}\n")
    assert len(problems) == 3
    assert max(len(p.message) for p in problems) < 200


@pytest.mark.parametrize(
    ("key", "fault", "place"),
    [
        ('summary: "a\\0b"', ("unknown-value", "U+0000"), (6, 10)),
        ('out_of_scope: [a, "\\e[31m"]', ("unknown-value", "U+001B"), (6, 19)),
        ('glossary: {"": a}', ("wrong-type", "is empty"), (6, 12)),
        ('glossary: {" ": a}', ("wrong-type", "is empty"), (6, 12)),
    ],
)
def test_texts_that_no_page_can_show(
    tmp_path: Path, key: str, fault: tuple[str, str], place: tuple[int, int]
) -> None:
    data, [problem], _ = fitted(tmp_path, f"{ALWAYS}{key}\n")
    assert data is not None
    assert (problem.rule, problem.line, problem.column) == (fault[0], *place)
    assert fault[1] in problem.message

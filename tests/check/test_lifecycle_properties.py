"""Properties: each walk through the life cycle is clean, no other is, and any text is read."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from changebook.check import load_checked
from changebook.model.diagnostics import Problem, as_json, as_text, errors
from changebook.model.vocabulary import ChangePath, Status, may_become
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Workspace

CLIENT = """\
---
name: Acme Trading
language: en
timezone: Asia/Shanghai
prefix: ACME
project: Storefront renewal
vendor: {name: Northwind Software, contact: change@northwind.example}
contract:
  reference: SOW-3
  signed: 2026-01-15
  currency: CNY
  sum: 1200000.00
  milestones:
    - {id: go-live, name: Go-live, date: 2026-06-30, completion: true}
people:
  - {name: Chen Yu, role: Project sponsor, party: client, approves: true}
---
Welcome.
"""
S = Status
#: The second column of the life cycle's table, written out a second time on purpose.
TABLE = {
    S.DRAFT: {S.SUBMITTED, S.WITHDRAWN},
    S.SUBMITTED: {S.ASSESSING, S.WITHDRAWN},
    S.ASSESSING: {S.AWAITING_DECISION, S.WITHDRAWN},
    S.AWAITING_DECISION: {S.APPROVED, S.REJECTED, S.DEFERRED, S.ASSESSING, S.WITHDRAWN},
    S.DEFERRED: {S.ASSESSING, S.WITHDRAWN},
    S.REJECTED: set(),
    S.APPROVED: {S.IMPLEMENTING, S.VOID, S.SUPERSEDED},
    S.IMPLEMENTING: {S.IMPLEMENTED, S.VOID, S.SUPERSEDED},
    S.IMPLEMENTED: {S.CLOSED, S.IMPLEMENTING, S.SUPERSEDED},
    S.CLOSED: {S.SUPERSEDED},
    S.SUPERSEDED: set(),
    S.VOID: set(),
    S.WITHDRAWN: set(),
}
DECIDED = {S.APPROVED: "approved", S.REJECTED: "rejected", S.DEFERRED: "deferred"}

Walk = tuple[ChangePath | None, list[Status]]


@pytest.mark.parametrize("path", [None, ChangePath.NORMAL])
def test_the_table_of_the_format(path: ChangePath | None) -> None:
    for decided in (False, True):
        allowed = {s: {t for t in Status if may_become(s, t, path, decided)} for s in Status}
        assert allowed == TABLE


def test_the_standard_path_is_approved_beforehand() -> None:
    more = {
        (s, t)
        for s in Status
        for t in Status
        if may_become(s, t, ChangePath.STANDARD) and t not in TABLE[s]
    }
    assert more == {(S.SUBMITTED, S.APPROVED)}


# Made once: to make a strategy takes hypothesis longer than to draw from it.
_paths = st.sampled_from([None, *ChangePath])
_firsts = st.sampled_from([S.DRAFT, S.SUBMITTED])
_steps = st.integers(0, 12)


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """A path, and statuses that follow each other on it."""
    path = draw(_paths)
    way = [draw(_firsts)]
    for _ in range(draw(_steps)):
        nexts = [s for s in Status if may_become(way[-1], s, path, S.APPROVED in way)]
        if not nexts:
            break
        way.append(draw(st.sampled_from(nexts)))
    return path, way


def record(path: ChangePath | None, way: list[Status]) -> dict[str, Any]:
    """The front matter of a record that has all that its history needs, and no more."""
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(len(way))]
    data: dict[str, Any] = {
        "id": "ACME-0001",
        "title": "Split payments at checkout",
        "status": way[-1].value,
        "visibility": "internal" if path is ChangePath.INTERNAL else "client",
        "history": [
            {"status": status.value, "on": str(day), "by": "Lin Wei"}
            | ({"note": "Not needed."} if status in (S.VOID, S.WITHDRAWN) else {})
            for status, day in zip(way, days, strict=True)
        ],
    }
    if path:
        data["path"] = path.value
    if S.SUBMITTED in way:
        data |= {
            "type": "addition",
            "priority": "high",
            "requested": {"on": str(days[0]), "by": "Zhao Min", "party": "client"},
            "summary": "Customers can pay one order with two cards.",
            "scope": [{"item": "Checkout", "action": "modify"}],
            "reason": {"category": "market", "text": "Carts are abandoned at payment."},
        }
    decision: dict[str, Any] = {}
    if S.AWAITING_DECISION in way:
        data |= {
            "impact": {
                "cost": [{"item": "Ledger work", "amount": "54000.00"}],
                "schedule": [{"milestone": "go-live", "days": "10"}],
                "resources": [],
            },
            "options": [{"id": "a", "title": "Two cards", "amount": "54000.00", "days": "10"}],
            "plan": [],
        }
        decision["due"] = str(days[-1])
    if way[-1] is S.IMPLEMENTING and S.APPROVED not in way:
        decision["due"] = str(days[-1])
    decided = next((s for s in reversed(way) if s in DECIDED), None)
    if decided:
        last = len(way) - 1 - way[::-1].index(decided)
        decision |= {
            "outcome": DECIDED[decided],
            "on": str(days[last]),
            "by": [{"name": "Chen Yu", "party": "client"}],
            "rationale": "It pays for itself by autumn.",
        }
    if decided is S.DEFERRED:
        decision["review"] = str(days[-1])
    if decided is S.APPROVED:
        decision["amount"] = "54000.00"
        data["agreement"] = {"status": "not-required"}
        if S.AWAITING_DECISION in way:
            decision["milestones"] = {"go-live": "2026-07-10"}
    return data | ({"decision": decision} if decision else {})


def successor() -> dict[str, Any]:
    """An approved record that adds to the first."""
    data = record(ChangePath.STANDARD, [S.SUBMITTED, S.APPROVED])
    links = {"supersedes": ["ACME-0001"], "mode": "delta"}
    return data | {"id": "ACME-0002", "links": links}


def write(root: Path, *records: dict[str, Any]) -> tuple[Workspace, list[Problem]]:
    folder = root / "changes" / "acme"
    folder.mkdir(parents=True)
    (folder / "client.md").write_text(CLIENT, encoding="utf-8")
    for data in records:
        text = f"---\n{yaml.safe_dump(data, sort_keys=False)}---\n"
        (folder / f"{data['id']}.md").write_text(text, encoding="utf-8")
    return load_checked(root)


@given(walks())
@settings(deadline=None)
def test_every_walk_is_clean(tmp_path_factory: pytest.TempPathFactory, walk: Walk) -> None:
    path, way = walk
    records = [record(path, way), *([successor()] if way[-1] is S.SUPERSEDED else [])]
    workspace, problems = write(tmp_path_factory.mktemp("walk"), *records)
    assert problems == []
    assert len(workspace.clients[0].records) == len(records)


@given(walks(), st.data())
@settings(deadline=None)
def test_a_step_that_is_not_allowed_is_found(
    tmp_path_factory: pytest.TempPathFactory, walk: Walk, data: st.DataObject
) -> None:
    path, way = walk
    others = [s for s in Status if not may_become(way[-1], s, path, S.APPROVED in way)]
    wrong = [*way, data.draw(st.sampled_from(others))]
    root = tmp_path_factory.mktemp("step")
    _, problems = write(root, record(path, wrong), successor())
    line = source_lines(root)
    steps = [p for p in problems if p.rule == "step-not-allowed"]
    assert len(steps) == 1
    assert (line(steps[0].path, steps[0].line) or "").endswith(f"status: {wrong[-1]}")


@given(walks(), st.data())
@settings(deadline=None)
def test_each_needed_key_is_missed(
    tmp_path_factory: pytest.TempPathFactory, walk: Walk, data: st.DataObject
) -> None:
    path, way = walk
    front = record(path, way)
    always = {"id", "title", "status", "visibility", "history", "path"}
    needed = sorted(front.keys() - always)
    if not needed or way[-1] is S.SUPERSEDED:
        return
    key = data.draw(st.sampled_from(needed))
    ended = key == "decision" and not _needs_decision(way)
    del front[key]
    _, problems = write(tmp_path_factory.mktemp("need"), front)
    missed = [p for p in problems if p.rule == "needed-by-status" and f"`{key}`" in p.message]
    assert len(missed) == (0 if ended else 1)


def _needs_decision(way: list[Status]) -> bool:
    """Whether the decision may be emptied: only a deferral that is assessed again lets it."""
    return (
        S.AWAITING_DECISION in way or bool(DECIDED.keys() & set(way)) or way[-1] is S.IMPLEMENTING
    )


GOOD = (
    "---\n"
    + yaml.safe_dump(
        record(None, [S.SUBMITTED, S.ASSESSING, S.AWAITING_DECISION, S.APPROVED])
        | {"internal": {"margin": "0.31"}, "glossary": {"PSP": "who processes payments"}},
        sort_keys=False,
    )
    + "---\nIt [begins](client.md) *here*.\n\n::: internal\nThe margin is thin.\n:::\n\n"
    "| a | b |\n|---|---|\n| 1 | `::: 2` |\n"
)
SPLICES = (
    *("---", ":", ": ", "- ", "#", "'", '"', "[", "]", "{", "}", ",", "&a ", "*a", "!x ", "|", ">"),
    *("? ", "%", "@", "`", "~", "\t", "\r", "\r\n", "\n", "\n\n", "  ", "\0", "\x07", "\ufeff"),
    *("\u2028", "华", "e\u0301", "\U0001f600", ":::", "::: internal\n", "](", "<a href=x>", "null"),
    *("NO", "1e999", "-", "9" * 30, "0x1F", "2026-02-30", "9999-12-31", "x-", "<<: "),
)


_pieces = st.sampled_from(SPLICES) | st.text(max_size=5) | st.none()
_slips = st.sampled_from(["insert", "cut", "replace", "cut line", "repeat line"])
_times = st.integers(1, 4)
_lengths = st.integers(0, 30)


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """The text with a few of the slips that people and editors make."""
    for _ in range(draw(_times)):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(_lengths))
        drawn = draw(_pieces)
        piece = text[start:end] if drawn is None else drawn
        match draw(_slips):
            case "insert":
                text = text[:start] + piece + text[start:]
            case "cut":
                text = text[:start] + text[end:]
            case "replace":
                text = text[:start] + piece + text[end:]
            case kind:
                lines = text.split("\n")
                number = draw(st.integers(0, len(lines) - 1))
                lines[number : number + 1] = [] if kind == "cut line" else [lines[number]] * 2
                text = "\n".join(lines)
    return text


def _assert_sound(root: Path, name: str) -> None:
    workspace, problems = load_checked(root)
    read = [r.data.id for client in workspace.clients for r in client.records]
    assert errors(problems) or read == ["ACME-0001"]
    line = source_lines(root)
    for problem in problems:
        shown = line(problem.path, problem.line)
        if name in problem.path:
            assert shown is not None
            assert 1 <= problem.column <= len(shown) + 1
        assert problem.message.endswith(".")
        assert problem.help.endswith((".", "?"))
    as_text(problems, line).encode()
    as_json(problems).encode()


@given(mutations(GOOD))
@settings(deadline=None, max_examples=400)
def test_any_record_gives_a_problem_or_a_record(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = tmp_path_factory.mktemp("record")
    write(root)
    file = root / "changes" / "acme" / "ACME-0001.md"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    _assert_sound(root, file.name)


@given(mutations(CLIENT))
@settings(deadline=None)
def test_any_profile_gives_a_problem_or_a_client(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = tmp_path_factory.mktemp("profile")
    write(root, record(None, [S.SUBMITTED]))
    file = root / "changes" / "acme" / "client.md"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    _assert_sound(root, file.name)

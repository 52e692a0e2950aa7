"""`check --fix`: what has one right answer is fixed, once; all else is left to people."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from string import ascii_lowercase

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from changebook.cli import main
from changebook.edit import fix
from changebook.model.suggestion import beyond_doubt
from changebook.model.vocabulary import Priority
from changebook.read.workspace import OWN

CASES = Path(__file__).parents[1] / "cases" / "fix"
RECORD = "changes/example/2026/EX-0002-gift-cards.md"


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "--workspace", str(root), *arguments])


def contents(root: Path) -> dict[str, bytes]:
    """What people wrote: neither what git keeps nor what Changebook does."""
    files = (
        file for file in root.rglob("*") if file.is_file() and not {".git", OWN} & {*file.parts}
    )
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


@pytest.mark.parametrize("case", sorted(folder.name for folder in CASES.iterdir()))
def test_case(case: str, tmp_path: Path, matches: Callable[[Path, str], None]) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(CASES / case / "changes", root / "changes")
    before = contents(root)
    shown = run(root, "--fix", "--dry-run")
    assert contents(root) == before
    matches(CASES / case / "expected.txt", f"{shown.stderr}\n{shown.stdout}")
    run(root, "--fix")
    once = contents(root)
    assert shown.exit_code == (1 if once != before else 0)
    run(root, "--fix")
    assert contents(root) == once


def test_it_is_checked_afterwards(workspace: Path) -> None:
    file = workspace / RECORD
    text = file.read_text("utf-8")
    file.write_text(text.replace("priority: medium", "prioritty: Medium"), "utf-8")
    done = run(workspace, "--fix")
    assert (done.exit_code, done.stdout) == (0, "No problems.\n")
    assert done.stderr == (
        f"{RECORD}:8: unknown-key: prioritty -> priority\n"
        f"{RECORD}:8: unknown-value: Medium -> medium\n"
        f"wrote {RECORD}\n"
    )
    assert file.read_text("utf-8") == text


def test_an_invisible_character_in_a_key(workspace: Path) -> None:
    file = workspace / RECORD
    text = file.read_text("utf-8")
    file.write_text(text.replace("priority: medium", "prio\u200brity: medium"), "utf-8")
    done = run(workspace, "--fix")
    assert (done.exit_code, done.stdout) == (0, "No problems.\n")
    assert file.read_text("utf-8") == text


def test_only_the_chosen_files(workspace: Path) -> None:
    for name in (RECORD, "changes/example/client.md"):
        file = workspace / name
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    run(workspace, "--fix", str(workspace / RECORD))
    assert not (workspace / RECORD).read_bytes().startswith(b"\xef\xbb\xbf")
    assert (workspace / "changes/example/client.md").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_dry_run_belongs_to_a_fix(workspace: Path) -> None:
    assert run(workspace, "--dry-run").exit_code == 2


def with_crlf(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def has_crlf(file: Path) -> bool:
    return b"\r\n" in file.read_bytes()


def test_crlf_among_files_with_lf(workspace: Path) -> None:
    file = workspace / RECORD
    before = file.read_bytes()
    with_crlf(file)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert "line-ends: CRLF -> LF" in run(workspace, "--fix").stderr
    assert file.read_bytes() == before


def test_crlf_where_it_is_usual(workspace: Path) -> None:
    for file in (workspace / "changes").rglob("*.md"):
        with_crlf(file)
    before = contents(workspace)
    assert run(workspace, "--fix").stderr == ""
    assert contents(workspace) == before


@pytest.mark.parametrize(
    ("attributes", "fixed"),
    [("*.md eol=lf", True), ("*.md eol=crlf", False), ("*.md -text", False), ("", True)],
)
def test_gitattributes_say_which_line_ends(workspace: Path, attributes: str, fixed: bool) -> None:
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)
    (workspace / ".gitattributes").write_text(attributes)
    with_crlf(workspace / RECORD)
    run(workspace, "--fix")
    assert has_crlf(workspace / RECORD) is not fixed


def test_crlf_that_was_converted_twice(workspace: Path) -> None:
    file = workspace / RECORD
    text = file.read_bytes()
    file.write_bytes(text.replace(b"\n", b"\r\r\n"))
    run(workspace, "--fix")
    assert file.read_bytes() == text


def test_gitattributes_are_stronger_than_the_other_files(workspace: Path) -> None:
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)
    (workspace / ".gitattributes").write_text("*.md text eol=lf")
    files = list((workspace / "changes").rglob("*.md"))
    for file in files:
        with_crlf(file)
    run(workspace, "--fix")
    assert not any(has_crlf(file) for file in files)


def fixed(root: Path, old: str, new: str) -> list[str]:
    """What is fixed after a replacement in a sound record."""
    file = root / RECORD
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    found = [f"{m.before} -> {m.after}" for each in fix.fixed_files(root) for m in each.fixes]
    file.write_text(text, "utf-8")
    return found


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026/3/2", "2026-03-02"),
        ("2026-3-2", "2026-03-02"),
        ("2026.03.02", "2026-03-02"),
        ("20260302", "2026-03-02"),
        ("2026年3月2日", "2026-03-02"),
        ("2026 年 03 月 02 号", "2026-03-02"),
        ("03/04/2026", None),
        ("2/3/26", None),
        ("26-03-02", None),
        ("2026-13-02", None),
        ("20260230", None),
        ("2026/3-2", None),
        ("March 2, 2026", None),
        ("2026-03", None),
    ],
)
def test_dates(workspace: Path, written: str, day: str | None) -> None:
    found = fixed(workspace, "due: 2026-03-02", f"due: {written}")
    assert found == ([f"{written} -> {day}"] if day else [])


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("prioritty", "priority"),
        ("Priority", "priority"),
        ("prioirty", "priority"),
        ("pri", None),
        ("rank", None),
    ],
)
def test_keys(workspace: Path, written: str, key: str | None) -> None:
    found = fixed(workspace, "priority:", f"{written}:")
    assert found == ([f"{written} -> {key}"] if key else [])


def test_a_key_that_is_there_already_is_left(workspace: Path) -> None:
    assert fixed(workspace, "plan: []", "plan: []\nplann: []") == []


def test_a_key_that_holds_something_else_is_left(workspace: Path) -> None:
    assert fixed(workspace, "plan: []", "plan: []\nlink: ACME-0001") == []


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Medium", "medium"),
        ("medum", "medium"),
        ("MEDIUM", "medium"),
        ("'Medium '", "medium"),
        ("hihg", "high"),
        ("lo", None),
        ("urgent", None),
    ],
)
def test_words(workspace: Path, written: str, word: str | None) -> None:
    found = fixed(workspace, "priority: medium", f"priority: {written}")
    shown = written.strip("'")
    assert found == ([f"{shown} -> {word}"] if word else [])


def test_what_can_not_be_read_is_left(workspace: Path) -> None:
    assert fixed(workspace, "id: EX-0002", "id: [") == []


@given(
    st.dates(date(1000, 1, 1)),
    st.sampled_from(("{y}/{m}/{d}", "{y}.{m:02}.{d:02}", "{y}年{m}月{d}日")),
)
def test_every_day_is_read_as_it_was_meant(day: date, form: str) -> None:
    assert fix.day(form.format(y=day.year, m=day.month, d=day.day)) == day


@given(st.sampled_from(Priority), st.integers(0, 7), st.sampled_from(ascii_lowercase))
def test_a_word_is_only_fixed_to_the_nearest(word: Priority, at: int, letter: str) -> None:
    typo = word[:at] + letter + word[at + 1 :]
    assert beyond_doubt(typo, [each.value for each in Priority]) in (word, None)

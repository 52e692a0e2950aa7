"""`respond`: mails as mail programs write them, taken over as entries, and never as decisions.

Each case is a file of commands (`$ ...`); what they print and how they change the files follows,
and is renewed by `--renew`. The mails lie in `mails`, byte for byte.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.check import load_checked
from changebook.cli import main
from changebook.edit.respond import letter
from changebook.edit.respond.text import html_lines, lines
from changebook.model.diagnostics import errors
from changebook.refusal import Refusal
from tests.edit.test_advance import changes, contents

CASES = Path(__file__).parents[1] / "cases" / "respond"
MAILS = CASES / "mails"
#: Whose commits are made in the cases' workspace.
VENDOR = "Ingrid Berg"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the cases' workspace; mails are named as if one stood beside them."""
    shutil.copytree(CASES / "workspace", tmp_path / "workspace")
    monkeypatch.chdir(MAILS)
    return tmp_path / "workspace"


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--workspace", str(root)])


@pytest.mark.parametrize("case", sorted(file.stem for file in CASES.glob("*.txt")))
def test_case(case: str, root: Path, matches: Callable[[Path, str], None]) -> None:
    file = CASES / f"{case}.txt"
    said = [line for line in file.read_text("utf-8").splitlines() if line.startswith("$ ")]
    shown: list[str] = []
    for command in said:
        before = contents(root)
        done = run(root, *shlex.split(command[2:]))
        parts = (done.stdout, done.stderr, changes(before, contents(root)))
        printed = [p.rstrip("\n").replace(" \n", "\n").replace(str(root), ".") for p in parts if p]
        shown += [command, f"exit {done.exit_code}", *printed, ""]
        _, problems = load_checked(root)
        assert not errors(problems)
    matches(file, "\n".join(shown))


def test_every_mail_is_in_a_case() -> None:
    used = "".join(file.read_text("utf-8") for file in CASES.glob("*.txt"))
    assert [mail.name for mail in sorted(MAILS.iterdir()) if mail.name not in used] == []


@pytest.mark.parametrize(
    ("mail", "status"),
    [
        ("gmail-approve", "approved"),
        ("foxmail-approve", "approved"),
        ("no-is-an-answer", "rejected"),
    ],
)
def test_the_command_that_is_printed_runs_as_it_is(mail: str, status: str, root: Path) -> None:
    said = run(root, "respond", f"{mail}.eml")
    line = said.stdout.partition("next, to record it as the decision: ")[2].strip()
    command, *words = shlex.split(line)
    assert command == "changebook"
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert f"awaiting-decision -> {status}" in done.stdout


@pytest.mark.parametrize(
    ("mail", "written"),
    [
        ("accepted-with-defects", "outcome: with-defects"),
        ("not-accepted", "outcome: refused"),
        ("outlook-object", "outcome: accepted"),
        ("settled", "outcome: accepted"),
        ("agreement", "reference: "),
        ("more-time", "due: 2026-03-27"),
    ],
)
def test_every_command_that_is_printed_runs_as_it_is(mail: str, written: str, root: Path) -> None:
    subprocess.run(["git", "-C", str(root), "init", "--quiet"], check=True)
    subprocess.run(["git", "-C", str(root), "config", "user.name", VENDOR], check=True)
    said = run(root, "respond", f"{mail}.eml")
    commands = re.findall(r"^next, .*: changebook (.*)$", said.stdout, re.MULTILINE)
    assert commands
    for line in commands:
        done = CliRunner().invoke(main, shlex.split(line))
        assert done.exit_code == 0, done.output
    assert written in "".join(file.read_text("utf-8") for file in root.rglob("*.md"))


def test_a_mail_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter, "SIZE_LIMIT", 10)
    (tmp_path / "large.eml").write_text("From: a@a.example\n\nHello")
    with pytest.raises(Refusal, match="larger than 0 MB: save the mail without attachments"):
        letter.read_file(tmp_path / "large.eml", "large.eml")


def test_the_lines_of_tables_and_of_preformatted_text() -> None:
    table = "<table><tr><td>Amount</td><td>120</td></tr></table>"
    shown = [line.text for line in html_lines(f"{table}<pre>a\n  b\n</pre>")]
    assert shown == ["Amount 120", "", "a", "b"]


def test_lines_that_are_flowed_to_the_end_of_a_mail() -> None:
    assert [line.text for line in lines("one \ntwo ", flowed=True)] == ["one two "]

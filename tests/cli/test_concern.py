"""One client's errors are its own: they keep nobody else's documents from being made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.cli import main

CASE = Path(__file__).parents[1] / "cases" / "check" / "good-sealed"
COMMANDS = ["impact {}", "report {} --period 2026-03", "export {}"]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two clients: of `globex`, a record and the lock are broken."""
    root = tmp_path / "two"
    shutil.copytree(CASE, root)
    shutil.copytree(root / "changes/acme", root / "changes/globex")
    for file in (root / "changes/globex").rglob("*.md"):
        file.write_text(file.read_text("utf-8").replace("ACME", "GLX"), "utf-8")
        file.rename(file.with_name(file.name.replace("ACME", "GLX")))
    (root / "changes/globex/2026/GLX-0001-split-payments.md").write_text("nothing", "utf-8")
    return root


def run(root: Path, line: str) -> Result:
    command, *rest = line.split()
    return CliRunner().invoke(main, [command, "--workspace", str(root), *rest])


@pytest.mark.parametrize("command", COMMANDS)
def test_others_errors_are_named_in_one_line(two: Path, command: str) -> None:
    done = run(two, command.format("acme"))
    assert done.exit_code == 0, done.output
    (line,) = done.stderr.splitlines()
    assert line.startswith("note: other clients have errors: globex (")
    assert line.endswith("); `changebook check` names them")
    assert "globex" not in done.stdout
    assert "GLX" not in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_its_own_errors_stop_it(two: Path, command: str) -> None:
    done = run(two, command.format("globex"))
    assert done.exit_code == 1
    assert "error[no-front-matter]" in done.stderr
    assert done.stdout == ""


def test_prints_are_of_the_records_that_are_named(two: Path) -> None:
    assert "error[no-front-matter]" in run(two, "print GLX-0002").stderr
    assert "error[" not in run(two, "print ACME-0002").stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_what_all_share_stops_all(two: Path, command: str) -> None:
    twin = two / "changes/globex/2026/GLX-0003-vouchers.md"
    text = (two / "changes/acme/2026/ACME-0001-split-payments.md").read_text("utf-8")
    twin.write_text(text, "utf-8")
    done = run(two, command.format("acme"))
    assert done.exit_code == 1
    assert "error[duplicate-id]" in done.stderr

"""Where somebody stands: commands find the workspace above, and name files from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.cli import main

RECORD = "changes/example/2026"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("below", [".", "changes", "changes/example", RECORD, "schemas"])
def test_the_workspace_is_found_from_below(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    monkeypatch.chdir(workspace / below)
    assert run("check").output == "No problems.\n"
    assert run("impact", "example").exit_code == 0


@pytest.mark.parametrize(
    ("below", "path"),
    [(".", f"{RECORD}/EX-0009.md"), ("changes/example", "2026/EX-0009.md"), (RECORD, "EX-0009.md")],
)
def test_files_are_named_from_there(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, below: str, path: str
) -> None:
    (workspace / RECORD / "EX-0009.md").write_text("nothing", "utf-8")
    monkeypatch.chdir(workspace / below)
    done = run("check")
    assert done.exit_code == 1
    assert f"  --> {path}:1:1\n" in done.output
    assert "1 | nothing" in done.output


def test_a_folder_of_that_name_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "changes").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = run("check")
    assert done.exit_code == 2
    assert "has no folder named changes" in done.output

"""The command line: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from importlib.metadata import PathDistribution, version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook import __version__, packaged
from changebook.cli import main
from changebook.read import installation
from tests import builder
from tests.scratch import Scratch

PATH = "changes/example/2026/EX-0002-gift-cards.md"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def broken(workspace: Path) -> Path:
    file = workspace / PATH
    file.write_text(
        file.read_text("utf-8").replace("priority: medium", "priority: urgent"), "utf-8"
    )
    return workspace


def test_version() -> None:
    first, *rest = run("--version").output.splitlines()
    assert first == f"changebook, version {__version__}"
    versions = dict(line.split(" ", 1) for line in rest)
    assert versions["weasyprint"] == version("weasyprint")
    assert versions["pagefind"] == version("pagefind-bin")
    assert versions["mermaid"][0].isdigit()
    assert {"mkdocs", "mkdocs-material", "Python"} < versions.keys()


@pytest.mark.parametrize("altered", [False, True])
def test_version_of_a_checkout_names_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, altered: bool
) -> None:
    scratch = Scratch.at(tmp_path)
    scratch.commit({"pyproject.toml": ""})
    if altered:
        scratch.write({"pyproject.toml": "changed"})
    monkeypatch.setattr(packaged, "checkout", lambda: tmp_path)
    commit = scratch.git("rev-parse", "HEAD").strip()
    line = f"commit {commit}{', altered' if altered else ''}"
    assert run("--version").output.splitlines()[1] == line


def test_version_of_a_package_from_git_names_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip notes it, after PEP 610."""
    address = "https://git.example/changebook"
    noted = {"url": address, "vcs_info": {"commit_id": "c0ffee"}}
    monkeypatch.setattr(packaged, "checkout", lambda: None)
    monkeypatch.setattr(PathDistribution, "read_text", lambda _self, _name: json.dumps(noted))
    assert installation.origin() == installation.InstalledFrom("c0ffee", address)
    monkeypatch.setattr(PathDistribution, "read_text", lambda _self, _name: None)
    assert installation.origin() is None  # a wheel


def test_check_of_a_clean_workspace(workspace: Path) -> None:
    done = run("check", "--workspace", str(workspace))
    assert (done.exit_code, done.output) == (0, "No problems.\n")


def test_check_names_the_place(broken: Path) -> None:
    done = run("check", "--workspace", str(broken))
    assert done.exit_code == 1
    assert f"  --> {PATH}:8:11\n" in done.output
    assert "8 | priority: urgent\n  |           ^^^^^^\n" in done.output
    assert done.output.endswith("\n1 error\n")


def test_check_in_the_current_folder(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken)
    assert run("check").exit_code == 1


def test_check_as_json(broken: Path) -> None:
    done = run("check", "--workspace", str(broken), "--format", "json")
    assert done.exit_code == 1
    (row,) = json.loads(done.stdout)
    assert set(row) == {"rule", "severity", "path", "line", "column", "message", "help"}
    assert (row["path"], row["line"], row["column"]) == (PATH, 8, 11)
    assert (row["rule"], row["severity"]) == ("unknown-value", "error")


def test_check_of_nothing_wrong_as_json(workspace: Path) -> None:
    assert json.loads(run("check", "--workspace", str(workspace), "--format", "json").stdout) == []


def test_paths_choose_what_is_shown(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken)
    for path, code in ((PATH, 1), ("changes/example/2026", 1), ("changes/example/client.md", 0)):
        assert run("check", path).exit_code == code
    assert run("check", "nowhere.md").exit_code == 2


@pytest.mark.parametrize("command", ["check", "build", "serve"])
def test_no_workspace(tmp_path: Path, command: str) -> None:
    done = run(command, "--workspace", str(tmp_path))
    assert done.exit_code == 2
    assert "has no folder named changes" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--as-of", "2026-02-30"],
        ["build", "--jobs", "0"],
        ["build", "--audience", "all"],
        ["build", "--client", "acme"],
        ["build", "--out", "changes/out"],
        ["new", "acme", "X"],
        ["new", "example", " "],
        ["init", "."],
    ],
)
def test_what_can_not_run_says_so_in_a_line(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(workspace)
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.output.splitlines()[-1].startswith("Error: ")
    assert isinstance(done.exception, SystemExit)


def test_a_build_with_problems(broken: Path) -> None:
    done = run("build", "--workspace", str(broken))
    assert done.exit_code == 1
    assert "error[unknown-value]" in done.stderr
    assert "Nothing was published" in done.stderr
    assert done.stdout == ""


def test_init_then_new_then_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "changes/example/client.md" in run("init", "log").output
    monkeypatch.chdir(tmp_path / "log")
    done = run("new", "example", "Pay by invoice", "--type", "addition", "--on", "2026-03-02")
    assert done.output == "changes/example/2026/EX-0004-pay-by-invoice.md\n"
    assert Path(done.output.strip()).is_file()


def test_init_adds_a_client(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    done = run("init", "--client", "Beta Ltd")
    assert done.exit_code == 0
    assert done.output.startswith("wrote changes/beta-ltd/client.md\n")
    assert "Next: fill in client.md" in done.output


def changebook(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "changebook", *arguments],
        cwd=workspace,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_build_prints_plain_lines(workspace: Path) -> None:
    done = changebook(workspace, "build", "--no-pdf")
    assert done.returncode == 0
    assert done.stdout == "built example (1/1)\npublished site/example\n"
    assert done.stderr == ""


@pytest.mark.skipif(builder.NAME != "mkdocs", reason="it is loaded before anything else")
def test_check_does_not_wait_for_mkdocs(workspace: Path) -> None:
    script = (
        "import sys; from changebook.cli import main\n"
        "try: main(['check'])\n"
        "except SystemExit: print('mkdocs' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=workspace, capture_output=True, text=True, check=True
    )
    assert done.stdout == "No problems.\nFalse\n"


def test_colours_are_for_terminals(broken: Path) -> None:
    assert "\x1b[" not in changebook(broken, "check").stdout
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "changebook", "check"],
        cwd=broken,
        stdout=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:
        pass  # the end, as Linux says it
    finally:
        os.close(ours)
    assert process.wait() == 1
    assert b"\x1b[31m" in seen

"""What the README tells people to run works as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from changebook.cli import load, main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SHELL = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in SHELL for line in block.splitlines()]


def test_every_shell_block_is_one_that_these_tests_know() -> None:
    """A new kind of command in the README needs a test too."""
    assert COMMANDS
    unknown = [c for c in COMMANDS if not re.match(r"(python3 dev\.py|changebook|cd) ", c)]
    assert not unknown


def test_ci_runs_the_readme_s_test_command() -> None:
    tests = [c for c in COMMANDS if c.startswith("python3 dev.py test")]
    assert len(tests) == 1
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert script[-1] == tests[0]
    assert "set -euo pipefail" in script


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("python3 dev.py")])
def test_dev_py_has_the_readme_s_commands(command: str) -> None:
    script, *words = shlex.split(command)[1:]
    # --help, for the test command must not run itself.
    done = subprocess.run(
        [sys.executable, ROOT / script, *words, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"dev.py {words[0]}" in done.stdout


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_into_the_repository_resolve(name: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / name).read_text("utf-8"))
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_table_of_commands_is_that_of_the_command_line() -> None:
    assert isinstance(main, click.Group)
    table = re.findall(r"^\| `changebook ([a-z-]+)", README, re.MULTILINE)
    assert sorted(table) == sorted(main.commands)


def test_options_named_in_the_readme_exist() -> None:
    assert isinstance(main, click.Group)
    known = {
        option
        for name in main.commands
        for parameter in load(name).params
        for option in parameter.opts
    }
    named = set(re.findall(r"(?<=`)--[a-z-]+", README))
    assert named
    assert named <= known


@pytest.mark.slow
def test_the_first_record_s_commands_run_in_order(tmp_path: Path) -> None:
    beside_python = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": os.pathsep.join([beside_python, os.environ["PATH"]])}
    folder = tmp_path
    ran = []
    for command in COMMANDS:
        program, *words = shlex.split(command)
        if program == "cd":
            folder /= words[0]
        elif program == "changebook":
            done = subprocess.run(
                [program, *words],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            ran.append(words[0])
    assert ran == ["init", "new", "check", "build"]
    assert list(folder.glob("site/*/index.html"))


@pytest.mark.slow
def test_the_first_draft_is_what_new_writes(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    title = re.search(r'changebook new (\S+) "(.*)"', README)
    assert title
    for words in (["init", "."], ["new", title[1], title[2]]):
        done = subprocess.run(
            [sys.executable, "-m", "changebook", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
    written = [path.read_text("utf-8") for path in (tmp_path / "changes").rglob("*.md")]
    assert shown in written

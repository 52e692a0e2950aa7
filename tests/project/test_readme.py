"""What the README tells people to run works as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import click
import pytest

from changebook.cli import load, main
from tests import pictures

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SHELL = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in SHELL for line in block.replace("\\\n", "").splitlines()]
SERVING = re.compile(r"Serving HTTP on 127\.0\.0\.1 port (\d+) ")


def test_every_shell_block_is_one_that_these_tests_know() -> None:
    """A new kind of command in the README needs a test too."""
    assert COMMANDS
    known = r"(python3 (dev\.py|-m venv|-m http\.server)|\S+/pip\"|export|changebook|cd) "
    assert [command for command in COMMANDS if not re.match(known, command)] == []


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
def test_the_first_page_is_served_after_the_commands_as_they_stand(tmp_path: Path) -> None:
    """Only what brings the package there is left out: test_packaging installs it from a wheel."""
    (block,) = [block for block in SHELL if "changebook init" in block]
    assert len(block.splitlines()) <= 20
    venv, pip, path, *commands = block.replace("\\\n", "").splitlines()
    assert shlex.split(venv)[:3] == ["python3", "-m", "venv"]
    assert shlex.split(pip)[-2:] == ["install", "."]
    assert path.startswith("export PATH=")
    beside_python = str(Path(sys.executable).parent)
    environment = os.environ | {
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join([beside_python, os.environ["PATH"]]),
        "PYTHONUNBUFFERED": "1",  # the server says its port at once
    }
    script = "\n".join(["set -e", *commands[:-1], f"exec {commands[-1]} 0"])
    with subprocess.Popen(
        ["bash", "-c", script], env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        port = next((m[1] for line in process.stdout if (m := SERVING.match(line))), "none")
        try:
            with urlopen(f"http://127.0.0.1:{port}/example/changes/EX-0004/") as page:
                assert "Split payments at checkout" in page.read().decode()
        finally:
            process.terminate()


def test_the_pictures_are_shown_with_a_description() -> None:
    shown = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]{30,})">', README)
    taken = {path.relative_to(ROOT).as_posix() for path in pictures.FOLDER.iterdir()}
    assert {path for path, _ in shown} == taken

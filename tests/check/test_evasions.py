"""Ways around the guards, each a small repository script: none of them passes unnoticed.

A case has three parts: what is tried, the script, and the commands of a pipeline with what they
say. Lines of the script that begin with `changebook` are run here, all else by a shell.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import main
from tests.scratch import Scratch, environment

CASES = Path(__file__).parents[1] / "cases"
EVASIONS = sorted((CASES / "evasions").glob("*.txt"))
_COMMIT = re.compile(r"\b[0-9a-f]{12}\b")


@pytest.fixture
def sealed(tmp_path: Path) -> Scratch:
    """Two clients on `main`, the first with two changes that are decided, signed and sealed."""
    made = Scratch.at(tmp_path / "repository")
    shutil.copytree(CASES / "check" / "good-sealed-with-contract", made.root, dirs_exist_ok=True)
    profile = (made.root / "changes/acme/client.md").read_text("utf-8")
    other = profile.replace("prefix: ACME", "prefix: GLX").replace("name: Acme", "name: Globex")
    made.commit({"changes/globex/client.md": other}, "First")
    made.branch("sly")
    return made


def changebook(root: Path, line: str) -> str:
    """Run a command of the script; what it says and its exit code."""
    words = [str(root / word[2:]) if word.startswith("./") else word for word in shlex.split(line)]
    command, *rest = words[1:]
    if "--workspace" not in rest:
        rest += ["--workspace", str(root)]
    done = CliRunner().invoke(main, [command, *rest])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    said = _COMMIT.sub("(commit)", done.output.replace(str(root), "."))
    return f"$ {line}\n{said}exit {done.exit_code}\n"


def play(root: Path, script: str) -> None:
    for line in script.strip().splitlines():
        if line.startswith("changebook "):
            changebook(root, line)
        else:
            subprocess.run(["sh", "-euc", line], cwd=root, env=environment(), check=True)


@pytest.mark.parametrize("case", EVASIONS, ids=lambda path: path.stem)
def test_evasion(case: Path, sealed: Scratch, matches: Callable[[Path, str], None]) -> None:
    tried, script, expected = case.read_text("utf-8").split("---\n", 2)
    play(sealed.root, script)
    commands = [line[2:] for line in expected.splitlines() if line.startswith("$ ")]
    said = "\n".join(changebook(sealed.root, command) for command in commands)
    matches(case, f"{tried}---\n{script}---\n{said}")
    assert "exit 0" not in said


def test_an_honest_move_is_none(sealed: Scratch) -> None:
    play(sealed.root, "mkdir -p delivery/log\ngit mv changes delivery/log/changes\n")
    for command in ("check --base main", "verify --base main"):
        assert "exit 0" in changebook(
            sealed.root, f"changebook {command} --workspace ./delivery/log"
        )

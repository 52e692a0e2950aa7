"""The tutorial: its commands are run as they stand, and say what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import load, main

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
TODAY = date(2026, 3, 2)
_BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (?:.*\\\n)*.*\n", re.MULTILINE)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository of Lin Wei's, on the day of the tutorial."""
    for words in (("init", "-q"), ("config", "user.name", "Lin Wei")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    for name in ("new", "advance", "note"):
        load(name)
        monkeypatch.setattr(f"changebook.cli.{name}.today", lambda client: TODAY)
    return tmp_path


def test_every_command_says_what_the_page_says(
    repository: Path, matches: Callable[[Path, str], None]
) -> None:
    def played(block: re.Match[str]) -> str:
        kind, text = block.groups()
        if kind == "diff":
            _edit(repository, text)
            return block[0]
        return f"```console\n{''.join(_run(text))}```"

    matches(PAGE, _BLOCK.sub(played, PAGE.read_text("utf-8")))


def test_it_takes_no_more_than_it_says() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    blocks = _BLOCK.findall(PAGE.read_text("utf-8"))
    commands = [c for kind, text in blocks if kind == "console" for c in _COMMAND.findall(text)]
    lines = [
        line
        for kind, text in blocks
        for line in text.split("\n")
        if kind == "diff" and line.startswith("+")
    ]
    assert f"It takes {len(commands)} commands and {len(lines)} lines written by hand." in page
    assert len(commands) <= 40
    assert len(lines) <= 60


def _run(text: str) -> Iterator[str]:
    """Run the commands of a block; each as it stands with what it says below."""
    for command in _COMMAND.findall(text):
        name, *words = shlex.split(command.removeprefix("$ ").replace("\\\n", " "))
        assert name == "changebook"
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, f"{command}{done.output}"
        yield command + done.output


def _edit(root: Path, text: str) -> None:
    """Change a file as a block says: `@@` stands between two places."""
    head, *lines = text.splitlines()
    file = root / head.removeprefix("--- ")
    content = file.read_text("utf-8")
    for hunk in "\n".join(lines).split("\n@@\n"):
        old, new = (
            "".join(f"{line[1:]}\n" for line in hunk.split("\n") if line[:1] in (" ", sign))
            for sign in "-+"
        )
        start = content.index(old)
        content = content[:start] + new + content[start + len(old) :]
    file.write_text(content, "utf-8")

"""`changebook explain`: the rules' own pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from rich.text import Text

from changebook.check import rule_pages, rules
from changebook.cli import explain as explain_command
from changebook.cli import main

DOCS = Path(__file__).parents[2] / "docs" / "rules"


def explain(*words: str) -> Result:
    return CliRunner().invoke(main, ["explain", *words])


def test_it_is_the_page_of_the_docs() -> None:
    done = explain("duplicate-key")
    assert done.exit_code == 0
    assert done.stdout == (DOCS / "duplicate-key.md").read_text("utf-8")


def test_without_a_rule_all_are_listed() -> None:
    rows = [line.split("\t") for line in explain().stdout.splitlines()]
    assert rows == [[rule.name, rule.severity, rule.summary] for rule in rules()]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("unknown-kye", "there is no rule `unknown-kye`: did you mean `unknown-key`?"),
        ("duplicate", "did you mean `duplicate-"),
        ("qqq", "there is no rule `qqq`: `changebook explain` lists all rules"),
        ("\x1b[31mred", "there is no rule `\N{REPLACEMENT CHARACTER}[31mred`"),
    ],
)
def test_another_word_gets_a_way_out(word: str, says: str) -> None:
    done = explain(word)
    assert done.exit_code == 2
    assert says in done.output


def test_on_a_terminal_it_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(force_terminal=True, width=60)
    monkeypatch.setattr(explain_command, "Console", lambda: terminal)
    with terminal.capture() as shown:
        explain_command.show_markdown(rule_pages.page(rule_pages.named("duplicate-key")))
        explain_command.show_table(("rule", "severity"), [("duplicate-key", "error")])
    text = shown.get()
    assert "# duplicate-key" not in text
    assert "priority: high" in text
    assert "\x1b[" in text
    assert max(len(line) for line in Text.from_ansi(text).plain.splitlines()) <= 60


def test_a_reader_that_has_enough_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m changebook explain | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith(rules()[0].name)
    assert done.stderr == ""

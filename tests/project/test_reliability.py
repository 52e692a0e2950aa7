"""The trials of docs/reliability.md, a few of each; and its table has the line of every trial."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("trial", ["kills-warm", "two", "check", "build", "payloads"])
def test_a_few_trials_find_no_fault_and_have_a_line_in_the_page(trial: str) -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/reliability.py", trial, "--small"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    what = done.stdout.split(" | ")[0]
    assert f"\n{what} | " in (ROOT / "docs/reliability.md").read_text("utf-8")

"""`advance`: a step is written as a person would write it, or not at all.

Each case is a file of commands (`$ ...`, with what is typed as `> ...`); what they print and how
they change the files follows, and is renewed by `--renew`.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from datetime import date, datetime
from difflib import unified_diff
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changebook.check import load_checked
from changebook.cli import main, options
from changebook.model.diagnostics import errors
from changebook.model.vocabulary import Status, may_become
from changebook.proof import seal
from tests.scratch import Scratch

CASES = Path(__file__).parents[1] / "cases" / "advance"
WORKSPACE = CASES / "workspace"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the cases' workspace, with all that was decided in it sealed."""
    shutil.copytree(WORKSPACE, tmp_path / "workspace")
    seal.seal(tmp_path / "workspace")
    return tmp_path / "workspace"


def run(root: Path, *arguments: str, typed: str = "", today: str | None = None) -> Result:
    """Run a command on the newest day that it names, or on another one."""
    days = [value for name, value in pairwise(arguments) if name in ("--on", "--recorded")]
    day = date.fromisoformat(today or max(days)) if today or days else None
    with patch("changebook.cli.advance.today", lambda client: day or options.today(client)):
        return CliRunner().invoke(main, [*arguments, "--workspace", str(root)], input=typed)


def contents(root: Path) -> dict[str, str]:
    return {
        file.relative_to(root).as_posix(): file.read_bytes().decode()
        for file in sorted(root.rglob("*"))
        if file.is_file() and file.suffix == ".md"
    }


def changes(before: dict[str, str], after: dict[str, str]) -> str:
    lines: list[str] = []
    for path in sorted(before.keys() | after.keys()):
        old, new = (side.get(path, "").splitlines() for side in (before, after))
        lines += unified_diff(old, new, path, path, lineterm="", n=1)
    return "\n".join(lines)


@pytest.mark.parametrize("case", sorted(file.stem for file in CASES.glob("*.txt")))
def test_case(case: str, root: Path, matches: Callable[[Path, str], None]) -> None:
    file = CASES / f"{case}.txt"
    said = [line for line in file.read_text("utf-8").splitlines() if line.startswith(("$ ", ">"))]
    shown: list[str] = []
    while said:
        command = said.pop(0)
        typed: list[str] = []
        while said and said[0].startswith(">"):
            typed.append(said.pop(0))
        before = contents(root)
        done = run(
            root,
            *shlex.split(command[2:]),
            typed="".join(f"{line[1:].strip()}\n" for line in typed),
        )
        parts = (done.stdout, done.stderr, changes(before, contents(root)))
        printed = [part.rstrip("\n").replace(" \n", "\n") for part in parts if part]
        shown += [command, *typed, f"exit {done.exit_code}", *printed, ""]
    matches(file, "\n".join(shown))


def test_the_workspace_of_the_cases_is_sound() -> None:
    _, problems = load_checked(WORKSPACE)
    assert not errors(problems)


def test_the_day_is_today_where_the_client_is(root: Path) -> None:
    before = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    assert run(root, "advance", "ACME-0002", "assessing", "--by", "Lin Wei").exit_code == 0
    workspace, _ = load_checked(root)
    entry = workspace.clients[0].records[1].data.history[-1]
    assert before <= entry.on <= datetime.now(ZoneInfo("Asia/Shanghai")).date()


def test_a_dry_run_shows_the_difference_and_writes_nothing(root: Path) -> None:
    before = contents(root)
    said = ("advance", "ACME-0002", "assessing", "--by", "Lin Wei", "--on", "2026-02-03")
    shown = run(root, *said, "--dry-run")
    assert contents(root) == before
    assert run(root, *said).exit_code == 0
    assert [line for line in shown.stdout.splitlines() if line[:1] in "+-"][2:] == [
        line for line in changes(before, contents(root)).splitlines() if line[:1] in "+-"
    ][2:]


def test_crlf_and_bom_stay(root: Path) -> None:
    file = root / "changes/acme/2026/ACME-0002-two-cards.md"
    plain = file.read_bytes()
    file.write_bytes(b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"))
    said = ("advance", "ACME-0002", "assessing", "--by", "Lin Wei", "--on", "2026-02-03")
    assert run(root, *said).exit_code == 0
    windows = file.read_bytes()
    file.write_bytes(plain)
    assert run(root, *said).exit_code == 0
    assert windows == b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n")


APPROVE = (
    *("advance", "ACME-0007", "approved", "--by", "Chen Yu", "--on", "2026-02-16"),
    *("--rationale", "Cheaper.", "--amount", "25000", "--agreement", "drafting", "--supersede"),
)


def test_what_is_decided_is_sealed(root: Path) -> None:
    done = run(root, *APPROVE)
    assert done.exit_code == 0
    assert "sealed entry 4 (ACME-0007 approved 2026-02-16)" in done.stdout
    _, problems = load_checked(root)
    assert problems == []
    file = root / "changes/acme/2026/ACME-0007-other-wallet.md"
    file.write_text(file.read_text("utf-8").replace("amount: 25000\n", "amount: 26000\n"), "utf-8")
    _, problems = load_checked(root)
    assert [problem.rule for problem in problems] == ["sealed-altered"]


def test_nothing_is_decided_where_the_seals_are_broken(root: Path) -> None:
    (root / "changes/acme/decisions.lock").write_text("{}")
    before = contents(root)
    done = run(root, *APPROVE)
    assert done.exit_code == 1
    assert "error[broken-lock]" in done.stderr
    assert "nothing was written" in done.stderr
    assert contents(root) == before


ANSWERS: dict[str, Any] = {
    "--note": "Why.",
    "--due": "2026-12-01",
    "--amount": "100",
    "--rationale": "Because.",
    "--review": "2026-12-31",
    "--agreement": "not-required",
}
DECISION = ("--amount", "--rationale", "--review", "--agreement")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([f"ACME-{number:04}" for number in range(1, 12)]),
    st.sampled_from(Status),
    st.sets(st.sampled_from(sorted(ANSWERS))),
    st.sampled_from(("Chen Yu", "Lin Wei", "Nobody")),
)
def test_what_is_written_passes_check(
    tmp_path: Path, id: str, status: Status, given_: set[str], by: str
) -> None:
    """Whatever is said: the workspace is sound afterwards, and a refusal leaves no trace."""
    root = tmp_path / "workspace"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(WORKSPACE, root)
    before = contents(root)
    workspace, _ = load_checked(root)
    record = next(r.data for r in workspace.clients[0].records if r.data.id == id)
    answers = [word for name in sorted(given_) for word in (name, ANSWERS[name])]
    done = run(root, "advance", id, status, "--by", by, "--on", "2026-11-02", *answers)
    assert done.exit_code in (0, 1, 2)
    assert isinstance(done.exception, SystemExit | None)
    workspace, problems = load_checked(root)
    assert not errors(problems)
    if done.exit_code:
        assert contents(root) == before
        return
    after = next(r.data for r in workspace.clients[0].records if r.data.id == id)
    approved = record.entered(Status.APPROVED) is not None
    assert may_become(record.status, status, record.path, approved)
    assert after.status is status
    assert after.history[:-1] == record.history
    assert (after.history[-1].status, after.history[-1].on) == (status, date(2026, 11, 2))


def test_a_person_of_the_commits_is_known(root: Path) -> None:
    git = Scratch.at(root)
    said = ("advance", "ACME-0002", "assessing", "--on", "2026-02-03")
    git.git("config", "user.name", "Somebody Else")
    assert "--by NAME" in run(root, *said).stderr
    git.git("config", "user.name", "Lin Wei")
    assert run(root, *said).exit_code == 0
    workspace, _ = load_checked(root)
    assert workspace.record("ACME-0002")[1].data.history[-1].by == "Lin Wei"
    # Who may not decide does not do so by having a name.
    assert "--by NAME" in run(root, "advance", "ACME-0007", "approved").stderr


def test_what_is_written_down_late_says_so(root: Path) -> None:
    said = ("advance", "ACME-0002", "assessing", "--by", "Lin Wei", "--on", "2026-02-03")
    done = run(root, *said, today="2026-02-02")
    assert done.exit_code == 2
    assert "--on 2026-02-03 is in the future: it is 2026-02-02" in done.stderr
    for more, recorded in (
        ((), date(2026, 2, 9)),
        (("--recorded", "2026-02-04"), date(2026, 2, 4)),
    ):
        before = contents(root)
        assert run(root, *said, *more, today="2026-02-09").exit_code == 0
        workspace, _ = load_checked(root)
        assert workspace.record("ACME-0002")[1].data.history[-1].recorded == recorded
        for path, text in before.items():
            (root / path).write_bytes(text.encode())
    assert run(root, *said).exit_code == 0
    workspace, _ = load_checked(root)
    assert workspace.record("ACME-0002")[1].data.history[-1].recorded is None


def test_which_of_several_options_is_approved_has_to_be_said(root: Path) -> None:
    """Without rules, an amount was enough: the record was approved without one of its options."""
    file = root / "changes" / "acme" / "2026" / "ACME-0005-split-payments.md"
    text = file.read_text("utf-8")
    nothing = "{id: b, title: Do nothing, nothing: true, amount: 0, days: 0}"
    assert nothing in text
    file.write_text(
        text.replace(nothing, "{id: b, title: One card and a voucher, amount: 9000.00, days: 0}"),
        "utf-8",
    )
    said = ("advance", "ACME-0005", "approved", "--on", "2026-02-16", "--by", "Chen Yu",
            "--rationale", "It pays.", "--agreement", "drafting")  # fmt: skip
    before = contents(root)
    for more in ((), ("--amount", "54000.00", "--milestone", "go-live=2026-07-10")):
        refused = run(root, *said, *more)
        assert refused.exit_code == 2
        assert refused.stderr == (
            "ACME-0005 can't become `approved` yet; nothing was written.\nSay with options:\n"
            "  --option OPTION  Which option is approved (a: Two cards; b: One card and a voucher)?"
            "  [a | b]\n"
        )
    assert contents(root) == before
    assert run(root, *said, "--option", "b").exit_code == 0
    written = " ".join(file.read_text("utf-8").split())
    assert "option: b, amount: 9000.00" in written
    # 10 days were asked for, and the option has none.
    assert "days: {go-live: 0}" in written

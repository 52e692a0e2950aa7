"""What is sealed and not merged yet: taken back by its author, merged with what others sealed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.cli import main
from changebook.model.chain import LOCK, Lock, breaks, parse
from tests.scratch import Scratch

CASE = Path(__file__).parents[1] / "cases" / "check" / "good-sealed-with-contract"
FIRST = "changes/acme/2026/ACME-0001-split-payments.md"
CHAIN = f"changes/acme/{LOCK}"


def run(scratch: Scratch, *words: str) -> Result:
    command, *rest = words
    return CliRunner().invoke(main, [command, "--workspace", str(scratch.root), *rest])


def lock(scratch: Scratch) -> Lock:
    found, problem = parse((scratch.root / CHAIN).read_text("utf-8"), CHAIN)
    assert found is not None, problem
    assert not list(breaks(found))
    return found


def sealed_ids(scratch: Scratch) -> list[str]:
    entries = lock(scratch).entries
    return list(dict.fromkeys(entry.id for entry in entries if not entry.event.is_contract))


def approve(scratch: Scratch, number: int, amount: str = "54000.00") -> str:
    """Write, seal and commit a record like the first; its file."""
    text = (CASE / FIRST).read_text("utf-8").replace("ACME-0001", f"ACME-{number:04}")
    for name in ("Zhao Min", "Chen Yu"):
        text = text.replace(f"by: {name}}}\n", f"by: {name}, recorded: 2026-03-23}}\n")
    path = f"changes/acme/2026/ACME-{number:04}-more.md"
    scratch.write({path: text.replace("54000.00", amount)})
    assert run(scratch, "seal").exit_code == 0
    scratch.commit({}, f"Approve {number}")
    return path


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """Two sealed records on `main`, and a branch of ours."""
    made = Scratch.at(tmp_path / "repository")
    shutil.copytree(CASE, made.root, dirs_exist_ok=True)
    made.commit({}, "First")
    made.branch("ours")
    return made


def test_what_is_not_merged_is_taken_back(scratch: Scratch) -> None:
    before = (scratch.root / CHAIN).read_bytes()
    path = approve(scratch, 3)
    done = run(scratch, "unseal", "ACME-0003")
    assert done.exit_code == 0, done.output
    assert "took entry 6 (ACME-0003 approved 2026-03-20) out of" in done.output
    assert "took entry 7 (ACME-0003 signed 2026-03-20) out of" in done.output
    assert (scratch.root / CHAIN).read_bytes() == before
    # Corrected and sealed again, it is nothing that a review has to stop.
    text = (scratch.root / path).read_text("utf-8")
    scratch.write({path: text.replace("54000.00", "64000.00")})
    assert run(scratch, "seal").exit_code == 0
    assert run(scratch, "check", "--base", "main").exit_code == 0
    assert run(scratch, "verify", "--base", "main").exit_code == 0


def test_what_was_sealed_after_it_stays(scratch: Scratch) -> None:
    approve(scratch, 3)
    approve(scratch, 4)
    assert run(scratch, "unseal", "ACME-0003").exit_code == 0
    assert sealed_ids(scratch) == ["ACME-0001", "ACME-0002", "ACME-0004"]
    assert [entry.number for entry in lock(scratch).entries] == [1, 2, 3, 4, 5, 6, 7]


def test_the_step_itself_is_taken_back_by_the_command_that_is_printed(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scratch.root)
    path = "changes/acme/2026/ACME-0003-more.md"
    text = (CASE / FIRST).read_text("utf-8").replace("ACME-0001", "ACME-0003")
    front, _, rest = text.partition("decision:")
    rest = rest.partition("history:")[2].replace(
        "  - {status: approved, on: 2026-03-20, by: Chen Yu}\n", ""
    )
    asked = f"{front}history:{rest}".replace("status: approved\n", "status: submitted\n")
    scratch.checkout("main")
    scratch.commit({path: asked})
    scratch.checkout("ours")
    scratch.git("merge", "--quiet", "main")
    approve(scratch, 3)
    said = run(scratch, "unseal", "ACME-0003").output
    command = said.partition("take the step itself back: git ")[2]
    scratch.git(*command.split())
    assert (scratch.root / path).read_text("utf-8") == asked
    assert run(scratch, "verify", "--base", "main").exit_code == 0


def test_what_is_at_the_base_stays(scratch: Scratch) -> None:
    before = (scratch.root / CHAIN).read_bytes()
    done = run(scratch, "unseal", "ACME-0001")
    assert done.exit_code == 2
    assert "is at `main`, where others have it" in done.stderr
    scratch.git("mv", "changes/acme", "changes/other")  # nor by a folder of another name
    done = run(scratch, "unseal", "ACME-0001")
    assert (done.exit_code, "is at `main`" in done.stderr) == (2, True)
    assert (scratch.root / "changes/other" / LOCK).read_bytes() == before


def test_the_main_branch_is_that_of_the_remote(scratch: Scratch, tmp_path: Path) -> None:
    clone = Scratch(tmp_path / "clone")
    scratch.git("clone", "--quiet", "--branch=main", str(scratch.root), str(clone.root))
    approve(clone, 3)  # on the clone's own `main`, and nobody else's yet
    assert run(clone, "unseal", "ACME-0003").exit_code == 0
    assert run(clone, "unseal", "ACME-0001").exit_code == 2


@pytest.mark.parametrize("id_", ["ACME-0009", "nothing"])
def test_what_is_not_sealed_is_told(scratch: Scratch, id_: str) -> None:
    done = run(scratch, "unseal", id_)
    assert (done.exit_code, f"{id_} is not sealed" in done.stderr) == (2, True)


def test_without_git_nothing_is_taken_back(tmp_path: Path) -> None:
    shutil.copytree(CASE, tmp_path / "plain")
    done = run(Scratch(tmp_path / "plain"), "unseal", "ACME-0001")
    assert (done.exit_code, "is not in a git repository" in done.stderr) == (2, True)


# Two branches that both sealed something


def parted(scratch: Scratch) -> None:
    """`main` has sealed 3 meanwhile, and we have sealed 4; we stand on our branch."""
    approve(scratch, 4)
    scratch.checkout("main")
    approve(scratch, 3)
    scratch.checkout("ours")


@pytest.mark.parametrize("step", ["merge", "rebase"])
def test_one_command_puts_the_chain_in_order(scratch: Scratch, step: str) -> None:
    parted(scratch)
    with pytest.raises(Exception, match="exit status 1"):
        scratch.git(step, "main")
    assert run(scratch, "verify").exit_code == 1
    done = run(scratch, "merge-seals")
    assert done.exit_code == 0, done.output
    assert "9 entries in order. Next: git add " in done.output
    # What others have stands first, whichever side is ours to git.
    assert sealed_ids(scratch) == [f"ACME-000{n}" for n in (1, 2, 3, 4)]
    scratch.git("add", CHAIN)
    scratch.git("-c", "core.editor=true", step, "--continue")
    assert run(scratch, "check", "--base", "main").exit_code == 0
    assert run(scratch, "verify", "--base", "main").exit_code == 0


@pytest.fixture
def driver(scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """The same with git's own merge set up, and the command on its path."""
    command = tmp_path / "bin" / "changebook"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m changebook "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=":")
    assert run(scratch, "merge-seals", "--set-up").exit_code == 0
    scratch.checkout("main")
    scratch.commit({}, "Set up")
    scratch.checkout("ours")
    scratch.git("rebase", "--quiet", "main")
    return scratch


@pytest.mark.parametrize(
    ("stand", "words"),
    [
        ("ours", ("merge", "--quiet", "--no-edit", "main")),
        ("ours", ("rebase", "--quiet", "main")),
        ("main", ("merge", "--quiet", "--no-edit", "ours")),
    ],
)
def test_git_does_it_by_itself(driver: Scratch, stand: str, words: tuple[str, ...]) -> None:
    parted(driver)
    driver.checkout(stand)
    driver.git("tag", "then", "main")
    driver.git(*words)
    assert sealed_ids(driver) == [f"ACME-000{n}" for n in (1, 2, 3, 4)]
    assert run(driver, "verify", "--base", "then").exit_code == 0
    assert driver.git("status", "--porcelain") == ""


def test_what_both_sealed_alike_is_there_once(driver: Scratch) -> None:
    approve(driver, 3)
    approve(driver, 4)
    driver.checkout("main")
    approve(driver, 3)
    driver.checkout("ours")
    driver.git("merge", "--quiet", "--no-edit", "main")
    assert [entry.number for entry in lock(driver).entries] == list(range(1, 10))


@pytest.mark.parametrize("with_driver", [True, False])
def test_what_both_decided_otherwise_is_left_to_people(
    request: pytest.FixtureRequest, with_driver: bool
) -> None:
    scratch: Scratch = request.getfixturevalue("driver" if with_driver else "scratch")
    approve(scratch, 3)
    scratch.checkout("main")
    approve(scratch, 3, "64000.00")
    scratch.checkout("ours")
    with pytest.raises(Exception, match="exit status 1"):
        scratch.git("merge", "main")
    done = run(scratch, "merge-seals")
    assert done.exit_code == 2
    assert "Only one of them can stay" in done.stderr


def test_nothing_in_conflict(scratch: Scratch) -> None:
    assert run(scratch, "merge-seals").output == "No decisions.lock is in conflict.\n"
    done = run(scratch, "merge-seals", "one", "two")
    assert (done.exit_code, "name three files" in done.stderr) == (2, True)


def test_a_new_workspace_is_set_up(tmp_path: Path) -> None:
    made = Scratch.at(tmp_path / "new")
    made.write({".gitattributes": "*.png binary"})
    assert CliRunner().invoke(main, ["init", str(made.root)]).exit_code == 0
    assert made.git("check-attr", "merge", CHAIN) == f"{CHAIN}: merge: changebook\n"
    assert made.git("check-attr", "binary", "a.png") == "a.png: binary: set\n"
    assert made.git("config", "merge.changebook.driver") == "changebook merge-seals %A %B %P\n"
    assert run(made, "merge-seals", "--set-up").output.startswith("git merges")
    done = CliRunner().invoke(main, ["init", str(tmp_path / "without")])
    assert "Once it is in a git repository: changebook merge-seals --set-up" in done.output


def test_advance_says_how_to_take_it_back(tmp_path: Path) -> None:
    made = Scratch.at(tmp_path / "repository")
    shutil.copytree(CASE.parents[1] / "advance" / "workspace", made.root, dirs_exist_ok=True)
    assert run(made, "seal").exit_code == 0
    made.commit({}, "First")
    step = ("advance", "ACME-0007", "approved", "--by", "Chen Yu", "--on", "2026-02-16")
    why = ("--rationale", "It pays.", "--amount", "1500.00", "--agreement", "not-required")
    done = run(made, *step, *why)
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith(
        "Until it is merged, `changebook unseal ACME-0007` takes that back.\n"
    )
    assert run(made, "unseal", "ACME-0007").exit_code == 0
    assert run(made, "seal", "--check").exit_code == 1

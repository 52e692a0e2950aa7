"""Whatever a command writes: killed at any moment, it leaves each file as it was or will be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from changebook.cli import main
from changebook.edit import scaffold
from changebook.proof import seal
from changebook.read.workspace import OWN
from tests.watched import moments, state

CASES = Path(__file__).parents[1] / "cases"
EXPORT = "export example --format site --out {root}/out {at}"
MAIL = CASES / "respond" / "mails" / "gmail-approve.eml"


def _example(root: Path) -> None:
    scaffold.init(root)


def _copied(name: str, *, sealed: bool) -> Callable[[Path], None]:
    def lay_out(root: Path) -> None:
        shutil.copytree(CASES / name / "workspace", root, dirs_exist_ok=True)
        if sealed:
            seal.seal(root)

    return lay_out


def _misspelt(root: Path) -> None:
    _example(root)
    file = root / "changes/example/2026/EX-0002-gift-cards.md"
    text = file.read_text("utf-8")
    file.write_text(text.replace("priority: medium", "prioritty: Medium"), "utf-8")


def _with_outputs(root: Path) -> None:
    """What commands write again lies there in another form."""
    _example(root)
    for name in ("out.md", "out.csv", "out.json", "schemas/record.schema.json", "rules/index.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("An earlier one.\n", "utf-8")


def _scanned(root: Path) -> None:
    _copied("advance", sealed=True)(root)
    Image.new("L", (40, 30)).save(root / "scan.png")


def _exported(root: Path) -> None:
    _example(root)
    done = CliRunner().invoke(
        main, _words("export example --format site --out {root}/out {at}", root)
    )
    assert done.exit_code == 0, done.output
    (root / "out/docs/index.md").write_text("An earlier one.\n", "utf-8")


def _nothing(root: Path) -> None:
    root.mkdir(exist_ok=True)


@dataclass(frozen=True)
class Case:
    """A command, and how many files it makes or changes at the least."""

    lay_out: Callable[[Path], None]
    command: str
    files: int = 1


COMMANDS = {
    "init": Case(_nothing, "init {root}", 8),
    "new": Case(_example, "new example Cards {at}"),
    "check --fix": Case(_misspelt, "check --fix {at}"),
    "advance": Case(
        _copied("advance", sealed=True),
        "advance ACME-0007 approved --on 2026-02-16 --by Chen~Yu --rationale Cheaper "
        "--amount 25000.00 --agreement drafting --supersede {at}",
        3,
    ),
    "respond": Case(_copied("respond", sealed=False), f"respond {MAIL} {{at}}"),
    "seal": Case(_copied("advance", sealed=False), "seal {at}"),
    "sign": Case(
        _scanned,
        "sign ACME-0006 --file {root}/scan.png --on 2026-03-20 --by Chen~Yu --filed 2026-03-25 "
        "--reference SOW-3 {at}",
        3,
    ),
    "report": Case(_with_outputs, "report example --out {root}/out.md --format md {at}"),
    "impact": Case(_with_outputs, "impact example --out {root}/out.json --format json {at}"),
    "export": Case(_with_outputs, "export example --out {root}/out.csv --format csv {at}"),
    "export of a site": Case(_exported, EXPORT),
    "schema": Case(_with_outputs, "schema --out {root}/schemas"),
}


#: It writes hundreds of files.
SLOW = ("export of a site",)


def _words(command: str, root: Path) -> list[str]:
    given = {"{root}": str(root), "{at}": f"--workspace {root}"}
    for name, value in given.items():
        command = command.replace(name, value)
    return [word.replace("~", " ") for word in command.split()]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in COMMANDS],
)
def test_killed_at_any_moment_each_file_is_whole(name: str, tmp_path: Path) -> None:
    case, root = COMMANDS[name], tmp_path / "workspace"
    case.lay_out(root)
    before = state(root)
    with moments(root) as states:
        done = CliRunner().invoke(main, _words(case.command, root))
    after = state(root)
    assert done.exit_code == 0, done.output
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert len(changed) >= case.files
    assert len(states) > 1
    for now in states:
        for path in {*before, *now, *after}:
            if OWN in path.split("/"):
                continue  # what is kept says itself whether it is whole
            assert now.get(path) in (before.get(path), after.get(path)), path

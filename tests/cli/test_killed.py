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
from tests.hosting.test_plan import published
from tests.importing.test_spreadsheets import PROFILE, SHORT
from tests.proof import test_unseal
from tests.scratch import Scratch
from tests.watched import moments, state

CASES = Path(__file__).parents[1] / "cases"
EXPORT = "export example --format site --out {root}/out {at}"
IMPORT = "import {root}/log.csv --client acme --map {root}/map.yml --on 2026-11-29 {at}"
HOST = "host nginx --address https://changes.example/ {at}"
MAIL = CASES / "respond" / "mails" / "gmail-approve.eml"
PIPELINES = f"init {{root}} --ci github --install git+https://g.example/c@{'0' * 40}"


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


def _repository(root: Path) -> None:
    Scratch.at(root)


def _to_import(root: Path) -> None:
    """An earlier import has made two records, of which one has got another title there."""
    client = root / "changes" / "acme"
    client.mkdir(parents=True)
    shutil.copy(PROFILE, client)
    (root / "map.yml").write_text(SHORT.replace("kind: excel", "kind: csv"), "utf-8")
    log = "No,Title,Status,Amount,Date\n1,One,open,10,2025-01-02\n2,Two,open,20,2025-01-03\n"
    (root / "log.csv").write_text(log, "utf-8")
    done = CliRunner().invoke(main, _words(IMPORT, root))
    assert done.exit_code == 0, done.output
    more = log.replace("Two", "Second") + "3,Three,open,30,2025-01-04\n"
    (root / "log.csv").write_text(more, "utf-8")


def _sealed_in_git(root: Path) -> Scratch:
    scratch = Scratch.at(root)
    shutil.copytree(test_unseal.CASE, root, dirs_exist_ok=True)
    scratch.commit({}, "First")
    scratch.branch("ours")
    return scratch


def _to_unseal(root: Path) -> None:
    test_unseal.approve(_sealed_in_git(root), 3)


def _in_conflict(root: Path) -> None:
    scratch = _sealed_in_git(root)
    test_unseal.parted(scratch)
    with pytest.raises(Exception, match="exit status 1"):
        scratch.git("merge", "main")


def _published(root: Path) -> None:
    """Two sites, and what an earlier run told the server of them."""
    _example(root)
    published(root / "site", "acme", "example")
    done = CliRunner().invoke(main, _words(HOST, root))
    assert done.exit_code == 0, done.output
    file = root / "host/nginx/nginx.conf"
    ours = file.read_text("utf-8").partition("\n")[0]  # the line by which it is known
    file.write_text(f"{ours}\nAn earlier one.\n", "utf-8")
    (root / "host/nginx/users/acme").unlink()


def _with_folder(root: Path) -> None:
    _example(root)
    (root / "out").mkdir()


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
    "note": Case(_example, "note {at} EX-0002 objection Dear --by Ada~Brown --on 2026-02-20"),
    "unseal": Case(_to_unseal, "unseal ACME-0003 {at}"),
    "merge-seals": Case(_in_conflict, "merge-seals {at}"),
    "merge-seals --set-up": Case(_repository, "merge-seals --set-up {at}"),
    "init --ci": Case(_repository, PIPELINES, 10),
    "import": Case(_to_import, IMPORT, 2),
    "import proposes": Case(
        _to_import, "import {root}/log.csv --client acme --out {root}/map.yml {at}"
    ),
    "remind": Case(_with_folder, "remind --format eml --on 2026-04-01 --out {root}/out {at}"),
    "host": Case(_published, HOST, 2),
    "print": Case(_with_folder, "print --client example --decisions --out {root}/out {at}"),
    "export to read offline": Case(
        _with_outputs, "export example --format zip --no-pdf --out {root}/out.zip {at}"
    ),
}
#: These write nothing, or publish: see `test_publish`, where a site is published as a whole.
OTHERS = frozenset("build check diff docs explain index serve verify withdraw".split())


#: They take their time.
SLOW = ("export of a site", "export to read offline", "print")


def _words(command: str, root: Path) -> list[str]:
    given = {"{root}": str(root), "{at}": f"--workspace {root}"}
    for name, value in given.items():
        command = command.replace(name, value)
    return [word.replace("~", " ") for word in command.split()]


def test_every_command_is_killed_or_writes_nothing() -> None:
    killed = {case.command.split()[0] for case in COMMANDS.values()}
    assert killed - {"check"} | OTHERS == main.commands.keys()


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
            assert now.get(path) in (before.get(path), after.get(path)), path

"""The container file: linted, and with all that the set-up script says is needed."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "Containerfile"
TEXT = FILE.read_text("utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SENT = {
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    if line.startswith("!")
}


def lint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "hadolint", "--no-color", file],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="hadolint is not to be had for Windows")
def test_hadolint_finds_nothing_but_what_is_excused(tmp_path: Path) -> None:
    done = lint(FILE)
    assert done.returncode == 0, done.stdout
    bare = tmp_path / "Containerfile"
    bare.write_text(re.sub(r"# hadolint.*\n", "", TEXT), "utf-8")
    assert lint(bare).stdout.count("DL3008") == 1


def test_it_installs_what_the_set_up_script_installs_for_pdfs() -> None:
    (listed,) = re.findall(r"--no-install-recommends \\\n((?: +[\w.-]+ \\\n)+)", TEXT)
    packages = re.findall(r"[\w.-]+", listed)
    assert packages == sorted(packages)
    assert {*packages} == {"git", *runpy.run_path(str(ROOT / "dev.py"))["PAPER"]}


def test_its_python_is_one_that_the_package_allows() -> None:
    versions = re.findall(r"^FROM docker\.io/library/python:([\d.]+)-slim-\w+", TEXT, re.MULTILINE)
    assert len({*versions}) == 1
    assert versions[0] in SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert f"Programming Language :: Python :: {versions[0]}" in PYPROJECT["project"]["classifiers"]


def test_each_lock_that_it_installs_from_is_there() -> None:
    locks = re.findall(r"-r (\S+)", TEXT)
    assert locks
    assert all((ROOT / lock).is_file() for lock in locks)
    assert TEXT.count("--require-hashes") == TEXT.count("pip install") - 1  # our own wheel has none


def test_the_builder_is_sent_what_a_wheel_is_made_from() -> None:
    project, wheel = PYPROJECT["project"], PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        "hatch_build.py",
        "pyproject.toml",
        "requirements",
        project["readme"],
        *project["license-files"],
        *wheel["packages"],
        *wheel["force-include"],
    }
    assert {path.partition("/")[0] for path in needed} == SENT
    assert all((ROOT / name).exists() for name in SENT)

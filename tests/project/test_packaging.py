"""What is published is whole: the templates, the command and every dependency."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

import changebook
from changebook import packaged

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _name(requirement: str) -> str:
    """The normalized name that a requirement begins with."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def _imported() -> Iterator[str]:
    """The top-level names that the package's modules import."""
    for path in (ROOT / "generator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]


def test_every_import_is_a_declared_dependency() -> None:
    declared = {_name(requirement) for requirement in PROJECT["dependencies"]}
    declared |= {
        _name(each) for extra in PROJECT["optional-dependencies"].values() for each in extra
    }
    declared |= {"pydantic-core"}  # pydantic pins it and shows its errors as its own
    known = packages_distributions()
    third_party = set(_imported()) - set(sys.stdlib_module_names) - {"changebook"}
    undeclared = {
        name for name in third_party if not declared & {_name(d) for d in known.get(name, [])}
    }
    assert third_party
    assert not undeclared


@pytest.mark.parametrize("lock", ["build", "node", "runtime", "dev"])
def test_a_lock_pins_by_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    pins = re.findall(r"^[a-z0-9][^\n]*(?:\n[ ]+--hash=[^\n]+)+", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 0
    assert all(re.match(r"[a-z0-9.-]+==\S+", pin) for pin in pins)
    assert "://" not in text
    assert "--index" not in text


def test_the_runtime_lock_has_every_dependency_and_the_dev_lock_the_same_pins() -> None:
    def pins(lock: str) -> set[str]:
        text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
        return set(re.findall(r"^[a-z0-9.-]+==[^\s;]+", text, re.MULTILINE))

    runtime = pins("runtime")
    assert {_name(r) for r in PROJECT["dependencies"]} <= {_name(pin) for pin in runtime}
    assert runtime | pins("build") <= pins("dev")


def test_every_entry_point_loads() -> None:
    points = distribution("changebook").entry_points
    assert {point.group for point in points} >= {
        "console_scripts",
        "mkdocs.plugins",
    }
    for point in points:
        assert callable(point.load())


def test_the_version_stands_in_one_place() -> None:
    assert distribution("changebook").version == changebook.__version__


def test_the_repository_comes_before_a_copy_beside_the_package() -> None:
    assert packaged.templates_dir() == ROOT / "site_templates"
    assert packaged.default_config() == ROOT / "mkdocs.yml"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from the source distribution, as a registry's user gets it."""
    out = tmp_path_factory.mktemp("dist")
    # Without --sdist and --wheel, `build` makes the wheel from the unpacked sdist.
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    assert len(list(out.glob("*.tar.gz"))) == 1
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a folder of its own, away from the repository."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    _run(*pip, "--disable-pip-version-check", "--target", folder, wheel, cwd=folder)
    return folder


def _run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    """Run a command that must succeed; with `path`, that folder's packages come first."""
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.slow
def test_the_wheel_carries_the_whole_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        *(f"changebook/{name}" for name in _files(ROOT / "generator" / "changebook")),
        *(f"changebook/site_templates/{name}" for name in _files(ROOT / "site_templates")),
        *(f"changebook/docs/{name}" for name in _files(ROOT / "docs")),
        "changebook/mkdocs.yml",
        "changebook/third_party/fetched/NOTICE.txt",
        "changebook/third_party/fetched/mermaid.min.js",
    }
    assert names == expected


@pytest.mark.slow
def test_an_installed_package_finds_its_own_templates(installed: Path) -> None:
    code = "from changebook import packaged as p; print(p.templates_dir(), p.default_config())"
    home = installed / "changebook"
    printed = _run(sys.executable, "-c", code, cwd=installed, path=installed).split()
    assert printed == [str(home / "site_templates"), str(home / "mkdocs.yml")]
    assert _files(home / "site_templates") == _files(ROOT / "site_templates")
    assert (home / "mkdocs.yml").read_bytes() == (ROOT / "mkdocs.yml").read_bytes()


@pytest.mark.slow
def test_an_installed_command_checks_and_builds_a_workspace(
    installed: Path, tmp_path: Path
) -> None:
    def command(*words: str) -> str:
        return _run(installed / "bin" / "changebook", *words, cwd=tmp_path, path=installed)

    assert changebook.__version__ in command("--version")
    command("init", "ours")
    command("check", "--workspace", "ours")
    command("build", "--workspace", "ours", "--out", "site")
    clients = sorted(path.name for path in (tmp_path / "ours" / "changes").iterdir())
    assert clients
    for client in clients:
        assert (tmp_path / "site" / client / "index.html").is_file()

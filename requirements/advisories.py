"""Hold the locks against published faults: `python requirements/advisories.py`.

What is known stands in advisories.json, with the day of the data, so that no network is needed.
Given a clone of github.com/pypa/advisory-database, it is written anew from there, for what the
locks pin; what it says of npm's packages is kept.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

HERE = Path(__file__).resolve().parent
KNOWN = HERE / "advisories.json"
NOTICE = HERE.parent / "third_party" / "fetched" / "NOTICE.txt"
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_HELD = re.compile(r"^(mermaid|DOMPurify) ([\d.]+) ", re.MULTILINE)


def locked() -> Iterator[tuple[str, str, str]]:
    """Yield where each package stands, its name and its version."""
    for lock in sorted(HERE.glob("*.lock")):
        for name, version in _PIN.findall(lock.read_text("utf-8")):
            yield lock.name, name, version
    for name, version in _HELD.findall(NOTICE.read_text("utf-8")):
        yield NOTICE.name, f"npm:{name.lower()}", version


def faults(packages: Iterator[tuple[str, str, str]]) -> list[str]:
    """Return the published faults of these packages, a line for each."""
    known: dict[str, list[dict[str, str]]] = json.loads(KNOWN.read_text("utf-8"))["packages"]
    return [
        f"{where}: {name} {version} has {entry['id']}, published for {entry['affected']}"
        for where, name, version in packages
        for entry in known.get(name, ())
        if any(
            SpecifierSet(part).contains(version, prereleases=True)
            for part in entry["affected"].split(" or ")
        )
    ]


def renew(clone: Path) -> None:
    """Write what a clone of the database says of the packages in the locks."""
    known = json.loads(KNOWN.read_text("utf-8")) if KNOWN.is_file() else {"packages": {}}
    packages = {name: each for name, each in known["packages"].items() if name.startswith("npm:")}
    names = {name for _, name, _ in locked() if not name.startswith("npm:")}
    for name in sorted(names):
        for file in _git(clone, "ls-tree", "--name-only", "HEAD", f"vulns/{name}/").split():
            advisory = yaml.safe_load(_git(clone, "show", f"HEAD:{file}"))
            affected = _affected(advisory, name)
            if affected and "withdrawn" not in advisory:
                packages.setdefault(name, []).append({"id": advisory["id"], "affected": affected})
    content = {
        "as_of": _git(clone, "log", "-1", "--format=%cs").strip(),
        "npm_as_of": known.get("npm_as_of", "unknown"),
        "source": "PyPA Advisory Database, CC-BY 4.0; for npm's packages GitHub's, by hand",
        "packages": dict(sorted(packages.items())),
    }
    KNOWN.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _affected(advisory: dict[str, Any], name: str) -> str:
    """Return the versions that an advisory names, as specifiers."""
    parts = []
    for entry in advisory.get("affected", ()):
        if entry["package"]["name"].lower().replace("_", "-") != name:
            continue
        ranges = [r for r in entry.get("ranges", ()) if r["type"] == "ECOSYSTEM"]
        for each in ranges:
            begin = ""
            for event in each["events"]:
                if "introduced" in event:
                    begin = f">={event['introduced']}"
                elif "fixed" in event:
                    parts.append(f"{begin},<{event['fixed']}")
                    begin = ""
                elif "last_affected" in event:
                    parts.append(f"{begin},<={event['last_affected']}")
                    begin = ""
            if begin:  # never fixed: up to what was there when it was published
                parts.append(
                    f"{begin},<={_newest(entry['versions'])}" if "versions" in entry else begin
                )
        if not ranges:
            parts += [f"=={version}" for version in entry.get("versions", ())]
    return " or ".join(parts)


def _newest(versions: list[str]) -> str:
    found = []
    for version in versions:
        try:
            found.append(Version(version))
        except InvalidVersion:
            continue
    return str(max(found))


def _git(clone: Path, *arguments: str) -> str:
    command = ["git", "-C", str(clone), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Print the faults and the day of the data; exit with 1 where there are any."""
    if len(sys.argv) > 1:
        renew(Path(sys.argv[1]))
    found = faults(locked())
    known = json.loads(KNOWN.read_text("utf-8"))
    number = sum(map(len, known["packages"].values()))
    print(*found, sep="\n", end="\n" if found else "")
    print(
        f"{len(found)} known faults in the locks, by {number} advisories: Python's as of "
        f"{known['as_of']}, npm's as of {known['npm_as_of']}."
    )
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

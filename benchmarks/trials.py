"""What the trials of reliability share: a workspace in two states, its sites, a line of figures."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CHANGEBOOK = (sys.executable, "-m", "changebook")
#: What the project of all clients is called in each state; each page has it in its head.
STATES = ("Shop before", "Shop after")


@dataclass
class Figures:
    """What was tried how often, and how often each fault was found, which should be never.

    `seen` are notes: places, times, outcomes that are no faults.
    """

    what: str
    times: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seen: str = ""
    examples: list[str] = field(default_factory=list)

    def fault(self, kind: str, example: str) -> None:
        """Count a fault, and keep the first examples of it."""
        self.faults[kind] += 1
        if self.faults[kind] <= 3:
            self.examples.append(f"{kind}: {example}")

    def row(self) -> str:
        """Return the line of the table."""
        found = ", ".join(f"{count} {kind}" for kind, count in self.faults.items())
        return f"| {self.what} | {self.times:,} | {found} | {self.seen} |"


def figures(what: str, *kinds: str) -> Figures:
    """Return figures that begin with none of each fault."""
    return Figures(what, faults=Counter(dict.fromkeys(kinds, 0)))


def run(*words: str | Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Changebook; its output and errors are one text."""
    return subprocess.run(
        [*CHANGEBOOK, *map(str, words)], env={**os.environ, **given}, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
    )  # fmt: skip


def make_workspace(root: Path) -> None:
    """Write a workspace of two clients, `example` and `other`, in the first state."""
    done = run("init", root)
    assert done.returncode == 0, done.stdout
    one, other = root / "changes" / "example", root / "changes" / "other"
    shutil.copytree(one, other)
    (other / "decisions.lock").unlink()
    for file in sorted(other.rglob("*.md")):
        text = file.read_text("utf-8").replace("EX-0", "OT-0")
        text = text.replace("prefix: EX ", "prefix: OT ").replace("Example Bakery", "Other Mill")
        file.write_text(text, "utf-8")
        file.rename(file.with_name(file.name.replace("EX-0", "OT-0")))
    done = run("seal", "--workspace", root)
    assert done.returncode == 0, done.stdout
    put(root, 0)


def put(root: Path, state: int) -> None:
    """Bring the workspace into one of its two states."""
    for file in root.glob("changes/*/client.md"):
        text = re.sub(r"(?m)^project: .*$", f"project: {STATES[state]}", file.read_text("utf-8"))
        file.write_text(text, "utf-8")


def clients(root: Path) -> list[str]:
    """Return the names of the workspace's clients."""
    return sorted(file.parent.name for file in root.glob("changes/*/client.md"))


def digest(folder: Path) -> str:
    """Return one digest of all files in a folder; an empty text where there is none."""
    if not (folder / "index.html").is_file():
        return ""
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(file.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


@dataclass(frozen=True)
class Built:
    """A workspace that was built in both states, and the digests of each client's two sites."""

    root: Path
    out: Path
    expected: dict[str, tuple[str, str]]
    extra: tuple[str, ...]

    def command(self, *more: str) -> list[str]:
        """Return the command that builds its sites."""
        return [
            *(*CHANGEBOOK, "build", *self.extra, "--workspace", str(self.root)),
            *("--out", str(self.out), *more),
        ]

    def standing(self) -> dict[str, int]:
        """Return each client's site: 0 or 1 for its states, -1 for none, 2 for anything else."""
        found = {}
        for slug, states in self.expected.items():
            there = digest(self.out / slug)
            found[slug] = states.index(there) if there in states else 2 if there else -1
        return found


def build_both(root: Path, out: Path, *extra: str) -> Built:
    """Build the workspace in its second state and then in its first, which stays."""
    found: dict[int, dict[str, str]] = {}
    for state in (1, 0):
        put(root, state)
        done = run("build", *extra, "--workspace", root, "--out", out)
        assert done.returncode == 0, done.stdout
        found[state] = {slug: digest(out / slug) for slug in clients(root)}
    expected = {slug: (found[0][slug], found[1][slug]) for slug in clients(root)}
    assert all(one != other for one, other in expected.values())
    return Built(root, out, expected, extra)


def judge(built: Built, found: Figures, when: str) -> dict[str, int]:
    """Count sites that are missing, or neither of the two they may be."""
    standing = built.standing()
    for slug, state in standing.items():
        if state not in (0, 1):
            found.fault("missing" if state < 0 else "mixed", f"{slug}, {when}")
    return standing

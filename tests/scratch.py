"""A git repository that a test makes, edits and throws away."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Nothing of the person's own settings, and one author at one time.
_OWN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Lin Wei",
    "GIT_AUTHOR_EMAIL": "lin@northwind.example",
    "GIT_COMMITTER_NAME": "Lin Wei",
    "GIT_COMMITTER_EMAIL": "lin@northwind.example",
    "GIT_AUTHOR_DATE": "2026-03-02T09:00:00+08:00",
    "GIT_COMMITTER_DATE": "2026-03-02T09:00:00+08:00",
}


def environment() -> dict[str, str]:
    """Return the environment in which git runs."""
    return {**os.environ, **_OWN}


@dataclass(frozen=True)
class Scratch:
    """A repository with a branch `main` that has no commit yet."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Scratch:
        root.mkdir(parents=True, exist_ok=True)
        scratch = cls(root)
        scratch.git("init", "--quiet", "--initial-branch=main")
        return scratch

    def git(self, *words: str) -> str:
        """Run git, which must succeed; what it says."""
        return subprocess.run(
            ["git", "-C", str(self.root), *words],
            env=environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files by their paths in the repository; None deletes one."""
        for path, text in files.items():
            file = self.root / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")

    def commit(self, files: Mapping[str, str | None], subject: str = "Edit") -> str:
        """Write files and commit everything; the commit's name."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={subject}")
        return self.git("rev-parse", "HEAD").strip()

    def branch(self, name: str, start: str = "main") -> None:
        """Begin a branch."""
        self.git("checkout", "--quiet", "-b", name, start)

    def checkout(self, name: str) -> None:
        self.git("checkout", "--quiet", name)

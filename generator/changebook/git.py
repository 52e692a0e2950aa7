"""Git, as far as Changebook asks it: the records of a revision, and what a branch has touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from changebook.refusal import Refusal
from changebook.workspace import CHANGES

#: Answers are read, so they come in one language; nothing asks a person or fetches large files.
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LFS_SKIP_SMUDGE": "1",
}


@dataclass(frozen=True)
class Commit:
    """One commit: its full name, the day on which it was committed, and its subject."""

    name: str
    day: date
    subject: str


@dataclass(frozen=True)
class Repository:
    """The repository that a workspace lies in. `below` is the workspace's folder in it, or `.`."""

    top: Path
    below: str

    def commit(self, revision: str) -> str:
        """The full name of the commit that a revision names. Raises Refusal if it names none."""
        found = self._ask(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{}}"
        )
        if found is None:
            shallow = self._ask("rev-parse", "--is-shallow-repository") == "true\n"
            hint = (
                "the clone is shallow: fetch the whole history (`git fetch --unshallow`)"
                if shallow
                else f"fetch it first, or look at `git branch --all` in {self.top}"
            )
            raise Refusal(f"git knows no revision `{revision}`: {hint}")
        return found.strip()

    def fork(self, commit: str) -> str | None:
        """The newest commit that HEAD and `commit` have in common; None if there is none."""
        found = self._ask("merge-base", commit, "HEAD")
        return found.strip() if found else None

    @contextmanager
    def checked_out(self, commit: str) -> Iterator[Path]:
        """A folder with the workspace's `changes` as they were at a commit, while it lasts."""
        with TemporaryDirectory(prefix="changebook-base-") as name:
            folder = Path(name).resolve()
            index = {"GIT_INDEX_FILE": str(folder / "index")}
            self._do("read-tree", commit, more=index)
            listed = self._do("ls-files", "-z", "--", self._path(CHANGES), more=index)
            tree = folder / "tree"
            self._do(
                *("checkout-index", "-z", "--stdin", f"--prefix={tree}/"), more=index, said=listed
            )
            root = tree / self.below
            (root / CHANGES).mkdir(parents=True, exist_ok=True)
            yield root

    def touched(self, commit: str) -> frozenset[str]:
        """The files below `changes`, as paths in the workspace, that differ from those of a commit.

        What is not committed yet counts, also files that git does not know yet but does not ignore.
        """
        where = ("--", self._path(CHANGES))
        changed = self._do("diff", "--name-only", "--no-renames", "-z", commit, *where)
        unknown = self._do(
            "ls-files", "--others", "--exclude-standard", "-z", "--full-name", *where
        )
        paths = (Path(path) for path in (changed + unknown).split("\0") if path)
        return frozenset(path.relative_to(self.below).as_posix() for path in paths)

    def commits(self, since: str, path: str) -> tuple[Commit, ...]:
        """The commits after `since` that touched a file of the workspace, the oldest first."""
        form = "--format=%H%x00%cs%x00%s"
        said = self._do("log", "--reverse", form, f"{since}..HEAD", "--", self._path(path))
        rows = (line.split("\0", 2) for line in said.splitlines())
        return tuple(Commit(name, date.fromisoformat(day), text) for name, day, text in rows)

    def text(self, commit: str, path: str) -> str | None:
        """A file of the workspace as it was at a commit; None where it was not there."""
        return self._ask("show", f"{commit}:{self._path(path)}")

    def _path(self, path: str) -> str:
        return path if self.below == "." else f"{self.below}/{path}"

    def _do(self, *words: str, more: dict[str, str] | None = None, said: str = "") -> str:
        done = _git(self.top, words, more, said)
        if done.returncode:
            raise Refusal(f"`git {words[0]}` failed: {done.stderr.strip()}")
        return done.stdout

    def _ask(self, *words: str) -> str | None:
        """The answer, or None where git has none."""
        done = _git(self.top, words)
        return None if done.returncode else done.stdout


def repository(root: Path) -> Repository:
    """The repository that the workspace `root` lies in. Raises Refusal where there is none."""
    root = root.resolve()
    if not root.is_dir():
        raise Refusal(f"{root} is no folder")
    done = _git(root, ("rev-parse", "--show-toplevel"))
    if done.returncode:
        raise Refusal(f"{root} is in no git repository: {done.stderr.strip()}")
    top = Path(done.stdout.rstrip("\n")).resolve()
    return Repository(top, root.relative_to(top).as_posix())


def _git(
    folder: Path, words: tuple[str, ...], more: dict[str, str] | None = None, said: str = ""
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - revisions are passed as one word, after an end of options
            ["git", "-C", str(folder), "-c", "log.showSignature=false", *words],  # noqa: S607 - the git of the person's own PATH
            input=said,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            env={**os.environ, **_ENVIRONMENT, **(more or {})},
            check=False,
        )
    except FileNotFoundError:
        raise Refusal("git is not installed, or not on the PATH") from None

"""The chains of two branches that both sealed something, as one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from changebook import atomic
from changebook.model.chain import LOCK, Lock, SealedTwice, in_common, joined, parse
from changebook.read.git import Repository, repository
from changebook.refusal import Refusal

#: How git calls the command for a lock, with the files of both sides and the lock's own path.
_DRIVER = "changebook merge-seals %A %B %P"
_ATTRIBUTES = f"{LOCK} merge=changebook"


def merge_files(ours: Path, theirs: Path, path: str) -> None:
    """Write the chain of two files, of the lock `path` of the repository, over the first.

    Raises Refusal where it can't be done without a person.
    """
    texts = (ours.read_text("utf-8"), theirs.read_text("utf-8"))
    atomic.write(ours, _merged(repository(Path()), path, *texts).text())


def merge_conflicts(root: Path) -> Iterator[tuple[Path, int]]:
    """Write each lock that a merge left in conflict; yield it with its number of entries.

    Nothing is written if one of them can't be done without a person: that raises Refusal.
    """
    git = repository(root)
    merged = {path: _merged(git, path, *texts) for path, texts in git.conflicts(LOCK).items()}
    for path, lock in merged.items():
        atomic.write(git.top / path, lock.text())
        yield git.top / path, len(lock.entries)


def set_up(root: Path) -> Path | None:
    """Have git merge locks by itself in this clone; return .gitattributes if it was written.

    Raises Refusal without git.
    """
    here = repository(root)
    here.setting("merge.changebook.name", "the seals of Changebook")
    here.setting("merge.changebook.driver", _DRIVER)
    file = root / ".gitattributes"
    before = file.read_text("utf-8") if file.exists() else ""
    if _ATTRIBUTES in before.splitlines():
        return None
    atomic.write(file, (f"{before.rstrip()}\n" if before.strip() else "") + f"{_ATTRIBUTES}\n")
    return file


def _merged(here: Repository, path: str, ours: str, theirs: str) -> Lock:
    """Return both chains as one. What was merged into the main branch first stands first."""
    base = here.main_branch()
    one, other = _lock(ours, path, "ours"), _lock(theirs, path, "theirs")
    in_base, _ = parse(here.text(here.commit(base), path) or "", path)
    published = in_base or Lock()
    if in_common(other, published) > in_common(one, published):
        one, other = other, one
    try:
        return joined(one, other)
    except SealedTwice as error:
        raise Refusal(
            f"{path}: {error}. Only one of them can stay: take the other one's seal back on its "
            "branch with `changebook unseal`, then merge again"
        ) from None


def _lock(text: str, path: str, side: str) -> Lock:
    if not text.strip():
        return Lock()  # it is not there on that side
    lock, problem = parse(text, path)
    if problem:
        raise Refusal(f"{path} of `{side}` can't be merged: {problem.message}")
    return lock or Lock()

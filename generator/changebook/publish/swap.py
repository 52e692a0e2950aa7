"""Putting built sites into the output folder, each as a whole.

    OUT/<slug>/                the site that readers see
    OUT/.changebook/audience   what the folder holds; it is not ours without it
    OUT/.changebook/lock       one build at a time
    OUT/.changebook/staging/   sites being built, and old ones on their way out

A site is built in staging, on the same file system, and takes the old one's place in one step. So
a build that is killed at any moment leaves the old site or the new. What it left behind goes with
the next build.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Self
from uuid import uuid4

from filelock import FileLock, Timeout

from changebook import atomic
from changebook.model.vocabulary import Audience
from changebook.read.workspace import OWN
from changebook.refusal import Refusal

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2  # macOS
#: Where Linux lists what is mounted, within one file system too.
_HAS_MOUNTS = Path("/proc/self/mountinfo").is_file()
#: The kernel or the file system can't exchange two folders.
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def audience_of(out: Path) -> Audience | None:
    """Return for whom the sites in a folder are; None where it holds none of ours."""
    marker = out / OWN / "audience"
    return Audience(marker.read_text("utf-8").strip()) if marker.is_file() else None


class Publisher:
    """An output folder, locked for one build of one audience."""

    def __init__(self, out: Path, audience: Audience) -> None:
        self.out = out.resolve()
        self._audience = audience
        self._own = self.out / OWN
        self._staging = self._own / "staging"
        self._journal = self._own / "journal"
        self._manifest = self._own / "root-files"
        self._open = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._refuse_strangers()
            # Not for the web server: it is not part of any site.
            self._own.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open.enter_context(FileLock(self._own / "lock", timeout=0))
            self._refuse_strangers()  # another build may have claimed it just now
            self._refuse_links()
            atomic.write(self._own / "audience", f"{self._audience.value}\n")
        except Timeout:
            raise Refusal(
                f"another build is writing to {self.out}: wait for it to end, or choose another "
                "folder with --out"
            ) from None
        except OSError as error:
            raise Refusal(f"can't write to {self.out}: {error.strerror}") from None
        self._recover()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)
        self._open.close()

    def stage(self) -> Path:
        """Return a new place to build one site in. Its name says nothing about whose it is."""
        self._staging.mkdir(exist_ok=True)
        return self._staging / uuid4().hex

    def publish(self, slug: str, staged: Path) -> None:
        """Put a staged site at OUT/<slug>, in the old one's place."""
        target = self.out / slug
        if not target.exists():
            staged.rename(target)
        elif not exchange(staged, target):
            self._replace(target, staged)
        # Now `staged` is the old site. It goes with the staging folder.

    def sites(self) -> tuple[Path, ...]:
        """Return the folders of clients' sites: all but those of the portfolio around them."""
        around = {path.split("/")[0] for path in self._root_files()} | {OWN}
        return tuple(p for p in sorted(self.out.iterdir()) if p.is_dir() and p.name not in around)

    def withdraw(self, slug: str) -> None:
        """Take a site away in one step. It goes with the staging folder."""
        (self.out / slug).rename(self.stage())

    def publish_root(self, staged: Path) -> None:
        """Put a staged site at the root, around the folders of the editions.

        The root can't be exchanged as one, so it goes file by file, each of them whole: first what
        pages load, then the pages, and last what is no longer used.
        """
        old = self._root_files()
        new = sorted(
            (p.relative_to(staged).as_posix() for p in staged.rglob("*") if p.is_file()),
            key=lambda path: (path.endswith(".html"), path),
        )
        # Both, until all is done: so a killed build leaves no file that nobody knows.
        atomic.write(self._manifest, "\n".join(sorted({*old, *new})))
        for path in new:
            (self.out / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).replace(self.out / path)
        for path in old - set(new):
            self._remove(self.out / path)
        atomic.write(self._manifest, "\n".join(new))

    def _refuse_strangers(self) -> None:
        """Refuse a folder that holds anything but this audience's sites."""
        marker = self._own / "audience"
        if self.out.exists() and not self.out.is_dir():
            raise Refusal(f"{self.out} is not a folder")
        if marker.is_file():
            held = marker.read_text("utf-8").strip()
            if held != self._audience.value:
                raise Refusal(
                    f"{self.out} holds {held} editions, and {self._audience.value} editions must "
                    "not be mixed with them: choose another folder with --out"
                )
        elif self.out.is_dir() and any(p.name != OWN for p in self.out.iterdir()):
            raise Refusal(
                f"{self.out} is not empty and was not made by changebook: choose another folder "
                "with --out"
            )

    def _refuse_links(self) -> None:
        """Refuse where a site's place is a link or a mount: neither can change places with one.

        The output folder itself may be either, and is followed.
        """
        with Path("/proc/self/mountinfo").open("rb") if _HAS_MOUNTS else nullcontext(()) as lines:
            mounts = {line.split()[4] for line in lines}
        for place in sorted(self.out.iterdir()):
            what = (
                "a symbolic link"
                if place.is_symlink()
                else "a mounted folder"
                if place.is_mount() or _as_mount(place) in mounts
                else ""
            )
            if what:
                raise Refusal(
                    f"{place} is {what}, and a site takes its place there in one step, as a folder "
                    "of its own: move it away, and have the web server or a link lead to "
                    f"{self.out} instead"
                )

    def _recover(self) -> None:
        """Finish or undo what a killed build left, and throw the rest of it away."""
        if self._journal.is_file():
            name, staged, old = (Path(p) for p in self._journal.read_text("utf-8").split("\n"))
            target = self.out / name
            if not target.exists():
                (self._staging / (staged if (self._staging / staged).exists() else old)).rename(
                    target
                )
            self._journal.unlink()
        for draft in self._own.glob(f"*{atomic.DRAFT}"):
            draft.unlink()
        shutil.rmtree(self._staging, ignore_errors=True)

    def _replace(self, target: Path, staged: Path) -> None:
        """Rename twice where folders can't be exchanged; the journal repairs a killed run."""
        old = self.stage()
        atomic.write(self._journal, f"{target.name}\n{staged.name}\n{old.name}")
        target.rename(old)
        staged.rename(target)
        self._journal.unlink()

    def _root_files(self) -> frozenset[str]:
        if not self._manifest.is_file():
            return frozenset()
        return frozenset(self._manifest.read_text("utf-8").split("\n")) - {""}

    def _remove(self, file: Path) -> None:
        file.unlink(missing_ok=True)
        for folder in file.parents:
            if folder == self.out or any(folder.iterdir()):
                return
            folder.rmdir()


def _as_mount(place: Path) -> bytes:
    """Return a path as the kernel lists it among its mounts."""
    return re.sub(rb"[ \t\n\\]", lambda m: b"\\%03o" % ord(m[0]), os.fsencode(place))


def _find_exchange() -> Callable[[bytes, bytes], int] | None:
    """Return the system's call that makes two paths change places in one step, if it has one."""
    if sys.platform not in ("linux", "darwin"):
        return None
    system = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        swap = getattr(system, "renamex_np", None)
        return swap and (lambda one, other: int(swap(one, other, _RENAME_SWAP)))
    rename = getattr(system, "renameat2", None)
    return rename and (
        lambda one, other: int(rename(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE))
    )


_EXCHANGE = _find_exchange()


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system can't."""
    if _EXCHANGE is None:
        return False
    if _EXCHANGE(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))

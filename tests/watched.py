"""The files of a folder at every moment at which a run could be killed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from changebook.read.workspace import OWN

#: What Python tells before it does it, of files that are not opened.
_CHANGES = frozenset(
    f"os.{name}"
    for name in "rename link symlink remove truncate mkdir rmdir chmod chown utime".split()
)
State = dict[str, bytes]
#: The calls by which Python's own library changes files. Whatever one of them has not brought to
#: the system yet is lost with the process, so the folder as others see it is what a kill leaves.
_CALLS = frozenset(
    "open write writelines flush close fsync truncate ftruncate mkdir rmdir link symlink unlink "
    "remove rename replace chmod fchmod chown utime sendfile copy_file_range fcopyfile".split()
)


#: Folders that hold nobody's files: git's own, and what runs keep, which says itself whether it is
#: whole. Who looks from when something is kept watches all the work before the first file.
_ASIDE = frozenset({".git", OWN})


def state(folder: Path) -> State:
    """Every file of a folder but those set aside and the drafts of `atomic`, by its path."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not is_draft(file.name) and not _ASIDE.intersection(file.parts)
    }


def is_draft(name: str) -> bool:
    return name.startswith(".") and name.endswith(".new")


class _Watch:
    """Looks at a folder from the first moment at which something in it is about to change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.states: list[State] = []
        self._read: dict[tuple[str, int, int, int], bytes] = {}
        self._looking = False

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Begin once a file of the folder is opened for writing, or renamed and the like."""
        if event == "open":
            path, mode, flags = arguments
            writes = set(mode or "") & set("wxa+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
        else:
            path, writes = arguments[0] if arguments else None, event in _CHANGES
        if writes and isinstance(path, str | Path) and self.folder in Path(path).parents:
            inside = Path(path).relative_to(self.folder)
            if _ASIDE.isdisjoint(inside.parts):
                sys.setprofile(self.look)

    def look(self, frame: FrameType, event: str, argument: Any) -> None:
        called = event in ("c_call", "c_return", "c_exception")
        if called and not self._looking and getattr(argument, "__name__", "") in _CALLS:
            self._looking = True
            try:
                now = self._state()
            finally:
                self._looking = False
            if not self.states or self.states[-1] != now:
                self.states.append(now)

    def _state(self) -> State:
        """The same as `state`, which reads each file once as long as it is the same."""
        now: State = {}
        beneath = len(str(self.folder)) + 1
        for folder, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name not in _ASIDE]
            for name in names:
                if not is_draft(name):
                    file = f"{folder}/{name}"
                    known = Path(file).stat()
                    key = (file, known.st_ino, known.st_size, known.st_mtime_ns)
                    if key not in self._read:
                        self._read[key] = Path(file).read_bytes()
                    now[file[beneath:]] = self._read[key]
        return now


_watches: list[_Watch] = []
_installed: list[bool] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    for watch in _watches:
        watch.audit(event, arguments)


@contextmanager
def moments(folder: Path) -> Iterator[list[State]]:
    """The states of a folder before and after each call that may change a file, as they come."""
    if not _installed:
        sys.addaudithook(_audit)  # which stays for as long as the process does
        _installed.append(True)
    watch, before = _Watch(folder), sys.getprofile()
    _watches.append(watch)
    try:
        yield watch.states
    finally:
        sys.setprofile(before)
        _watches.remove(watch)


def killed_at(number: int, run: Callable[[], object]) -> bool:
    """Whether a process was killed while it ran, at its call of that number out of Python's code.

    Every system call is one of these, or a part of one. The moments are those before a call and
    those after it.
    """
    process = os.fork()
    if process == 0:
        ended = 1
        left = number

        def count(frame: FrameType, event: str, argument: Any) -> None:
            nonlocal left
            if event in ("c_call", "c_return", "c_exception"):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(count)
            run()
            sys.setprofile(None)
            ended = 0
        finally:
            os._exit(ended)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0

"""Files written as a whole or not at all: the only module that writes what somebody keeps.

A file is written beside its place, brought to the disk, and renamed. So whenever a run is killed,
the old file is there or the new one. What a killed run leaves behind is a draft whose name begins
with a dot; it goes with a later write of the same file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from uuid import uuid4

from changebook.refusal import Refusal

#: How the names of drafts end.
DRAFT = ".new"
#: So much of the file's name stands in a draft's: no system takes names of any length.
_NAMED = 40
#: No run takes as long to write one file, so a draft that is older was left by one that was killed.
_ABANDONED_NS = 3600 * 10**9
#: The file system has no second names for a file.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK})


def write(file: Path, content: bytes | str) -> None:
    """Write a file over the one that is there, whose mode and owner it keeps; text as UTF-8.

    Raises Refusal where a symbolic link stands in its place, and OSError.
    """
    try:
        old = file.stat()
    except FileNotFoundError:
        old = None
    if old and not stat.S_ISREG(old.st_mode):
        # A pipe or a terminal holds nothing that could be lost. A folder can't be written.
        file.write_bytes(_encoded(content))
        return
    if file.is_symlink():
        raise Refusal(f"{file} is a symbolic link: name the file that it points to")
    if old and not os.access(file, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
    draft = _drafted(file, _encoded(content), old)
    try:
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _to_disk(file.parent)


def create(file: Path, content: bytes | str) -> None:
    """Write a file that is not there yet; text as UTF-8. Raises FileExistsError, and OSError."""
    draft = _drafted(file, _encoded(content), None)
    try:
        _claim(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    _to_disk(file.parent)


def _encoded(content: bytes | str) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _claim(draft: Path, file: Path) -> None:
    """Give the draft its name, unless there is something of that name."""
    if os.name == "nt":
        draft.rename(file)  # it never replaces anything there
        return
    try:
        file.hardlink_to(draft)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(file):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file)) from None
        draft.rename(file)


def _drafted(file: Path, content: bytes, old: os.stat_result | None) -> Path:
    """Write the content beside the file, down to the disk; the draft."""
    draft = file.with_name(f".{file.name[:_NAMED]}.{uuid4().hex}{DRAFT}")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            if old:
                _like(draft, old)
            os.fsync(stream.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sweep(file, draft)
    return draft


def _like(draft: Path, old: os.stat_result) -> None:
    """Give the draft the old file's owner, where that is allowed, and its mode."""
    new = draft.stat()
    if hasattr(os, "chown") and (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        for owner in (old.st_uid, -1):  # a member of the group may keep that at least
            with contextlib.suppress(PermissionError):
                os.chown(draft, owner, old.st_gid)
                break
    draft.chmod(stat.S_IMODE(old.st_mode))


def _sweep(file: Path, draft: Path) -> None:
    """Take away the drafts of the file that killed runs have left."""
    newest = draft.stat().st_mtime_ns
    for left in file.parent.glob(f".{_literally(file.name[:_NAMED])}.*{DRAFT}"):
        with contextlib.suppress(FileNotFoundError):
            if newest - left.stat().st_mtime_ns > _ABANDONED_NS:
                left.unlink()


def _literally(name: str) -> str:
    """Return a name as a pattern that matches it alone."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _to_disk(folder: Path) -> None:
    """Have the folder's new entry outlast a power failure, where the system can be told so."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # not every file system can
            raise
    finally:
        os.close(handle)

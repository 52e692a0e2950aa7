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
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

from changebook.refusal import Refusal

#: Bytes, text that is written as UTF-8, or a file that is copied.
Content: TypeAlias = bytes | str | Path
#: How the names of drafts end.
DRAFT = ".new"
#: So much of the file's name stands in a draft's: no system takes names of any length.
_NAMED = 40
#: No run takes as long to write one file, so a draft that is older was left by one that was killed.
_ABANDONED_NS = 3600 * 10**9
#: The file system has no second names for a file.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK})


def write(file: Path, content: Content) -> None:
    """Write a file over the one that is there, whose mode and owner it keeps.

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
    _refuse_unwritable(file, is_there=old is not None)
    draft = _drafted(file, _encoded(content), old)
    try:
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _to_disk(file.parent)


def create(file: Path, content: Content) -> None:
    """Write a file that is not there yet. Raises FileExistsError, and OSError."""
    draft = _drafted(file, _encoded(content), None)
    try:
        _claim(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    _to_disk(file.parent)


def write_all(new: Mapping[Path, Content], changed: Mapping[Path, Content]) -> None:
    """Write files that are not there yet, with their folders, and others over those that are.

    All of them are written, or none. Raises FileExistsError, Refusal, and OSError.
    """
    old = {file: file.read_bytes() for file in changed}
    drafts: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for file, content in (*new.items(), *changed.items()):
            file.parent.mkdir(parents=True, exist_ok=True)
            if file in old:
                _refuse_unwritable(file, is_there=True)
            status = file.stat() if file in old else None
            drafts[file] = _drafted(file, _encoded(content), status, sweep=False)
        for file, draft in drafts.items():
            if file in old:
                draft.replace(file)
            else:
                _claim(draft, file)
            done.append(file)
    except BaseException:
        for file in done:
            if file in old:
                write(file, old[file])
            else:
                file.unlink(missing_ok=True)
        raise
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    for folder in {file.parent for file in done}:
        written = [file for file in done if file.parent == folder]
        _sweep(folder, {file.name[:_NAMED] for file in written}, written[-1])
        _to_disk(folder)


def _refuse_unwritable(file: Path, *, is_there: bool) -> None:
    if file.is_symlink():
        raise Refusal(f"{file} is a symbolic link: name the file that it points to")
    if is_there and not os.access(file, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))


def _encoded(content: Content) -> bytes:
    if isinstance(content, Path):
        return content.read_bytes()
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


def _drafted(file: Path, content: bytes, old: os.stat_result | None, *, sweep: bool = True) -> Path:
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
    if sweep:
        _sweep(file.parent, {file.name[:_NAMED]}, draft)
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


def _sweep(folder: Path, names: Collection[str], newest: Path) -> None:
    """Take away the drafts of files with these names that killed runs have left."""
    now = newest.stat().st_mtime_ns
    with os.scandir(folder) as entries:
        drafts = [each for each in entries if each.name[0] == "." and each.name.endswith(DRAFT)]
    for left in drafts:
        if left.name[1:].removesuffix(DRAFT).rpartition(".")[0] in names:
            with contextlib.suppress(FileNotFoundError):
                if now - left.stat().st_mtime_ns > _ABANDONED_NS:
                    Path(left).unlink()


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

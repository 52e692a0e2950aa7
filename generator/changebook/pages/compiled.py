"""Templates as they were compiled before, in this process or in another one of this user's.

To compile them all takes as long as to fill a hundred pages. What is kept is code that will run:
so it lies where nobody else may write, and what is not whole counts for nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
from hashlib import sha256
from pathlib import Path
from types import CodeType

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from platformdirs import user_cache_path


class CompiledTemplates(BytecodeCache):
    """The compiled templates of environments that are alike in all but `autoescape`.

    `options` is a name for what they have in common.
    """

    def __init__(self, options: str) -> None:
        self._options = options
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        name = self._name(bucket)
        if (name, bucket.checksum) not in self._codes:
            if content := _read(name):
                bucket.bytecode_from_string(content)
            self._codes[name, bucket.checksum] = bucket.code
        bucket.code = self._codes[name, bucket.checksum]

    def dump_bytecode(self, bucket: Bucket) -> None:
        name = self._name(bucket)
        self._codes[name, bucket.checksum] = bucket.code
        _write(name, bucket.bytecode_to_string())

    def _name(self, bucket: Bucket) -> str:
        """Return the file's name, by the template's path: a newer text replaces an older one."""
        escapes = str(bool(bucket.environment.autoescape))
        parts = (jinja2.__version__, sys.version, self._options, escapes, bucket.key)
        return sha256("\n".join(parts).encode()).hexdigest()


def _read(name: str) -> bytes | None:
    """Return what was written under a name, if it is there, and whole."""
    folder = _folder()
    if folder is None:
        return None
    try:
        digest, _, content = (folder / name).read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if digest == _digest(content) else None


def _write(name: str, content: bytes) -> None:
    folder = _folder()
    # Whoever finds half of it, or none, compiles again.
    with contextlib.suppress(OSError):
        if folder:
            (folder / name).write_bytes(_digest(content) + b"\n" + content)


def _digest(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()


def _folder() -> Path | None:
    """Return the folder; None where it can't be made, or where others could put code into it."""
    folder = user_cache_path("changebook") / "templates"
    try:
        if folder.is_absolute():  # a home that is not known is `~`
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    is_own = os.name == "nt" or (status.st_uid == os.getuid() and not status.st_mode & 0o022)
    return folder if is_own else None

"""A folder of results, each found by the digest of all that it was made from.

An entry begins with the digest of its name and content. One that is damaged, cut short, half
written or put there under another name is as good as none. Runs may use a store at once: an entry
appears whole or not at all, and what one run takes away, another makes again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

from changebook.keep.digests import digest

#: Bytes that a store may hold; those that were used last stay.
LIMIT = 2 * 1024**3
#: Seconds after which goes what nobody has asked for (60 days), and what a killed run was writing
#: (one day).
_UNUSED, _UNUSED_DRAFT = 60 * 24 * 3600, 24 * 3600
_ENTRIES = "entries"
#: For version control, and for backups: https://bford.info/cachedir/
_MARKS = MappingProxyType(
    {".gitignore": b"*\n", "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n"}
)
_DRAFT = ".draft"


@dataclass(frozen=True)
class Store:
    """A store in a folder; without one it keeps nothing."""

    folder: Path | None = None

    def prepare(self) -> None:
        """Make the folder, of which version control and backups take no notice. Raises OSError."""
        if self.folder is None:
            return
        # What every client may read lies here, and what none may.
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / _ENTRIES).mkdir(exist_ok=True)
        for name, content in _MARKS.items():
            if not (self.folder / name).is_file():
                self._write(self.folder / name, content)

    def get(self, name: str) -> bytes | None:
        """Return what was put under a name, which is a digest; None where nothing sound is."""
        if self.folder is None:
            return None
        file = self._file(name)
        try:
            head, _, content = file.read_bytes().partition(b"\n")
            if head != digest(name, content).encode():
                return None
        except OSError:
            return None
        with contextlib.suppress(OSError):
            os.utime(file)  # so that it outlives those that nobody asks for
        return content

    def put(self, name: str, content: bytes) -> None:
        """Keep something under a name. Where it can't be written it is not kept."""
        if self.folder is None:
            return
        file = self._file(name)
        with contextlib.suppress(OSError):  # a full disk, say: the next run makes it again
            file.parent.mkdir(exist_ok=True)
            self._write(file, digest(name, content).encode() + b"\n" + content)

    def _write(self, file: Path, content: bytes) -> None:
        """Write a file as a whole. A power failure may spoil it: then it is none."""
        draft = file.with_name(f"{uuid4().hex}{_DRAFT}")
        try:
            draft.write_bytes(content)
            draft.replace(file)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def sweep(self, limit: int = LIMIT) -> None:
        """Take away what nobody has asked for lately, and the oldest above `limit` bytes."""
        if self.folder is None:
            return
        entries = sorted(self._entries(), reverse=True)
        total, now = 0, entries[0][0] if entries else 0
        for used, size, path in entries:
            total += size
            unused = _UNUSED_DRAFT if path.endswith(_DRAFT) else _UNUSED
            if total > limit or now - used > unused:
                with contextlib.suppress(OSError):
                    Path(path).unlink()

    def _file(self, name: str) -> Path:
        # Few file systems like a folder of a hundred thousand files.
        return Path(str(self.folder), _ENTRIES, name[:2], name)

    def _entries(self) -> Iterator[tuple[float, int, str]]:
        """Yield when each entry was used last, its size and its path."""
        for folder in os.scandir(Path(str(self.folder), _ENTRIES)):
            if folder.is_dir():
                for entry in os.scandir(folder):
                    with contextlib.suppress(OSError):
                        status = entry.stat()
                        yield status.st_mtime, status.st_size, entry.path


#: A store for those who keep nothing.
NOWHERE = Store()

"""Notes on what is published: what each site was made from, and the files that it has."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from changebook.keep.digests import digest, of_file
from changebook.keep.store import Store
from changebook.model.diagnostics import Problem


@dataclass(frozen=True)
class FileNote:
    """A published file: size in bytes, time of its last change in nanoseconds, and its digest.

    Whoever changes a file can set its time of modification, but not that of its state.
    """

    size: int
    changed_ns: int
    digest: str


@dataclass(frozen=True)
class SiteNote:
    """A published site: what it was made from, what was said of it then, and its files by path."""

    inputs: Mapping[str, str]
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    documents: int
    files: Mapping[str, FileNote]


_NOTE = TypeAdapter(SiteNote)


class Notes:
    """The notes on the sites of an output folder. They are kept apart from what is published."""

    def __init__(self, store: Store, out: Path) -> None:
        self._store = store
        self._out = out

    def of(self, slug: str) -> SiteNote | None:
        """Return the note on a site; None where there is none or the site is not as it says."""
        try:
            note = _NOTE.validate_json(self._store.get(self._name(slug)) or b"")
        except ValueError:
            return None
        return note if self._is_whole(slug, note) else None

    def put(self, slug: str, note: SiteNote) -> None:
        """Note what was just published."""
        self._store.put(self._name(slug), _NOTE.dump_json(note))

    def _name(self, slug: str) -> str:
        return digest("site", str(self._out), slug)

    def _is_whole(self, slug: str, note: SiteNote) -> bool:
        """Return whether the site's files are there, each as it was, and in its folder no other."""
        site = str(self._out / slug)
        if slug and set(paths(site)) != note.files.keys():
            return False
        return all(_is_as_noted(f"{site}/{path}", file) for path, file in note.files.items())


def _is_as_noted(file: str, noted: FileNote) -> bool:
    try:
        status = os.lstat(file)
    except OSError:
        return False
    if status.st_size != noted.size:
        return False
    # A copy of the site, as a CI's cache makes it, has other times.
    return _changed_ns(status) == noted.changed_ns or of_file(Path(file)) == noted.digest


def paths(folder: str) -> Iterator[str]:
    """Yield the paths of all files below a folder, relative to it, with forward slashes."""
    for here, _, files in os.walk(folder):
        below = here[len(folder) + 1 :].replace(os.sep, "/")
        yield from (f"{below}/{name}" if below else name for name in files)


def noted_files(folder: Path) -> dict[str, FileNote]:
    """Return the files below a folder as they are now."""
    return {path: _noted(folder / path) for path in sorted(paths(str(folder)))}


def _noted(file: Path) -> FileNote:
    status = file.stat()
    return FileNote(status.st_size, _changed_ns(status), of_file(file))


def _changed_ns(status: os.stat_result) -> int:
    return max(status.st_mtime_ns, status.st_ctime_ns)

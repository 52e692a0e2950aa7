"""Digests of what a result was made from: texts, files, folders, and the software itself."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Set
from functools import cache
from pathlib import Path

import changebook
from changebook import packaged


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of some parts in hexadecimal; it matters where one ends."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        whole.update(b"%d:" % len(content))
        whole.update(content)
    return whole.hexdigest()


def of_file(file: Path) -> str:
    """Return the digest of a file's bytes; empty where there is none, or none that can be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def of_folder(folder: Path, *, follow: bool = False, without: str = "") -> str:
    """Return the digest of all that lies below a folder: names, kinds and bytes.

    What can't be read counts as that. As for the checks, of what has a name that begins with a dot
    only the name and kind count, and a link is a link; both count in full with `follow`. What is
    called `without` does not count.
    """
    lines: list[str] = []
    _collect(str(folder), "", lines, without, {os.path.realpath(folder)} if follow else None)
    return digest(*lines)


def _collect(
    folder: str, below: str, lines: list[str], without: str, followed: Set[str] | None
) -> None:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        lines.append(f"{below} can't be read")
        return
    for entry in entries:
        name = f"{below}/{entry.name}"
        hidden = followed is None and entry.name.startswith(".")
        links = {os.path.realpath(entry.path)} if followed and entry.is_symlink() else set()
        if entry.name == without:
            continue
        if entry.is_symlink() and (followed is None or links & followed):
            lines.append(f"{name} is a link")
        elif entry.is_dir():
            lines.append(f"{name}/")
            if not hidden:
                _collect(entry.path, name, lines, without, followed and followed | links)
        elif entry.is_file():
            lines.append(f"{name} {'' if hidden else of_file(Path(entry.path))}")
        else:
            lines.append(f"{name} is a special file")


@cache
def software() -> str:
    """Return the digest of all that makes a result: our own files, packages, Python.

    The names of the packages' metadata folders tell their versions, and are there without opening
    a file. Our own files count by their bytes, so that somebody who works on them is not fooled.
    """
    package = Path(changebook.__file__).parent
    return digest(
        sys.version,
        platform.machine(),
        sys.getfilesystemencoding(),
        of_folder(package, without="__pycache__"),
        of_folder(packaged.templates_dir()),
        of_file(packaged.default_config()),
        # It tells the version of the scripts beside it, whose bytes are locked.
        of_file(packaged.fetched_folder() / "NOTICE.txt"),
        *sorted(
            entry.name
            for place in dict.fromkeys(sys.path)
            if place and Path(place).is_dir()
            for entry in os.scandir(place)
            if entry.name.endswith((".dist-info", ".egg-info"))
        ),
    )

"""The lines of the workspace's files, as problems show them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from changebook.read.source import SIZE_LIMIT


def source_lines(root: Path) -> Callable[[str, int], str | None]:
    """Return a function that gives one line of a file by its path in the workspace, or None."""

    @lru_cache(maxsize=64)
    def lines(path: str) -> list[str]:
        file = root / path
        try:
            # What a symbolic link points at is not the workspace's to show.
            if file.is_symlink() or not file.is_file() or file.stat().st_size > SIZE_LIMIT:
                return []
            return file.read_text("utf-8-sig", errors="replace").split("\n")
        except OSError:
            return []  # that it can't be read is the problem that is being shown

    def line(path: str, number: int) -> str | None:
        content = lines(path)
        return content[number - 1].rstrip("\r") if number <= len(content) else None

    return line

"""The examples of a page in docs/, and the workspace that those with a path are together."""

from __future__ import annotations

import re
from pathlib import Path

from changebook.check import load_checked
from changebook.read.workspace import Workspace
from tests.canary import png

#: A code block, and the path on the line above it where it is a file of the example workspace.
_BLOCK = re.compile(
    r"(?:^`(?P<path>changes/\S+)`\n\n)?^(?P<fence>`{3,})yaml\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


def blocks(page: str) -> list[tuple[str | None, str]]:
    """Find a page's blocks of YAML, each with its path if it is a file."""
    return [(match["path"], match["text"]) for match in _BLOCK.finditer(page)]


def clean_workspace(page: str, root: Path) -> Workspace:
    """Write a page's examples as files; what its list of files has beyond them is a picture."""
    files = {path: text for path, text in blocks(page) if path}
    listed = re.findall(r"^changes/\S+$", page, re.MULTILINE)
    assert set(files) < set(listed)
    for path in listed:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(files[path].encode() if path in files else png(""))
    found, problems = load_checked(root)
    assert problems == []
    return found

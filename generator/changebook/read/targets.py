"""What a relative link in a client's Markdown points at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from changebook.read.workspace import GLOSSARY, PROFILE, Client


class TargetKind(Enum):
    """What lies at the end of a link."""

    RECORD = auto()
    FILE = auto()
    HOME = auto()
    GLOSSARY = auto()
    MISSING = auto()
    OUTSIDE = auto()


@dataclass(frozen=True)
class Target:
    """The end of a link: a record by its id, or a file that lies beside the records."""

    kind: TargetKind
    id: str = ""
    file: Path | None = None


class Targets:
    """The files of one client that a link may reach.

    Names are compared exactly, as a web server does, even where this machine's file system would
    not.
    """

    def __init__(self, client: Client) -> None:
        self._folder = str(client.folder)
        self._records = {str(r.file): r.data.id for r in client.records}
        self._files = {str(file): file for file in client.others}
        self._glossary = str(client.folder / GLOSSARY) if client.glossary else ""

    def resolve(self, folder: Path, path: str) -> Target:
        """Return where `path`, written in a file of `folder`, leads."""
        end = os.path.normpath(os.path.join(folder, path))
        if os.path.commonpath((self._folder, end)) != self._folder:
            return Target(TargetKind.OUTSIDE)
        if end in self._records:
            return Target(TargetKind.RECORD, self._records[end])
        if end in self._files:
            return Target(TargetKind.FILE, file=self._files[end])
        if end in (os.path.join(self._folder, PROFILE), self._folder):
            return Target(TargetKind.HOME)
        if end == self._glossary:
            return Target(TargetKind.GLOSSARY)
        return Target(TargetKind.MISSING)

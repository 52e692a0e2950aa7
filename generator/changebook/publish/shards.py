"""A build in parts, each on a machine of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from changebook.read.workspace import client_folders


@dataclass(frozen=True)
class Shard:
    """The `number`th of `of` parts: every `of`th client, in the order of their folders' names."""

    number: int
    of: int

    def slugs(self, root: Path) -> list[str]:
        """Return whose sites this part builds. Raises WorkspaceError."""
        folders, _ = client_folders(root)
        return [folder.name for folder in folders[self.number - 1 :: self.of]]

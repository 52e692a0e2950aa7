"""Puts the script that draws diagrams into a wheel; `third_party/fetch.py` brings it from npm."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ThirdParties(BuildHookInterface):  # type: ignore[type-arg]
    """Fetches the script where it is not there yet; an editable install reads it where it is."""

    @property
    def _fetching(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root, "third_party", "fetch.py")))

    def dependencies(self) -> list[str]:
        """Return what carries npm, for a machine that has neither npm nor the script."""
        fetching = self._fetching
        return [] if fetching["is_fetched"]() or fetching["has_npm"]() else [fetching["NODE"]]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the script fetched before a wheel is built."""
        self._fetching["fetch"]()

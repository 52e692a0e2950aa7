"""What a workspace's mkdocs.yml says that paper needs: where the site is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from changebook.paper.bodies import Bodies
from changebook.site.configuration import site_settings


@dataclass(frozen=True)
class Settings:
    """How bodies are rendered, and the address of all editions' common folder."""

    bodies: Bodies
    site_url: str | None


def settings(root: Path) -> Settings:
    """The settings of the workspace at `root`. Raises Refusal where mkdocs.yml can't be used."""
    return Settings(Bodies(), site_settings(root).site_url)

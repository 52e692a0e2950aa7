"""What a workspace's mkdocs.yml says that paper needs: its Markdown, and where the site is read."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from changebook.paper.bodies import Bodies
from changebook.read.workspace import CHANGES
from changebook.refusal import Refusal
from changebook.site.building import QUIET, config_file, environment


@dataclass(frozen=True)
class Settings:
    """How bodies are rendered, and the address of all editions' common folder."""

    bodies: Bodies
    site_url: str | None


def settings(root: Path) -> Settings:
    """The settings of the workspace at `root`. Raises Refusal where mkdocs.yml can't be used."""
    file = config_file(root)
    logger = logging.getLogger("mkdocs")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with environment(QUIET):
            config = load_config(str(file), docs_dir=str(root / CHANGES))
    except MkDocsException as error:
        raise Refusal(f"{file} can't be used: {error}") from error
    finally:
        logger.setLevel(level)
    return Settings(bodies(config), config.site_url)


def bodies(config: MkDocsConfig) -> Bodies:
    """What renders bodies as a site with this configuration does."""
    return Bodies(config.markdown_extensions, config.mdx_configs)

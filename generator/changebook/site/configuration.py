"""The MkDocs configuration of the sites, and what others need to know of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import mkdocs
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

from changebook.read.settings import config_file
from changebook.read.workspace import CHANGES
from changebook.refusal import Refusal

CONFIG = "mkdocs.yml"
#: Material's notice of its own end of life is for those who choose versions.
QUIET = MappingProxyType({"NO_MKDOCS_2_WARNING": "1"})


def site_url(root: Path) -> str | None:
    """Return where all editions are read. Raises Refusal where mkdocs.yml can't be used."""
    file = config_file(root)
    try:
        with kept_warnings(), environment(QUIET):
            config = load_config(
                str(file), docs_dir=str(root / CHANGES), site_dir=str(root / "site")
            )
    except MkDocsException as error:
        raise Refusal(f"{file} can't be used: {error}") from error
    return config.site_url or None


class _Collector(logging.Handler):
    """Keeps what MkDocs warns about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Keep the warnings of MkDocs and its plugins from the terminal while a site is built."""
    # The name is `properdocs` where ProperDocs, which continues MkDocs, stands in its place.
    logger, collector = logging.getLogger(mkdocs.__name__), _Collector()
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        yield collector.said
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set the variables for as long as it lasts, then what was there before."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

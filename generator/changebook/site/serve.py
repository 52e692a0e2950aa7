"""A preview with live reload: MkDocs' own server with the plugin in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mkdocs.commands import serve as mkdocs_serve
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

from changebook.model.vocabulary import Audience
from changebook.read.workspace import CHANGES, WorkspaceError
from changebook.refusal import Refusal
from changebook.site.building import the_plugin
from changebook.site.configuration import QUIET, config_file, environment
from changebook.site.plugin import AUDIENCE_VARIABLE, CLIENT_VARIABLE, WORKSPACE_VARIABLE

HOST = "127.0.0.1"


def serve(root: Path, *, slug: str | None, audience: Audience | None, port: int) -> None:
    """Serve until interrupted. Only this machine can reach it: a preview shows internal content."""
    changes = root / CHANGES
    if not changes.is_dir():
        raise WorkspaceError(f"{root} has no folder named {CHANGES}")
    wanted = {WORKSPACE_VARIABLE: str(root), CLIENT_VARIABLE: slug, AUDIENCE_VARIABLE: audience}
    variables = {name: value or "" for name, value in wanted.items()}
    file = str(config_file(root))
    try:
        with environment({**variables, **QUIET}), _log_shown():
            the_plugin(load_config(file, docs_dir=str(changes)))
            mkdocs_serve.serve(file, docs_dir=str(changes), dev_addr=f"{HOST}:{port}")
    except MkDocsException as error:
        raise Refusal(str(error) or "MkDocs could not build the pages") from None


@contextmanager
def _log_shown() -> Iterator[None]:
    """What MkDocs says goes to the terminal: where it serves, and each rebuild."""
    logger, handler = logging.getLogger("mkdocs"), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)

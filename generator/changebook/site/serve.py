"""The server of a preview: MkDocs' own, over a folder that somebody else keeps up to date."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException
from mkdocs.livereload import LiveReloadServer

from changebook.packaged import CONFIG, TEMPLATES
from changebook.read.settings import SETTINGS, config_file
from changebook.read.workspace import CHANGES
from changebook.refusal import Refusal
from changebook.site.building import the_plugin
from changebook.site.configuration import QUIET, environment, kept_warnings
from changebook.site.plugin import banner
from changebook.site.policy import previewed

HOST = "127.0.0.1"
#: Seconds between two looks at the files. To ask is cheap, and works on every file system.
_LOOK_EVERY = 0.25
#: Seconds without another change after which an editor has saved all that it saves at once.
_SETTLED = 0.05
#: Where the problems go: above the content, or else at the top.
_CONTENT = re.compile(rb"<article\b[^>]*>|<body\b[^>]*>(?!.*<article\b)", re.DOTALL)
_NOTHING_YET = b"<!doctype html><title>Changebook</title><body><h1>Changebook</h1></body>"


class Served(Protocol):
    """What a server shows: the files of a folder, some of which may be in the making."""

    @property
    def folder(self) -> Path:
        """The folder of the site."""

    @property
    def trouble(self) -> str:
        """Why the workspace as it is can't be shown; empty where it can."""

    def update(self, reload: Callable[[], None]) -> None:
        """Begin to make the files as they are now to be. `reload` is for trouble that comes later.

        It returns as soon as a reader may ask again.
        """

    def wait_for(self, file: str) -> None:
        """Return when the file is as it is to be; it is a path below the folder."""


def serve(shown: Served, root: Path, port: int) -> None:
    """Serve until interrupted. Only this machine can reach it: a preview shows internal content.

    The address is bound before anything is built. Raises OSError where it can't be.
    """
    with _log_shown():
        server = _Server(shown, port)
        for path in _watched(root):
            server.watch(str(path))
        try:
            server.serve()  # type: ignore[no-untyped-call]
        except KeyboardInterrupt:
            pass  # that is how it ends
        finally:
            server.shutdown()


def _watched(root: Path) -> Iterator[Path]:
    """Yield what a site is made from. Raises Refusal where mkdocs.yml can't be used."""
    changes = root / CHANGES
    file = config_file(root)
    try:
        with environment(QUIET), kept_warnings():
            config = load_config(str(file), docs_dir=str(changes))
            the_plugin(config)
    except MkDocsException as error:
        raise Refusal(str(error) or f"{file} can't be used") from None
    beside = (root / SETTINGS, root / CONFIG)
    own = (changes, root / TEMPLATES, file, *beside, *map(Path, config.watch))
    custom = (Path(config.theme.custom_dir),) if config.theme.custom_dir else ()
    yield from dict.fromkeys(path.resolve() for path in (*own, *custom) if path.exists())


class _Server(LiveReloadServer):
    """MkDocs' server, which tells problems on each page and waits for pages in the making."""

    def __init__(self, shown: Served, port: int) -> None:
        super().__init__(
            lambda: shown.update(self._reload),
            HOST,
            port,
            str(shown.folder),
            polling_interval=_LOOK_EVERY,
        )
        self.build_delay = _SETTLED
        self.error_handler = self._missing
        self._shown = shown
        self._want_rebuild = True  # so that it builds as soon as it is bound

    def _reload(self) -> None:
        with self._epoch_cond:
            self._visible_epoch = self._wanted_epoch = round(time.monotonic() * 1000)
            self._epoch_cond.notify_all()

    def _serve_request(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes] | None:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        if not path.startswith("/livereload/"):
            with self._epoch_cond:
                self._epoch_cond.wait_for(lambda: self._visible_epoch == self._wanted_epoch)
            self._shown.wait_for(path.lstrip("/") + ("index.html" if path.endswith("/") else ""))
        answer: Iterable[bytes] | None = super()._serve_request(environ, start_response)
        if answer is None and self._shown.trouble and path.endswith("/"):
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            return [self._inject_js_into_html(_NOTHING_YET, self._visible_epoch)]
        return answer

    def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
        if trouble := self._shown.trouble:
            trouble_banner = banner(trouble).encode()
            content = _CONTENT.sub(lambda place: place[0] + trouble_banner, content, count=1)
        page: bytes = super()._inject_js_into_html(previewed(content), epoch)  # type: ignore[no-untyped-call]
        return page

    def _missing(self, code: int) -> bytes | None:
        """Return the site's own page for an error, which reloads too once there is something."""
        page = self._shown.folder / f"{code}.html"
        if not page.is_file():
            return None
        return self._inject_js_into_html(page.read_bytes(), self._visible_epoch)


@contextmanager
def _log_shown() -> Iterator[None]:
    """Show on the terminal what the server says: where it serves, and each change."""
    logger, handler = logging.getLogger(LiveReloadServer.__module__), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)

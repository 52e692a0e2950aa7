"""What the browser tests share: a server, window sizes, and a page that tells what went wrong."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    sync_playwright,
)

WIDTHS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}

#: Ends when for a while nothing in a page has changed, and nothing was asked for or has come. When
#: the network is idle is something that Playwright now and then never notices.
_STILL = """milliseconds => new Promise(end => {
  const watches = []
  const done = () => {
    for (const watch of watches) watch.disconnect()
    end()
  }
  let timer
  const again = () => {
    clearTimeout(timer)
    timer = setTimeout(done, milliseconds)
  }
  watches.push(new MutationObserver(again), new PerformanceObserver(again))
  watches[0].observe(document, {attributes: true, childList: true, subtree: true})
  watches[1].observe({type: "resource"})
  again()
})"""


@dataclass
class Visit:
    """A page, and all that went wrong or out while it was used."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._failed)
        self.page.on(
            "response",
            lambda r: self.errors.append(f"{r.status} {r.url}") if r.status >= 400 else None,
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _failed(self, request: Request) -> None:
        # The browser itself gives up what a page was loading when it goes to the next one.
        if request.failure != "net::ERR_ABORTED":
            self.errors.append(f"{request.failure}: {request.url}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.strangers.append(request.url)


@contextmanager
def served(root: Path, headers: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """The folder over HTTP, with more headers; its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            for name, value in headers.items():
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, *message: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def started() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        message = "the browser tests need Debian's package `chromium-headless-shell`"
        raise FileNotFoundError(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def fits(page: Page) -> None:
    """The page itself never scrolls sideways; a wide table does so within itself."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide}px wider than the window"


def still(page: Page, milliseconds: int = 150) -> None:
    """Wait until a page that is loaded, and what its scripts do and fetch, has come to rest."""
    page.evaluate(_STILL, milliseconds)


def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until a condition holds. Playwright's own way is an `eval`, which the pages forbid."""
    for _ in range(600):
        if page.evaluate(condition, argument):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{page.url}: not within half a minute: {condition}")

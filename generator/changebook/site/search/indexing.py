"""The search index of a built site, made by Pagefind from the pages alone.

Pagefind is told of each page with its text spelt for it (see `spelling`); the pages themselves say
what is indexed, by Pagefind's own attributes. Nothing else reaches an index. It is told of them one
by one, because it numbers them as they come: what it finds in a folder it takes in the order of the
file system, which differs from one machine to the next.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any, Self, cast

from pagefind_bin import get_executable

from changebook.edition import urls
from changebook.refusal import Refusal
from changebook.site.search.reproducible import make_reproducible
from changebook.site.search.spelling import spelt_html

#: The copies are cut into words at spaces, and English words brought to their stems: no other
#: language of Pagefind's would leave the spelling of Chinese alone.
LANGUAGE = "en"
_BODY = re.compile(r"<div data-pagefind-body>.*</article>", re.DOTALL)
#: Drawings, and what names a column or a fold: in an excerpt nobody could tell what it belongs to.
_UNSAID = (".mermaid", ".cb-table > thead", ".cb-fold > summary")
#: Pagefind's own pages and styles, for which nothing of ours asks.
_UNUSED = ("*-ui.js", "*-ui.css", "pagefind-highlight.js", "wasm.unknown.pagefind")


def index_sites(folder: Path, *, keep_index: bool) -> None:
    """Index every edition in a built site: the site itself, or the folders below it.

    `keep_index` keeps `index.html` in the addresses. Raises Refusal where Pagefind fails.
    """
    page = urls.built(urls.SEARCH)
    for site in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        if (site / page).is_file():
            _index(site, keep_index)


def _index(site: Path, keep_index: bool) -> None:
    bundle = site / urls.PAGEFIND
    shutil.rmtree(bundle, ignore_errors=True)
    with _Pagefind() as pagefind:
        index = {"force_language": LANGUAGE, "exclude_selectors": [*_UNSAID]}
        pagefind.ask("NewIndex", config={**index, "keep_index_url": keep_index})
        for page in sorted(site.rglob("*.html")):
            if body := _BODY.search(page.read_text("utf-8")):
                pagefind.ask(
                    "AddFile",
                    index_id=0,
                    file_path=page.relative_to(site).as_posix(),
                    file_contents=f"<html><body>{spelt_html(body[0])}</body></html>",
                )
        # When Pagefind says that it has written its files, it may not be done with it.
        pagefind.ask("GetFiles", index_id=0)
        files = pagefind.answered()["files"]
    try:
        for file in files:
            path = bundle / file["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(file["content"]))
    except OSError as error:
        raise Refusal(f"the search index could not be built: {error.strerror}") from None
    for pattern in _UNUSED:
        for file in bundle.glob(pattern):
            file.unlink()
    make_reproducible(bundle)


class _Pagefind:
    """Pagefind as a service, which is asked one thing after another.

    A request is JSON in base64, with a comma at its end, and so is what is answered.
    """

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the package's own program
                [get_executable(), "--service"], stdin=pipe, stdout=pipe, stderr=pipe
            )
        except OSError as error:
            raise Refusal(f"the search index could not be built: {error}") from None
        self._stdin = cast("BufferedWriter", self._process.stdin)
        self._stdout = cast("BufferedReader", self._process.stdout)
        self._stderr = cast("BufferedReader", self._process.stderr)
        self._is_asked = False
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, what: str, **more: Any) -> None:
        """Have one thing done, once what was asked before is answered.

        Meanwhile the next can be made. Raises Refusal where Pagefind fails.
        """
        message = {"message_id": 1, "payload": {"type": what, **more}}
        request = base64.b64encode(json.dumps(message).encode()) + b","
        if self._is_asked:
            self.answered()
        self._is_asked = True
        try:
            self._stdin.write(request)
            self._stdin.flush()
        except BrokenPipeError:
            self.answered()  # which says why

    def answered(self) -> dict[str, Any]:
        """Return the answer to what was asked last. Raises Refusal where Pagefind fails."""
        self._is_asked = False
        answer = self._answer()
        if not answer:
            raise Refusal(f"the search index could not be built: {self._last_words()}")
        reply: dict[str, Any] = json.loads(base64.b64decode(answer))["payload"]
        if reply["type"] == "Error":
            raise Refusal(f"the search index could not be built: {reply['message']}")
        return reply

    def _answer(self) -> bytes | bytearray:
        """Read up to the comma; what ends without one is no answer."""
        answer = bytearray()  # the files of a large site come in thousands of pieces
        while piece := self._stdout.read1():
            answer += piece
            if answer.endswith(b","):
                return answer
        return b""

    def _last_words(self) -> str:
        text = self._stderr.read().decode("utf-8", "replace").strip()
        fault = re.search(r'message: "(.+)"', text)
        return fault[1] if fault else text.rpartition("\n")[2] or "no reason"

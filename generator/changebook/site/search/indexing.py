"""The search index of a built site, made by Pagefind from the pages alone.

Pagefind reads copies of the pages in which the text is spelt for it (see `spelling`); the pages
themselves say what is indexed, by Pagefind's own attributes. Nothing else reaches an index.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

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
    with TemporaryDirectory(prefix="changebook-search-") as copies:
        for page in site.rglob("*.html"):
            if body := _BODY.search(page.read_text("utf-8")):
                copy = Path(copies, page.relative_to(site))
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(f"<html><body>{spelt_html(body[0])}</body></html>", "utf-8")
        _run(
            *("--site", copies),
            *("--output-path", str(bundle)),
            *("--force-language", LANGUAGE),
            *(part for each in _UNSAID for part in ("--exclude-selectors", each)),
            *(("--keep-index-url",) if keep_index else ()),
        )
    for pattern in _UNUSED:
        for file in bundle.glob(pattern):
            file.unlink()
    make_reproducible(bundle)


def _run(*arguments: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the package's own program, and paths of ours
            [get_executable(), "--silent", *arguments], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise Refusal(f"the search index could not be built: {error}") from None
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Refusal(f"the search index could not be built: {lines[-1] if lines else 'no reason'}")

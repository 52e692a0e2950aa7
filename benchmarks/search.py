"""What readers find, and what they load for it, beside Material's own search on the same pages.

    python benchmarks/search.py quality
    python benchmarks/search.py bytes --corpus DIR [--records 100 1000 10000]

`quality` puts the queries of tests/cases/search to both, in a browser, on the sample's editions.
`bytes` counts what comes over the wire up to the first results. Material's search cuts Chinese into
words with jieba, which is no dependency of Changebook: `uv pip install jieba` first.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.read.settings import config_file
from changebook.read.workspace import CHANGES
from changebook.site.building import the_plugin
from changebook.site.contents import Contents, edition_contents
from corpus_workspace import make_workspace

ROOT = Path(__file__).resolve().parents[1]
QUERIES = ROOT / "tests" / "cases" / "search" / "queries.yaml"
#: As this project set Material's search up before it had its own.
MATERIAL_SEARCH: dict[str, Any] = {
    "lang": "en",
    "separator": r"[\s\u200b\u3000\-,:!=\[\]()\"`/、。，．？！；：（）《》“”]+|\.(?!\d)",
    "pipeline": ["stopWordFilter"],
}
IDS = "links => links.map(link => link.href.match(/changes\\/([A-Z][A-Z0-9]*-[0-9]+)/)?.[1])"
PAUSE = 400  # ms after typing: Material's results come when its worker has them
PAGE = 5000  # ms until the page has loaded what it loads by itself
PATIENCE = 120_000  # ms until no result is taken for none


def contents_of(root: Path, slug: str) -> Contents:
    """A client edition's pages: those of the records, the home page and the search page."""
    workspace, _ = load_checked(root)
    edition = make_edition(workspace.client(slug), Audience.CLIENT)
    # Figures of month ends are not searched, and take long: a contract signed today has none.
    contract = edition.profile.contract.model_copy(update={"signed": edition.as_of})
    edition = replace(edition, profile=edition.profile.model_copy(update={"contract": contract}))
    whole = edition_contents(edition, root, directory_urls=True)
    kept = {urls.HOME, urls.SEARCH} | {urls.record(r.data.id) for r in edition.records}
    pages = tuple(page for page in whole.pages if page.path in kept)
    return replace(whole, pages=pages, nav=[urls.HOME])


def build_ours(root: Path, contents: Contents, out: Path) -> None:
    """The pages with Changebook's theme and index."""
    config = load_config(str(config_file(root)), docs_dir=str(root / CHANGES), site_dir=str(out))
    plugin = the_plugin(config)
    plugin.show(root, contents)
    build(config)
    plugin.on_shutdown()


def build_material(contents: Contents, project: Path, out: Path) -> None:
    """The same pages with Material's theme and search."""
    docs = project / "docs"
    for page in contents.pages:
        file = docs / page.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page.content, "utf-8")
    for asset in contents.assets:
        shutil.copyfile(asset.file, docs / asset.path)
    config = {
        "INHERIT": str(ROOT / "mkdocs.yml"),
        "site_name": contents.name,
        "docs_dir": str(docs),
        "site_dir": str(out),
        "theme": {"language": contents.language[:2]},
        "plugins": [{"search": MATERIAL_SEARCH}],
        "nav": [urls.HOME],
        "validation": {"links": {"not_found": "ignore", "unrecognized_links": "ignore"}},
    }
    file = project / "mkdocs.yml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    build(load_config(str(file)))


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The folder as a web server shows it."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *message: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def browsing() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def typed(page: Page, query: str) -> list[str]:
    """The records that the header's search shows, the best first; other pages are left out."""
    field = page.locator(".md-search__input")
    field.fill("")
    page.wait_for_timeout(PAUSE)
    field.press_sequentially(query)
    field.press("End")
    page.wait_for_timeout(PAUSE)
    found = page.locator(".md-search-result__list a").evaluate_all(IDS)
    return list(dict.fromkeys(id for id in found if id))


def quality() -> Iterator[str]:
    """First place and recall of each search, for each client of the query set."""
    cases: dict[str, list[dict[str, Any]]] = yaml.safe_load(QUERIES.read_text("utf-8"))
    yield "| client | queries | search | first | recall |"
    yield "|---|--:|---|--:|--:|"
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        for slug, queries in cases.items():
            contents = contents_of(ROOT, slug)
            build_ours(ROOT, contents, Path(folder, "ours", slug))
            build_material(contents, Path(folder, "project", slug), Path(folder, "material", slug))
            for name in ("ours", "material"):
                with served(Path(folder, name, slug)) as address:
                    page = browser.new_page()
                    page.goto(address)
                    page.keyboard.press("/")
                    page.wait_for_timeout(2000)
                    first, recall = _judge(page, queries)
                    page.close()
                yield f"| {slug} | {len(queries)} | {name} | {first:.1%} | {recall:.1%} |"


def _judge(page: Page, queries: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """How often the first is right (nothing, where nothing fits), and how much of all is shown."""
    right, shares = 0, []
    for case in queries:
        ids = typed(page, case["query"])
        right += (ids[0] if ids else "") == case["first"]
        if wanted := {case["first"], *case.get("found", [])} - {""}:
            shares.append(len(wanted & {*ids}) / len(wanted))
    return right / len(queries), sum(shares) / len(shares)


def loaded(
    browser: Browser, address: str, query: str, parts: re.Pattern[str]
) -> tuple[int, int | None]:
    """Bytes of what the search loads with the page, and up to the first results of a query.

    Counted as a host that compresses sends them. None where no result came.
    """
    page, sizes = browser.new_page(), list[int]()

    def count(response: Response) -> None:
        if parts.search(response.url) and response.ok:
            body = response.body()
            packed = body[:2] == b"\x1f\x8b"
            sizes.append(len(body) if packed else len(gzip.compress(body, 6)))

    page.on("response", count)
    page.goto(address)
    page.wait_for_timeout(PAGE)
    before = sum(sizes)
    page.keyboard.press("/")
    page.keyboard.type(query)
    try:
        page.locator(".md-search-result__list a").first.wait_for(timeout=PATIENCE)
        page.wait_for_load_state("networkidle")
    except TooLate:
        return before, None
    finally:
        page.close()
    return before, sum(sizes)


def bytes_loaded(corpus: Path, sizes: Sequence[int], query: str) -> Iterator[str]:
    """What each search loads in editions of so many records."""
    yield "| records | search | with the page, KB | up to the first results, KB |"
    yield "|--:|---|--:|--:|"
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        for records in sizes:
            root = Path(folder, str(records))
            make_workspace(corpus, root, count=1, records=records, seed=1, repaired=True)
            contents = contents_of(root, next((root / "changes").iterdir()).name)
            build_ours(root, contents, root / "ours")
            build_material(contents, root / "project", root / "material")
            for name, parts in (
                ("ours", r"/pagefind/|/search"),
                ("material", r"search_index|/workers/|/lunr/"),
            ):
                with served(root / name) as address:
                    page, first = loaded(browser, address, query, re.compile(parts))
                shown = f"{first / 1000:.0f}" if first else f"none in {PATIENCE // 1000} s"
                yield f"| {records:,} | {name} | {page / 1000:.0f} | {shown} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    what = parser.add_subparsers(required=True)
    what.add_parser("quality").set_defaults(run=lambda _: quality())
    sizes = what.add_parser("bytes")
    sizes.add_argument("--corpus", type=Path, required=True, help="folder of eip-*.md files")
    sizes.add_argument("--records", type=int, nargs="+", default=[100, 1000, 10000])
    sizes.add_argument("--query", default="transaction")
    sizes.set_defaults(run=lambda given: bytes_loaded(given.corpus, given.records, given.query))
    given = parser.parse_args()
    if not find_spec("jieba"):
        parser.exit(2, "Material's search needs jieba for Chinese: uv pip install jieba\n")
    for row in given.run(given):
        print(row, flush=True)


if __name__ == "__main__":
    main()

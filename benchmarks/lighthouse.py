"""Lighthouse's figures for a large edition, on its idea of a middling phone and a slow network.

    python benchmarks/lighthouse.py --corpus DIR [--records 1000] [--runs 3]

Needs chromium, and Lighthouse with its Node.js: `npm install lighthouse` somewhere, and that
folder's `node_modules/.bin` in PATH. The pages are served compressed, as any web server does. That
no search engine may list them is meant, and costs points under SEO.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import mimetypes
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.site.contents import edition_contents
from corpus_workspace import make_workspace
from search import build_ours

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
#: The audits whose numeric values the table shows, and how: their column, divisor and unit.
METRICS = {
    "first-contentful-paint": ("FCP", 1000, "s"),
    "largest-contentful-paint": ("LCP", 1000, "s"),
    "total-blocking-time": ("TBT", 1, "ms"),
    "cumulative-layout-shift": ("CLS", 1, ""),
    "total-byte-weight": ("bytes", 1024, "KB"),
}


def build(workspace: Path, out: Path) -> dict[str, str]:
    """The three kinds of page of the only client's edition: their names and addresses."""
    checked, _ = load_checked(workspace)
    edition = make_edition(checked.clients[0], Audience.CLIENT)
    whole = edition_contents(edition, workspace, directory_urls=True)
    records = {urls.record(record.data.id) for record in edition.records}
    fullest = max((p for p in whole.pages if p.path in records), key=lambda p: len(p.content))
    kept = {"home": urls.HOME, "history": urls.CHANGES, "record": fullest.path}
    pages = tuple(page for page in whole.pages if page.path in kept.values())
    # MkDocs would warn of each link to a record that is left out.
    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    build_ours(workspace, replace(whole, pages=pages, nav=[urls.HOME, urls.CHANGES]), out)
    return {name: path.removesuffix("index.md") for name, path in kept.items()}


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The folder as a web server shows it, with its texts compressed."""

    class Compressed(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = root / unquote(urlsplit(self.path).path).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            body = file.read_bytes() if file.is_file() else b""
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self.send_response(200 if body else 404)
            if kind.startswith("text/") or kind.endswith(("javascript", "json", "xml")):
                body = gzip.compress(body)
                self.send_header("Content-Encoding", "gzip")
                kind += "; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *message: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Compressed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def measure(program: str, address: str, report: Path) -> dict[str, Any]:
    """One run of Lighthouse; what it reports as JSON is also left in that file."""
    subprocess.run(
        [program, address, "--quiet", "--output=json", f"--output-path={report}",
         f"--only-categories={','.join(CATEGORIES)}",
         "--chrome-flags=--headless=new --no-sandbox --disable-gpu"],
        check=True,
        env={**os.environ, "CHROME_PATH": str(shutil.which("chromium"))},
    )  # fmt: skip
    result: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return result


def row(name: str, runs: list[dict[str, Any]]) -> str:
    """The medians of a page's runs, as a row of the table."""
    cells = [name]
    for category in CATEGORIES:
        score = statistics.median(run["categories"][category]["score"] for run in runs)
        cells.append(f"{100 * score:.0f}")
    for audit, (_, divisor, unit) in METRICS.items():
        value = statistics.median(run["audits"][audit]["numericValue"] for run in runs) / divisor
        cells.append(f"{value:.2f} {unit}" if unit in ("s", "") else f"{value:.0f} {unit}")
    return f"| {' | '.join(cell.strip() for cell in cells)} |"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of eip-*.md files")
    parser.add_argument("--records", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--runs", type=int, default=3, help="for each page (default: 3)")
    parser.add_argument("--reports", type=Path, help="folder for Lighthouse's own reports")
    given = parser.parse_args()
    program = shutil.which("lighthouse")
    if program is None or shutil.which("chromium") is None:
        parser.error("chromium and lighthouse must be in PATH")
    with tempfile.TemporaryDirectory() as folder:
        workspace, site = Path(folder, "workspace"), Path(folder, "site")
        reports: Path = given.reports or Path(folder)
        reports.mkdir(parents=True, exist_ok=True)
        make_workspace(
            given.corpus, workspace, count=1, records=given.records, seed=1, repaired=True
        )
        pages = build(workspace, site)
        heads = ["page", *CATEGORIES, *(name for name, _, _ in METRICS.values())]
        print(f"| {' | '.join(heads)} |\n|---{'|--:' * (len(heads) - 1)}|")
        with served(site) as address:
            for name, path in pages.items():
                runs = [
                    measure(program, address + path, reports / f"{name}-{run}.json")
                    for run in range(given.runs)
                ]
                print(row(name, runs), flush=True)


if __name__ == "__main__":
    main()

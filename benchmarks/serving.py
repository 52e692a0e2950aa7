"""Ask a server for pages as fast as it answers: ours behind its sign-in, and stock Material's.

    python benchmarks/serving.py [--seconds 5] [--servers nginx,caddy]

One client of the samples is built by Changebook, and the same bodies by MkDocs with Material alone.
Each server shows ours by the configuration of `changebook host`, with a password and with a header
of an identity provider, and the stock site as a plain folder. `wrk` asks, of Debian's package.
"""

from __future__ import annotations

import argparse
import base64
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from changebook.hosting import configuration
from changebook.hosting.plan import SignIn, plan
from run import make_stock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.hosting.servers import free_port, running  # noqa: E402 - it is not installed

CLIENT = "meridian-outdoor"
WORD = "a word for all"
#: At the cost that `htpasswd -nB` takes.
HASH = "$2y$05$N9qo8uLOickgx2ZMRZoMyeZCdBR9/UwQZgsNa6qAJJUkUiC2/RjJG"
HEADER = "X-Forwarded-Groups"
PLAIN = {
    "nginx": 'server {{ listen 127.0.0.1:{port}; root "{folder}"; }}\n',
    "caddy": ':{port} {{\n\tbind 127.0.0.1\n\troot * "{folder}"\n\tfile_server\n}}\n',
}
#: A page of each site: the home page, and a change with its texts.
PAGES = {"home": "", "a change": "changes/MER-0012/"}
STOCK = {"home": "", "a change": "2026/{record}/"}


@dataclass(frozen=True)
class Load:
    """What is asked of a server, and with which words."""

    what: str
    address: str
    headers: tuple[str, ...] = ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--servers", default="nginx,caddy")
    given = parser.parse_args()
    if not shutil.which("wrk"):
        parser.error("this needs wrk: apt-get install wrk")
    print("| server | site | page | bytes | requests a second | median | 99 of 100 |")
    print("|---|---|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="changebook-serving-") as made:
        root = Path(made)
        root.chmod(0o755)
        build(root)
        for server in given.servers.split(","):
            for load, page in loads(server, root):
                row = asked(load, given.seconds, given.connections)
                print(f"| {server} | {load.what} | {page} | {' | '.join(row)} |", flush=True)


def build(root: Path) -> None:
    """Build both sites of the client."""
    quiet = subprocess.DEVNULL
    changebook = (sys.executable, "-m", "changebook", "build", "--no-pdf", "--client", CLIENT)
    where = ("--workspace", str(ROOT), "--out", str(root / "site"))
    subprocess.run([*changebook, *where], check=True, stdout=quiet)
    (root / "site" / ".changebook").chmod(0o755)
    make_stock(ROOT, root)
    stock = (sys.executable, "-m", "mkdocs", "build", "-q", "-f")
    config = str(root / "stock" / CLIENT / "mkdocs.yml")
    subprocess.run([*stock, config], check=True, stderr=quiet)


def loads(server: str, root: Path) -> Iterator[tuple[Load, str]]:
    """Start the server with each configuration in turn, and yield what to ask it."""
    word = base64.b64encode(f"anna:{WORD}".encode()).decode()
    for what, header, by in (
        ("Changebook, a password", f"Authorization: Basic {word}", None),
        ("Changebook, a header", f"{HEADER}: {CLIENT}", HEADER),
    ):
        port = free_port()
        file = ours(server, root, port, by)
        with running(server, file, port, file.parent) as _:
            for page, path in PAGES.items():
                yield Load(what, f"http://127.0.0.1:{port}/{CLIENT}/{path}", (header,)), page
    port, folder = free_port(), root / f"{server}-plain"
    folder.mkdir()
    file = folder / "plain"
    stock = root / "stock-out" / CLIENT
    file.write_text(PLAIN[server].format(port=port, folder=stock))
    record = next((ROOT / "changes" / CLIENT).rglob("MER-0012-*.md")).stem
    with running(server, file, port, folder) as _:
        for page, path in STOCK.items():
            address = f"http://127.0.0.1:{port}/{path.format(record=record)}"
            yield Load("stock Material, open to all", address), page


def ours(server: str, root: Path, port: int, header: str | None) -> Path:
    """Write the configuration of `changebook host`; its file."""
    out = root / f"{server}-{'header' if header else 'password'}"
    planned = plan(
        root / "site",
        address=f"http://127.0.0.1:{port}/",
        own_addresses={},
        serve_from=str(root / "site"),
        passwords=str(out / configuration.PASSWORDS),
        by=SignIn(header, listen=("127.0.0.1", port) if header else None),
    )
    written = configuration.write(server, planned, out)
    for file in written.passwords:
        file.write_text(f"anna{' ' if server == 'caddy' else ':'}{HASH}\n")
        file.parent.chmod(0o755)
    return written.configuration


def asked(load: Load, seconds: int, connections: int) -> list[str]:
    """Ask for so long; the page's bytes, requests a second, the median and the slow end."""
    headers = [word for header in load.headers for word in ("-H", header)]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *headers]
    said = subprocess.run(
        [*command, load.address], check=True, capture_output=True, text=True
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{load.address}: {said}")
    latency = r"(?s)\n +50% +(\S+).*\n +99% +(\S+).*\nRequests/sec: +(\S+)"
    found = re.search(latency, said)
    size = re.search(r"(\d+) requests in [^,]+, (\S+) read", said)
    if not (found and size):
        raise SystemExit(said)
    each = _bytes(size[2]) / int(size[1])
    return [f"{each:,.0f}", f"{float(found[3]):,.0f}", found[1], found[2]]


def _bytes(text: str) -> float:
    """Return what wrk writes as `1.50MB`."""
    number, unit = text.removesuffix("B").rstrip("KMG"), text.removesuffix("B")[-1]
    return float(number) * float(1024 ** {"K": 1, "M": 2, "G": 3}.get(unit, 0))


if __name__ == "__main__":
    main()

"""How long a reader of `changebook serve` waits for a record that was saved.

    python benchmarks/preview.py --workspace W [--client SLUG] [--runs 5]

It works on a copy of the workspace, or with `--client` of that client alone. For each run it saves
a record and waits as a browser does: for the server's word that there is something new, and for the
page with the new words. Then it asks for the search page, which is there once all is built.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 600  # seconds


def main() -> None:
    """Serve, save, and print the medians."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workspace", type=Path, required=True)
    options.add_argument("--client", help="only this client, served as its team reads it")
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    preview(given.workspace, given.client, given.runs)


def preview(workspace: Path, chosen: str | None, runs: int) -> None:
    """Serve a copy of the workspace, or of one client of it, and print how long a save takes."""
    with TemporaryDirectory(prefix="changebook-preview-") as folder:
        root, changes = Path(folder), workspace / "changes"
        for client in changes.iterdir():
            if client.is_dir() and chosen in (None, client.name):
                shutil.copytree(client, root / "changes" / client.name)
        records = sorted((root / "changes").glob("*/*/*.md"))
        print(f"{len(records)} records")
        measure(root, records[len(records) // 2], runs)


def measure(root: Path, record: Path, runs: int) -> None:
    """Print how long each part of a preview takes, as a reader sees it."""
    id_ = re.match(r"[A-Z0-9]+-\d+", record.name)
    page = f"{record.parents[1].name}/changes/{id_[0] if id_ else ''}/"
    original = record.read_text("utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    begin = time.perf_counter()
    command = [sys.executable, "-m", "changebook", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not is_bound(port):
            time.sleep(0.02)
        print(f"the address is bound after {time.perf_counter() - begin:.2f} s")
        get(address)
        print(f"the first page is there after {time.perf_counter() - begin:.2f} s")
        shown, spent, whole = [], [], []
        for number in range(runs + 1):
            seen, cpu = get(address + page), cpu_seconds(process.pid)
            word = f"saved{number}word"
            record.write_text(f"{original}\n{word}\n", "utf-8")
            begin = time.perf_counter()
            while word not in seen:
                epoch = re.findall(r"livereload\((\d+), \d+\)", seen)[-1]
                get(f"{address}livereload/{epoch}/1")
                seen = get(address + page)
            shown.append(time.perf_counter() - begin)
            spent.append(cpu_seconds(process.pid) - cpu)
            get(f"{address}{record.parents[1].name}/search/")
            whole.append(time.perf_counter() - begin)
        print(f"first save, nothing read yet: {shown[0]:.2f} s, {spent[0]:.2f} CPU seconds")
        print(f"save to page: {median(shown[1:]):.2f} s, {median(spent[1:]):.2f} CPU seconds")
        print(f"save to all pages and the search index: {median(whole[1:]):.2f} s")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def is_bound(port: int) -> bool:
    """Whether something answers at the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(address: str) -> str:
    """What the server answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - our own server
                return str(answer.read().decode("utf-8"))
        except URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process so far, without those of its children. Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / 100


if __name__ == "__main__":
    main()

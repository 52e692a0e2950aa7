"""Simulate a million records of ten thousand clients from costs that are measured here.

    python benchmarks/scale.py --corpus DIR [--clients 10000] [--records 100]

An edition's costs are those of a client of so many records. What one machine does for all, whoever
builds the editions, is measured with that many small client folders. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import pickle
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from changebook.publish.build import build
from changebook.publish.shards import Shard
from changebook.publish.work import SiteTask, TaskResult
from corpus_workspace import make_workspace
from run import machine

_WORKERS = (1, 8, 64)
#: Clients whose editions are built for the cost of one.
_BUILT = 4
_PROFILE = """---
name: Client number {number}
language: en
timezone: UTC
prefix: C{number}
project: Online orders
vendor: {{name: Northwind}}
contract: {{reference: SOW-1, signed: 2026-01-12, currency: GBP, sum: 60000.00}}
---
Welcome.
"""
_RECORD = """---
id: C{number}-0001
title: Accept gift cards
status: draft
visibility: internal
type: addition
path: normal
priority: medium
urgency: low
requested: {{on: 2026-02-16, by: Ada Brown, party: client}}
summary: Customers pay with the gift cards that the shops sell.
---
"""


class Workers(Executor):
    """Does the work of others at once, and keeps apart how long that takes.

    What it is sent and gives back is pickled, as for another process. With `cheap`, a site is one
    page that costs nothing.
    """

    def __init__(self, *, cheap: bool) -> None:
        self._cheap = cheap
        self.seconds = 0.0
        self.sent = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it before anybody asks for what came of it."""
        work = pickle.dumps((fn, args))
        self.sent += len(work)
        start = time.process_time()
        do, given = pickle.loads(work)  # noqa: S301 - ours
        if self._cheap and isinstance(given[0], SiteTask):
            given[0].folder.mkdir(parents=True)
            (given[0].folder / "index.html").write_text(given[0].slug)
            came: Any = TaskResult()
        else:
            came = do(*given)
        self.seconds += time.process_time() - start
        future: Future[Any] = Future()
        future.set_result(pickle.loads(pickle.dumps(came)))  # noqa: S301 - ours
        return future


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a build: of the workers, and of the one who gives them work; MB sent."""

    workers: float
    coordinator: float
    sent: float


def _cost(root: Path, *, cheap: bool, shard: Shard | None = None) -> Cost:
    workers = Workers(cheap=cheap)
    start = time.process_time()
    result = build(root, executor=workers, shard=shard)
    if not result.ok:
        raise SystemExit(f"{root} can't be built: {result.problems[:3]} {result.failures[:3]}")
    spent = time.process_time() - start - workers.seconds
    return Cost(workers.seconds, spent, workers.sent / 2**20)


def _make_small(root: Path, clients: int) -> None:
    for number in range(clients):
        folder = root / "changes" / f"client-{number:05}"
        (folder / "2026").mkdir(parents=True)
        (folder / "client.md").write_text(_PROFILE.format(number=number))
        (folder / "2026" / f"C{number}-0001-cards.md").write_text(_RECORD.format(number=number))


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of eip-*.md files")
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--records", type=int, default=100, help="of each client (default: 100)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="changebook-scale-") as folder:
        root = Path(folder)
        few = given.clients // 10
        for name, clients in (("many", given.clients), ("few", few)):
            _make_small(root / name, clients)
        _cost(root / "few", cheap=True)  # what is loaded and compiled once counts for nobody
        same_few = _cost(root / "few", cheap=True)
        cold = _cost(root / "many", cheap=True)
        same = _cost(root / "many", cheap=True)
        part = _cost(root / "many", cheap=True, shard=Shard(1, _WORKERS[-1]))
        memory = _memory()
        for name, count in (("warm", 1), ("real", _BUILT)):
            make_workspace(
                given.corpus,
                root / name,
                count=count,
                records=count * given.records,
                seed=given.seed,
                repaired=True,
            )
        _cost(root / "warm", cheap=False)
        real, real_same = (_cost(root / "real", cheap=False) for _ in range(2))
    of_all = given.clients / _BUILT
    print(f"{given.clients * given.records:,} records, {given.clients:,} clients. CPU seconds:\n")
    print("| | of the workers | of the coordinator | MB sent |\n|---|--:|--:|--:|")
    for what, cost in (
        (f"{_BUILT} editions of {given.records} records, cold", real),
        ("the same, nothing changed", real_same),
        (f"{few:,} small clients, nothing changed", same_few),
        (f"{given.clients:,} small clients, cold, without their pages", cold),
        (f"{given.clients:,} small clients, nothing changed", same),
        (f"{given.clients:,} small clients, part 1/{_WORKERS[-1]}, nothing changed", part),
    ):
        print(f"| {what} | {cost.workers:.2f} | {cost.coordinator:.2f} | {cost.sent:.2f} |")
    print("\n| hours | cold | nothing changed | cold, a part for each worker |\n|--:|--:|--:|--:|")
    # Real clients have more files than small ones; small ones tell what grows with their number.
    lead = max(cold.coordinator, real.coordinator * of_all)
    lead_same = max(same.coordinator, real_same.coordinator * of_all)
    for workers in _WORKERS:
        share = real.workers * of_all / workers
        hours = (lead + share, lead_same, part.coordinator + lead / workers + share)
        print(f"| {workers} | {' | '.join(f'{seconds / 3600:.2f}' for seconds in hours)} |")
    useful = real.workers * of_all / lead
    growth = same.coordinator / same_few.coordinator / (given.clients / few)
    print(
        f"\nThe coordinator takes as long as {useful:.0f} workers: more of them wait for it. With "
        f"ten times the clients it takes {growth:.2f} times as long for each, and holds "
        f"{memory:.0f} MB at {given.clients:,}.\n\n{machine()}"
    )


if __name__ == "__main__":
    main()

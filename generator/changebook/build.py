"""Building editions: the main path, from records to published sites."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Thread

from changebook.checks import load_checked
from changebook.diagnostics import Problem, errors
from changebook.editions import make_edition
from changebook.publish import DEFAULT_OUT, Publisher
from changebook.refusal import Refusal
from changebook.site import Order, SiteFailed, build_site
from changebook.urls import record as record_page
from changebook.vocabulary import Audience
from changebook.workspace import CHANGES, Workspace

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Result:
    """What came of a build. Nothing was published where there are errors or failures."""

    problems: list[Problem]
    warnings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    published: tuple[Path, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the sites were published."""
        return not errors(self.problems) and not self.failures


def build(
    root: Path,
    *,
    audience: Audience = Audience.CLIENT,
    out: Path | None = None,
    slugs: Sequence[str] = (),
    as_of: date | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda done, total, name: None,
) -> Result:
    """Check the workspace, build the editions side by side, and publish them if all are sound.

    Raises WorkspaceError or Refusal where it can't run. `executor` runs the sites anywhere that
    sees the output folder; without one, `jobs` processes do.
    """
    root = root.resolve()
    workspace, problems = load_checked(root)
    if errors(problems):
        return Result(problems)

    clients = [workspace.client(slug) for slug in dict.fromkeys(slugs)] or workspace.clients
    out = _outside(root, out or root / DEFAULT_OUT[audience])
    editions = [make_edition(client, audience, as_of) for client in clients]
    with Publisher(out, audience) as publisher:
        orders = [Order(edition, root, publisher.stage()) for edition in editions]
        if audience is Audience.TEAM:
            chosen = {edition.slug: edition for edition in editions}
            everyone = tuple(
                chosen.get(client.slug) or make_edition(client, audience, as_of)
                for client in workspace.clients
            )
            if everyone:
                orders.append(Order(everyone, root, publisher.stage()))

        with _executor(executor, jobs or os.cpu_count() or 1, len(orders)) as running:
            said, failed = _run(orders, running, progress)
        warnings = tuple(_located(said, workspace))
        failures = (*sorted(_located(failed, workspace)), *_name_clashes(orders))
        if failures:
            return Result(problems, warnings, failures)

        for order in orders:
            if order.slug:
                publisher.publish(order.slug, order.folder)
            else:
                publisher.publish_root(order.folder)
    return Result(problems, warnings, (), tuple(out / order.slug for order in orders))


def _outside(root: Path, out: Path) -> Path:
    out = out.resolve()
    if out.is_relative_to(root / CHANGES):
        raise Refusal(f"{out} lies among the records: choose another folder with --out")
    return out


def _run(
    orders: Sequence[Order], running: Executor | None, progress: Progress
) -> tuple[list[tuple[Order, str]], list[tuple[Order, str]]]:
    """Build every site; the warnings, and the failures in words."""
    warnings: list[tuple[Order, str]] = []
    failures: list[tuple[Order, str]] = []
    for done, (order, result) in enumerate(_results(orders, running), 1):
        try:
            warnings += [(order, warning) for warning in result()]
        except SiteFailed as failed:
            failures.append((order, str(failed)))
        except BrokenProcessPool:
            failures.append((order, "its process ended before the site was built"))
        progress(done, len(orders), order.name)
    return warnings, failures


def _results(
    orders: Sequence[Order], running: Executor | None
) -> Iterator[tuple[Order, Callable[[], tuple[str, ...]]]]:
    """Each order with what gives its warnings, as they are done."""
    if running is None:
        yield from ((order, lambda order=order: build_site(order)) for order in orders)
        return
    futures: dict[Future[tuple[str, ...]], Order] = {
        running.submit(build_site, order): order for order in orders
    }
    yield from ((futures[future], future.result) for future in as_completed(futures))


@contextmanager
def _executor(given: Executor | None, jobs: int, sites: int) -> Iterator[Executor | None]:
    """What runs the sites: the given executor, a pool of processes, or none for one by one."""
    if given is not None or min(jobs, sites) < 2:
        yield given
        return
    # Spawned, not forked: a fork would copy this process's lock and its terminal's thread.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, sites), context, _end_with_parent) as pool:
        yield pool


def _end_with_parent() -> None:
    """A worker whose parent was killed must not go on writing into the output folder."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent:
            parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _name_clashes(orders: Sequence[Order]) -> list[str]:
    """Clients whose folder would meet one of the portfolio's own at the root."""
    taken = {
        path.name
        for order in orders
        if not order.slug and order.folder.is_dir()
        for path in order.folder.iterdir()
    }
    return [
        f"{order.slug}: a client's folder can't have this name in a team edition, because the "
        "portfolio has a folder of that name: rename it"
        for order in orders
        if order.slug in taken
    ]


def _located(said: Sequence[tuple[Order, str]], workspace: Workspace) -> Iterator[str]:
    """What MkDocs says, with the record's file in the place of the page made from it."""
    for order, warning in said:
        client = next((c for c in workspace.clients if c.slug == order.slug), None)
        text = warning
        for record in client.records if client else ():
            text = text.replace(f"'{record_page(record.data.id)}'", f"'{record.source.path}'")
        yield f"{order.name}: {text}"

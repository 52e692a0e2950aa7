"""Building editions: the main path, from records to published sites."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from changebook.check import load_checked
from changebook.edition.editions import Edition, make_edition
from changebook.edition.urls import record as record_page
from changebook.model.diagnostics import Problem, errors
from changebook.model.vocabulary import Audience
from changebook.paper import typesetting
from changebook.paper.findings import Finding
from changebook.paper.findings import problems as placed
from changebook.paper.shares import DocumentShare, Keep, PrintedShare, print_share, shares
from changebook.paper.toolchain import toolchain
from changebook.publish.swap import Publisher
from changebook.read.workspace import CHANGES, DEFAULT_OUT, OWN, Workspace
from changebook.refusal import Refusal
from changebook.site.building import Order, SiteFailed, build_site

Progress = Callable[[int, int, str], None]
Task = Order | DocumentShare
#: Where PDFs are kept unless a folder is named, below the workspace.
DEFAULT_CACHE = Path(OWN, "documents")


@dataclass(frozen=True)
class Documents:
    """How many documents an edition has, and how many of them had to be made."""

    total: int
    made: int


@dataclass(frozen=True)
class Result:
    """What came of a build. Nothing was published where there are errors or failures."""

    problems: list[Problem]
    warnings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    published: tuple[Path, ...] = ()
    documents: Mapping[str, Documents] = field(default_factory=dict)

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
    pdf: bool = False,
    cache: Path | None = None,
) -> Result:
    """Check the workspace, build the editions side by side, and publish them if all are sound.

    Raises WorkspaceError or Refusal where it can't run. `executor` runs the sites anywhere that
    sees the output folder; without one, `jobs` processes do. With `pdf`, client editions get their
    documents, those that are as they were from the folder `cache`. A team prints what it needs.
    """
    root = root.resolve()
    workspace, problems = load_checked(root)
    if errors(problems):
        return Result(problems)

    clients = [workspace.client(slug) for slug in dict.fromkeys(slugs)] or workspace.clients
    out = _outside(root, out or root / DEFAULT_OUT[audience])
    editions = [make_edition(client, audience, as_of) for client in clients]
    jobs = jobs or os.cpu_count() or 1
    pdf = pdf and audience is Audience.CLIENT
    keep, notes = _means(root, out, cache) if pdf else (None, ())
    with Publisher(out, audience) as publisher:
        orders = [Order(edition, root, publisher.stage(), pdf) for edition in editions]
        if audience is Audience.TEAM and workspace.clients:
            everyone = _everyone(workspace, editions, as_of)
            orders.append(Order(everyone, root, publisher.stage()))
        printing = [
            share
            for edition in editions
            if pdf
            for share in shares(edition, root, publisher.stage(), keep, jobs)
        ]

        # A site takes longer than a share of its documents, so these fill up what is left.
        tasks: list[Task] = [*orders, *printing]
        with _executor(executor, jobs, len(tasks)) as running:
            done = _run(tasks, running, progress)
        problems += [
            problem for client in clients for problem in placed(done.found(client.slug), client)
        ]
        warnings = (*notes, *_located(done.warnings, workspace))
        failures = (
            *sorted(_located(done.failures, workspace)),
            *_name_clashes(orders),
            *(() if done.failures else _file_clashes(orders, printing)),
        )
        if failures or errors(problems):
            return Result(problems, warnings, failures)

        _bring_together(orders, printing)
        published = tuple(_published(publisher, order) for order in orders)
        if keep:
            _remember(keep, done, out)
    return Result(problems, warnings, (), published, done.documents)


def _everyone(
    workspace: Workspace, editions: Iterable[Edition], as_of: date | None
) -> tuple[Edition, ...]:
    """Return the team's editions of all clients, for the portfolio, even if few are built."""
    chosen = {edition.slug: edition for edition in editions}
    return tuple(
        chosen.get(client.slug) or make_edition(client, Audience.TEAM, as_of)
        for client in workspace.clients
    )


def _published(publisher: Publisher, order: Order) -> Path:
    """Put a built site in its place, which is returned."""
    if order.slug:
        publisher.publish(order.slug, order.folder)
    else:
        publisher.publish_root(order.folder)
    return publisher.out / order.slug


def _remember(keep: Keep, done: _Done, out: Path) -> None:
    """Note which PDFs are published, and take the others out of the cache."""
    for slug, printed in done.printed.items():
        keep.cache.used(out / slug, (name for each in printed for name in each.entries))
    keep.cache.prune()


def _means(root: Path, out: Path, folder: Path | None) -> tuple[Keep | None, tuple[str, ...]]:
    """Return where PDFs are kept, and what there is to say of this machine. Raises Refusal."""
    folder = (folder or root / DEFAULT_CACHE).resolve()
    for place, what in ((root / CHANGES, f"{CHANGES}/"), (out, "the output folder")):
        if folder.is_relative_to(place):
            raise Refusal(f"{folder} is inside {what}: choose another folder with --cache")
    try:
        digest = toolchain()
    except typesetting.CannotTypeset as problem:
        raise Refusal(f"{problem}. To build the sites without PDFs: --no-pdf") from None
    notes = typesetting.shortcomings()
    if digest is None:
        return None, (*notes, "fc-list is missing, so every PDF is made again: install it")
    keep = Keep(folder, digest)
    try:
        keep.cache.prepare()
    except OSError as error:
        raise Refusal(
            f"can't write to {folder}: {error.strerror}. Choose another folder with --cache"
        ) from None
    return keep, notes


def _outside(root: Path, out: Path) -> Path:
    out = out.resolve()
    if out.is_relative_to(root / CHANGES):
        raise Refusal(f"{out} is inside {CHANGES}/: choose another folder with --out")
    return out


@dataclass(frozen=True)
class _Done:
    """What came of all tasks: warnings and failures in words, and the documents by slug."""

    warnings: list[tuple[Task, str]]
    failures: list[tuple[Task, str]]
    printed: dict[str, list[PrintedShare]]

    def found(self, slug: str) -> Iterator[tuple[str | None, Finding]]:
        """Return what is not on an edition's documents as it was written."""
        return (each for printed in self.printed.get(slug, ()) for each in printed.found)

    @property
    def documents(self) -> dict[str, Documents]:
        """How many documents each edition has, by slug."""
        return {
            slug: Documents(sum(p.total for p in printed), sum(p.made for p in printed))
            for slug, printed in self.printed.items()
        }


def _run(tasks: Sequence[Task], running: Executor | None, progress: Progress) -> _Done:
    """Build every site and make every document."""
    done = _Done([], [], {})
    for number, (task, result) in enumerate(_results(tasks, running), 1):
        try:
            came = result()
            if isinstance(came, PrintedShare):
                done.printed.setdefault(task.slug, []).append(came)
            else:
                done.warnings.extend((task, warning) for warning in came)
        except SiteFailed as failed:
            done.failures.append((task, str(failed)))
        except BrokenProcessPool:
            done.failures.append((task, "its process ended before the site was built"))
        progress(number, len(tasks), task.name)
    return done


def _results(
    tasks: Sequence[Task], running: Executor | None
) -> Iterator[tuple[Task, Callable[[], tuple[str, ...] | PrintedShare]]]:
    """Yield each task with what gives its outcome, as they are done."""
    if running is None:
        yield from ((task, partial(_do(task), task)) for task in tasks)
        return
    futures: dict[Future[tuple[str, ...] | PrintedShare], Task] = {
        running.submit(_do(task), task): task for task in tasks
    }
    yield from ((futures[future], future.result) for future in as_completed(futures))


def _do(task: Task) -> Callable[[Any], tuple[str, ...] | PrintedShare]:
    return print_share if isinstance(task, DocumentShare) else build_site


@contextmanager
def _executor(given: Executor | None, jobs: int, tasks: int) -> Iterator[Executor | None]:
    """What runs the tasks: the given executor, a pool of processes, or none for one by one."""
    if given is not None or min(jobs, tasks) < 2:
        yield given
        return
    # Spawned, not forked: a fork would copy this process's lock and its terminal's thread.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, tasks), context, _end_with_parent) as pool:
        yield pool


def _end_with_parent() -> None:
    """End a worker whose parent was killed, which must not go on writing."""
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
        "portfolio has a folder of the same name: rename it"
        for order in orders
        if order.slug in taken
    ]


def _file_clashes(orders: Iterable[Order], printing: Iterable[DocumentShare]) -> list[str]:
    """Files of records that have the name of a document."""
    return [
        f"{order.slug}: {path} is both a file of the record and the name of its PDF: rename the "
        "file"
        for order, folder, path in _documents(orders, printing)
        if (order.folder / path).exists()
    ]


def _bring_together(orders: Iterable[Order], printing: Iterable[DocumentShare]) -> None:
    """Put the documents beside their pages. MkDocs empties a site's folder when it begins."""
    for order, folder, path in _documents(orders, printing):
        (order.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).rename(order.folder / path)


def _documents(
    orders: Iterable[Order], printing: Iterable[DocumentShare]
) -> Iterator[tuple[Order, Path, Path]]:
    """Yield each document that was made.

    Whose site it belongs to, its folder, and its path there.
    """
    folders = {share.slug: share.folder for share in printing}
    for order in orders:
        if folder := folders.get(order.slug):
            for file in sorted(folder.rglob("*.pdf")):
                yield order, folder, file.relative_to(folder)


def _located(said: Sequence[tuple[Task, str]], workspace: Workspace) -> Iterator[str]:
    """Yield what MkDocs says, with the record's file instead of the page made from it."""
    for order, warning in said:
        client = next((c for c in workspace.clients if c.slug == order.slug), None)
        text = warning
        for record in client.records if client else ():
            text = text.replace(f"'{record_page(record.data.id)}'", f"'{record.source.path}'")
        yield f"{order.name}: {text}"

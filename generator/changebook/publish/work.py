"""What worker processes do: read a client as it was checked, and make its site or its documents.

They take and give plain data only.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from changebook.check.survey import last_checked
from changebook.edition.editions import Edition, make_edition
from changebook.keep.digests import of_folder
from changebook.keep.store import Store
from changebook.model.diagnostics import Problem
from changebook.model.vocabulary import Audience
from changebook.paper.findings import problems
from changebook.paper.shares import DocumentShare, print_share
from changebook.read.workspace import CHANGES, Client, read_client
from changebook.site.building import Order, SiteFailed, build_site


@dataclass(frozen=True)
class Source:
    """A client's records as they were checked, by the digest of its folder; as of a day."""

    root: Path
    slug: str
    digest: str
    audience: Audience
    as_of: date | None


@dataclass(frozen=True)
class SiteTask:
    """One site to be built: a client's, or with the slug "" the portfolio over all the sources.

    The offline copy that a client's site may offer is built in a folder of its name in `copy`.
    """

    slug: str
    sources: tuple[Source, ...]
    folder: Path
    store: Store
    pdf: bool = False
    copy: Path | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.slug or "portfolio"


@dataclass(frozen=True)
class PaperTask:
    """The `number`th of `of` shares of a client's documents, made with the tools of a digest."""

    source: Source
    folder: Path
    store: Store
    toolchain: str
    number: int
    of: int

    @property
    def slug(self) -> str:
        """The client's slug."""
        return self.source.slug

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.slug}, documents {self.number}/{self.of}"


Task = SiteTask | PaperTask


@dataclass(frozen=True)
class TaskResult:
    """What came of a task: warnings, problems of documents, and how many of those were made."""

    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    documents: int = 0
    made: int = 0

    def __add__(self, other: TaskResult) -> TaskResult:
        """Return what came of two tasks for one site; a problem that both found is one."""
        return TaskResult(
            (*self.warnings, *other.warnings),
            tuple(dict.fromkeys((*self.problems, *other.problems))),
            self.documents + other.documents,
            self.made + other.made,
        )


def do(task: Task) -> TaskResult:
    """Build a site, or make documents. Raises SiteFailed."""
    if isinstance(task, SiteTask):
        editions = tuple(_read(source)[1] for source in task.sources)
        shown = editions[0] if task.slug else editions
        copy = task.copy if isinstance(shown, Edition) and shown.profile.offline_copy else None
        order = Order(
            shown,
            task.sources[0].root,
            task.folder,
            task.pdf,
            task.store,
            offers_copy=copy is not None,
        )
        try:
            warnings = build_site(order)
            if copy:
                folder = copy / f"{order.slug}-{order.as_of}"
                build_site(Order(shown, order.root, folder, task.pdf, task.store, offline=True))
        finally:
            # Pages leave circles behind, which would add up from one site to the next.
            gc.collect()
        return TaskResult(tuple(f"{task.name}: {warning}" for warning in warnings))
    client, edition = _read(task.source)
    printed = print_share(
        DocumentShare(
            edition, client.root, task.folder, task.store, task.toolchain, task.number, task.of
        )
    )
    return TaskResult(
        problems=tuple(problems(printed.found, client)),
        documents=printed.total,
        made=printed.made,
    )


@lru_cache(maxsize=2)
def _read(source: Source) -> tuple[Client, Edition]:
    """Return a client and its edition. A process often does several tasks for one client."""
    folder = source.root / CHANGES / source.slug
    client = last_checked(folder, source.digest)
    if client is None:
        client, _ = read_client(source.root, folder)
    if client is None or of_folder(folder) != source.digest:
        raise SiteFailed(f"{CHANGES}/{source.slug} was changed during the build: build again")
    return client, make_edition(client, source.audience, source.as_of)

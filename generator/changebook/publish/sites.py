"""The sites of a build: which of them stand as they are, and what is to be done for the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from changebook.keep.store import Store
from changebook.publish.inputs import Inputs
from changebook.publish.notes import SiteNote
from changebook.publish.work import PaperTask, SiteTask, Source

#: Fewer documents are not worth that another process reads the edition.
_FEWEST = 12
#: More shares than processes, so that all end at about the same time.
_FOR_EACH_PROCESS = 4


@dataclass(frozen=True)
class Site:
    """A client's site, or with the slug "" the portfolio: its inputs, and what stands there now.

    A new one is built in `folder`, its documents are made in `papers`, and the offline copy that
    it may offer in `copy`.
    """

    slug: str
    sources: tuple[Source, ...]
    records: int
    inputs: Inputs
    note: SiteNote | None
    folder: Path
    papers: Path | None
    copy: Path | None

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.slug or "portfolio"

    @property
    def reason(self) -> str:
        """Why the site is built, in words; empty where the one that stands is as it would be."""
        if self.note is None:
            return "there was no site, or it was not as it was published"
        return ", ".join(self.inputs.changed(self.note.inputs))

    def pages(self, store: Store) -> SiteTask:
        """Return the work of building its pages."""
        pdf = self.papers is not None
        return SiteTask(self.slug, self.sources, self.folder, store, pdf, self.copy)

    def shares(self, store: Store, toolchain: str, jobs: int) -> Iterator[PaperTask]:
        """Yield the work of making its documents, in shares for so many processes."""
        if self.papers is None:
            return
        number = min(ceil(self.records / _FEWEST), jobs * _FOR_EACH_PROCESS) or 1
        for n in range(1, number + 1):
            yield PaperTask(self.sources[0], self.papers, store, toolchain, n, number)

    def documents(self) -> Iterator[tuple[Path, Path]]:
        """Yield the folder of the documents that were made, and the path of each in it."""
        if self.papers:
            for file in sorted(self.papers.rglob("*.pdf")):
                yield self.papers, file.relative_to(self.papers)

"""Many papers to PDF, side by side."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from changebook.paper.findings import Finding
from changebook.paper.paper import Paper
from changebook.paper.typesetting import pdf

#: Fewer are done before a second process has loaded its libraries.
_WORTH_IT = 6


@dataclass(frozen=True)
class Printed:
    """A paper's PDF, and what is not on it as it was written."""

    paper: Paper
    content: bytes
    found: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether it may be given to anybody."""
        return not any(finding.is_error for finding in self.found)


def printed(papers: Sequence[Paper], jobs: int | None = None) -> Iterator[Printed]:
    """Yield the PDFs in the order of the papers. Raises CannotTypeset.

    `jobs` is the number of processes, by default one for each CPU where it is worth it.
    """
    jobs = jobs or (os.cpu_count() or 1 if len(papers) >= _WORTH_IT else 1)
    if jobs == 1:
        yield from map(_print, papers)
        return
    # Spawned, not forked: Pango and the terminal's progress have threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        yield from pool.map(_print, papers)


def _print(paper: Paper) -> Printed:
    found: list[Finding] = []
    content = pdf(paper, found.append)
    return Printed(paper, content, tuple(found))

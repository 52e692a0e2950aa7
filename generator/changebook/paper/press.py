"""Papers to PDF, many side by side; one that was made before is taken over."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial

from changebook.keep.digests import digest
from changebook.keep.store import Store
from changebook.paper.findings import Finding
from changebook.paper.paper import Paper
from changebook.paper.typesetting import pdf

#: Fewer are done before a second process has loaded its libraries.
_WORTH_IT = 6


@dataclass(frozen=True)
class Printed:
    """A paper's PDF, and what is not on it as it was written; `is_new` if it was made just now."""

    paper: Paper
    content: bytes
    found: tuple[Finding, ...]
    is_new: bool

    @property
    def sound(self) -> bool:
        """Whether it may be given to anybody."""
        return not any(finding.is_error for finding in self.found)


def printed(
    papers: Sequence[Paper], store: Store, toolchain: str, jobs: int | None = None
) -> Iterator[Printed]:
    """Yield the PDFs in the order of the papers. Raises CannotTypeset.

    `jobs` is the number of processes, by default one for each CPU where it is worth it.
    """
    jobs = jobs or (os.cpu_count() or 1 if len(papers) >= _WORTH_IT else 1)
    work = partial(print_paper, store=store, toolchain=toolchain)
    if jobs == 1:
        yield from map(work, papers)
        return
    # Spawned, not forked: Pango and the terminal's progress have threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        yield from pool.map(work, papers)


def print_paper(paper: Paper, store: Store, toolchain: str) -> Printed:
    """Return a paper's PDF, from the store where it was made with the same tools; else it is made.

    Where nobody can tell the tools, the digest `toolchain` is empty and nothing is kept.
    """
    name = digest("paper", toolchain, paper.key())
    kept = store.get(name) if toolchain else None
    if kept is not None:
        head, _, content = kept.partition(b"\n")
        return Printed(paper, content, tuple(Finding(**each) for each in json.loads(head)), False)
    findings: list[Finding] = []
    made = Printed(paper, pdf(paper, findings.append), tuple(findings), True)
    if toolchain and made.sound:
        head = json.dumps([asdict(finding) for finding in made.found]).encode()
        store.put(name, head + b"\n" + made.content)
    return made

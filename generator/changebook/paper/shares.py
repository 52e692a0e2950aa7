"""The documents of an edition, made in shares: each is one order for one process.

A share lays its documents out where it typesets them, one after another. So no more than one
document is in a process's memory, and the bytes don't depend on how many shares there are.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import ceil
from pathlib import Path

from changebook.edition.editions import Edition, located
from changebook.model import sums
from changebook.paper.cache import Cache, Kept
from changebook.paper.documents import Printery
from changebook.paper.findings import Finding
from changebook.paper.offered import offered
from changebook.paper.paper import Paper
from changebook.paper.typesetting import pdf
from changebook.refusal import Refusal
from changebook.site.building import SiteFailed, template_place
from changebook.site.configuration import site_url

#: Fewer are not worth that another process reads the edition.
_FEWEST = 12
#: More shares than processes, so that all end at about the same time.
_FOR_EACH_PROCESS = 4


@dataclass(frozen=True)
class Keep:
    """A cache's folder, and the digest of the toolchain that its entries are made with."""

    folder: Path
    toolchain: str

    @property
    def cache(self) -> Cache:
        return Cache(self.folder, self.toolchain)


@dataclass(frozen=True)
class DocumentShare:
    """The `number`th of `of` shares of an edition's documents, to be written below `folder`.

    Without `keep` every document is made.
    """

    edition: Edition
    root: Path
    folder: Path
    keep: Keep | None
    number: int
    of: int

    @property
    def slug(self) -> str:
        """The client's slug."""
        return self.edition.slug

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.slug}, documents {self.number}/{self.of}"


@dataclass(frozen=True)
class PrintedShare:
    """What came of a share: the entries that it used, how many PDFs were made, and findings.

    Each finding comes with the id of the record that its document is about.
    """

    entries: tuple[str, ...]
    made: int
    total: int
    found: tuple[tuple[str | None, Finding], ...]


def shares(
    edition: Edition, root: Path, folder: Path, keep: Keep | None, jobs: int
) -> Iterator[DocumentShare]:
    """Return the documents of an edition in shares for so many processes."""
    position = sums.position([r.data for r in edition.records], edition.profile, edition.as_of)
    documents = len(offered(edition, position))
    number = min(ceil(documents / _FEWEST), jobs * _FOR_EACH_PROCESS)
    return (DocumentShare(edition, root, folder, keep, n, number) for n in range(1, number + 1))


def print_share(share: DocumentShare) -> PrintedShare:
    """Make the PDFs of a share, or take them from the cache. Raises SiteFailed.

    It runs in a process of its own, so it takes and gives plain data only.
    """
    path = ""
    entries: list[str] = []
    found: list[tuple[str | None, Finding]] = []
    made = total = 0
    # What is there already stays; looking through it each time takes up to a quarter of all time.
    gc.freeze()
    try:
        edition = located(share.edition, site_url(share.root))
        printery = Printery(edition)
        documents = offered(edition, printery.position)
        for path in islice(documents, share.number - 1, None, share.of):
            paper = documents[path](printery)
            name, kept = _kept(paper, share.keep)
            if kept is None:
                made += 1
                kept = _made(paper, name, share.keep)
            file = share.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(kept.content)
            total += 1
            entries.append(name)
            found += [(paper.record, finding) for finding in kept.found]
    except Refusal as refusal:
        raise SiteFailed(str(refusal)) from None
    except Exception as error:
        # Whatever a template or the typesetter raises: the reader needs to know of which document.
        reason = f"{template_place(error)}{type(error).__name__}: {error}"
        raise SiteFailed(f"{path}: {reason}" if path else reason) from error
    finally:
        gc.unfreeze()
    return PrintedShare(tuple(entries), made, total, tuple(found))


def _kept(paper: Paper, keep: Keep | None) -> tuple[str, Kept | None]:
    """Return the name of a paper's entry, and the entry if there is one."""
    if keep is None:
        return "", None
    name = keep.cache.name(paper)
    return name, keep.cache.get(name)


def _made(paper: Paper, name: str, keep: Keep | None) -> Kept:
    found: list[Finding] = []
    made = Kept(pdf(paper, found.append), tuple(found))
    if keep and made.sound:
        try:
            keep.cache.put(name, made)
        except OSError as error:
            raise Refusal(
                f"{keep.folder} can't store a PDF: {error.strerror}. Choose another folder with "
                "--cache"
            ) from None
    return made

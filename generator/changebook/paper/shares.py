"""The documents of an edition, made in shares: each is one order for one process.

A share lays its documents out where it typesets them, one after another. So no more than one
document is in a process's memory, and the bytes don't depend on how many shares there are.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from changebook.edition.editions import Edition, located
from changebook.keep.store import Store
from changebook.paper.documents import Printery
from changebook.paper.findings import Finding
from changebook.paper.offered import offered
from changebook.paper.press import print_paper
from changebook.refusal import Refusal
from changebook.site.building import SiteFailed, template_place
from changebook.site.configuration import site_url


@dataclass(frozen=True)
class DocumentShare:
    """The `number`th of `of` shares of an edition's documents, to be written below `folder`.

    They are kept in the store, under the digest of the tools that make them.
    """

    edition: Edition
    root: Path
    folder: Path
    store: Store
    toolchain: str
    number: int
    of: int


@dataclass(frozen=True)
class PrintedShare:
    """What came of a share: how many PDFs were made, how many there are, and findings.

    Each finding comes with the id of the record that its document is about.
    """

    made: int
    total: int
    found: tuple[tuple[str | None, Finding], ...]


def print_share(share: DocumentShare) -> PrintedShare:
    """Make the PDFs of a share, or take them from the cache. Raises SiteFailed.

    It runs in a process of its own, so it takes and gives plain data only.
    """
    path = ""
    findings: list[tuple[str | None, Finding]] = []
    made = total = 0
    # What is there already stays; looking through it each time takes up to a quarter of all time.
    gc.freeze()
    try:
        edition = located(share.edition, site_url(share.root))
        printery = Printery(edition)
        documents = offered(edition, printery.position)
        for path in islice(documents, share.number - 1, None, share.of):
            paper = documents[path](printery)
            printed = print_paper(paper, share.store, share.toolchain)
            file = share.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(printed.content)
            total += 1
            made += printed.is_new
            findings += [(paper.record, finding) for finding in printed.found]
    except Refusal as refusal:
        raise SiteFailed(str(refusal)) from None
    except Exception as error:
        # Whatever a template or the typesetter raises: the reader needs to know of which document.
        reason = f"{template_place(error)}{type(error).__name__}: {error}"
        raise SiteFailed(f"{path}: {reason}" if path else reason) from error
    finally:
        gc.unfreeze()
    return PrintedShare(made, total, tuple(findings))

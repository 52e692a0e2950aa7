"""A client's whole site as one file, which opens from a disk and says how to verify it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from changebook.edition.editions import Edition
from changebook.keep.store import Store
from changebook.model.diagnostics import Problem, errors
from changebook.model.vocabulary import Audience
from changebook.paper.findings import problems
from changebook.paper.shares import DocumentShare, print_share
from changebook.read.workspace import Client
from changebook.site.building import Order, build_site
from changebook.site.offline import DIGESTS, digests

#: The first day that a ZIP archive can name: when it was packed is not part of the copy.
_DAY = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


@dataclass(frozen=True)
class OfflineCopy:
    """The archive, without bytes where a document has errors, and the digest of its content.

    The digest is that of the list of all files' digests, which lies in the archive.
    """

    archive: bytes
    digest: str
    files: int
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def offline_copy(
    edition: Edition, client: Client, store: Store, toolchain: str | None
) -> OfflineCopy:
    """Build an edition of a client and pack it. Raises SiteFailed.

    `toolchain` is the digest of what makes its documents; with None it has none.
    """
    pdf = toolchain is not None and edition.audience is Audience.CLIENT
    with TemporaryDirectory(prefix="changebook-copy-") as made:
        site = Path(made, f"{edition.slug}-{edition.as_of}")
        order = Order(edition, client.root, site, pdf=pdf, offline=True)
        warnings = build_site(order)
        faults: tuple[Problem, ...] = ()
        if pdf:
            share = DocumentShare(edition, client.root, site, store, toolchain or "", 1, 1)
            faults = tuple(problems(print_share(share).found, client))
        if errors(faults):
            return OfflineCopy(b"", "", 0, warnings, faults)
        return replace(packed(site), warnings=warnings, problems=faults)


def packed(site: Path, documents: Mapping[str, Path] = MappingProxyType({})) -> OfflineCopy:
    """Pack a copy that was built, with documents that lie elsewhere, by their paths in it."""
    paths = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    files = {name: path.read_bytes() for name, path in (paths | dict(documents)).items()}
    listed = digests(files)
    files[DIGESTS] = listed
    return OfflineCopy(_archive(site.name, files), sha256(listed).hexdigest(), len(files))


def _archive(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return the files, in a folder, as an archive that has the same bytes whenever it is made."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as writing:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{path}", _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, _READABLE
            writing.writestr(entry, files[path])
    return archive.getvalue()

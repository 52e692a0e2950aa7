"""PDFs that were made before, by the digest of all that their bytes depend on.

So one that is found is byte for byte what would be made. An entry lives as long as a published site
uses it. Builds may run at once: an entry appears whole or not at all, and where one build takes
away what another was about to find, that one makes it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from changebook import atomic
from changebook.paper.findings import Finding
from changebook.paper.paper import Paper


@dataclass(frozen=True)
class Kept:
    """A PDF, and what is not on it as it was written."""

    content: bytes
    found: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether it may be published."""
        return not any(finding.is_error for finding in self.found)


class Cache:
    """A folder of entries, for papers typeset with one toolchain.

    An entry is a line of JSON with the digest of the PDF, and the PDF. Raises OSError where the
    folder can't be used.
    """

    def __init__(self, folder: Path, toolchain: str) -> None:
        self._folder = folder
        self._entries = folder / "entries"
        self._sites = folder / "sites"
        self._toolchain = toolchain

    def prepare(self) -> None:
        """Make the folder, of which version control and backups take no notice."""
        # Documents of every client lie here.
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._entries.mkdir(exist_ok=True)
        self._sites.mkdir(exist_ok=True)
        _write(self._folder / ".gitignore", b"*\n")
        # https://bford.info/cachedir/
        _write(self._folder / "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n")

    def name(self, paper: Paper) -> str:
        """Return what the entry of a paper is called."""
        return hashlib.sha256(f"{self._toolchain} {paper.key()}".encode()).hexdigest()

    def get(self, name: str) -> Kept | None:
        """Return the entry, unless it is not there or is not what was put."""
        try:
            head, _, content = (self._entries / name).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        try:
            facts = json.loads(head)
            is_whole = facts["sha256"] == hashlib.sha256(content).hexdigest()
            kept = Kept(content, tuple(Finding(**finding) for finding in facts["found"]))
        except (ValueError, TypeError, KeyError):
            return None
        return kept if is_whole else None

    def put(self, name: str, kept: Kept) -> None:
        """Keep a PDF."""
        found = [asdict(finding) for finding in kept.found]
        facts = {"sha256": hashlib.sha256(kept.content).hexdigest(), "found": found}
        head = json.dumps(facts, ensure_ascii=False).encode()
        _write(self._entries / name, head + b"\n" + kept.content)

    def used(self, site: Path, names: Iterable[str]) -> None:
        """Note what a site that was just published uses."""
        entries = sorted(set(names))
        text = json.dumps({"site": str(site), "entries": entries})
        note = hashlib.sha256(str(site).encode()).hexdigest()
        _write(self._sites / note, text.encode())

    def prune(self) -> None:
        """Take away what no published site uses."""
        with FileLock(self._folder / "lock"):
            used = {name for names in self._notes() for name in names}
            for entry in self._entries.iterdir():
                if entry.name not in used:
                    entry.unlink(missing_ok=True)

    def _notes(self) -> Iterator[list[str]]:
        """Yield what each site uses. A note that is damaged, or of a site that is gone, goes."""
        for note in self._sites.iterdir():
            try:
                facts = json.loads(note.read_bytes())
                site, entries = Path(facts["site"]), list(facts["entries"])
            except (ValueError, TypeError, KeyError):
                site, entries = None, []
            if site and site.is_dir():
                yield entries
            else:
                note.unlink(missing_ok=True)


def _write(file: Path, content: bytes) -> None:
    try:
        atomic.write(file, content)
    except FileNotFoundError:
        # Another build has swept the drafts away. What is not kept is made again.
        if not file.parent.is_dir():
            raise

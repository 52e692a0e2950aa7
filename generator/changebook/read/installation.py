"""What is installed here: where this package came from, and the versions of what renders."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version

from changebook import packaged
from changebook.read.git import has_repository, repository

#: The packages that make pages, PDFs and the search.
_RENDERING = ("mkdocs", "mkdocs-material", "weasyprint", "pagefind-bin")


@dataclass(frozen=True)
class InstalledFrom:
    """The commit that this package was installed from or lies in, and its repository's address.

    `altered` says that a checkout has something that its commit has not.
    """

    commit: str
    address: str | None = None
    altered: bool = False


def origin() -> InstalledFrom | None:
    """Return where this package came from; None where nobody noted it, as in a wheel."""
    checkout = packaged.checkout()
    if checkout is not None:
        here = repository(checkout) if has_repository(checkout) else None
        if here is None or here.top != checkout:
            return None
        address, head, altered = here.origin(), here.head(), here.is_altered()
        return InstalledFrom(head, address, altered) if head else None
    try:
        noted = distribution("changebook").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    told = json.loads(noted) if noted else {}
    commit = told.get("vcs_info", {}).get("commit_id")
    return InstalledFrom(commit, told["url"]) if commit else None


def rendering() -> Mapping[str, str]:
    """Return the versions of what pages and PDFs are made with, by name."""
    notice = packaged.fetched_folder() / "NOTICE.txt"
    text = notice.read_text("utf-8") if notice.is_file() else ""
    mermaid = re.search(r"^mermaid ([\d.]+)", text, re.MULTILINE)
    versions = {name.removesuffix("-bin"): version(name) for name in _RENDERING}
    return versions | {"mermaid": mermaid[1] if mermaid else "missing"}

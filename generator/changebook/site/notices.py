"""Whose work a published site holds, in which version and under which licence, as a file of it."""

from __future__ import annotations

from functools import cache
from importlib.metadata import Distribution, distribution

from changebook import packaged

#: Where a site has it.
NOTICES = "assets/NOTICES.txt"
_RULE = f"\n\n{'-' * 72}\n\n"


@cache
def notices(*, diagrams: bool) -> str:
    """Return the notices of a site, with those of the script where it has `diagrams`."""
    parts = [
        "This site holds work of others:",
        *map(_of_package, ("mkdocs-material", "pagefind-bin")),
    ]
    if diagrams:
        parts.append(packaged.fetched("NOTICE.txt").read_text("utf-8").strip())
    return f"{_RULE.join(parts)}\n"


def _of_package(name: str) -> str:
    """Return a package's name, version and licence, with the licence's words where it has them."""
    package = distribution(name)
    words = (_licence(package) or "").strip()
    about = package.metadata.json
    licence = str(about.get("license_expression") or about.get("license") or "see its licence")
    return f"{name} {package.version} ({licence.strip().partition(chr(10))[0]})\n\n{words}".strip()


def _licence(distribution: Distribution) -> str | None:
    # Not by the list of its files, which of a theme with its icons takes longer than a page.
    names = distribution.metadata.get_all("License-File") or ["LICENSE"]
    places = (
        distribution.read_text(f"{folder}{name}") for name in names for folder in ("licenses/", "")
    )
    return next(filter(None, places), None)

"""Pages of earlier builds with the theme's shell around them, which need not be put there again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from changebook.keep.digests import digest
from changebook.keep.store import NOWHERE, Store
from changebook.pages.page import GeneratedPage


@dataclass(frozen=True)
class KeptPages:
    """Where whole pages are kept; `shell` is the digest of all that is around their content.

    Without it nobody knows what a theme or plugin reads, and nothing is kept.
    """

    store: Store = NOWHERE
    shell: str = ""

    def within(self, *facts: object) -> KeptPages:
        """Return the pages of a site with these facts, which the shell shows too."""
        return replace(self, shell=digest(self.shell, *map(repr, facts)) if self.shell else "")

    def get(self, page: GeneratedPage) -> bytes | None:
        """Return the whole page as it was written for a site like this."""
        return self.store.get(self._name(page)) if self.shell else None

    def put(self, page: GeneratedPage, html: str) -> None:
        """Keep a whole page."""
        if self.shell:
            self.store.put(self._name(page), html.encode("utf-8", "xmlcharrefreplace"))

    def _name(self, page: GeneratedPage) -> str:
        around = repr((page.title, dict(page.meta), page.headings))
        return digest("page", self.shell, page.path, around, page.content)


#: For a site that neither takes over nor keeps a page.
NO_PAGES = KeptPages()

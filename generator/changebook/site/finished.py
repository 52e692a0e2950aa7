"""A page that is finished before MkDocs sees it: nothing of it is read, and nothing rendered."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

from changebook.pages.bodies import Heading
from changebook.pages.page import GeneratedPage


class FinishedPage(Page):
    """A generated page as MkDocs takes it; in the navigation it may have a title of its own."""

    def __init__(
        self, page: GeneratedPage, title: str | None, file: File, config: MkDocsConfig
    ) -> None:
        super().__init__(title or page.title, file, config)
        self.finished = page

    def read_source(self, config: MkDocsConfig) -> None:
        """Take the metadata, which other pages have as front matter. There is no Markdown."""
        self.markdown = ""
        self.meta = {"title": self.finished.title, **self.finished.meta}

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Take the content; the checks have followed its links already."""
        self.content = self.finished.content
        self.toc = table_of_contents(self.finished.headings)


def table_of_contents(headings: Iterable[Heading]) -> TableOfContents:
    """Return the headings as a table of contents, each below the nearest higher one before it."""
    top: list[AnchorLink] = []
    above: list[AnchorLink] = []
    for heading in headings:
        link = AnchorLink(escape(heading.title, quote=False), heading.id, heading.level)
        while above and above[-1].level >= heading.level:
            above.pop()
        (above[-1].children if above else top).append(link)
        above.append(link)
    return TableOfContents(top)

"""What is on a site, whichever way it is built: pages, files and navigation.

`changebook build`, `mkdocs build` and a preview all show these; the plugin puts them into MkDocs.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from changebook import packaged
from changebook.edition import urls
from changebook.edition.bodies import Asset
from changebook.edition.editions import Edition, without_bodies
from changebook.exports.changes import files as change_files
from changebook.exports.feeds.files import feed_files
from changebook.exports.impact import files as impact_files
from changebook.exports.impact import month_differences
from changebook.exports.impact.figures import ImpactFigures
from changebook.keep.digests import digest
from changebook.keep.store import NOWHERE, Store
from changebook.model.catalogues import SOURCE_LANGUAGE
from changebook.model.sums import Position
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.pages.page import GeneratedPage
from changebook.pages.rendering import Renderer
from changebook.pages.site_pages import EditionPages, navigation, portfolio_pages
from changebook.site import published_seals
from changebook.site.kept_contents import Common, GeneratedFile, KeptContents
from changebook.views import record
from changebook.views.documents import offered_documents
from changebook.views.impact import ImpactView, impact
from changebook.views.months import month_ends


@dataclass(frozen=True)
class Contents:
    """All that MkDocs is given: nothing of the workspace reaches a site another way."""

    audience: Audience
    language: str
    name: str
    pages: tuple[GeneratedPage, ...]
    nav: list[Any]
    assets: tuple[Asset, ...] = ()
    files: tuple[GeneratedFile, ...] = ()


def edition_contents(
    edition: Edition,
    root: Path,
    *,
    directory_urls: bool,
    pdf: bool = False,
    offline: bool = False,
    offers_copy: bool = False,
    store: Store = NOWHERE,
    only: str = "",
) -> Contents:
    """Return one client's site. With `pdf` its pages link to documents that the caller puts there.

    With `offline` they say that they are a copy; with `offers_copy` the home page links to one that
    the caller puts there.

    With `only` it is that page alone, and without content those that the navigation names.
    """
    render = Renderer(edition.words, directory_urls, packaged.own_templates(root), store)
    making = _Making(edition, without_bodies(edition), render, pdf, offline, offers_copy)
    nav = navigation(edition)
    pages: Iterable[GeneratedPage]
    if only:
        needed = {only, *(path for path, _ in entries(nav))}
        pages = (page for page in making.only(only) if page.path in needed)
        assets: tuple[Asset, ...] = ()
        files: tuple[GeneratedFile, ...] = ()
    else:
        kept = KeptContents(store, making.made_from())
        common = kept.common(making.common)
        pages = (*common.pages, *kept.records(edition.records, common.order, making.records))
        used = (asset for record in edition.records for asset in record.assets)
        assets, files = (*edition.welcome_assets, *used), (*common.files, *making.files())
    return Contents(
        audience=edition.audience,
        language=edition.profile.language,
        name=f"{edition.profile.name} · {edition.profile.project}",
        pages=tuple(pages),
        nav=nav,
        assets=assets,
        files=files,
    )


@dataclass(frozen=True)
class _Making:
    """An edition's pages and files in the making; `bare` is the edition without bodies."""

    edition: Edition
    bare: Edition
    render: Renderer
    pdf: bool
    offline: bool
    offers_copy: bool

    @cached_property
    def summary(self) -> ImpactView:
        """The figures of the edition's day."""
        return impact(self.bare)

    def made_from(self) -> str:
        """Return the digest of all that is on every page, the bodies of records aside."""
        addresses = sorted(self.bare.welcome_addresses)  # a set has another order in each process
        shown = replace(self.bare, welcome_addresses=frozenset())
        kind = (self.render.directory_urls, self.pdf, self.offline, self.offers_copy)
        facts = (shown, addresses, *kind)
        return digest("contents", self.render.render_body.made_with, repr(facts))

    def common(self) -> Common:
        """Make what no body of a record is on: pages, files, and the order of the records."""
        bare, summary, ends = self.bare, self.summary, month_ends(self.bare)
        files = (
            *downloads(ImpactFigures(bare, None, summary, ends)),
            *_changes(bare, summary.position),
            GeneratedFile(urls.DIFFERENCES, month_differences.as_json(ends, bare.words)),
            *_seals(bare),
            *(GeneratedFile(*file) for file in feed_files(bare, summary.position, self.render)),
        )
        order = record.order(bare, summary.position)
        return Common(tuple(self._pages().common(ends)), files, order)

    def files(self) -> Iterator[GeneratedFile]:
        """Yield the files that hold bodies."""
        content = change_files.as_json(self.edition, self.summary.position)
        yield GeneratedFile(urls.CHANGES_JSON, content)

    def records(self, ids: Collection[str]) -> Iterator[GeneratedPage]:
        """Make the pages of some records."""
        return self._pages().records(ids)

    def only(self, page: str) -> list[GeneratedPage]:
        """Make that page alone; the others have a title at most."""
        of_impact = page.startswith(posixpath.dirname(urls.IMPACT))
        pages = self._pages(page)
        ends = month_ends(self.bare) if of_impact else ()
        ids = [r.data.id for r in self.bare.records if urls.record(r.data.id) == page]
        return [*pages.common(ends), *pages.records(ids)]

    def _pages(self, only: str = "") -> EditionPages:
        offered = offered_documents(self.bare, self.summary.position) if self.pdf else ()
        papers = [document.path for document in offered]
        return EditionPages(
            self.edition,
            self.summary,
            self.render,
            papers,
            only,
            offline=self.offline,
            offers_copy=self.offers_copy,
        )


def _changes(edition: Edition, position: Position) -> tuple[GeneratedFile, ...]:
    """Return the list of changes as tables."""
    return (
        GeneratedFile(urls.CHANGES_CSV, change_files.as_csv(edition, position)),
        GeneratedFile(urls.CHANGES_XLSX, change_files.as_xlsx(edition, position)),
    )


def _seals(edition: Edition) -> tuple[GeneratedFile, ...]:
    """Return the chain of the decisions, once anything is sealed."""
    text = published_seals.as_json(edition)
    return (GeneratedFile(urls.SEALS, text),) if text else ()


def downloads(figures: ImpactFigures) -> tuple[GeneratedFile, ...]:
    """Return the figures of the impact page as files.

    Without change orders there is no register.
    """
    whole = (
        GeneratedFile(urls.IMPACT_XLSX, impact_files.as_xlsx(figures)),
        GeneratedFile(urls.IMPACT_JSON, impact_files.as_json(figures)),
    )
    if not figures.position.register:
        return whole
    return (GeneratedFile(urls.REGISTER_CSV, impact_files.as_csv(figures)), *whole)


def portfolio_contents(
    editions: Sequence[Edition],
    root: Path,
    *,
    directory_urls: bool,
    language: str = SOURCE_LANGUAGE,
) -> Contents:
    """Return the team's overview in its own language, which links to the editions beside it."""
    own = packaged.own_templates(root)
    own_pages = portfolio_pages(
        editions, language=language, directory_urls=directory_urls, templates=own
    )
    return Contents(
        audience=Audience.TEAM,
        language=language,
        name=Words(language, own).gettext("Portfolio"),
        pages=tuple(own_pages),
        nav=[page.path for page in own_pages],
    )


def workspace_contents(
    editions: Sequence[Edition],
    root: Path,
    *,
    directory_urls: bool,
    language: str = SOURCE_LANGUAGE,
) -> Contents:
    """Return the portfolio with the editions below it, as one site: what plain MkDocs builds."""
    whole = portfolio_contents(editions, root, directory_urls=directory_urls, language=language)
    pages, assets, nav = list(whole.pages), list(whole.assets), list(whole.nav)
    files = list(whole.files)
    for edition in editions:
        contents = edition_contents(edition, root, directory_urls=directory_urls)
        below = edition.slug
        pages += [page.below(below) for page in contents.pages]
        assets += [replace(a, path=posixpath.join(below, a.path)) for a in contents.assets]
        files += [GeneratedFile(posixpath.join(below, f.path), f.content) for f in contents.files]
        nav.append({edition.profile.name: moved(contents.nav, below)})
    return Contents(
        audience=whole.audience,
        language=whole.language,
        name=whole.name,
        pages=tuple(pages),
        nav=nav,
        assets=tuple(assets),
        files=tuple(files),
    )


def entries(nav: Any, title: str | None = None) -> Iterator[tuple[str, str | None]]:
    """Yield the pages that a navigation names, each with its title there if it has one."""
    if isinstance(nav, str):
        yield nav, title
    elif isinstance(nav, dict):
        for name, entry in nav.items():
            yield from entries(entry, name)
    else:
        for entry in nav:
            yield from entries(entry)


def moved(nav: Any, below: str) -> Any:
    """Return a navigation whose pages lie below a folder."""
    if isinstance(nav, str):
        return posixpath.join(below, nav)
    if isinstance(nav, dict):
        return {title: moved(entry, below) for title, entry in nav.items()}
    return [moved(entry, below) for entry in nav]


def theme_dirs(root: Path) -> list[str]:
    """Return the folders that override the theme's files: the team's own, and the packaged one."""
    folders = (root / packaged.TEMPLATES / "theme", packaged.templates_dir() / "theme")
    return list(dict.fromkeys(str(folder) for folder in folders if folder.is_dir()))

"""What is on a site, whichever way it is built: pages, files and navigation.

`changebook build`, `mkdocs build` and a preview all show these; the plugin puts them into MkDocs.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from changebook import packaged
from changebook.edition import urls
from changebook.edition.editions import Asset, Edition
from changebook.exports.changes import files as change_files
from changebook.exports.feeds.files import feed_files
from changebook.exports.impact import files as impact_files
from changebook.exports.impact import month_differences
from changebook.exports.impact.figures import ImpactFigures
from changebook.keep.store import NOWHERE, Store
from changebook.model.sums import Position
from changebook.model.vocabulary import Audience
from changebook.model.words import SOURCE_LANGUAGE, Words
from changebook.pages.page import GeneratedPage
from changebook.pages.rendering import Renderer
from changebook.pages.site_pages import edition_pages, navigation, portfolio_pages
from changebook.site import published_seals
from changebook.views.documents import offered_documents
from changebook.views.impact import impact
from changebook.views.months import month_ends


@dataclass(frozen=True)
class GeneratedFile:
    """A file that is not a page, made from the records; its path is one of `urls`."""

    path: str
    content: bytes


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
    store: Store = NOWHERE,
    only: str = "",
) -> Contents:
    """One client's site. With `pdf` its pages link to documents that the caller puts there.

    With `only` it is that page alone, and without content those that the navigation names.
    """
    assets = [asset for record in edition.records for asset in record.assets]
    summary = impact(edition)
    shows_months = not only or only.startswith(posixpath.dirname(urls.IMPACT))
    ends = month_ends(edition) if shows_months else ()
    whole = Contents(
        audience=edition.audience,
        language=edition.profile.language,
        name=f"{edition.profile.name} · {edition.profile.project}",
        pages=tuple(
            edition_pages(
                edition,
                summary=summary,
                ends=ends,
                directory_urls=directory_urls,
                templates=packaged.own_templates(root),
                papers=[d.path for d in offered_documents(edition, summary.position)]
                if pdf
                else (),
                store=store,
                only=only,
            )
        ),
        nav=navigation(edition),
    )
    if only:
        needed = {only, *(path for path, _ in entries(whole.nav))}
        return replace(whole, pages=tuple(p for p in whole.pages if p.path in needed))
    return replace(
        whole,
        assets=(*edition.welcome_assets, *assets),
        files=(
            *downloads(ImpactFigures(edition, None, summary, ends)),
            *_changes(edition, summary.position),
            GeneratedFile(urls.DIFFERENCES, month_differences.as_json(ends, edition.words)),
            *_seals(edition),
            *_feeds(edition, summary.position, root, directory_urls),
        ),
    )


def _feeds(
    edition: Edition, position: Position, root: Path, directory_urls: bool
) -> Iterator[GeneratedFile]:
    """Yield what readers subscribe to."""
    render = Renderer(edition.words, directory_urls, packaged.own_templates(root))
    for path, content in feed_files(edition, position, render):
        yield GeneratedFile(path, content)


def _changes(edition: Edition, position: Position) -> tuple[GeneratedFile, ...]:
    """Return the list of changes as files."""
    return (
        GeneratedFile(urls.CHANGES_CSV, change_files.as_csv(edition, position)),
        GeneratedFile(urls.CHANGES_XLSX, change_files.as_xlsx(edition, position)),
        GeneratedFile(urls.CHANGES_JSON, change_files.as_json(edition, position)),
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
    found = portfolio_pages(
        editions, language=language, directory_urls=directory_urls, templates=own
    )
    return Contents(
        audience=Audience.TEAM,
        language=language,
        name=Words(language, own).gettext("Portfolio"),
        pages=tuple(found),
        nav=[page.path for page in found],
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
    found, assets, nav = list(whole.pages), list(whole.assets), list(whole.nav)
    files = list(whole.files)
    for edition in editions:
        contents = edition_contents(edition, root, directory_urls=directory_urls)
        below = edition.slug
        found += [page.below(below) for page in contents.pages]
        assets += [replace(a, path=posixpath.join(below, a.path)) for a in contents.assets]
        files += [GeneratedFile(posixpath.join(below, f.path), f.content) for f in contents.files]
        nav.append({edition.profile.name: moved(contents.nav, below)})
    return Contents(
        audience=whole.audience,
        language=whole.language,
        name=whole.name,
        pages=tuple(found),
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

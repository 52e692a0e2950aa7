"""The changes below a path of a site that has pages of its own, which stay as they are.

Only the pages of the changes have Changebook's look. Around their content they have the header, the
navigation and the search of the site that they are in.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mkdocs
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, TemplateNotFound
from markupsafe import escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import nest_paths

from changebook.edition.urls import HOME, SEARCH
from changebook.pages.page import GeneratedPage
from changebook.site.contents import Contents, entries, moved, theme_dirs
from changebook.site.finished import FinishedPage

log = logging.getLogger(f"{mkdocs.__name__}.plugins.{__name__}")

#: Under this name the pages find their templates, and all that these include.
_OURS = "changebook"
#: The header and the navigation are the site's.
_TEMPLATES = (
    "main.html",
    "partials/around.html",
    "partials/copyright.html",
    "partials/language.html",
)
#: With it the browser does not run the scripts of the page that it goes to.
_INSTANT = "navigation.instant"


def refuse_what_hides(config: MkDocsConfig) -> None:
    """Raise PluginError for a theme in which the pages can't be shown."""
    if config.theme.name != "material":
        raise PluginError(
            f"changebook: the pages of the changes need the theme `material`, and this site has "
            f"`{config.theme.name}`: publish them by themselves, with `changebook build "
            "--audience team`"
        )
    if _INSTANT in config.theme.get("features", ()):
        log.warning(
            "`%s` leaves out the scripts of the changes' pages: filters, charts and the search "
            "among them need the page to be loaded again",
            _INSTANT,
        )


def add(mount: str, contents: Contents, root: Path, files: Files, config: MkDocsConfig) -> None:
    """Add the pages and files of the changes below `mount`, and their pages to the navigation."""
    taken = [file.src_uri for file in files if file.src_uri.startswith(f"{mount}/")]
    if taken:
        raise PluginError(f"changebook: the site has a page of its own there: {taken[0]}")
    own = [file.src_uri for file in files.documentation_pages()]
    ours = _escaped(moved(contents.nav, mount))
    listed = config.nav or nest_paths(own)  # type: ignore[no-untyped-call]
    config.nav = _placed(listed, mount, contents.name, ours)
    titles = dict(entries(contents.nav))
    for page in contents.pages:
        if posixpath.join("/", page.path).endswith(f"/{SEARCH}"):
            continue  # the site's own search finds the changes
        title = titles.get(page.path)
        level = InclusionLevel.INCLUDED if page.path in titles else InclusionLevel.NOT_IN_NAV
        shown = _shown(page.below(mount), config)
        file = File.generated(config, shown.path, content=page.content, inclusion=level)
        FinishedPage(shown, escape(title) if title else None, file, config)
        files.append(file)
    for asset in contents.assets:
        path = posixpath.join(mount, asset.path)
        files.append(File.generated(config, path, content=asset.content()))
    for made in contents.files:
        path = posixpath.join(mount, made.path)
        files.append(File.generated(config, path, content=made.content))
    for path, source in _assets(root):
        if files.get_file_from_path(path) is None:
            files.append(File.generated(config, path, abs_src_path=str(source)))


def dress(env: Environment, root: Path, config: MkDocsConfig) -> None:
    """Let the pages of the changes be made with Changebook's templates, and all others not."""
    dressed = _Dressed(theme_dirs(root), config.theme.dirs)
    site = env.loader or FileSystemLoader(config.theme.dirs)
    env.loader = ChoiceLoader([dressed, site])
    env.join_path = _beside  # type: ignore[method-assign]


class _Dressed(FileSystemLoader):
    """Loads Changebook's own templates under `_OURS`, and with them all others of the site's theme.

    They keep their whole names, unlike with Jinja2's `PrefixLoader`: `_beside` goes by them.
    """

    def __init__(self, ours: list[str], site: list[str]) -> None:
        super().__init__(site)
        self._ours = FileSystemLoader(ours)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        prefix, _, name = template.partition("/")
        if prefix != _OURS:
            raise TemplateNotFound(template)
        if name in _TEMPLATES:
            return self._ours.get_source(environment, name)
        return super().get_source(environment, name)


def _beside(template: str, parent: str) -> str:
    """Return the name of a template that another one names: what ours include is ours."""
    prefix = f"{_OURS}/"
    ours = parent.startswith(prefix) and not template.startswith(prefix)
    return prefix + template if ours else template


def _shown(page: GeneratedPage, config: MkDocsConfig) -> GeneratedPage:
    """Return the page as the site's theme takes it, which does not escape titles."""
    meta = {key: value for key, value in page.meta.items() if key != "cb_search"}
    if "navigation.tabs" not in config.theme.get("features", ()):
        meta["hide"] = [part for part in meta.get("hide", ()) if part != "navigation"]
    meta["template"] = f"{_OURS}/main.html"
    return replace(page, title=escape(page.title), meta=meta)


def _escaped(nav: Any) -> Any:
    """Return a navigation whose titles are HTML."""
    if isinstance(nav, dict):
        return {escape(title): _escaped(entry) for title, entry in nav.items()}
    return [_escaped(entry) for entry in nav] if isinstance(nav, list) else nav


def _placed(nav: Any, mount: str, name: str, ours: Any) -> Any:
    """Return the navigation with the changes where it names their path, else at its end."""
    names = (mount, f"{mount}/", posixpath.join(mount, HOME))

    def placed(entry: Any) -> Any:
        if isinstance(entry, dict):
            return {title: placed(below) for title, below in entry.items()}
        if isinstance(entry, list):
            return [placed(below) for below in entry]
        return ours if entry in names else entry

    mounted = placed(nav)
    return mounted if mounted != nav else [*nav, {name: ours}]


def _assets(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the scripts, styles and pictures of the pages: a team's own before the packaged."""
    for folder in map(Path, theme_dirs(root)):
        for file in sorted((folder / "assets").rglob("*")):
            if file.is_file():
                yield file.relative_to(folder).as_posix(), file

"""The MkDocs plugin: puts the generated pages of an edition, or of all, into a MkDocs site.

`changebook build` gives it what to show. In a plain `mkdocs build` or `mkdocs serve` it reads the
workspace beside mkdocs.yml and shows the team edition of all clients, or with CHANGEBOOK_CLIENT
that client's edition. In a site with pages of its own, the option `mount` says below which path
the changes go, and all else is left as it is.
"""

from __future__ import annotations

import logging
import os
import re
from dataclasses import replace
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import mkdocs
from jinja2 import Environment, TemplateError
from mkdocs.config.base import Config
from mkdocs.config.config_options import Deprecated, Optional, Type
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import write_file
from mkdocs.utils.templates import TemplateContext

from changebook import packaged
from changebook.check import load_checked
from changebook.edition.editions import located, make_edition
from changebook.edition.urls import HOME
from changebook.model.diagnostics import as_text, errors
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.pages.compiled import CompiledTemplates
from changebook.pages.page import DIAGRAMS, GeneratedPage
from changebook.pages.site_pages import theme_words
from changebook.read.settings import SETTINGS, read_settings
from changebook.read.site_file import PLUGIN
from changebook.read.source_lines import source_lines
from changebook.read.workspace import CHANGES, OWN, Workspace, WorkspaceError
from changebook.refusal import Refusal
from changebook.site import mounted
from changebook.site.contents import (
    Contents,
    edition_contents,
    entries,
    theme_dirs,
    workspace_contents,
)
from changebook.site.finished import FinishedPage
from changebook.site.notices import NOTICES, notices
from changebook.site.policy import previewed, theme_facts
from changebook.site.search.indexing import index_sites
from changebook.site.shells import Shells
from changebook.site.theme import MERMAID, leaks, mermaid_script, theme_language

CLIENT_VARIABLE = "CHANGEBOOK_CLIENT"
AUDIENCE_VARIABLE = "CHANGEBOOK_AUDIENCE"
WORKSPACE_VARIABLE = "CHANGEBOOK_WORKSPACE"

_SITEMAP = "sitemap.xml"
_MATERIAL_SEARCH = ("assets/javascripts/lunr/", "assets/javascripts/workers/")

log = logging.getLogger(f"{mkdocs.__name__}.plugins.{__name__}")

#: The theme's templates: MkDocs makes an environment for each site.
_COMPILED = CompiledTemplates("theme")


class Options(Config):  # type: ignore[no-untyped-call]
    """Where the changes go in a site that has pages of its own."""

    mount = Optional(Type(str))
    language = Deprecated(
        message=f"The portfolio's language stands in {SETTINGS} beside {CHANGES}/ now.",
        removed=True,
    )


class ChangebookPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]
    """A thin adapter: everything that it shows is made by the core."""

    def __init__(self) -> None:
        self._root = Path()
        self._given: Contents | None = None
        self._shown: Contents | None = None
        self._listed: list[File] = []
        self._unlisted: list[tuple[GeneratedPage, str]] = []
        self._nav: Navigation | None = None
        self._shells: Shells | None = None
        self._trouble = ""
        self._serving = False
        self._empty: TemporaryDirectory[str] | None = None

    def show(self, root: Path, contents: Contents) -> None:
        """Show these contents instead of reading the workspace."""
        self._root, self._given = root, contents

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        # That this method exists also keeps one plugin over all rebuilds of a preview.
        self._serving = command == "serve"

    def on_shutdown(self) -> None:
        if self._empty:
            self._empty.cleanup()

    # Before plugins that look at the theme's language.
    @event_priority(100)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        if self._given:
            contents = self._given
        else:
            self._root = _workspace_root(config)
            _spare_published(config)
            contents = self._read(config)
        self._shown = contents
        config.watch += [
            str(path)
            for path in (self._root / CHANGES, self._root / packaged.TEMPLATES)
            if path.is_dir()
        ]
        if self._mount:
            mounted.refuse_what_hides(config)
            words = Words(contents.language, packaged.own_templates(self._root))
            config.extra["changebook"] = theme_words(words)
            return config
        if contents.audience is Audience.CLIENT:
            _refuse_leaks(config)
        self._empty = self._empty or TemporaryDirectory(prefix="changebook-")
        config.docs_dir = self._empty.name
        config.site_name = contents.name
        config.repo_url = config.repo_name = config.edit_uri = config.edit_uri_template = None
        theme = config.theme
        words = Words(contents.language, packaged.own_templates(self._root))
        theme["language"] = theme_language(words)
        config.extra["changebook"] = theme_facts(words)
        first = 1 if theme.custom_dir else 0
        theme.dirs[first:first] = theme_dirs(self._root)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        contents = self._contents
        if self._mount:
            mounted.add(self._mount, contents, self._root, files, config)
            return files
        if not config.site_url:
            _leave_out_sitemap(files, config)
        _leave_out_search(files)
        config.nav = contents.nav
        titles = dict(entries(contents.nav))
        self._listed, self._unlisted = [], []
        for page in contents.pages:
            level = InclusionLevel.INCLUDED if page.path in titles else InclusionLevel.NOT_IN_NAV
            file = File.generated(config, page.path, content=page.content, inclusion=level)
            FinishedPage(page, titles.get(page.path), file, config)
            self._listed.append(file)
            # MkDocs goes through the pages of the navigation to make it.
            if page.path not in titles and self._may_slot(config):
                self._unlisted.append((page, file.abs_dest_path))
            else:
                files.append(file)
        for asset in contents.assets:
            files.append(File.generated(config, asset.path, content=asset.content()))
        for made in contents.files:
            files.append(File.generated(config, made.path, content=made.content))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self._nav = nav
        return nav

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Show in a preview what is wrong, on top of the last good page."""
        return f"{banner(self._trouble)}\n{html}" if self._trouble else html

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """In a preview: loosen the policy for what reloads the page."""
        return previewed(output.encode()).decode() if self._serving else output

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """List all pages in the sitemap, those that were kept too."""
        if template_name == _SITEMAP and not self._mount:
            context["pages"] = self._listed
        return context

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Add what others made. Material loads mermaid from another host unless the site has it."""
        if self._mount:
            mounted.dress(env, self._root, config)
        else:
            env.bytecode_cache = _COMPILED
            self._shells = Shells(env, self._nav, files, config) if self._nav else None
        diagrams = any(DIAGRAMS in page.scripts for page in self._contents.pages)
        if diagrams:
            files.append(File.generated(config, MERMAID, abs_src_path=str(_mermaid())))
        files.append(File.generated(config, NOTICES, content=notices(diagrams=diagrams)))
        return env

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the other pages, and index what was built.

        A preview shows its last good index if that fails.
        """
        if self._mount:
            return
        if self._shells:
            for page, file in self._unlisted:
                write_file(self._shells.whole(page).encode("utf-8", "xmlcharrefreplace"), file)
        try:
            index_sites(Path(config.site_dir), keep_index=not config.use_directory_urls)
        except Refusal as error:
            raise PluginError(f"changebook: {error}") from None

    @property
    def _mount(self) -> str | None:
        """The path of the changes in a site of its own; what is built for readers has none."""
        return None if self._given else self.config.mount

    def _may_slot(self, config: MkDocsConfig) -> bool:
        """Return whether no one but Material and this plugin has a say in pages."""
        own_theme = config.theme.custom_dir or len(theme_dirs(self._root)) > 1
        return bool(self._given) and not own_theme and set(config.plugins) == {PLUGIN}

    @property
    def _contents(self) -> Contents:
        if self._shown is None:
            raise PluginError("changebook: on_config has not run")
        return self._shown

    def _read(self, config: MkDocsConfig) -> Contents:
        """Return the contents for a plain MkDocs.

        The workspace as it is, or in a preview as it was.
        """
        try:
            workspace, problems = load_checked(self._root)
            self._trouble = as_text(errors(problems), source_lines(self._root))
            if not self._trouble:
                for problem in problems:
                    log.warning(as_text([problem], source_lines(self._root)))
                return _chosen(
                    workspace,
                    site_url=config.site_url,
                    directory_urls=config.use_directory_urls,
                    language=read_settings(self._root).data.language,
                    mounted=self._mount is not None,
                )
        except (WorkspaceError, Refusal) as error:
            self._trouble = str(error)
        except TemplateError as error:
            # A team's own templates are being written while they are previewed.
            place = f"{getattr(error, 'filename', None) or 'a template'}"
            line = getattr(error, "lineno", None)
            self._trouble = f"{place}{f':{line}' if line else ''}: {error}"
        if not self._serving:
            raise PluginError(f"changebook: nothing was built\n\n{self._trouble}")
        log.error("The last good pages stay up.\n\n%s", self._trouble)
        return self._shown or _NOTHING_YET


#: What a preview shows that begins with a broken workspace: the problems, by the banner.
_NOTHING_YET = Contents(
    Audience.TEAM,
    "en",
    "Changebook",
    (GeneratedPage(HOME, "Changebook", "<h1>Changebook</h1>\n", {}),),
    [HOME],
)


def _mermaid() -> Path:
    try:
        return mermaid_script()
    except Refusal as error:
        raise PluginError(f"changebook: {error}") from None


def _workspace_root(config: MkDocsConfig) -> Path:
    named = os.environ.get(WORKSPACE_VARIABLE)
    return Path(named or Path(config.config_file_path).parent).resolve()


def _chosen(
    workspace: Workspace,
    *,
    site_url: str | None,
    directory_urls: bool,
    language: str,
    mounted: bool,
) -> Contents:
    """Return what the environment asks for.

    One client's edition, or the team's of the whole workspace.
    """
    slug = os.environ.get(CLIENT_VARIABLE)
    if not slug:
        editions = [
            located(make_edition(client, Audience.TEAM), site_url) for client in workspace.clients
        ]
        return workspace_contents(
            editions, workspace.root, directory_urls=directory_urls, language=language
        )
    if mounted:
        raise PluginError(
            f"changebook: {CLIENT_VARIABLE} shows a client's own site, and this one has pages of "
            f"the team: run `changebook serve --client {slug}`"
        )
    try:
        client = workspace.client(slug)
    except WorkspaceError as error:
        raise PluginError(f"changebook: {error}") from None
    audience = os.environ.get(AUDIENCE_VARIABLE) or Audience.CLIENT
    if audience not in list(Audience):
        raise PluginError(f"changebook: {AUDIENCE_VARIABLE} is `{audience}`; write client or team")
    edition = make_edition(client, Audience(audience))
    edition = replace(edition, site_url=edition.site_url or site_url)
    return edition_contents(edition, workspace.root, directory_urls=directory_urls)


def _spare_published(config: MkDocsConfig) -> None:
    """Refuse a folder that `changebook build` publishes into: MkDocs would empty it."""
    if Path(config.site_dir, OWN).exists():
        raise PluginError(
            f"changebook: {config.site_dir} holds sites that `changebook build` has published; "
            "have MkDocs write elsewhere: --site-dir, or `site_dir` in mkdocs.yml"
        )


def _leave_out_sitemap(files: Files, config: MkDocsConfig) -> None:
    """Leave out the sitemap: without `site_url` it would list nothing."""
    config.theme.static_templates.discard(_SITEMAP)
    if template := files.get_file_from_path(_SITEMAP):
        files.remove(template)


def _leave_out_search(files: Files) -> None:
    """Leave out Material's own search, which nothing uses: scripts for 30 languages."""
    for file in list(files):
        if file.src_uri.startswith(_MATERIAL_SEARCH):
            files.remove(file)


def _refuse_leaks(config: MkDocsConfig) -> None:
    for name in leaks(config.plugins):
        raise PluginError(
            f"changebook: {_line(config, name)}`{name}` can bring other files or private facts "
            "into a client's pages: remove it from mkdocs.yml"
        )


def _line(config: MkDocsConfig, name: str) -> str:
    """Return where mkdocs.yml names it, as a prefix of the message."""
    file = Path(config.config_file_path)
    for number, line in enumerate(file.read_text("utf-8").split("\n"), 1):
        if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", line):
            return f"{file}:{number}: "
    return ""


def banner(trouble: str) -> str:
    """Return what a preview says of a state that can't be built."""
    return (
        '<div class="admonition danger"><p class="admonition-title">'
        f"This is the last good state</p><pre><code>{escape(trouble.rstrip())}</code></pre></div>"
    )

"""What a team keeps beside its records: templates of its own, settings, and mkdocs.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from changebook import packaged
from changebook.check.references import UNKNOWN_LANGUAGE
from changebook.model.catalogues import languages
from changebook.model.diagnostics import START, Place, Problem, rule
from changebook.read.settings import SETTINGS, SettingsFile, read_settings
from changebook.read.site_file import PLUGIN, SiteFile, read_site_file
from changebook.read.workspace import CHANGES

OLD_TEMPLATE = rule("old-template", summary="A page template is still Markdown.")
UNUSED_EXTENSIONS = rule(
    "unused-extensions",
    summary="mkdocs.yml names Markdown extensions, which records do not use.",
    severity="warning",
)
ANOTHER_SITE = rule(
    "mkdocs-of-another-site",
    summary="mkdocs.yml does not name the plugin `changebook`, so it is another site's.",
    severity="note",
)
NO_MOUNT = rule(
    "no-mount",
    summary="mkdocs.yml has pages of its own, and does not say where the changes go among them.",
)
BAD_MOUNT = rule(
    "bad-mount", summary="The changes can't be shown below the path that `mount` names."
)
MOVED_SETTING = rule("moved-setting", summary="A setting of Changebook stands in mkdocs.yml.")
BAD_SITE_FILE = rule(
    "bad-site-configuration",
    summary="The file that changebook.yml names as `mkdocs` can't be used.",
)
_KEY = "markdown_extensions"
_MOUNT = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")


def check_team_files(root: Path) -> Iterator[Problem]:
    """Check the templates, the settings and mkdocs.yml of a workspace."""
    yield from _templates(root)
    settings = read_settings(root)
    yield from settings.problems
    yield from _language(root, settings)
    yield from _chosen_site(root, settings)
    if site := read_site_file(root / packaged.CONFIG):
        yield from _site(root, settings, site)


def _templates(root: Path) -> Iterator[Problem]:
    """Check that no template of pages is from before they were HTML."""
    folder = root / packaged.TEMPLATES / "pages"
    for file in sorted(folder.rglob("*.md.j2")):
        new = file.name.removesuffix(".md.j2") + ".html.j2"
        yield OLD_TEMPLATE.at(
            file.relative_to(root).as_posix(),
            START,
            "Page templates are HTML now, so this one replaces nothing.",
            f'Rename it to {new} and write HTML in it: `{{{{ heading(2, "id", "Title") }}}}` for '
            "`## Title {#id}`, `{{ body(view.body, view.addresses) }}` for "
            "`{{ view.body | safe }}`, and `_macros.html.j2` where it imports `_macros.md.j2`.",
        )


def _language(root: Path, settings: SettingsFile) -> Iterator[Problem]:
    """Check the language of the portfolio, which needs a catalogue."""
    known = languages(packaged.own_templates(root))
    if settings.data.language not in known:
        yield UNKNOWN_LANGUAGE.at(
            SETTINGS,
            settings.place("language"),
            f"There is no catalogue for the language `{settings.data.language}`.",
            f"Write one of {', '.join(f'`{each}`' for each in known)}.",
        )


def _chosen_site(root: Path, settings: SettingsFile) -> Iterator[Problem]:
    """Check the configuration that the settings name."""
    named = settings.data.mkdocs
    if named is None:
        return
    path = PurePosixPath(named)
    if path.is_absolute() or ".." in path.parts:
        wrong = f"`{named}` lies outside the workspace."
    elif not (root / path).is_file():
        wrong = f"There is no file `{named}` beside {SETTINGS}."
    else:
        site = read_site_file(root / path)
        if site is None:
            return  # MkDocs says what is wrong with it, and a build stops there
        if site.options is not None and site.mount is None:
            yield from _extensions(root, site)
            return
        wrong = f"`{named}` does not name the plugin `{PLUGIN}` as that of the whole site."
    yield BAD_SITE_FILE.at(
        SETTINGS,
        settings.place("mkdocs"),
        wrong,
        f"Name a file beside {SETTINGS} that has `- {PLUGIN}` below `plugins:`, without `mount`.",
    )


def _site(root: Path, settings: SettingsFile, site: SiteFile) -> Iterator[Problem]:
    """Whose mkdocs.yml is, and where the changes go in a site of its own."""
    path = packaged.CONFIG
    if site.options is None:
        if settings.data.mkdocs != path:
            yield ANOTHER_SITE.at(
                path,
                site.place("plugins"),
                f"This file does not name the plugin `{PLUGIN}`: it is another site's, and left "
                "alone.",
                f"If it is meant for the changes, write `- {PLUGIN}` below `plugins:`.",
            )
        return
    if "language" in site.options:
        yield MOVED_SETTING.at(
            path,
            site.place(f"{PLUGIN}.language"),
            "The portfolio's language stands elsewhere now.",
            f"Write `language: {site.options['language']}` into {SETTINGS} beside {CHANGES}/, and "
            "take it out here.",
        )
    if site.mount is not None:
        yield from _mount(root, site, site.mount)
    elif own := site.own_pages():
        yield NO_MOUNT.at(
            path,
            site.place(own),
            f"The site has pages of its own, in {_shown(root, site)}, and the changes would take "
            "their place.",
            f"Say below which path the changes go: `- {PLUGIN}: {{mount: changes}}`. If this file "
            f"is for the changes alone, write `docs_dir: {CHANGES}` and no `nav`.",
        )
    else:
        yield from _extensions(root, site)


def _mount(root: Path, site: SiteFile, mount: str) -> Iterator[Problem]:
    """Return the path of the changes in a site of its own."""
    if not _MOUNT.fullmatch(mount):
        wrong = f"`{mount}` can't be part of an address."
        help = "Write a path of lowercase letters, digits and hyphens, such as `changes`."
    elif (root / CHANGES).resolve().is_relative_to(site.docs.resolve()):
        wrong = f"The records lie in {_shown(root, site)}: the site would publish their files."
        help = (
            "Name another folder as `docs_dir`; if the site has no pages of its own, leave out "
            "`mount`."
        )
    elif (site.docs / mount).exists():
        wrong = f"The site has pages of its own below `{mount}`, in {_shown(root, site)}."
        help = "Choose a path that the site does not have."
    else:
        return
    yield BAD_MOUNT.at(packaged.CONFIG, site.place(f"{PLUGIN}.mount"), wrong, help)


def _shown(root: Path, site: SiteFile) -> str:
    docs = site.docs.resolve()
    return f"{docs.relative_to(root)}/" if docs.is_relative_to(root) else str(docs)


def _extensions(root: Path, site: SiteFile) -> Iterator[Problem]:
    """Check for Markdown extensions that the configuration of the sites names for nothing."""
    if place := site.places.get(_KEY):
        yield UNUSED_EXTENSIONS.at(
            site.file.relative_to(root).as_posix(),
            Place(place.line, place.column, len(_KEY)),
            "Records do not use these extensions: their Markdown is the same everywhere.",
            f"Take `{_KEY}` out; docs/record-format.md says what a body may hold.",
        )

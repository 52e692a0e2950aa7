"""What a team keeps beside its records: templates of its own, and mkdocs.yml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from changebook import packaged
from changebook.model.diagnostics import START, Place, Problem, rule

OLD_TEMPLATE = rule(
    "old-template",
    summary="A page template is still Markdown.",
    why="Templates are HTML, and only a record's body is Markdown. A template with the old name "
    "replaces nothing, so the team's own page would vanish silently.",
    wrong="site_templates/pages/process.md.j2:\n\n## How to reach us {#reach}\n\nRing **us**.",
    right="site_templates/pages/process.html.j2:\n\n"
    '{{ heading(2, "reach", "How to reach us") }}\n<p>Ring <strong>us</strong>.</p>',
)
UNUSED_EXTENSIONS = rule(
    "unused-extensions",
    severity="warning",
    summary="mkdocs.yml names Markdown extensions, which records do not use.",
    why="A record's Markdown is the same in every workspace and in every tool. What mkdocs.yml "
    "adds or removes has no effect on a page, a feed or a PDF.",
    wrong="plugins:\n  - changebook\nmarkdown_extensions:\n  - admonition",
    right="plugins:\n  - changebook",
)
_KEY = "markdown_extensions"


def check_team_files(root: Path) -> Iterator[Problem]:
    """Check the templates and mkdocs.yml of a workspace."""
    yield from _templates(root)
    yield from _extensions(root)


def _templates(root: Path) -> Iterator[Problem]:
    """Templates of pages from before they were HTML."""
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


def _extensions(root: Path) -> Iterator[Problem]:
    """Markdown extensions that mkdocs.yml names for nothing."""
    file = root / packaged.CONFIG
    if not file.is_file():
        return
    try:
        # Composed only: its tags may name anything that Python can import.
        settings = yaml.compose(file.read_bytes(), yaml.SafeLoader)
    except yaml.YAMLError:
        return  # MkDocs says so, and a build stops there
    if not isinstance(settings, yaml.MappingNode):
        return
    for key, _ in settings.value:
        if key.value == _KEY:
            yield UNUSED_EXTENSIONS.at(
                file.relative_to(root).as_posix(),
                Place(key.start_mark.line + 1, key.start_mark.column + 1, len(_KEY)),
                "Records do not use these extensions: their Markdown is the same everywhere.",
                f"Take `{_KEY}` out; docs/record-format.md says what a body may hold.",
            )

"""Every page of an edition, made without a site around it."""

from __future__ import annotations

from pathlib import Path

from changebook.edition.editions import Edition
from changebook.pages.page import GeneratedPage
from changebook.pages.rendering import Renderer
from changebook.pages.site_pages import EditionPages
from changebook.views import impact, months, record


def edition_pages(
    edition: Edition, *, directory_urls: bool = True, templates: Path | None = None
) -> list[GeneratedPage]:
    """Return every page of an edition. `templates` are a team's own, if it has any."""
    summary, render = impact.impact(edition), Renderer(edition.words, directory_urls, templates)
    site = EditionPages(edition, summary, render)
    ids = record.order(edition, summary.position)
    return [*site.common(months.month_ends(edition)), *site.records(ids)]

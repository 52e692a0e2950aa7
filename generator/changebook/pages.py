"""The pages of an edition: Jinja2 templates over the views, giving Markdown for MkDocs.

What people wrote is escaped by autoescaping and stands inside raw HTML blocks, so it is never taken
for markup of any kind. Only a record's own body, which is Markdown, comes as it is, and last on its
page.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from changebook import urls
from changebook.answers import Answers
from changebook.editions import Edition
from changebook.rendering import GeneratedPage, Renderer, one_line
from changebook.sums import Position
from changebook.views import decision, home, impact, index, months, portfolio, record
from changebook.vocabulary import Audience
from changebook.words import SOURCE_LANGUAGE, Words

NavItem = dict[str, "str | list[NavItem]"]

__all__ = ["GeneratedPage", "nav", "pages", "portfolio_pages", "theme_words"]


def pages(
    edition: Edition,
    *,
    summary: impact.Impact | None = None,
    ends: Sequence[months.MonthEnd] | None = None,
    directory_urls: bool = True,
    templates: Path | None = None,
) -> list[GeneratedPage]:
    """Every page of an edition. `templates` is a team's own `site_templates`, if it has one.

    `summary` and `ends` are the edition's impact view and its month ends, where the caller needs
    them too.
    """
    summary = summary or impact.impact(edition)
    ends = months.month_ends(edition) if ends is None else ends
    position = summary.position
    site = _Site(edition, position, directory_urls, templates)
    return [
        site.page(urls.HOME, "home", site.words.gettext("Home"), view=home.home(edition, position)),
        site.page(
            urls.CHANGES,
            "changes",
            site.words.gettext("Changes"),
            findable=False,
            view=index.history(edition, position),
        ),
        site.page(
            urls.BY_STATUS,
            "by_status",
            site.words.gettext("Changes by status"),
            findable=False,
            groups=index.by_status(edition, position),
        ),
        site.page(
            urls.BY_SCOPE,
            "by_scope",
            site.words.gettext("Changes by scope item"),
            findable=False,
            groups=index.by_item(edition, position),
        ),
        site.page(urls.IMPACT, "impact", site.words.gettext("Impact"), view=summary),
        site.page(
            urls.MONTHS,
            "months",
            site.words.gettext("Month ends"),
            findable=False,
            extra=site.up(urls.MONTHS, site.words.gettext("Impact"), urls.IMPACT),
            ends=ends,
            summary=summary,
        ),
        *(site.month(ends, place, summary) for place in range(len(ends))),
        site.page(
            urls.DECISIONS,
            "decisions",
            site.words.gettext("Decisions"),
            entries=decision.log(edition),
            seals=decision.seals(edition),
        ),
        site.page(urls.PROCESS, "process", site.words.gettext("How changes work")),
        *(site.record(view) for view in record.records(edition, position)),
    ]


def portfolio_pages(
    editions: Sequence[Edition],
    *,
    language: str = SOURCE_LANGUAGE,
    directory_urls: bool = True,
    templates: Path | None = None,
) -> list[GeneratedPage]:
    """The root page of the team's site, above one folder per client."""
    words = Words(language)
    view = portfolio.portfolio([(edition, impact.impact(edition)) for edition in editions])
    render = Renderer(words, directory_urls, templates)
    meta = {"cb_internal": words.gettext("Internal: team edition"), "hide": ["navigation", "toc"]}
    title = words.gettext("Portfolio")
    return [render.page(urls.HOME, "portfolio", title, meta, view=view)]


def nav(edition: Edition) -> list[NavItem]:
    """MkDocs' navigation: the indexes. Records are reached from these and by search."""
    words = Words(edition.profile.language)
    changes: list[NavItem] = [
        {words.gettext("All changes"): urls.CHANGES},
        {words.gettext("By status"): urls.BY_STATUS},
        {words.gettext("By scope item"): urls.BY_SCOPE},
    ]
    return [
        {title: changes if target == urls.CHANGES else target} for title, target in _sections(words)
    ]


def _sections(words: Words) -> tuple[tuple[str, str], ...]:
    """The parts of an edition, each with its first page."""
    return (
        (words.gettext("Home"), urls.HOME),
        (words.gettext("Changes"), urls.CHANGES),
        (words.gettext("Impact"), urls.IMPACT),
        (words.gettext("Decisions"), urls.DECISIONS),
        (words.gettext("How changes work"), urls.PROCESS),
    )


def _is_within(page: str, section: str) -> bool:
    """Whether a page belongs to the section that begins with the page `section`."""
    folder = section.removesuffix("index.md")
    return page == section or bool(folder and page.startswith(folder))


def theme_words(language: str) -> dict[str, str]:
    """What the theme itself says, for `config.extra.changebook`; pages bring their own words."""
    words = Words(language)
    return {
        "language": language,
        "not_found": words.gettext("This page does not exist"),
        "not_found_help": words.gettext(
            "The address may be old or mistyped. Go back, or start again from the home page."
        ),
        "home": words.gettext("Home"),
        "light_mode": words.gettext("Switch to light colours"),
        "dark_mode": words.gettext("Switch to dark colours"),
        "system_mode": words.gettext("Switch to the colours of your device"),
    }


class _Site:
    """The pages of one edition: what they all have in common."""

    def __init__(
        self, edition: Edition, position: Position, directory_urls: bool, templates: Path | None
    ) -> None:
        self.words = Words(edition.profile.language)
        self._edition = edition
        self._position = position
        self._render = Renderer(self.words, directory_urls, templates)

    def record(self, view: record.RecordView) -> GeneratedPage:
        """The page of a record, with the ways up and on that the theme shows around it."""
        path, data = urls.record(view.data.id), view.data
        pager = self._pager(
            path,
            (
                (rel, label, f"{other.id} {other.title}", urls.record(other.id))
                for rel, label, other in (
                    ("newer", self.words.gettext("Newer"), view.newer),
                    ("older", self.words.gettext("Older"), view.older),
                )
                if other
            ),
        )
        return self.page(
            path,
            "record",
            f"{data.id} {data.title}",
            description=data.summary,
            extra=self.up(path, self.words.gettext("All changes"), urls.CHANGES) | pager,
            view=view,
            data=data,
        )

    def month(
        self, ends: Sequence[months.MonthEnd], place: int, summary: impact.Impact
    ) -> GeneratedPage:
        """The page of a month end. It bears its own day, not that of the edition."""
        path, day = urls.month(ends[place].on), self.words.date(ends[place].on)
        beside = (
            ("newer", self.words.gettext("Newer"), place + 1),
            ("older", self.words.gettext("Older"), place - 1),
        )
        pager = self._pager(
            path,
            (
                (rel, label, self.words.month(ends[other].on), urls.month(ends[other].on))
                for rel, label, other in beside
                if 0 <= other < len(ends)
            ),
        )
        return self.page(
            path,
            "month",
            self.words.gettext("The position on %(day)s") % {"day": day},
            findable=False,
            extra=self.up(path, self.words.gettext("Month ends"), urls.MONTHS)
            | pager
            | {"cb_footer": self._footer(day)},
            view=ends[place],
            summary=summary,
        )

    def up(self, path: str, title: str, target: str) -> dict[str, Any]:
        """The link above a page to the one that it belongs to."""
        return {"cb_up": {"title": title, "href": self._render.href(path, target)}}

    def _pager(
        self, path: str, beside: Iterable[tuple[str, str, str, str]]
    ) -> dict[str, list[dict[str, str]]]:
        """The links below a page to those beside it: relation, label, title and page of each."""
        return {
            "cb_pager": [
                {
                    "rel": rel,
                    "label": label,
                    "title": one_line(title),
                    "href": self._render.href(path, target),
                }
                for rel, label, title, target in beside
            ]
        }

    def _footer(self, day: str) -> str:
        return self.words.gettext("%(project)s, as of %(day)s") % {
            "project": self._edition.profile.project,
            "day": day,
        }

    def page(
        self,
        path: str,
        template: str,
        title: str,
        *,
        description: str | None = None,
        findable: bool = True,
        extra: Mapping[str, Any] | None = None,
        **view: Any,
    ) -> GeneratedPage:
        edition, profile = self._edition, self._edition.profile
        team = edition.audience is Audience.TEAM
        meta: dict[str, Any] = {
            "hide": ["navigation"],
            "cb_tabs": [
                {
                    "title": words,
                    "href": self._render.href(path, target),
                    "active": _is_within(path, target),
                }
                for words, target in _sections(self.words)
            ],
            "cb_language": profile.language,
            "cb_footer": self._footer(self.words.date(edition.as_of)),
        }
        meta |= extra or {}
        if description:
            meta["description"] = description
        if not findable:
            meta["search"] = {"exclude": True}
        elif not path.startswith(posixpath.dirname(urls.CHANGES)):
            # A search finds a change's own page before the pages that name it.
            meta["search"] = {"boost": 0.2}
        if team:
            meta["cb_internal"] = self.words.gettext("Internal: team edition")
        answer = Answers(self.words, profile)
        return self._render.page(
            path,
            template,
            title,
            meta,
            edition=edition,
            profile=profile,
            position=self._position,
            team=team,
            currency=profile.contract.currency,
            answer=answer,
            **view,
        )

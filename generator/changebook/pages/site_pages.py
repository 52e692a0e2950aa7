"""Which pages an edition has, and what stands around each: titles, neighbours, navigation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from changebook.edition import urls
from changebook.edition.editions import Edition, without_bodies
from changebook.model import periods
from changebook.model.catalogues import SOURCE_LANGUAGE
from changebook.model.glossary import terms_of
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.pages.answers import Answers
from changebook.pages.page import GeneratedPage
from changebook.pages.rendering import Renderer, one_line
from changebook.pages.wording import Wording
from changebook.views import (
    amendments,
    decision,
    follow,
    glossary,
    home,
    impact,
    index,
    meanings,
    months,
    news,
    portfolio,
    process,
    proof,
    record,
    report,
    search,
    waiting,
    what_if,
)

NavItem = dict[str, "str | list[NavItem]"]
_Item = TypeVar("_Item")
#: Of a page that has the whole width to itself.
_WIDE = {"hide": ["navigation", "toc"]}


def _common_pages(
    site: EditionPages,
    edition: Edition,
    summary: impact.ImpactView,
    ends: Sequence[months.MonthEnd],
) -> list[GeneratedPage]:
    """Return the pages that are not of one record."""
    position = summary.position
    calculation = what_if.what_if(edition, position)
    statuses, items = index.by_status(edition, position), index.by_item(edition, position)
    seals = decision.seals(edition)
    in_part = waiting.approved_in_part(edition.records, edition.as_of, edition.profile)
    meaning = meanings.of_statuses(site.words, edition.profile.vendor.name)
    few = index.open_in_each
    # A page that is not to be found lists what others say.
    listing = partial(site.page, findable=False)
    return [
        site.page(urls.HOME, "home", view=home.home(edition, position), what_if=calculation),
        listing(urls.CHANGES, "changes", extra=_WIDE, view=site.history, step=index.FIRST),
        listing(urls.BY_STATUS, "by_status", groups=statuses, few=few(statuses)),
        listing(urls.BY_SCOPE, "by_scope", groups=items, few=few(items)),
        site.page(
            urls.IMPACT,
            "impact",
            view=summary,
            summary=summary,
            amendments=site.amendments,
            what_if=calculation,
        ),
        listing(urls.MONTHS, "months", up=urls.IMPACT, ends=ends, summary=summary),
        *site.month_ends(ends, summary),
        *site.reports(),
        *site.news(news.news(edition)),
        listing(urls.FOLLOW, "follow", up=urls.HOME, addresses=follow.addresses(edition)),
        listing(
            urls.DECISIONS,
            "decisions",
            entries=decision.log(edition, position),
            seals=seals,
            in_part=in_part,
            amendments=site.amendments,
        ),
        *site.amendment_pages(),
        listing(urls.VERIFY, "verify", up=urls.DECISIONS, view=proof.fingerprints(edition)),
        site.page(
            urls.PROCESS, "process", view=process.life_cycle(edition, position), statuses=meaning
        ),
        site.page(
            urls.GLOSSARY, "glossary", up=urls.PROCESS, view=glossary.glossary(edition, site.words)
        ),
        listing(urls.SEARCH, "search", extra=_WIDE, view=site.finding),
        *site.documents(),
        *site.copy(),
    ]


def portfolio_pages(
    editions: Sequence[Edition],
    *,
    language: str = SOURCE_LANGUAGE,
    directory_urls: bool = True,
    templates: Path | None = None,
) -> list[GeneratedPage]:
    """Return the root page of the team's site, above one folder per client."""
    words = Words(language, templates)
    view = portfolio.portfolio([(edition, impact.impact(edition)) for edition in editions])
    render = Renderer(words, directory_urls, templates)
    meta = {"cb_internal": words.gettext("Internal: team edition"), "hide": ["navigation", "toc"]}
    title = words.gettext("Portfolio")
    return [render.page(urls.HOME, "portfolio", title, meta, view=view)]


def navigation(edition: Edition) -> list[NavItem]:
    """Return MkDocs' navigation: the indexes, from which and by search records are reached."""
    words = edition.words
    changes: list[NavItem] = [
        {words.gettext("All changes"): urls.CHANGES},
        {words.gettext("By status"): urls.BY_STATUS},
        {words.gettext("By scope item"): urls.BY_SCOPE},
    ]
    return [
        {title: changes if target == urls.CHANGES else target} for title, target in _sections(words)
    ]


def _sections(words: Words) -> tuple[tuple[str, str], ...]:
    """Return the parts of an edition, each with its first page."""
    return (
        (words.gettext("Home"), urls.HOME),
        (words.gettext("Changes"), urls.CHANGES),
        (words.gettext("Impact"), urls.IMPACT),
        (words.gettext("Decisions"), urls.DECISIONS),
        (words.gettext("How changes work"), urls.PROCESS),
        (words.gettext("News"), urls.NEWS),
        (words.gettext("Reports"), urls.REPORTS),
        (words.gettext("Stay informed"), urls.FOLLOW),
        (words.gettext("Glossary"), urls.GLOSSARY),
    )


def _feeds(words: Words) -> tuple[tuple[str, str, str], ...]:
    """Return title, type and file of the feeds that browsers find on every page."""
    changes, decisions = words.gettext("All changes"), words.gettext("Decisions")
    atom, json = "application/atom+xml", "application/feed+json"
    return (
        (changes, atom, urls.FEED_CHANGES),
        (decisions, atom, urls.FEED_DECISIONS),
        (changes, json, urls.FEED_CHANGES_JSON),
        (decisions, json, urls.FEED_DECISIONS_JSON),
    )


def _each_between(
    items: Sequence[_Item],
) -> Iterator[tuple[_Item | None, _Item, _Item | None]]:
    """Yield each item with the one before and the one after it."""
    return zip([None, *items], items, [*items[1:], None], strict=False)


def _is_within(page: str, section: str) -> bool:
    """Return whether a page belongs to the section that begins with the page `section`."""
    folder = section.removesuffix("index.md")
    return page == section or bool(folder and page.startswith(folder))


def theme_words(words: Words) -> dict[str, str]:
    """Return what the theme itself says, for `config.extra.changebook`."""
    return {
        "language": words.language,
        "contents": words.gettext("On this page"),
        "not_found": words.gettext("This page does not exist"),
        "not_found_help": words.gettext(
            "The address may be old or mistyped. Go back, or start again from the home page."
        ),
        "not_found_up": words.gettext("Pages above this address:"),
        "up_none": words.gettext("This folder"),
        "up_one": words.gettext("One level up"),
        "up_two": words.gettext("Two levels up"),
        "home": words.gettext("Home"),
        "search": words.gettext("Search"),
        "search_all": words.gettext("All results"),
        "search_also": words.gettext("Also on the page"),
        "search_none": words.gettext("No change contains these words"),
        "search_one": words.gettext("One change found"),
        "search_other": words.gettext("%(count)s changes found") % {"count": "{count}"},
        "search_partly": words.gettext(
            "No change contains all these words; these contain some of them"
        ),
        "search_trouble": words.gettext("The search could not be loaded"),
        "search_wait": words.gettext("Searching…"),
        "light_mode": words.gettext("Switch to light colours"),
        "dark_mode": words.gettext("Switch to dark colours"),
        "system_mode": words.gettext("Switch to the colours of your device"),
    }


class EditionPages:
    """The pages of one edition.

    `papers` are the paths of the documents that it has. With `only`, the other pages have a title
    at most. No page knows the bodies of records but a record's own page, which knows its own.
    """

    def __init__(
        self,
        edition: Edition,
        summary: impact.ImpactView,
        render: Renderer,
        papers: Collection[str] = (),
        only: str = "",
        *,
        offline: bool = False,
        offers_copy: bool = False,
    ) -> None:
        self.words = edition.words
        self._edition = without_bodies(edition)
        self._bodies = {r.data.id: (r.body, r.addresses) for r in edition.records}
        self._summary = summary
        self._position = summary.position
        self._papers = papers
        self._offline = offline
        self._offers_copy = offers_copy
        self._only = only
        self._render = render
        _ = self.words.gettext
        self._titles = {target: title for title, target in _sections(self.words)} | {
            urls.BY_STATUS: _("Changes by status"),
            urls.BY_SCOPE: _("Changes by scope item"),
            urls.MONTHS: _("Month ends"),
            urls.REPORTS: _("Weekly and monthly reports"),
            urls.VERIFY: _("Check a fingerprint"),
            urls.SEARCH: _("Search"),
            urls.DOCUMENTS: _("Documents to print"),
            urls.COPY: _("About this copy"),
        }

    @cached_property
    def history(self) -> index.History:
        """The list of all changes."""
        return index.history(self._edition, self._position)

    @cached_property
    def finding(self) -> search.Search:
        """What the search offers, and what it finds records by."""
        return search.search(self.history)

    @cached_property
    def amendments(self) -> tuple[amendments.AmendmentView, ...]:
        return amendments.amendments(self._edition, self._position)

    @cached_property
    def _shared(self) -> Mapping[str, int]:
        """How many changes each amendment has."""
        members = amendments.members(self._edition)
        return {reference: len(records) for reference, records in members.items()}

    def amendment_pages(self) -> Iterator[GeneratedPage]:
        for view in self.amendments:
            yield self.page(
                urls.amendment(view.reference),
                "amendment",
                view.title or view.reference,
                up=urls.DECISIONS,
                view=view,
            )

    def common(self, ends: Sequence[months.MonthEnd]) -> list[GeneratedPage]:
        """Return the pages that are not of one record."""
        return _common_pages(self, self._edition, self._summary, ends)

    def records(self, ids: Collection[str]) -> Iterator[GeneratedPage]:
        """Yield the pages of some records, in the order in which they follow each other."""
        for view in record.records(self._edition, self._position, ids):
            body, addresses = self._bodies[view.data.id]
            whole = replace(view, body=body, addresses=addresses)
            yield self._record(whole, self.finding.found[view.data.id])

    def _record(self, view: record.RecordView, found: search.Found) -> GeneratedPage:
        """Return the page of a record, with the ways up and on that the theme shows around it."""
        path, data = urls.record(view.data.id), view.data
        revision = self.words.gettext("Revision %(number)s") % {"number": data.revision}
        pager = self._pager(
            path,
            view.newer,
            view.older,
            lambda other: (f"{other.id} {other.title}", urls.record(other.id)),
        )
        return self.page(
            path,
            "record",
            f"{data.id} {data.title}",
            description=data.summary,
            up=urls.CHANGES,
            extra=pager | {"cb_paper": f"{data.id} · {revision}"},
            found=found,
            view=view,
            data=data,
            terms=terms_of(data, view.body, self._edition.glossary),
            amended=self._shared.get(amendments.reference_of(data) or "", 0),
        )

    def month_ends(
        self, ends: Sequence[months.MonthEnd], summary: impact.ImpactView
    ) -> Iterator[GeneratedPage]:
        """Yield the pages of the month ends, each with its own day instead of the edition's."""
        for older, end, newer in _each_between(ends):
            path, day = urls.month(end.on), self.words.date(end.on)
            pager = self._pager(
                path, newer, older, lambda other: (self.words.month(other.on), urls.month(other.on))
            )
            yield self.page(
                path,
                "month",
                self.words.gettext("The position on %(day)s") % {"day": day},
                findable=False,
                up=urls.MONTHS,
                extra=pager | {"cb_footer": self._footer(day)},
                view=end,
                summary=summary,
            )

    def reports(self) -> Iterator[GeneratedPage]:
        """Yield the list of all reports, and a page each, with its own day."""
        is_wanted = not self._only or _is_within(self._only, urls.REPORTS)
        # The navigation names the list in any case.
        views = report.reports(self._edition) if is_wanted else ()
        wording = Wording(self.words, self._edition.profile, self._edition.audience)
        yield self.page(
            urls.REPORTS,
            "reports",
            findable=False,
            up=urls.HOME,
            reports=views,
            wording=wording,
        )

        def link(other: report.PeriodReport) -> tuple[str, str]:
            return wording.period(other.period), urls.report(other.period.id)

        for kind in periods.PeriodKind:
            # The newest comes first.
            chosen = [view for view in views if view.period.kind is kind]
            for newer, view, older in _each_between(chosen):
                path = urls.report(view.period.id)
                yield self.page(
                    path,
                    "report",
                    wording.title(view.period),
                    description=wording.joined(wording.summary(view)),
                    findable=False,
                    up=urls.REPORTS,
                    extra=self._pager(path, newer, older, link)
                    | {"cb_footer": self._footer(self.words.date(view.on))},
                    view=view,
                    wording=wording,
                )

    def news(self, view: news.News) -> Iterator[GeneratedPage]:
        """Yield what happened lately, and a page for each older month of a long log."""
        yield self.page(urls.NEWS, "news", findable=False, up=urls.HOME, view=view)

        def link(other: news.NewsMonth) -> tuple[str, str]:
            return self.words.month(other.first), urls.news(other.first)

        # The newest comes first.
        for newer, month, older in _each_between(view.older):
            path = urls.news(month.first)
            yield self.page(
                path,
                "news_month",
                self.words.month(month.first),
                findable=False,
                up=urls.NEWS,
                extra=self._pager(path, newer, older, link),
                view=month,
            )

    def documents(self) -> Iterator[GeneratedPage]:
        """Yield the list of all documents, where the edition has any."""
        if self._papers:
            yield self.page(
                urls.DOCUMENTS,
                "documents",
                findable=False,
                up=urls.HOME,
                amendments=self.amendments,
                months=report.ended_months(self._edition),
                signed={r.data.id: decision.signed_paper(r) for r in self._edition.records},
            )

    def copy(self) -> Iterator[GeneratedPage]:
        """Yield the page that says what an offline copy is."""
        if self._offline:
            yield self.page(urls.COPY, "copy", findable=False, up=urls.HOME)

    def _pager(
        self,
        path: str,
        newer: _Item | None,
        older: _Item | None,
        link: Callable[[_Item], tuple[str, str]],
    ) -> dict[str, list[dict[str, str]]]:
        """Return the links below a page; `link` gives the title and page of each neighbour."""
        _ = self.words.gettext
        pager = []
        for rel, label, other in (("newer", _("Newer"), newer), ("older", _("Older"), older)):
            if other:
                title, page = link(other)
                href = self._render.href(path, page)
                pager.append({"rel": rel, "label": label, "title": one_line(title), "href": href})
        return {"cb_pager": pager}

    def _footer(self, day: str) -> str:
        return self.words.gettext("%(project)s, as of %(day)s") % {
            "project": self._edition.profile.project,
            "day": day,
        }

    def page(
        self,
        path: str,
        template: str,
        title: str = "",
        *,
        description: str | None = None,
        findable: bool = True,
        up: str | None = None,
        extra: Mapping[str, Any] | None = None,
        **view: Any,
    ) -> GeneratedPage:
        """Return a page; those that an edition has once have a title already."""
        title = title or self._titles[path]
        if self._only not in ("", path):
            return GeneratedPage(path, one_line(title), "", {})
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
            "cb_search": {
                "page": self._render.href(path, urls.SEARCH),
                "bundle": self._render.href(path, urls.PAGEFIND),
                "prefix": profile.prefix,
            },
            "cb_language": profile.language,
            "cb_footer": self._footer(self.words.date(edition.as_of)),
            "cb_foot": [
                {"title": self._titles[target], "href": self._render.href(path, target)}
                for target in (urls.NEWS, urls.FOLLOW, *([urls.DOCUMENTS] if self._papers else ()))
            ],
            "cb_feeds": [
                {"title": words, "type": kind, "href": self._render.href(path, target)}
                for words, kind, target in _feeds(self.words)
            ],
        }
        if self._offline:
            day = self.words.date(edition.as_of)
            meta["cb_copy"] = {
                "title": self.words.gettext("Offline copy, as of %(day)s") % {"day": day},
                "href": self._render.href(path, urls.COPY),
            }
        if path != urls.VERIFY:
            meta["cb_verify"] = self._render.href(path, urls.VERIFY)
        if up:
            # The link above the page to the one that it belongs to.
            name = self.words.gettext("All changes") if up == urls.CHANGES else self._titles[up]
            meta["cb_up"] = {"title": name, "href": self._render.href(path, up)}
        meta |= extra or {}
        if description:
            meta["description"] = description
        if findable:
            meta["cb_find"] = "change" if template == "record" else "page"
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
            papers=self._papers,
            offers_copy=self._offers_copy,
            **view,
        )

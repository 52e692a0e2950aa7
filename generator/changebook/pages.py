"""The pages of an edition: Jinja2 templates over the views, giving Markdown for MkDocs.

What people wrote is escaped by autoescaping and stands inside raw HTML blocks, so it is never taken
for markup of any kind. Only a record's own body, which is Markdown, comes as it is, and last on its
page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import frontmatter
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from changebook import packaged, sums, urls
from changebook.editions import Edition
from changebook.schema import ChangeRecord, Profile
from changebook.sums import Position
from changebook.views import decision, home, impact, index, portfolio, record
from changebook.vocabulary import Audience, Status
from changebook.words import SOURCE_LANGUAGE, Words

NavItem = dict[str, "str | list[NavItem]"]
_BLANK_LINES = re.compile(r"\n\s*\n")
_WORD = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True)
class GeneratedPage:
    """One Markdown file; its path is one of `urls`."""

    path: str
    content: str


def pages(
    edition: Edition, *, directory_urls: bool = True, templates: Path | None = None
) -> list[GeneratedPage]:
    """Every page of an edition. `templates` is a team's own `site_templates`, if it has one."""
    position = position_of(edition)
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
        site.page(
            urls.IMPACT, "impact", site.words.gettext("Impact"), view=impact.impact(edition)
        ),
        site.page(
            urls.DECISIONS,
            "decisions",
            site.words.gettext("Decisions"),
            entries=decision.log(edition),
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
    view = portfolio.portfolio([(edition, position_of(edition)) for edition in editions])
    render = _Renderer(words, directory_urls, templates)
    meta = {"cb_internal": words.gettext("Internal: team edition"), "hide": ["navigation"]}
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
        {title: changes if target == urls.CHANGES else target}
        for title, target in _sections(words)
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


def position_of(edition: Edition) -> Position:
    """The sums over the records of an edition, as of its day."""
    return sums.position([r.data for r in edition.records], edition.profile, edition.as_of)


class _Site:
    """The pages of one edition: what they all have in common."""

    def __init__(
        self, edition: Edition, position: Position, directory_urls: bool, templates: Path | None
    ) -> None:
        self.words = Words(edition.profile.language)
        self._edition = edition
        self._position = position
        self._render = _Renderer(self.words, directory_urls, templates)

    def record(self, view: record.RecordView) -> GeneratedPage:
        """The page of a record, with the ways up and on that the theme shows around it."""
        path, data = urls.record(view.data.id), view.data
        up = {
            "title": self.words.gettext("All changes"),
            "href": self._render.href(path, urls.CHANGES),
        }
        pager = [
            {
                "rel": rel,
                "label": label,
                "title": _one_line(f"{other.id} {other.title}"),
                "href": self._render.href(path, urls.record(other.id)),
            }
            for rel, label, other in (
                ("newer", self.words.gettext("Newer"), view.newer),
                ("older", self.words.gettext("Older"), view.older),
            )
            if other
        ]
        return self.page(
            path,
            "record",
            f"{data.id} {data.title}",
            description=data.summary,
            extra={"cb_up": up, "cb_pager": pager},
            view=view,
            data=data,
        )

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
            "cb_footer": self.words.gettext("%(project)s, as of %(day)s")
            % {"project": profile.project, "day": self.words.date(edition.as_of)},
        }
        meta |= extra or {}
        if description:
            meta["description"] = description
        if not findable:
            # A search should find a change's own page, not the lists that name it.
            meta["search"] = {"exclude": True}
        if team:
            meta["cb_internal"] = self.words.gettext("Internal: team edition")
        answer = _Answer(self.words, profile)
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


@dataclass(frozen=True)
class _Renderer:
    """Renders templates in one language; links depend on where the page is."""

    words: Words
    directory_urls: bool
    templates: Path | None
    environment: Environment = field(init=False)

    def __post_init__(self) -> None:
        folders = (self.templates,) if self.templates else ()
        object.__setattr__(self, "environment", _environment(self.words.language, folders))

    def href(self, page: str, target: str, fragment: str = "") -> str:
        """The address of one page on another."""
        return urls.href(page, target, fragment, directory_urls=self.directory_urls)

    def page(
        self, path: str, template: str, title: str, meta: Mapping[str, Any], **view: Any
    ) -> GeneratedPage:
        text = self.environment.get_template(f"{template}.md.j2").render(
            title=title, href=partial(self.href, path), **view
        )
        post = frontmatter.Post(text, title=_one_line(title), **_one_lines(meta))
        return GeneratedPage(path, frontmatter.dumps(post) + "\n")


@dataclass(frozen=True)
class _Answer:
    """Addresses by which a client answers from a static page, filled in as far as can be."""

    words: Words
    profile: Profile

    @property
    def email(self) -> str | None:
        """Where answers go: the address for answers, or else the vendor's contact."""
        return self.profile.respond.email or self.profile.vendor.contact

    @property
    def mail(self) -> str | None:
        """A mail with nothing filled in."""
        return f"mailto:{quote(self.email, safe='@')}" if self.email else None

    def decide(self, data: ChangeRecord, digest: str) -> str | None:
        """A mail that answers the question of a record."""
        _ = self.words.gettext
        lines = [
            f"{data.id} {data.title}",
            _("Revision %(revision)s, fingerprint %(digest)s")
            % {"revision": data.revision, "digest": digest},
            "",
            _("Our decision (keep one): approve / approve in part / reject / decide later"),
            "",
            *(f"{option.id}) {option.title}" for option in data.options),
            *([""] if data.options else []),
            _("Reasons and conditions:"),
            "",
            _("Name and role:"),
        ]
        subject = _("Decision on %(id)s, revision %(revision)s: %(title)s")
        values = {"id": data.id, "revision": data.revision, "title": data.title}
        return self._mail(subject % values, lines)

    def ask(self, data: ChangeRecord) -> str | None:
        """A mail with a question about a record."""
        subject = self.words.gettext("Question on %(id)s, revision %(revision)s: %(title)s")
        values = {"id": data.id, "revision": data.revision, "title": data.title}
        return self._mail(subject % values, [])

    def request(self) -> str | None:
        """A mail that asks for a change."""
        _ = self.words.gettext
        lines: list[str] = []
        for question in (
            _("What should be different?"),
            _("Why, and how do we know?"),
            _("Which parts of the project does it touch?"),
            _("How much does it matter, and by when is it needed?"),
            _("Name and role:"),
        ):
            lines += [question, "", ""]
        subject = _("Request for a change: %(project)s") % {"project": self.profile.project}
        return self._mail(subject, lines)

    def form(self, data: ChangeRecord) -> str | None:
        """The form's address with the record's id, revision and title filled in."""
        address = self.profile.respond.form
        if address is None:
            return None
        values = {"id": data.id, "revision": str(data.revision), "title": data.title}
        return re.sub(
            r"\{(id|revision|title)\}", lambda m: quote(values[m[1]], safe=""), address
        )

    def _mail(self, subject: str, lines: list[str]) -> str | None:
        if self.email is None:
            return None
        body = quote("\r\n".join(lines), safe="")
        to = quote(self.email, safe="@")
        return f"mailto:{to}?subject={quote(_one_line(subject), safe='')}" + (
            f"&body={body}" if lines else ""
        )


@lru_cache(maxsize=16)
def _environment(language: str, folders: tuple[Path, ...]) -> Environment:
    """Templates of the team's own folder first, then those that come with the package."""
    words = Words(language)
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(f / "pages") for f in (*folders, packaged.templates_dir())]
        ),
        autoescape=True,
        # `{#` begins the id of a Markdown heading.
        comment_start_string="{#*",
        comment_end_string="*#}",
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext,
        words.ngettext,
        newstyle=True,
        pgettext=words.pgettext,
        npgettext=words.npgettext,
    )
    environment.globals.update(
        urls=urls,
        words=words,
        definitions=_definitions,
        Status=Status,
    )
    environment.filters.update(
        day=lambda day: _time(words, day),
        month=words.month,
        year=words.year,
        money=words.money,
        number=words.number,
        percent=words.percent,
        days=words.days,
        label=words.label,
        prose=_prose,
        explained=_explained,
        plain=_plain,
    )
    return environment


def _time(words: Words, day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), words.date(day))


def _prose(text: str, glossary: Mapping[str, str] | None = None) -> Markup:
    """Plain text as paragraphs, with the terms of the glossary explained in place."""
    blocks = [b for b in _BLANK_LINES.split(text.strip()) if b.strip()]
    return Markup("\n").join(
        Markup("<p>{}</p>").format(_explained(block, glossary)) for block in blocks
    )


def _explained(text: str, glossary: Mapping[str, str] | None = None) -> Markup:
    """Plain text in which the first use of each term carries its explanation."""
    if not glossary:
        return escape(text)
    return Markup("").join(_explain(text, dict(glossary)))


def _explain(text: str, left: dict[str, str]) -> Iterator[Markup]:
    terms = sorted(left, key=len, reverse=True)
    done = 0
    for match in re.finditer("|".join(map(_term, terms)), text, re.IGNORECASE):
        meant = next((t for t in terms if t.casefold() == match[0].casefold()), None)
        meaning = left.pop(meant, None) if meant else None
        yield escape(text[done : match.start()])
        yield (
            Markup('<abbr title="{}">{}</abbr>').format(meaning, match[0])
            if meaning
            else escape(match[0])
        )
        done = match.end()
    yield escape(text[done:])


def _term(term: str) -> str:
    """The pattern of a term: whole words in scripts that part words, anywhere in those that don't."""
    begin = r"(?<![A-Za-z0-9])" if _WORD.match(term[0]) else ""
    end = r"(?![A-Za-z0-9])" if _WORD.match(term[-1]) else ""
    return begin + re.escape(term) + end


def _definitions(glossary: Mapping[str, str]) -> list[Markup]:
    """Markdown that explains the terms of the glossary in a record's body (the `abbr` extension)."""
    return [
        Markup(f"*[{term}]: {_one_line(meaning)}")
        for term, meaning in glossary.items()
        if not re.search(r"[\[\]\n\\]", term)
    ]


def _plain(value: object) -> str:
    """A value of an `internal` key as text: these keys may hold anything."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(v)}" for key, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _one_lines(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _one_line(v) if isinstance(v, str) else v for key, v in meta.items()}


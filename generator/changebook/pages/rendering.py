"""Templates to pages of HTML: the Jinja2 environment of a language and its filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_eval_context,
)
from jinja2.nodes import EvalContext
from markupsafe import Markup

from changebook import packaged
from changebook.edition import urls
from changebook.keep.digests import of_folder
from changebook.keep.store import NOWHERE, Store
from changebook.model import canonical
from changebook.model.sums import SumLine
from changebook.model.table import Medium
from changebook.model.vocabulary import AcceptanceOutcome, Status
from changebook.model.words import Words
from changebook.pages.cells import Cells
from changebook.pages.compiled import CompiledTemplates
from changebook.pages.kept_bodies import BodyRenderer
from changebook.pages.page import Assembly, GeneratedPage
from changebook.views import (
    amendment_tables,
    change_tables,
    impact_tables,
    month_tables,
    open_items,
    portfolio_tables,
    process_tables,
    record_tables,
    report_tables,
    sum_tables,
)
from changebook.views.amendments import SignatureState
from changebook.views.approvals import ApprovalPhrases

_PAGES = "pages"

#: A longer one could be wider than its column.
_HYPHENED = re.compile(r"(?<![\w-])((?=[\w-]{3,30}(?![\w-]))\w+(?:-\w+)+)", re.ASCII)
_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Renderer:
    """Renders templates in one language; links depend on where the page is."""

    words: Words
    directory_urls: bool
    templates: Path | None
    store: Store = NOWHERE
    environment: Environment = field(init=False)
    render_body: BodyRenderer = field(init=False)

    def __post_init__(self) -> None:
        folders = (self.templates,) if self.templates else ()
        object.__setattr__(self, "environment", environment(self.words.language, folders))
        bodies = BodyRenderer.of(self.words, self.templates, self.store)
        object.__setattr__(self, "render_body", bodies)

    def href(self, page: str, target: str, fragment: str = "") -> str:
        """Return the address of one page on another."""
        return urls.href(page, target, fragment, directory_urls=self.directory_urls)

    def page(
        self, path: str, template: str, title: str, meta: Mapping[str, Any], **view: Any
    ) -> GeneratedPage:
        href = lru_cache(maxsize=None)(partial(self.href, path))
        page = Assembly(path, self.render_body, href)
        html = self.environment.get_template(f"{template}.html.j2").render(
            title=title, href=href, heading=page.heading, body=page.body, needs=page.needs, **view
        )
        return page.page(one_line(title), html, _one_lines(meta))

    def fragment(self, path: str, template: str, **view: Any) -> str:
        """Return HTML for a file at `path` that is not a page, in one line."""
        source = self.environment.get_template(f"{template}.html.j2")
        return one_line(source.render(href=partial(self.href, path), **view))


def environment(language: str, folders: tuple[Path, ...], kind: str = _PAGES) -> Environment:
    """Return what renders templates: the team's own folders first, then those of the package.

    `kind` is the folder of `site_templates` that they lie in.
    """
    # One of the team's that is new or was edited makes a new environment.
    return _environment(language, folders, kind, tuple(of_folder(f, follow=True) for f in folders))


@lru_cache(maxsize=16)
def _environment(
    language: str, folders: tuple[Path, ...], kind: str, _: tuple[str, ...]
) -> Environment:
    words = Words(language, folders[0] if folders else None)
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(f / kind) for f in (*folders, packaged.templates_dir())]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,  # it would ask for the time of every file that a page includes
        extensions=["jinja2.ext.i18n"],
        # Filters of constants are computed when a template is compiled, and may know the language.
        bytecode_cache=CompiledTemplates(language),
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext,
        words.ngettext,
        newstyle=True,
        pgettext=words.pgettext,
        npgettext=words.npgettext,
    )
    # Jinja's own takes three calls for each of the thousands of messages, and looks it up again.
    environment.globals["_"] = environment.globals["gettext"] = _gettext(words)
    # The same days stand on many pages.
    day = lru_cache(maxsize=4096)(partial(_time, words))
    environment.globals.update(
        urls=urls,
        words=words,
        gap=words.gap,
        Status=Status,
        AcceptanceOutcome=AcceptanceOutcome,
        SumLine=SumLine,
        SignatureState=SignatureState,
        Medium=Medium,
        cells=Cells(words, day),
        tables=impact_tables,
        amendment_tables=amendment_tables,
        change_tables=change_tables,
        month_tables=month_tables,
        open_items=open_items,
        portfolio_tables=portfolio_tables,
        process_tables=process_tables,
        record_tables=record_tables,
        report_tables=report_tables,
        sum_tables=sum_tables,
        approving=partial(ApprovalPhrases, words),
    )
    environment.filters.update(
        day=day,
        date=words.date,
        month=words.month,
        quarter=words.quarter,
        tick=words.tick,
        year=words.year,
        money=words.money,
        money_tick=words.money_tick,
        number=words.number,
        percent=words.percent,
        days=words.days,
        label=words.label,
        in_sentence=words.in_sentence,
        prose=_prose,
        unbroken=_unbroken,
        grouped=canonical.grouped,
        short=canonical.short,
        one_line=one_line,
        plain=_plain,
    )
    return environment


def _gettext(words: Words) -> Callable[..., str]:
    """Return what looks up messages, as Jinja's extension for them has it."""

    @lru_cache(maxsize=4096)
    def in_html(message: str) -> Markup:
        return Markup(words.gettext(message))  # noqa: S704 - templates and catalogues are HTML

    @pass_eval_context
    def gettext(context: EvalContext, message: str, /, **values: object) -> str:
        text = in_html(message) if context.autoescape else words.gettext(message)
        return text % values

    return gettext


def _time(words: Words, day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), words.date(day))


def _prose(text: str) -> Markup:
    """Return plain text as paragraphs."""
    paragraphs = _BLANK_LINES.split(text.strip())
    return Markup("\n").join(Markup("<p>{}</p>").format(p) for p in paragraphs if p)


def _unbroken(text: str) -> Markup:
    """Return a reference whose numbers, such as `YF-HT-2025-118`, stay on one line."""
    parts = _HYPHENED.split(text)  # each second one is a number
    return Markup("").join(
        Markup('<span class="unbroken">{}</span>').format(part) if odd % 2 else part
        for odd, part in enumerate(parts)
    )


def _plain(value: object) -> str:
    """Return a value of an `internal` key as text: these keys may hold anything."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(v)}" for key, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return str(value)


def one_line(text: str) -> str:
    """Return the text as a title or a description holds it."""
    return " ".join(text.split())


def _one_lines(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one_line(v) if isinstance(v, str) else v for key, v in meta.items()}

"""Templates to Markdown pages: the Jinja2 environment of a language and its filters."""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import frontmatter
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from changebook import packaged
from changebook.edition import urls
from changebook.model import canonical
from changebook.model.sums import SumLine
from changebook.model.vocabulary import Status
from changebook.model.words import Words
from changebook.pages import bodies

#: The only templates that Markdown reads.
_PAGES = "pages"
_Value = TypeVar("_Value")

_SOURCE_LINK = re.compile(r' href="((?![a-z]+:)[^"#]*\.md)#?([^"]*)"')
_BLANK_LINES = re.compile(r"\n\s*\n")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")


@dataclass(frozen=True)
class GeneratedPage:
    """One Markdown file; its path is one of `urls`."""

    path: str
    content: str


@dataclass(frozen=True)
class Renderer:
    """Renders templates in one language; links depend on where the page is."""

    words: Words
    directory_urls: bool
    templates: Path | None
    environment: Environment = field(init=False)

    def __post_init__(self) -> None:
        folders = (self.templates,) if self.templates else ()
        object.__setattr__(self, "environment", environment(self.words.language, folders))

    def href(self, page: str, target: str, fragment: str = "") -> str:
        """The address of one page on another."""
        return urls.href(page, target, fragment, directory_urls=self.directory_urls)

    def page(
        self, path: str, template: str, title: str, meta: Mapping[str, Any], **view: Any
    ) -> GeneratedPage:
        text = self.environment.get_template(f"{template}.md.j2").render(
            title=title, href=partial(self.href, path), body=partial(self._body, path), **view
        )
        post = frontmatter.Post(text, title=one_line(title), **_one_lines(meta))
        return GeneratedPage(path, frontmatter.dumps(post) + "\n")

    def _body(self, page: str, markdown: str, addresses: Collection[str]) -> Markup:
        """A body's HTML in a form that Python-Markdown leaves alone; the extension unwraps it."""
        html = bodies.render(markdown, self.words, addresses=addresses).html
        html = _SOURCE_LINK.sub(
            lambda m: f' href="{self.href(page, _page_at(page, m[1]), m[2])}"',
            html,
        )
        data = base64.b64encode(html.encode()).decode()
        return Markup('<cb-body data="{}"></cb-body>').format(data)

    def fragment(self, path: str, template: str, **view: Any) -> str:
        """HTML for a file at `path` that is no page, in one line."""
        source = self.environment.get_template(f"{template}.md.j2")
        return one_line(source.render(href=partial(self.href, path), **view))


@lru_cache(maxsize=16)
def environment(language: str, folders: tuple[Path, ...], kind: str = _PAGES) -> Environment:
    """Templates of the team's own folders first, then those that come with the package.

    `kind` is the folder of `site_templates` that they lie in.
    """
    words = Words(language, folders[0] if folders else None)
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(f / kind) for f in (*folders, packaged.templates_dir())]
        ),
        autoescape=True,
        # `{#` begins the id of a Markdown heading.
        comment_start_string="{#*",
        comment_end_string="*#}",
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        finalize=_in_one_line if kind == _PAGES else None,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext,
        words.ngettext,
        newstyle=True,
        pgettext=words.pgettext,
        npgettext=words.npgettext,
    )
    if kind == _PAGES:
        for name in ("gettext", "ngettext", "pgettext", "npgettext"):
            environment.globals[name] = _with_values_in_one_line(environment.globals[name])
        environment.filters["join"] = _joined
    environment.globals.update(
        urls=urls,
        words=words,
        Status=Status,
        SumLine=SumLine,
    )
    environment.filters.update(
        # The same days stand on many pages, and Babel takes its time.
        day=lru_cache(maxsize=4096)(partial(_time, words)),
        date=lru_cache(maxsize=4096)(words.date),
        month=words.month,
        quarter=words.quarter,
        tick=words.tick,
        year=words.year,
        money=words.money,
        number=words.number,
        percent=words.percent,
        days=words.days,
        label=words.label,
        prose=_prose,
        grouped=canonical.grouped,
        short=canonical.short,
        one_line=one_line,
        plain=_plain,
    )
    return environment


def _page_at(page: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), address))


def _in_one_line(value: _Value) -> _Value | str:
    """A value without line breaks: Markdown takes a line that begins like code for code."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _LINE_BREAK.sub(" ", value)
    return value


def _with_values_in_one_line(translate: Any) -> Callable[..., str]:
    """One of Jinja's functions for translations, which put values into their sentence at once."""

    @pass_context
    def translated(context: Context, *messages: object, **values: object) -> str:
        kept = {key: _in_one_line(value) for key, value in values.items()}
        text: str = translate(context, *messages, **kept)
        return text

    return translated


def _joined(values: Iterable[str], separator: str = "") -> Markup:
    """Jinja's filter, which is the other one that puts texts together before they are output."""
    return escape(separator).join(map(_in_one_line, values))


def _time(words: Words, day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), words.date(day))


def _prose(text: str) -> Markup:
    """Plain text as paragraphs."""
    blocks = [_LINE_BREAK.sub(" ", b) for b in _BLANK_LINES.split(text.strip()) if b.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(block) for block in blocks)


def _plain(value: object) -> str:
    """A value of an `internal` key as text: these keys may hold anything."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(v)}" for key, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return str(value)


def one_line(text: str) -> str:
    """The text as a title or a description holds it."""
    return " ".join(text.split())


def _one_lines(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one_line(v) if isinstance(v, str) else v for key, v in meta.items()}

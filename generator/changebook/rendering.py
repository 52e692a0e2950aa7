"""Templates to Markdown pages: the Jinja2 environment of a language and its filters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import frontmatter
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from changebook import canonical, packaged, urls
from changebook.sums import SumLine
from changebook.vocabulary import Status
from changebook.words import Words

_BLANK_LINES = re.compile(r"\n\s*\n")
_WORD = re.compile(r"[A-Za-z0-9]")


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
        post = frontmatter.Post(text, title=one_line(title), **_one_lines(meta))
        return GeneratedPage(path, frontmatter.dumps(post) + "\n")


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
        SumLine=SumLine,
    )
    environment.filters.update(
        day=lambda day: _time(words, day),
        date=words.date,
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
    """The pattern of a term: whole words where a script parts words, else anywhere."""
    begin = r"(?<![A-Za-z0-9])" if _WORD.match(term[0]) else ""
    end = r"(?![A-Za-z0-9])" if _WORD.match(term[-1]) else ""
    return begin + re.escape(term) + end


def _definitions(glossary: Mapping[str, str]) -> list[str]:
    """Markdown that explains the terms of the glossary in a body (the `abbr` extension)."""
    return [
        f"*[{term}]: {one_line(meaning)}"
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


def one_line(text: str) -> str:
    """The text as a title or a description holds it."""
    return " ".join(text.split())


def _one_lines(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one_line(v) if isinstance(v, str) else v for key, v in meta.items()}

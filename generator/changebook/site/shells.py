"""The theme's shell around pages that are alike: rendered once, with slots for what differs.

The plugin asks for them only with its own theme in Material. The first page of each kind is
rendered in full as well: where the slots do not give the same bytes, none of that kind has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment
from markupsafe import escape
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation

from changebook.edition import urls
from changebook.pages.bodies import Heading
from changebook.pages.page import GeneratedPage
from changebook.site.finished import FinishedPage

_MAIN = "main.html"
#: The parts of a page that are rendered for each one, by their names as slots.
_PARTS = {"contents": "partials/toc.html", "around": "partials/around.html"}
#: What each page says in its own words.
_WORDS = ("title", "description", "cb_footer", "cb_paper")
#: Letters that no name of a site has.
_SLOT = "\ue000{}\ue001"
_SLOTS = re.compile("\ue000(.*?)\ue001")
#: Material writes a title above content that has none.
_TITLED = "<h1"

#: The text between the slots, and by turns the name of each.
_Shell = tuple[str, ...]


class Shells:
    """Puts the shell around pages that stand in no navigation."""

    def __init__(self, env: Environment, nav: Navigation, files: Files, config: MkDocsConfig):
        """Take the templates of a site, and what is on all of its pages."""
        self._env, self._nav, self._config = env, nav, config
        self._files = files.documentation_pages()
        parts = {template: _SLOT.format(name) for name, template in _PARTS.items()}
        loaders = filter(None, (DictLoader(parts), env.loader))
        self._slotted = env.overlay(loader=ChoiceLoader(list(loaders)))
        self._known: dict[str, _Shell | None] = {}

    def whole(self, page: GeneratedPage) -> str:
        """Return the page as the theme shows it."""
        shown = self._page(page)
        kind = _kind(shown)
        if kind not in self._known:
            whole = self._render(self._env, _MAIN, shown)
            shell = tuple(_SLOTS.split(self._render(self._slotted, _MAIN, self._blank(shown))))
            self._known[kind] = shell if self._filled(shell, shown) == whole else None
            return whole
        known = self._known[kind]
        return self._filled(known, shown) if known else self._render(self._env, _MAIN, shown)

    def _page(self, page: GeneratedPage) -> FinishedPage:
        """Return the page as MkDocs has it when it renders it."""
        file = File.generated(self._config, page.path, content="")
        shown = FinishedPage(page, None, file, self._config)
        shown.read_source(self._config)
        shown.render(self._config, Files([]))
        return shown

    def _blank(self, page: FinishedPage) -> FinishedPage:
        """Return a page of the same kind with slots in it."""
        blank = self._page(
            replace(
                page.finished,
                title=_SLOT.format("title"),
                content=_SLOT.format(_content(page)),
                headings=(Heading(1, _SLOT.format("first"), ""),) if page.finished.headings else (),
                meta={
                    **page.finished.meta,
                    **{key: _SLOT.format(key) for key in _WORDS if page.finished.meta.get(key)},
                    "cb_pager": [
                        {**other, "href": _SLOT.format(f"{n}"), "title": _SLOT.format(f"{n}t")}
                        for n, other in enumerate(_pager(page.finished.meta))
                    ],
                },
            )
        )
        blank.canonical_url = _SLOT.format("address") if page.canonical_url else None
        return blank

    def _filled(self, shell: _Shell, page: FinishedPage) -> str:
        meta, texts = page.finished.meta, {"title": page.title, "address": page.canonical_url or ""}
        texts |= {key: meta[key] for key in _WORDS if meta.get(key)}
        for n, other in enumerate(_pager(meta)):
            texts |= {f"{n}": other["href"], f"{n}t": other["title"]}
        filled = {name: str(escape(text)) for name, text in texts.items()}
        filled[_content(page)] = page.content or ""
        for first in list(page.toc)[:1]:
            filled["first"] = first.url.removeprefix("#")
        for name, template in _PARTS.items():
            if name in shell:
                filled[name] = self._render(self._env, template, page)
        return "".join(filled.get(piece, "") if n % 2 else piece for n, piece in enumerate(shell))

    def _render(self, env: Environment, template: str, page: FinishedPage) -> str:
        context = get_context(self._nav, self._files, self._config, page)
        page.active = True
        return env.get_template(template).render(context)


def _content(page: FinishedPage) -> str:
    """Return the name of the slot for the content, which says whether it has a title."""
    return _TITLED if _TITLED in page.finished.content else "content"


def _pager(meta: Mapping[str, Any]) -> Iterable[Mapping[str, str]]:
    links: Iterable[Mapping[str, str]] = meta.get("cb_pager", ())
    return links


def _kind(page: FinishedPage) -> str:
    """Return what a page has in common with those in whose shell it fits."""
    finished = page.finished
    own = {key: bool(finished.meta.get(key)) for key in _WORDS}
    pager = [{**other, "href": "", "title": ""} for other in _pager(finished.meta)]
    shared = sorted(({**finished.meta, **own, "cb_pager": pager}).items())
    return repr((
        urls.to_source(finished.path, "."), shared,
        _content(page), bool(finished.headings), bool(page.canonical_url),
    ))  # fmt: skip

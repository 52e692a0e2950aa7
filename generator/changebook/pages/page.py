"""One page of HTML: what its template calls while it is made, and what makes it whole.

A template writes HTML, where Jinja2 escapes what people wrote. The one thing that it takes as it
is, is a body, which `bodies` has rendered and sanitised.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup, escape

from changebook.model.glossary import explain
from changebook.model.markup import scheme
from changebook.pages.bodies import Heading, RenderedBody
from changebook.pages.kept_bodies import BodyRenderer

#: The scripts of a page with diagrams, and of one with explained terms.
DIAGRAMS, _TERMS = "mermaid", "glossary"
#: Leads to a heading. It stands everywhere, so those who hear a page or go through it by keyboard
#: are spared it.
_PERMALINK = '<a class="headerlink" href="#{}" tabindex="-1" aria-hidden="true">¶</a>'
#: Where a body goes. Text can't hold it: there `<` is escaped.
_BODY = Markup('<template data-body="{}"></template>')

_ID = re.compile(r'<[^<>]*?\sid="([^"]*)"')
#: The sanitiser writes every attribute as name="value" with quotes escaped.
_HEADING = re.compile(
    r'<(?P<tag>h[1-6])(?P<attributes>(?: [\w:-]+="[^"]*")*)>(?P<text>.*?)</h\d>', re.DOTALL
)
_LINK = re.compile(r'<a(?P<before>(?: [\w:-]+="[^"]*")*?) href="(?P<to>[^"]*)"')


@dataclass(frozen=True)
class GeneratedPage:
    """One page; its path is one of `urls`, and its content HTML.

    `meta` is what the theme shows around it.
    """

    path: str
    title: str
    content: str
    meta: Mapping[str, Any]
    headings: tuple[Heading, ...] = ()

    @property
    def scripts(self) -> tuple[str, ...]:
        return tuple(self.meta.get("cb_scripts", ()))

    def below(self, folder: str) -> GeneratedPage:
        """Return the page where its whole edition lies in a folder."""
        return replace(self, path=posixpath.join(folder, self.path))


class Assembly:
    """A page in the making: what its template calls, and what is then done to its HTML.

    `href` makes the address of another page of the edition, as a link on this one.
    """

    def __init__(self, path: str, render: BodyRenderer, href: Callable[..., str]) -> None:
        self._path = path
        self._render = render
        self._href = href
        self._headings: list[Heading | int] = []
        self._bodies: list[RenderedBody] = []
        self._scripts: list[str] = []

    def needs(self, script: str) -> str:
        """Note a script that the page needs; it stands nowhere in the page's content."""
        self._scripts.append(script)
        return ""

    def heading(self, level: int, id: str, title: object, class_: str = "") -> Markup:
        """Return a heading with a link to itself, and note it for the table of contents."""
        shown = escape(title)
        self._headings.append(Heading(level, id, shown.striptags()))
        name = f' class="{escape(class_)}"' if class_ else ""
        start = f'<h{level} id="{escape(id)}"{name}>'
        # Pages have tens of thousands of them, and `Markup.format` takes its time.
        return Markup(f"{start}{shown}{_permalink(id)}</h{level}>")  # noqa: S704

    def body(self, markdown: str, addresses: Collection[str]) -> Markup:
        """Return the place of a Markdown body, which `page` fills.

        `addresses` are the relative ones that the edition has put into it.
        """
        number = len(self._bodies)
        self._bodies.append(self._render(markdown, addresses).whole(self._path))
        self._headings.append(number)
        return _BODY.format(number)

    def page(self, title: str, html: str, meta: Mapping[str, Any]) -> GeneratedPage:
        """Return the finished page, from what its template gave."""
        for number, body in enumerate(self._bodies):
            html = html.replace(_BODY.format(number), self._placed(body))
        content, explained = explain(html)
        if explained:
            self.needs(_TERMS)
        if any(body.has_diagram for body in self._bodies):
            self.needs(DIAGRAMS)
        scripts = {"cb_scripts": sorted(set(self._scripts))} if self._scripts else {}
        return GeneratedPage(
            self._path,
            title,
            f"{content.strip()}\n",
            {**meta, **scripts},
            tuple(
                heading
                for entry in self._headings
                for heading in (
                    self._bodies[entry].headings if isinstance(entry, int) else (entry,)
                )
            ),
        )

    def _placed(self, body: RenderedBody) -> str:
        """Return a body with its headings and links as they are on this page."""
        listed = {heading.id for heading in body.headings}
        return _HEADING.sub(partial(_linked, listed), _LINK.sub(self._link, body.html))

    def _link(self, link: re.Match[str]) -> str:
        """Return a link that leads to the page which is made of a Markdown file."""
        address = unescape(link["to"])
        path, _, fragment = address.partition("#")
        if scheme(address) or not path.endswith(".md"):
            return link[0]
        page = posixpath.normpath(posixpath.join(posixpath.dirname(self._path), unquote(path)))
        return f'<a{link["before"]} href="{escape(self._href(page, fragment))}"'


def _linked(listed: Collection[str], heading: re.Match[str]) -> str:
    """Return a heading with a link to itself; one of raw HTML as it is."""
    given = _ID.search(heading[0])
    if given is None or unescape(given[1]) not in listed:
        return heading[0]
    tag, id_ = heading["tag"], unescape(given[1])
    return f"<{tag}{heading['attributes']}>{heading['text']}{_permalink(id_)}</{tag}>"


def _permalink(id: str) -> str:
    return _PERMALINK.format(escape(id))

"""One page of HTML: what its template calls while it is made, and what makes it whole.

A template writes HTML, where Jinja2 escapes what people wrote. The one thing that it takes as it
is, is a body, which `bodies` has rendered and sanitised.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup, escape

from changebook.model.glossary import explain
from changebook.model.words import Words
from changebook.pages import bodies
from changebook.pages.bodies import Heading, RenderedBody
from changebook.pages.sanitise import scheme
from changebook.refusal import Refusal

#: Leads to a heading. It stands everywhere, so those who hear a page or go through it by keyboard
#: are spared it.
_PERMALINK = Markup('<a class="headerlink" href="#{}" tabindex="-1" aria-hidden="true">¶</a>')
#: Where a body goes. Text can't hold it: there `<` is escaped.
_BODY = Markup('<template data-body="{}"></template>')

_ID = re.compile(r'<[^<>]*?\sid="([^"]*)"')
#: The sanitiser writes every attribute as name="value" with quotes escaped.
_HEADING = re.compile(
    r'<(?P<tag>h[1-6])(?P<attributes>(?: [\w:-]+="[^"]*")*)>(?P<text>.*?)</h\d>', re.DOTALL
)
_LINK = re.compile(r'<a(?P<before>(?: [\w:-]+="[^"]*")*?) href="(?P<to>[^"]*)"')


@dataclass(frozen=True)
class Destination:
    """A place on a page of the edition that a body links to."""

    page: str
    fragment: str


@dataclass(frozen=True)
class GeneratedPage:
    """One page; its path is one of `urls`, and its content HTML.

    `meta` is what the theme shows around it. `destinations` are the places that its bodies link to.
    """

    path: str
    title: str
    content: str
    meta: Mapping[str, Any]
    headings: tuple[Heading, ...] = ()
    destinations: tuple[Destination, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its elements, to which links can lead."""
        return _ids(self.content)

    def below(self, folder: str) -> GeneratedPage:
        """Return the page where its whole edition lies in a folder."""
        return replace(
            self,
            path=posixpath.join(folder, self.path),
            destinations=tuple(
                replace(destination, page=posixpath.join(folder, destination.page))
                for destination in self.destinations
            ),
        )


class Assembly:
    """A page in the making: what its template calls, and what is then done to its HTML.

    `href` makes the address of another page of the edition, as a link on this one.
    """

    def __init__(self, path: str, words: Words, href: Callable[..., str]) -> None:
        self._path = path
        self._words = words
        self._href = href
        self._headings: list[Heading | int] = []
        self._bodies: list[RenderedBody] = []

    def heading(self, level: int, id: str, title: object, class_: str = "") -> Markup:
        """Return a heading with a link to itself, and note it for the table of contents."""
        shown = escape(title)
        self._headings.append(Heading(level, id, shown.striptags()))
        more = Markup(' class="{}"').format(class_) if class_ else ""
        return Markup('<h{0} id="{1}"{2}>{3}{4}</h{0}>').format(
            level, id, more, shown, _PERMALINK.format(id)
        )

    def body(self, markdown: str) -> Markup:
        """Return the place of a Markdown body, which `page` fills. Raises Refusal."""
        number = len(self._bodies)
        try:
            self._bodies.append(bodies.render(markdown, self._words))
        except RecursionError:
            raise Refusal(
                f"the Markdown of '{self._path}' is nested too deeply: the engine stops at its "
                "recursion limit"
            ) from None
        self._headings.append(number)
        return _BODY.format(number)

    def page(self, title: str, html: str, meta: Mapping[str, Any]) -> GeneratedPage:
        """Return the finished page, from what its template gave."""
        taken = _ids(html)
        placed = [self._placed(body, taken) for body in self._bodies]
        for number, body in enumerate(placed):
            html = html.replace(_BODY.format(number), body.html)
        return GeneratedPage(
            self._path,
            title,
            f"{explain(html).strip()}\n",
            meta,
            tuple(
                heading
                for entry in self._headings
                for heading in (placed[entry].headings if isinstance(entry, int) else (entry,))
            ),
            tuple(destination for body in placed for destination in body.destinations),
        )

    def _placed(self, body: RenderedBody, taken: frozenset[str]) -> _Placed:
        """A body with its headings and links as they are on this page, whose ids are `taken`."""
        destinations: list[Destination] = []
        html = _LINK.sub(partial(self._link, destinations), body.html)
        ids = dict(_renamed(body, taken))
        html = _HEADING.sub(partial(_linked, ids), html)
        headings = tuple(replace(heading, id=ids[heading.id]) for heading in body.headings)
        return _Placed(html, headings, tuple(destinations))

    def _link(self, destinations: list[Destination], link: re.Match[str]) -> str:
        """A link that leads to the page which is made of a Markdown file."""
        address = unescape(link["to"])
        path, _, fragment = address.partition("#")
        if scheme(address) or (path and not path.endswith(".md")):
            return link[0]
        page = posixpath.normpath(posixpath.join(posixpath.dirname(self._path), unquote(path)))
        if fragment:
            destinations.append(Destination(page if path else self._path, unquote(fragment)))
        return (
            f'<a{link["before"]} href="{escape(self._href(page, fragment))}"' if path else link[0]
        )


@dataclass(frozen=True)
class _Placed:
    """A body as it stands on its page."""

    html: str
    headings: tuple[Heading, ...]
    destinations: tuple[Destination, ...]


def _renamed(body: RenderedBody, taken: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The ids of a body's headings, each with one that nothing else on the page has."""
    used = taken | _ids(body.html)
    for heading in body.headings:
        free = heading.id
        if free in taken:
            free = next(new for n in count(1) if (new := f"{heading.id}_{n}") not in used)
            used |= {free}
        yield heading.id, free


def _linked(ids: Mapping[str, str], heading: re.Match[str]) -> str:
    """A heading with its id on this page and a link to itself; one of raw HTML as it is."""
    given = _ID.search(heading[0])
    id_ = ids.get(unescape(given[1])) if given else None
    if id_ is None or given is None:
        return heading[0]
    tag, attributes = heading["tag"], heading["attributes"]
    attributes = attributes.replace(f' id="{given[1]}"', f' id="{escape(id_)}"')
    return f"<{tag}{attributes}>{heading['text']}{_PERMALINK.format(id_)}</{tag}>"


def _ids(html: str) -> frozenset[str]:
    return frozenset(map(unescape, _ID.findall(html)))

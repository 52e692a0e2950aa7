"""A record's Markdown on paper: what the site shows, with pictures drawn.

Links lead to the site's whole addresses, or to nowhere where it has none. Diagrams are drawn later,
from the source that stands here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from changebook.edition import urls
from changebook.edition.bodies import Asset
from changebook.model.markup import scheme
from changebook.model.words import Words
from changebook.pages.bodies import render
from changebook.paper.paper import Diagram

#: The sanitiser writes every attribute as name="value" with quotes escaped.
_IMAGE = re.compile(r'<img(?: [\w:-]+="[^"]*")*>')
_SOURCE = re.compile(r' src="([^"]*)"')
_WORDS = re.compile(r' alt="([^"]*)"')
#: A height alone changes nothing on the page either.
_SHAPE = re.compile(r' (width|align)="([^"]*)"')
_LINK = re.compile(r'<a(?P<before>(?: [\w:-]+="[^"]*")*?) href="(?P<to>[^"]*)"(?P<after>[^>]*)>')
_DIAGRAM = re.compile(r'<pre class="mermaid"><code>(.*?)</code></pre>', re.DOTALL)


@dataclass(frozen=True)
class Body:
    """A body as HTML, with the files and diagrams that it shows."""

    html: Markup
    files: tuple[tuple[str, Asset], ...] = ()
    diagrams: tuple[Diagram, ...] = ()


def body(
    text: str,
    page: str,
    assets: Sequence[Asset],
    addresses: Collection[str],
    site_url: str | None,
    words: Words,
) -> Body:
    """Return the body that the page `page` shows, with the relative `addresses` in it.

    Raises Refusal.
    """
    if not text.strip():
        return Body(Markup())
    diagram = words.gettext("Diagram")
    shown = _Pictures(page, {asset.path: asset for asset in assets}, site_url, diagram)
    html = shown.rewrite(render(text, words, paper=True, addresses=addresses).whole(page).html)
    return Body(Markup(html), tuple(shown.files.items()), tuple(shown.diagrams))  # noqa: S704 - sanitised


class _Pictures:
    """Rewrites what a body shows and links to, and notes which files that takes."""

    def __init__(
        self, page: str, assets: Mapping[str, Asset], site_url: str | None, diagram: str
    ) -> None:
        self._page, self._assets, self._site_url = page, assets, site_url
        self._diagram = diagram
        self._addresses: dict[str, str] = {}
        self.files: dict[str, Asset] = {}
        self.diagrams: list[Diagram] = []

    def rewrite(self, html: str) -> str:
        html = _DIAGRAM.sub(self._drawn, html)
        html = _IMAGE.sub(self._image, html)
        return _LINK.sub(self._link, html)

    def _drawn(self, match: re.Match[str]) -> str:
        number = len(self.diagrams) + 1
        source = unescape(match[1])
        words = escape(f"{self._diagram}: {' '.join(source.split())}")
        tag = f'<img class="diagram" src="diagram:{number}" alt="{words}">'
        self.diagrams.append(Diagram(tag, source))
        return tag

    def _image(self, match: re.Match[str]) -> str:
        source = _SOURCE.search(match[0])
        address = unescape(source[1]) if source else ""
        if address.startswith(("data:", "diagram:")):
            return match[0]
        path = self._path(urlsplit(address).path)
        words = _WORDS.search(match[0])
        alt = words[0] if words and words[1] else f' alt="{escape(posixpath.basename(path))}"'
        shape = "".join(f' {name}="{value}"' for name, value in _SHAPE.findall(match[0]))
        # An address of its own, since WeasyPrint rewrites others. One that is of no file is
        # found to be missing where the document is typeset.
        shown = self._addresses.setdefault(path, f"picture:{len(self._addresses) + 1}")
        if asset := self._assets.get(path):
            self.files[shown] = asset
        return f'<img src="{shown}"{alt}{shape}>'

    def _link(self, match: re.Match[str]) -> str:
        address = unescape(match["to"])
        if scheme(address) or address.startswith("#"):
            return match[0]
        path, mark, fragment = address.partition("#")
        if not self._site_url:
            return f"<a{match['before']}{match['after']}>"
        whole = urls.absolute(self._site_url, self._path(path))
        return f'<a{match["before"]} href="{escape(whole + mark + fragment)}"{match["after"]}>'

    def _path(self, address: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._page), unquote(address)))

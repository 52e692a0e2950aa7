"""Bodies as one reader gets them: no internal blocks, and links and files as the site has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from changebook import packaged
from changebook.edition import urls
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.read import attachments, body, unseen
from changebook.read.commonmark import Link
from changebook.read.targets import TargetKind, Targets
from changebook.read.workspace import Client

#: What ends a link's title, or the address of one that stands in `<>`.
_QUOTED = re.compile(r'["\\]')
_UNBRACKETED = re.compile(r"[<>\\\n]")


@dataclass(frozen=True)
class Asset:
    """A file that a visible body uses, and its path; one that was filed keeps every byte."""

    file: Path
    path: str
    is_filed: bool = False

    def content(self) -> bytes:
        """Return the file as its reader gets it: without its makers, and doing nothing."""
        return self.file.read_bytes() if self.is_filed else attachments.published(self.file)


@dataclass(frozen=True)
class BodyCopy:
    """A body as the edition shows it, with the files and the relative addresses in it."""

    body: str
    assets: tuple[Asset, ...]
    addresses: frozenset[str]


class Bodies:
    """Copies Markdown for one audience: without internal blocks, with links that work."""

    def __init__(self, client: Client, audience: Audience, ids: frozenset[str]) -> None:
        self._targets = Targets(client)
        self._audience = audience
        self._ids = ids
        words = Words(client.profile.language, packaged.own_templates(client.root))
        self._internal = words.gettext("Internal: the client does not see this")
        self._not_published = words.gettext("(not published here)")
        self._filed = frozenset(
            self._targets.resolve(record.file.parent, agreement.signed_copy.file).file
            for record in client.records
            if (agreement := record.data.agreement) and agreement.signed_copy
        )

    def copy(self, text: str, folder: Path, page: str) -> BodyCopy:
        """Return the text as the page `page` shows it."""
        assets: dict[Path, Asset] = {}
        addresses: set[str] = set()
        if self._audience is Audience.CLIENT:
            text = body.closed_up(body.public(text), body.internal_lines(text))
        text = unseen.shown(body.uncommented(text))
        text = body.replace_links(text, self._replacer(folder, page, assets, addresses))
        if self._audience is Audience.TEAM:
            text = body.marked(text, self._internal)
        return BodyCopy(text, tuple(assets.values()), frozenset(addresses))

    def signed_copy(
        self, data: ChangeRecord, folder: Path, assets: Iterable[Asset]
    ) -> Asset | None:
        """Return the paper that was signed; if the body links to it, it is the one of `assets`."""
        if data.agreement is None or data.agreement.signed_copy is None:
            return None
        file = self._targets.resolve(folder, data.agreement.signed_copy.file).file
        if file is None:
            return None  # the checks have named it, and a build has stopped there
        known = {asset.file: asset for asset in assets}
        return known.get(file) or Asset(file, _free_path(urls.record(data.id), file, known), True)

    def _replacer(
        self, folder: Path, page: str, assets: dict[Path, Asset], addresses: set[str]
    ) -> Callable[[Link], str | None]:
        def replace(link: Link) -> str | None:
            inner = body.replace_links(link.text, replace)
            if link.external:
                # Nothing is loaded from another host: the picture becomes a link to it.
                shown = link.image and not link.html
                return f"[{inner or link.target}](<{_bracketed(link.target)}>)" if shown else None
            if not link.path:
                return None
            target = self._targets.resolve(folder, link.path)
            if target.kind is TargetKind.RECORD:
                if target.id not in self._ids:
                    return "#" if link.html else self._not_published
                fragment = urls.fragment_in_body(link.fragment)
                address = urls.to_source(page, urls.record(target.id)) + fragment
            elif target.kind is TargetKind.HOME:
                address = urls.to_source(page, urls.HOME) + urls.fragment_in_body(link.fragment)
            elif target.kind is TargetKind.GLOSSARY:
                address = urls.to_source(page, urls.GLOSSARY) + link.fragment
            elif target.kind is TargetKind.FILE and target.file:
                file = target.file
                if file not in assets:
                    path = _free_path(page, file, assets)
                    assets[file] = Asset(file, path, file in self._filed)
                address = quote(urls.to_source(page, assets[file].path)) + link.fragment
            else:
                return None  # the checks have named it, and a build has stopped there
            addresses.add(address)
            if link.html:
                return address
            title = _QUOTED.sub(r"\\\g<0>", link.title)
            quoted = f' "{title}"' if title else ""
            return f"{'!' if link.image else ''}[{inner}](<{_bracketed(address)}>{quoted})"

        return replace


def _bracketed(address: str) -> str:
    """Return the address as it may stand between `<` and `>`."""
    return _UNBRACKETED.sub(lambda match: quote(match[0]), address)


def _free_path(page: str, file: Path, assets: dict[Path, Asset]) -> str:
    """Return a path beside the page that no other file of the page has."""
    taken = {asset.path.casefold() for asset in assets.values()}
    path, number = urls.beside(page, file.name), 2
    while path.casefold() in taken:
        path, number = urls.beside(page, f"{file.stem}-{number}{file.suffix}"), number + 1
    return path

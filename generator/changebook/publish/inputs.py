"""All that an edition's site is made from, as digests: while these stay, so does the site."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard

from changebook import packaged
from changebook.keep.digests import digest, of_file, of_folder, software
from changebook.model.vocabulary import Audience
from changebook.read.settings import SETTINGS, config_file
from changebook.read.site_file import TAGGED, SiteFile, read_site_file

#: What these plugins read is in mkdocs.yml, the templates and the records.
_KNOWN_PLUGINS = frozenset({"changebook", "search", "material/search"})
#: Settings by which a site can be made of files that nobody lists.
_UNLISTED = ("INHERIT", "hooks")
_NAME = re.compile(r"[A-Za-z_]\w*")
#: What a PDF depends on and nobody can list without `fc-list`.
_FONTS = "the fonts of PDFs"


@dataclass(frozen=True)
class Inputs:
    """The digests of what a site is made from, under the names that people know them by.

    `unlisted` is what may read other files, so that nobody can say what the site is made from.
    """

    records: str
    settings: str
    templates: str
    software: str
    options: str
    unlisted: str = ""

    def changed(self, before: Mapping[str, Any]) -> list[str]:
        """Return the names of what is not as it was before."""
        now = asdict(self)
        return [
            name
            for name in now
            if now[name] != before.get(name) or (name == "unlisted" and self.unlisted)
        ]


def shared_inputs(
    root: Path, audience: Audience, as_of: date | None, tools: str | None = None
) -> Inputs:
    """Return what the sites of a build have in common; `records` is empty.

    `tools` is the digest of what PDFs are made with, empty where nobody can tell; None without any.
    """
    file = config_file(root)
    text = file.read_bytes() if file.is_file() else b""
    custom, unlisted = _settings(read_site_file(file))
    return Inputs(
        "",
        digest(
            text,
            *_variables(text),
            of_folder(custom, follow=True) if custom else "",
            of_file(root / SETTINGS),
        ),
        of_folder(root / packaged.TEMPLATES, follow=True),
        software(),
        digest(audience, str(as_of), str(tools)),
        _FONTS if tools == "" else unlisted,
    )


def _variables(text: bytes) -> Iterator[str]:
    """Yield the environment's variables that mkdocs.yml may name, with their values."""
    if b"!ENV" in text:
        for name in sorted(set(_NAME.findall(text.decode("utf-8", "replace")))):
            yield f"{name}={os.environ.get(name)}"


def _settings(site: SiteFile | None) -> tuple[Path | None, str]:
    """Return the folder that overrides the theme, and the setting that may read anything."""
    if site is None:
        return None, ""  # MkDocs says so, and the build stops there
    theme = site.keys.get("theme")
    custom = theme.get("custom_dir") if isinstance(theme, dict) else None
    unlisted = [key for key in _UNLISTED if key in site.keys]
    unlisted += [name for name, _ in site.plugins if name not in _KNOWN_PLUGINS]
    if custom is not None and not _is_text(custom):
        unlisted.append("custom_dir")
    return site.file.parent / custom if _is_text(custom) else None, ", ".join(unlisted)


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value != TAGGED

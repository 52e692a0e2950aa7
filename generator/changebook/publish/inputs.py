"""All that an edition's site is made from, as digests: while these stay, so does the site."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from changebook import packaged
from changebook.keep.digests import digest, of_folder, software
from changebook.model.vocabulary import Audience

#: What these plugins read is in mkdocs.yml, the templates and the records.
_KNOWN_PLUGINS = frozenset({"changebook", "search", "material/search"})
#: Settings by which a site can be made of files that nobody lists.
_UNLISTED = ("INHERIT", "hooks")
_VARIABLE = re.compile(r"!ENV\b([^\n]*)")
_NAME = re.compile(r"[A-Za-z_]\w*")


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

    @property
    def shell(self) -> str:
        """The digest of all that may be around the content of a page; empty where nobody knows."""
        around = digest(self.settings, self.templates, self.software)
        return "" if self.unlisted else around

    def changed(self, before: Mapping[str, Any]) -> list[str]:
        """Return the names of what is not as it was before."""
        now = asdict(self)
        return [
            name
            for name in now
            if now[name] != before.get(name) or (name == "unlisted" and self.unlisted)
        ]


def shared_inputs(root: Path, audience: Audience, as_of: date | None, documents: str) -> Inputs:
    """Return what the sites of a build have in common; `records` is empty.

    `documents` is the digest of what PDFs are made with, and empty where there are none.
    """
    file = root / packaged.CONFIG
    text = file.read_bytes() if file.is_file() else b""
    custom, unlisted = _settings(root, text)
    return Inputs(
        "",
        digest(text, *_variables(text), of_folder(custom) if custom else ""),
        of_folder(root / packaged.TEMPLATES),
        software(),
        digest(audience, str(as_of), documents),
        unlisted,
    )


def _variables(text: bytes) -> Iterator[str]:
    """Yield the environment's variables that mkdocs.yml may name, with their values."""
    for names in _VARIABLE.findall(text.decode("utf-8", "replace")):
        for name in _NAME.findall(names):
            yield f"{name}={os.environ.get(name)}"


def _settings(root: Path, text: bytes) -> tuple[Path | None, str]:
    """Return the folder that overrides the theme, and the setting that may read anything."""
    try:
        # Composed only: its tags may name anything that Python can import.
        top = _keys(yaml.compose(text, yaml.SafeLoader))
    except yaml.YAMLError:
        return None, ""  # MkDocs says so, and the build stops there
    unlisted = [key for key in _UNLISTED if key in top]
    plugins = top.get("plugins")
    named = (
        [_plugin(entry) for entry in plugins.value]
        if isinstance(plugins, yaml.SequenceNode)
        else []
    )
    unlisted += [name for name in named if name not in _KNOWN_PLUGINS]
    custom = _keys(top.get("theme")).get("custom_dir")
    folder = root / custom.value if isinstance(custom, yaml.ScalarNode) else None
    return folder, ", ".join(unlisted)


def _keys(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """Return the entries of a mapping; none of anything else."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return {key.value: value for key, value in pairs}


def _plugin(entry: yaml.Node) -> str:
    """Return the name of a plugin, which stands alone or with its options."""
    return entry.value if isinstance(entry, yaml.ScalarNode) else ", ".join(_keys(entry))

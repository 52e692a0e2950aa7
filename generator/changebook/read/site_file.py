"""mkdocs.yml as far as Changebook goes by it: whose site it is, and where the changes go in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from changebook.model.diagnostics import START, Place
from changebook.read.workspace import CHANGES

PLUGIN = "changebook"
#: Where MkDocs looks for pages unless it is told otherwise.
_DOCS = "docs"
#: Stands for a value with a tag, such as `!ENV`, which only MkDocs can tell.
TAGGED = "a value with a tag"


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml without making what its tags name, which may be anything in Python."""


_Loader.add_constructor(None, lambda loader, node: TAGGED)


@dataclass(frozen=True)
class SiteFile:
    """A mkdocs.yml as it is written; `inherited` is the one that its `INHERIT` names."""

    file: Path
    keys: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    inherited: SiteFile | None = None

    def value(self, key: str) -> Any:
        """Return the value of a key, the inherited one where it has none of its own."""
        if key in self.keys or self.inherited is None:
            return self.keys.get(key)
        return self.inherited.value(key)

    def place(self, key: str) -> Place:
        """Return where a key stands, or the plugin's name, or the file's start."""
        return self.places.get(key) or self.places.get(PLUGIN) or START

    @property
    def plugins(self) -> Iterator[tuple[str, Any]]:
        """The plugins that it names, each with its options."""
        named = self.value("plugins")
        if isinstance(named, Mapping):
            named = [{name: options} for name, options in named.items()]
        for entry in named if isinstance(named, list) else [named] if named else ():
            if isinstance(entry, Mapping):
                yield from ((str(name), options) for name, options in entry.items())
            else:
                yield str(entry), None

    @cached_property
    def options(self) -> Mapping[str, Any] | None:
        """The options of the plugin `changebook`; None where the file does not name it."""
        for name, options in self.plugins:
            if name == PLUGIN:
                return options if isinstance(options, Mapping) else {}
        return None

    @property
    def mount(self) -> str | None:
        """The path below which a site of its own shows the changes."""
        written = (self.options or {}).get("mount")
        return None if written is None else str(written)

    @property
    def docs(self) -> Path:
        """The folder of the site's own pages."""
        return self.file.parent / str(self.value("docs_dir") or _DOCS)

    def own_pages(self) -> str | None:
        """Return the key by which it has pages of its own, or `docs_dir` where it is left out."""
        if self.value("nav") is not None:
            return "nav"
        written = self.value("docs_dir")
        if written == TAGGED or self.docs.resolve() == (self.file.parent / CHANGES).resolve():
            return None
        if written is not None or any(self.docs.rglob("*.md")):
            return "docs_dir"
        return None


def read_site_file(file: Path) -> SiteFile | None:
    """Return what a mkdocs.yml says; None where there is none, or MkDocs itself will refuse it."""
    return _read(file, ())


def _read(file: Path, above: tuple[Path, ...]) -> SiteFile | None:
    if not file.is_file() or file in above:
        return None
    try:
        loader = _Loader(file.read_bytes())
        node = loader.get_single_node()
        keys = loader.construct_document(node) if node else {}
    except (yaml.YAMLError, ValueError):  # a day that there is not, say
        return None
    if not isinstance(node, yaml.MappingNode) or not isinstance(keys, dict):
        return None
    parent = keys.get("INHERIT")
    inherited = _read(file.parent / str(parent), (*above, file)) if parent else None
    return SiteFile(file, keys, dict(_places(node)), inherited)


def _places(node: yaml.MappingNode) -> Iterator[tuple[str, Place]]:
    """Yield where each key stands, and the plugin with its options."""
    for key, value in node.value:
        yield str(key.value), _place(key)
        if key.value == "plugins" and isinstance(value, yaml.CollectionNode):
            yield from _places_of_plugin(value)


def _places_of_plugin(plugins: yaml.CollectionNode) -> Iterator[tuple[str, Place]]:
    for entry in plugins.value:
        pairs = [entry] if isinstance(entry, tuple) else []
        if isinstance(entry, yaml.MappingNode):
            pairs = entry.value
        elif getattr(entry, "value", None) == PLUGIN:
            yield PLUGIN, _place(entry)
        for name, options in pairs:
            if name.value == PLUGIN:
                yield PLUGIN, _place(name)
                for key, _ in options.value if isinstance(options, yaml.MappingNode) else ():
                    yield f"{PLUGIN}.{key.value}", _place(key)


def _place(node: yaml.Node) -> Place:
    mark = node.start_mark
    return Place(mark.line + 1, mark.column + 1, len(str(node.value)))

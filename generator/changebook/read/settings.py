"""changebook.yml: Changebook's own settings in a workspace, and which mkdocs.yml sites have."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from changebook import packaged
from changebook.model.diagnostics import Place, Problem
from changebook.model.settings import Settings
from changebook.read.form import fit
from changebook.read.site_file import read_site_file
from changebook.read.source import SourceFile, parse_source, read_text

SETTINGS = "changebook.yml"
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class SettingsFile:
    """What changebook.yml says, and the problems in it; the defaults where it is missing."""

    data: Settings = field(default_factory=Settings)
    problems: tuple[Problem, ...] = ()
    source: SourceFile | None = None

    def place(self, key: str) -> Place:
        """Return where the value of a key stands in the file."""
        line, *rest = self.source.value(key) if self.source else Place(2, 1)
        return Place(line - 1, *rest)


def read_settings(root: Path) -> SettingsFile:
    file = root / SETTINGS
    if not file.exists():
        return SettingsFile()
    text, unreadable = read_text(file, SETTINGS)
    if unreadable:
        return SettingsFile(problems=(unreadable,))
    if not any(line.partition("#")[0].strip() for line in text.split("\n")):
        return SettingsFile()
    source, data, problems = read_yaml(text, SETTINGS, Settings)
    return SettingsFile(data or Settings(), tuple(problems), source)


def read_yaml(
    text: str, path: str, model: type[M]
) -> tuple[SourceFile | None, M | None, list[Problem]]:
    """Return what the text of a YAML file says as a model, and its problems.

    The source has a line `---` above it, which the problems don't count.
    """
    source, problems = parse_source(f"---\n{text}\n---\n", path)
    data = None
    if source is not None:
        data, faults, _ = fit(model, source)
        problems = [*problems, *faults]
    return source, data, [replace(p, line=max(p.line - 1, 1)) for p in problems]


def config_file(root: Path) -> Path:
    """Return the MkDocs configuration that sites are built with.

    It is the one that the settings name; or mkdocs.yml, unless that is another site's, one that has
    the changes below a path included; or the packaged one.
    """
    named = read_settings(root).data.mkdocs
    own = root / (named or packaged.CONFIG)
    if named or not own.is_file():
        return own if named else packaged.default_config()
    site = read_site_file(own)
    # One that can't be read may be ours: MkDocs says what is wrong with it.
    is_ours = site is None or (site.options is not None and site.mount is None)
    return own if is_ours else packaged.default_config()

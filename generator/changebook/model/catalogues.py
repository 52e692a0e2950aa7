"""The languages that pages can be in, and their catalogues of messages.

English is the language of the message ids. Every other language is one gettext catalogue,
`site_templates/locale/<language>.po`; nothing else has to be written for a new one. A team's own
catalogue, in the `site_templates` beside its records, comes before the packaged one message by
message; what neither has stays English.
"""

from __future__ import annotations

from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError

from changebook import packaged

SOURCE_LANGUAGE = "en"
#: Day before month and 24 hours: what English means outside the United States.
_SOURCE_LOCALE = "en_GB"


class CatalogueError(ValueError):
    """A catalogue that can't be used; the message names it and says why."""


def languages(own: Path | None = None) -> tuple[str, ...]:
    """Return the languages of pages, as profiles name them; `own` are a team's `site_templates`."""
    files = (file for folder in _folders(own) for file in folder.glob("*.po"))
    known = {file.stem.replace("_", "-") for file in files} - {SOURCE_LANGUAGE}
    return (SOURCE_LANGUAGE, *sorted(known))


@cache
def locale_of(language: str) -> Locale:
    """Return how dates and money are written in a language. Raises CatalogueError."""
    name = _SOURCE_LOCALE if language == SOURCE_LANGUAGE else language.replace("-", "_")
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        raise CatalogueError(
            f"it is not known how dates and money are written in `{language}`"
        ) from None


def catalogue(language: str, own: Path | None = None) -> NullTranslations:
    """Return the messages of a language. Raises CatalogueError where a file is broken."""
    return _of(language, _folders(own))


def check_catalogue(language: str, own: Path | None) -> None:
    """Raise CatalogueError where a language can't be used, or the team's own catalogue is broken.

    The packaged ones are tested, and take a while to read.
    """
    locale_of(language)
    _of(language, (_folder(own),) if own else ())


def _folders(own: Path | None) -> tuple[Path, ...]:
    """Return where catalogues lie, those that come first first."""
    templates = dict.fromkeys((own, packaged.templates_dir()))
    return tuple(_folder(each) for each in templates if each)


def _folder(templates: Path) -> Path:
    return templates / "locale"


def _of(language: str, folders: tuple[Path, ...]) -> NullTranslations:
    name = f"{language.replace('-', '_')}.po"
    files = (folder / name for folder in folders)
    states = [(file, file.stat()) for file in files if file.is_file()]
    if not states:
        return NullTranslations()
    return _read(tuple((f, max(state.st_mtime_ns, state.st_ctime_ns)) for f, state in states))


@lru_cache
def _read(files: tuple[tuple[Path, int], ...]) -> NullTranslations:
    """Return catalogues by the times of their last change, each falling back to the next.

    They are compiled in memory. What no one translates stays as it is.
    """
    # A check needs them only where a team has catalogues of its own, and they take a while to load.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    first = NullTranslations()
    for file, _ in files:
        compiled = BytesIO()
        try:
            with file.open("rb") as source:
                write_mo(compiled, read_po(source, locale=file.stem, abort_invalid=True))
        except (PoFileError, UnknownLocaleError, ValueError, OSError) as error:
            raise CatalogueError(f"{file.name} can't be read: {error}") from None
        compiled.seek(0)
        first.add_fallback(GNUTranslations(compiled))
    return first

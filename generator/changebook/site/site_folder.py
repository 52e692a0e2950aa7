"""An edition as a folder with a mkdocs.yml, which any MkDocs builds without our plugin.

What the plugin does in a build stands in files here: the pages and the files beside them in `docs`,
the overridden parts of the theme in `theme`, and in mkdocs.yml the names, the language and the
navigation. A page is a Markdown file that holds one block of HTML, which Markdown leaves as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import frontmatter
import yaml
from mkdocs.structure.toc import AnchorLink
from mkdocs.utils.yaml import yaml_load

from changebook import atomic
from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.pages.page import DIAGRAMS, GeneratedPage
from changebook.read.settings import config_file
from changebook.refusal import Refusal
from changebook.site.configuration import CONFIG
from changebook.site.contents import Contents, edition_contents, theme_dirs
from changebook.site.finished import table_of_contents
from changebook.site.notices import NOTICES, notices
from changebook.site.policy import theme_facts
from changebook.site.search.indexing import index_sites
from changebook.site.theme import (
    MERMAID,
    mermaid_script,
    search_styles,
    theme_language,
)

DOCS = "docs"
THEME = "theme"
SITE = "site"
SEARCH_STYLES = "assets/stylesheets/search.css"
#: Lists what an earlier export wrote, and so marks the folder as one.
MANIFEST = ".changebook-export"

#: What is taken over from the workspace's mkdocs.yml. Addresses of repositories, plugins and hooks
#: stay behind: a client's pages have none.
_KEPT = ("use_directory_urls", "theme", "validation", "extra")
_KEPT_OF_THEME = ("font", "icon", "features", "palette", "favicon", "logo")
_NOT_OF_THEME = ("*.py", "*.pyc", "*readme*", "mkdocs_theme.yml")
_TEMPLATE_COMMENT = re.compile(r"(\{#[-+]?).*?([-+]?#\})", re.DOTALL)
_HEAD = """\
# A client's change log, written by `changebook export`. It needs the package mkdocs-material:
#     mkdocs build
#     changebook index    # builds the index for the search; needs the package changebook
# Changes here are lost with the next export: edit the records instead.
"""
#: The elements whose line breaks a reader sees.
_LINES_SHOWN = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_BEFORE_TAG, _WITHIN_TEXT = re.compile(r"\s*\n\s*(?=<)"), re.compile(r"\s*\n\s*(?!<)")


@dataclass(frozen=True)
class _Made:
    """A file of the export: its bytes, or the file that it is a copy of."""

    path: str
    content: bytes | Path


def write_site(edition: Edition, root: Path, out: Path) -> tuple[Path, ...]:
    """Write an edition of the workspace `root` into the folder `out`; the files that were written.

    Files of an earlier export that are not written again are taken away; other files are left
    alone. Raises Refusal where `out` has files and is no earlier export.
    """
    earlier = _earlier(out)
    made = {file.path: file for file in _files(edition, root)}
    out.mkdir(parents=True, exist_ok=True)
    # Both, until all is done: so an export that is killed leaves no file that nobody knows.
    _note(out, earlier | made.keys())
    for path, file in made.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        content = file.content.read_bytes() if isinstance(file.content, Path) else file.content
        atomic.write(target, content)
    for path in earlier - made.keys():
        _remove(out, path)
    _note(out, made.keys())
    return tuple(out / path for path in made)


def _note(out: Path, paths: Iterable[str]) -> None:
    atomic.write(out / MANIFEST, "".join(f"{path}\n" for path in sorted(paths)))


def index(folder: Path) -> Path:
    """Make the search index of an export that was built; the built site.

    Raises Refusal where there is no export or no built site.
    """
    if not (folder / MANIFEST).is_file():
        raise Refusal(f"{folder} is not an export: name the folder that `changebook export` wrote")
    site = folder / SITE
    if not (site / urls.built(urls.SEARCH)).is_file():
        raise Refusal(f"{site} holds no built site: run `mkdocs build` in {folder} first")
    index_sites(site, keep_index=not _read(folder / CONFIG).get("use_directory_urls", True))
    return site


def _earlier(out: Path) -> frozenset[str]:
    """Return the files of the export that the folder holds."""
    manifest = out / MANIFEST
    if manifest.is_file():
        paths = frozenset(manifest.read_text("utf-8").splitlines())
        if any(PurePosixPath(p).is_absolute() or ".." in PurePosixPath(p).parts for p in paths):
            raise Refusal(
                f"{manifest} names files outside its folder: delete it, or choose another"
            )
        return paths
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refusal(
            f"{out} holds something other than an earlier export: empty it, or choose another "
            "folder with --out"
        )
    return frozenset()


def _remove(out: Path, path: str) -> None:
    file = out / path
    file.unlink(missing_ok=True)
    for folder in file.parents:
        if folder == out or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


def _files(edition: Edition, root: Path) -> Iterator[_Made]:
    source = _read(config_file(root))
    contents = edition_contents(
        edition, root, directory_urls=bool(source.get("use_directory_urls", True))
    )
    yield _Made(CONFIG, _config(source, edition, contents).encode())
    for page in contents.pages:
        yield _Made(f"{DOCS}/{page.path}", as_markdown(page).encode())
    for asset in contents.assets:
        yield _Made(f"{DOCS}/{asset.path}", asset.content())
    for file in contents.files:
        yield _Made(f"{DOCS}/{file.path}", file.content)
    diagrams = any(DIAGRAMS in page.scripts for page in contents.pages)
    yield _Made(f"{DOCS}/{NOTICES}", notices(diagrams=diagrams).encode())
    if diagrams:
        yield _Made(f"{DOCS}/{MERMAID}", mermaid_script())
    # Zensical has the search field's markup, but its own styles for a search of its own.
    yield _Made(f"{DOCS}/{SEARCH_STYLES}", search_styles().encode())
    # The folders override each other, the first the others.
    for folder in reversed(theme_dirs(root)):
        for part in sorted(Path(folder).rglob("*")):
            path = part.relative_to(folder)
            if part.is_file() and not _is_kept_back(path):
                yield _Made(f"{THEME}/{path.as_posix()}", _uncommented(part))


def as_markdown(page: GeneratedPage) -> str:
    """Return the page as a Markdown file, with its table of contents as metadata."""
    contents = [_as_mapping(link) for link in table_of_contents(page.headings)]
    meta = {**page.meta, "cb_toc": contents}
    post = frontmatter.Post(_one_block(page.content), title=page.title, **meta)
    return frontmatter.dumps(post) + "\n"


def _one_block(html: str) -> str:
    """Return the HTML as a block that every Markdown leaves as it is, indented code and fences too.

    It begins with a `<div>`, and has neither an empty line nor one that begins with anything but a
    tag.
    """
    pieces = _LINES_SHOWN.split(html.strip())
    pieces[::2] = (_WITHIN_TEXT.sub(" ", _BEFORE_TAG.sub("\n", text)) for text in pieces[::2])
    pieces[1::2] = (text.replace("\n", "&#10;").replace("\t", "&#9;") for text in pieces[1::2])
    return f"<div>\n{''.join(pieces)}\n</div>"


def _as_mapping(link: AnchorLink) -> dict[str, Any]:
    """Return an entry of a table of contents, as the theme reads it.

    Zensical calls its title content.
    """
    return {
        "title": link.title,
        "content": link.title,
        "url": link.url,
        "level": link.level,
        "children": [_as_mapping(child) for child in link.children],
    }


def _is_kept_back(path: Path) -> bool:
    """Return whether MkDocs would not publish the file of a theme either."""
    hidden = any(step.startswith((".", "__")) for step in path.parts)
    return hidden or any(fnmatch(path.name.lower(), pattern) for pattern in _NOT_OF_THEME)


def _uncommented(part: Path) -> bytes | Path:
    """Return a file of the theme; of a template without what its authors noted for themselves."""
    if part.suffix != ".html":
        return part
    return _TEMPLATE_COMMENT.sub(r"\1 \2", part.read_text("utf-8")).encode()


def _read(file: Path) -> Mapping[str, Any]:
    with file.open("rb") as stream:
        return yaml_load(stream)


def _config(source: Mapping[str, Any], edition: Edition, contents: Contents) -> str:
    theme = source.get("theme")
    kept = {key: source[key] for key in _KEPT if key in source}
    config: dict[str, Any] = {
        "site_name": contents.name,
        **({"site_url": edition.site_url} if edition.site_url else {}),
        "docs_dir": DOCS,
        "site_dir": SITE,
        **kept,
        "theme": {
            "name": "material",
            "variant": "classic",  # how Zensical names Material's own look
            "language": theme_language(edition.words),
            "custom_dir": THEME,
            **(
                {key: theme[key] for key in _KEPT_OF_THEME if key in theme}
                if isinstance(theme, dict)
                else {}
            ),
        },
        "markdown_extensions": [],
        "plugins": [],
        "extra_css": [SEARCH_STYLES],
        "nav": contents.nav,
        "extra": {**(source.get("extra") or {}), "changebook": theme_facts(edition.words)},
    }
    return _HEAD + yaml.dump(config, allow_unicode=True, sort_keys=False, width=100)

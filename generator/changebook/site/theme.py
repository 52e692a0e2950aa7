"""What a site needs beside its pages, whichever tool builds it: parts of the theme."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from changebook import packaged
from changebook.model.words import Words
from changebook.refusal import Refusal

#: Where pages look for the mermaid script.
MERMAID = "assets/javascripts/mermaid.js"
#: Material's own words, a file for each language.
_TRANSLATIONS = "templates/partials/languages/*.html"
#: What would pull files, other people's names or another host into a client's pages.
_LEAKS = re.compile(
    r"(.*/)?(macros|git-.*|include-markdown|include_dir_to_nav|gen-files|monorepo|multirepo|"
    r"table-reader|kroki|social)"
)


def leaks(names: Iterable[str]) -> list[str]:
    """Return those of the plugins that a client's pages must not be made with."""
    return [name for name in names if _LEAKS.fullmatch(name)]


def theme_language(words: Words) -> str:
    """Return the language as Material names it, for the theme's own words.

    English where it has none.
    """
    locale = words.locale
    known = {file.stem for file in _package("material").glob(_TRANSLATIONS)}
    wanted = (f"{locale.language}-{tag}" for tag in (locale.territory, locale.script) if tag)
    return next((name for name in (*wanted, locale.language) if name in known), "en")


def mermaid_script() -> Path:
    """Return the script that draws diagrams. Raises Refusal where it was not fetched."""
    return packaged.fetched("mermaid.min.js")


def search_styles() -> str:
    """Return Material's own rules for its search field, for themes with its markup alone.

    They are in a layer, so that they give way to any rule that stands outside of one; but what they
    hide stays hidden.
    """
    (sheet,) = (_package("material") / "templates/assets/stylesheets").glob("main.*.css")
    rules = _rules_about(sheet.read_text("utf-8"), ".md-search")
    rules = rules.replace("display:none", "display:none!important")
    return f"@layer search {{\n{rules}}}\n"


def _rules_about(css: str, selector: str) -> str:
    """Yield the rules of a minified style sheet that name a selector, in media queries too."""
    rules, start, depth = "", 0, 0
    for brace in re.finditer("[{}]", css):
        depth += 1 if brace[0] == "{" else -1
        if depth:
            continue
        head, _, body = css[start : brace.end()].partition("{")
        start = brace.end()
        if head.startswith("@media"):
            if inner := _rules_about(body[:-1], selector):
                rules += f"{head}{{\n{inner}}}\n"
        elif selector in head:
            rules += f"{head}{{{body}\n"
    return rules


def _package(name: str) -> Path:
    """Return the folder of a package.

    Importing it could load a whole renderer. Raises Refusal without.
    """
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise Refusal(f"the package {name}, which pages need, is missing: install it")
    return Path(spec.origin).parent

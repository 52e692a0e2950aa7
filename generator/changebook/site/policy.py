"""What a page may load and run: its content security policy, for browsers to hold it to.

A page has it in its own meta element, so it holds wherever the site lies; a server says it again in
a header. Scripts come from the site's own files only, never from within a page.
"""

from __future__ import annotations

from types import MappingProxyType

from changebook.model.words import Words
from changebook.pages.site_pages import theme_words

_OWN = "'self'"
_NONE = "'none'"
_RULES = MappingProxyType(
    {
        "default-src": _NONE,
        # The search runs WebAssembly.
        "script-src": f"{_OWN} 'wasm-unsafe-eval'",
        "style-src": _OWN,
        "img-src": f"{_OWN} data:",
        "font-src": _OWN,
        "media-src": _OWN,
        "connect-src": _OWN,
        "form-action": _NONE,
        "base-uri": _NONE,
    }
)
#: Mermaid writes styles into what it draws, so that a page with a diagram has to allow them.
_WITH_STYLES = {"style-src": f"{_OWN} 'unsafe-inline'"}
#: A page can't say this of itself.
_OF_SERVERS = {"frame-ancestors": _NONE}
_LIVE_RELOAD = b"script-src 'self' 'unsafe-inline'"


def theme_facts(words: Words) -> dict[str, str]:
    """Return what the theme needs beside its pages, for `config.extra.changebook`."""
    return {
        **theme_words(words),
        "policy": _as_text(_RULES),
        "policy_of_diagrams": _as_text({**_RULES, **_WITH_STYLES}),
    }


def of_server() -> str:
    """Return what a server says of each page: all that any of them needs.

    Pages without a diagram allow less, and a browser holds them to both.
    """
    return _as_text({**_RULES, **_WITH_STYLES, **_OF_SERVERS})


def previewed(page: bytes) -> bytes:
    """Return a page as a preview shows it, with leave for the script that reloads it."""
    return page.replace(b"script-src 'self'", _LIVE_RELOAD, 1)


def _as_text(rules: dict[str, str] | MappingProxyType[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())

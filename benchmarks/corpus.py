"""Reading the proposals of a corpus folder, and repairing the links of their bodies."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyromark
import yaml

_PROPOSAL = re.compile(r"(?:\.?/)?eip-(\d+)(?:\.md)?/?(?:#.*)?", re.IGNORECASE)
#: A Markdown file would be taken for a record, and a script is refused as an attachment.
_NOT_BESIDE = frozenset({"", ".md", ".js", ".html", ".xml"})
_ELSEWHERE = re.compile(r"(?:https?:|mailto:|//|#)", re.IGNORECASE)
_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
)


@dataclass(frozen=True)
class Proposal:
    """One file of the corpus: its title and body, as they are."""

    number: int
    title: str
    description: str | None
    body: str


def read_corpus(folder: Path) -> tuple[Proposal, ...]:
    """Every proposal of the folder, by number."""
    proposals = [_read(file) for file in folder.glob("eip-*.md")]
    return tuple(sorted(proposals, key=lambda proposal: proposal.number))


def _read(file: Path) -> Proposal:
    _, front, body = file.read_text(encoding="utf-8").split("---\n", 2)
    keys = yaml.safe_load(front)
    return Proposal(int(keys["eip"]), str(keys["title"]), keys.get("description"), body)


def repair(
    body: str, here: str, place_of: Callable[[int], str | None]
) -> tuple[str, frozenset[str]]:
    """The body with no link that leads nowhere, and the files it still needs.

    `here` is the folder of the record within its client's folder, and `place_of` gives the path of
    the record that holds a proposal. A link to another proposal leads to that record, or becomes
    plain text; so does a link that no file beside the records can satisfy. The rest is untouched.
    """
    raw = body.encode()
    needed: set[str] = set()
    edits: list[tuple[int, int, bytes]] = []
    for link in _links(raw, body):
        target = _repaired(link.target, here, place_of)
        if target == link.target:
            if not _ELSEWHERE.match(target):
                needed.add(posixpath.normpath(posixpath.join(here, target.partition("#")[0])))
        elif target is None:
            edits += [(link.start, link.text_start, b""), (link.text_end, link.end, b"")]
        else:
            edits.append((link.text_end, link.end, f"]({target})".encode()))
    # The uses of a definition that leads nowhere are repaired above, so the definition can go.
    for definition in pyromark.reference_definitions(body, options=_OPTIONS).values():
        if _repaired(definition["dest"], here, place_of) != definition["dest"]:
            edits.append((definition["span"]["start"], definition["span"]["end"], b""))
    for start, end, text in sorted(edits, reverse=True):
        raw = raw[:start] + text + raw[end:]
    return raw.decode(), frozenset(needed)


@dataclass
class _Link:
    """A link or image, in byte offsets; `text_start` to `text_end` is what is read."""

    target: str
    start: int
    text_start: int
    text_end: int
    end: int


def _links(raw: bytes, body: str) -> list[_Link]:
    links: list[_Link] = []
    open_: list[_Link] = []
    for event, span in pyromark.events_with_range(body, options=_OPTIONS):
        kind, what = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        if kind == "Start" and isinstance(what, dict) and what.keys() & {"Link", "Image"}:
            (name, detail), start = next(iter(what.items())), span["start"]
            if detail["link_type"] in ("Autolink", "Email"):
                continue
            text = start + (2 if name == "Image" else 1)
            open_.append(_Link(detail["dest_url"], start, text, text, span["end"]))
        elif open_ and kind == "End" and what in ("Link", "Image") and span["end"] == open_[-1].end:
            link = open_.pop()
            link.text_end = raw.index(b"]", link.text_end)
            links.append(link)
        if open_ and kind != "Start":
            open_[-1].text_end = max(open_[-1].text_end, span["end"])
    return links


def _repaired(target: str, here: str, place_of: Callable[[int], str | None]) -> str | None:
    """Where a link leads after the repair: the same, a record, or None for plain text."""
    if _ELSEWHERE.match(target):
        return target
    if proposal := _PROPOSAL.fullmatch(target):
        place = place_of(int(proposal[1]))
        return place and posixpath.relpath(place, here)
    path, _, fragment = target.partition("#")
    inside = not posixpath.normpath(posixpath.join(here, path)).startswith((".", "/"))
    # What has no suffix was a folder.
    can_be_placed = ":" not in path and posixpath.splitext(path)[1] not in _NOT_BESIDE
    return target if inside and can_be_placed and not fragment else None


def placeholder(name: str) -> bytes:
    """A small valid file that stands for one that the corpus does not hold."""
    suffix = posixpath.splitext(name)[1].lower()
    if suffix in _MADE:
        return _MADE[suffix]()
    return f"Placeholder for {posixpath.basename(name)}\n".encode()


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", binascii.crc32(kind + data))
        )

    size = 120, 80
    rows = b"".join(b"\0" + b"\xc8" * size[0] for _ in range(size[1]))
    header = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _svg() -> bytes:
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">'
        b'<rect width="120" height="80" fill="#c8c8c8"/></svg>\n'
    )


def _gif() -> bytes:
    return binascii.unhexlify(
        "47494638396101000100800000c8c8c800000021f90400000000002c00000000010001000002024401003b"
    )


def _pdf() -> bytes:
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 120 80]>>",
    )
    text, offsets = b"%PDF-1.4\n", []
    for number, what in enumerate(objects, 1):
        offsets.append(len(text))
        text += b"%d 0 obj%sendobj\n" % (number, what)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return text + (
        b"xref\n0 4\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(text)
    )


def _jpeg() -> bytes:
    return base64.b64decode(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////"
        "////////////////////////////////wAALCAAQABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI"
        "CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcY"
        "GRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKj"
        "pKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AJ6K"
        "KK//2Q=="
    )


def _json() -> bytes:
    return b"{}\n"


_MADE = {
    ".png": _png, ".svg": _svg, ".gif": _gif, ".jpg": _jpeg, ".jpeg": _jpeg, ".pdf": _pdf,
    ".json": _json,
}  # fmt: skip

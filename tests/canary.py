"""Canary words: planted in every place that must stay inside, searched for in every byte."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import re
import struct
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from openpyxl import Workbook
from pikepdf import Array, Dictionary, Name
from PIL import Image
from pypdf import PdfReader

from changebook.read.scan.examination import examined
from changebook.site.search.spelling import spelt

CLIENT = "harbour"
#: The script that holds a file of an offline copy.
_HOLDS = re.compile(rb'changebook\.holds\("([^"]*)"\)\n')
_ENDS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class Canaries:
    """The words, by the place that each was planted in."""

    words: dict[str, str] = field(default_factory=dict)
    _searched: dict[tuple[tuple[tuple[str, str], ...], bytes], frozenset[str]] = field(
        default_factory=dict, repr=False
    )

    def word(self, place: str) -> str:
        """A new word for a place: letters alone, so that no encoding cuts it."""
        number = len(self.words)
        self.words[place] = f"kanari{_ENDS[number // 26]}{_ENDS[number % 26]}vogel"
        return self.words[place]

    def chinese(self, place: str) -> str:
        """A Chinese one, which search indexes cut into pieces."""
        digits = "零一二三四五六七八九"
        number = "".join(digits[int(digit)] for digit in f"{len(self.words):02}")
        self.words[place] = f"金丝雀第{number}只"
        return self.words[place]

    def leaks(self, root: Path) -> list[str]:
        """Every place whose word stands in some file below `root`, or in a file's name."""
        words = tuple(self.words.items())
        found = set()
        for name, content in _contents(root):
            named = {place for place, word in words if word.casefold() in name.casefold()}
            found |= {f"{place} in {name}" for place in named | self._held(words, content)}
        return sorted(found)

    def _held(self, words: tuple[tuple[str, str], ...], content: bytes) -> frozenset[str]:
        """The places whose words stand in a content; most of a site is the same in the next one."""
        key = (words, hashlib.sha256(content).digest())
        if key not in self._searched:
            folded = _unfolded(content)
            self._searched[key] = frozenset(
                place for place, word in words if any(form in folded for form in _forms(word))
            )
        return self._searched[key]

    def said(self, text: str) -> list[str]:
        """The places whose words stand in a text."""
        return [place for place, word in self.words.items() if word.casefold() in text.casefold()]


def _unfolded(content: bytes) -> bytes:
    """Lower case, without what cuts a word: zero-width spaces of search indexes, folded lines."""
    for space in ("\u200b", "\\u200b"):
        content = content.replace(space.encode(), b"")
    content = content.replace(b"\r\n ", b"")
    return content.lower()


@cache
def _forms(word: str) -> tuple[bytes, ...]:
    """A word as it may stand in a file: plain, wide, escaped for HTML, JSON or URLs, base64."""
    return tuple(_spellings(word))


def _spellings(word: str) -> Iterator[bytes]:
    low = word.casefold()
    yield low.encode()
    for wide in ("utf-16-le", "utf-16-be", "utf-32-le"):
        yield low.encode(wide)
    if not low.isascii():
        yield spelt(low).encode()
        yield "".join(f"&#{ord(c)};" for c in low).encode()
        yield "".join(f"&#x{ord(c):x};" for c in low).encode()
        yield json.dumps(low).strip('"').lower().encode()
        yield urllib.parse.quote(low).lower().encode()
        yield html.escape(low).encode()
    for shift in range(3):
        # Base64 of the word within longer text: without the ends that depend on its neighbours.
        for form in {word, low}:
            coded = base64.b64encode(b"\0" * shift + form.encode())
            yield coded[4 if shift else 0 : len(coded) // 4 * 4 - 4].lower()


def _contents(root: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(root.rglob("*")):
        name = file.relative_to(root).as_posix()
        if file.is_file():
            yield from _unpacked(name, file.read_bytes())
        else:
            yield name, b""


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if content[:2] == b"\x1f\x8b":
        yield from _unpacked(f"{name}!", gzip.decompress(content))
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _unpacked(f"{name}!{member}", archive.read(member))
    elif content[:4] == b"%PDF":
        yield from ((f"{name}!{part}", held) for part, held in _of_pdf(content))
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield f"{name}!pixels", b"".join(_inflated(content))
    elif held := _HOLDS.fullmatch(content):
        yield from _unpacked(f"{name}!", base64.b64decode(held[1]))


def _of_pdf(content: bytes) -> Iterator[tuple[str, bytes]]:
    """All that a PDF holds: streams with its metadata and attachments, strings, and its text."""
    with pikepdf.open(io.BytesIO(content)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Stream):
                yield "stream", _decoded(thing)
            yield from (("string", str(text).encode()) for text in _strings(thing))
    # Glyphs have numbers of their own, and a word may be cut at the end of a line.
    pages = PdfReader(io.BytesIO(content)).pages
    yield "text", "".join(page.extract_text() for page in pages).replace("\n", "").encode()


def _decoded(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()  # a picture's own format


def _strings(thing: Any) -> Iterator[pikepdf.String]:
    """The texts in an object, but for those of other objects that it refers to."""
    if isinstance(thing, pikepdf.String):
        yield thing
    elif isinstance(thing, Dictionary | pikepdf.Stream):
        yield from _each(thing[key] for key in thing.keys())  # noqa: SIM118 - no mapping
    elif isinstance(thing, Array):
        yield from _each(thing)


def _each(things: Iterable[Any]) -> Iterator[pikepdf.String]:
    for thing in things:
        if not getattr(thing, "is_indirect", False):
            yield from _strings(thing)


def _inflated(png: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        if kind in (b"zTXt", b"iTXt"):
            yield data
        at += 12 + size


def png(comment: str) -> bytes:
    """A picture of one pixel whose comment is the given text."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            chunk(b"tEXt", b"Comment\0" + comment.encode()),
            chunk(b"IDAT", zlib.compress(b"\0\xff")),
            chunk(b"IEND", b""),
        )
    )


def _photograph(c: Canaries) -> bytes:
    """A picture with what a camera and its owner noted in it."""
    exif = Image.Exif()
    exif[0x013B] = c.word("artist of a photograph")
    stream = io.BytesIO()
    comment = c.word("comment in a photograph")
    Image.new("RGB", (8, 8), "red").save(stream, "JPEG", exif=exif, comment=comment)
    return stream.getvalue()


def _drawing(c: Canaries) -> str:
    """An SVG with what editors keep in it."""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:ed="urn:editor" viewBox="0 0 9 9"
content="{c.word("source of a drawing")}" ed:file="{c.word("file name in a drawing")}">
<!-- {c.word("comment in a drawing")} -->
<metadata>{c.word("metadata of a drawing")}</metadata>
<ed:view>{c.word("data of an editor in a drawing")}</ed:view>
<g style="display:none"><text>{c.word("hidden layer of a drawing")}</text></g>
<style>/* {c.word("comment in a style sheet of a drawing")} */ .a {{fill: red}}</style>
<rect id="{c.word("name of a shape in a drawing")}" class="a" width="9" height="9"/></svg>
"""


def _workbook(c: Canaries) -> bytes:
    book = Workbook()
    book.properties.creator = c.word("maker of a workbook")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def scan(c: Canaries, paper: str = "a signed paper") -> bytes:
    """A paper as it comes in, with words in what is taken out when it is filed or published."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    with document.open_metadata() as metadata:
        metadata["dc:title"] = c.word(f"title of {paper}")
    document.docinfo["/Author"] = c.word(f"author of {paper}")
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]))
    note.Contents = c.word("comment on a signed paper") if paper == "a signed paper" else "Public."
    page.obj.Annots = Array([document.make_indirect(note)])
    document.attachments["notes.txt"] = c.word(f"file within {paper}").encode()
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def plant(root: Path) -> Canaries:
    """Write a workspace of three clients below `root`.

    A word stands in every place that must not reach the edition of `CLIENT`.
    """
    c = Canaries()
    files = _own_folder(c)
    for other in ("first other client", "second other client"):
        files |= _other_folder(c, other)
    for path, content in files.items():
        file = root / "changes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return c


def _profile(name: str, prefix: str, people: Iterable[str], more: str = "") -> str:
    return f"""---
name: {name}
language: en
timezone: Europe/Paris
prefix: {prefix}
project: Quay renewal {more}
vendor: {{name: Northwind Software, contact: change@northwind.example}}
contract:
  reference: SOW-1 {more}
  signed: 2026-01-05
  currency: EUR
  sum: 100000.00
  milestones:
    - {{id: go-live, name: Go-live, date: 2026-09-01, completion: true}}
people:
  - {{name: Ada Moreau, role: Sponsor, party: client, approves: true}}
{"".join(f"  - {{name: {p}, role: Analyst, party: vendor}}" + chr(10) for p in people)}---

Welcome.
"""


def _record(
    id: str,
    title: str,
    status: str,
    *,
    visibility: str = "client",
    more: str = "",
    body: str = "",
    drafted_by: str = "",
    recorded: str = "",
    effective: str = "",
) -> str:
    """A record without errors in one of the statuses that these tests need.

    `recorded` is the day on which its last step was written down; `effective` the day from which
    its approval counts.
    """
    submitted = """type: addition
priority: high
requested: {on: 2026-02-01, by: Ada Moreau, party: client}
summary: One plain sentence.
scope:
  - {item: Berths, action: modify}
reason: {category: client-request, text: Skippers asked.}
"""
    assessed = """impact:
  cost: [{item: Work, amount: 500.00}]
  schedule: []
  resources: []
options:
  - {id: a, title: Do it, amount: 500.00, days: 0, recommended: true}
plan: []
"""
    decided = """decision:
  due: 2026-02-20
  outcome: approved
  on: 2026-02-13
  by: [{name: Ada Moreau, role: Sponsor, party: client}]
  option: a
  amount: 500.00
  rationale: It is worth it.
agreement: {status: not-required}
"""
    if effective:
        decided = decided.replace("  option: a\n", f"  option: a\n  effective: {effective}\n")
    steps: list[str] = {
        "draft": [],
        "submitted": ["submitted"],
        "assessing": ["submitted", "assessing"],
        "awaiting-decision": ["submitted", "assessing", "awaiting-decision"],
        "approved": ["submitted", "assessing", "awaiting-decision", "approved"],
    }[status]
    text = f"id: {id}\ntitle: {title}\nstatus: {status}\nvisibility: {visibility}\n"
    text += submitted if status != "draft" else ""
    text += assessed if status in ("awaiting-decision", "approved") else ""
    text += "decision: {due: 2026-02-20}\n" if status == "awaiting-decision" else ""
    text += decided if status == "approved" else ""
    if steps:
        text += "history:\n"
        if drafted_by:
            text += f"  - {{status: draft, on: 2026-02-09, by: {drafted_by}}}\n"
        text += "".join(
            f"  - {{status: {step}, on: 2026-02-{10 + day:02d}, by: Ada Moreau"
            + (f", recorded: {recorded}}}\n" if recorded and step == steps[-1] else "}\n")
            for day, step in enumerate(steps)
        )
    return f"---\n{text}{more}---\n\n{body}\n"


def _own_folder(c: Canaries) -> dict[str, str | bytes]:
    hidden = c.word("vendor person whom only internal content names")
    secret, draft = c.word("file name of an internal record"), c.word("file name of a draft")
    linked = c.word("text of a link to an internal record")
    link_title = c.word("title of a link to an internal record")
    said = c.word("text of an internal record")
    visible_body = f"""Public words. ![Berths](berths.png)

<!-- {c.word("HTML comment")} -->

- A list.

    <!-- {c.word("HTML comment in a list")}

    {c.word("HTML comment after an empty line")} -->

::: internal
{c.word("internal block")} ![]({c.word("image name in an internal block")}.png)

::: internal
{c.word("nested internal block")}
:::

{c.word("after a nested internal block")}
:::

- A list.

    ::: internal
    {c.word("indented internal block")}
    :::

- ::: internal
  {c.word("internal block in a list item")}

  ```
  :::
  {c.word("after a marker in code")}
  ```
  :::

> ::: internal
> {c.word("quoted internal block")}
> :::

!!! note "A note"

    Public.

    :::: INTERNAL
    {c.word("internal block in an admonition")}
    ::::

```text
::: internal
{c.word("internal block in code")}
:::
```

See [{linked}](HBR-0003-{secret}.md "{link_title}")
and [a {c.word("text of a reference to a draft")}][draft].

[draft]: HBR-0004-{draft}.md
[//]: # ({c.word("comment in Markdown")})
[comment]: <> ({c.word("other comment in Markdown")})
[draft]: https://{c.word("second definition of a link")}.example
[unused]: https://insight.example "{c.word("title of a link that nobody uses")}"
[^unused]: {c.word("footnote that nobody refers to")}

```python data-note="{c.word("option of a code block")}"
pay(1)
```

```mermaid
%%{{init: {{"theme": "dark", "note": "{c.word("setting of a diagram")}"}}}}%%
sequenceDiagram
  %% {c.word("comment in a diagram")}
  # {c.word("other comment in a diagram")}
  A->>B: pays %% {c.word("comment behind a line of a diagram")}
```

```mermaid
---
title: A flow
note: {c.word("front matter of a diagram")}
---
flowchart LR
  a --> b
```

A <span data-note="{c.word("attribute that no page shows")}" class="x">word</span>, a
<time cite="{c.word("attribute of another element")}">day</time> and
<!{c.word("declaration")}> <?{c.word("processing instruction")} ?> more.

<div>
Public.
</div {c.word("words in an end tag")}>

<template>{c.word("element that is taken out")}</template>

See ![a photograph](photo.jpg), ![a drawing](drawing.svg), [a paper](plan.pdf), [a list](list.xlsx).

最后一段。

::: internal
{c.chinese("Chinese internal block")}
:::
"""
    internal_image = c.words["image name in an internal block"]
    only_internal = c.word("image name of an internal record")
    scanned = scan(c)
    paper = examined(scanned).content
    signed = f"""acceptance: {{due: 2026-05-01, x-who: {c.word("own key of an acceptance")}}}
agreement:
  status: signed
  reference: SOW-1 Amendment 1
  signed: 2026-02-14
  signed_copy:
    file: HBR-0001-signed.pdf
    sha256: {hashlib.sha256(paper).hexdigest()}
    filed: 2026-02-16
    by: [Ada Moreau, Lin Wei]
"""
    return {
        f"{CLIENT}/client.md": _profile("Harbour Office", "HBR", [hidden, "Lin Wei"])
        .replace(
            "approves: true}",
            f"approves: true, email: {c.word('mail address of a person')}@harbour.example}}",
        )
        # Whoever approves for the vendor stays unknown to the client, unless a record names them.
        .replace(
            f"name: {hidden}, role: Analyst, party: vendor",
            f"name: {hidden}, role: Analyst, party: vendor, approves: true",
        )
        .replace(
            "people:\n",
            f"""approval:
  - {{path: emergency, by: [client, vendor], x-why: {c.word("own key of an approval rule")}}}
  - {{by: [client]}}
people:
""",
            1,
        )
        + f"\n::: internal\n{c.word('internal block of the profile')}\n:::\n",
        f"{CLIENT}/glossary.md": "---\nterms:\n"
        f"  berth: a place for one ship  # {c.word('comment in the glossary')}\n"
        f"x-note: {c.word('own key in the glossary')}\n---\n",
        f"{CLIENT}/2026/HBR-0001-berths.md": _record(
            "HBR-0001",
            "Longer berths",
            "approved",
            more=f"""links: {{related: [HBR-0003, HBR-0004], depends_on: [HBR-0003]}}
x-tracker: {c.word("own key")}
revision: 2
revisions:
  - revision: 2
    on: 2026-02-12
    by: Ada Moreau
    note: Longer by a metre.  # {c.word("comment on a revision")}
    was: {{amount: 400.00, days: {{go-live: 1}}, x-margin: {c.word("own key of what was")}}}
    x-why: {c.word("own key of a revision")}
internal:
  margin: 0.31
  note: {c.word("internal key")}
  {c.word("name of an internal key")}: 1
""",
            body=visible_body,
            drafted_by=c.word("who drafted a record"),
        )
        .replace(
            "text: Skippers asked.",
            f"text: Skippers asked., x-who: {c.word('own key of a reason')}",
        )
        .replace(
            "role: Sponsor, party: client}]",
            "role: Sponsor, party: client, on: 2026-02-13, "
            f"x-how: {c.word('own key of an approval')}}}]",
        )
        .replace("agreement: {status: not-required}\n", signed),
        f"{CLIENT}/2026/HBR-0001-signed.pdf": paper,
        f"{CLIENT}/2026/scan.pdf": scanned,
        f"{CLIENT}/2026/HBR-0002-lights.md": _record(
            "HBR-0002",
            "Quay lights",
            "awaiting-decision",
            more=f"""links: {{related: [HBR-0001]}}
path: emergency
revision: 2
revisions:
  - revision: 2
    on: 2026-02-12
    by: Ada Moreau
    note: Brighter lamps.
    was: {{amount: 450.00}}
    x-why: {c.word("own key of a revision that waits")}
imported: {{from: Quay log.xlsx, on: 2026-02-12, id: Q-7, x-row: {c.word("own key of an import")}}}
x-colour: {c.word("column of what was imported")}
internal: {{comments: [{c.word("comment for the team in what was imported")}]}}
""",
            body=f"As kept.\n\n::: internal\n{c.word('internal block of an import')}\n:::\n",
        ).replace("title: Do it, ", f"title: Do it, x-why: {c.word('own key of an option')}, "),
        f"{CLIENT}/2026/HBR-0003-{secret}.md": _record(
            "HBR-0003",
            f"Secret {c.word('title of an internal record')}",
            "assessing",
            visibility="internal",
            more=f"""links: {{related: [HBR-0001]}}
imported: {{from: {c.word("source of an internal record")}, on: 2026-03-05, id: Q-8}}
options:
  - {{id: a, title: {c.word("option of an internal record")}, amount: 7.00, recommended: true}}
agreement: {{status: drafting, reference: SOW-1 Amendment 1}}
communications:
  - {{on: 2026-05-05, channel: call, with: [{hidden}], summary: {said}}}
""",
            body=f"{c.word('body of an internal record')} ![]({only_internal}.png) {hidden}",
            drafted_by=c.word("who drafted an internal record"),
            recorded="2026-03-05",
        ),
        f"{CLIENT}/2026/HBR-0004-{draft}.md": _record(
            "HBR-0004",
            f"Draft {c.word('title of a draft')}",
            "draft",
            more=f"""agreement: {{status: drafting, reference: {c.word("amendment of a draft")}}}
history:
  - status: draft
    on: 2026-02-10
    recorded: 2026-03-05
    by: {c.word("who drafted a draft")}
    note: {c.word("note on a draft")}
""",
            body=c.word("body of a draft"),
        ),
        f"{CLIENT}/2026/HBR-0005-fenders.md": _record(
            "HBR-0005",
            "Wider fenders",
            "approved",
            more=f"internal: {{late: {c.word('internal key of a late record')}}}\n",
            drafted_by=c.word("who drafted a late record"),
            recorded="2026-03-05",
            effective="2026-01-31",
        ),
        f"{CLIENT}/2026/HBR-0006-{c.word('file name of internal work')}.md": f"""---
id: HBR-0006
title: {c.word("title of internal work")}
status: implementing
visibility: internal
type: addition
path: internal
priority: low
requested: {{on: 2026-02-01, by: Lin Wei, party: vendor}}
summary: {c.word("summary of internal work")}
scope: [{{item: {c.word("scope item of internal work")}, action: add}}]
reason: {{category: technical, text: {c.word("reason of internal work")}}}
plan: [{{step: {c.word("step of internal work")}, done: 2026-02-13}}]
actual: {{finished: 2026-02-14, resources: [{{role: {c.word("role of internal work")}, days: 2}}]}}
history:
  - {{status: submitted, on: 2026-02-10, by: Lin Wei}}
  - {{status: assessing, on: 2026-02-11, by: Lin Wei}}
  - {{status: implementing, on: 2026-02-12, by: Lin Wei, note: {c.word("note of internal work")}}}
---
{c.word("body of internal work")}
""",
        f"{CLIENT}/2026/berths.png": png(c.word("comment in a picture")),
        f"{CLIENT}/2026/photo.jpg": _photograph(c),
        f"{CLIENT}/2026/drawing.svg": _drawing(c),
        f"{CLIENT}/2026/list.xlsx": _workbook(c),
        f"{CLIENT}/2026/plan.pdf": scan(c, "an attached paper"),
        f"{CLIENT}/2026/{internal_image}.png": png(c.word("image used by an internal block")),
        f"{CLIENT}/2026/{only_internal}.png": png(c.word("image used by an internal record")),
        f"{CLIENT}/2026/{c.word('name of a file that nothing uses')}.txt": c.word(
            "file that nothing uses"
        ),
    }


def _other_folder(c: Canaries, who: str) -> dict[str, str | bytes]:
    slug, prefix = c.word(f"slug of the {who}"), c.word(f"prefix of the {who}").upper()
    image, words = c.word(f"image name of the {who}"), c.word(f"body of the {who}")
    chinese = c.chinese(f"Chinese words of the {who}")
    profile = _profile(
        c.word(f"name of the {who}"),
        prefix,
        [c.word(f"person of the {who}")],
        c.word(f"contract of the {who}"),
    ).replace("change@", c.word(f"vendor contact for the {who}") + "@")
    return {
        f"{slug}/client.md": profile + c.word(f"welcome of the {who}"),
        f"{slug}/glossary.md": f"---\nterms:\n  {c.word(f'term of the {who}')}: "
        f"{c.word(f'meaning of a term of the {who}')}\n---\n",
        f"{slug}/{prefix}-0001-x.md": _record(
            f"{prefix}-0001",
            c.word(f"title of the {who}"),
            "approved",
            body=f"{words} {chinese} ![]({image}.png)",
        ),
        f"{slug}/{image}.png": png(c.word(f"image of the {who}")),
    }

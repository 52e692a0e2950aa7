"""Papers to PDF, by WeasyPrint, which needs Pango: the only place that knows either.

The PDF is tagged and says that it keeps to PDF/UA-1 and PDF/A-3a. Its fonts are embedded, and no
clock has a say, so the same paper gives the same bytes with the same fonts.
"""

from __future__ import annotations

import contextlib
import html
import io
import logging
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

import pydyf  # type: ignore[import-untyped]
from PIL import ImageFile

from changebook.check.on_paper import NO_FONT, NOT_DRAWN, PICTURE, REMARK
from changebook.paper import codes, diagrams, fitting, pictures, sheets, tagging
from changebook.paper.diagrams import Drawing
from changebook.paper.findings import Finding
from changebook.paper.paper import Paper
from changebook.refusal import Refusal

#: The Debian packages that typesetting takes, by what each is for.
LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
#: The families that print.css names, with the Debian package of each.
FONTS = {"Noto Sans": "fonts-noto-core", "Noto Sans CJK SC": "fonts-noto-cjk"}
_VARIANT = "pdf/a-3a"
#: Stands where no font has the character, as PDF/A-3a refuses the box that fonts have for that.
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
#: Mean something only in a font of one's own, and nothing to a screen reader.
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
#: Photographs keep what a press can show, and no more. The codes must stay below it.
_DPI = 400
#: How much of a text stands before its place in a drawing, by its anchor.
_BEFORE_PLACE = {"middle": 0.5, "end": 1}
_WHOLE = re.compile(r"\s*[+-]?[0-9]+")
_END_OF_RDF = b"</rdf:RDF>"
#: PDF/UA-1 requires its own mark in the metadata, and PDF/A a description of any such mark.
_UNIVERSAL_ACCESS = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>The part of ISO 14289</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""

Say = Callable[[Finding], None]
_ANOTHER_PICTURE = "Save it again as PNG, JPEG, GIF, WebP or SVG, or use another picture."


class CannotTypeset(Refusal):
    """What typesetting needs is not on this machine."""


def require() -> None:
    """Raise CannotTypeset, with the way out, where no PDF can be made."""
    _weasyprint()


def shortcomings() -> tuple[str, ...]:
    """Return what makes PDFs slow or strange to look at on this machine, each with its way out."""
    from weasyprint.text import ffi  # type: ignore[import-untyped]  # noqa: PLC0415 - loads Pango

    faults = []
    if ffi.harfbuzz_subset is None:
        faults.append(
            "HarfBuzz's subset library is missing, so each PDF takes seconds instead of a fraction "
            f"of a second. Install it: apt-get install {LIBRARIES[-1]}"
        )
    missing = [family for family in FONTS if not _is_installed(family)]
    if missing:
        faults.append(
            f"The font {' and '.join(missing)} is missing, and another is used instead. Install "
            f"it: apt-get install {' '.join(FONTS[family] for family in missing)}"
        )
    return tuple(faults)


def pdf(paper: Paper, say: Say = lambda _: None) -> bytes:
    """Return the PDF of a paper; `say` hears of what is not on it as it was written.

    Raises CannotTypeset.
    """
    text, drawn = _with_diagrams(paper, say)
    unknown = frozenset(_PRIVATE.findall(text))
    made, heard = _typeset(paper, text, drawn, unknown)
    if heard.missing:
        # Only the fonts that are there know what they lack, and they say so while they draw.
        unknown |= heard.missing
        made, heard = _typeset(paper, text, drawn, unknown)
    for character in sorted(unknown):
        say(_without_font(character, paper))
    for finding in heard.found:
        say(finding)
    return made


def _without_font(character: str, paper: Paper) -> Finding:
    """Return a character that no font has.

    In the text a � takes its place, in a picture it may not.
    """
    name = f"U+{ord(character):04X}"
    for _, asset in paper.files:
        file = asset.file
        is_drawing = file.suffix.lower() == ".svg"
        if is_drawing and character in asset.content().decode("utf-8", "replace"):
            return Finding(
                PICTURE.name,
                f"{file.name} can't be printed: no font on this machine has {name}.",
                "Convert the drawing's text to paths, reword it, or install a font that has the "
                "character.",
                file=str(file),
            )
    return Finding(
        NO_FONT.name,
        f"No font on this machine has {name}, so {_UNKNOWN} is printed instead.",
        "Write it in words, or install a font that has it.",
        character,
    )


#: What the layout engine does not follow stands in a style sheet, which a team may have of its own.
_OWN_STYLES = (
    "Look at that place on the paper; if you have a print.css of your own, change it there."
)


@dataclass
class _Typeset:
    """What came to be known while a PDF was made."""

    missing: set[str]
    found: list[Finding]


def _typeset(
    paper: Paper, text: str, drawn: dict[str, Drawing], unknown: frozenset[str]
) -> tuple[bytes, _Typeset]:
    """Return the PDF without some characters, and what is not on it."""
    shown = text.translate({ord(character): _UNKNOWN for character in unknown})
    options = {"pdf_variant": _VARIANT, "pdf_tags": True, "optimize_images": True, "dpi": _DPI}
    with _hearing() as heard, warnings.catch_warnings():
        # It leaves its colour profile to be closed by whoever collects the garbage.
        warnings.simplefilter("ignore", ResourceWarning)
        page = _weasyprint().HTML(string=shown, url_fetcher=_fetcher(paper, drawn, unknown))
        root = page.etree_element
        findings = fitting.fit(root, paper.sheet, drawn)
        _count_down(root)
        # A list that starts at 3, a picture of a width and a centred line are so in HTML alone.
        document = page.render(
            font_config=_fonts(),
            stylesheets=[_sheet(paper.styles)],
            presentational_hints=True,
            **options,
        )
        made: bytes = document.write_pdf(finisher=_finish, **options)
    findings += _unseen(heard, paper, drawn) + sheets.missing(document, root)
    findings += [
        Finding(REMARK.name, f"The layout engine says: {remark.rstrip('.')}.", _OWN_STYLES)
        for remark in heard.remarks
    ]
    return made, _Typeset(heard.missing, findings)


def _count_down(root: Any) -> None:
    """Number the items of reversed lists one by one, which WeasyPrint would count upwards."""
    for listing in root.iter("ol"):
        if "reversed" not in listing.attrib:
            continue
        items = listing.findall("li")
        number = _whole(listing.get("start"), len(items))
        for item in items:
            number = _whole(item.get("value"), number)
            item.set("value", str(number))
            number -= 1


def _whole(text: str | None, otherwise: int) -> int:
    """Return the whole number that an attribute's text begins with, as browsers read it."""
    match = _WHOLE.match(text or "")
    return int(match[0]) if match else otherwise


def _unseen(heard: _Heard, paper: Paper, drawn: dict[str, Drawing]) -> list[Finding]:
    """Return the pictures that could not be shown."""
    files, findings = dict(paper.files), []
    for address, reason in heard.pictures.items():
        asset = files.get(address)
        file = asset.file if asset else None
        name = file.name if file else f"{address[:40]}"
        words = drawn[address].source.strip() if address in drawn else address[:40]
        findings.append(
            Finding(
                PICTURE.name,
                f"{name} can't be printed: {reason}.",
                _ANOTHER_PICTURE,
                "" if file else words,
                str(file or ""),
            )
        )
    return findings


@lru_cache(maxsize=4)
def _sheet(styles: str) -> Any:
    """Return a style sheet, parsed once for all the documents that have it in common."""
    return _weasyprint().CSS(string=styles)


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """Return the fonts of this machine, opened once for all documents of a process.

    None adds any for the next, as nothing is fetched but pictures.
    """
    from weasyprint.text import fonts  # noqa: PLC0415 - loads Pango

    return fonts.FontConfiguration()


@lru_cache(maxsize=1)
def _weasyprint() -> Any:
    try:
        # Where Pango is missing it prints a page of advice for its own developers.
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415 - loads Pango
        # It sets this for the whole process, and then prints half a picture without a word.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        _tell_where_text_lies()
    except OSError as error:
        raise CannotTypeset(
            "PDFs need the library Pango, which is not installed. On Debian or Ubuntu: apt-get "
            f"install {' '.join(LIBRARIES)}; on macOS: brew install "
            "pango; elsewhere with your system's package manager"
        ) from error
    return weasyprint


def _tell_where_text_lies() -> None:
    """Have WeasyPrint know where the text of a drawing lies that does not begin at its place.

    It takes all text to begin there, and cuts what is translucent to where it lies.
    """
    boxes: Any = import_module(
        "weasyprint.svg.bounding_box"
    )  # the package has a function of that name
    known = boxes.bounding_box_text

    def of_text(svg: Any, node: Any, size: Any) -> Any:
        if (box := known(svg, node, size)) is None:
            return None
        x, y, width, height = box
        return x - width * _BEFORE_PLACE.get(node.get("text-anchor"), 0), y, width, height

    boxes.BOUNDING_BOX_METHODS |= dict.fromkeys(("text", "tspan", "textPath"), of_text)


def _is_installed(family: str) -> bool:
    """Return whether the family is there; taken to be so where fontconfig's own tool is not."""
    tool = shutil.which("fc-match")
    if tool is None:
        return True
    command = [tool, "--format=%{family}", family]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return listing.returncode != 0 or family in listing.stdout.split(",")


def _with_diagrams(paper: Paper, say: Say) -> tuple[str, dict[str, Drawing]]:
    """Return the HTML, and the diagrams by their addresses.

    One that can't be drawn shows its source.
    """
    text, drawn = paper.html, {}
    for number, diagram in enumerate(paper.diagrams, 1):
        try:
            drawn[f"diagram:{number}"] = diagrams.draw(diagram.source)
        except Exception as error:  # noqa: BLE001 - whatever the diagram's own script throws
            say(
                Finding(
                    NOT_DRAWN.name,
                    "This diagram can't be drawn, so its source is printed instead: "
                    f"{' '.join(str(error).split())}",
                    "Open it in Mermaid's live editor, which shows what is wrong with it.",
                    diagram.source.strip(),
                )
            )
            source = f'<pre class="source"><code>{html.escape(diagram.source)}</code></pre>'
            text = text.replace(diagram.tag, source)
    return text, drawn


def _fetcher(paper: Paper, drawn: dict[str, Drawing], unknown: frozenset[str]) -> Any:
    """Give WeasyPrint the paper's own files, and nothing else of this machine or another."""
    urls = _weasyprint().urls
    files = dict(paper.files)
    without = {ord(character): _UNKNOWN for character in unknown}

    class Fetcher(urls.URLFetcher):  # type: ignore[name-defined,misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                answer = super().fetch(url, headers)
                return _response(url, answer.read(), answer.content_type)
            if url in drawn:
                return _response(url, drawn[url].svg, pictures.SVG)
            if url.startswith(codes.SCHEME):
                return _response(url, codes.picture(url), "image/png")
            if asset := files.get(url):
                return _response(url, asset.content(), pictures.media_type(asset.file.name))
            raise pictures.NotPrintable("it is not a file of this document")

    def _response(url: str, content: bytes, kind: str) -> Any:
        content, kind = pictures.printable(content, kind)
        if kind == pictures.SVG:
            drawing = content.decode(errors="surrogateescape").translate(without)
            content = drawing.encode(errors="surrogateescape")
        return urls.URLFetcherResponse(url, content, {"Content-Type": kind})

    return Fetcher()


def _finish(_: Any, made: Any) -> None:
    """Complete the tags and what PDF/A and PDF/UA ask of pictures and of the metadata."""
    tagging.complete(made)
    for thing in made.objects:
        extra = getattr(thing, "extra", {})
        if "Interpolate" in extra:
            extra["Interpolate"] = "false"  # ISO 19005-3, 6.2.8
        if extra.get("Type") == "/Metadata":
            thing.stream = [
                part.replace(_END_OF_RDF, _UNIVERSAL_ACCESS + _END_OF_RDF) for part in thing.stream
            ]
    made.objects[1:] = map(_Written, made.objects[1:])


class _Written(pydyf.Object):  # type: ignore[misc]
    """An object as its bytes, which are asked for twice: for the file and for its identifier."""

    data = b""
    compressible = False

    def __init__(self, thing: Any) -> None:
        super().__init__()
        self.number, self.compressible, self.data = thing.number, thing.compressible, thing.data


@contextlib.contextmanager
def _hearing() -> Iterator[_Heard]:
    """Keep what WeasyPrint warns about meanwhile from the terminal."""
    logger, heard = logging.getLogger("weasyprint"), _Heard()
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(heard)
    try:
        yield heard
    finally:
        logger.removeHandler(heard)
        logger.propagate = propagate


class _Heard(logging.Handler):
    """The warnings: characters that no font has, pictures that are not shown, and the rest."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.missing: set[str] = set()
        self.pictures: dict[str, str] = {}
        #: What else it could not follow, but for places that only the page on the site has.
        self.remarks: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        about = record.args if isinstance(record.args, tuple) else ()
        if record.msg.startswith(".notdef"):
            self.missing.add(str(about[0]))
        elif record.msg.startswith("Failed to load image"):
            address, reason = map(str, about)
            self.pictures[address] = reason.rpartition("NotPrintable: ")[2]
        elif record.msg.startswith("Failed to render SVG image"):
            self.pictures[str(about[0])] = "it can't be drawn"
        elif not record.msg.startswith("No anchor"):
            self.remarks[record.getMessage()] = None

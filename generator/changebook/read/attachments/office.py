"""Documents of office programs without their makers; what else they hide is named.

They are archives of XML (ECMA-376, and OpenDocument 1.3, part 2). Parts that tell of the makers are
rewritten, pictures are stripped, and all else stays byte for byte.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from changebook.read.attachments.attachment import Attachment

#: What is larger when it is unpacked is no document.
_MOST = 300 * 1024 * 1024
_DAY = (1980, 1, 1, 0, 0, 0)
_OFFICE = "http://schemas.openxmlformats.org/"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
#: The parts that tell of the makers, as they are when they say nothing.
_EMPTY: Mapping[str, str] = {
    "docProps/core.xml": "<cp:coreProperties xmlns:cp="
    f'"{_OFFICE}package/2006/metadata/core-properties"/>',
    "docProps/app.xml": f'<Properties xmlns="{_OFFICE}officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": f'<Properties xmlns="{_OFFICE}officeDocument/2006/custom-properties"/>',
    "meta.xml": f'<office:document-meta xmlns:office="{_ODF}office:1.0" office:version="1.3">'
    "<office:meta/></office:document-meta>",
}
_THUMBNAIL = re.compile(r"(?:docProps|Thumbnails)/[Tt]humbnail\.\w+")
_THUMBNAIL_LINK = re.compile(
    rb'<(?:\w+:)?Relationship\b[^<>]*metadata/thumbnail"[^<>]*/>'
    rb'|<manifest:file-entry\b[^<>]*"Thumbnails/[^<>]*/>'
)
_PICTURE = re.compile(r".*\.(?:png|jpe?g|gif|webp)", re.IGNORECASE)
#: Parts whose being there is worth a word, by their paths.
_PARTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:xl|word|ppt)/(?:threaded)?comments.*\.xml", re.IGNORECASE), "comments"),
    (re.compile(r"ppt/notesSlides/.*\.xml"), "speaker notes"),
    (re.compile(r".*vbaProject\.bin|Basic/.+"), "macros"),
    (re.compile(r"(?:xl|word|ppt)/embeddings/.+|Object .+/content\.xml"), "embedded documents"),
    (re.compile(r"xl/externalLinks/.*\.xml"), "links to other workbooks, with their values"),
    (re.compile(r"customXml/item\d+\.xml"), "program data"),
)
#: Parts that are looked into.
_LOOKED_INTO = re.compile(
    r"xl/workbook\.xml|xl/worksheets/[^/]+\.xml|word/(?:document|header\d*|footer\d*)\.xml"
    r"|ppt/slides/[^/]+\.xml|content\.xml"
)


def examined(content: bytes, clean: Callable[[bytes], bytes]) -> Attachment:
    """Strip a document, and name what else it hides; `clean` strips a picture in it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            is_locked = any(member.flag_bits & 1 for member in members)
            if is_locked or sum(member.file_size for member in members) > _MOST:
                return Attachment(content, is_opaque=True)
            parts = {member.filename: archive.read(member) for member in members}
            remarks = dict.fromkeys(_remarks(parts))
            return Attachment(_written(parts, clean), tuple(remarks))
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        ParseError,
        DefusedXmlException,
        ValueError,
    ):
        return Attachment(content, is_opaque=True)


def _written(parts: Mapping[str, bytes], clean: Callable[[bytes], bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            if _THUMBNAIL.fullmatch(name):
                continue
            made = content
            if name in _EMPTY:
                made = f'<?xml version="1.0" encoding="UTF-8"?>\n{_EMPTY[name]}'.encode()
            elif _PICTURE.fullmatch(name):
                made = clean(content)
            elif name in ("_rels/.rels", "META-INF/manifest.xml"):
                made = _THUMBNAIL_LINK.sub(b"", content)
            # OpenDocument wants its first part as it is, so that programs find the type.
            packed = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _DAY), made, packed)
    return stream.getvalue()


def _remarks(parts: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in parts.items():
        for pattern, remark in _PARTS:
            if pattern.fullmatch(name):
                yield remark
        if _LOOKED_INTO.fullmatch(name):
            yield from _hidden(fromstring(content), name)


def _hidden(root: Element, part: str) -> Iterator[str]:
    if part.startswith("ppt/slides/") and root.get("show") == "0":
        yield "hidden slides"
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        attributes = {name.rpartition("}")[2]: value for name, value in element.items()}
        if tag == "sheet" and attributes.get("state") in ("hidden", "veryHidden"):
            yield f"the hidden sheet `{attributes.get('name', '')}`"
        elif tag in ("row", "col") and attributes.get("hidden") in ("1", "true"):
            yield "hidden rows or columns"
        elif tag in ("ins", "del", "moveFrom", "moveTo") and "author" in attributes:
            yield "tracked changes"
        elif tag == "vanish" and attributes.get("val") not in ("0", "false"):
            yield "hidden text"
        elif tag == "tracked-changes" and len(element):
            yield "tracked changes"
        elif tag == "annotation":
            yield "comments"
        elif tag in ("table-row", "table-column") and attributes.get("visibility") == "collapse":
            yield "hidden rows or columns"
        elif tag == "table-properties" and attributes.get("display") == "false":
            yield "a hidden sheet"
        elif tag == "hidden-text":
            yield "hidden text"

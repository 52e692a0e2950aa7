"""A signed paper as a PDF: rewritten without what is not on its pages.

One that is signed digitally keeps every byte, since each is part of the signature.

`pikepdf.sanitize` can't do this. It removes what it knows and keeps the rest, where only what a
page needs may stay; it defuses what acts, where such a paper is refused; and it does not say what
it took out, which whoever files the paper is told: that takes every test below with or without it.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from changebook.model.diagnostics import number_of
from changebook.read.scan import jpeg
from changebook.read.scan.paper import PaperFormat, ScannedPaper, UnfitPaper

_HEADER, _END = b"%PDF-", b"%%EOF"
#: Readers look for the header in the first bytes, ISO 32000-1, Annex H.3.4.1.
_HEADER_WITHIN = 1024
#: Actions that run, fetch, send or open something (ISO 32000-1, 12.6.4). A link (`URI`) may stay.
_ACTIVE = frozenset(
    f"/{name}"
    for name in "JavaScript Launch SubmitForm ImportData GoToR GoToE Rendition Movie Sound "
    "RichMediaExecute GoTo3DView".split()
)
#: What a document and its pages need to be shown (ISO 32000-1, 7.7.2 and 7.7.3).
_OF_DOCUMENT = frozenset(
    f"/{name}"
    for name in "Type Pages Version Extensions Lang ViewerPreferences PageLayout MarkInfo "
    "StructTreeRoot OCProperties OutputIntents Dests Names Outlines AcroForm".split()
)
_OF_PAGE = frozenset(
    f"/{name}"
    for name in "Type Parent Resources MediaBox CropBox BleedBox TrimBox ArtBox Rotate Contents "
    "Group Annots UserUnit Tabs StructParents".split()
)
#: Notes about the paper, and what holds files. Ink, stamps and typed text may be the signature.
COMMENTS = frozenset(
    f"/{name}" for name in "Text Popup Highlight Underline StrikeOut Squiggly Caret Redact".split()
)
_HOLDERS = frozenset(
    f"/{name}" for name in "FileAttachment Sound Movie Screen RichMedia 3D".split()
)
#: Who marked something, when, and what was said of it.
OF_MARK = ("/T", "/M", "/CreationDate", "/NM", "/Subj", "/RC", "/Popup", "/IRT", "/Contents")
#: Their keys of the same names are something else: a field's name, the text that is shown.
NO_MARK = frozenset({"/Widget", "/Link"})
SHOWS_CONTENTS = "/FreeText"

_PROPERTIES = "author, program, dates and other properties"
_FILES = "files within the file"
_MORE = "private data of programs"
_PHOTOS = "what the camera recorded in its pictures"


def is_pdf(content: bytes) -> bool:
    """Return whether the content begins as a PDF does."""
    return _HEADER in content[:_HEADER_WITHIN]


def examined(content: bytes) -> ScannedPaper:
    """Return the PDF with its pages and nothing else. Raises UnfitPaper."""
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            return _examined(pdf, content)
    except pikepdf.PasswordError:
        raise _locked() from None
    except (pikepdf.PdfError, zlib.error, ValueError, TypeError, KeyError, AttributeError):
        # Its parts are not what a PDF has in these places.
        raise UnfitPaper(
            "It begins like a PDF but can't be read as one", "Scan or print it into a new PDF"
        ) from None


def _locked() -> UnfitPaper:
    return UnfitPaper("The PDF is encrypted", "Print it into a new PDF without a password")


def _examined(pdf: Pdf, content: bytes) -> ScannedPaper:
    if pdf.is_encrypted:
        raise _locked()
    if not pdf.pages:
        raise UnfitPaper("The PDF has no page", "Scan the paper again")
    parts = list(parts_of(pdf))
    if any(is_active(part) for part in parts):
        raise UnfitPaper(
            "The PDF can run programs or open other files when it is read",
            "Print it into a new PDF, and file that",
        )
    holds_files = any("/EF" in part for part in parts)
    if any(map(is_signature, parts)):
        return _signed_digitally(pdf, content, holds_files=holds_files)
    removed = [_FILES] if holds_files else []
    removed += without_properties(pdf, parts)
    removed += _without_notes(pdf)
    removed += _without_more(pdf, parts)
    if content.count(_END) > (2 if pdf.is_linearized else 1):
        removed.append("earlier versions of the file")
    if not removed:
        return ScannedPaper(PaperFormat.PDF, content)
    stream = BytesIO()
    with warnings.catch_warnings():
        # That a form is incomplete was so before.
        warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
        pdf.save(stream, deterministic_id=True)
    return ScannedPaper(PaperFormat.PDF, stream.getvalue(), tuple(dict.fromkeys(removed)))


def _signed_digitally(pdf: Pdf, content: bytes, *, holds_files: bool) -> ScannedPaper:
    if holds_files:
        raise UnfitPaper(
            "The PDF is signed digitally and contains other files, which can't be removed",
            "Have it signed without them",
        )
    info: Any = pdf.trailer.get("/Info", Dictionary())
    properties = [f"{key[1:]}: {value}" for key, value in info.items() if str(value).strip()]
    remarks = [
        "It is signed digitally, so no byte of it was altered; what it says of its authors stays."
    ]
    remarks += [f"The client can read in it: {', '.join(properties)}."] if properties else []
    return ScannedPaper(PaperFormat.PDF, content, (), tuple(remarks))


def parts_of(pdf: Pdf) -> Iterator[Any]:
    """Yield every dictionary and stream of the document, wherever it stands."""
    for whole in pdf.objects:
        waiting: list[Any] = [whole]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Dictionary | Stream):
                yield part
                held = [value for _, value in part.items()]
            elif isinstance(part, Array):
                held = list(part)
            else:
                continue
            # What has a number of its own comes by itself.
            waiting += (
                each
                for each in held
                if isinstance(each, Dictionary | Array) and not each.is_indirect
            )


def is_signature(part: Any) -> bool:
    """Return whether the dictionary is a digital signature, which covers every byte."""
    return "/ByteRange" in part and "/Contents" in part


def is_active(part: Any) -> bool:
    """Return whether the dictionary runs, fetches, sends or opens something."""
    is_action = part.get("/Type", Name.Action) == Name.Action
    kind = part.get("/S")
    return "/JS" in part or "/XFA" in part or (is_action and str(kind) in _ACTIVE)


def _dropped(part: Any, *keys: str) -> bool:
    """Take keys out of a dictionary; return whether there were any."""
    present = [key for key in keys if key in part]
    for key in present:
        del part[key]
    return bool(present)


def without_properties(pdf: Pdf, parts: list[Any]) -> Iterator[str]:
    """Take out who made a document, when and with what; say what there was."""
    if _dropped(pdf.trailer, "/Info"):
        yield _PROPERTIES
    for part in parts:
        if _dropped(part, "/Metadata"):
            yield _PROPERTIES
        if _dropped(part, "/PieceInfo", "/LastModified"):
            yield _MORE
        _dropped(part, "/EF", "/AF")
        if part.get("/Subtype") == Name.Image and isinstance(part, Stream):
            yield from _without_camera(part)


def _without_camera(image: Any) -> Iterator[str]:
    filters = image.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, Array) else [str(filters)]
    if names[-1] != "/DCTDecode":
        return
    raw = image.read_raw_bytes()
    if names[:-1] == ["/FlateDecode"]:
        raw = zlib.decompress(raw)
    elif names[:-1]:
        return
    try:
        clean = jpeg.stripped(raw)
    except jpeg.NoJpeg:
        return  # readers show what they can of it
    if clean != raw:
        parameters = image.get("/DecodeParms")
        last = parameters[-1] if isinstance(parameters, Array) else parameters
        image.write(clean, filter=Name.DCTDecode, decode_parms=last)
        yield _PHOTOS


def _without_notes(pdf: Pdf) -> Iterator[str]:
    comments = 0
    for page in pdf.pages:
        kept = []
        for mark in page.obj.get("/Annots", Array()):
            kind = str(mark.get("/Subtype"))
            if kind in _HOLDERS:
                yield _FILES
            elif kind in COMMENTS:
                comments += 1
            else:
                kept.append(mark)
                about = [key for key in OF_MARK if key != "/Contents" or kind != SHOWS_CONTENTS]
                if kind not in NO_MARK and _dropped(mark, *about):
                    yield "who marked it, and when"
        if "/Annots" in page.obj and len(kept) < len(page.obj.Annots):
            page.obj.Annots = Array(kept)
    if comments:
        yield number_of(comments, "comment")


def _without_more(pdf: Pdf, parts: list[Any]) -> Iterator[str]:
    if _dropped(pdf.Root, "/PageLabels"):
        yield "page labels"
    if _dropped(pdf.Root, "/OpenAction", "/PageMode", *(set(pdf.Root.keys()) - _OF_DOCUMENT)):
        yield _MORE
    if "/Names" in pdf.Root and _dropped(
        pdf.Root.Names, *(set(pdf.Root.Names.keys()) - {"/Dests"})
    ):
        yield _MORE
    for page in pdf.pages:
        if _dropped(page.obj, "/Thumb"):
            yield "thumbnails"
        if _dropped(page.obj, *(set(page.obj.keys()) - _OF_PAGE)):
            yield _MORE
    for part in parts:
        if part.get("/Type") in (Name.Page, Name.Pages) and _dropped(part, "/AA"):
            yield _MORE

"""A PDF without its makers, its scripts and the files in it; the pages stay as they are."""

from __future__ import annotations

import warnings
import zlib
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Pdf
from pikepdf.sanitize import Sanitizer

from changebook.model.diagnostics import number_of
from changebook.read.attachments.attachment import Attachment
from changebook.read.scan import pdf as scan

_SANITIZER = (
    Sanitizer()
    .remove_javascript()
    .remove_attachments()
    .remove_multimedia()
    .remove_thumbnails()
    .remove_private_app_data()
    .remove_web_capture()
    .remove_collection()
)


def examined(content: bytes) -> Attachment:
    """Strip a PDF, and name what remains in it besides its pages."""
    try:
        with warnings.catch_warnings(), pikepdf.open(BytesIO(content)) as pdf:
            # That a form is incomplete was so before.
            warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
            return _examined(pdf, content)
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        zlib.error,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ):
        return Attachment(content, is_opaque=True)  # encrypted, or damaged


def _examined(pdf: Pdf, content: bytes) -> Attachment:
    if pdf.is_encrypted:
        return Attachment(content, is_opaque=True)
    if any(map(scan.is_signature, scan.parts_of(pdf))):
        return Attachment(content, ("who made it and with what, since it is signed digitally",))
    _SANITIZER.apply(pdf)
    parts = list(scan.parts_of(pdf))
    for part in parts:
        if scan.is_active(part):
            for key in list(part.keys()):
                if key != "/Type":
                    del part[key]
    list(scan.without_properties(pdf, parts))  # it takes out as it goes
    comments = _unsigned_comments(pdf)
    remarks = [number_of(comments, "comment")] if comments else []
    if _has_layers_off(pdf):
        remarks.append("hidden layers")
    stream = BytesIO()
    pdf.save(stream, deterministic_id=True)
    return Attachment(stream.getvalue(), tuple(remarks))


def _unsigned_comments(pdf: Pdf) -> int:
    """Count the comments, and take out who wrote them and when."""
    comments = 0
    for page in pdf.pages:
        for mark in page.obj.get("/Annots", Array()):
            kind = str(mark.get("/Subtype"))
            comments += kind in scan.COMMENTS and bool(str(mark.get("/Contents", "")).strip())
            for key in scan.OF_MARK if kind not in scan.NO_MARK else ():
                if key not in ("/Contents", "/RC", "/Popup", "/IRT") and key in mark:
                    del mark[key]
    return comments


def _has_layers_off(pdf: Pdf) -> bool:
    layers: Any = pdf.Root.get("/OCProperties", {})
    return bool(len(layers.get("/D", {}).get("/OFF", [])))

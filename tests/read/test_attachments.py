"""Attachments: published without their makers, looking the same, with a word on what remains."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops, ImageCms, ImageOps, PngImagePlugin

from changebook.read import attachments
from changebook.read.attachments import pictures
from tests.canary import _unpacked

SECRET = "secretvogel"
_ORIENTATION, _ARTIST = 0x0112, 0x013B


def _exif(turn: int) -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION], exif[_ARTIST] = turn, SECRET
    return exif


def _picture() -> Image.Image:
    return Image.linear_gradient("L").resize((40, 24)).convert("RGB")


def _saved(kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    _picture().save(stream, kind, **options)
    return stream.getvalue()


def _jpeg(turn: int = 6) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return _saved("JPEG", exif=_exif(turn), comment=SECRET, icc_profile=profile)


def _png() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET)
    notes.add_itxt("XML:com.adobe.xmp", SECRET, zip=True)
    return _saved("PNG", pnginfo=notes, exif=_exif(6))


def _gif() -> bytes:
    stream = io.BytesIO()
    frames = [_picture().rotate(turn) for turn in (0, 90, 180)]
    frames[0].save(
        stream, "GIF", save_all=True, append_images=frames[1:], loop=0, duration=80, comment=SECRET
    )
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes((len(SECRET),)) + SECRET.encode() + b"\0"
    return stream.getvalue()[:-1] + xmp + b"\x3b" + SECRET.encode()


def _webp() -> bytes:
    return _saved("WEBP", exif=_exif(3), xmp=SECRET.encode(), lossless=True)


PICTURES: dict[str, Callable[[], bytes]] = {
    "a.jpg": _jpeg,
    "a.png": _png,
    "a.gif": _gif,
    "a.webp": _webp,
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_loses_its_notes_and_looks_the_same(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    before = PICTURES[name]()
    file.write_bytes(before)
    after = attachments.published(file)
    assert file.read_bytes() == before
    assert SECRET.encode() in b"".join(part for _, part in _unpacked(name, before))
    assert SECRET.encode() not in b"".join(part for _, part in _unpacked(name, after))
    one, other = Image.open(io.BytesIO(before)), Image.open(io.BytesIO(after))
    assert one.info.get("icc_profile") == other.info.get("icc_profile")
    assert one.info.get("loop") == other.info.get("loop")
    assert getattr(one, "n_frames", 1) == getattr(other, "n_frames", 1)
    for frame in range(getattr(one, "n_frames", 1)):
        one.seek(frame)
        other.seek(frame)
        shown = [ImageOps.exif_transpose(each).convert("RGB") for each in (one, other)]
        assert shown[0].size == shown[1].size
        assert ImageChops.difference(*shown).getbbox() is None
    assert pictures.stripped(after) == after


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_cut_off_is_not_looked_into(name: str) -> None:
    whole = PICTURES[name]()
    for size in (0, 1, 9, 13, 40, len(whole) // 2):
        with pytest.raises(pictures.NoPicture):
            pictures.stripped(whole[:size])


def _pdf() -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    with document.open_metadata() as metadata:
        metadata["dc:creator"] = [SECRET]
    document.docinfo["/Author"] = SECRET
    document.attachments["notes.txt"] = SECRET.encode()
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=SECRET)
    document.Root.PieceInfo = Dictionary(Any=Dictionary(Private=SECRET))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]))
    note.T, note.Contents = SECRET, "Please look at this"
    sent = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    sent.A = Dictionary(S=Name.SubmitForm, F=f"https://away.example/{SECRET}")
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    link.A = Dictionary(S=Name.URI, URI="https://insight.example")
    page.obj.Annots = Array([document.make_indirect(each) for each in (note, sent, link)])
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_pdf_loses_its_makers_its_scripts_and_its_files(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(_pdf())
    found = attachments.examined(file)
    assert found.remarks == ("1 comment",)
    held = b"".join(part for _, part in _unpacked("a.pdf", found.content))
    assert SECRET.encode() not in held
    assert b"Please look at this" in held
    assert b"insight.example" in held
    assert b"JavaScript" not in held


def test_a_pdf_with_a_password_can_not_be_looked_into(tmp_path: Path) -> None:
    document = pikepdf.new()
    document.add_blank_page()
    document.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 no more")
    for name in ("a.pdf", "b.pdf"):
        assert attachments.examined(tmp_path / name).is_opaque


def _workbook() -> bytes:
    book = Workbook()
    book.properties.creator = SECRET
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Two cards"
    sheet["A1"].comment = Comment("Ask Lin", "Lin")
    book.create_sheet("Margins").sheet_state = "veryHidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _document() -> bytes:
    return _zipped(
        {
            "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            b'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/package'
            b'/2006/relationships/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>'
            b"</Relationships>",
            "docProps/core.xml": f"<a>{SECRET}</a>".encode(),
            "docProps/app.xml": f"<Company>{SECRET}</Company>".encode(),
            "docProps/thumbnail.jpeg": SECRET.encode(),
            "word/media/image1.jpeg": _jpeg(),
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:ins w:author="Lin"><w:r><w:rPr>'
            "<w:vanish/></w:rPr><w:t>x</w:t></w:r></w:ins></w:document>".encode(),
        }
    )


def _open_document() -> bytes:
    return _zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "meta.xml": f"<a>{SECRET}</a>".encode(),
            "Thumbnails/thumbnail.png": SECRET.encode(),
            "META-INF/manifest.xml": b'<m><manifest:file-entry manifest:full-path="Thumbnails/'
            b'thumbnail.png" manifest:media-type="image/png"/></m>',
            "content.xml": b'<o:c xmlns:o="urn:o"><o:annotation/></o:c>',
        }
    )


@pytest.mark.parametrize(
    ("name", "content", "remarks"),
    [
        ("a.xlsx", _workbook, {"comments", "the hidden sheet `Margins`"}),
        ("a.docx", _document, {"tracked changes", "hidden text"}),
        ("a.odt", _open_document, {"comments"}),
    ],
)
def test_a_document_loses_its_makers_and_says_what_remains(
    name: str, content: Callable[[], bytes], remarks: set[str], tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content())
    found = attachments.examined(file)
    assert set(found.remarks) == remarks
    assert SECRET.encode() in b"".join(part for _, part in _unpacked(name, file.read_bytes()))
    held = list(_unpacked(name, found.content))
    assert SECRET.encode() not in b"".join(part for _, part in held)
    assert not any("humbnail" in member for member, _ in held)
    assert b"humbnail" not in b"".join(part for _, part in held)
    if name == "a.xlsx":
        assert load_workbook(io.BytesIO(found.content)).worksheets[0]["A1"].value == "Two cards"


@pytest.mark.parametrize(
    ("content", "is_opaque"), [(b"no archive", True), (_zipped({"a": b"1"}), False)]
)
def test_a_document_that_is_none(content: bytes, is_opaque: bool, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    assert attachments.examined(tmp_path / "a.xlsx").is_opaque is is_opaque


def test_a_bomb_of_entities_is_not_read(tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    (tmp_path / "a.xlsx").write_bytes(_zipped({"xl/workbook.xml": laughs}))
    assert attachments.examined(tmp_path / "a.xlsx").is_opaque


@pytest.mark.parametrize("name", [*PICTURES, "a.pdf", "a.xlsx"])
def test_two_readings_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    make = {**PICTURES, "a.pdf": _pdf, "a.xlsx": _workbook}[name]
    content = make()
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(content)
    one, two = (attachments.published(tmp_path / folder / name) for folder in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(("name", "is_opaque"), [("a.csv", False), ("a.zip", True)])
def test_what_is_no_known_kind_is_published_as_it_is(
    name: str, is_opaque: bool, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"1,2")
    assert attachments.examined(tmp_path / name) == attachments.Attachment(
        b"1,2", is_opaque=is_opaque
    )

"""`changebook sign`: a signed paper is checked, rid of what it says of its makers, and filed."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner, Result
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageFile

from changebook.cli import main
from changebook.edition.editions import make_edition
from changebook.model import decided
from changebook.model.vocabulary import Audience
from changebook.proof.verify import verify
from changebook.read.scan.examination import LARGEST, examined
from changebook.read.scan.paper import PaperFormat, UnfitPaper
from changebook.read.workspace import read_workspace
from changebook.views.decision import signed_paper
from tests.canary import png
from tests.edit.test_any_text import ODD, records

CANARY = "kanarienvogel"
ACME = Path("changes/acme/2026")
RECORD = ACME / "ACME-0001-split-payments.md"
SCAN = ["--on", "2026-03-20", "--by", "Chen Yu", "--by", "Lin Wei", "--filed", "2026-03-25"]


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **said: Any) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    stream = BytesIO()
    image.save(stream, form, **said)
    return stream.getvalue()


def notes(orientation: int = 1) -> Image.Exif:
    """What a phone notes: its maker, and the place."""
    exif = Image.Exif()
    exif[0x010F] = CANARY
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = CANARY
    return exif


def pdf(change: Callable[[Pdf], object] | None = None, **options: Any) -> bytes:
    """A scan of one page, with what `change` does to it."""
    document = pikepdf.new()
    image = Stream(document, picture(exif=notes(), comment=CANARY))
    image.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=40,
        Height=30,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    page = document.add_blank_page(page_size=(595, 842))
    page.obj.Resources = Dictionary(XObject=Dictionary(Im0=document.make_indirect(image)))
    page.contents_add(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    if change:
        change(document)
    stream = BytesIO()
    document.save(stream, **options)
    return stream.getvalue()


def told(content: bytes) -> bool:
    """Whether the canary stands in some byte of a file, or in what a PDF has packed."""
    if CANARY.encode() in content or CANARY.encode("utf-16-be") in content:
        return True
    if not content.startswith(b"%PDF"):
        return False
    with Pdf.open(BytesIO(content)) as document:
        parts = [each for each in document.objects if isinstance(each, Stream)]
        packed = [each.read_raw_bytes() for each in parts]
        unpacked = [each.read_bytes() for each in parts if each.get("/Filter") == Name.FlateDecode]
        shown = [repr(each) for each in document.objects]
    return any(CANARY.encode() in each for each in (*packed, *unpacked)) or CANARY in str(shown)


def pixels(content: bytes) -> bytes:
    return Image.open(BytesIO(content)).convert("RGB").tobytes()


def test_a_jpeg_keeps_its_picture_and_loses_its_notes() -> None:
    scan = (
        picture(exif=notes(), comment=CANARY.encode(), quality=80) + b"a film, " + CANARY.encode()
    )
    paper = examined(scan)
    assert (paper.format, told(scan), told(paper.content)) == (PaperFormat.JPEG, True, False)
    assert pixels(paper.content) == pixels(scan)
    assert "the place where it was taken" in paper.removed
    assert examined(paper.content) == type(paper)(PaperFormat.JPEG, paper.content)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photograph_that_lies_on_its_side_still_does_so(orientation: int) -> None:
    paper = examined(picture(exif=notes(orientation)))
    kept = Image.open(BytesIO(paper.content)).getexif()
    assert (dict(kept), told(paper.content)) == ({0x0112: orientation}, False)
    assert not examined(paper.content).removed


def test_a_progressive_jpeg_is_read_to_its_end() -> None:
    scan = picture(progressive=True, size=(300, 200), exif=notes())
    assert pixels(examined(scan).content) == pixels(scan)


def test_a_png_keeps_its_picture_and_loses_its_notes() -> None:
    scan = png(CANARY) + CANARY.encode()
    paper = examined(scan)
    assert (paper.format, told(paper.content)) == (PaperFormat.PNG, False)
    assert pixels(paper.content) == pixels(scan)
    assert not examined(paper.content).removed


@pytest.mark.parametrize("form", ["TIFF", "WEBP"])
def test_pictures_that_not_all_browsers_show_become_png(form: str) -> None:
    scan = picture(form, exif=notes(), lossless=True)
    paper = examined(scan)
    assert (paper.format, told(paper.content)) == (PaperFormat.PNG, False)
    assert pixels(paper.content) == pixels(scan)
    assert paper.remarks == (f"It was a {form} and is now a PNG.",)


def _with(**entries: object) -> Callable[[Pdf], object]:
    def change(document: Pdf) -> None:
        for key, value in entries.items():
            document.Root[f"/{key}"] = value

    return change


def _annotated(kind: str, **more: Any) -> Callable[[Pdf], object]:
    def change(document: Pdf) -> None:
        mark = Dictionary(
            Type=Name.Annot,
            Subtype=Name(f"/{kind}"),
            Rect=Array([0, 0, 9, 9]),
            T=CANARY,
            Contents=CANARY,
            **more,
        )
        document.pages[0].obj.Annots = Array([document.make_indirect(mark)])

    return change


def _properties(document: Pdf) -> None:
    with document.open_metadata() as metadata:
        metadata["dc:title"] = CANARY
    document.docinfo["/Author"] = CANARY


def _kept_by_programs(document: Pdf) -> None:
    document.Root.PieceInfo = Dictionary(Private=CANARY)
    document.pages[0].obj.Own = CANARY
    document.pages[0].obj.Thumb = document.make_stream(CANARY.encode())
    document.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=CANARY)]))


def _attached(document: Pdf) -> None:
    document.attachments["notes.txt"] = CANARY.encode()


TELLS_MORE: Mapping[str, tuple[Callable[[Pdf], object], str]] = {
    "properties": (_properties, "author, program"),
    "programs": (_kept_by_programs, "thumbnails"),
    "attachment": (_attached, "files within the file"),
    "comment": (_annotated("Text"), "1 comment"),
    "highlight": (_annotated("Highlight"), "1 comment"),
    "who drew": (_annotated("Ink"), "who marked it"),
    "who typed": (_annotated("Stamp", Subj=CANARY), "who marked it"),
}


@pytest.mark.parametrize("case", TELLS_MORE)
def test_a_pdf_loses_what_is_not_on_its_pages(case: str) -> None:
    change, says = TELLS_MORE[case]
    scan = pdf(change)
    paper = examined(scan)
    assert (paper.format, told(scan), told(paper.content)) == (PaperFormat.PDF, True, False)
    assert says in ", ".join(paper.removed)
    assert "what the camera recorded in its pictures" in paper.removed
    assert not examined(paper.content).removed
    with Pdf.open(BytesIO(paper.content)) as document:
        assert len(document.pages) == 1


def test_marks_that_may_be_the_signature_stay() -> None:
    paper = examined(pdf(_annotated("Ink", InkList=Array([Array([1, 2, 3, 4])]))))
    with Pdf.open(BytesIO(paper.content)) as document:
        (mark,) = document.pages[0].obj.Annots
        assert mark.InkList[0][3] == 4


def test_text_typed_on_the_paper_stays() -> None:
    paper = examined(pdf(_annotated("FreeText")))
    with Pdf.open(BytesIO(paper.content)) as document:
        (mark,) = document.pages[0].obj.Annots
        assert str(mark.Contents) == CANARY
        assert "/T" not in mark


def test_an_earlier_state_of_a_pdf_is_gone() -> None:
    first = examined(pdf()).content
    # An update that is put behind the end, as programs do that save quickly.
    added = f"\n9 0 obj\n({CANARY})\nendobj\nxref\n9 1\n{len(first) + 1:010d} 00000 n \n".encode()
    size = added.index(b"xref") + len(first)
    trailer = f"trailer\n<</Size 10/Root 1 0 R/Prev {_xref(first)}>>\nstartxref\n{size}\n%%EOF\n"
    paper = examined(first + added + trailer.encode())
    assert "earlier versions of the file" in paper.removed
    assert CANARY.encode() not in paper.content


def _xref(content: bytes) -> int:
    return int(content.rsplit(b"startxref", 1)[1].split()[0])


UNFIT: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "text": (b"Signed.", "neither a PDF nor a picture"),
    "page": (b"<html><script>alert(1)</script>", "neither a PDF nor a picture"),
    "archive": (b"PK\x03\x04 a Word document", "neither a PDF nor a picture"),
    "phone": (b"\0\0\0\x18ftypheic" + bytes(99), "HEIC"),
    "cut picture": (picture()[:300], "damaged or cut off"),
    "cut png": (picture("PNG")[:60], "damaged or cut off"),
    "cut pdf": (b"%PDF-1.7\n", "can't be read"),
    "locked": (
        pdf(encryption=pikepdf.Encryption(owner="secret", user="secret")),
        "encrypted",
    ),
    "half locked": (pdf(encryption=pikepdf.Encryption(owner="secret", user="")), "encrypted"),
    "no page": (pdf(lambda document: document.pages.__delitem__(0)), "no page"),
    "script": (
        pdf(_with(OpenAction=Dictionary(S=Name.JavaScript, JS="app.alert(1)"))),
        "can run programs",
    ),
    "script of a page": (
        pdf(_annotated("Link", A=Dictionary(S=Name.Launch, F="cmd.exe"))),
        "can run programs",
    ),
    "form that sends": (
        pdf(_annotated("Link", AA=Dictionary(U=Dictionary(S=Name.SubmitForm)))),
        "can run programs",
    ),
    "form with scripts": (pdf(_with(AcroForm=Dictionary(XFA="<xfa/>"))), "can run programs"),
    "bomb": (
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in (
                (b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)),
                (b"IDAT", zlib.compress(bytes(9))),
                (b"IEND", b""),
            )
        ),
        "million pixels",
    ),
    "too large": (b"%PDF-1.7" + bytes(LARGEST), "25 MB is the limit"),
    "pages of a fax": (
        picture("TIFF", save_all=True, append_images=[Image.new("L", (9, 9))]),
        "picture of 2 pages",
    ),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_is_no_paper_is_refused_with_a_way_out(case: str) -> None:
    content, says = UNFIT[case]
    with pytest.raises(UnfitPaper, match=says) as refused:
        examined(content)
    assert refused.value.help.endswith(".")


def test_a_cut_picture_is_refused_also_where_pillow_was_told_to_fill_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(UnfitPaper, match="damaged or cut off"):
        examined(picture("PNG")[:60])
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def _signed_digitally(document: Pdf) -> None:
    signature = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        ByteRange=Array([0, 1, 2, 3]),
        Contents=b"\x30",
    )
    field = Dictionary(FT=Name.Sig, T="Signature1", V=document.make_indirect(signature))
    document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(field)]), SigFlags=3)
    document.docinfo["/Author"] = "Chen Yu"


def test_a_digital_signature_is_not_broken() -> None:
    scan = pdf(_signed_digitally)
    paper = examined(scan)
    assert (paper.content, paper.removed) == (scan, ())
    assert "signed digitally" in paper.remarks[0]
    assert "Author: Chen Yu" in paper.remarks[1]


def test_files_within_a_digitally_signed_pdf_are_refused() -> None:
    def change(document: Pdf) -> None:
        _signed_digitally(document)
        _attached(document)

    with pytest.raises(UnfitPaper, match="contains other files"):
        examined(pdf(change))


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """One client with a record that is approved, whose agreement is being drafted."""
    (tmp_path / ACME).mkdir(parents=True)
    (tmp_path / "changes/acme/client.md").write_text(
        """---
name: Acme Trading
language: en
timezone: Asia/Shanghai
prefix: ACME
project: Storefront renewal
vendor: {name: Northwind Software}
contract: {reference: SOW-3, signed: 2026-01-15, currency: CNY, sum: 1200000.00}
people:
  - {name: Chen Yu, role: Project sponsor, party: client, approves: true}
  - {name: Lin Wei, role: Delivery manager, party: vendor}
---
""",
        encoding="utf-8",
    )
    (tmp_path / RECORD).write_text(
        """---
id: ACME-0001
title: Split payments
status: approved
visibility: client
type: addition
path: standard
priority: high
requested: {on: 2026-03-02, by: Chen Yu, party: client}
summary: Split payments, in one sentence.
scope:
  - {item: Checkout, action: modify}
reason: {category: market, text: Customers asked for it.}
impact: {cost: [{item: Work, amount: 54000.00}], schedule: [], resources: []}
decision:
  outcome: approved
  on: 2026-03-16
  by: [{name: Chen Yu, role: Project sponsor, party: client}]
  amount: 54000.00
  rationale: It is worth it.
agreement: {status: drafting, reference: SOW-3 Amendment 1}  # with the lawyers
history:
  - {status: submitted, on: 2026-03-02, by: Chen Yu}
  - {status: approved, on: 2026-03-16, by: Chen Yu}
---

Body.
""",
        encoding="utf-8",
        newline="\n",
    )
    (tmp_path / "scan.pdf").write_bytes(pdf(_properties))
    return tmp_path


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--workspace", str(root)])


def sign(root: Path, *more: str, scan: str = "scan.pdf") -> Result:
    return run(root, "sign", "ACME-0001", "--file", str(root / scan), *(more or SCAN))


def state(root: Path) -> dict[str, bytes]:
    files = (file for file in root.rglob("*") if file.is_file())
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


@pytest.mark.parametrize("text", ODD)
def test_any_reference_comes_back(acme: Path, text: str) -> None:
    assert sign(acme, *SCAN, "--reference", text).exit_code == 0
    assert records(acme)["ACME-0001"]["agreement"]["reference"] == text


def test_signing_files_the_paper_and_seals_it(acme: Path) -> None:
    before = (acme / RECORD).read_text(encoding="utf-8")
    result = sign(acme)
    assert result.exit_code == 0, result.output
    filed = acme / ACME / "ACME-0001-signed.pdf"
    digest = hashlib.sha256(filed.read_bytes()).hexdigest()
    assert not told(filed.read_bytes())
    record = read_workspace(acme)[0].client("acme").records[0]
    agreement = record.data.agreement
    assert agreement is not None
    assert agreement.signed_copy is not None
    assert (agreement.status.value, str(agreement.signed)) == ("signed", "2026-03-20")
    assert agreement.signed_copy.sha256 == digest
    assert agreement.signed_copy.by == ("Chen Yu", "Lin Wei")
    after = (acme / RECORD).read_text(encoding="utf-8")
    assert "# with the lawyers" in after
    kept = [line for line in before.splitlines() if not line.startswith("agreement")]
    assert [line for line in after.splitlines() if line in kept] == kept
    entries = json.loads((acme / "changes/acme/decisions.lock").read_text(encoding="utf-8"))
    assert [entry["event"] for entry in entries["entries"]] == [
        "baseline",
        "approved",
        "signed",
        "filed",
    ]
    assert "removed from the paper: author, program" in result.output
    assert run(acme, "check").output == "No problems.\n"
    assert verify(acme).is_sound


def test_a_dry_run_shows_it_and_writes_nothing(acme: Path) -> None:
    before = state(acme)
    result = sign(acme, *SCAN, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "+agreement: {status: signed" in result.output
    assert "would be filed: changes/acme/2026/ACME-0001-signed.pdf" in result.output
    assert state(acme) == before


def test_a_signature_that_was_written_down_before_gets_its_paper_later(acme: Path) -> None:
    text = (acme / RECORD).read_text(encoding="utf-8")
    signed = text.replace("status: drafting,", "status: signed, signed: 2026-03-20,")
    (acme / RECORD).write_text(signed, encoding="utf-8", newline="\n")
    assert run(acme, "seal").exit_code == 0
    before = read_workspace(acme)[0].client("acme").records[0].source.data
    result = sign(acme)
    assert result.exit_code == 0, result.output
    after = read_workspace(acme)[0].client("acme").records[0].source.data
    assert decided.altered(before, after) == ()
    assert verify(acme).is_sound
    entries = json.loads((acme / "changes/acme/decisions.lock").read_text(encoding="utf-8"))
    assert [entry["event"] for entry in entries["entries"]] == [
        "baseline",
        "approved",
        "signed",
        "filed",
    ]


def test_a_filed_paper_is_decided_for_good(acme: Path) -> None:
    sign(acme)
    front = read_workspace(acme)[0].client("acme").records[0].source.data
    copy = {**front["agreement"]["signed_copy"], "sha256": "0" * 64}
    other = {**front, "agreement": {**front["agreement"], "signed_copy": copy}}
    gone = {**front, "agreement": {**front["agreement"], "signed_copy": None}}
    moved = {**copy, "sha256": front["agreement"]["signed_copy"]["sha256"], "file": "2.pdf"}
    repaired = {**front, "agreement": {**front["agreement"], "signed_copy": moved}}
    assert decided.altered(front, other) == (("agreement", "signed_copy", "sha256"),)
    assert decided.altered(front, gone) == (("agreement", "signed_copy"),)
    assert decided.altered(front, repaired) == ()


def test_another_paper_is_refused(acme: Path) -> None:
    sign(acme)
    before = state(acme)
    result = sign(acme)
    assert result.exit_code == 2
    assert "has a signed copy, ACME-0001-signed.pdf, which stays" in result.output
    assert state(acme) == before


def test_a_file_is_never_written_over(acme: Path) -> None:
    (acme / ACME / "ACME-0001-signed.pdf").write_bytes(b"something else")
    before = state(acme)
    result = sign(acme)
    assert result.exit_code == 2
    assert "already exists and is not overwritten" in result.output
    assert state(acme) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--on", "2026-03-15", "--by", "Chen Yu"], "before the decision of 2026-03-16"),
        (
            ["--on", "2026-03-20", "--by", "Chen Yu", "--filed", "2026-03-19"],
            "before --on 2026-03-20",
        ),
    ],
)
def test_impossible_days_are_refused(acme: Path, arguments: list[str], says: str) -> None:
    before = state(acme)
    result = sign(acme, *arguments)
    assert (result.exit_code, says in result.output) == (2, True), result.output
    assert state(acme) == before


def test_only_what_is_approved_is_signed(acme: Path) -> None:
    text = (acme / RECORD).read_text(encoding="utf-8")
    start, end = text.index("decision:"), text.index("history:")
    open_ = text[:start] + text[end:].replace(
        "  - {status: approved, on: 2026-03-16, by: Chen Yu}\n", ""
    )
    (acme / RECORD).write_text(open_.replace("approved", "submitted"), encoding="utf-8")
    result = sign(acme)
    assert result.exit_code == 2
    assert "ACME-0001 is submitted: only what is approved is signed" in result.output


def test_the_amendment_must_have_a_name(acme: Path) -> None:
    text = (acme / RECORD).read_text(encoding="utf-8")
    (acme / RECORD).write_text(
        text.replace("{status: drafting, reference: SOW-3 Amendment 1}", "{status: drafting}"),
        encoding="utf-8",
    )
    result = sign(acme)
    assert (result.exit_code, "name it with --reference" in result.output) == (2, True)
    assert sign(acme, *SCAN, "--reference", "SOW-3 Amendment 1").exit_code == 0


def test_who_signed_has_to_be_known(acme: Path) -> None:
    result = sign(acme, *SCAN, "--by", "Chen Yv")
    assert result.exit_code == 2
    assert "has no person `Chen Yv`: did you mean Chen Yu? It has Chen Yu" in result.output
    assert not (acme / ACME / "ACME-0001-signed.pdf").exists()


def test_a_file_that_can_not_be_filed_is_said(acme: Path) -> None:
    (acme / "scan.docx").write_bytes(b"PK\x03\x04")
    result = sign(acme, scan="scan.docx")
    assert result.exit_code == 2
    assert "scan.docx can't be filed. It is neither a PDF nor a picture" in result.output


def test_an_altered_paper_breaks_the_verification(acme: Path) -> None:
    sign(acme)
    with (acme / ACME / "ACME-0001-signed.pdf").open("ab") as stream:
        stream.write(b"\n")
    result = run(acme, "verify")
    assert result.exit_code == 1
    assert "error[signed-copy-altered]" in result.output


def test_a_paper_is_found_by_its_own_digest(acme: Path) -> None:
    sign(acme)
    content = (acme / ACME / "ACME-0001-signed.pdf").read_bytes()
    result = run(acme, "verify", "--digest", hashlib.sha256(content).hexdigest())
    assert result.exit_code == 0
    assert "is the signed copy of ACME-0001 Split payments, revision 1, as a file" in result.output


@pytest.mark.parametrize("audience", list(Audience))
def test_an_edition_has_the_paper_from_the_day_on_which_it_was_filed(
    acme: Path, audience: Audience
) -> None:
    sign(acme)
    client = read_workspace(acme)[0].client("acme")
    (record,) = make_edition(client, audience).records
    paper = signed_paper(record)
    assert paper is not None
    assert paper.path == "changes/ACME-0001/ACME-0001-signed.pdf"
    assert [asset.path for asset in record.assets] == [paper.path]
    assert paper.seal is not None
    day_before = paper.filed.replace(day=paper.filed.day - 1)
    (earlier,) = make_edition(client, audience, day_before).records
    assert (signed_paper(earlier), earlier.assets) == (None, ())
    assert [seal.entry.event.value for seal in earlier.seals] == ["approved", "signed"]


def test_a_paper_that_the_text_links_to_as_well_is_published_once(acme: Path) -> None:
    sign(acme)
    with (acme / RECORD).open("a", encoding="utf-8") as stream:
        stream.write("\n[The paper](ACME-0001-signed.pdf)\n")
    (record,) = make_edition(read_workspace(acme)[0].client("acme"), Audience.CLIENT).records
    assert [asset.path for asset in record.assets] == ["changes/ACME-0001/ACME-0001-signed.pdf"]


AMENDMENT = ("--amendment", "SOW-3 Amendment 1")


def share(root: Path, id: str = "ACME-0002") -> Path:
    """Another record in the amendment of the first one."""
    file = root / ACME / f"{id}-other.md"
    file.write_text((root / RECORD).read_text("utf-8").replace("ACME-0001", id), "utf-8")
    return file


def sign_all(root: Path, *more: str) -> Result:
    return run(root, "sign", *AMENDMENT, "--file", str(root / "scan.pdf"), *SCAN, *more)


def test_an_amendment_is_signed_for_all_its_changes_at_once(acme: Path) -> None:
    share(acme)
    assert run(acme, "seal").exit_code == 0
    result = sign_all(acme)
    assert result.exit_code == 0, result.output
    for id in ("ACME-0001", "ACME-0002"):
        agreement = records(acme)[id]["agreement"]
        content = (acme / ACME / f"{id}-signed.pdf").read_bytes()
        assert agreement["status"] == "signed"
        assert agreement["reference"] == "SOW-3 Amendment 1"
        assert agreement["signed_copy"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert run(acme, "check").exit_code == 0
    assert run(acme, "verify").exit_code == 0


def test_an_amendment_is_signed_as_a_whole_or_not_at_all(acme: Path) -> None:
    share(acme)
    assert run(acme, "seal").exit_code == 0
    (acme / ACME / "ACME-0002-signed.pdf").write_bytes(b"there before")
    before = state(acme)
    assert "already exists" in sign_all(acme).output
    assert state(acme) == before
    (acme / ACME / "ACME-0002-signed.pdf").unlink()
    assert "nothing was written" not in sign_all(acme, "--dry-run").output
    assert state(acme) == {k: v for k, v in before.items() if "0002-signed" not in k}


def test_what_the_client_does_not_see_is_not_signed_with_the_rest(acme: Path) -> None:
    share(acme)
    internal = share(acme, "ACME-0003")
    text = internal.read_text("utf-8").replace("visibility: client", "visibility: internal")
    text = text.replace("Split payments", "Something else")
    text = text.replace("status: approved", "status: submitted", 1)
    text = re.sub(r"decision:\n(  .*\n)+", "", text)
    internal.write_text(re.sub(r"  - {status: approved.*\n", "", text), "utf-8")
    before = internal.read_bytes()
    result = sign_all(acme)
    assert result.exit_code == 0, result.output
    assert "not signed with it, because the client does not see it: ACME-0003" in result.output
    assert internal.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name one record by its ID, or several with --amendment"),
        (("ACME-0001", *AMENDMENT), "name one record by its ID, or several with --amendment"),
        (("ACME-0001", "--client", "acme"), "--client goes with --amendment"),
        ((*AMENDMENT, "--reference", "A"), "--amendment is the reference already"),
        (("--amendment", "Nothing"), "no record has `agreement.reference: Nothing`"),
    ],
)
def test_what_does_not_go_together_is_refused(
    acme: Path, arguments: tuple[str, ...], says: str
) -> None:
    result = run(acme, "sign", *arguments, "--file", str(acme / "scan.pdf"), *SCAN)
    assert result.exit_code == 2
    assert says in result.output

"""What stands on paper: the figures of the pages, on the day that they rest on."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from changebook.edition import urls
from changebook.edition.bodies import Asset
from changebook.edition.editions import Edition, make_edition
from changebook.model import canonical
from changebook.model.schema import Agreement, Person, SignedCopy, Stationery
from changebook.model.vocabulary import AgreementStatus, Audience, PaperSize, Party, Status
from changebook.paper import Paper, Printery
from changebook.paper.marks import Mark
from changebook.views.decision import seals
from tests import samples

MONEY = re.compile(r"[+−]?(?:[¥£€$]|US\$)[\d,]+\.\d\d")


def edition(slug: str, as_of: date | None = None, audience: Audience = Audience.CLIENT) -> Edition:
    return make_edition(samples.workspace().client(slug), audience, as_of)


def printery(of: Edition, **options: Any) -> Printery:
    return Printery(of, **options)


@cache
def everything(slug: str) -> tuple[Paper, ...]:
    return printery(edition(slug)).all()


def text(html: str) -> str:
    """What a reader sees, but for the scales of pictures."""
    without = re.sub(r"<(style|head|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", without)).split())


def one(id: str, audience: Audience = Audience.CLIENT, **options: Any) -> Paper:
    found = (samples.edition(slug, audience) for slug in samples.SLUGS)
    shown = next(edition for edition in found if id.startswith(edition.profile.prefix))
    return printery(shown, **options).change_order(id)


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_a_change_order_has_the_amounts_of_its_page(slug: str) -> None:
    shown, contents, compared = printery(samples.edition(slug)), samples.pages(slug), 0
    for record in samples.edition(slug).records:
        id = record.data.id
        # What it took in the end is no part of what is agreed.
        agreed = contents[urls.record(id)].split(' id="actual"')[0]
        page = set(MONEY.findall(text(agreed)))
        paper = set(MONEY.findall(text(shown.change_order(id).html)))
        # The sentence that asks for an answer writes amounts without their sign.
        assert {money.lstrip("+") for money in page} <= {money.lstrip("+") for money in paper}, id
        compared += len(page)
    assert compared > 50


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_the_register_has_the_amounts_of_its_page(slug: str) -> None:
    paper = set(MONEY.findall(text(printery(samples.edition(slug)).register().html)))
    assert len(paper) > 10
    assert paper <= set(MONEY.findall(text(samples.pages(slug)[urls.IMPACT])))


def test_a_report_has_the_amounts_of_its_page() -> None:
    shown, contents = samples.edition("meridian-outdoor"), samples.pages("meridian-outdoor")
    found = printery(shown).monthly_reports()
    assert len(found) > 4
    for paper in found:
        page = contents[f"{Path(paper.path).parent}/index.md"]
        said = set(MONEY.findall(text(paper.html)))
        assert said
        assert said <= set(MONEY.findall(text(page))), paper.path
        assert paper.day <= shown.as_of


def test_a_chinese_certificate_has_a_place_for_each_seal() -> None:
    paper = printery(samples.edition("yunfan")).acceptance("YF-0002")
    assert text(paper.html).count("签字并盖章") == 3  # and the sentence


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_a_document_says_what_was_so_on_its_day(slug: str) -> None:
    by_day: dict[date, dict[str, str]] = {}
    for paper in everything(slug):
        by_day.setdefault(paper.day, {})[paper.path] = paper.html
    assert len(by_day) > 3
    for day, papers in by_day.items():
        assert dict(laid_out(edition(slug, day), papers)) == papers, day


def laid_out(of: Edition, paths: Container[str]) -> Iterator[tuple[str, str]]:
    """The documents of an edition that lie at some paths."""
    shown, ids = printery(of), [record.data.id for record in of.records]
    for paper in (
        *shown.change_orders(id for id in ids if urls.change_order_pdf(id) in paths),
        *shown.decision_records(id for id in ids if urls.decision_record_pdf(id) in paths),
        *shown.acceptances(id for id in ids if urls.acceptance_pdf(id) in paths),
        *shown.amendments(r for r in shown.amended if urls.amendment_pdf(r) in paths),
        *((shown.log_book(),) if urls.LOG_BOOK_PDF in paths else ()),
        *((shown.register(),) if urls.REGISTER_PDF in paths else ()),
        *shown.monthly_reports(),
    ):
        if paper.path in paths:
            yield paper.path, paper.html


def test_what_happens_elsewhere_moves_no_approved_change_order() -> None:
    newest = {paper.path: paper for paper in everything("meridian-outdoor")}
    path = urls.change_order_pdf("MER-0003")
    assert newest[path].day < edition("meridian-outdoor").as_of
    # An open change starts from the sum of today, so that each approval moves it.
    register = newest[urls.REGISTER_PDF]
    assert newest[urls.change_order_pdf("MER-0012")].day >= date(2026, 5, 14)
    assert register.day <= edition("meridian-outdoor").as_of


def test_a_stated_day_stands_on_every_document() -> None:
    day = date(2026, 5, 31)
    shown = printery(edition("meridian-outdoor", day), stated=True)
    papers = (
        *shown.change_orders(),
        *shown.decision_records(),
        shown.log_book(),
        shown.register(),
    )
    assert {paper.day for paper in papers} == {day}
    assert all("as of 31 May 2026" in text(paper.html) for paper in papers)


def test_a_decision_record_has_no_amounts() -> None:
    shown = edition("meridian-outdoor")
    records = printery(shown).decision_records()
    assert len(records) > 5
    for record in records:
        said = text(record.html)
        assert MONEY.findall(said) == [], record.path
        assert "leaves out the cost of the change" in said


def test_the_log_book_has_every_decision_once_in_the_order_in_which_it_was_taken() -> None:
    book = printery(edition("meridian-outdoor")).log_book().html
    found = re.findall(r'<article class="entry" id="d-([\w-]+)"', book)
    decided = [r.data for r in edition("meridian-outdoor").records if r.data.decision]
    dated = {d.id: d.decision.on for d in decided if d.decision and d.decision.outcome}
    assert sorted(found) == sorted(dated)
    days = [dated[id] for id in found]
    assert days == sorted(days, key=lambda day: day or date.max)
    assert set(re.findall(r'href="#d-([\w-]+)"', book)) == set(found)


def test_the_digest_is_that_of_the_seal_or_of_the_question() -> None:
    shown = edition("meridian-outdoor")
    sealed = {s.entry.id: s.entry for s in seals(shown) if s.entry.event.is_decision}
    approved = text(printery(shown).change_order("MER-0008").html)
    assert canonical.grouped(sealed["MER-0008"].digest) in approved
    assert f"Sealed as No. {sealed['MER-0008'].number}" in approved
    waiting = next(r for r in shown.records if r.data.status is Status.AWAITING_DECISION)
    asked = text(printery(shown).change_order(waiting.data.id).html)
    assert canonical.grouped(canonical.digest(waiting.question)) in asked
    assert "Fingerprint of the request, not sealed" in asked
    book = text(printery(shown).log_book().html)
    assert canonical.grouped(seals(shown)[-1].entry.entry) in book


def test_the_code_holds_the_address_and_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[str] = []

    def qr(mark: Mark) -> str:
        codes.append(mark.code)
        return "data:,"

    monkeypatch.setattr(Mark, "qr", property(qr))
    shown = replace(edition("meridian-outdoor"), site_url=None)
    printery(shown).change_order("MER-0008")
    printery(replace(shown, site_url="https://log.example/mer")).change_order("MER-0008")
    digest = next(s.entry.digest for s in seals(shown) if s.entry.id == "MER-0008")
    assert codes == [
        f"MER-0008#digest={digest}",
        f"https://log.example/mer/changes/MER-0008/#digest={digest}",
    ]


@pytest.mark.parametrize(
    ("id", "audience", "words"),
    [
        ("MER-0001", Audience.CLIENT, "Superseded"),
        ("MER-0007", Audience.CLIENT, "Void"),
        ("MER-0008", Audience.CLIENT, None),
        ("MER-0015", Audience.TEAM, "Draft"),
    ],
)
def test_what_is_not_in_force_says_so_across_the_page(
    id: str, audience: Audience, words: str | None
) -> None:
    html = one(id, audience).html
    across = re.findall(r"background-image: url\(&#34;|background-image: url\(\"(.*?)\"\)", html)
    assert len(across) == (1 if words else 0)
    if words:
        assert f"%3E{words}%3C/text" in across[0]
        assert f"· {words}" in text(html)


def test_a_team_s_print_says_that_it_is_internal() -> None:
    assert "Internal: team edition" in text(one("MER-0008", Audience.TEAM).html)
    assert "Internal" not in text(one("MER-0008").html)


@pytest.mark.parametrize(
    ("id", "boxes"),
    [
        (
            "MER-0012",
            [
                (
                    "Approve: Exact price by postcode +£12,760.00 +£15,312.00 £528,930.00 +5 days "
                    "4 Aug 2026"
                ),
                (
                    "Approve: Three zones with fixed prices +£6,400.00 +£7,680.00 £522,570.00 "
                    "+2 days 1 Aug 2026"
                ),
                (
                    "Do not approve: Do nothing The contract sum and the contract time stay as "
                    "they are."
                ),
                "Defer until:",
            ],
        ),
        (
            "YF-0011",
            [
                (
                    "批准：按日三方比对，确认后自动推送 ERP +¥128,800.00 +¥136,528.00 "
                    "¥2,993,982.00 +9天 2026年8月6日"
                ),
                (
                    "批准：按日比对，差异单导出后由财务手工录入 ERP +¥91,400.00 +¥96,884.00 "
                    "¥2,956,582.00 +5天 2026年8月2日"
                ),
                (
                    "批准：全面上线后再做，作为二期 +¥136,000.00 +¥144,160.00 ¥3,001,182.00 0天 "
                    "2026年7月28日"
                ),
                "不批准：不做，维持月底人工对账 合同金额和合同工期保持不变。",
                "暂缓至：",
            ],
        ),
    ],
)
def test_each_box_says_what_the_signer_agrees_to(id: str, boxes: list[str]) -> None:
    html = one(id).html
    table = html[html.index('class="ticks"') :].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [text(row) for row in table.split("</tr>") if text(row)]
    assert rows == boxes
    # Nothing outside of the boxes says that one of the options is agreed.
    said = text(html)
    assert "The contract sum is increased by £12,760.00." not in said
    assert "as described in this document" not in said


def test_a_sum_that_depends_on_the_choice_is_said_for_each() -> None:
    said = text(one("MER-0012").html)
    assert (
        "If the option “Three zones with fixed prices” is approved: The contract sum is increased "
        "by £6,400.00 to £522,570.00. The contract time is increased by 2 days. New shop goes "
        "live: 1 Aug 2026 instead of 30 Jul 2026"
    ) in said
    assert "Contract sum after this change" not in said
    assert "Dates with the option “Exact price by postcode”" in said
    # An emergency can't be deferred: its work has begun.
    assert "Defer until:" not in text(one("MER-0011").html)


def test_the_sheet_that_is_signed_says_what_is_signed() -> None:
    for id, facts in (
        ("MER-0012", ["MER-0012 Delivery prices for bulky goods", "Revision 2"]),
        (
            "MER-0010",
            [
                "Option Slots in all stores and lockers in eight",
                "Approved amount +£11,860.00 Total with tax +£14,232.00",
                "New shop goes live 30 Jul 2026 (+2 days)",
            ],
        ),
    ):
        paper = one(id)
        sheet = text(paper.html.partition('<section class="sheet">')[2])
        digest = re.search(r'class="digits"><strong>([\w ]+)<', paper.html)
        assert digest
        assert digest[1] in sheet
        assert all(fact in sheet for fact in facts), sheet


def test_chinese_forms_have_room_for_a_seal() -> None:
    assert text(one("YF-0011").html).count("签字并盖章 日期") == 2
    assert "seal" not in text(one("MER-0012").html).replace("not sealed", "")


def test_a_decision_record_can_be_signed_unless_the_decision_is_over() -> None:
    shown = printery(samples.edition("meridian-outdoor"))
    said = text(shown.decision_record("MER-0010").html)
    assert "confirm that this record states the decision as it was taken" in said
    assert "Name (print) Harriet Coles" in said
    assert "Name (print)" not in text(shown.decision_record("MER-0007").html)


def test_signature_blocks_stand_where_there_is_something_to_sign() -> None:
    asked = text(one("MER-0012").html)
    assert "Not valid until signed by both parties" in asked
    # Both people of the client who must approve it by its amount, and the vendor.
    assert asked.count("Name (print)") == 3
    assert "Still to approve: Head of Digital (Harriet Coles)" in asked
    for id, said in (
        ("MER-0008", "The signed original is on file with both parties."),
        ("MER-0003", "No signature is needed"),
        ("MER-0006", "There is nothing to sign."),
    ):
        html = text(one(id).html)
        assert said in html, id
        assert "Name (print)" not in html, id


def test_a_signed_paper_that_was_filed_is_named_by_its_digest() -> None:
    shown = edition("meridian-outdoor")
    record = next(r for r in shown.records if r.data.id == "MER-0008")
    agreement = record.data.agreement
    assert agreement
    filed = SignedCopy(
        file="s.pdf", sha256="ab" * 32, filed=date(2026, 5, 20), by=("Harriet Coles",)
    )
    agreement = agreement.model_copy(update={"signed_copy": filed})
    record = replace(record, data=record.data.model_copy(update={"agreement": agreement}))
    paper = printery(replace(shown, records=(record,))).change_order("MER-0008")
    assert canonical.grouped("ab" * 32) in text(paper.html)
    assert "Signed by Harriet Coles" in text(paper.html)
    assert paper.day == date(2026, 5, 20)


@pytest.mark.parametrize("language", ["en", "en-US"])
def test_a_client_s_own_words_and_signatories_stand_on_paper(language: str) -> None:
    own = Stationery(
        size=PaperSize.LETTER,
        notice={"en": "Valid with the company's seal only"},
        wording={"en": "Agreed under clause 9.", "zh-CN": "依据第九条。"},
        signatories=(
            Person(name="Harriet Coles", role="Head of Digital", party=Party.CLIENT),
            Person(name="Dominic Achebe", role="Finance Director", party=Party.CLIENT),
        ),
    )
    shown = edition("meridian-outdoor")
    changed = {"paper": own, "language": language}
    shown = replace(shown, profile=shown.profile.model_copy(update=changed))
    html = printery(shown).change_order("MER-0012").html
    said = text(html)
    assert "Agreed under clause 9." in said
    assert "Valid with the company's seal only" in said
    assert "Not valid until" not in said
    assert "依据" not in said
    assert said.count("Name (print)") == 3
    assert "Name (print) Dominic Achebe Job title Finance Director" in said
    assert "@page { size: letter }" in html


def test_a_team_s_own_wording_takes_the_place_of_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "print").mkdir()
    (tmp_path / "print" / "_wording.html.j2").write_text("<p>Clause 12 governs this.</p>", "utf-8")
    own = replace(edition("meridian-outdoor"), templates=tmp_path)
    assert "Clause 12 governs this." in text(printery(own).change_order("MER-0012").html)


def test_bodies_show_their_own_files_and_link_to_the_site_alone() -> None:
    shown = edition("meridian-outdoor")
    plain = printery(replace(shown, site_url=None))
    record = next(r for r in shown.records if r.assets and "![" in r.body)
    paper = plain.change_order(record.data.id)
    assert [asset for _, asset in paper.files] == list(record.assets)
    assert all(f'src="{address}"' in paper.html for address, _ in paper.files)
    diagram = next(iter(plain.change_order("MER-0001").diagrams))
    assert diagram.source.startswith("flowchart LR")
    assert diagram.tag in plain.change_order("MER-0001").html
    loaded = re.findall(r'<img[^>]* src="([^"]*)"', paper.html)
    assert {address.split(":")[0] for address in loaded} == {"qr", "picture"}
    assert not re.search(r'href="(?!https?:|mailto:|#)', paper.html)


def test_the_key_is_that_of_all_that_a_paper_is_made_from(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"one")
    paper = Paper(
        "p.pdf",
        "p.pdf",
        "T",
        date(2026, 1, 1),
        "<p>",
        files=(("picture:1", Asset(picture, "a.png")),),
    )
    key = paper.key()
    assert replace(paper, html="<p>.").key() != key
    picture.write_bytes(b"two")
    assert paper.key() != key


@pytest.mark.parametrize(
    ("slug", "ids", "seal"),
    [
        ("lakeside-clinics", ("LKC-0008", "LKC-0009"), "Signature"),
        ("yunfan", ("YF-0005", "YF-0009"), "签字并盖章"),
    ],
)
def test_an_amendment_is_signed_on_one_sheet(slug: str, ids: tuple[str, ...], seal: str) -> None:
    of = edition(slug)
    drafting = Agreement(status=AgreementStatus.DRAFTING, reference="A 9")
    records = tuple(
        replace(r, data=r.data.model_copy(update={"agreement": drafting}))
        if r.data.id in ids
        else r
        for r in of.records
    )
    paper = printery(replace(of, records=records)).amendment("A 9")
    before, _, sheet = paper.html.partition('<section class="sheet">')
    assert before
    words = text(sheet)
    for record in of.records:
        if record.data.id in ids:
            decided = next(s for s in record.seals if s.entry.event.is_decision)
            assert canonical.short(decided.entry.digest) in words
            assert record.data.title in words
    assert seal in words
    assert text(before).count(seal) == (1 if slug == "lakeside-clinics" else 0)


@pytest.mark.parametrize(
    ("id", "said"), [("MER-0006", "It was not approved"), ("MER-0009", "It was deferred")]
)
def test_what_was_not_approved_changes_nothing(id: str, said: str) -> None:
    order = text(printery(edition("meridian-outdoor")).change_order(id).html)
    assert f"{said}: the contract sum and the contract time stay as they are" in order
    assert "is increased" not in order


def test_what_is_void_moves_no_date_of_its_amendment() -> None:
    paper = printery(edition("meridian-outdoor")).amendment("SOW-2025-11 Amendment 4")
    table = text(paper.html).partition("Changes in this amendment")[2].partition("Dates")[0]
    assert "New shop goes live" not in table
    assert "No date moves." in text(paper.html)


def test_an_amendment_is_not_signed_before_all_is_decided() -> None:
    paper = printery(edition("meridian-outdoor")).amendment("SOW-2025-11 Amendment 6")
    assert 'class="sheet"' not in paper.html
    assert "All of it can be signed at once when these changes are decided: MER-0012" in text(
        paper.html
    )

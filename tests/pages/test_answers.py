"""The ways to answer on a page: what their addresses hold, and that nothing of it gets lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from changebook.check import load_checked
from changebook.cli import main
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.model.schema import Option, Respond
from changebook.model.vocabulary import AcceptanceOutcome, Audience, Outcome
from changebook.model.words import Words
from changebook.pages.answer_block import About, AnswerKind, Block, blocks
from changebook.pages.answers import LONGEST_ADDRESS, Answers, Ways
from changebook.publish.build import build
from changebook.read.workspace import read_workspace
from changebook.views.record import digest
from tests.all_pages import edition_pages
from tests.browsing import served

WORKSPACE = Path(__file__).parents[1] / "cases" / "respond" / "workspace"
#: An id and a title may be any text.
_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip)


@pytest.fixture(scope="module")
def editions() -> dict[str, Edition]:
    workspace, _ = read_workspace(WORKSPACE)
    return {each.slug: make_edition(each, Audience.CLIENT) for each in workspace.clients}


def record(edition: Edition, id: str) -> EditionRecord:
    return next(each for each in edition.records if each.data.id == id)


def answers(edition: Edition, respond: Respond | None = None) -> Answers:
    profile = edition.profile.model_copy(update={"respond": respond} if respond else {})
    return Answers(Words(profile.language), profile)


def opened(mail: str | None) -> tuple[str, str, str]:
    """Whom a mail's address writes to, its subject and its body."""
    assert mail
    parts = urlsplit(mail)
    assert parts.scheme == "mailto"
    fields = parse_qs(parts.query, strict_parsing=True)
    return parts.path, fields["subject"][0], fields["body"][0]


def test_a_mail_names_what_was_read_and_says_that_it_is_no_decision(
    editions: dict[str, Edition],
) -> None:
    edition = editions["acme"]
    read = record(edition, "ACME-0001")
    option = read.data.options[1]
    to, subject, body = opened(answers(edition).approve(read.data, digest(read), option).mail)
    assert to == "change@northwind.example"
    assert subject == "Decision on ACME-0001, revision 2: Split payments at checkout"
    assert body.split("\r\n") == [
        "==== Please write below this line ====",
        "",
        "",
        "==== Please leave the rest as it is ====",
        "ACME-0001 Split payments at checkout",
        f"Revision 2, fingerprint {digest(read)}",
        "We approve the option “Do nothing”.",
        "This e-mail is only a message. The decision counts once it is recorded in the log.",
        "Changebook-Answer: approve",
        "Changebook-Record: ACME-0001",
        "Changebook-Revision: 2",
        f"Changebook-Digest: {digest(read).replace(' ', '')}",
        "Changebook-Option: b",
        "==== End ====",
    ]


def test_a_mail_is_in_the_client_s_language(editions: dict[str, Edition]) -> None:
    read = record(editions["haiyun"], "HY-0001")
    _, subject, body = opened(answers(editions["haiyun"]).ask(read.data, digest(read)).mail)
    assert subject == "对 HY-0001 第1版的疑问：司机 App 支持拍照签收"
    assert "我们有疑问。" in body


def every_way(answer: Answers, read: EditionRecord) -> Iterator[tuple[Block, Ways]]:
    """Each answer that there is on a record, with what its mail should hold."""
    data, short = read.data, digest(read)
    base = Block(data.id, AnswerKind.ASK, About.DECISION, data.revision, short.replace(" ", ""))
    yield base, answer.ask(data, short)
    yield replace(base, kind=AnswerKind.OBJECT), answer.doubt(data, short)
    approve = replace(base, kind=AnswerKind.APPROVE)
    yield replace(base, kind=AnswerKind.DEFER), answer.defer(data, short)
    yield replace(base, kind=AnswerKind.MORE_TIME), answer.more_time(data, short)
    yield replace(approve, about=About.AGREEMENT), answer.agree(data, short)
    yield replace(approve, about=About.OBJECTION), answer.settle(data, short)
    for outcome in AcceptanceOutcome:
        kind = AnswerKind.REJECT if outcome is AcceptanceOutcome.REFUSED else AnswerKind.APPROVE
        about = replace(base, kind=kind, about=About.ACCEPTANCE, option=outcome.value)
        yield about, answer.accept(data, short, outcome)
    yield approve, answer.approve(data, short)
    for option in data.options:
        kind = AnswerKind.REJECT if option.nothing else AnswerKind.APPROVE
        yield replace(base, kind=kind, option=option.id), answer.approve(data, short, option)


@given(title=_TEXTS, chosen=_TEXTS, id=_TEXTS.filter(lambda text: len(text) < 20))
def test_a_mail_is_short_enough_and_its_block_is_whole(title: str, chosen: str, id: str) -> None:
    workspace, _ = read_workspace(WORKSPACE)
    for client in workspace.clients:
        edition = make_edition(client, Audience.CLIENT)
        read = edition.records[0]
        options = (Option(id=id, title=chosen), Option(id=id, title=chosen, nothing=True))
        data = read.data.model_copy(update={"title": title, "options": options})
        for expected, ways in every_way(answers(edition), replace(read, data=data)):
            _, subject, body = opened(ways.mail)
            assert len(ways.mail or "") <= LONGEST_ADDRESS
            assert expected.id in subject
            assert blocks(body.split("\r\n")) == (expected,)


def test_a_title_that_is_cut_says_so(editions: dict[str, Edition]) -> None:
    read = record(editions["haiyun"], "HY-0001")
    data = read.data.model_copy(update={"title": "拍照签收" * 60})
    mail = answers(editions["haiyun"]).ask(data, digest(read)).mail
    _, subject, body = opened(mail)
    assert subject.endswith("…")
    assert "此处标题有省略，全文见页面。" in body


def test_a_form_gets_what_it_asks_for(editions: dict[str, Edition]) -> None:
    read = record(editions["haiyun"], "HY-0001")
    address = (
        "https://tracker.example/new?a={id}&b={revision}&c={title}&d={digest}&e={kind}"
        "&f={option}&g={language}&h={other}"
    )
    answer = answers(editions["haiyun"], Respond(form=address))
    form = answer.approve(read.data, digest(read), read.data.options[0]).form
    assert form
    assert parse_qs(urlsplit(form).query, keep_blank_values=True) == {
        "a": ["HY-0001"],
        "b": ["1"],
        "c": ["司机 App 支持拍照签收"],
        "d": [digest(read).replace(" ", "")],
        "e": ["approve"],
        "f": ["甲"],
        "g": ["zh-CN"],
        "h": ["{other}"],
    }
    # A form that is not told what an answer is about would take a signature for an approval.
    assert answer.agree(read.data, digest(read)).form is None
    told = answers(editions["haiyun"], Respond(form=f"{address}&i={{about}}"))
    settled = told.settle(read.data, digest(read)).form
    assert settled
    assert parse_qs(urlsplit(settled).query)["i"] == ["objection"]
    asked = answer.ask(read.data, digest(read)).form
    assert asked
    assert parse_qs(urlsplit(asked).query, keep_blank_values=True)["f"] == [""]


def page(edition: Edition, id: str) -> str:
    return next(
        each.content for each in edition_pages(edition) if each.path == f"changes/{id}/index.md"
    )


def test_what_waits_can_be_answered_and_all_else_asked_about(editions: dict[str, Edition]) -> None:
    waiting, signing, ended = (
        page(editions["acme"], id) for id in ("ACME-0001", "ACME-0002", "ACME-0003")
    )
    assert waiting.count("Changebook-Answer:%20approve") == 2
    assert "Changebook-Answer:%20object" in waiting
    assert "Changebook-Answer:%20ask" in waiting
    assert "Changebook-About:%20agreement" in signing
    assert "Changebook-About:%20objection" in signing
    assert "Changebook-Answer:%20ask" in ended
    assert "Changebook-Answer:%20object" not in ended
    assert "Changebook-Answer:%20approve" not in ended


def test_where_nothing_is_set_up_the_page_says_whom_to_tell(editions: dict[str, Edition]) -> None:
    edition = editions["acme"]
    vendor = edition.profile.vendor.model_copy(update={"contact": None})
    profile = edition.profile.model_copy(update={"vendor": vendor, "respond": Respond()})
    for id in ("ACME-0001", "ACME-0003"):
        text = page(replace(edition, profile=profile), id)
        assert f"Please tell Ingrid Berg what you think. Name the change as {id}." in text
        assert "mailto:" not in text


def test_what_was_announced_is_shown_as_not_decided(editions: dict[str, Edition]) -> None:
    edition = editions["acme"]
    read = record(edition, "ACME-0001")
    talk = read.data.communications[0]
    text = talk.model_dump(by_alias=True) | {
        "proposes": {"outcome": Outcome.REJECTED, "option": "b", "revision": "2"}
    }
    announced = type(talk).model_validate(text)
    data = read.data.model_copy(update={"communications": (announced,)})
    shown = page(replace(edition, records=(replace(read, data=data),)), "ACME-0001")
    assert "<strong>Rejected, Do nothing</strong>. It is not recorded as the decision yet." in shown
    later = data.model_copy(update={"revision": 3})
    shown = page(replace(edition, records=(replace(read, data=later),)), "ACME-0001")
    assert "It is not recorded" not in shown
    assert "Announced: Rejected" in shown


def test_addresses_of_people_stay_with_the_team(editions: dict[str, Edition]) -> None:
    workspace, _ = read_workspace(WORKSPACE)
    assert "dana.whitfield@acme.example" in workspace.clients[0].profile.model_dump_json()
    for edition in editions.values():
        assert not any(person.email for person in edition.profile.people)
        for each in edition_pages(edition):
            assert "@acme.example" not in each.content


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("site")
    result = build(WORKSPACE, out=out, slugs=["acme"], jobs=1)
    assert result.ok, (result.problems, result.failures)
    with served(out) as host:
        yield f"{host}acme/changes/ACME-0001/"


@pytest.fixture
def opened_page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(address)
    yield page
    page.close()


@pytest.mark.slow
def test_the_chosen_option_sets_the_mail(opened_page: Page) -> None:
    button = opened_page.locator(".cb-choices__bar .cb-button")
    assert button.count() == 1
    assert not button.is_visible()
    opened_page.get_by_role("radio", name="Two cards in one order").check()
    assert (
        button.inner_text() == "Approve: Two cards in one order, +US$54,000.00, Go-live 20 Jul 2026"
    )
    _, _, body = opened(button.get_attribute("href"))
    assert blocks(body.split("\r\n"))[0].option == "a"
    assert "We approve the option “Two cards in one order”." in body
    said = opened_page.locator(".cb-choices__says:visible")
    assert said.count() == 1
    opened_page.get_by_role("radio", name="Do not approve").check()
    assert button.inner_text() == "Do not approve"
    _, _, body = opened(button.get_attribute("href"))
    assert blocks(body.split("\r\n"))[0].kind is AnswerKind.REJECT


@pytest.mark.slow
def test_a_day_that_is_named_goes_into_the_mail(opened_page: Page) -> None:
    opened_page.get_by_role("radio", name="Not now").check()
    button = opened_page.locator(".cb-choices__bar .cb-button")
    before = blocks(opened(button.get_attribute("href"))[2].split("\r\n"))[0]
    assert (before.kind, before.until) == (AnswerKind.DEFER, None)
    opened_page.locator("input[type=date]:visible").fill("2026-06-01")
    after = blocks(opened(button.get_attribute("href"))[2].split("\r\n"))[0]
    assert after == replace(before, until=date(2026, 6, 1))


@pytest.mark.slow
def test_without_scripts_each_answer_has_its_mail(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    links = page.locator(".cb-choices a[href^=mailto]")
    found = [opened(link.get_attribute("href"))[2] for link in links.all()]
    said = [blocks(body.split("\r\n"))[0] for body in found]
    assert [(block.kind, block.option) for block in said] == [
        (AnswerKind.APPROVE, "a"),
        (AnswerKind.APPROVE, "b"),
        (AnswerKind.REJECT, None),
        (AnswerKind.DEFER, None),
        (AnswerKind.MORE_TIME, None),
    ]
    context.close()


@pytest.mark.slow
def test_from_the_page_to_the_record(opened_page: Page, tmp_path: Path) -> None:
    opened_page.get_by_role("radio", name="Two cards in one order").check()
    button = opened_page.locator(".cb-choices__bar .cb-button")
    to, subject, body = opened(button.get_attribute("href"))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "Dana Whitfield <dana.whitfield@acme.example>",
        to,
        subject,
    )
    mail["Date"], mail["Message-ID"] = "Thu, 12 Mar 2026 10:00:00 -0400", "<1@acme.example>"
    mail.set_content(body.replace("\r\n\r\n\r\n", "\n\nGo ahead.\n\n"))
    root = tmp_path / "workspace"
    shutil.copytree(WORKSPACE, root)
    (tmp_path / "answer.eml").write_bytes(mail.as_bytes())
    said = ["respond", str(tmp_path / "answer.eml"), "--workspace", str(root)]
    done = CliRunner().invoke(main, said)
    assert done.exit_code == 0, done.output
    workspace, problems = load_checked(root)
    assert problems == []
    talk = workspace.clients[0].records[0].data.communications[-1]
    assert talk.summary == "Approves the option “Two cards in one order”.\n\nGo ahead."
    assert talk.proposes
    assert (talk.proposes.outcome, talk.proposes.option) == (Outcome.APPROVED, "a")
    assert workspace.clients[0].records[0].data.status == "awaiting-decision"

"""`changebook report`: the files of a report, and a mail that is ready to send."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image

from changebook.cli import main
from changebook.edition.editions import Edition
from changebook.exports.reports import mail, strips
from changebook.exports.reports.documents import Document
from changebook.model import periods
from changebook.model.schema import EMAIL
from changebook.model.vocabulary import Audience
from changebook.refusal import Refusal
from changebook.views import report
from changebook.views.charts import Axis, Bar
from changebook.views.pictures import DateRow
from tests.canary import CLIENT, Canaries, plant
from tests.conftest import Matches
from tests.views.test_months import approved, edition, profile

CASES = Path(__file__).parents[2] / "cases" / "report"
WORKSPACE = CASES / "workspace"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


def written(*arguments: str | Path) -> bytes:
    result = run("--workspace", WORKSPACE, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def pictures(message: EmailMessage) -> dict[str, EmailMessage]:
    """The pictures of a mail by their ids."""
    return {
        part["Content-ID"].strip("<>"): part
        for part in message.walk()
        if part.get_content_maintype() == "image"
    }


def named(message: EmailMessage) -> str:
    """The HTML with the names of the pictures: their ids come from their bytes."""
    html = body(message, "html")
    for cid, part in pictures(message).items():
        html = html.replace(f"cid:{cid}", f"cid:{part.get_filename()}")
    return html


@pytest.mark.parametrize("name", ["acme-2026-03", "acme-2026-w12", "chenxi-2026-w12"])
def test_a_report_as_markdown(name: str, matches: Matches) -> None:
    client, period = name.split("-", 1)
    text = written(client, "--period", period)
    matches(CASES / f"{name}.md", text.decode())


@pytest.mark.parametrize("name", ["acme-2026-03", "chenxi-2026-w12"])
def test_a_report_as_a_mail(name: str, matches: Matches) -> None:
    client, period = name.split("-", 1)
    message = read(written(client, "--period", period, "--format", "eml"))
    head = "".join(f"{key}: {value}\n" for key, value in message.items() if key != "Content-Type")
    matches(CASES / f"{name}.txt", f"{head}\n{body(message, 'plain')}")
    matches(CASES / f"{name}.html", named(message))


def test_a_mail_is_the_same_each_time_and_keeps_to_the_rules() -> None:
    arguments = ("acme", "--period", "2026-03", "--format", "eml")
    content = written(*arguments)
    assert content == written(*arguments)
    assert content.isascii()
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert max(map(len, content.split(b"\r\n"))) <= 78
    message = read(content)
    assert message["X-Unsent"] == "1"
    assert "Date" not in message
    assert [part.get_content_type() for part in message.walk()][:4] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
    ]
    assert [defect for part in message.walk() for defect in part.defects] == []


def test_each_picture_of_a_mail_is_in_it() -> None:
    message = read(written("acme", "--period", "2026-03", "--format", "eml"))
    used = re.findall(r'src="cid:([^"]+)"', body(message, "html"))
    assert len(used) == 7
    assert set(used) == pictures(message).keys()
    for part in pictures(message).values():
        assert part.get_content_disposition() == "inline"
        with Image.open(BytesIO(part.get_content())) as picture:
            assert picture.size == (2 * strips.WIDTH, 2 * strips.HEIGHT)


class _Page(HTMLParser):
    """The addresses that a page loads and those that it leads to, and its pictures' words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.alts: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.add(tag)
        self.loads += [value for key in ("src", "srcset", "data") if (value := held.get(key))]
        if address := held.get("href"):
            self.leads.append(address)
        if tag == "img":
            self.alts.append(held.get("alt") or "")


def test_a_page_loads_nothing_and_says_what_its_pictures_show() -> None:
    page = _Page(written("acme", "--period", "2026-03", "--format", "html").decode())
    assert page.loads
    assert all(address.startswith("data:image/png;base64,") for address in page.loads)
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "svg"})
    assert "£200,000.00 → £211,000.00" in page.alts
    assert "30 Jun 2026 → 10 Jul 2026" in page.alts
    assert all(page.alts)
    base = "https://changes.acme.example/log/"
    assert f"{base}changes/ACME-0001/" in page.leads
    assert f"{base}reports/2026-03/" in page.leads
    assert all(address.startswith((base, "mailto:")) for address in page.leads)


def test_without_an_address_nothing_is_linked() -> None:
    page = _Page(written("chenxi", "--period", "2026-W12", "--format", "html").decode())
    assert page.leads == ["mailto:change@northwind.example"]


def test_the_site_url_of_mkdocs_yml_is_the_common_folder(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(WORKSPACE, root)
    (root / "mkdocs.yml").write_text(
        "site_name: Log\nsite_url: https://log.example/\ntheme: material\nplugins: [changebook]\n"
    )
    result = run("--workspace", root, "chenxi", "--period", "2026-W12")
    assert "(<https://log.example/chenxi/changes/CX-0001/>)" in result.output


def test_a_mkdocs_yml_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(WORKSPACE, root)
    (root / "mkdocs.yml").write_text("site_name: [\n")
    result = run("--workspace", root, "chenxi", "--period", "2026-W12")
    assert result.exit_code == 2
    assert f"{root / 'mkdocs.yml'} can't be used" in result.output


def _texts(markdown: str) -> Iterator[str]:
    for token in MarkdownIt("commonmark").parse(markdown):
        children = token.children or []
        assert not [child for child in children if child.type == "html_inline"]
        yield "".join(child.content for child in children)


def test_markdown_shows_what_was_written() -> None:
    texts = "\n".join(_texts(written("acme", "--period", "2026-03").decode()))
    assert "Split *payments* <at> checkout" in texts
    assert "+£11,000.00" in texts


def hostile() -> Edition:
    change = approved(1, "2026-03-10").model_copy(
        update={"title": '<img src=x onerror="alert(1)">\n\n--=_changebook_0_='}
    )
    log = edition(change, audience=Audience.CLIENT)
    project = "Shop\r\nBcc: all@acme.example"
    return Edition(
        "acme",
        Audience.CLIENT,
        log.as_of,
        profile().model_copy(update={"project": project}),
        "",
        (),
        log.records,
    )


def test_no_text_of_a_record_can_act_in_a_mail() -> None:
    log = hostile()
    document = Document(log, report.report(log, periods.named("2026-03")))
    message = read(mail.as_mail(document, mail.MailAddresses(None)))
    assert message["Bcc"] is None
    assert "Shop Bcc: all@acme.example" in message["Subject"]
    assert len([part for part in message.walk() if not part.is_multipart()]) == 2 + len(
        pictures(message)
    )
    assert '<img src=x onerror="alert(1)"> --=_changebook_0_=' in body(message, "plain")
    assert "onerror" not in str(_attributes(body(message, "html")))


def _attributes(html: str) -> set[str]:
    names: set[str] = set()

    class Names(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names.update(name for name, _ in attrs)

    Names().feed(html)
    return names


def test_a_mail_says_from_whom_and_to_whom() -> None:
    message = read(
        written(
            "chenxi", "--period", "2026-W12", "--format", "eml", "--to", "陈瑜 <chen@cx.example>",
            "--to", "ops@cx.example", "--from", "lin@northwind.example",
        )
    )  # fmt: skip
    assert [(a.display_name, a.addr_spec) for a in message["To"].addresses] == [
        ("陈瑜", "chen@cx.example"),
        ("", "ops@cx.example"),
    ]
    assert [a.addr_spec for a in message["From"].addresses] == ["lin@northwind.example"]
    own = read(written("chenxi", "--period", "2026-W12", "--format", "eml"))
    assert [(a.display_name, a.addr_spec) for a in own["From"].addresses] == [
        ("北风软件", "change@northwind.example")
    ]
    assert own["To"] is None


@pytest.mark.parametrize(
    "address", ["nobody", "a@", "@b", "a@b, c@d", "a b@c", "ä@b.example", "<>", "a@b\r\nBcc: c@d"]
)
def test_a_bad_address_is_refused(address: str) -> None:
    with pytest.raises(Refusal, match="is not an email address like"):
        mail.addresses(profile(), None, [address])


@given(st.from_regex(EMAIL, fullmatch=True))
def test_what_a_profile_may_name_can_be_written_to(address: str) -> None:
    """`a..b@c` passed the check, and `report` refused it."""
    (to,) = mail.addresses(profile(), None, [address]).to
    assert to.addr_spec == address


@pytest.mark.parametrize("address", ["a..b@c", ".a@b", "a@b.", "a,b@c", "a@b,c", "ä@b", "a@-b"])
def test_what_nobody_can_write_to_is_no_address(address: str) -> None:
    assert not EMAIL.fullmatch(address)


def test_without_a_contact_the_mail_program_says_from_whom() -> None:
    assert mail.addresses(profile(), None, []) == mail.MailAddresses(None)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("acme", "--period", "2026-W54"), "2026-W54 is not a week of the calendar"),
        (("acme", "--period", "2026-05"), "2026-05 begins after 2026-04-02"),
        (("acme", "--period", "2025-12"), "2025-12 ends before 2026-02-02"),
        (("acme", "--period", "2026-04", "--as-of", "2026-03-31"), "begins after 2026-03-31"),
        (("acme", "--to", "a@b.example"), "add --format eml"),
        (("nobody",), "has no client `nobody`"),
        (("acme", "--out", str(WORKSPACE / "changes" / "r.md")), "is inside changes/"),
    ],
)
def test_what_can_not_be_is_refused_in_a_line(arguments: tuple[str, ...], says: str) -> None:
    result = run("--workspace", WORKSPACE, *arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


def test_the_period_is_the_last_that_is_over() -> None:
    assert b"# Weekly report: week 13, 2026\n" in written("acme")
    assert b"# Monthly report: March 2026\n" in written("acme", "--period", "month")
    assert b"week 11, 2026" in written("acme", "--as-of", "2026-03-15")


def test_a_period_that_is_not_over_says_so() -> None:
    text = written("acme", "--period", "2026-03", "--as-of", "2026-03-10").decode()
    assert "1–31 Mar 2026, not over yet: activity up to 10 Mar 2026." in text
    assert "Approved" not in text.split("## Contract sum")[0]


def test_a_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "report.eml"
    result = run("--workspace", WORKSPACE, "acme", "--format", "eml", "--out", file)
    assert result.output == "wrote report.eml\n"
    assert file.read_bytes() == written("acme", "--format", "eml")


def test_problems_stop_a_report(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(WORKSPACE, root)
    record = next(root.rglob("ACME-0002*.md"))
    record.write_text(record.read_text().replace("status: withdrawn", "status: gone"))
    result = run("--workspace", root, "acme")
    assert result.exit_code == 1
    assert "ACME-0002" in result.stderr


def test_the_team_reads_what_is_internal() -> None:
    for form in ("md", "html"):
        arguments = ("acme", "--period", "2026-03", "--format", form)
        assert b"Rework the tills" not in written(*arguments)
        team = written(*arguments, "--audience", "team")
        assert b"Rework the tills" in team
        assert b"Internal" in team


def decoded(content: bytes) -> bytes:
    """A mail with all that is encoded in it."""
    message = read(content)
    parts = [part.get_payload(decode=True) for part in message.walk()]
    return content + b"".join(part for part in parts if isinstance(part, bytes))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canaries]:
    root = tmp_path_factory.mktemp("canary")
    canaries = plant(root)
    canaries.words["id of an internal record"] = "HBR-0003"
    canaries.words["id of a draft"] = "HBR-0004"
    return root, canaries


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("period", ["2026-02", "2026-W07"])
def test_nothing_leaks_into_a_report(
    period: str, audience: Audience, planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    root, canaries = planted
    for form in ("md", "html", "eml"):
        result = run(
            "--workspace", root, CLIENT, "--period", period, "--format", form,
            "--audience", audience.value,
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        content = result.stdout_bytes
        (tmp_path / form).write_bytes(decoded(content) if form == "eml" else content)
    leaks = canaries.leaks(tmp_path)
    if audience is Audience.CLIENT:
        assert leaks == []
    else:
        # The search finds such words in every form.
        for form in ("md", "html", "eml"):
            assert f"title of an internal record in {form}" in leaks
        assert [leak for leak in leaks if "other client" in leak] == []


def pixels(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGBA")


def opaque(picture: Image.Image) -> list[int]:
    """The columns in which something is drawn in the middle of the height."""
    middle = picture.height // 2
    alpha = picture.getchannel("A")
    return [x for x in range(picture.width) if alpha.getpixel((x, middle))]


AXIS = Axis(Decimal(0), Decimal(100), ())


@pytest.mark.parametrize("kind", ["total", "approved", "pending"])
def test_a_bar_lies_where_the_figure_says(kind: str) -> None:
    drawn = opaque(pixels(strips.sum_strip(AXIS.bar(Decimal(25), Decimal(75)), kind)))
    width = 2 * strips.WIDTH
    assert abs(drawn[0] - width / 4) < 8
    assert abs(drawn[-1] - 3 * width / 4) < 8
    assert len(drawn) == drawn[-1] - drawn[0] + 1


@pytest.mark.parametrize("kind", ["approved", "pending"])
def test_a_bar_that_takes_off_is_hollow(kind: str) -> None:
    picture = pixels(strips.sum_strip(AXIS.bar(Decimal(75), Decimal(25)), kind))
    middle = picture.width // 2, picture.height // 2
    assert picture.getchannel("A").getpixel(middle) == 0
    assert opaque(picture)


def test_what_does_not_move_is_a_line() -> None:
    drawn = opaque(pixels(strips.sum_strip(AXIS.bar(Decimal(50), Decimal(50)), "approved")))
    assert 0 < len(drawn) < 8


def test_a_milestone_that_moves_has_two_marks() -> None:
    days = Axis(date(2026, 1, 1), date(2026, 12, 31), ())
    start, end = date(2026, 4, 1), date(2026, 10, 1)

    def heights(move: Bar[date]) -> list[int]:
        alpha = pixels(strips.date_strip(DateRow("Go-live", True, move), None)).getchannel("A")
        tall = alpha.height // 2 - 6
        return [x for x in range(alpha.width) if alpha.getpixel((x, tall))]

    apart, together = heights(days.bar(start, end)), heights(days.bar(start, start))
    assert max(apart) - min(apart) > strips.WIDTH * 2 // 3
    assert max(together) - min(together) < 20

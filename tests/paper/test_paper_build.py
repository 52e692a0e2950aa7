"""Documents at build: where they lie, what links to them, and which of them are made again."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from changebook.check import load_checked
from changebook.cli import main
from changebook.edit import scaffold
from changebook.edition import urls
from changebook.edition.bodies import Asset
from changebook.edition.editions import make_edition
from changebook.keep.place import DEFAULT
from changebook.keep.store import Store
from changebook.model.vocabulary import Audience, Status
from changebook.paper import Printery, typesetting
from changebook.paper import press as press_module
from changebook.paper import toolchain as toolchain_module
from changebook.paper.findings import Finding
from changebook.paper.offered import offered
from changebook.paper.paper import Paper
from changebook.paper.press import Printed, print_paper
from changebook.paper.shares import DocumentShare, print_share
from changebook.proof.seal import seal
from changebook.publish import build as build_module
from changebook.publish.build import Documents, Result, build
from changebook.refusal import Refusal
from changebook.site.building import SiteFailed
from changebook.views.impact import impact
from tests.canary import CLIENT, Canaries, plant
from tests.edition.test_canary import GUARDS, NOTICED
from tests.paper.typeset import without_typesetting

SLUG = "example"
ORDER = "changes/EX-0001/EX-0001-change-order.pdf"
#: What the example's edition offers, each with the folder of its page. EX-0003 is a draft.
DOCUMENTS = {
    ORDER: "changes/EX-0001",
    "changes/EX-0001/EX-0001-decision-record.pdf": "changes/EX-0001",
    "changes/EX-0002/EX-0002-change-order.pdf": "changes/EX-0002",
    "decisions/decision-log.pdf": "decisions",
    "impact/change-order-register.pdf": "impact",
    "reports/2026-01/report.pdf": "reports/2026-01",
}
_PDF_LINK = re.compile(r'href="([^"]+\.pdf)"')


def pdfs(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in sorted(site.rglob("*.pdf"))}


def links(site: Path) -> set[tuple[str, str]]:
    """Each link to a PDF: the folder of its page, and the file."""
    return {
        (
            page.parent.relative_to(site).as_posix(),
            (page.parent / link).resolve().relative_to(site.resolve()).as_posix(),
        )
        for page in site.rglob("*.html")
        for link in _PDF_LINK.findall(page.read_text("utf-8"))
    }


def entries(root: Path) -> list[Path]:
    """What is kept of documents."""
    found = (root / DEFAULT / "entries").glob("*/*")
    return sorted(entry for entry in found if b"%PDF" in entry.read_bytes())


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose site was built once, with its documents."""
    root = tmp_path_factory.mktemp("first") / "workspace"
    scaffold.init(root)
    result = build(root, jobs=1, pdf=True)
    assert result.ok, result
    assert result.documents == {SLUG: Documents(total=6, made=6)}
    return root


@pytest.fixture
def again(first: Path, tmp_path: Path) -> Path:
    """The same at another place, with what was kept."""
    return shutil.copytree(first, tmp_path / "workspace")


@pytest.fixture
def typeset(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The papers that come to be typeset, without that being done."""
    seen: list[str] = []

    def pdf(paper: Paper, say: Any = None) -> bytes:
        seen.append(paper.path)
        return without_typesetting(paper)

    monkeypatch.setattr(press_module, "pdf", pdf)
    return seen


@pytest.mark.slow
def test_each_document_lies_beside_a_page_that_links_to_it(first: Path) -> None:
    site = first / "site" / SLUG
    made = pdfs(site)
    assert made.keys() == DOCUMENTS.keys()
    assert all(content.startswith(b"%PDF-1.") for content in made.values())
    beside = {(page, path) for path, page in DOCUMENTS.items()}
    # One page lists them all.
    assert links(site) == beside | {("documents", path) for path in DOCUMENTS}


def test_what_is_not_worked_out_yet_has_no_form() -> None:
    workspace, _ = load_checked(Path(__file__).resolve().parents[2])
    without = set()
    for client in workspace.clients:
        edition = make_edition(client, Audience.CLIENT)
        found = offered(edition, impact(edition).position)
        for data in (record.data for record in edition.records):
            is_decided = urls.decision_record_pdf(data.id) in found
            if urls.change_order_pdf(data.id) not in found:
                assert not is_decided
                without.add(data.status)
    assert without
    assert without <= {Status.SUBMITTED, Status.ASSESSING, Status.WITHDRAWN}


@pytest.mark.slow
def test_other_processes_make_the_same_bytes(first: Path, tmp_path: Path) -> None:
    result = build(first, out=tmp_path / "out", cache=tmp_path / "cache", jobs=2, pdf=True)
    assert result.documents == {SLUG: Documents(total=6, made=6)}
    assert pdfs(tmp_path / "out" / SLUG) == pdfs(first / "site" / SLUG)


@pytest.mark.slow
def test_without_a_change_nothing_is_made(again: Path, first: Path, typeset: list[str]) -> None:
    result = build(again, jobs=1, pdf=True)
    assert result.documents == {SLUG: Documents(total=6, made=0)}
    assert typeset == []
    assert pdfs(again / "site" / SLUG) == pdfs(first / "site" / SLUG)


@pytest.mark.slow
def test_what_is_damaged_is_made_again(again: Path, first: Path) -> None:
    whole, cut, other = entries(again)[:3]
    # The third is whole, in another's place.
    for entry, content in (
        (other, whole.read_bytes()),
        (whole, whole.read_bytes()[:-1] + b"?"),
        (cut, b""),
    ):
        entry.write_bytes(content)
    result = build(again, jobs=1, pdf=True)
    assert result.documents == {SLUG: Documents(total=6, made=3)}
    assert pdfs(again / "site" / SLUG) == pdfs(first / "site" / SLUG)


@pytest.mark.slow
def test_only_what_says_something_else_is_made(again: Path, typeset: list[str]) -> None:
    with next((again / "changes").rglob("EX-0002-*.md")).open("a", encoding="utf-8") as record:
        record.write("\n## More\n\nOne more paragraph.\n")
    before, kept = pdfs(again / "site" / SLUG), entries(again)
    result = build(again, jobs=1, pdf=True)
    changed = "changes/EX-0002/EX-0002-change-order.pdf"
    assert typeset == [changed]
    assert result.documents == {SLUG: Documents(total=6, made=1)}
    after = pdfs(again / "site" / SLUG)
    assert {path for path in after if after[path] != before[path]} == {changed}
    assert len(set(entries(again)) - set(kept)) == 1


@pytest.mark.slow
def test_the_day_of_the_edition_alone_makes_no_document_again(
    again: Path, typeset: list[str]
) -> None:
    build(again, jobs=1, pdf=True, as_of=date(2026, 3, 15))
    # A month has ended since; what is in it is told in its report.
    assert set(typeset) == {"reports/2026-02/report.pdf"}


@pytest.mark.slow
def test_without_pdf_no_page_has_a_link(again: Path) -> None:
    result = build(again, jobs=1)
    assert result.documents == {}
    assert pdfs(again / "site" / SLUG) == {}
    assert links(again / "site" / SLUG) == set()
    assert "Print and file" not in (
        again / "site" / SLUG / "changes" / "EX-0001" / "index.html"
    ).read_text("utf-8")


@pytest.mark.slow
def test_where_nobody_knows_the_fonts_every_document_is_made_each_time(
    workspace: Path, typeset: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "toolchain", lambda: None)
    assert build(workspace, jobs=1).documents == {}
    for _ in range(2):
        result = build(workspace, jobs=1, pdf=True)
        assert result.documents == {SLUG: Documents(total=6, made=6)}
        assert "fc-list is missing" in " ".join(result.warnings)


@pytest.mark.slow
def test_a_team_prints_for_itself(workspace: Path, typeset: list[str]) -> None:
    result = build(workspace, audience=Audience.TEAM, jobs=1, pdf=True)
    assert result.ok
    assert typeset == []
    assert pdfs(workspace / "site-team") == {}
    assert entries(workspace) == []


@pytest.mark.slow
def test_a_file_of_a_record_is_never_replaced(workspace: Path, typeset: list[str]) -> None:
    file = next((workspace / "changes").rglob("EX-0001-*.md"))
    (file.parent / "EX-0001-change-order.pdf").write_bytes(b"%PDF-1.7 signed")
    with file.open("a", encoding="utf-8") as record:
        record.write("\nSee [the paper](EX-0001-change-order.pdf).\n")
    [failure] = build(workspace, jobs=1, pdf=True).failures
    assert failure.startswith(f"{SLUG}: {ORDER} is both a file of the record")
    assert not (workspace / "site" / SLUG).exists()


@pytest.mark.parametrize(
    ("folder", "said"),
    [("changes/cache", "inside changes/"), ("site/cache", "inside the output folder")],
)
def test_nothing_is_kept_where_others_read(workspace: Path, folder: str, said: str) -> None:
    with pytest.raises(Refusal, match=f"{said}.*--cache"):
        build(workspace, pdf=True, cache=workspace / folder)


def test_a_cache_that_cannot_be_written_is_named(workspace: Path) -> None:
    (workspace / "kept").write_text("a file")
    with pytest.raises(Refusal, match=r"can't write to .*kept.*--cache"):
        build(workspace, pdf=True, cache=workspace / "kept")


def test_without_pango_the_build_names_both_ways_out(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise typesetting.CannotTypeset("PDFs need the library Pango: apt-get install it")

    toolchain_module.toolchain.cache_clear()
    monkeypatch.setattr(typesetting, "require", missing)
    with pytest.raises(Refusal, match=r"apt-get install.*--no-pdf"):
        build(workspace, pdf=True)


def _share(root: Path, number: int, of: int) -> DocumentShare:
    workspace, _ = load_checked(root)
    edition = make_edition(workspace.client(SLUG), Audience.CLIENT)
    return DocumentShare(edition, root, root / "out", Store(), "", number, of)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_shares_come_to_all_documents_once(
    workspace: Path, typeset: list[str], number: int
) -> None:
    found = [print_share(_share(workspace, n, number)) for n in range(1, number + 1)]
    assert sum(share.made for share in found) == len(DOCUMENTS)
    assert sorted(typeset) == sorted(DOCUMENTS)
    assert pdfs(workspace / "out").keys() == DOCUMENTS.keys()


def test_a_template_that_fails_names_the_document(workspace: Path, typeset: list[str]) -> None:
    own = workspace / "site_templates" / "print"
    own.mkdir(parents=True)
    (own / "change_order.html.j2").write_text("\n{{ nobody }}")
    with pytest.raises(SiteFailed, match=rf"{ORDER}: {own}/change_order.html.j2:2: .*nobody"):
        print_share(_share(workspace, 1, 1))


PAPER = Paper("a.pdf", "a.pdf", "T", date(2026, 3, 1), "<p>Words.</p>")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "kept")
    made.prepare()
    return made


def test_what_was_printed_is_found_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Finding("hard-to-read", "This is set small: 图", "Look at it.", "图")

    def pdf(paper: Paper, say: Callable[[Finding], None]) -> bytes:
        say(found)
        return b"%PDF\n\0bytes\n"

    monkeypatch.setattr(press_module, "pdf", pdf)
    first = print_paper(PAPER, store, "tools")
    assert first == Printed(PAPER, b"%PDF\n\0bytes\n", (found,), is_new=True)
    assert print_paper(PAPER, store, "tools") == replace(first, is_new=False)
    assert print_paper(PAPER, store, "other tools").is_new
    assert print_paper(PAPER, store, "").is_new  # nobody knows the tools


def _file(folder: Path) -> Paper:
    (folder / "a.png").write_bytes(b"picture")
    return Paper(
        "", "", "", PAPER.day, PAPER.html, files=(("file:a.png", Asset(folder / "a.png", "a.png")),)
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda paper, folder: Paper("", "", "", paper.day, paper.html + " ", files=paper.files),
        lambda paper, folder: (folder / "a.png").write_bytes(b"other") and paper,
        lambda paper, folder: Paper("", "", "", paper.day, paper.html, "p {}", paper.files),
    ],
    ids=["text", "picture", "styles"],
)
def test_a_name_stands_for_all_that_is_on_paper(
    store: Store, tmp_path: Path, typeset: list[str], change: Callable[[Paper, Path], Paper]
) -> None:
    paper = _file(tmp_path)
    print_paper(paper, store, "tools")
    assert not print_paper(paper, store, "tools").is_new
    assert print_paper(change(paper, tmp_path), store, "tools").is_new


def test_another_font_is_another_toolchain(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for fonts in (["a"], ["a", "b"], None):
        toolchain_module.toolchain.cache_clear()
        monkeypatch.setattr(toolchain_module, "_fonts", lambda fonts=fonts: fonts)
        found.append(toolchain_module.toolchain())
    toolchain_module.toolchain.cache_clear()
    assert len(set(found)) == 3
    assert found[2] is None


def test_every_library_has_a_version() -> None:
    assert all(toolchain_module._libraries().values())
    assert len(toolchain_module._fonts() or ()) > 1


def test_the_command_says_what_was_made(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, Any] = {}

    def told(root: Path, **options: Any) -> Result:
        asked.update(options)
        documents = {SLUG: Documents(total=6, made=2)} if options["pdf"] else {}
        return Result([], published=(root / "site" / SLUG,), documents=documents)

    monkeypatch.setattr("changebook.cli.build.build", told)
    monkeypatch.chdir(workspace)
    main(["build", "--cache", "kept"], standalone_mode=False)
    assert capsys.readouterr().out == ("published site/example, with 6 documents: 2 made, 4 kept\n")
    assert asked["pdf"] is True
    assert asked["cache"] == Path("kept")
    main(["build", "--no-pdf"], standalone_mode=False)
    assert capsys.readouterr().out == "published site/example\n"
    assert asked["pdf"] is False


# Isolation: the same words as in the other files of an edition, on paper.


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canaries]:
    root = tmp_path_factory.mktemp("planted")
    canaries = plant(root)
    assert seal(root).additions
    return root, canaries


def _papers(root: Path) -> dict[str, Paper]:
    edition = make_edition(load_checked(root)[0].client(CLIENT), Audience.CLIENT)
    printery = Printery(edition)
    documents = offered(edition, printery.position)
    return {path: lay_out(printery) for path, lay_out in documents.items()}


@pytest.mark.slow
def test_nothing_leaks_into_the_documents_of_an_edition(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    root, canaries = planted
    result = build(
        root, out=tmp_path / "out", cache=tmp_path / "kept", slugs=[CLIENT], jobs=1, pdf=True
    )
    site = tmp_path / "out" / CLIENT
    made = pdfs(site)
    assert made.keys() >= _papers(root).keys()
    assert result.documents[CLIENT].total == len(_papers(root))
    assert "HBR-0001-signed.pdf" in {path.rpartition("/")[2] for path in made}
    assert canaries.leaks(site) == []
    for path in _papers(root):
        with pikepdf.open(BytesIO(made[path])) as document:
            assert not document.attachments, path


#: Paper shows no links between records, no keys but those of the format, and no files but the
#: pictures of its text; the sanitiser drops comments. So it is safe without these guards too.
NOT_ON_PAPER = {
    "comments are emptied",
    "files are copied by use",
    "internal keys are not copied",
    "links to unseen records are dropped",
    "own keys are not sealed",
}


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_without_a_guard_paper_leaks(
    planted: tuple[Path, Canaries], guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, canaries = planted
    take_out, _ = GUARDS[guard]
    take_out(monkeypatch)
    if guard == NOTICED:
        with pytest.raises(Refusal, match="can be read in two ways"):
            _papers(root)
        return
    papers = _papers(root).values()
    pictures = (asset.content().decode("latin-1") for p in papers for _, asset in p.files)
    said = canaries.said("".join((*(paper.html for paper in papers), *pictures)))
    assert bool(said) is (guard not in NOT_ON_PAPER)


@pytest.mark.slow
def test_the_search_sees_into_a_document(
    planted: tuple[Path, Canaries], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root, canaries = planted
    take_out, place = GUARDS["internal blocks are taken out"]
    take_out(monkeypatch)
    paper = _papers(root)["changes/HBR-0001/HBR-0001-change-order.pdf"]
    (tmp_path / "a.pdf").write_bytes(typesetting.pdf(paper))
    leaks = canaries.leaks(tmp_path)
    assert f"{place} in a.pdf!text" in leaks
    assert "Chinese internal block in a.pdf!text" in leaks

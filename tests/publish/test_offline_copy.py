"""Offline copies: one file that opens from a disk in two browsers, and has nothing of others."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import located, make_edition
from changebook.keep.store import NOWHERE
from changebook.model.vocabulary import Audience
from changebook.paper.toolchain import toolchain
from changebook.publish.build import build
from changebook.publish.offline_copy import OfflineCopy, offline_copy
from changebook.refusal import Refusal
from changebook.site.configuration import site_url
from changebook.site.offline import DIGESTS, plain_script
from tests import samples
from tests.browsing import WIDTHS, Visit, fits, still
from tests.canary import CLIENT, plant
from tests.firefox import Firefox, firefox
from tests.paper.typeset import without_typesetting
from tests.site.test_quality import kinds

CLIENTS = ("meridian-outdoor", "yunfan")
#: Words that a client looks for, and the change that has them.
QUERIES = {"meridian-outdoor": ("checkout", "MER-"), "yunfan": ("离线签收", "YF-0006")}

#: The pictures that could not be shown.
BROKEN = "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"


def packed(slug: str, tools: str | None = None) -> OfflineCopy:
    edition = located(samples.edition(slug), site_url(samples.ROOT))
    copy = offline_copy(edition, samples.workspace().client(slug), NOWHERE, tools)
    assert copy.archive, copy.problems
    return copy


def unpacked(copy: OfflineCopy, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(copy.archive)) as archive:
        archive.extractall(folder)
    (root,) = folder.iterdir()
    return root


@pytest.fixture(scope="module")
def archives() -> dict[str, OfflineCopy]:
    """The copies; one of them has its documents, of which no more matters here than their place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("changebook.paper.press.pdf", without_typesetting)
        tools = {"yunfan": "no tools"}
        return {slug: packed(slug, tools.get(slug)) for slug in CLIENTS}


@pytest.fixture(scope="module")
def copies(
    archives: dict[str, OfflineCopy], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The copies as a reader has unpacked them."""
    folder = tmp_path_factory.mktemp("a disk & more")
    return {slug: unpacked(copy, folder / slug) for slug, copy in archives.items()}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which nothing may go wrong, and which asks for nothing but files."""
    context = browser.new_context(viewport=WIDTHS["desktop"], offline=True)
    visit = Visit(context.new_page(), "file:")
    yield visit.page
    context.close()
    assert (visit.errors, visit.strangers) == ([], [])


class _Addresses(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found |= {value for key in ("href", "src") if (value := given.get(key))}
        self.ids |= {value for key in ("id", "name") if (value := given.get(key))}


@pytest.mark.slow
@pytest.mark.parametrize("slug", CLIENTS)
def test_every_address_names_a_file_of_the_copy(copies: dict[str, Path], slug: str) -> None:
    root = copies[slug]
    pages = {path: _Addresses(path.read_text("utf-8")) for path in root.rglob("*.html")}
    assert len(pages) > 30
    wrong = []
    for path, addresses in pages.items():
        for address in addresses.found:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            lost = parts.fragment and there in pages and parts.fragment != "__consent"
            known = not lost or unquote(parts.fragment) in pages[there].ids
            if not there.is_relative_to(root) or not there.is_file() or not known:
                wrong.append((path.relative_to(root).as_posix(), address))
    assert wrong == []


@pytest.mark.slow
def test_its_list_has_the_digest_of_every_file(copies: dict[str, Path]) -> None:
    root = copies["yunfan"]
    listed = dict(
        line.split("  ", 1)[::-1] for line in (root / DIGESTS).read_text("utf-8").splitlines()
    )
    there = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()} - {DIGESTS}
    assert listed.keys() == there
    check = ["sha256sum", "--check", "--quiet", DIGESTS]
    assert subprocess.run(check, cwd=root, check=False).returncode == 0
    for server in ("404.html", "sitemap.xml", "pagefind/pagefind-entry.json"):
        assert server not in listed


@pytest.mark.slow
def test_it_is_the_same_each_time(archives: dict[str, OfflineCopy]) -> None:
    one, other = archives["meridian-outdoor"], packed("meridian-outdoor")
    assert one.archive == other.archive
    with zipfile.ZipFile(io.BytesIO(one.archive)) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        listed = archive.read(f"{names[0].split('/')[0]}/{DIGESTS}")
    assert one.digest == sha256(listed).hexdigest()


@pytest.mark.slow
def test_nothing_leaks_into_a_copy(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    canaries = plant(root)
    canaries.words |= {f"id {id}": id for id in ("HBR-0003", "HBR-0004")}
    canaries.words["path of the workspace"] = str(root)
    client = load_checked(root)[0].client(CLIENT)
    made = {}
    for audience in Audience:
        copy = offline_copy(make_edition(client, audience), client, NOWHERE, toolchain() or "")
        (tmp_path / audience).mkdir()
        (tmp_path / audience / "copy.zip").write_bytes(copy.archive)
        made[audience] = canaries.leaks(tmp_path / audience)
    assert made[Audience.CLIENT] == []
    # The search looks into the scripts that hold the index, too.
    assert any(".pf_fragment.js" in leak for leak in made[Audience.TEAM])
    assert [leak for leak in made[Audience.TEAM] if "other client" in leak] == []


@pytest.mark.slow
@pytest.mark.parametrize("slug", CLIENTS)
def test_every_kind_of_page_works_from_a_disk(
    page: Page, copies: dict[str, Path], slug: str
) -> None:
    for path in kinds(copies[slug]):
        page.set_viewport_size(WIDTHS["desktop"])
        page.goto((copies[slug] / path / "index.html").as_uri())
        still(page)
        fits(page)
        page.set_viewport_size(WIDTHS["phone"])
        fits(page)
        assert page.evaluate(BROKEN) == []
        # What is drawn takes the place of what it is drawn from.
        expect(page.locator("pre.mermaid")).to_have_count(0)
        expect(page.locator(".cb-banner a")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("slug", CLIENTS)
def test_the_search_finds_from_the_header_and_on_its_page(
    page: Page, copies: dict[str, Path], slug: str
) -> None:
    words, id = QUERIES[slug]
    page.goto((copies[slug] / "decisions" / "index.html").as_uri())
    page.locator(".md-search__input").fill(words)
    first = page.locator(".md-search-result__list a").first
    expect(first).to_contain_text(id)
    first.click()
    expect(page.locator("h1")).to_contain_text(id)
    page.goto((copies[slug] / "search" / "index.html").as_uri() + f"?q={words}")
    expect(page.locator("#find-results a").first).to_contain_text(id)
    page.locator("#find-facets input:visible").first.check()
    expect(page).to_have_url(re.compile(r"\?q=.*&"))
    page.go_back()
    expect(page.locator("#find-results a").first).to_contain_text(id)


@pytest.mark.slow
def test_filters_month_ends_and_documents_work(page: Page, copies: dict[str, Path]) -> None:
    root = copies["yunfan"]
    history = (root / "changes" / "index.html").as_uri()
    rows = page.locator("tr[data-id]:visible")
    page.goto(history)
    everything = rows.count()
    page.goto(f"{history}?status=implemented")
    assert 0 < rows.count() < everything
    page.goto((root / "impact" / "months" / "index.html").as_uri())
    expect(page.locator("#compare-rows tr").first).to_be_visible()
    page.goto((root / "changes" / "YF-0006" / "index.html").as_uri())
    paper = page.locator("a[href$='YF-0006-change-order.pdf']").first.get_attribute("href")
    assert paper is not None
    assert (root / "changes" / "YF-0006" / paper).read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_a_fingerprint_is_recomputed_from_the_copy(page: Page, copies: dict[str, Path]) -> None:
    address = (copies["yunfan"] / "decisions" / "verify" / "index.html").as_uri()
    page.goto(address)
    digest = page.locator("[data-digest]").first.get_attribute("data-digest")
    page.goto(f"{address}?digest={digest}")
    expect(page.locator(".cb-verdict__box--good")).to_contain_text("已在本设备上核对")
    # What was altered in the copy is found.
    file = copies["yunfan"] / f"{urls.SEALS}.js"
    whole = file.read_text()
    decisions = (copies["yunfan"] / urls.SEALS).read_text("utf-8").replace("离线签收", "离线签字")
    file.write_text(f'changebook.holds("{b64encode(decisions.encode()).decode()}")\n')
    try:
        page.reload()
        expect(page.locator(".cb-verdict__box--bad")).to_be_visible()
    finally:
        file.write_text(whole)


def test_the_home_page_offers_a_copy_where_the_team_says_so(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    canaries = plant(root)
    profile = root / "changes" / CLIENT / "client.md"
    kept = tmp_path / "kept"
    assert build(root, out=tmp_path / "without", slugs=[CLIENT], cache=kept).ok
    profile.write_text(profile.read_text("utf-8").replace("\n", "\noffline_copy: true\n", 1))
    sites = [tmp_path / name for name in ("site", "again")]
    for site in sites:
        result = build(root, out=site, slugs=[CLIENT], pdf=True, cache=kept)
        assert result.ok, (result.problems, result.failures)
    archive = sites[0] / CLIENT / urls.OFFLINE_COPY
    assert archive.read_bytes() == (sites[1] / CLIENT / urls.OFFLINE_COPY).read_bytes()
    assert f'href="{urls.OFFLINE_COPY}"' in (sites[0] / CLIENT / "index.html").read_text("utf-8")
    assert canaries.leaks(sites[0] / CLIENT) == []

    # It is the file that `changebook export` writes, which does not hold or offer itself.
    client = load_checked(root)[0].client(CLIENT)
    edition = make_edition(client, Audience.CLIENT)
    assert archive.read_bytes() == offline_copy(edition, client, NOWHERE, toolchain()).archive
    with zipfile.ZipFile(archive) as packed_site:
        names = packed_site.namelist()
        home = packed_site.read(next(name for name in names if name.count("/") == 1)).decode()
    assert not [name for name in names if name.endswith(".zip")]
    assert [name for name in names if name.endswith(".pdf")]
    assert urls.OFFLINE_COPY not in home

    assert not (tmp_path / "without" / CLIENT / urls.OFFLINE_COPY).exists()
    assert urls.OFFLINE_COPY not in (tmp_path / "without" / CLIENT / "index.html").read_text()
    # The team keeps no copies for others.
    assert build(root, audience=Audience.TEAM, out=tmp_path / "team").ok
    assert not list((tmp_path / "team").rglob("*.zip"))


@pytest.fixture(scope="module")
def window() -> Iterator[Firefox]:
    with firefox() as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("slug", CLIENTS)
def test_it_works_in_firefox_too(window: Firefox, copies: dict[str, Path], slug: str) -> None:
    root, (words, id) = copies[slug], QUERIES[slug]
    # The templates are the same in each language, and one of the copies has its documents.
    for path in kinds(root) if slug == "yunfan" else ("", "changes/"):
        window.goto((root / path / "index.html").as_uri())
        window.until("document.readyState === 'complete'")
        banner = "getComputedStyle(document.querySelector('.cb-banner')).display !== 'none'"
        assert window.evaluate(banner)
        assert window.evaluate(BROKEN) == []
        window.until("!document.querySelector('pre.mermaid')")
    window.goto((root / "search" / "index.html").as_uri() + f"?q={words}")
    found = window.until("document.querySelector('#find-results a')?.textContent")
    assert id in found
    window.goto(window.evaluate("document.querySelector('#find-results a').href"))
    assert id in window.evaluate("document.querySelector('h1').textContent")
    window.goto((root / "changes" / "index.html").as_uri() + "?status=implemented")
    window.until(
        "document.querySelectorAll('tr[data-id]').length < document.querySelector("
        "'#history-words').dataset.count"
    )
    window.goto((root / "impact" / "months" / "index.html").as_uri())
    window.until("document.querySelectorAll('#compare-rows tr').length > 3")
    verify = (root / "decisions" / "verify" / "index.html").as_uri()
    window.goto(verify)
    digest = window.evaluate("document.querySelector('[data-digest]').dataset.digest")
    window.goto(f"{verify}?digest={digest}")
    window.until("document.querySelector('.cb-verdict__box--good, .cb-verdict__box--ended')")


def test_a_module_becomes_a_plain_script() -> None:
    module = 'import {one} from "./first.js"\nexport const two = () => one\nexport {three, four};'
    assert plain_script("second.js", module).splitlines()[2:] == [
        'const {one} = changebook.from("first.js")',
        "const two = () => one",
        "",
        'changebook.exports("second.js", {two, three, four})',
        "})()",
    ]


@pytest.mark.parametrize(
    "module",
    [
        'import first from "./first.js"',
        "export default 1",
        "const load = () => import(name)",
        "export {one as two}",
        'export * from "./first.js"',
    ],
)
def test_a_module_that_is_not_understood_is_refused(module: str) -> None:
    with pytest.raises(Refusal, match="no search"):
        plain_script("second.js", module)

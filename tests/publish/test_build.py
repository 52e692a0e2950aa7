"""Building for real: what is published, what is not, and that it can be repeated."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from changebook import packaged
from changebook.model.vocabulary import Audience
from changebook.publish.build import build
from changebook.read.workspace import OWN, WorkspaceError
from changebook.refusal import Refusal
from changebook.site.building import Order, SiteFailed, build_site

#: Documents have tests of their own.
BUILD = (sys.executable, "-m", "changebook", "build", "--no-pdf")

pytestmark = pytest.mark.slow


@pytest.fixture
def two_clients(workspace: Path) -> Path:
    """The example and a second client in Chinese."""
    for file in (workspace / "changes" / "example").rglob("*.md"):
        text = file.read_text("utf-8").replace("EX-", "YF-").replace("prefix: EX", "prefix: YF")
        text = text.replace("language: en ", "language: zh-CN ").replace("Ada Brown", "陈雨")
        text = text.replace("Example Bakery", "云帆物流")
        copy = workspace / "changes" / "yunfan" / file.relative_to(workspace / "changes/example")
        copy = copy.with_name(copy.name.replace("EX-", "YF-"))
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, "utf-8")
    return workspace


def content(root: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and OWN not in p.parts
    }


def break_record(workspace: Path) -> None:
    file = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    file.write_text(
        file.read_text("utf-8").replace("priority: medium", "priority: urgent"), "utf-8"
    )


def test_one_complete_site_per_client_and_nothing_above(two_clients: Path) -> None:
    result = build(two_clients, jobs=2)
    assert result.ok
    assert result.warnings == ()
    out = two_clients / "site"
    assert sorted(p.name for p in out.iterdir()) == [OWN, "example", "yunfan"]
    assert sorted(p.name for p in (out / OWN).iterdir()) == ["audience", "lock"]
    for slug, prefix in (("example", "EX"), ("yunfan", "YF")):
        site = out / slug
        for page in ("index.html", "404.html", f"changes/{prefix}-0001/index.html"):
            assert (site / page).is_file()
        assert (site / "pagefind" / "pagefind.js").is_file()
        assert not (site / "sitemap.xml").exists()
    assert '<html lang="zh-CN"' in (out / "yunfan" / "index.html").read_text("utf-8")


def test_a_client_edition_has_nothing_internal_and_nothing_of_others(two_clients: Path) -> None:
    build(two_clients, jobs=1)
    for name, data in content(two_clients / "site" / "example").items():
        for word in ("yunfan", "云帆", "YF-0", "EX-0003", "four years old", str(two_clients)):
            assert word.encode() not in data, name
            assert word not in name


def test_two_builds_are_identical(two_clients: Path, tmp_path: Path) -> None:
    command = [*BUILD, "--workspace", str(two_clients)]
    for seed, jobs in (("1", "1"), ("2", "2")):
        subprocess.run(
            [*command, "--out", str(tmp_path / seed), "--jobs", jobs],
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": "Asia/Tokyo" if seed == "1" else "UTC",
            },
        )
    assert content(tmp_path / "1") == content(tmp_path / "2")


def test_the_sitemap_has_the_day_of_the_edition(workspace: Path) -> None:
    own = packaged.default_config()
    (workspace / "mkdocs.yml").write_text(
        own.read_text("utf-8") + "\nsite_url: https://log.example/clients\n", "utf-8"
    )
    result = build(workspace, as_of=date(2026, 2, 20), jobs=1)
    assert result.ok
    site = workspace / "site" / "example"
    sitemap = (site / "sitemap.xml").read_text("utf-8")
    assert "<loc>https://log.example/clients/example/impact/</loc>" in sitemap
    assert set(_between(sitemap, "<lastmod>", "</lastmod>")) == {"2026-02-20"}
    assert gzip.decompress((site / "sitemap.xml.gz").read_bytes()).decode() == sitemap


def _between(text: str, start: str, end: str) -> list[str]:
    return [piece.split(end)[0] for piece in text.split(start)[1:]]


# A sitemap's archive holds days from 1970 to 2106.
@pytest.mark.parametrize("day", [date(1, 1, 1), date(2107, 1, 1)])
def test_a_sitemap_of_any_day(workspace: Path, day: date) -> None:
    # A century later, so that there are few months up to the later day.
    (workspace / "changes" / "example" / "decisions.lock").unlink()
    for file in (workspace / "changes").rglob("*.md"):
        file.write_text(file.read_text("utf-8").replace("2026-", "2106-"), "utf-8")
    own = packaged.default_config()
    (workspace / "mkdocs.yml").write_text(
        own.read_text("utf-8") + "\nsite_url: https://log.example/\n", "utf-8"
    )
    result = build(workspace, as_of=day, jobs=1)
    assert result.ok, result.failures
    assert (workspace / "site" / "example" / "sitemap.xml.gz").is_file()


def test_as_of_shows_the_day(workspace: Path) -> None:
    build(workspace, as_of=date(2026, 2, 10), jobs=1)
    changes = workspace / "site" / "example" / "changes"
    assert (changes / "EX-0001" / "index.html").is_file()
    assert not (changes / "EX-0002").exists()


def test_a_build_with_problems_publishes_nothing(workspace: Path) -> None:
    build(workspace, jobs=1)
    before = content(workspace / "site")
    break_record(workspace)
    result = build(workspace, jobs=1)
    assert not result.ok
    assert [p.rule for p in result.problems if p.severity == "error"] == ["unknown-value"]
    assert content(workspace / "site") == before


def test_a_build_with_problems_makes_no_folder(workspace: Path) -> None:
    break_record(workspace)
    build(workspace, jobs=1)
    assert not (workspace / "site").exists()


def test_only_the_named_client(two_clients: Path) -> None:
    build(two_clients, slugs=["yunfan"], jobs=1)
    assert sorted(p.name for p in (two_clients / "site").iterdir()) == [OWN, "yunfan"]


def test_unknown_client(workspace: Path) -> None:
    with pytest.raises(WorkspaceError, match="no client `acme`; there are: example"):
        build(workspace, slugs=["acme"])


def test_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        build(tmp_path)


def test_never_among_the_records(workspace: Path) -> None:
    with pytest.raises(Refusal, match="inside changes/"):
        build(workspace, out=workspace / "changes" / "site")


def test_the_teams_edition(two_clients: Path) -> None:
    result = build(two_clients, audience=Audience.TEAM, jobs=2)
    assert result.ok
    out = two_clients / "site-team"
    assert {"index.html", "example", "yunfan", "assets"} <= {p.name for p in out.iterdir()}
    portfolio = (out / "index.html").read_text("utf-8")
    assert 'href="example/' in portfolio
    assert 'href="yunfan/' in portfolio
    assert (out / "example" / "changes" / "EX-0003" / "index.html").is_file()
    for page in out.rglob("index.html"):
        assert "cb-banner" in page.read_text("utf-8"), page


def test_audiences_are_never_mixed(workspace: Path) -> None:
    build(workspace, jobs=1)
    before = content(workspace / "site")
    with pytest.raises(Refusal, match="holds client editions"):
        build(workspace, audience=Audience.TEAM, out=workspace / "site")
    assert content(workspace / "site") == before


def test_a_client_that_is_named_like_the_portfolios_folder(workspace: Path) -> None:
    own = workspace / "site_templates" / "theme" / "fonts"
    own.mkdir(parents=True)
    (own / "note.txt").write_text("A team's own theme brings a folder.")
    (workspace / "changes" / "example").rename(workspace / "changes" / "fonts")
    result = build(workspace, audience=Audience.TEAM, jobs=1)
    assert not result.ok
    assert "fonts: a client's folder can't have this name" in result.failures[0]
    assert sorted(p.name for p in (workspace / "site-team").iterdir()) == [OWN]


class _Inline(Executor):
    """Any executor will do: this one keeps what it was given."""

    def __init__(self, fails: str = "") -> None:
        self.orders: list[str] = []
        self._fails = fails

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        name = getattr(args[0], "name", "check")
        self.orders.append(name)
        try:
            if name == self._fails:
                raise SiteFailed("TemplateSyntaxError: unexpected end")
            future.set_result(fn(*args, **kwargs))
        except SiteFailed as error:
            future.set_exception(error)
        return future


def test_any_executor_runs_the_sites(two_clients: Path) -> None:
    executor = _Inline()
    seen: list[tuple[int, int]] = []
    result = build(
        two_clients, executor=executor, progress=lambda done, total, _: seen.append((done, total))
    )
    assert result.ok
    assert executor.orders == ["check", "check", "example", "yunfan"]
    assert seen == [(1, 2), (2, 2)]


def test_a_failing_site_keeps_what_was_published_and_the_others_are_published(
    two_clients: Path,
) -> None:
    build(two_clients, jobs=1)
    before = content(two_clients / "site" / "yunfan")
    for profile in (two_clients / "changes").glob("*/client.md"):
        with profile.open("a", encoding="utf-8") as text:
            text.write("\nOne more paragraph.\n")
    result = build(two_clients, executor=_Inline(fails="yunfan"))
    assert result.failures == ("yunfan: TemplateSyntaxError: unexpected end",)
    assert (result.ok, result.withheld) == (False, ("yunfan",))
    assert result.published == (two_clients / "site" / "example",)
    assert content(two_clients / "site" / "yunfan") == before
    assert "One more paragraph" in (two_clients / "site" / "example" / "index.html").read_text()


def test_a_broken_template_of_the_team_is_named(workspace: Path) -> None:
    own = workspace / "site_templates" / "theme"
    own.mkdir(parents=True)
    (own / "main.html").write_text("{% extends 'base.html' %}{% block content %}")
    result = build(workspace, jobs=2)
    assert len(result.failures) == 1
    assert result.failures[0].startswith("example: ")
    assert "block" in result.failures[0]


@pytest.mark.parametrize("text", ["\n{% if", "\n{{ nobody }}"])
def test_a_broken_page_of_the_team_is_named_with_its_line(workspace: Path, text: str) -> None:
    own = workspace / "site_templates" / "pages" / "process.html.j2"
    own.parent.mkdir(parents=True)
    own.write_text(text)
    [failure] = build(workspace, jobs=1).failures
    assert failure.startswith(f"example: {own}:2: ")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("".join(f"{'    ' * level}- a\n" for level in range(300)), "nested-too-deep"),
        ("[Below](#nowhere)\n", "broken-link"),
    ],
)
def test_what_would_break_a_page_stops_a_build_at_its_line(
    workspace: Path, text: str, rule: str
) -> None:
    path = "changes/example/2026/EX-0002-gift-cards.md"
    file = workspace / path
    before = file.read_text("utf-8")
    file.write_text(f"{before}\n{text}", "utf-8")
    result = build(workspace, jobs=1)
    assert not result.ok
    [problem] = result.problems
    assert (problem.path, problem.rule) == (path, rule)
    assert problem.line > before.count("\n")


def test_the_teams_own_templates_come_first(workspace: Path) -> None:
    for path, text in (
        ("pages/process.html.j2", "<p>Ring us, {{ profile.name }}.</p>\n"),
        ("theme/assets/stylesheets/changebook.css", "body { color: teal }"),
    ):
        file = workspace / "site_templates" / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
    assert build(workspace, jobs=1).ok
    site = workspace / "site" / "example"
    assert "Ring us, Example Bakery." in (site / "process" / "index.html").read_text("utf-8")
    assert (site / "assets/stylesheets/changebook.css").read_text() == "body { color: teal }"


def test_a_workspace_without_the_plugin_says_so(workspace: Path) -> None:
    (workspace / "mkdocs.yml").write_text("site_name: x\ntheme: material\n")
    result = build(workspace, jobs=1)
    assert "does not name the plugin `changebook`" in result.failures[0]


def test_flat_addresses_work_too(workspace: Path) -> None:
    own = packaged.default_config()
    text = own.read_text("utf-8").replace("use_directory_urls: true", "use_directory_urls: false")
    (workspace / "mkdocs.yml").write_text(text, "utf-8")
    assert build(workspace, jobs=1).ok
    home = (workspace / "site" / "example" / "index.html").read_text("utf-8")
    assert 'href="changes/EX-0002/index.html' in home


def test_mermaid_comes_from_the_site_itself(workspace: Path) -> None:
    build(workspace, jobs=1)
    script = workspace / "site" / "example" / "assets" / "javascripts" / "mermaid.js"
    assert not script.exists()
    file = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    file.write_text(file.read_text("utf-8") + "\n```mermaid\ngraph TD\n  A-->B\n```\n", "utf-8")
    build(workspace, jobs=1)
    assert script.stat().st_size > 1_000_000


def test_images_lie_beside_their_page(workspace: Path) -> None:
    folder = workspace / "changes" / "example" / "2026"
    (folder / "till.png").write_bytes(b"\x89PNG till")
    (folder / "secret.png").write_bytes(b"\x89PNG secret")
    file = folder / "EX-0002-gift-cards.md"
    file.write_text(
        file.read_text("utf-8")
        + "\n![The till](till.png)\n\n::: internal\n![Cellar](secret.png)\n:::\n",
        "utf-8",
    )
    assert build(workspace, jobs=1).ok
    site = workspace / "site" / "example"
    assert (site / "changes" / "EX-0002" / "till.png").read_bytes() == b"\x89PNG till"
    assert not list(site.rglob("secret*"))
    assert 'src="till.png"' in (site / "changes" / "EX-0002" / "index.html").read_text("utf-8")


def test_search_index_is_the_clients_own(workspace: Path) -> None:
    build(workspace, jobs=1)
    fragments = (workspace / "site/example/pagefind/fragment").iterdir()
    text = " ".join(gzip.decompress(file.read_bytes()).decode() for file in fragments)
    assert "Accept gift cards" in text
    assert "Loyalty points" not in text


def test_a_killed_build_leaves_the_old_site_or_the_new(two_clients: Path) -> None:
    """The whole command with its worker processes, killed at moments all over its run."""
    assert build(two_clients, jobs=2).ok
    out = two_clients / "site"
    old = content(out)
    profile = two_clients / "changes" / "example" / "client.md"
    profile.write_text(profile.read_text("utf-8").replace("Online orders", "Web shop"), "utf-8")
    command = [*BUILD, "--workspace", str(two_clients)]
    for moment in (0.5, 1.5, 2.5):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        site = content(out)
        for slug in ("example", "yunfan"):
            part = {name: data for name, data in site.items() if name.startswith(f"{slug}/")}
            was = {name: data for name, data in old.items() if name.startswith(f"{slug}/")}
            assert part == was or b"Web shop" in part["example/index.html"]
        assert _workers_end(process.pid)
    assert build(two_clients, jobs=1).ok
    assert sorted(p.name for p in (out / OWN).iterdir()) == ["audience", "lock"]
    assert b"Web shop" in content(out)["example/index.html"]


def test_a_site_comes_back_though_no_client_is_sound(workspace: Path) -> None:
    """A build was killed between its two renames, and the next one finds errors."""
    assert build(workspace, jobs=1).ok
    out = workspace / "site"
    old = content(out / "example")
    staging = out / OWN / "staging"
    staging.mkdir()
    (out / "example").rename(staging / "old")
    (out / OWN / "journal").write_text("example\nnew\nold")
    profile = workspace / "changes" / "example" / "client.md"
    profile.write_text(profile.read_text("utf-8").replace("currency: ", "currency: X"), "utf-8")
    assert not build(workspace, jobs=1).ok
    assert content(out / "example") == old


def _workers_end(session: int) -> bool:
    """Whether no process of the killed build goes on: each would write into the staging."""
    for _ in range(100):
        if not _members(session):
            return True
        time.sleep(0.1)
    return False


def _members(session: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[3] == str(session) and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


def test_a_site_that_can_not_be_built_says_why(workspace: Path, tmp_path: Path) -> None:
    from changebook.check import load_checked
    from changebook.edition.editions import make_edition

    read, _ = load_checked(workspace)
    edition = make_edition(read.clients[0], Audience.CLIENT)
    (workspace / "mkdocs.yml").write_text("site_name: [\n")
    with pytest.raises(SiteFailed, match=r"mkdocs\.yml"):
        build_site(Order(edition, workspace, tmp_path / "site"))

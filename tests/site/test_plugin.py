"""Plain `mkdocs build` with the plugin: what it shows, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from changebook import packaged
from changebook.edit import scaffold
from changebook.read.workspace import OWN
from tests import builder

pytestmark = pytest.mark.slow


@pytest.fixture
def project(workspace: Path) -> Path:
    """A workspace with the packaged mkdocs.yml as its own."""
    (workspace / "mkdocs.yml").write_text(packaged.default_config().read_text("utf-8"), "utf-8")
    return workspace


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_the_teams_edition_of_the_whole_workspace(project: Path) -> None:
    done = builder.build(project)
    assert done.returncode == 0, done.stderr
    site = project / "site-preview"
    pages = list(site.rglob("index.html"))
    assert site / "index.html" in pages
    assert site / "example" / "changes" / "EX-0003" / "index.html" in pages
    for page in pages:
        assert "cb-banner" in page.read_text("utf-8"), page


def test_one_clients_edition(project: Path) -> None:
    done = builder.build(project, CHANGEBOOK_CLIENT="example")
    assert done.returncode == 0, done.stderr
    site = project / "site-preview"
    assert (site / "changes" / "EX-0001" / "index.html").is_file()
    assert not (site / "changes" / "EX-0003").exists()
    for page in site.rglob("index.html"):
        assert "cb-banner" not in page.read_text("utf-8"), page
    assert not (site / "client").exists()


def test_one_clients_edition_for_the_team(project: Path) -> None:
    done = builder.build(project, CHANGEBOOK_CLIENT="example", CHANGEBOOK_AUDIENCE="team")
    assert done.returncode == 0, done.stderr
    assert (project / "site-preview" / "changes" / "EX-0003" / "index.html").is_file()


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("CHANGEBOOK_CLIENT", "acme", "no client `acme`; there are: example"),
        ("CHANGEBOOK_AUDIENCE", "everyone", "`everyone`; write client or team"),
    ],
)
def test_wrong_wishes(project: Path, variable: str, value: str, says: str) -> None:
    done = builder.build(project, **{"CHANGEBOOK_CLIENT": "example", variable: value})
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_problems_are_printed_and_stop_the_build(project: Path) -> None:
    record = project / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    edit(record, "priority: medium", "priority: urgent")
    done = builder.build(project)
    assert done.returncode == 1
    assert "error[unknown-value]" in done.stderr
    assert "changes/example/2026/EX-0002-gift-cards.md:8:11" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_the_workspace_is_collected(project: Path) -> None:
    (project / "changes" / "example" / "notes.txt").write_text("private")
    (project / "changes" / "stray.html").write_text("private")
    builder.build(project, CHANGEBOOK_CLIENT="example")
    names = {path.name for path in (project / "site-preview").rglob("*")}
    assert not names & {"notes.txt", "stray.html", "client.md", "client"}


def test_sites_that_were_published_are_spared(project: Path) -> None:
    published = project / "site"
    (published / OWN).mkdir(parents=True)
    (published / "kept.html").write_text("kept")
    done = builder.build(project, "--site-dir", "site")
    assert done.returncode == 1
    assert "has published" in done.stderr
    assert (published / "kept.html").read_text() == "kept"


def test_what_pulls_files_into_a_clients_pages_is_refused(project: Path) -> None:
    config = project / "mkdocs.yml"
    edit(config, "  - changebook\n", "  - changebook\n  - material/social:\n      enabled: false\n")
    lines = config.read_text("utf-8").split("\n")
    number = next(n for n, line in enumerate(lines, 1) if "social" in line)
    done = builder.build(project, CHANGEBOOK_CLIENT="example")
    assert done.returncode == 1
    assert f"mkdocs.yml:{number}: `material/social`" in done.stderr


def test_markdown_extensions_are_told_to_have_no_effect(project: Path) -> None:
    edit(
        project / "mkdocs.yml",
        "plugins:\n",
        "markdown_extensions:\n  - pymdownx.snippets:\n      base_path: .\n\nplugins:\n",
    )
    record = project / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    record.write_text(f'{record.read_text("utf-8")}\n--8<-- "mkdocs.yml"\n', "utf-8")
    done = builder.build(project, CHANGEBOOK_CLIENT="example")
    assert "warning[unused-extensions]" in done.stderr
    page = project / "site-preview" / "changes" / "EX-0002" / "index.html"
    assert "site_name" not in page.read_text("utf-8")


def test_pages_are_cleaned(project: Path) -> None:
    profile = project / "changes" / "example" / "client.md"
    edit(profile, "Welcome.", 'Welcome. <span onclick="alert(1)">Hello</span>')
    done = builder.build(project, CHANGEBOOK_CLIENT="example")
    assert "dropped-html" in done.stderr  # a warning, which --strict makes an end after the build
    home = (project / "site-preview" / "index.html").read_text("utf-8")
    assert "<span>Hello</span>" in home
    assert "alert(1)" not in home


def test_the_contents_and_names_of_a_page_are_the_themes(project: Path) -> None:
    assert builder.build(project, CHANGEBOOK_CLIENT="example").returncode == 0
    site = project / "site-preview"
    impact = (site / "impact" / "index.html").read_text("utf-8")
    toc = impact.partition('data-md-component="toc"')[2].partition("</nav>")[0]
    assert 'href="#sum"' in toc
    assert "Contract sum" in toc
    by_status = (site / "changes" / "by-status" / "index.html").read_text("utf-8")
    # As the navigation calls it, which is short.
    assert "<title>By status - " in by_status
    assert "<title>EX-0002 " in (site / "changes" / "EX-0002" / "index.html").read_text("utf-8")


def test_a_second_workspace_is_named_by_the_environment(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    scaffold.init(other)
    (other / "changes" / "example").rename(other / "changes" / "elsewhere")
    done = builder.build(project, CHANGEBOOK_WORKSPACE=str(other))
    assert done.returncode == 0, done.stderr
    assert (project / "site-preview" / "elsewhere" / "index.html").is_file()

"""The changes in a team's own site: they lie below their path, and the rest is left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import main
from changebook.publish.build import build
from tests import builder

pytestmark = pytest.mark.slow

HANDBOOK = """\
site_name: Team handbook
site_dir: handbook-site
site_url: https://handbook.example/
copyright: The handbook's own line
theme:
  name: material
  custom_dir: overrides
nav:
  - Start: index.md
  - Guides:
      - guides/one.md
plugins:
  - search
  - changebook: {mount: our/changes}
"""


@pytest.fixture
def handbook(workspace: Path) -> Path:
    """A workspace in the repository of a handbook."""
    for path, text in {
        "mkdocs.yml": HANDBOOK,
        "docs/index.md": "# Handbook\n\nRead [the guide](guides/one.md) on starlings.\n",
        "docs/guides/one.md": "# Guide one\n\nAbout starlings.\n",
        "overrides/main.html": '{% extends "base.html" %}\n'
        "{% block announce %}The handbook's banner{% endblock %}\n",
    }.items():
        file = workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return workspace


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def pages(site: Path) -> dict[str, str]:
    files = sorted(site.rglob("*.html"))
    return {file.relative_to(site).as_posix(): file.read_text("utf-8") for file in files}


def test_the_changes_lie_below_their_path_and_the_handbook_is_as_it_was(handbook: Path) -> None:
    profile = handbook / "changes" / "example" / "client.md"
    edit(profile, "name: Example Bakery", 'name: "Bakery <b> & Sons"')
    done = builder.build(handbook)
    assert done.returncode == 0, done.stderr
    site = pages(handbook / "handbook-site")
    edit(handbook / "mkdocs.yml", "  - changebook: {mount: our/changes}\n", "")
    assert builder.build(handbook).returncode == 0
    alone = pages(handbook / "handbook-site")
    assert {path for path in site if not path.startswith("our/")} == set(alone)
    for path in ("index.html", "guides/one/index.html"):
        # The navigation has one section more; all else is the same to the byte.
        assert _without_navigation(site[path]) == _without_navigation(alone[path]), path
        assert "The handbook's banner" in site[path]
    record = site["our/changes/example/changes/EX-0001/index.html"]
    assert "Internal: team edition" in record
    assert "The handbook's banner" not in record
    assert "changebook.css" in record
    assert "https://handbook.example/our/changes/example/changes/EX-0001/" in record
    start = site["index.html"]
    assert re.findall(r'class="md-ellipsis">\s*(Start|Guides|Portfolio)\s*<', start)
    assert 'href="our/changes/"' in start
    assert "Bakery &lt;b&gt; &amp; Sons" in start
    assert "<b>" not in start.split("<article")[0]


def _without_navigation(html: str) -> str:
    whole = r'<nav class="md-nav md-nav--primary.*?</nav>\s*</div>|\s*<link rel="next"[^>]*>'
    return "".join(re.sub(whole, "", html, flags=re.DOTALL).split())


def test_the_navigation_says_where_they_go(handbook: Path) -> None:
    edit(handbook / "mkdocs.yml", "nav:\n", "nav:\n  - Our changes: our/changes/\n")
    assert builder.build(handbook).returncode == 0
    start = (handbook / "handbook-site" / "index.html").read_text("utf-8")
    assert start.index("Our changes") < start.index("Guides")
    assert 'href="our/changes/"' in start


def test_a_handbook_without_nav_keeps_its_pages(handbook: Path) -> None:
    edit(
        handbook / "mkdocs.yml",
        "nav:\n  - Start: index.md\n  - Guides:\n      - guides/one.md\n",
        "",
    )
    assert builder.build(handbook).returncode == 0
    start = (handbook / "handbook-site" / "index.html").read_text("utf-8")
    assert 'href="guides/one/"' in start
    assert 'href="our/changes/"' in start


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{mount: our/changes}", "{}", "error[no-mount]"),
        ("{mount: our/changes}", "{mount: guides}", "error[bad-mount]"),
        pytest.param(
            "  name: material\n  custom_dir: overrides",
            "  name: mkdocs",
            "need the theme `material`",
            marks=pytest.mark.skipif(builder.NAME != "mkdocs", reason="it has no other theme"),
        ),
        ("{mount: our/changes}", "{language: zh-CN}", "stands in changebook.yml"),
    ],
)
def test_what_would_hide_pages_is_refused(handbook: Path, old: str, new: str, says: str) -> None:
    edit(handbook / "mkdocs.yml", old, new)
    done = builder.build(handbook)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (handbook / "handbook-site").exists()


def test_a_clients_edition_has_nothing_of_the_handbook(handbook: Path) -> None:
    done = builder.build(handbook, CHANGEBOOK_CLIENT="example")
    assert done.returncode == 1
    assert "changebook serve --client example" in done.stderr
    assert build(handbook, jobs=1).ok
    for path, html in pages(handbook / "site" / "example").items():
        for word in ("starlings", "handbook"):
            assert word not in html.lower(), path


def test_sites_have_the_look_of_the_file_that_the_settings_name(workspace: Path) -> None:
    (workspace / "mkdocs.yml").write_text("site_name: Handbook\nplugins: [search]\n")
    told = CliRunner().invoke(main, ["build", "--no-pdf", "--workspace", str(workspace)])
    assert told.exit_code == 0, told.output
    assert "note[mkdocs-of-another-site]" in told.output
    (workspace / "changebook.yml").write_text("mkdocs: look.yml\nlanguage: zh-CN\n")
    (workspace / "look.yml").write_text(
        "site_name: Changes\ndocs_dir: changes\ntheme: {name: material}\nplugins: [changebook]\n"
        "site_url: https://log.example/\n"
    )
    result = build(workspace, jobs=1)
    assert result.ok
    assert "settings" in result.reasons["example"]
    home = (workspace / "site" / "example" / "index.html").read_text("utf-8")
    assert 'href="https://log.example/example/"' in home


def test_the_portfolio_is_in_the_language_of_the_settings(workspace: Path) -> None:
    (workspace / "mkdocs.yml").write_text(
        "site_name: x\ndocs_dir: changes\nsite_dir: preview\ntheme: {name: material}\n"
        "plugins: [changebook]\n"
    )
    (workspace / "changebook.yml").write_text("language: zh-CN\n")
    assert builder.build(workspace).returncode == 0
    home = (workspace / "preview" / "index.html").read_text("utf-8")
    assert '<html lang="zh-' in home

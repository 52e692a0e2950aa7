"""The whole edition as Markdown, which stock MkDocs and its successor build without our plugin."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from textwrap import dedent

import markdown
import pytest
import yaml
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt
from mkdocs.utils.yaml import yaml_load

from changebook.check import load_checked
from changebook.cli import main
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.publish.build import build
from changebook.site.contents import edition_contents
from changebook.site.site_folder import MANIFEST, as_markdown
from changebook.site.theme import search_styles
from tests import builder, samples
from tests.all_pages import edition_pages
from tests.canary import CLIENT, plant


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def site_at(workspace: Path, out: Path, *more: str) -> Result:
    at = ("export", "example", "--workspace", workspace, "--format", "site", "--out", out)
    return run(*at, *more)


def paths(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_site_has_the_pages_and_what_they_need(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert site_at(workspace, out).exit_code == 0
    found = paths(out)
    edition = make_edition(load_checked(workspace)[0].client("example"), Audience.CLIENT)
    contents = edition_contents(edition, workspace, directory_urls=True)
    assert {f"docs/{page.path}" for page in contents.pages} <= found
    assert {f"docs/{file.path}" for file in contents.files} <= found
    assert {"theme/main.html", "theme/assets/stylesheets/changebook.css"} <= found
    with (out / "mkdocs.yml").open("rb") as stream:
        config = yaml_load(stream)
    assert config["site_name"] == contents.name
    assert config["nav"] == contents.nav
    assert config["plugins"] == []
    assert config["markdown_extensions"] == []


def test_a_second_export_takes_away_what_is_no_longer_there(
    workspace: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    site_at(workspace, out, "--audience", "team")
    team = paths(out)
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ours", "utf-8")
    assert site_at(workspace, out).exit_code == 0
    draft = "docs/changes/EX-0003/index.md"
    assert draft in team
    assert paths(out) == set((out / MANIFEST).read_text("utf-8").split()) | {
        MANIFEST,
        ".git/HEAD",
    }
    assert not (out / draft).parent.exists()


def test_a_folder_with_other_files_is_refused(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("ours", "utf-8")
    for out in (tmp_path, tmp_path / "letter.txt"):
        done = site_at(workspace, out)
        assert done.exit_code == 2
        assert "something other than an earlier export" in done.output
    assert (tmp_path / "letter.txt").read_text("utf-8") == "ours"
    assert paths(tmp_path) - paths(workspace) >= {"letter.txt"}


@pytest.mark.parametrize("path", ["../letter.txt", "/etc/letter.txt", "docs/../../letter.txt"])
def test_a_list_of_files_that_leads_outside_is_refused(
    workspace: Path, tmp_path: Path, path: str
) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / MANIFEST).write_text(f"{path}\n", "utf-8")
    (tmp_path / "letter.txt").write_text("ours", "utf-8")
    done = site_at(workspace, out)
    assert done.exit_code == 2
    assert "names files outside its folder" in done.output
    assert (tmp_path / "letter.txt").is_file()


def test_private_settings_stay_behind(workspace: Path, tmp_path: Path) -> None:
    config = yaml.safe_load(_plain_config())
    config |= {
        "site_url": "https://changes.example/",
        "repo_url": "https://git.example/private",
        "edit_uri": "edit/main",
        "copyright": "private words",
        "markdown_extensions": ["attr_list", {"pymdownx.snippets": {"base_path": "private"}}],
    }
    config["plugins"] = ["changebook", "material/offline"]
    (workspace / "mkdocs.yml").write_text("# private remark\n" + yaml.dump(config), "utf-8")
    out = tmp_path / "site"
    assert site_at(workspace, out).exit_code == 0
    text = (out / "mkdocs.yml").read_text("utf-8")
    assert "private" not in text
    assert "offline" not in text
    exported = yaml.safe_load(text)
    assert exported["site_url"] == "https://changes.example/example/"
    assert exported["markdown_extensions"] == []


def test_what_the_authors_of_templates_noted_stays_behind(workspace: Path, tmp_path: Path) -> None:
    theme = workspace / "site_templates" / "theme"
    (theme / "partials").mkdir(parents=True)
    (theme / "partials" / "copyright.html").write_text("{#- private\nremark -#}\n<p>Ours</p>\n")
    for name in (".copyright.html.swp", "README.md", "tools.py"):
        (theme / name).write_text("private")
    out = tmp_path / "site"
    assert site_at(workspace, out).exit_code == 0
    assert (out / "theme" / "partials" / "copyright.html").read_text() == "{#- -#}\n<p>Ours</p>\n"
    assert [f for f in out.rglob("*") if f.is_file() and b"private" in f.read_bytes()] == []


def _plain_config() -> str:
    """The packaged mkdocs.yml without what only Python can read."""
    text = (samples.ROOT / "mkdocs.yml").read_text("utf-8")
    return re.sub(r"!!python/name:\S+", "x", text)


def test_a_page_is_one_block_that_markdown_leaves_alone() -> None:
    body = """A line

        indented

    ```text
    a

    \tb <i> &amp;
    ```

<div>

# No heading

</div>
"""
    edition = samples.edition("meridian-outdoor")
    records = tuple(replace(record, body=dedent(body)) for record in edition.records)
    page = next(p for p in edition_pages(replace(edition, records=records)) if "MER-0005" in p.path)
    head, _, block = as_markdown(page).partition("\n---\n")
    lines = block.strip().split("\n")
    assert (lines[0], lines[-1]) == ("<div>", "</div>")
    assert all(line.startswith("<") for line in lines)
    assert yaml.safe_load(head.removeprefix("---\n"))["title"] == page.title
    for made in (
        markdown.markdown(block, extensions=["toc", "tables", "fenced_code"]),
        markdown.markdown(block, extensions=["md_in_html", "pymdownx.superfences"]),
        MarkdownIt("commonmark").render(block),
    ):
        assert made.strip() == block.strip()
    assert _said(block) == _said(page.content)


def _said(html: str) -> str:
    """The texts of a page, with the line breaks that a reader sees."""

    class Texts(HTMLParser):
        text, shown = "", 0

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.shown += tag == "pre"

        def handle_endtag(self, tag: str) -> None:
            self.shown -= tag == "pre"

        def handle_data(self, data: str) -> None:
            self.text += data if self.shown else " ".join(f" {data} ".split())

    texts = Texts()
    texts.feed(html)
    return texts.text


def test_the_search_field_has_its_rules_in_a_layer() -> None:
    css = search_styles()
    assert css.startswith("@layer search {\n")
    assert css.count("{") == css.count("}")
    assert ".md-search__form{" in css
    assert all(
        ".md-search" in line or line.startswith("@") for line in css.splitlines() if "{" in line
    )


def test_the_index_needs_an_export_that_was_built(workspace: Path, tmp_path: Path) -> None:
    none = run("index", tmp_path)
    assert none.exit_code == 2
    assert "is not an export" in none.output
    site_at(workspace, tmp_path / "site")
    unbuilt = run("index", tmp_path / "site")
    assert unbuilt.exit_code == 2
    assert "run `mkdocs build`" in unbuilt.output


# --- Isolation


def test_nothing_leaks_into_any_form(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    canaries = plant(root)
    canaries.words |= {f"id {id}": id for id in ("HBR-0003", "HBR-0004")}
    canaries.words["path of the workspace"] = str(root)
    out = tmp_path / "out"
    out.mkdir()
    for form in ("csv", "xlsx", "json"):
        file = out / f"changes.{form}"
        done = run("export", CLIENT, "--workspace", root, "--format", form, "--out", file)
        assert done.exit_code == 0, done.output
        assert b"Longer berths" in file.read_bytes() or form == "xlsx"
    done = run("export", CLIENT, "--workspace", root, "--format", "site", "--out", out / "site")
    assert done.exit_code == 0, done.output
    assert canaries.leaks(out) == []


def test_the_team_reads_what_is_internal_but_no_other_client(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    canaries = plant(root)
    for form in ("csv", "xlsx", "json", "site"):
        out = tmp_path / "out" / form
        out.parent.mkdir(exist_ok=True)
        at = ("export", CLIENT, "--workspace", root, "--audience", "team")
        assert run(*at, "--format", form, "--out", out).exit_code == 0
        folder = out if out.is_dir() else tmp_path / "one"
        if not out.is_dir():
            folder.mkdir(exist_ok=True)
            (folder / "file").write_bytes(out.read_bytes())
        leaks = canaries.leaks(folder)
        assert any(leak.startswith("title of an internal record in") for leak in leaks), form
        assert [leak for leak in leaks if "other client" in leak] == []


# --- Built by other tools


def built_by(tool: str, out: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", tool, "build"],
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def article(page: Path) -> str:
    """What the page says, without what a theme puts around and into it."""
    text = page.read_text("utf-8")
    (inner,) = re.findall(r"<article[^>]*>(.*?)</article>", text, re.DOTALL)
    inner = re.sub(r'<a class="headerlink".*?</a>', "", inner)
    return " ".join(re.sub(r"<[^>]+>", " ", inner).split())


@pytest.mark.slow
@pytest.mark.parametrize("tool", [builder.NAME, "zensical"])
def test_other_tools_build_the_same_pages(workspace: Path, tmp_path: Path, tool: str) -> None:
    assert build(workspace, out=tmp_path / "ours", jobs=1).ok
    site_at(workspace, tmp_path / "theirs")
    said = built_by(tool, tmp_path / "theirs")
    assert "WARNING  -" not in said
    ours, theirs = tmp_path / "ours" / "example", tmp_path / "theirs" / "site"
    pages = [p for p in paths(ours) if p.endswith("index.html")]
    assert len(pages) > 10
    for page in pages:
        assert article(theirs / page) == article(ours / page), page
    for path in (urls.CHANGES_XLSX, urls.IMPACT_JSON, "assets/javascripts/history.js"):
        assert (theirs / path).read_bytes() == (ours / path).read_bytes()
    done = run("index", tmp_path / "theirs")
    assert done.exit_code == 0, done.output
    assert (theirs / urls.PAGEFIND).is_dir()

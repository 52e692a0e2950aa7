"""`changebook diff`: what a reviewer reads, from pairs of workspaces as data."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from changebook.check import load_checked
from changebook.check.since.pairs import client_pairs
from changebook.check.since.revisions import judge
from changebook.check.since.rules import Sides
from changebook.cli import main
from changebook.diff import forms, shape
from changebook.diff.document import MISSING, HeadingBlock, Sentence, document
from changebook.diff.effects import Effect, effect
from changebook.diff.revealed import RevealedKind, hidden_phrases, revealed
from changebook.model.catalogues import SOURCE_LANGUAGE
from changebook.model.diagnostics import errors, visible
from changebook.model.table import Column, Table
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.pages.literal import literal
from tests.scratch import Scratch

CASES = Path(__file__).parents[1] / "cases" / "diff"
DOCS = Path(__file__).parents[2] / "docs" / "pull-requests.md"
_BREAK = "\N{ZERO WIDTH SPACE}"


def cases() -> list[str]:
    return sorted(folder.name for folder in CASES.iterdir())


def effect_of(case: str, audience: Audience = Audience.CLIENT) -> Effect:
    """The effect of a case."""
    before, known = load_checked(CASES / case / "before")
    after, problems = load_checked(CASES / case / "after")
    change = Sides(before, before, after)
    new, _ = judge(change, problems, known)
    unsound = {problem.path.split("/")[1] for problem in errors((*known, *problems))}
    return effect(change, new, unsound, audience)


@pytest.mark.parametrize("case", cases())
def test_markdown(case: str, matches: Callable[[Path, str], None]) -> None:
    blocks = document(effect_of(case), "main (0123456789ab)")
    matches(CASES / case / "expected.md", forms.as_markdown(blocks))


@pytest.mark.parametrize("case", cases())
def test_json(case: str, matches: Callable[[Path, str], None]) -> None:
    matches(CASES / case / "expected.json", shape.as_json(effect_of(case), "0" * 40) + "\n")


class Shown(HTMLParser):
    """The text of a page, and its tags and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())


@pytest.mark.parametrize("case", cases())
def test_html_shows_every_word_and_loads_nothing(case: str) -> None:
    blocks = document(effect_of(case), "main (0123456789ab)")
    page = forms.as_html(blocks, "What this change does")
    shown = Shown(page)
    for block in blocks:
        match block:
            case HeadingBlock(text) | Sentence(text):
                assert text in shown.text
            case Table():
                assert {cell for row in rows_of(block) for cell in row if cell} <= set(shown.text)
    assert not shown.tags & {"script", "link", "img", "b", "iframe"}
    assert not shown.attributes & {"src", "href", "onclick"}
    assert "url(" not in page
    assert "prefers-color-scheme: dark" in page


def rows_of(table: Table[Any]) -> list[tuple[str, ...]]:
    """The heads of a table and its rows, as people read them."""
    heads = tuple(column.title for column in table.columns)
    return [heads, *table.shown(Words(SOURCE_LANGUAGE), MISSING)]


def tables(markdown: str) -> Iterator[list[list[str]]]:
    """The tables of a Markdown text as GFM reads them: rows of cells as plain text."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    rows: list[list[str]] = []
    for before, token in pairwise(tokens):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif before.type in ("td_open", "th_open"):
            children = token.children or []
            assert {child.type for child in children} <= {"text", "text_special"}
            rows[-1].append("".join(child.content for child in children))
        elif token.type == "table_close":
            yield rows


@pytest.mark.parametrize("case", cases())
def test_markdown_has_the_same_tables(case: str) -> None:
    blocks = document(effect_of(case), "main")
    expected = [rows_of(block) for block in blocks if isinstance(block, Table)]
    read = tables(forms.as_markdown(blocks))
    found = [[tuple(cell.replace(_BREAK, "") for cell in row) for row in t] for t in read]
    assert found == expected


TRICKY = st.text(
    st.one_of(st.sampled_from("@#!%&~$^*_`|\\<>[]()+-=:/'\"\n\t ag1.GH"), st.characters()),
    max_size=40,
)


@given(TRICKY)
def test_no_text_acts_in_markdown(text: str) -> None:
    plain = visible(re.sub(r"[ \t\r\n\f\v]+", " ", text).strip())
    columns = (Column[str]("Words", lambda row: row), Column[str]("More", lambda _: "more"))
    ((_, (shown, more)),) = tables(forms.as_markdown([Table("", columns, (text,))]))
    assert (shown.replace(_BREAK, ""), more) == (plain.replace(_BREAK, "").strip(), "more")
    sentence = MarkdownIt("commonmark").render(forms.as_markdown([Sentence(f"Words {text}")]))
    assert re.sub(r"</?p>", "", sentence).count("<") == 0
    for called in (r"[@#!%~$^]\w", r"&amp;\d", r"\bGH-\d", r"://", r"\bwww\."):
        assert not re.search(called, shown.replace("&", "&amp;"))


def test_a_comment_is_cut_to_what_it_may_hold() -> None:
    words = Column[int]("Words", lambda row: f"{row} {'long ' * 200}")
    table = Table("", (words,), tuple(range(70)))
    (rows,) = tables(forms.as_markdown([table]))
    assert len(rows) == 52
    assert rows[1][0].endswith("…")
    assert rows[-1] == ["and 20 more"]
    whole = forms.as_markdown([table] * 5)
    assert len(whole) < 65_536
    assert whole.endswith("shows the whole report.\n")
    assert forms.as_html([table] * 5, "All").count("long " * 200) == 350


def test_a_sentence_is_no_list_and_no_heading() -> None:
    for text in ("- one", "+ one", "1. one", "2) one", "# one", "> one", "=== one", "    one"):
        html = MarkdownIt("commonmark").render(forms.as_markdown([Sentence(text)]))
        assert html.startswith("<p>")


def impact(root: Path, audience: str, as_of: str) -> dict[str, str]:
    """The lines of the sums as `changebook impact` gives them."""
    words = ("acme", "--format", "json", "--audience", audience, "--as-of", as_of)
    done = CliRunner().invoke(main, ["impact", "--workspace", str(root), *words])
    lines = json.loads(done.stdout)["lines"]
    return {name: figure["amount"] for name, figure in lines.items()}


@pytest.mark.parametrize("audience", list(Audience))
def test_the_figures_are_those_of_the_impact_page(audience: Audience) -> None:
    case = "approved-and-revealed"
    told = json.loads(shape.as_json(effect_of(case, audience), ""))
    figures = told["clients"][0]["figures"]
    assert any(line["difference"].strip("0.") for line in figures["lines"].values())
    for side in ("before", "after"):
        expected = impact(CASES / case / side, audience.value, figures["as_of"])
        assert {name: line[side] for name, line in figures["lines"].items()} == expected


def test_the_command(tmp_path: Path) -> None:
    scratch = Scratch.at(tmp_path / "repository")
    case = CASES / "approved-and-revealed"
    for side in ("before", "after"):
        shutil.rmtree(scratch.root / "changes", ignore_errors=True)
        shutil.copytree(case / side / "changes", scratch.root / "changes")
        scratch.commit({}, side)

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["diff", "--workspace", str(scratch.root), *words])
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout

    commit = scratch.git("rev-parse", "HEAD~1").strip()
    markdown = (case / "expected.md").read_text("utf-8")
    told = literal(f"HEAD~1 ({commit[:12]}, where this branch left it)")
    assert run("HEAD~1") == markdown.replace("main (0123456789ab)", told)
    assert json.loads(run("HEAD~1", "--format", "json"))["base"] == commit
    assert run("HEAD~1", "--format", "html").startswith("<!doctype html>")
    assert "No record or profile has changed." in run("HEAD", "--exact")
    assert "team&#39;s edition" in run("HEAD~1", "--audience", "team", "--format", "html")
    assert "(as of 2 Mar 2026)" in run("HEAD~1", "--as-of", "2026-03-02")


def test_a_file_name_that_is_not_utf_8_stops_no_form(tmp_path: Path) -> None:
    scratch = Scratch.at(tmp_path / "repository")
    shutil.copytree(
        CASES / "approved-and-revealed" / "before" / "changes", scratch.root / "changes"
    )
    scratch.commit({}, "before")
    folder = scratch.root / "changes" / "acme" / "2026"
    (folder / os.fsdecode(b"plan\xff.pdf")).write_bytes(b"")
    record = next(folder.glob("ACME-0012*.md"))
    renamed = record.rename(folder / os.fsdecode(b"ACME-0012-\xff.md"))
    renamed.write_text(renamed.read_text("utf-8") + "\nMore.\n", "utf-8")
    for form in ("md", "html", "json"):
        words = ("diff", "--workspace", str(scratch.root), "--format", form, "HEAD")
        done = CliRunner().invoke(main, words)
        assert (done.exit_code, done.stderr) == (0, "")
        assert "plan\ufffd.pdf" in done.stdout
    (edited,) = json.loads(done.stdout)["clients"][0]["edited"]
    assert edited["path"] == "changes/acme/2026/ACME-0012-\ufffd.md"


SECRET = "It costs us half of the price."


@pytest.mark.parametrize(
    "shown",
    [
        "It **costs** us half of the price.",
        "IT COSTS US HALF OF THE PRICE",
        "As you know, it costs us half of the price, or so.",
        "[It costs us half of the price](https://northwind.example)",
        'It [costs](https://northwind.example "see there") us half of the price.',
        "It costs us&nbsp;half of <b>the</b> price.",
        "It costs us ha\N{ZERO WIDTH SPACE}lf of the price.",
    ],
)
def test_markup_does_not_hide_internal_words(shown: str, tmp_path: Path) -> None:
    record = "---\nid: ACME-0001\ntitle: Cards\nstatus: submitted\nvisibility: client\n"
    bodies = {"before": "Nothing.", "after": shown}
    sides = []
    for name, body in bodies.items():
        folder = tmp_path / name / "changes" / "acme"
        folder.mkdir(parents=True)
        shutil.copy(CASES.parent / "base" / "client.md", folder)
        text = f"{record}internal: {{note: {SECRET}}}\n---\n{body}\n"
        (folder / "ACME-0001-cards.md").write_text(text, "utf-8")
        sides.append(load_checked(tmp_path / name)[0])
    before, after = sides
    (pair,) = client_pairs(before, after)
    found = list(revealed(pair, hidden_phrases(before)))
    assert [(item.kind, item.words) for item in found] == [(RevealedKind.INTERNAL_WORDS, SECRET)]


ADDRESS = "chen.yu@acme-trading.example"
NOTED = "Chen Yu told us so in private"


@pytest.mark.parametrize("words", [ADDRESS, NOTED])
def test_what_no_edition_shows_was_not_known_before(words: str, tmp_path: Path) -> None:
    """A person's address and the history of a draft stand in files that the client reads."""
    sides = []
    for name, shown in (("before", "Nothing."), ("after", words)):
        folder = tmp_path / name / "changes" / "acme"
        folder.mkdir(parents=True)
        profile = (CASES.parent / "base" / "client.md").read_text("utf-8")
        named = profile.replace("name: Chen Yu, ", f"name: Chen Yu, email: {ADDRESS}, ")
        (folder / "client.md").write_text(named, "utf-8")
        (folder / "ACME-0001-cards.md").write_text(
            f"""---
id: ACME-0001
title: Cards
status: submitted
visibility: client
history:
  - {{status: draft, on: 2026-02-01, by: Lin Wei, note: {NOTED}}}
  - {{status: submitted, on: 2026-02-02, by: Lin Wei}}
---
{shown}
""",
            "utf-8",
        )
        sides.append(load_checked(tmp_path / name)[0])
    before, after = sides
    (pair,) = client_pairs(before, after)
    found = list(revealed(pair, hidden_phrases(before)))
    assert [(item.kind, item.words) for item in found] == [(RevealedKind.INTERNAL_WORDS, words)]

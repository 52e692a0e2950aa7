"""How text is spelt for Pagefind, and what an index is made of.

What readers find by it is tested in a browser: test_search_browser.py.
"""

from __future__ import annotations

import gzip
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.refusal import Refusal
from changebook.site.search import indexing
from changebook.site.search.indexing import index_sites
from changebook.site.search.spelling import BEGIN, END, JOIN, amount_key, id_key, spelt, spelt_html
from changebook.views.impact import impact
from changebook.views.index import history
from changebook.views.search import search

ROOT = Path(__file__).resolve().parents[2]
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=12)


def shown(text: str) -> str:
    """The spelling with its marks as a reader of this file can see them."""
    return text.replace(BEGIN, "<").replace(END, ">").replace(JOIN, "~")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("离线签收", "离线 线签 签收 收>"),
        ("收", "收>"),
        ("司机App签收", "司机 机>~ App~ 签收 收>"),
        ("完成，离线（弱网）", "完成 成>， 离线 线>（ 弱网 网>）"),
        ("(离线)", "(离线 线>)"),
        ("see MER-0012.", "see MER-0012 <mer12>."),
        ("ＭＥＲ-0012", "MER-0012 <mer12>"),
        ("£54,000.00, then", "£54,000.00 <54000>, then"),
        ("−¥1,234.50元", "−¥1,234.50 <1234p5>~ 元>"),
        ("费用54000元", "费用 用>~ 54000 <54000>~ 元>"),
        ("5.4万", "5.4~ 万> <54000>"),
        ("€800", "€800 <800>"),
        ("800 pieces in 2026", "800 pieces in 2026"),
        ("12 Mar 2026, 10:30, 1.10.2", "12 Mar 2026, 10:30, 1.10.2"),
    ],
)
def test_spelling(text: str, expected: str) -> None:
    assert shown(spelt(text)) == expected


@given(HAN)
def test_every_part_of_a_chinese_sentence_is_a_row_of_its_words(sentence: str) -> None:
    words = spelt(sentence).split()
    for start in range(len(sentence) - 1):
        for end in range(start + 2, len(sentence) + 1):
            part = spelt(sentence[start:end]).split()[:-1]
            assert words[start : start + len(part)] == part


@given(st.text(st.characters(codec="utf-8", exclude_characters=BEGIN + END)))
def test_text_without_what_is_spelt_stays_as_it_is(text: str) -> None:
    plain = re.sub(r"[^\x00-\x7f]|\d", "", text)
    assert spelt(plain) == plain


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_an_amount_has_one_key_however_it_is_written(whole: int, cents: int) -> None:
    key = amount_key(Decimal(f"{whole}.{cents:02}"))
    for amount in (f"£{whole:,}.{cents:02}", f"¥{whole}.{cents:02}", f"{whole:,}.{cents:02}000元"):
        assert key in spelt(amount)


def test_an_id_has_one_key_whatever_its_zeros() -> None:
    assert id_key("MER", "0012") == id_key("MER", "12") == id_key("mer", "00012")


def test_markup_within_a_line_does_not_part_a_word() -> None:
    html = '<p>已<abbr title="离线签收">离线</abbr>签收&amp;<a href="1,000">回单</a></p><p>补</p>'
    assert shown(spelt_html(html)) == "<p>已离 离线 线签 签收 收>&amp;回单 单></p><p>补></p>"


def page(site: Path, path: str, html: str) -> None:
    file = site / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"<html><body>{html}</body></html>", "utf-8")


def content(site: Path) -> str:
    fragments = (site / urls.PAGEFIND / "fragment").iterdir()
    return " ".join(gzip.decompress(file.read_bytes()).decode() for file in fragments)


def test_only_what_a_page_marks_is_indexed(tmp_path: Path) -> None:
    page(tmp_path, "search/index.html", "<article>the search page</article>")
    page(
        tmp_path,
        "changes/EX-0001/index.html",
        "<p>menu</p><article><div data-pagefind-body><p>gift cards</p></div></article><p>foot</p>",
    )
    index_sites(tmp_path, keep_index=True)
    text = content(tmp_path)
    assert "gift cards" in text
    assert '"/changes/EX-0001/index.html"' in text
    assert not re.search("menu|foot|the search page", text)
    assert (tmp_path / "pagefind" / "pagefind.js").is_file()
    assert not list(tmp_path.rglob("*-ui.*"))

    # What is gone is not found any more, and an edition below a folder has an index of its own.
    page(tmp_path, "changes/EX-0001/index.html", "<article><p>gone</p></article>")
    for slug in ("one", "two"):
        page(tmp_path, f"{slug}/search/index.html", "")
        page(tmp_path, f"{slug}/index.html", f"<article><div data-pagefind-body>{slug}</article>")
    (tmp_path / "search" / "index.html").unlink()
    index_sites(tmp_path, keep_index=False)
    assert "two" not in content(tmp_path / "one")
    assert '"/"' in content(tmp_path / "two")


#: What answers as Pagefind does, and notes of which pages it is told.
_STAND_IN = """
import base64, json, sys
told = []
while letters := sys.stdin.read(1):
    while not letters.endswith(","):
        letters += sys.stdin.read(1) or sys.exit()
    asked = json.loads(base64.b64decode(letters[:-1]))["payload"]
    told.append(asked.get("file_path"))
    files = []
    if asked["type"] == "GetFiles":
        pages = " ".join(filter(None, told))
        for path, content in ("pagefind-entry.json", '{"languages": {}}'), ("told", pages):
            files.append({"path": path, "content": base64.b64encode(content.encode()).decode()})
    answer = {"payload": {"type": "Done", "files": files}}
    print(base64.b64encode(json.dumps(answer).encode()).decode(), end=",", flush=True)
"""


def test_pages_are_told_in_their_order_whichever_the_file_system_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pagefind numbers pages as they come, and no two file systems list them alike."""
    program = tmp_path / "pagefind-program"
    program.write_text(f"#!{sys.executable}\n{_STAND_IN}", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(indexing, "get_executable", lambda: program)
    for name, order in (("one", 1), ("other", -1)):
        site = tmp_path / name
        for path in ("search/index.html", "index.html", "changes/EX-0001/index.html"):
            page(site, path, "<article><div data-pagefind-body>gifts</div></article>")
        listed = sorted(site.rglob("*.html"))[::order]
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rglob", lambda self, pattern, listed=listed: iter(listed))
            index_sites(site, keep_index=False)
        told = (site / "pagefind/told").read_text()
        assert told == "changes/EX-0001/index.html index.html search/index.html"


def test_it_says_why_no_index_could_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(tmp_path, "search/index.html", "")
    program = tmp_path / "pagefind-program"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(indexing, "get_executable", lambda: program)
    with pytest.raises(Refusal, match=r"the search index could not be built: broken"):
        index_sites(tmp_path, keep_index=False)
    program.unlink()
    with pytest.raises(Refusal, match=r"the search index could not be built: .*pagefind-program"):
        index_sites(tmp_path, keep_index=False)
    monkeypatch.undo()
    monkeypatch.setattr(urls, "PAGEFIND", "search/index.html/pagefind")
    with pytest.raises(Refusal, match=r"the search index could not be built: Not a directory"):
        index_sites(tmp_path, keep_index=False)


def test_facets_have_only_the_values_that_some_change_has() -> None:
    workspace, _ = load_checked(ROOT)
    edition = make_edition(workspace.client("meridian-outdoor"), Audience.CLIENT)
    view = search(history(edition, impact(edition).position))
    used = {pair for found in view.found.values() for pair in found.filters}
    offered = {(f.key, choice.value) for f in view.facets for choice in f.choices}
    offered |= {(f.key, period.value) for f in view.periods for period in f.periods}
    assert offered == used
    assert [facet.key for facet in view.facets] == [
        *("status", "type", "priority", "reason", "item", "milestone")
    ]
    asked = [period.value for period in view.periods[0].periods]
    assert asked == ["2026", "2026-q2", "2026-q1", "2025", "2025-q4"]
    assert view.found.keys() == {record.data.id for record in edition.records}
    assert view.found["MER-0012"].sorts["most"] == "1276000"
    assert view.found["MER-0014"].sorts["most"].startswith("-")
    assert not view.found["MER-0014"].sorts["least"].startswith("-")

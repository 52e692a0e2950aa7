"""Terms are explained where a page first uses them, and nowhere else."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html import escape, unescape
from itertools import count
from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.check.since.pairs import client_pairs
from changebook.diff.effects import differing_terms
from changebook.diff.revealed import hidden_phrases, revealed
from changebook.edition import urls
from changebook.edition.editions import Edition, make_edition
from changebook.model.glossary import GlossaryTerm, client_terms, explain, terms_of
from changebook.model.schema import ChangeRecord, Glossary
from changebook.model.vocabulary import Audience, Status
from changebook.model.words import Words
from changebook.read.workspace import read_workspace
from changebook.views.glossary import glossary
from tests.all_pages import edition_pages

CASES = Path(__file__).parents[1] / "cases"
GLOSSARY = Glossary(
    terms={
        "PSP": "the company that processes card payments",
        "acceptance test": "staff try the finished shop",
        "IT": "the computer department",
        "波次": "一批订单",
        "波次拣货": "按批拣货",
        "R&D": "research",
    },
    also={"PSP": ("payment provider",), "acceptance test": ("UAT",)},
)
_LINK = re.compile(r'<a class="cb-term" href="#([\w-]+)" aria-describedby="\1">(.*?)</a>')


def page(body: str, *, own: dict[str, str] | None = None, terms: Glossary = GLOSSARY) -> str:
    """A page with that body, as the templates make it: the list of terms, then the text."""
    given = tuple(GlossaryTerm(term, said, own=True) for term, said in (own or {}).items())
    listed = "".join(map(_entry, (*given, *client_terms(terms)), count(1)))
    section = f'<section class="cb-words"><h2>Words</h2><dl>\n{listed}</dl></section>\n'
    return f"{section}{body}"


def _entry(term: GlossaryTerm, number: int) -> str:
    spellings = escape(json.dumps(term.spellings))
    own = ' data-own="true"' if term.own else ""
    return (
        f'<div data-spellings="{spellings}"{own}><dt>{escape(term.term)}</dt> '
        f'<dd id="word-{number}">{term.meaning}</dd></div>\n'
    )


def marked(body: str, **given: object) -> list[str]:
    """The words that became links, in order."""
    html, used = explain(page(body, **given))  # type: ignore[arg-type]
    words = [word for _, word in _LINK.findall(html)]
    assert used == bool(words)
    return words


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>The PSP, the PSP again.</p><p>PSP</p>", ["PSP"]),
        ("<p>Our payment provider is a PSP.</p>", ["payment provider"]),
        ("<p>Two PSPs and a Payment\nProvider.</p>", ["PSPs"]),
        ("<p>psp, PSPX and xPSP are other words; so are it and It.</p>", []),
        ("<p>IT asks for acceptance tests.</p>", ["IT", "acceptance tests"]),
        ("<p>系统按波次拣货，再排波次。</p>", ["波次拣货", "波次"]),
        ("<p>由PSP处理。</p>", ["PSP"]),
        ("<p>Für PSPä und ÄPSP nicht.</p>", []),
        ("<p>R&amp;D &amp; R&amp;D</p>", ["R&amp;D"]),
        ("<h2>PSP</h2><p><code>PSP</code> <a href='#x'>PSP</a></p><p>PSP</p>", ["PSP"]),
        ("<pre><code>PSP</code></pre><svg><text>PSP</text></svg>", []),
        ('<p class="cb-meta">PSP <span>PSP</span></p><p title="PSP">x</p>', []),
        ("<pre>a <pre>b</pre> PSP</pre><p>PSP</p>", ["PSP"]),
    ],
)
def test_the_first_use_of_each_term_leads_to_its_entry(body: str, expected: list[str]) -> None:
    assert marked(body) == expected


@pytest.mark.parametrize(
    "term",
    ["a || b", "|", "||", '"quoted" word', "C:\\new", "{{ x }}", "a <b> & c", "%(name)s", "('"],
)
def test_a_term_may_hold_any_character(term: str) -> None:
    shown = Glossary(terms={term: "said"}, also={term: ('"',)})
    assert [unescape(word) for word in marked(f"<p>{escape(term)}</p>", terms=shown)] == [term]
    data = record(summary=f"Here is {term}.")
    assert [each.term for each in terms_of(data, "", shown)] == [term]


def test_only_what_a_page_uses_is_listed_and_at_its_end() -> None:
    html, _ = explain(page("<p>The PSP.</p>"))
    assert html.index("The <a") < html.index('<section class="cb-words">')
    assert re.findall(r"<dt>(.*?)</dt>", html) == ["PSP"]
    assert explain(page("<p>Nothing.</p>")) == ("<p>Nothing.</p>", False)


def test_a_records_own_term_is_listed_even_where_only_its_title_has_it() -> None:
    html, _ = explain(page("<h1>Locker</h1>", own={"locker": "a box"}))
    assert re.findall(r"<dt>(.*?)</dt>", html) == ["locker"]


def test_the_text_of_a_page_stays_as_it_was() -> None:
    body = '<p>A &lt;b&gt; PSP &amp; "more" 5\u00a0€ &#39;x&#39;</p>'
    without = _LINK.sub(r"\2", explain(page(body))[0].partition("\n<section")[0])
    assert without == "<p>A &lt;b&gt; PSP &amp; \"more\" 5\u00a0€ 'x'</p>"


def record(**keys: object) -> ChangeRecord:
    return ChangeRecord.model_validate(
        {"id": "ACME-0001", "title": "T", "status": "draft", "visibility": "client", **keys}
    )


def test_a_records_own_term_wins_over_the_clients() -> None:
    data = record(summary="The payment provider and the PSP.", glossary={"psp": "another one"})
    (own,) = (term for term in terms_of(data, "", GLOSSARY) if term.own)
    assert own.meaning == "another one"
    assert "PSP" not in [term.term for term in terms_of(data, "", GLOSSARY)]


def test_only_terms_that_a_record_can_hold_go_with_its_page() -> None:
    data = record(summary="Staff do the UAT.")
    found = {term.term for term in terms_of(data, "按波次。", GLOSSARY)}
    assert {"acceptance test", "波次"} <= found
    assert found.isdisjoint({"PSP", "波次拣货", "R&D"})
    assert terms_of(data, "", None) == ()


@pytest.fixture(scope="module")
def edition() -> Edition:
    workspace, _ = read_workspace(CASES / "pages")
    return replace(make_edition(workspace.client("acme"), Audience.CLIENT), glossary=GLOSSARY)


def test_a_record_shows_its_clients_terms_and_leads_to_all(edition: Edition) -> None:
    found = {page.path: page.content for page in edition_pages(edition)}
    shown = found[urls.record("ACME-0001")]
    assert 'data-own="true"' in shown
    assert 'href="../../glossary/"' in shown


def test_the_glossary_page_has_the_words_of_client_records_and_log(edition: Edition) -> None:
    view = glossary(edition, Words("en"))
    assert [term.term for term in view.client] == list(GLOSSARY.terms)
    # The record explains PSP in the same words as the client's glossary.
    assert [term.term for term in view.records] == []
    assert Status.DRAFT not in view.statuses
    assert len(view.statuses) == len(Status) - 1
    alone = glossary(replace(edition, glossary=None), Words("en"))
    assert [(t.term, t.ids) for t in alone.records] == [("PSP", ("ACME-0001",))]
    content = next(p.content for p in edition_pages(edition) if p.path == urls.GLOSSARY)
    assert "also: payment provider" in content
    assert "Revised contract sum" in content


def test_the_glossary_of_a_file_reaches_the_edition_and_no_other_client() -> None:
    workspace, problems = read_workspace(CASES / "check" / "good-glossary")
    assert problems == []
    made = make_edition(workspace.client("acme"), Audience.CLIENT)
    assert made.glossary is not None
    assert made.glossary.also == {"PSP": ("payment provider",)}
    others, _ = read_workspace(CASES / "check" / "glossary-names-another-client")
    assert make_edition(others.client("globex"), Audience.CLIENT).glossary is None


def _workspace(root: Path, glossary: str | None, body: str = "") -> Path:
    """The sound case with another glossary, and a record with that body."""
    shutil.copytree(CASES / "check" / "good-glossary", root)
    file = root / "changes" / "acme" / "glossary.md"
    file.unlink()
    if glossary is not None:
        file.write_text(glossary, "utf-8")
    with next(root.glob("changes/acme/2026/*.md")).open("a", encoding="utf-8") as record:
        record.write(body)
    return root


def test_a_link_to_the_glossary_leads_to_its_page(tmp_path: Path) -> None:
    root = _workspace(
        tmp_path / "a", "---\nterms: {PSP: a company}\n---\n", "\n[W](../glossary.md)\n"
    )
    workspace, problems = load_checked(root)
    assert problems == []
    (shown,) = make_edition(workspace.client("acme"), Audience.TEAM).records
    assert "[W](<../../glossary/index.md>)" in shown.body


def test_a_comparison_names_the_terms_that_differ(tmp_path: Path) -> None:
    before = _workspace(tmp_path / "a", "---\nterms: {PSP: a company, UAT: a test, A: b}\n---\n")
    after = _workspace(
        tmp_path / "b",
        "---\nterms: {PSP: the company, UAT: a test, B: c}\nalso: {UAT: [trial]}\n---\n",
    )
    old, new = read_workspace(before)[0], read_workspace(after)[0]
    (pair,) = client_pairs(old, new)
    assert differing_terms(pair.before, pair.after) == ("PSP", "UAT", "B", "A")
    assert differing_terms(pair.before, pair.before) == ()


def test_internal_words_that_become_a_term_are_revealed(tmp_path: Path) -> None:
    secret = "our price floor is forty thousand"
    record = f"\n::: internal\nThe {secret}.\n:::\n"
    before = _workspace(tmp_path / "a", None, record)
    after = _workspace(tmp_path / "b", f"---\nterms: {{floor: The {secret}.}}\n---\n", record)
    old, new = read_workspace(before)[0], read_workspace(after)[0]
    (pair,) = client_pairs(old, new)
    assert secret in " ".join(item.words for item in revealed(pair, hidden_phrases(old)))

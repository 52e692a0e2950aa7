"""Pages of small editions against golden files, and what must hold for any text in them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.model.schema import ChangeRecord, HistoryEntry, Objection, ScopeItem
from changebook.model.vocabulary import (
    Audience,
    ChangePath,
    ObjectionOutcome,
    Party,
    ScopeAction,
    Status,
)
from changebook.pages.bodies import Heading
from changebook.pages.page import GeneratedPage
from changebook.pages.rendering import environment
from changebook.pages.site_pages import navigation, portfolio_pages
from changebook.read.workspace import read_workspace
from changebook.site.contents import edition_contents
from changebook.views import pictures, record, waiting
from changebook.views.index import anchors_of
from tests import worked_example
from tests.all_pages import edition_pages
from tests.conftest import Matches

CASE = Path(__file__).parents[1] / "cases" / "pages"
HOSTILE = (
    "</h1></td><script>alert(1)</script> \"'&amp; *b* {: #x } [a](b) {{ 7*7 }} {% x %}\n```\n\n# h"
)


@cache
def _edition(slug: str, audience: Audience) -> Edition:
    workspace, problems = read_workspace(CASE)
    assert problems == []
    return make_edition(next(c for c in workspace.clients if c.slug == slug), audience)


def _by_path(edition: Edition) -> dict[str, str]:
    return {p.path: p.content for p in edition_pages(edition)}


@cache
def _whole_pages(slug: str, audience: Audience) -> dict[str, GeneratedPage]:
    return {page.path: page for page in edition_pages(_edition(slug, audience))}


@cache
def _pages(slug: str, audience: Audience) -> dict[str, str]:
    return {path: page.content for path, page in _whole_pages(slug, audience).items()}


def _golden(page: GeneratedPage) -> str:
    """A page as a file: what stands around it as a comment, then its HTML."""
    around = {
        "title": page.title,
        **page.meta,
        "headings": [f"{h.level} {h.id}: {h.title}" for h in page.headings],
    }
    return f"<!--\n{yaml.dump(around, allow_unicode=True, width=100)}-->\n{page.content}"


@pytest.mark.parametrize(
    ("slug", "audience"),
    [("acme", Audience.CLIENT), ("acme", Audience.TEAM), ("lanhai", Audience.CLIENT)],
)
def test_golden_pages(slug: str, audience: Audience, matches: Matches) -> None:
    expected = CASE / "expected" / f"{slug}-{audience.value}"
    found = {urls.built(path): page for path, page in _whole_pages(slug, audience).items()}
    for path, page in found.items():
        (expected / path).parent.mkdir(parents=True, exist_ok=True)
        matches(expected / path, _golden(page))
    assert {p.relative_to(expected).as_posix() for p in expected.rglob("*.*")} == set(found)


def test_golden_portfolio(matches: Matches) -> None:
    editions = [_edition(slug, Audience.TEAM) for slug in ("lanhai", "acme")]
    (page,) = portfolio_pages(editions)
    assert page.path == urls.HOME
    matches(CASE / "expected" / "portfolio.html", _golden(page))


def test_pages_do_not_depend_on_the_order_of_records() -> None:
    edition = _edition("acme", Audience.TEAM)
    assert _by_path(replace(edition, records=edition.records[::-1])) == _pages(
        "acme", Audience.TEAM
    )


class _Tags(HTMLParser):
    """The start tags, texts and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("class") != "cb-term":  # a link that the page's words may have or not
            self.tags.append(tag)
        if values.get("id"):
            self.ids.add(values["id"] or "")
        if tag == "a":
            self.links.append(values.get("href") or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def _links_around(meta: object) -> list[str]:
    """The links that the theme shows around a page."""
    if isinstance(meta, dict):
        return [
            *(value for key, value in meta.items() if key == "href"),
            *(link for value in meta.values() for link in _links_around(value)),
        ]
    return (
        [link for entry in meta for link in _links_around(entry)] if isinstance(meta, list) else []
    )


@pytest.mark.parametrize("directory_urls", [True, False])
@pytest.mark.parametrize("audience", list(Audience))
def test_every_link_leads_to_a_page_and_a_place_on_it(
    audience: Audience, directory_urls: bool
) -> None:
    contents = edition_contents(_edition("acme", audience), CASE, directory_urls=directory_urls)
    found = {page.path: page for page in contents.pages}
    files = {f.path for f in contents.files} | {asset.path for asset in contents.assets}
    read = {posixpath.dirname(path): _Tags(page.content) for path, page in found.items()}
    for path, page in found.items():
        folder = posixpath.dirname(path)
        for link in (*read[folder].links, *_links_around(page.meta)):
            target, fragment = urldefrag(link)
            if urlsplit(link).scheme:
                continue
            if posixpath.normpath(posixpath.join(folder, target)) in files:
                continue
            if target and not directory_urls:
                assert target.endswith("/index.html")
                target = target.removesuffix("index.html")
            end = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            assert end in read, f"{path}: {link}"
            assert not fragment or unquote(fragment) in read[end].ids, f"{path}: {link}"


def _hostile(edition: Edition) -> Edition:
    """Every text of the edition's records replaced by hostile text.

    Equal texts stay equal and keep their order, so that they make the same groups.
    """
    values = [r.data.model_dump(by_alias=True, exclude_none=True) for r in edition.records]
    found = _texts(values)
    number = {text: n for n, text in enumerate(sorted({str(h[key]) for h, key in found}))}
    for holder, key in found:
        holder[key] = f"{HOSTILE}{number[str(holder[key])]:04}"
    records = []
    for entry, keys in zip(edition.records, values, strict=True):
        keys["glossary"] = dict.fromkeys(entry.data.glossary, HOSTILE)
        records.append(replace(entry, data=ChangeRecord.model_validate(keys), body=""))
    return replace(edition, records=tuple(records))


_TEXT_KEYS = frozenset(
    "title summary item before after example text claim source quality risk response step owner "
    "rationale concern alternative by name role reference note unit".split()
)


def _texts(value: object) -> list[tuple[dict[str, object], str]]:
    found: list[tuple[dict[str, object], str]] = []
    if isinstance(value, dict):
        for key, child in value.items():
            if key in _TEXT_KEYS and isinstance(child, str) and "://" not in child:
                found.append((value, key))
            found += _texts(child)
    elif isinstance(value, list | tuple):
        for child in value:
            found += _texts(child)
    return found


@pytest.mark.parametrize("audience", list(Audience))
def test_hostile_text_is_shown_as_written_and_changes_no_structure(audience: Audience) -> None:
    edition = _edition("acme", audience)
    edition = replace(edition, records=tuple(replace(r, body="") for r in edition.records))

    def place(path: str) -> str:
        # The one amendment's address is made of its reference.
        folder, found, _ = path.partition("/amendments/")
        return folder + found

    plain = {place(path): content for path, content in _by_path(edition).items()}
    hostile = {place(page.path): page for page in edition_pages(_hostile(edition))}
    assert plain.keys() == hostile.keys()
    for path, made in hostile.items():
        html = _Tags(made.content)
        assert "script" not in html.tags
        assert "49" not in re.findall(r"\b49\b", html.text)
        # The text has paragraphs.
        before = [t for t in _Tags(plain[path]).tags if t != "p"]
        assert [t for t in html.tags if t != "p"] == before, path
        assert made.title
        assert "\n" not in made.title
    page = hostile[urls.record("ACME-0001")]
    assert HOSTILE in _Tags(page.content).text
    assert page.title.startswith(f"ACME-0001 {' '.join(HOSTILE.split())}")


def test_a_client_edition_prints_nothing_internal() -> None:
    whole = "\n".join(map(_golden, _whole_pages("acme", Audience.CLIENT).values()))
    for secret in ("ACME-0003", "Unseen", "margin", "Hidden", "Secret", "cb_internal", "nternal"):
        assert secret not in whole


def test_a_team_edition_marks_itself_and_what_is_internal() -> None:
    found = _pages("acme", Audience.TEAM)
    for made in _whole_pages("acme", Audience.TEAM).values():
        assert made.meta["cb_internal"] == "Internal: team edition"
    page = found[urls.record("ACME-0001")]
    inside = page.split('<div class="cb-internal">')[1].split("</div>\n\n")[0]
    assert "0.31" in inside
    assert "the client does not see this change" in found[urls.record("ACME-0003")]
    assert 'cb-chip--internal">' in found[urls.CHANGES]


def test_an_internal_key_may_hold_anything() -> None:
    held = {"margin": "0.31", "asked": ["Mia", {"name": "Jo", "on": 3}]}
    shown = environment("en", ()).from_string("{{ held | plain }}").render(held=held)
    assert shown == "margin: 0.31; asked: Mia, name: Jo; on: 3"


def test_what_is_empty_is_not_shown() -> None:
    draft = _whole_pages("acme", Audience.TEAM)[urls.record("ACME-0003")]
    assert draft.headings == (Heading(2, "links", "Related changes"),)


def test_too_many_changes_for_a_bar_each_are_drawn_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "MOST_BARS", 0)
    page = _by_path(_edition("acme", Audience.CLIENT))[urls.IMPACT]
    picture = page.split("<figure", maxsplit=2)[1].split("</figure>", maxsplit=1)[0]
    assert '<a href="#order-1">Q1 2026</a> <small>1 entry</small>' in picture
    assert '<a href="#pending">Pending</a> <small><details' in picture
    assert "<summary>1 change</summary>" in picture
    assert "each bar is a quarter. The register below lists them all." in picture
    assert "the list below has them all." in picture
    assert {"#order-1", "#pending"} <= {f"#{id}" for id in _Tags(page).ids}


@pytest.mark.parametrize(("waiting_now", "folded"), [(8, 0), (9, 3)])
def test_where_much_waits_the_newest_are_folded_away(waiting_now: int, folded: int) -> None:
    edition = _edition("acme", Audience.CLIENT)
    asked = next(r for r in edition.records if r.data.awaits_decision)
    many = tuple(
        replace(
            asked, data=asked.data.model_copy(update={"id": f"ACME-{number}", "objections": ()})
        )
        for number in range(1000, 1000 + waiting_now)
    )
    home = _by_path(replace(edition, records=many))[urls.HOME]
    waits = home.partition('id="waiting"')[2].partition('id="dates"')[0]
    seen, _, rest = waits.partition("<details")
    assert (seen.count("cb-wait__title"), rest.count("cb-wait__title")) == (
        waiting_now - folded,
        folded,
    )
    assert ("3 more</summary>" in rest) is bool(folded)


def test_what_a_body_opens_ends_with_it() -> None:
    edition = _edition("acme", Audience.CLIENT)
    records = tuple(replace(r, body="<div>unclosed `") for r in edition.records)
    content = _by_path(replace(edition, records=records))[urls.record("ACME-0001")]
    assert re.search(r"<div>unclosed `\s*</div>", content)


def _with_body(body: str, *addresses: str, directory_urls: bool = True) -> GeneratedPage:
    """The page of a record with that body, in which the edition has put the addresses."""
    edition = _edition("acme", Audience.CLIENT)
    known = frozenset(addresses)
    records = tuple(replace(r, body=body, addresses=known) for r in edition.records)
    made = edition_pages(replace(edition, records=records), directory_urls=directory_urls)
    return next(page for page in made if page.path == urls.record("ACME-0001"))


def test_headings_of_a_body_have_ids_that_nothing_else_on_the_page_has() -> None:
    page = _with_body("# Impact\n\n## Details\n\n## Mine & yours {#why}\n\n[up](#details)")
    own = [heading for heading in page.headings if heading not in _with_body("").headings]
    assert own == [
        Heading(2, "details", "Details"),
        Heading(3, urls.in_body("impact"), "Impact"),
        Heading(4, "text:details", "Details"),
        Heading(4, "text:why", "Mine & yours"),
    ]
    assert '<a href="#text:details"' in page.content
    ids = re.findall(r' id="([^"]*)"', page.content)
    assert len(ids) == len(set(ids))
    for heading in own:
        assert (
            f'<a class="headerlink" href="#{heading.id}" tabindex="-1" aria-hidden="true">¶</a>'
            f"</h{heading.level}>"
        ) in page.content


@pytest.mark.parametrize(("directory_urls", "end"), [(True, ""), (False, "index.html")])
def test_a_link_to_a_record_leads_to_its_page(directory_urls: bool, end: str) -> None:
    page = _with_body(
        "[a](../ACME-0002/index.md#why) [b](../../index.md) [c](index.md#scope) [d](flow%201.png) "
        "[e](https://example.com/index.md) [f](mailto:a@b.example)",
        *("../ACME-0002/index.md#why", "../../index.md", "index.md#scope", "flow%201.png"),
        directory_urls=directory_urls,
    )
    links = re.findall(r'href="([^"]+)"[^>]*>([a-f]|mailto:\S+)</a>', page.content)
    assert [link for link, _ in links] == [
        f"../ACME-0002/{end}#why",
        f"../../{end}",
        f"./{end}#scope",
        "flow%201.png",
        "https://example.com/index.md",
        "mailto:a@b.example",
    ]


def test_a_link_whose_words_are_its_target_says_so() -> None:
    page = _with_body("<https://example.com/a> and [words](https://example.com/a)")
    assert '<a class="cb-bare" href="https://example.com/a"' in page.content
    assert '<a href="https://example.com/a" rel="noopener noreferrer">words</a>' in page.content


def _links(content: str, scheme: str) -> list[str]:
    return [link for link in _Tags(content).links if link.startswith(scheme)]


def test_a_page_without_a_way_to_answer_offers_none() -> None:
    found = _pages("lanhai", Audience.CLIENT)
    assert _links(found[urls.PROCESS], "mailto:") == []


def test_terms_are_explained_once_where_they_first_stand() -> None:
    english = _pages("acme", Audience.CLIENT)[urls.record("ACME-0001")]
    chinese = _pages("lanhai", Audience.CLIENT)[urls.record("LH-0001")]
    assert re.findall(r'<a class="cb-term" href="#(word-\d+)"[^>]*>PSP</a>', english) == ["word-1"]
    assert re.search(r'提交多张<a class="cb-term"[^>]*>订单</a>。', chinese)
    assert '<dd id="word-1">门店向总部要货的单据</dd>' in chinese


def test_a_team_can_replace_a_template(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "process.html.j2").write_text("Ours: {{ profile.name }}\n", "utf-8")
    found = {
        p.path: p.content
        for p in edition_pages(_edition("acme", Audience.CLIENT), templates=tmp_path)
    }
    assert "Ours: Acme Trading" in found[urls.PROCESS]
    assert "Where we stand" in found[urls.HOME]


def test_navigation_names_the_indexes_in_the_clients_language() -> None:
    nav = navigation(_edition("lanhai", Audience.CLIENT))
    assert [next(iter(item)) for item in nav] == [
        "首页",
        "变更",
        "影响汇总",
        "决定记录",
        "变更流程说明",
        "动态",
        "报告",
        "订阅与提醒",
        "名词解释",
    ]


def _record(*history: tuple[Status, str], **values: object) -> ChangeRecord:
    entries = tuple(
        HistoryEntry(status=s, on=date.fromisoformat(f"2026-{day}"), by="Jane")
        for s, day in history
    )
    return ChangeRecord.model_validate(
        {
            "id": "ACME-0009",
            "title": "A change",
            "status": history[-1][0] if history else Status.DRAFT,
            "visibility": "client",
            "history": entries,
            **values,
        }
    )


S = Status


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (
            [],
            (
                "draft* submitted? assessing? awaiting-decision? approved? implementing? "
                "implemented? closed?"
            ),
        ),
        (
            [(S.SUBMITTED, "01-01"), (S.ASSESSING, "01-02")],
            "submitted assessing* awaiting-decision? approved? implementing? implemented? closed?",
        ),
        (
            [
                (S.SUBMITTED, "01-01"),
                (S.ASSESSING, "01-02"),
                (S.AWAITING_DECISION, "01-03"),
                (S.ASSESSING, "01-04"),
            ],
            "submitted assessing* awaiting-decision? approved? implementing? implemented? closed?",
        ),
        (
            [
                (S.SUBMITTED, "01-01"),
                (S.ASSESSING, "01-02"),
                (S.AWAITING_DECISION, "01-03"),
                (S.REJECTED, "01-04"),
            ],
            "submitted assessing awaiting-decision rejected*",
        ),
        (
            [
                (S.SUBMITTED, "01-01"),
                (S.ASSESSING, "01-02"),
                (S.AWAITING_DECISION, "01-03"),
                (S.DEFERRED, "01-04"),
            ],
            (
                "submitted assessing awaiting-decision deferred* "
                "approved? implementing? implemented? closed?"
            ),
        ),
        ([(S.SUBMITTED, "01-01"), (S.WITHDRAWN, "01-02")], "submitted withdrawn*"),
        (
            [(S.SUBMITTED, "01-01"), (S.APPROVED, "01-02"), (S.VOID, "01-03")],
            "submitted approved void*",
        ),
    ],
)
def test_the_steps_of_a_change(history: list[tuple[Status, str]], expected: str) -> None:
    marks = {"done": "", "current": "*", "to-come": "?"}
    steps = record.steps(_record(*history))
    assert " ".join(f"{s.status.value}{marks[s.state.value]}" for s in steps) == expected


def test_an_emergency_has_its_decision_before_it() -> None:
    data = _record((S.SUBMITTED, "01-01"), (S.IMPLEMENTING, "01-02"), path=ChangePath.EMERGENCY)
    shown = [(s.status, s.state) for s in record.steps(data)]
    assert (Status.APPROVED, record.StepState.TO_COME) in shown
    assert (Status.IMPLEMENTING, record.StepState.CURRENT) in shown


def test_what_waits_comes_oldest_first_and_only_while_it_waits() -> None:
    day = date(2026, 4, 1)
    late = _record((S.AWAITING_DECISION, "03-02"), decision={"due": "2026-03-20"})
    soon = late.model_copy(update={"id": "ACME-0010", "decision": None})
    running = _record((S.IMPLEMENTING, "03-05"), path=ChangePath.EMERGENCY)
    objection = Objection(
        by="J", party=Party.CLIENT, on=day, concern="?", outcome=ObjectionOutcome.OPEN
    )
    doubted = _record((S.SUBMITTED, "03-01"), objections=(objection,))
    agreed = _record((S.APPROVED, "03-01"))
    entries = [EditionRecord(d, "") for d in (running, late, soon, doubted, agreed)]
    found = waiting.waiting(entries, day, worked_example.profile())
    assert [(d.id, d.overdue, d.proceeding) for d in found.decisions] == [
        ("ACME-0010", False, False),
        ("ACME-0009", False, True),
        ("ACME-0009", True, False),
    ]
    assert (len(found.objections), len(found.agreements), found.count) == (1, 0, 4)


def test_places_of_scope_items_never_meet() -> None:
    names = ["Check out", "check-out", "对账", "!!"]
    anchors = anchors_of(names)
    assert anchors["对账"] == "item-对账"
    assert len(set(anchors.values())) == len(names)
    assert ScopeItem(item="!!", action=ScopeAction.ADD).item in anchors

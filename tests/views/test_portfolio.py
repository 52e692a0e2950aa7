"""The team's overview: what is added and what is not, the order of its lists, and its links."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums import Figure, Part, SumLine
from changebook.model.sums.portfolio import budget_use, by_currency, total
from changebook.model.vocabulary import Audience, ChangeType
from changebook.model.words import Words
from changebook.pages.site_pages import portfolio_pages
from changebook.site.contents import workspace_contents
from changebook.views import portfolio_tables
from changebook.views.impact import impact
from changebook.views.portfolio import Portfolio, portfolio
from tests import samples

CASE = Path(__file__).parents[1] / "cases" / "pages"
AS_OF = date(2026, 3, 31)


def record(id: str, status: str, amount: str | None, **keys: Any) -> EditionRecord:
    """A record with one cost line, or with none that is known."""
    cost = [{"item": "Work", "amount": amount}] if amount else None
    impact_ = {"cost": cost, "risks": keys.pop("risks", [])}
    decided = {"outcome": "approved", "on": "2026-03-01", "amount": amount}
    values = {
        "id": id,
        "title": f"Change {id}",
        "status": status,
        "visibility": "client",
        "type": "addition",
        "reason": {"category": "market", "text": "Asked for."},
        "requested": {"on": "2026-02-01", "by": "Ada", "party": "client"},
        "impact": impact_,
        "history": [{"status": status, "on": "2026-03-01", "by": "Lin Wei"}],
    }
    if status == "approved":
        values["decision"] = decided
    return EditionRecord(ChangeRecord.model_validate(values | keys), "")


def edition(
    slug: str, currency: str, *records: EditionRecord, budget: str | None = None, name: str = ""
) -> Edition:
    """A client whose contract is over 1,000."""
    profile = Profile.model_validate(
        {
            "name": name or slug.title(),
            "language": "en",
            "timezone": "UTC",
            "prefix": slug[:3].upper(),
            "project": "Renewal",
            "vendor": {"name": "Northwind"},
            "contract": {
                "reference": "SOW-1",
                "signed": "2026-01-15",
                "currency": currency,
                "sum": "1000.00",
                "change_budget": budget,
            },
        }
    )
    return Edition(slug, Audience.TEAM, AS_OF, profile, "", (), records)


def team_editions(root: Path) -> list[Edition]:
    workspace = samples.workspace() if root == samples.ROOT else load_checked(root)[0]
    return [make_edition(client, Audience.TEAM) for client in workspace.clients]


def overview(*editions: Edition) -> Portfolio:
    return portfolio([(edition, impact(edition)) for edition in editions])


ALPHA = edition(
    "alpha",
    "EUR",
    record("ALP-0001", "approved", "100.00"),
    record("ALP-0002", "submitted", "30.00", type="removal"),
    budget="200.00",
)
BETA = edition(
    "beta",
    "EUR",
    record("BET-0001", "approved", "-40.00"),
    record("BET-0002", "submitted", None),
    record("BET-0003", "submitted", "7.00", reason=None),
)
GAMMA = edition("gamma", "JPY", record("GAM-0001", "approved", "5000"), budget="4000")


def test_only_sums_of_one_currency_are_added() -> None:
    euro, yen = overview(GAMMA, ALPHA, BETA).currencies
    assert [euro.totals.currency, yen.totals.currency] == ["EUR", "JPY"]
    assert {line.value: str(euro.totals.lines[line].amount) for line in SumLine} == {
        "original": "2000.00",
        "approved": "60.00",
        "revised": "2060.00",
        "pending": "37.00",
        "proceeding": "0.00",
        "forecast": "2097.00",
        "deferred": "0.00",
        "rejected": "0.00",
        "withdrawn": "0.00",
        "void": "0.00",
    }
    assert yen.totals.lines[SumLine.REVISED].amount == 6000
    pending = euro.totals.lines[SumLine.PENDING]
    assert (pending.count, pending.unknown) == (3, 1)


@pytest.mark.parametrize("root", [samples.ROOT, CASE], ids=["samples", "case"])
def test_every_line_is_the_sum_of_its_clients(root: Path) -> None:
    editions = team_editions(root)
    view = overview(*editions)
    assert {slug for part in view.currencies for slug in part.totals.clients} == {
        edition.slug for edition in editions
    }
    for part in view.currencies:
        for line in SumLine:
            own = [client.position.lines[line] for client in part.clients]
            assert part.totals.lines[line].amount == sum(figure.amount for figure in own)
        for groups in (part.by_reason, part.by_type):
            for name in ("approved", "pending"):
                parts = [getattr(group.total, name).amount for group in groups]
                assert sum(parts) == part.totals.lines[SumLine(name)].amount


def test_amounts_of_any_length_are_added_exactly() -> None:
    long, short = Decimal("12345678901234567890123456789012.34"), Decimal("0.01")
    added = total({"a": Figure(long, (Part("A-1", long),)), "b": Figure(short)})
    assert str(added.amount) == "12345678901234567890123456789012.35"


def test_the_order_of_the_editions_changes_nothing() -> None:
    assert overview(ALPHA, BETA, GAMMA) == overview(GAMMA, BETA, ALPHA)
    positions = {e.slug: impact(e).position for e in (BETA, GAMMA, ALPHA)}
    assert [totals.currency for totals in by_currency(positions)] == ["EUR", "JPY"]


def test_clients_of_one_currency_are_compared_and_a_single_one_is_not() -> None:
    euro, yen = overview(ALPHA, BETA, GAMMA).currencies
    assert yen.picture is None
    assert euro.picture
    assert euro.picture.axis.low == 0
    for row in euro.picture.rows:
        assert row.original.start == 0
        assert row.original.end_at == row.approved.start_at
        assert row.approved.end_at == row.pending.start_at
        assert row.pending.end == row.client.position.forecast.amount
    assert [row.approved.falls for row in euro.picture.rows] == [False, True]


def test_groups_hold_the_records_of_every_client() -> None:
    (euro,) = overview(ALPHA, BETA).currencies
    assert [group.term for group in euro.by_type] == [ChangeType.ADDITION, ChangeType.REMOVAL]
    market, unsaid = euro.by_reason
    assert unsaid.term is None
    assert market.members.count == market.total.count == 4
    assert [(c.slug, ids) for c, ids in market.members.by_client] == [
        ("alpha", ("ALP-0001", "ALP-0002")),
        ("beta", ("BET-0001", "BET-0002")),
    ]
    assert (market.total.pending.amount, market.total.pending.unknown) == (Decimal("30.00"), 1)


def test_the_budget_that_is_used_most_comes_first() -> None:
    view = overview(ALPHA, BETA, GAMMA)
    assert [
        (line.client.slug, line.use.share, line.use.if_pending, line.over, line.over_if_pending)
        for line in view.budgets
    ] == [
        ("gamma", Decimal("125.0"), Decimal("125.0"), True, True),
        ("alpha", Decimal("50.0"), Decimal("65.0"), False, False),
    ]
    assert [client.slug for client in view.without_budget] == ["beta"]
    first = view.budgets[0]
    assert first.used
    assert first.used.end_at == 100
    assert first.limit == 80


@pytest.mark.parametrize(
    ("budget", "amount", "share"),
    [
        ("300.00", "100.00", Decimal("33.3")),
        ("800.00", "1.00", Decimal("0.1")),
        ("800.00", "-400.00", Decimal("-50.0")),
        ("0", "100.00", None),
        ("0", "-100.00", None),
    ],
)
def test_the_share_of_a_budget(budget: str, amount: str, share: Decimal | None) -> None:
    one = edition("alpha", "EUR", record("ALP-0001", "approved", amount), budget=budget)
    use = budget_use(impact(one).position)
    assert use
    assert use.share == share
    (line,) = overview(one).budgets
    assert (line.used is None) is (share is None)
    assert line.over is (Decimal(amount) > Decimal(budget))


def test_a_budget_of_nothing_that_is_overspent_comes_before_all() -> None:
    nothing = edition("zero", "EUR", record("ZER-0001", "approved", "1.00"), budget="0")
    unused = edition("none", "EUR", budget="0")
    order = [line.client.slug for line in overview(unused, ALPHA, nothing).budgets]
    assert order == ["zero", "alpha", "none"]


def test_what_is_due_first_is_decided_first_whoever_the_client_is() -> None:
    def waits(id: str, since: str, due: str | None) -> EditionRecord:
        return record(
            id,
            "awaiting-decision",
            "10.00",
            decision={"due": due},
            history=[{"status": "awaiting-decision", "on": since, "by": "Lin Wei"}],
        )

    one = edition(
        "alpha",
        "EUR",
        waits("ALP-0001", "2026-03-01", None),
        waits("ALP-0002", "2026-03-02", "2026-04-05"),
    )
    other = edition(
        "beta",
        "JPY",
        waits("BET-0001", "2026-03-03", "2026-03-30"),
        waits("BET-0002", "2026-02-01", None),
    )
    found = overview(one, other).decisions
    assert [(d.client.slug, d.decision.id, d.days) for d in found] == [
        ("beta", "BET-0001", 28),
        ("alpha", "ALP-0002", 29),
        ("beta", "BET-0002", 58),
        ("alpha", "ALP-0001", 30),
    ]
    assert [d.decision.overdue for d in found] == [True, False, False, False]
    assert found[0].amount == Decimal(10)


def test_nothing_that_waits_is_left_out_of_the_open_items() -> None:
    waits = {"status": "implemented", "on": "2026-03-01", "by": "Lin Wei"}
    built = record(
        "ACME-0001", "implemented", "10", history=[waits], acceptance={"due": "2026-04-01"}
    )
    view = overview(edition("acme", "EUR", built))
    table = portfolio_tables.waiting(view.going_on, Words("en"))
    (client,) = table.rows
    kinds = [c for c in table.columns if c.title.startswith(("Open", "Unsigned"))]
    assert [column.value(client) for column in kinds] == [0, 0, 0, 1]
    assert client.waiting.count == 1


def test_only_grave_risks_are_listed_the_gravest_first() -> None:
    def risk(likelihood: str, severity: str) -> dict[str, str]:
        return {
            "risk": f"{likelihood}-{severity}",
            "likelihood": likelihood,
            "severity": severity,
        }

    one = edition(
        "alpha",
        "EUR",
        record(
            "ALP-0001",
            "submitted",
            "1.00",
            risks=[risk("high", "medium"), risk("high", "low"), risk("medium", "medium")],
        ),
    )
    other = edition(
        "beta", "JPY", record("BET-0001", "approved", "1", risks=[risk("high", "high")])
    )
    assert [(r.client.slug, r.risk.risk.risk) for r in overview(one, other).risks] == [
        ("beta", "high-high"),
        ("alpha", "high-medium"),
    ]


def asked(id: str, on: str, amount: str) -> EditionRecord:
    requested = {"on": on, "by": "Ada", "party": "client"}
    return record(id, "submitted", amount, requested=requested)


def test_pending_money_is_told_by_age_and_adds_up() -> None:
    one = edition(
        "alpha",
        "EUR",
        asked("ALP-0001", "2026-03-31", "1.00"),
        asked("ALP-0002", "2026-03-01", "2.00"),
        asked("ALP-0003", "2026-02-28", "4.00"),
        asked("ALP-0004", "2025-12-31", "8.00"),
    )
    other = edition(
        "beta",
        "EUR",
        asked("BET-0001", "2025-12-30", "16.00"),
        asked("BET-0002", "2026-01-30", "32.00"),
    )
    (euro,) = overview(one, other).currencies
    assert [
        (band.first, band.last, band.total.amount, [ids for _, ids in band.members.by_client])
        for band in euro.aging
    ] == [
        (0, 30, Decimal(3), [("ALP-0001", "ALP-0002")]),
        (31, 60, Decimal(36), [("ALP-0003",), ("BET-0002",)]),
        (61, 90, Decimal(8), [("ALP-0004",)]),
        (91, None, Decimal(16), [("BET-0001",)]),
    ]
    assert sum(b.total.amount for b in euro.aging) == euro.totals.lines[SumLine.PENDING].amount
    assert euro.oldest
    assert (euro.oldest.client.slug, euro.oldest.age.id, euro.oldest.age.days) == (
        "beta",
        "BET-0001",
        91,
    )


def test_a_month_has_what_all_clients_asked_for_and_decided_in_it() -> None:
    one = edition("alpha", "EUR", asked("ALP-0001", "2026-01-05", "1.00"))
    other = edition("beta", "JPY", record("BET-0001", "approved", "1"))
    months = overview(one, other).months
    assert [
        (
            month.first.isoformat(),
            [ids for _, ids in month.requested.by_client],
            [ids for _, ids in month.decided.by_client],
        )
        for month in months
    ] == [
        ("2026-03-01", [], [("BET-0001",)]),
        ("2026-02-01", [("BET-0001",)], []),
        ("2026-01-01", [("ALP-0001",)], []),
    ]
    assert [month.decided_bar.end_at for month in months] == [100, 0, 0]


def test_the_median_is_that_of_all_stays_and_not_of_the_clients_medians() -> None:
    def stayed(id: str, days: int) -> EditionRecord:
        steps = (("submitted", date(2026, 2, 1)), ("assessing", date(2026, 2, 1 + days)))
        history = [{"status": s, "on": day.isoformat(), "by": "Lin Wei"} for s, day in steps]
        return record(id, "assessing", "1.00", history=history)

    one = edition("alpha", "EUR", *(stayed(f"ALP-000{days}", days) for days in (1, 2, 3, 4)))
    other = edition("beta", "JPY", stayed("BET-0001", 20))
    submitted, assessing = overview(one, other).statuses
    assert (submitted.completed, submitted.median, submitted.now.count) == (5, Decimal(3), 0)
    assert submitted.longest is None
    assert (assessing.completed, assessing.median, assessing.now.count) == (0, None, 5)
    assert assessing.longest
    client, stay = assessing.longest
    assert (client.slug, stay.id, stay.days) == ("alpha", "ALP-0001", 57)


class _Page(HTMLParser):
    """The places and the links of a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.folded = 0
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids |= {values["id"] or ""} if "id" in values else set()
        if tag == "a":
            self.links.append(values.get("href") or "")
        self.folded += values.get("class") == "cb-rest"


@pytest.mark.parametrize("directory_urls", [True, False])
@pytest.mark.parametrize("root", [samples.ROOT, CASE], ids=["samples", "case"])
def test_every_link_leads_into_a_clients_folder_and_to_a_place_there(
    root: Path, directory_urls: bool
) -> None:
    if root == samples.ROOT:
        contents = samples.overview(directory_urls=directory_urls)
    else:
        contents = workspace_contents(team_editions(root), root, directory_urls=directory_urls)
    written = {posixpath.dirname(page.path): page.content for page in contents.pages}

    @cache
    def read(folder: str) -> _Page:
        return _Page(written[folder])

    whole = read("")
    for link in whole.links:
        target, fragment = urldefrag(link)
        assert not urlsplit(link).scheme
        if target and not directory_urls:
            assert target.endswith("/index.html")
            target = target.removesuffix("index.html")
        folder = posixpath.normpath(target) if target else ""
        assert folder in written, link
        assert not fragment or unquote(fragment) in read(folder).ids, link
    for edition in team_editions(root):
        assert any(link.startswith(f"{edition.slug}/impact/") for link in whole.links)


def test_long_lists_are_folded_and_nothing_is_left_out() -> None:
    def waits(number: int) -> EditionRecord:
        return record(f"ALP-{number:04}", "awaiting-decision", "1.00", decision={"due": None})

    def page(count: int) -> _Page:
        many = edition("alpha", "EUR", *map(waits, range(1, count + 1)))
        (made,) = portfolio_pages([many])
        return _Page(made.content)

    short, long = page(10), page(12)
    assert long.folded == short.folded + 1
    assert {
        f"alpha/{urls.record(f'ALP-{n:04}')}".removesuffix("index.md") for n in range(1, 13)
    } <= set(long.links)


def test_text_of_clients_is_shown_as_written() -> None:
    hostile = edition("alpha", "EUR", name="</td><script>alert(1)</script> *b* {{ 7*7 }}")
    (made,) = portfolio_pages([hostile, replace(ALPHA, slug="other")])
    assert "<script>" not in made.content
    assert "{{ 7*7 }}" in made.content


def test_without_clients_or_changes_there_is_still_a_page() -> None:
    (empty,) = portfolio_pages([])
    assert "<table" not in empty.content or "cb-first" not in empty.content
    (bare,) = portfolio_pages([edition("alpha", "EUR")])
    page = _Page(bare.content)
    assert {"sums", "waiting", "statuses"} <= page.ids
    assert not {"budgets", "decisions", "risks"} & page.ids


def test_cells_say_what_is_over_late_unknown_or_archived() -> None:
    late = record("ALP-0003", "awaiting-decision", None, decision={"due": "2026-03-02"})
    spent = edition("alpha", "EUR", record("ALP-0001", "approved", "100.00"), late, budget="40.00")
    ended = replace(BETA, profile=BETA.profile.model_copy(update={"archived": date(2026, 3, 30)}))
    (made,) = portfolio_pages([spent, ended])
    words = " ".join(re.sub(r"<[^>]+>", " ", made.content).split())
    for said in ("over budget", "was due on 2 Mar 2026", "not assessed", "archived on 30 Mar 2026"):
        assert said in words

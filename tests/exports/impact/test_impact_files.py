"""The exported figures: those of the Impact page to the last digit, in every form, and safe."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from changebook.check import load_checked
from changebook.cli import load, main
from changebook.edition import editions
from changebook.edition.editions import Edition, make_edition
from changebook.exports.impact.figures import ImpactFigures, impact_figures
from changebook.exports.impact.files import FORMATS, as_csv, as_json, as_text, as_xlsx
from changebook.exports.tables.text import WIDTH
from changebook.model import baseline, sums
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.sums import Figure, Position, SumLine
from changebook.model.values import money
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.read.workspace import Client, Workspace
from changebook.views.amendments import amendments
from changebook.views.impact import Group, impact
from changebook.views.months import Comparison, month_ends
from tests import samples
from tests.canary import CLIENT, Canaries, plant

BREAKDOWNS = ("by_reason", "by_type", "by_party", "by_item")


def client_of(slug: str) -> Client:
    return samples.workspace().client(slug)


@pytest.fixture(scope="module", params=samples.EDITIONS, ids=str)
def edition(request: pytest.FixtureRequest) -> Edition:
    return samples.edition(*request.param)


@pytest.fixture(scope="module")
def exported(edition: Edition) -> ImpactFigures:
    return ImpactFigures(edition, None, impact(edition), month_ends(edition))


def amounts(figure: dict[str, Any]) -> tuple[Decimal, list[tuple[str, Decimal]], list[str]]:
    parts = [(part["id"], Decimal(part["amount"])) for part in figure["parts"]]
    return Decimal(figure["amount"]), parts, figure["not_assessed"]


def of(figure: Figure) -> tuple[Decimal, list[tuple[str, Decimal]], list[str]]:
    return figure.amount, [(p.id, p.amount) for p in figure.parts], list(figure.unknown)


def loaded(figures: ImpactFigures) -> Any:
    return json.loads(as_json(figures))


def test_the_report_is_the_pages_view(edition: Edition) -> None:
    made = impact_figures(client_of(edition.slug), edition.audience)
    assert made.edition == edition
    assert made.view == impact(edition)
    assert made.ends == month_ends(edition)


def test_json_has_every_figure_of_the_page(edition: Edition, exported: ImpactFigures) -> None:
    page, data = impact(edition).position, loaded(exported)
    assert list(data["lines"]) == [line.value for line in SumLine]
    for line, figure in page.lines.items():
        assert amounts(data["lines"][line.value]) == of(figure)
    for key, figure in (
        ("approved_adds", page.adds),
        ("approved_credits", page.credits),
        ("pending_adds", page.pending_adds),
        ("pending_credits", page.pending_credits),
    ):
        assert amounts(data[key]) == of(figure)
    assert page.budget
    assert amounts(data["budget"]["used"]) == of(page.budget.used)
    left = [Decimal(data["budget"][key]["amount"]) for key in ("left", "left_if_pending")]
    assert left == [page.budget.left, page.budget.left_if_pending]
    for key, lines in (("revised", page.tax_on_revised), ("forecast", page.tax_on_forecast)):
        taxes = [
            (Decimal(t["rate"]), Decimal(t["base"]), Decimal(t["tax"])) for t in data["tax"][key]
        ]
        assert taxes == [(line.rate, line.base, line.tax) for line in lines]
    assert [(f["id"], Decimal(f["amount"]), f["currency"]) for f in data["foreign"]] == [
        (line.id, line.row.amount, line.row.currency) for line in page.foreign
    ]


def test_json_has_amendments_acceptances_and_what_it_took(exported: ImpactFigures) -> None:
    data, edition, currency = loaded(exported), exported.edition, exported.currency
    views = amendments(edition, exported.position)
    assert [
        (a["reference"], a["signing"], Decimal(a["sum"]["amount"]), [c["id"] for c in a["changes"]])
        for a in data["amendments"]
    ] == [(v.reference, v.signing, v.sum.net.amount, [c.id for c in v.changes]) for v in views]
    records = {record.data.id: record.data for record in edition.records}
    said = {each["id"]: each for each in data["acceptances"]}
    assert {id: each["outcome"] for id, each in said.items()} == {
        id: r.acceptance.outcome for id, r in records.items() if r.acceptance and r.acceptance.on
    }
    assert [each["id"] for each in data["outcomes"]] == [o.id for o in exported.view.outcomes]
    for each, page in zip(data["outcomes"], exported.view.outcomes, strict=True):
        agreed = None if page.agreed is None else money(page.agreed, currency)
        assert each["agreed"] == agreed
        assert each["finished"] == (page.finished.isoformat() if page.finished else None)
        assert [r["role"] for r in each["roles"]] == [r.role for r in page.roles]


def test_files_say_that_a_client_is_archived() -> None:
    client = client_of("yunfan")
    profile = client.profile.model_copy(update={"archived": date(2026, 12, 31)})
    archived = replace(client, profile=profile)
    assert loaded(impact_figures(archived))["client"]["archived"] == "2026-12-31"
    assert loaded(impact_figures(client))["client"]["archived"] is None


def test_json_has_the_register_the_dates_and_the_people(exported: ImpactFigures) -> None:
    page, data = exported.position, loaded(exported)
    keys = ("amount", "earlier", "sum_before", "this", "sum_after")
    assert [
        [entry["id"], *(Decimal(entry[key]) for key in keys)] for entry in data["register"]
    ] == [[e.id, e.amount, e.earlier, e.before, e.this, e.after] for e in page.register]
    assert [
        (m["milestone"], m["agreed"], m["pending"] and m["pending"]["latest"])
        for m in data["milestones"]
    ] == [
        (m.id, m.agreed.isoformat(), m.pending and m.pending.latest.isoformat())
        for m in page.milestones
    ]
    roles = [
        (r["role"], Decimal(r["approved"]["days"]), Decimal(r["pending"]["days"]))
        for r in data["person_days"]["roles"]
    ]
    assert roles == [(r.role, r.approved.amount, r.pending.amount) for r in page.effort.roles]
    assert Decimal(data["person_days"]["forecast"]["days"]) == page.effort.forecast
    assert [change["id"] for change in data["pending"]] == [c.row.id for c in exported.view.pending]
    assert [change["id"] for change in data["changes"]] == list(page.standings)


def test_only_the_team_sees_what_it_has_beyond_the_client(exported: ImpactFigures) -> None:
    beyond, data = exported.view.beyond, loaded(exported)["beyond_client"]
    assert (data is None) == (exported.edition.audience is Audience.CLIENT)
    if beyond:
        assert amounts(data["forecast"]) == of(beyond.forecast)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def test_every_figure_names_its_records_and_every_amount_has_the_currencys_decimals(
    exported: ImpactFigures,
) -> None:
    data = loaded(exported)
    seen = 0
    for found in _objects(data):
        texts = [found[key] for key in ("amount", "base", "this", "sum_after") if found.get(key)]
        seen += len(texts)
        assert all(re.fullmatch(r"-?\d+\.\d\d", text) for text in texts)
        given = found is data["budget"]  # the contract's, and its figures name their own
        assert not texts or given or {"id", "records"} & found.keys()
    assert seen > 50


def test_json_has_the_figures_by_group(exported: ImpactFigures) -> None:
    data = loaded(exported)
    for key in BREAKDOWNS:
        groups: tuple[Group[Any], ...] = getattr(exported.view, key)
        assert groups
        for found, group in zip(data[key], groups, strict=True):
            share = group.share
            assert (found["group"], found["records"]) == (group.term, list(share.ids))
            assert amounts(found["approved"]) == of(share.approved)
            assert amounts(found["pending"]) == of(share.pending)
            assert found["days_granted"] == share.granted
            assert [(r["id"], r["days"]) for r in found["requests"]] == [
                (request.id, request.days) for request in share.requests
            ]
            span = found["days_requested"]
            assert (span and (span["low"], span["high"])) == (
                share.requested and (share.requested.low, share.requested.high)
            )


def test_json_has_the_figures_over_time(exported: ImpactFigures) -> None:
    view, data = exported.view, loaded(exported)
    assert [
        (p["on"], Decimal(p["revised"]), Decimal(p["left"]), p["records"]) for p in data["course"]
    ] == [
        (point.on.isoformat(), point.revised, point.left, list(point.ids)) for point in view.course
    ]
    for found, quarter in zip(data["by_quarter"], view.by_quarter, strict=True):
        assert amounts(found["approved"]) == of(quarter.approved)
        assert amounts(found["pending"]) == of(quarter.pending)
        assert (Decimal(found["revised"]), Decimal(found["left"])) == (
            quarter.revised,
            quarter.left,
        )
        assert (found["first"], found["requested"], found["decided"], found["days"]) == (
            quarter.first.isoformat(),
            list(quarter.requested),
            list(quarter.decided),
            quarter.days,
        )


def test_json_has_pace_and_aging(exported: ImpactFigures) -> None:
    view, data = exported.view, loaded(exported)
    pace, found = view.pace, data["pace"]
    assert [(m["month"], m["requested"], m["decided"]) for m in found["months"]] == [
        (f"{m.first:%Y-%m}", list(m.requested), list(m.decided)) for m in pace.months
    ]
    for status, in_data in zip(pace.statuses, found["statuses"], strict=True):
        assert (in_data["status"], in_data["completed"]) == (status.status, status.completed)
        assert in_data["median"] == (None if status.median is None else str(status.median))
        assert [(s["id"], s["since"], s["days"]) for s in in_data["now"]] == [
            (stay.id, stay.since.isoformat(), stay.days) for stay in status.now
        ]
    for key, answered in (("decisions", pace.decisions), ("objections", pace.objections)):
        median = None if answered.median is None else str(answered.median)
        assert found[key] == {"median": median, "records": list(answered.ids)}
    for key in ("in_time", "late", "open_objections"):
        assert found[key] == list(getattr(pace, key))
    for band, in_data in zip(view.aging.bands, data["aging"]["bands"], strict=True):
        assert (in_data["from_days"], in_data["to_days"]) == (band.first, band.last)
        assert amounts(in_data) == of(band.figure)
    oldest = view.aging.oldest
    assert data["aging"]["oldest"] == (oldest and {"id": oldest.id, "days": oldest.days})


def test_json_has_the_risks_and_their_matrix(exported: ImpactFigures) -> None:
    view, data = exported.view, loaded(exported)
    assert [(r["id"], r["title"], r["risk"], r["score"]) for r in data["risks"]] == [
        (risk.id, risk.title, risk.risk.risk, risk.score) for risk in view.risks
    ]
    cells = [cell for row in view.matrix for cell in row]
    assert sum(cell["count"] for cell in data["risk_matrix"]) == len(view.risks)
    for found, cell in zip(data["risk_matrix"], cells, strict=True):
        assert (found["likelihood"], found["severity"], found["band"]) == (
            cell.likelihood,
            cell.severity,
            cell.band,
        )
        assert found["count"] == len(cell.risks)
        assert set(found["records"]) == {risk.id for risk in cell.risks}


def test_json_has_every_month_end_as_known_then_and_now(exported: ImpactFigures) -> None:
    def known(comparison: Comparison) -> dict[str, Any]:
        figures = {change.line: change.after for change in comparison.lines}
        return {
            "lines": {line: format(figure.amount, ".2f") for line, figure in figures.items()},
            "approved": list(figures[SumLine.APPROVED].ids),
            "pending": list(figures[SumLine.PENDING].ids),
            "milestones": {d.after.id: d.after.agreed.isoformat() for d in comparison.dates},
        }

    data = loaded(exported)["month_ends"]
    assert len(data) > 3
    for found, end in zip(data, exported.ends, strict=True):
        assert found["on"] == end.on.isoformat()
        assert found["known_then"] == known(end.since)
        assert found["known_now"] == (end.now and known(end.now))
        assert [(e["id"], e["status"], e["recorded"]) for e in found["written_later"]] == [
            (entry.id, entry.status, entry.recorded.isoformat()) for entry in end.late
        ]


def counting_back() -> ImpactFigures:
    """An approval of 3 March that counts from 20 February and was recorded on 10 March."""
    return crafted(
        decision={
            "outcome": "approved",
            "on": "2026-03-03",
            "effective": "2026-02-20",
            "amount": "-30.00",
        },
        history=[
            {"status": "submitted", "on": "2026-02-10", "by": "Lin Wei"},
            {"status": "approved", "on": "2026-03-03", "by": "Lin Wei", "recorded": "2026-03-10"},
        ],
    )


def test_a_month_end_that_is_known_differently_now_stands_twice() -> None:
    january, february, march = loaded(counting_back())["month_ends"]
    assert (january["known_now"], march["known_now"]) == (None, None)
    then, now = february["known_then"], february["known_now"]
    assert (then["lines"]["approved"], then["lines"]["pending"]) == ("0.00", "-30.00")
    assert (now["lines"]["approved"], now["lines"]["pending"]) == ("-30.00", "0.00")
    assert (then["approved"], now["approved"]) == ([], ["ACME-0001"])
    assert february["written_later"] == [
        {
            "id": "ACME-0001",
            "title": "A change",
            "status": "approved",
            "on": "2026-03-03",
            "recorded": "2026-03-10",
            "counts_from": "2026-02-20",
        }
    ]
    sheets = book(as_xlsx(counting_back()))
    rows = titled(sheets, "Month ends")
    assert [(row[0].date(), row[1], row[3]) for row in rows] == [
        (date(2026, 1, 31), "As known then", 0),
        (date(2026, 2, 28), "As known then", 0),
        (date(2026, 2, 28), "As known now", -30),
        (date(2026, 3, 31), "As known then", -30),
    ]
    ((end, id, *_, recorded, counts_from),) = titled(sheets, "Recorded later")
    assert (end.date(), id) == (date(2026, 2, 28), "ACME-0001")
    assert (recorded.date(), counts_from.date()) == (date(2026, 3, 10), date(2026, 2, 20))


@pytest.fixture(scope="module")
def workbook(exported: ImpactFigures) -> Workbook:
    return book(as_xlsx(exported))


def titled(sheets: Workbook, title: str, language: str = "en") -> list[tuple[Any, ...]]:
    """The rows of a sheet below its heads."""
    _, *rows = sheets[Words(language).gettext(title)].iter_rows(values_only=True)
    return rows


def register_rows(content: bytes) -> tuple[list[str], list[list[str]]]:
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return head, rows


def test_csv_gives_the_register_back(exported: ImpactFigures) -> None:
    head, rows = register_rows(as_csv(exported))
    words = Words(exported.edition.profile.language)
    places = [
        head.index(words.gettext(name))
        for name in ("Amount", "Sum before", "This change", "Sum after")
    ]
    assert [[row[1], *(Decimal(row[place]) for place in places)] for row in rows] == [
        [e.id, e.amount, e.before, e.this, e.after] for e in exported.position.register
    ]
    for row, entry in zip(rows, exported.position.register, strict=True):
        assert row[4:6] == [entry.on.isoformat(), entry.recorded.isoformat()]
        for step in entry.steps:
            number = [m.id for m in exported.position.milestones].index(step.milestone)
            assert row[12 + 2 * number :][:2] == [str(step.days), step.after.isoformat()]
        assert row[-1] == exported.currency


def test_the_heads_are_in_the_clients_language() -> None:
    head, _ = register_rows(as_csv(impact_figures(client_of("yunfan"))))
    assert head[:3] == ["序号", "变更", "标题"]
    assert "两仓全面上线：新日期" in head


def book(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def cells(sheets: Workbook, sheet: int) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheets.worksheets[sheet].iter_rows()]


def exact(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, int | float) else value


def test_xlsx_gives_every_figure_back(exported: ImpactFigures, workbook: Workbook) -> None:
    position = exported.position
    in_sums = [exact(row[1]) for row in cells(workbook, 0)[1:]]
    assert in_sums[:6] == [figure.amount for _, figure in exported.view.headline]
    assert in_sums[6:10] == [
        figure.amount
        for figure in (
            position.adds,
            position.credits,
            position.pending_adds,
            position.pending_credits,
        )
    ]
    register = cells(workbook, 1)[1:]
    assert [[row[1], *(exact(row[n]) for n in (6, 9, 10, 11))] for row in register] == [
        [e.id, e.amount, e.before, e.this, e.after] for e in position.register
    ]
    pending = [(row[0], exact(row[7])) for row in cells(workbook, 2)[1:]]
    assert pending == [(c.row.id, c.standing.amount) for c in exported.view.pending]
    dates = [(row[1].date(), row[2].date()) for row in cells(workbook, 3)[1:]]
    assert dates == [(m.original, m.agreed) for m in position.milestones]
    people = [(exact(row[1]), exact(row[3])) for row in cells(workbook, 4)[1:]]
    effort = position.effort
    assert people == [(r.approved.amount, r.pending.amount) for r in (*effort.roles, effort.total)]


def test_xlsx_gives_the_analysis_back(exported: ImpactFigures, workbook: Workbook) -> None:
    view, language = exported.view, exported.edition.profile.language
    groups: list[Group[Any]] = [group for key in BREAKDOWNS for group in getattr(view, key)]
    rows = titled(workbook, "Where the changes come from", language)
    assert [(row[2], exact(row[3]), exact(row[4]), row[5]) for row in rows] == [
        (len(g.share.ids), g.share.approved.amount, g.share.pending.amount, g.share.granted)
        for g in groups
    ]
    rows = titled(workbook, "Revised sum over time", language)
    assert [(row[0].date(), exact(row[1]), exact(row[2])) for row in rows] == [
        (point.on, point.revised, point.left) for point in view.course
    ]
    rows = titled(workbook, "By quarter", language)
    assert [(row[1], row[2], exact(row[3]), row[4], *map(exact, row[5:7])) for row in rows] == [
        (len(q.requested), len(q.decided), q.approved.amount, q.days, q.revised, q.left)
        for q in view.by_quarter
    ]
    rows = titled(workbook, "Requested and decided", language)
    assert [row[1:3] for row in rows] == [
        (len(month.requested), len(month.decided)) for month in view.pace.months
    ]
    rows = titled(workbook, "Handling times", language)
    assert [(exact(row[1]), row[2], row[3]) for row in rows] == [
        (status.median, status.completed, len(status.now)) for status in view.pace.statuses
    ]
    rows = titled(workbook, "Pending changes by age", language)
    bands = view.aging.bands if view.pending else ()
    assert [exact(row[1]) for row in rows] == [band.figure.amount for band in bands]
    rows = titled(workbook, "Risks of open changes", language)
    assert [(row[0], row[3], row[5]) for row in rows] == [
        (risk.risk.risk, risk.score, risk.id) for risk in view.risks
    ]
    then = [
        row
        for row in titled(workbook, "Month ends", language)
        if row[1] == Words(language).gettext("As known then")
    ]
    assert [[exact(cell) for cell in row[2:8]] for row in then] == [
        [change.after.amount for change in end.since.lines] for end in exported.ends
    ]


def test_every_sheet_has_a_name_that_a_sheet_may_have(
    workbook: Workbook, exported: ImpactFigures
) -> None:
    names = workbook.sheetnames
    number = 19 if exported.edition.profile.contract.corrections else 18
    assert len(names) == len({name.casefold() for name in names}) == number
    assert all(len(name) <= 31 for name in names)


def test_xlsx_numbers_bear_their_currencys_format() -> None:
    def formats(slug: str) -> set[str]:
        sheet = book(as_xlsx(impact_figures(client_of(slug)))).worksheets[0]
        return {row[1].number_format for row in sheet.iter_rows(min_row=2)}

    assert formats("yunfan") == {'"¥"#,##0.00'}
    assert formats("lakeside-clinics") == {'"$"#,##0.00', '"MX$"#,##0.00'}


def test_text_has_the_same_figures_as_people_write_them(exported: ImpactFigures) -> None:
    text = as_text(exported).decode()
    words = Words(exported.edition.profile.language)
    for _, figure in exported.view.headline:
        assert words.money(figure.amount, exported.currency) in text
    for entry in exported.position.register:
        assert re.search(rf"^ +{entry.number}  {entry.id} ", text, re.MULTILINE)
        assert words.money(entry.after, exported.currency) in text
        assert all(words.date(step.after) in text for step in entry.steps)


def table_of_text(of: ImpactFigures, title: str) -> list[str]:
    blocks = as_text(of).decode().split("\n\n")
    (lines,) = (lines for lines in (b.splitlines() for b in blocks) if lines[0] == title)
    return lines[1:]


def test_text_breaks_long_titles_and_loses_no_word() -> None:
    words = [f"word{n}" for n in range(60)]
    lines = table_of_text(crafted(title=" ".join(words)), "Register of change orders")
    assert max(map(len, lines)) <= WIDTH
    assert re.findall(r"word\d+", " ".join(lines)) == words
    assert len(lines) < 20


@pytest.mark.parametrize("milestones", [6, 20])
def test_a_text_table_keeps_its_columns_and_figures_whole_however_many(milestones: int) -> None:
    one = crafted()
    (record,) = one.edition.records
    days = {f"m{n}": 40 + n for n in range(milestones)}
    contract = one.edition.profile.contract
    (first,) = contract.milestones
    named = tuple(first.model_copy(update={"id": id, "name": f"Milestone {id}"}) for id in days)
    decision = record.data.decision
    assert decision
    data = record.data.model_copy(update={"decision": decision.model_copy(update={"days": days})})
    edition = replace(
        one.edition,
        profile=one.edition.profile.model_copy(
            update={"contract": contract.model_copy(update={"milestones": named})}
        ),
        records=(replace(record, data=data),),
    )
    made = ImpactFigures(edition, None, impact(edition), month_ends(edition))
    lines = table_of_text(made, "Register of change orders")
    (row,) = (line for line in lines if "ACME-0001" in line)
    (entry,) = made.position.register
    assert "A change" in row
    assert row.count("−CN¥30.00") == 2
    whole = [f"{step.days}  {Words('en').date(step.after)}" for step in entry.steps]
    assert len(whole) == milestones
    assert re.findall(r"\d+  \d+ \w+ \d{4}", row)[-milestones:] == whole


def test_text_is_the_same_on_every_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    made = crafted(title=" ".join(["word"] * 60))
    first = as_text(made)
    for name, value in (("TERM", "dumb"), ("FORCE_COLOR", "1"), ("COLUMNS", "40")):
        monkeypatch.setenv(name, value)
    assert as_text(made) == first


def test_text_leaves_out_what_stands_elsewhere_and_a_sheet_does_not() -> None:
    made = impact_figures(client_of("meridian-outdoor"))
    assert "Sum before" not in " ".join(table_of_text(made, "Register of change orders"))
    assert "Sum before" in cells(book(as_xlsx(made)), 1)[0]


def test_the_part_that_proceeds_is_named_in_the_reader_s_language() -> None:
    assert "其中：已先行实施，价格未定" in as_text(impact_figures(client_of("yunfan"))).decode()


@pytest.fixture(scope="module")
def read_later() -> Workspace:
    """The samples, read a second time and years later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: 2_000_000_000.0)
        return load_checked(samples.ROOT)[0]


def test_the_same_records_give_the_same_bytes(
    exported: ImpactFigures, read_later: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {form: write(exported) for form, write in FORMATS.items()}
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    again = impact_figures(read_later.client(exported.edition.slug), exported.edition.audience)
    for form, write in FORMATS.items():
        assert write(again) == first[form], form


def test_a_workbook_does_not_read_the_clock(exported: ImpactFigures) -> None:
    """No archive holds a time before 1980: on a machine set to 1971 a build failed."""
    usual = as_xlsx(exported)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: 40_000_000.0)
        patch.setattr("time.localtime", lambda *_: (1971, 4, 9, 0, 0, 0, 0, 99, 0))
        assert as_xlsx(exported) == usual


def test_a_workbook_bears_the_day_of_its_figures() -> None:
    content = as_xlsx(impact_figures(client_of("yunfan"), as_of=date(2026, 3, 31)))
    properties = book(content).properties
    assert properties.created == properties.modified == datetime(2026, 3, 31)  # noqa: DTZ001
    with ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 3, 31, 0, 0, 0)}


def test_known_on_leaves_out_what_was_written_down_later() -> None:
    yunfan = client_of("yunfan")
    day, known = date(2026, 5, 15), date(2026, 5, 15)
    # YF-0009 counts from 14 May, and was recorded on 18 May.
    now, then = impact_figures(yunfan, as_of=day), impact_figures(yunfan, as_of=day, known_on=known)
    assert "YF-0009" in now.position.approved.ids
    assert "YF-0009" not in then.position.approved.ids
    assert loaded(then)["known_on"] == "2026-05-15"
    expected = sums.position([r.data for r in now.edition.records], now.edition.profile, day, known)
    assert same_figures(then.position, expected)
    assert as_text(then) != as_text(now)


@pytest.mark.parametrize("slug", samples.SLUGS)
@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("known", [date(2026, 1, 20), date(2026, 3, 11), date(2026, 5, 20)])
def test_known_on_is_the_position_as_known(slug: str, audience: Audience, known: date) -> None:
    made = impact_figures(client_of(slug), audience, known_on=known)
    edition = make_edition(client_of(slug), audience)
    records = [record.data for record in edition.records]
    contract = baseline.known(edition.profile, known)
    expected = sums.position(records, contract, edition.as_of, known)
    assert same_figures(made.position, expected)


def same_figures(one: Position, other: Position) -> bool:
    def plain(position: Position) -> Position:
        return replace(position, known_on=None, standings={})

    return plain(one) == plain(other)


def test_what_was_a_draft_then_is_kept_from_the_client() -> None:
    """Asked for in December, but recorded as submitted only in March."""
    yunfan = client_of("yunfan")
    record = next(r for r in yunfan.records if r.data.id == "YF-0003")
    first, *others = record.data.history
    late = first.model_copy(update={"recorded": date(2026, 3, 1)})
    data = record.data.model_copy(update={"history": (late, *others)})
    records = tuple(replace(r, data=data) if r is record else r for r in yunfan.records)
    written_late = replace(yunfan, records=records)

    def changes(audience: Audience, known_on: date) -> dict[str, str]:
        data = loaded(impact_figures(written_late, audience, known_on=known_on))
        return {change["id"]: change["bucket"] for change in data["changes"]}

    assert changes(Audience.TEAM, date(2026, 2, 28))["YF-0003"] == "draft"
    assert "YF-0003" not in changes(Audience.CLIENT, date(2026, 2, 28))
    assert changes(Audience.CLIENT, date(2026, 3, 1))["YF-0003"] == "approved"


def crafted(**keys: Any) -> ImpactFigures:
    """A report on one approved change whose texts are hostile."""
    profile = Profile.model_validate(
        {
            "name": "Acme",
            "language": "en",
            "timezone": "UTC",
            "prefix": "ACME",
            "project": "Renewal",
            "vendor": {"name": "Northwind"},
            "contract": {
                "reference": "SOW-3",
                "signed": "2026-01-15",
                "currency": keys.pop("currency", "CNY"),
                "sum": keys.pop("sum", "1000.00"),
                "milestones": [
                    {"id": "m", "name": keys.pop("milestone", "M"), "date": "2026-06-01"}
                ],
            },
        }
    )
    amount = keys.pop("amount", "-30.00")
    data = ChangeRecord.model_validate(
        {
            "id": "ACME-0001",
            "title": "A change",
            "status": "approved",
            "visibility": "client",
            "impact": {"cost": [{"item": "Work", "amount": amount}]},
            "decision": {"outcome": "approved", "on": "2026-03-01", "amount": amount},
            "history": [{"status": "approved", "on": "2026-03-01", "by": "Lin Wei"}],
        }
        | keys
    )
    record = editions.EditionRecord(data, "")
    edition = Edition("acme", Audience.CLIENT, date(2026, 3, 31), profile, "", (), (record,))
    return ImpactFigures(edition, None, impact(edition), month_ends(edition))


@pytest.mark.parametrize(
    "title", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "＝1+1", '=HYPERLINK("http://x.example";"y")']
)
def test_text_that_begins_like_a_formula_is_not_run(title: str) -> None:
    hostile = crafted(title=title, milestone=title)
    head, rows = register_rows(as_csv(hostile))
    assert rows[0][2] == f"'{title}"
    assert head[12] == f"'{title}: days"
    assert rows[0][6] == "-30.00"  # a number stays one
    for sheet in book(as_xlsx(hostile)).worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    cell = book(as_xlsx(hostile)).worksheets[1]["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (title, "s", True)
    assert loaded(hostile)["register"][0]["title"] == title


def test_characters_that_turn_text_around_do_not_reach_a_terminal_or_a_sheet() -> None:
    hostile = crafted(title="A\u202ecod.exe")
    turned = "\u202e".encode()
    assert turned not in as_text(hostile)
    assert turned not in as_csv(hostile)
    assert book(as_xlsx(hostile)).worksheets[1]["C2"].value == "A\ufffdcod.exe"


@pytest.mark.parametrize("sum_", ["123456789012345.67", "12345678901234.50"])
def test_a_number_that_a_sheet_would_round_is_written_as_text(sum_: str) -> None:
    sheet = cells(book(as_xlsx(crafted(sum=sum_, amount="0.00"))), 0)
    value = sheet[1][1]
    assert (str(value) == sum_) if isinstance(value, str) else (exact(value) == Decimal(sum_))
    assert isinstance(value, str) == (sum_ == "123456789012345.67")


def test_a_currency_without_decimals_has_none() -> None:
    yen = crafted(currency="JPY", sum="1000", amount="30")
    assert loaded(yen)["lines"]["revised"]["amount"] == "1030"
    assert book(as_xlsx(yen)).worksheets[0]["B2"].number_format == '"JP¥"#,##0'


def test_nothing_that_a_client_must_not_see_is_in_any_form(tmp_path: Path) -> None:
    canaries = plant(tmp_path / "workspace")
    for id in ("HBR-0003", "HBR-0004"):
        canaries.words[f"id {id}"] = id
    harbour = load_checked(tmp_path / "workspace")[0].client(CLIENT)

    def written(audience: Audience) -> Path:
        folder = tmp_path / audience.value
        folder.mkdir()
        for form, write in FORMATS.items():
            (folder / f"impact.{form}").write_bytes(write(impact_figures(harbour, audience)))
        return folder

    assert canaries.leaks(written(Audience.CLIENT)) == []
    assert leaking(canaries, written(Audience.TEAM)) == {"json", "text", "xlsx"}


def leaking(canaries: Canaries, folder: Path) -> set[str]:
    """The forms in which the search finds a word. The register has no internal record."""
    return {
        leak.partition("impact.")[2].partition("!")[0].split("/")[0]
        for leak in canaries.leaks(folder)
    }


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["impact", *map(str, arguments)])


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_prints_and_writes_the_same(form: str, tmp_path: Path) -> None:
    expected = FORMATS[form](impact_figures(client_of("yunfan")))
    printed = run("yunfan", "--workspace", samples.ROOT, "--format", form)
    assert (printed.exit_code, printed.stdout_bytes) == (0, expected)
    out = tmp_path / "impact"
    assert run("yunfan", "--workspace", samples.ROOT, "--format", form, "--out", out).exit_code == 0
    assert out.read_bytes() == expected


def test_the_command_takes_days_and_an_audience() -> None:
    options = ("--as-of", "2026-05-15", "--known-on", "2026-05-15", "--audience", "team")
    done = run("yunfan", "--workspace", samples.ROOT, "--format", "json", *options)
    day = date(2026, 5, 15)
    assert done.stdout_bytes == as_json(
        impact_figures(client_of("yunfan"), Audience.TEAM, as_of=day, known_on=day)
    )


def test_what_can_not_run_says_so_in_a_line(workspace: Path) -> None:
    for arguments, says in (
        (("nobody",), "the workspace has no client `nobody`; there are: example"),
        (("example", "--as-of", "soon"), "is not a day"),
        (("example", "--out", workspace / "changes" / "x.csv"), "is inside changes/"),
    ):
        done = run(*arguments, "--workspace", workspace)
        assert done.exit_code == 2
        assert says in done.output


def test_problems_stop_it(workspace: Path) -> None:
    profile = workspace / "changes" / "example" / "client.md"
    profile.write_text(profile.read_text("utf-8").replace("currency: ", "currency: X"), "utf-8")
    done = run("example", "--workspace", workspace)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "currency" in done.stderr


def test_every_format_of_the_command_is_written() -> None:
    (option,) = (o for o in load("impact").params if o.name == "form")
    assert list(option.type.choices) == list(FORMATS)  # type: ignore[attr-defined]

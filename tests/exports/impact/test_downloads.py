"""The files beside the impact page: what its links lead to, and the same figures as it shows."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.exports.impact.figures import impact_figures
from changebook.exports.impact.files import as_csv, as_json, as_xlsx
from changebook.model.vocabulary import Audience, Status
from changebook.model.words import Words
from changebook.publish.build import build
from changebook.site.contents import Contents, edition_contents
from tests import samples

DOWNLOADS = (urls.REGISTER_CSV, urls.IMPACT_XLSX, urls.IMPACT_JSON)


@pytest.fixture(scope="module", params=samples.EDITIONS, ids=str)
def edition(request: pytest.FixtureRequest) -> Edition:
    return samples.edition(*request.param)


@pytest.fixture(scope="module")
def contents(edition: Edition) -> Contents:
    return samples.contents(edition.slug, edition.audience)


def files(contents: Contents) -> dict[str, bytes]:
    """The downloads among the generated files; in a site of all clients with the slug."""
    return {f.path: f.content for f in contents.files if f.path.endswith(DOWNLOADS)}


class _Register(HTMLParser):
    """The texts of each row of the register, cell by cell, and the links with a file name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.downloads: dict[str, str] = {}
        self._in_row = self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "tr":
            self._in_row = (values.get("id") or "").startswith("order-")
            if self._in_row:
                self.rows.append([])
        elif tag == "td" and self._in_row:
            self._in_cell = True
            self.rows[-1].append("")
        elif tag == "a" and values.get("download"):
            self.downloads[values["href"] or ""] = values["download"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def register_page(contents: Contents) -> _Register:
    page = next(page for page in contents.pages if page.path == urls.IMPACT)
    return _Register(page.content)


def test_the_page_links_to_every_file_that_it_has(edition: Edition, contents: Contents) -> None:
    assert {path.removeprefix("impact/") for path in files(contents)} == set(
        register_page(contents).downloads
    )
    mark = "internal-" if edition.audience is Audience.TEAM else ""
    name = f"{mark}{edition.slug}-{edition.as_of.isoformat()}-register.csv"
    assert register_page(contents).downloads["register.csv"] == name


def test_the_files_are_those_of_the_command(edition: Edition, contents: Contents) -> None:
    made = impact_figures(samples.workspace().client(edition.slug), edition.audience)
    assert files(contents) == {
        urls.REGISTER_CSV: as_csv(made),
        urls.IMPACT_XLSX: as_xlsx(made),
        urls.IMPACT_JSON: as_json(made),
    }


def test_the_register_has_the_same_figures_on_the_page_and_in_every_file(
    edition: Edition, contents: Contents
) -> None:
    words, currency = Words(edition.profile.language), edition.profile.contract.currency
    found = files(contents)
    shown = register_page(contents).rows
    heads, *lines = csv.reader(io.StringIO(found[urls.REGISTER_CSV].decode("utf-8-sig")))
    data = json.loads(found[urls.IMPACT_JSON])
    book = load_workbook(io.BytesIO(found[urls.IMPACT_XLSX]))
    _, *cells = book[words.gettext("Register of change orders")].iter_rows(values_only=True)
    assert len(shown) == len(lines) == len(data["register"]) == len(cells) > 0

    names = ("No.", "Change", "Title", "Effective from", "Sum before", "This change", "Sum after")
    places = [heads.index(words.gettext(name)) for name in names]
    for row, line, entry, sheet in zip(shown, lines, data["register"], cells, strict=True):
        number, id, title, on, before, this, after = (line[place] for place in places)
        assert row[0] == number
        assert row[1].startswith(f"{id} {title}")
        assert words.date(date.fromisoformat(on)) in row[1]
        assert sheet[places[3]] == datetime.fromisoformat(on)
        assert row[2] == words.money(Decimal(before), currency)
        assert row[3].startswith(words.money(Decimal(this), currency, signed=True))
        assert row[4] == words.money(Decimal(after), currency)
        keys = ("id", "counts_from", "sum_before", "this", "sum_after")
        assert [entry[key] for key in keys] == [id, on, before, this, after]
        assert [Decimal(str(sheet[place])) for place in places[4:]] == [
            Decimal(text) for text in (before, this, after)
        ]


def test_every_new_date_of_the_page_is_in_the_register_file(
    edition: Edition, contents: Contents
) -> None:
    words = Words(edition.profile.language)
    heads, *lines = csv.reader(io.StringIO(files(contents)[urls.REGISTER_CSV].decode("utf-8-sig")))
    data = json.loads(files(contents)[urls.IMPACT_JSON])
    moved = 0
    for row, line, entry in zip(register_page(contents).rows, lines, data["register"], strict=True):
        for step in entry["milestones"]:
            if step["days"]:
                moved += 1
                milestone = edition.profile.milestone(step["milestone"])
                assert milestone
                head = words.gettext("%(milestone)s: new date") % {"milestone": milestone.name}
                assert line[heads.index(head)] == step["after"]
                assert words.days(step["days"], signed=True) in row[5]
    assert moved


def test_without_change_orders_there_is_no_register() -> None:
    edition = samples.edition("meridian-outdoor")
    waiting = tuple(r for r in edition.records if r.data.status is Status.AWAITING_DECISION)
    assert waiting
    contents = edition_contents(
        replace(edition, records=waiting), samples.ROOT, directory_urls=True
    )
    assert set(files(contents)) == {urls.IMPACT_XLSX, urls.IMPACT_JSON}
    assert set(register_page(contents).downloads) == {"impact.xlsx", "impact.json"}


def test_in_one_site_of_all_clients_each_has_its_own_files() -> None:
    together = files(samples.overview())
    slugs = (*samples.SLUGS, samples.ARCHIVED)
    assert set(together) == {f"{slug}/{path}" for slug in slugs for path in DOWNLOADS}
    for slug in slugs:
        alone = files(samples.contents(slug, Audience.TEAM))
        assert {path: together[f"{slug}/{path}"] for path in alone} == alone


def test_a_build_publishes_the_files(workspace: Path) -> None:
    assert build(workspace, jobs=1).ok
    site = workspace / "site" / "example"
    client = load_checked(workspace)[0].client("example")
    made = impact_figures(client)
    assert (site / urls.IMPACT_XLSX).read_bytes() == as_xlsx(made)
    assert (site / urls.IMPACT_JSON).read_bytes() == as_json(made)
    links = re.findall(r'href="([\w.]+)" download', (site / "impact/index.html").read_text("utf-8"))
    assert {f"impact/{link}" for link in links} == {
        path.relative_to(site).as_posix()
        for path in (site / "impact").iterdir()
        if path.suffix in (".csv", ".xlsx", ".json")
    }

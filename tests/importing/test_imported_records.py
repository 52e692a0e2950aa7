"""What a record that was imported may lack, and where people read that it was."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from changebook.check import load_checked
from changebook.cli import main
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.model import sums, timeline
from changebook.model.diagnostics import errors
from changebook.model.schema import ChangeRecord
from changebook.model.vocabulary import Audience, Status
from changebook.proof.seal import seal
from changebook.site.contents import edition_contents

CASE = Path(__file__).parents[1] / "cases" / "check" / "good-imported"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(CASE / "changes", tmp_path / "changes")
    return tmp_path


def record(root: Path, id: str) -> ChangeRecord:
    return load_checked(root)[0].record(id)[1].data


def test_what_has_no_date_is_there_from_the_import_on(root: Path) -> None:
    undated = record(root, "ACME-0014")
    assert timeline.at(undated, date(2026, 3, 28)) is None
    assert timeline.at(undated, date(2026, 3, 29)) == undated


def test_its_status_is_that_of_the_source_from_the_import_on(root: Path) -> None:
    closed = record(root, "ACME-0012")
    states = {
        day: standing.status if (standing := timeline.at(closed, day)) else None
        for day in (date(2026, 2, 19), date(2026, 2, 20), date(2026, 3, 29))
    }
    assert list(states.values()) == [None, Status.APPROVED, Status.CLOSED]


def test_its_amount_counts_from_its_decision_on(root: Path) -> None:
    client = load_checked(root)[0].client("acme")
    records = [each.data for each in client.records]
    amounts = [
        sums.position(records, client.profile, day).lines[sums.SumLine.APPROVED].amount
        for day in (date(2026, 2, 19), date(2026, 2, 20))
    ]
    assert [str(amount) for amount in amounts] == ["0.00", "8600.00"]


def test_pages_say_that_it_was_imported(root: Path) -> None:
    assert seal(root).additions
    client = load_checked(root)[0].client("acme")
    contents = edition_contents(make_edition(client, Audience.CLIENT), root, directory_urls=True)
    pages = {page.path: page.content for page in contents.pages}
    page = " ".join(re.sub(r"<[^>]+>", "", pages[urls.record("ACME-0012")]).split())
    assert "Imported on 29 Mar 2026 from Change log 2025.xlsx, not witnessed here." in page
    assert "Its number there: CR-012" in page
    assert "Imported, not witnessed. Sealed as No. 2" in page
    feed = next(file for file in contents.files if file.path == urls.FEED_CHANGES)
    assert "Its number there: CR-012" in feed.content.decode()


def test_an_amount_that_the_source_lacks_is_no_amount_of_zero(root: Path) -> None:
    file = next(root.glob("changes/acme/*/ACME-0012*.md"))
    file.write_text(re.sub(r"  amount: 8500.00\n", "", file.read_text("utf-8")), "utf-8")
    client = load_checked(root)[0].client("acme")
    contents = edition_contents(make_edition(client, Audience.CLIENT), root, directory_urls=True)
    page = next(p.content for p in contents.pages if p.path == urls.record("ACME-0012"))
    assert "The source does not say what amount was approved" in page
    assert "Contract sum after this change" not in page


def test_verify_finds_the_old_id(root: Path) -> None:
    assert seal(root).additions
    said = CliRunner().invoke(main, ["verify", "--workspace", str(root), "--digest", "CR-012"])
    assert said.exit_code == 0, said.output
    assert "ACME-0012 Split payments" in said.output
    assert "imported, not witnessed here: CR-012 in Change log 2025.xlsx" in said.output


def test_where_it_came_from_is_sealed(root: Path) -> None:
    assert seal(root).additions
    file = root / "changes" / "acme" / "2025" / "ACME-0012-split-payments.md"
    file.write_text(file.read_text("utf-8").replace("CR-012", "CR-021"), "utf-8")
    assert {problem.rule for problem in errors(load_checked(root)[1])} == {"sealed-altered"}


def test_it_goes_on_from_the_status_that_it_had(root: Path) -> None:
    accepted = CliRunner().invoke(
        main,
        [
            *("note", "--workspace", str(root), "ACME-0013", "acceptance", "accepted"),
            *("--by", "Chen Yu", "--on", "2026-05-03"),
        ],
    )
    assert accepted.exit_code == 0, accepted.output
    said = CliRunner().invoke(
        main,
        [
            *("advance", "--workspace", str(root), "ACME-0013", "closed"),
            *("--by", "Lin Wei", "--on", "2026-05-04"),
        ],
    )
    assert said.exit_code == 0, said.output
    assert record(root, "ACME-0013").status is Status.CLOSED
    refused = CliRunner().invoke(
        main,
        [
            *("advance", "--workspace", str(root), "ACME-0012", "implemented"),
            *("--by", "Lin Wei", "--on", "2026-05-04"),
        ],
    )
    assert "`closed` comes `superseded`" in refused.output


@pytest.mark.slow
def test_paper_says_that_it_was_imported(root: Path) -> None:
    out = root / "paper"
    said = CliRunner().invoke(
        main, ["print", "--workspace", str(root), "--out", str(out), "ACME-0012"]
    )
    assert said.exit_code == 0, said.output
    (file,) = out.rglob("*.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(file).pages)
    assert "CR-012" in text
    assert "not witnessed here" in " ".join(text.split())

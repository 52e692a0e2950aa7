"""Change orders that others have published come out with the figures that they published.

The form is that of AIA Document G701: the original contract sum, the net change by change orders
before, the sum prior to this one, this one, the new sum, and the date of substantial completion.
"""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.exports.impact.figures import ImpactFigures, impact_figures
from changebook.model import sums
from changebook.read.workspace import Client

PUBLISHED = Path(__file__).parents[1] / "cases" / "published"


def client(root: Path) -> Client:
    workspace, problems = load_checked(root)
    assert problems == []
    return workspace.clients[0]


def exported(name: str) -> ImpactFigures:
    return impact_figures(client(PUBLISHED / name))


def g701(made: ImpactFigures) -> list[tuple[Decimal, ...]]:
    """Original sum, net change before, sum prior, this change order, new sum."""
    original = made.position.original.amount
    return [(original, e.earlier, e.before, e.this, e.after) for e in made.position.register]


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text.replace(",", "")) for text in texts)


def test_sexton_cove() -> None:
    """Monroe County, Florida, "2nd Change Order 02/23/2018", Sexton Cove Roadway and Drainage.

    Clerk of the Court, public records, document 253071:
    https://minutes.monroe-clerk.com/WebLink/DocView.aspx?dbid=0&id=253071&repo=Monroe-County-Clerk-of-the-Court
    The paper has all five figures of change order 2 and its lines, and the amount of the first. It
    has no date of the first, which is entered on the last day of 2017: only the order matters.
    """
    made = exported("sexton-cove")
    assert g701(made) == [
        amounts("1,105,342.35", "0", "1,105,342.35", "43,262.80", "1,148,605.15"),
        amounts("1,105,342.35", "43,262.80", "1,148,605.15", "-46,064.35", "1,102,540.80"),
    ]
    assert made.position.revised.amount == Decimal("1102540.80")
    assert (made.position.adds.amount, made.position.credits.amount) == amounts(
        "43,262.80", "-46,064.35"
    )
    data = made.edition.records[1].data
    table = sums.lines(data, made.edition.profile)
    assert tuple(row.amount for row in table.rows) == amounts(
        "-26,628.00", "-19,544.00", "-5.00", "165.45", "-105.60", "52.80"
    )
    assert table.total == Decimal("-46064.35")


def test_key_largo_3() -> None:
    """Monroe County, Florida, Key Largo III Roadway and Drainage Project, three change orders.

    Clerk of the Court, public records, documents 445786 ("2nd Change Order 01/24/2025") and 447470
    (agenda item C7 of 21 May 2025, change order 3):
    https://minutes.monroe-clerk.com/WebLink/DocView.aspx?dbid=0&id=445786&repo=Monroe-County-Clerk-of-the-Court
    https://minutes.monroe-clerk.com/WebLink/DocView.aspx?dbid=0&id=447470&repo=Monroe-County-Clerk-of-the-Court
    The first order's 15 days follow from the published dates: 8 July 2025 by the contract, 24 July
    with one day by the second. Its approval is given as "12.16.": 2024, before the second began.
    The sum between the second and the third is the published new sum less the third.
    """
    made = exported("key-largo-3")
    assert g701(made) == [
        amounts("2,056,580.59", "0", "2,056,580.59", "33,176.80", "2,089,757.39"),
        amounts("2,056,580.59", "33,176.80", "2,089,757.39", "6,073.78", "2,095,831.17"),
        amounts("2,056,580.59", "39,250.58", "2,095,831.17", "249,778.00", "2,345,609.17"),
    ]
    completion = made.position.completion
    assert completion
    assert [step.after for step in completion.steps] == [
        date(2025, 7, 23),
        date(2025, 7, 24),
        date(2025, 8, 26),
    ]


@pytest.mark.parametrize(
    ("as_of", "revised"), [("2024-12-31", "2089757.39"), ("2025-01-31", "2095831.17")]
)
def test_the_sum_of_a_day_between_two_change_orders(as_of: str, revised: str) -> None:
    made = impact_figures(client(PUBLISHED / "key-largo-3"), as_of=date.fromisoformat(as_of))
    assert made.position.revised.amount == Decimal(revised)


def test_published_days_that_do_not_fit_the_published_date_are_found(tmp_path: Path) -> None:
    """Change order 3 says 34 days and 26 August: 33 from 24 July. The date is the one entered."""
    root = tmp_path / "key-largo-3"
    shutil.copytree(PUBLISHED / "key-largo-3", root)
    file = next(root.rglob("KL3-0003-*.md"))
    file.write_text(file.read_text("utf-8").replace("completion: 33", "completion: 34"), "utf-8")
    _, problems = load_checked(root)
    assert [(problem.rule, problem.path.rpartition("/")[2]) for problem in problems] == [
        ("date-chain", file.name)
    ]

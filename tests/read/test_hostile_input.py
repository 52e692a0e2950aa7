"""Input that nobody means: it is named with its place, or it does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.edition.editions import make_edition
from changebook.exports.feeds.calendar import as_calendar
from changebook.model import sums
from changebook.model.diagnostics import RULES, Place, as_text, errors
from changebook.model.vocabulary import Audience
from tests.canary import CLIENT, _profile, _record


def write(root: Path, profile: str, record: str, name: str = "HBR-0001-a.md") -> Path:
    folder = root / "changes" / CLIENT / "2026"
    folder.mkdir(parents=True)
    (folder.parent / "client.md").write_text(profile, "utf-8")
    (folder / name).write_text(record, "utf-8")
    return root


PROFILE = _profile("Harbour Office", "HBR", ["Lin Wei"])
RECORD = _record("HBR-0001", "Longer berths", "approved")


def refused(root: Path) -> list[tuple[str, str]]:
    return [(p.rule, p.message.partition(" ")[0]) for p in errors(load_checked(root)[1])]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    - {id: a, ", "    - {id: a, ", None),
        ("  amount: 500.00", "  amount: ٥٠٠.00", ("bad-number", "`decision.amount`")),
        ("  on: 2026-02-13\n", "  on: ２０２６-02-13\n", ("bad-date", "`decision.on`")),
        ("id: HBR-0001", "id: HBR-０００１", ("unknown-value", "`id`")),
    ],
)
def test_digits_of_other_scripts_are_no_second_spelling(
    tmp_path: Path, old: str, new: str, problem: tuple[str, str] | None
) -> None:
    found = refused(write(tmp_path, PROFILE, RECORD.replace(old, new, 1)))
    assert problem in found if problem else found == []


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("https://changes.example", True),
        ("https://changes.example/harbour/", True),
        ("https://changes.example/?client=harbour", False),
        ("https://changes.example/#harbour", False),
        ("mailto:log@changes.example", False),
        ("https:///harbour", False),
    ],
)
def test_the_address_of_a_site_can_have_pages_behind_it(
    tmp_path: Path, address: str, is_right: bool
) -> None:
    profile = PROFILE.replace("prefix:", f'site_url: "{address}"\nprefix:', 1)
    found = refused(write(tmp_path, profile, RECORD))
    assert found == ([] if is_right else [("unknown-value", "`site_url`")])


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_calendar_in_the_first_and_the_last_year(tmp_path: Path, year: str) -> None:
    root = write(tmp_path, PROFILE.replace("2026", year), RECORD.replace("2026", year))
    edition = make_edition(load_checked(root)[0].client(CLIENT), Audience.CLIENT)
    position = sums.position([r.data for r in edition.records], edition.profile, edition.as_of)
    assert b"SUMMARY:Approved: HBR-0001" in as_calendar(edition, position, edition.words)


def test_a_person_of_the_vendor_is_found_whatever_the_name_holds(tmp_path: Path) -> None:
    profile = PROFILE.replace("name: Lin Wei", "name: 'Lin \"Ace\" Wei'")
    record = RECORD.replace("rationale: It is worth it.", "rationale: 'Lin \"Ace\" Wei asked.'")
    root = write(tmp_path, profile, record)
    edition = make_edition(load_checked(root)[0].client(CLIENT), Audience.CLIENT)
    assert [person.name for person in edition.profile.people] == ["Ada Moreau", 'Lin "Ace" Wei']


def test_of_one_kind_the_first_hundred_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    body = "[a](b) " * 1_234 + "\n\n[c][d](e)"
    root = write(tmp_path, PROFILE, f"{RECORD}\n{body}\n")
    _, problems = load_checked(root)
    assert [p.rule for p in problems].count("broken-link") == 100
    (rest,) = (p for p in problems if p.rule == "many-of-one-kind")
    assert rest.column == 100 * len("[a](b) ") + 1
    assert "`broken-link` occurs 1,135 more times" in rest.message


def test_a_line_of_pipes_takes_no_time(tmp_path: Path) -> None:
    """Each place in it was tried as the head of a table, up to its end: minutes."""
    root = write(tmp_path, PROFILE, f"{RECORD}\n\n{'|' * 290_000}\n")
    assert refused(root) == []


def test_a_problem_in_a_long_line_is_shown_with_its_surroundings(tmp_path: Path) -> None:
    long = "\x07" + "word " * 60_000 + "[a](b)" + " word" * 60
    place = Place(1, long.index("[a]") + 1, 6)
    problem = RULES["broken-link"].at("a.md", place, "m", "h")
    shown, carets = as_text([problem], lambda *_: long).split("\n")[3:5]
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "[a](b)"


@pytest.mark.parametrize(
    ("body", "column"),
    [("[" * 9_000, 2_041), ("[[a]] " * 9_000, None), ("[a\n\n" * 1_990, None)],
)
def test_brackets_that_nothing_closes(tmp_path: Path, body: str, column: int | None) -> None:
    _, problems = load_checked(write(tmp_path, PROFILE, f"{RECORD}\n{body}\n"))
    told = [p.column for p in problems if p.rule == "too-many-brackets"]
    assert told == ([column] if column else [])


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("<svg>" * 9_000, 0),
        ("<div>\n" * 9_000, 100),
        ("<div>a</div>\n" * 9_000, None),
        ("<p>a\n" * 9_000, None),
        ("<svg>" + '<path d="M0 0"/>' * 9_000 + "</svg>", None),
        ("a <br>\n" * 9_000, None),
        ("<div><b>a</div>\n" * 9_000, None),
        ("`<div>`\n" * 9_000, None),
    ],
)
def test_elements_that_nothing_closes(tmp_path: Path, body: str, line: int | None) -> None:
    _, problems = load_checked(write(tmp_path, PROFILE, f"{RECORD}\n{body}\n"))
    told = [p.line for p in problems if p.rule == "nested-too-deep"]
    first = RECORD.count("\n") + 2
    assert told == ([] if line is None else [first + line])


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("# a\n" * 2_001, 2_000),
        ("a\n---\n\n" * 2_001, 6_000),
        ("# a\n" * 2_000, None),
        ("```\n" + "# a\n" * 2_001 + "```\n", None),
        ("- a\n" * 2_001, None),
    ],
)
def test_more_headings_than_a_page_holds(tmp_path: Path, body: str, line: int | None) -> None:
    _, problems = load_checked(write(tmp_path, PROFILE, f"{RECORD}\n{body}\n"))
    told = [p.line for p in problems if p.rule == "too-many-headings"]
    assert told == ([] if line is None else [RECORD.count("\n") + 2 + line])

"""`check`: small workspaces as data, each with its complete list of diagnostics."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from changebook.check import load_checked, rule_pages, rules
from changebook.model.diagnostics import as_json, as_text
from changebook.read.source_lines import source_lines
from changebook.read.workspace import WorkspaceError

CASES = Path(__file__).parents[1] / "cases" / "check"
DOCS = Path(__file__).parents[2] / "docs" / "rules"
#: Rules about files that can't be kept as they are in a repository, with where they are tested.
MADE_BY_CODE = {"file-too-large", "symbolic-link", "unreadable-file"}  # test_source.py
MADE_BY_CODE |= {"many-of-one-kind", "too-many-brackets", "too-many-headings"}  # test_hostile_input
#: A rule about a team's own style sheet, which no record breaks.
MADE_BY_STYLES = {"layout-remark"}  # test_paper_pdf.py
#: Rules about two revisions: pairs of workspaces, and a merge that only git can make.
BETWEEN_REVISIONS = CASES.parent / "base"
#: Rules that break only when a document is typeset: a build's problems.
ON_PAPER = CASES.parent / "paper"
MADE_BY_GIT = {"merge-conflict", "kept-out-of-git", "dated-ahead"}  # test_compare, test_evasions


def cases() -> list[str]:
    return sorted(folder.name for folder in CASES.iterdir())


@pytest.mark.parametrize("case", cases())
def test_case(case: str, matches: Callable[[Path, str], None]) -> None:
    root = CASES / case
    _, problems = load_checked(root)
    matches(root / "expected.txt", as_text(problems, source_lines(root)))


def test_every_rule_has_a_case() -> None:
    files = (
        f for folder in (CASES, BETWEEN_REVISIONS, ON_PAPER) for f in folder.glob("*/expected.txt")
    )
    shown = "".join(file.read_text(encoding="utf-8") for file in files)
    reported = set(re.findall(r"^(?:error|warning|note)\[(.+?)\]", shown, re.MULTILINE))
    assert {rule.name for rule in rules()} - MADE_BY_CODE - MADE_BY_STYLES - MADE_BY_GIT == reported


def test_good_cases_are_clean() -> None:
    clean = {case for case in cases() if not (CASES / case / "expected.txt").stat().st_size}
    assert clean == {case for case in cases() if case.startswith("good-")}


def test_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no folder named changes"):
        load_checked(tmp_path)


def test_json_has_the_documented_keys() -> None:
    _, problems = load_checked(CASES / "all-broken")
    rows = json.loads(as_json(problems))
    assert len(rows) == len(problems)
    keys = ["rule", "severity", "path", "line", "column", "message", "help"]
    assert all(sorted(row) == sorted(keys) for row in rows)


def test_each_rule_has_its_page() -> None:
    form = (
        r"# {}\n\n{}\. {}\n\n## Example\n\nWrong:\n\n```.*\n\nRight:\n\n```.*\n\n## Why\n\n\S.*\n"
    )
    for rule in rules():
        says = (re.escape(text) for text in (rule.name, rule.severity.capitalize(), rule.summary))
        page = rule_pages.page(rule)
        assert re.fullmatch(form.format(*says), page, re.DOTALL), rule.name
        assert rule_pages.why(page)


def test_the_index_has_each_rule(matches: Callable[[Path, str], None]) -> None:
    assert {file.stem for file in DOCS.iterdir()} == {"index", *(rule.name for rule in rules())}
    introduction = (DOCS / "index.md").read_text("utf-8").partition("| Rule")[0]
    cell = "| [{0.name}]({0.name}.md) | {0.severity} | {1} |\n"
    rows = (cell.format(rule, rule.summary.replace("|", r"\|")) for rule in rules())
    head = "| Rule | Severity | What is wrong |\n|---|---|---|\n"
    matches(DOCS / "index.md", introduction + head + "".join(rows))

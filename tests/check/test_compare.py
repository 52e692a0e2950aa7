"""What a change may not do: pairs of workspaces as data, then the same over real git."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from changebook.check import load_checked
from changebook.check.since import rules
from changebook.check.since.revisions import judge
from changebook.check.since.rules import Sides
from changebook.cli import main
from changebook.model import decided
from changebook.model.diagnostics import KeyPath, Problem, Rule, as_text
from changebook.model.differences import differences
from changebook.read.form import spell
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Workspace
from tests.scratch import Scratch

CASES = Path(__file__).parents[1] / "cases" / "base"
CARDS = "changes/acme/2026/ACME-0012-split-payments.md"
#: The profile of the cases that have none.
PROFILE = CASES / "client.md"


def cases() -> list[str]:
    return sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())


def side(case: str, name: str, root: Path) -> tuple[Workspace, list[Problem]]:
    """One side of a case as a workspace below `root`."""
    shutil.copytree(CASES / case / name, root, ignore=shutil.ignore_patterns(".gitkeep"))
    if not any((CASES / case).glob("*/changes/*/client.md")):
        (root / "changes" / "acme").mkdir(parents=True, exist_ok=True)
        shutil.copy(PROFILE, root / "changes" / "acme" / "client.md")
    return load_checked(root)


@pytest.mark.parametrize("case", cases())
def test_case(case: str, tmp_path: Path, matches: Callable[[Path, str], None]) -> None:
    before, known = side(case, "before", tmp_path / "before")
    after, problems = side(case, "after", tmp_path / "after")
    base = before
    if (CASES / case / "base").is_dir():
        base, _ = side(case, "base", tmp_path / "base")
    new, old = judge(Sides(before, base, after), problems, known)
    matches(CASES / case / "expected.txt", as_text([*new, *old], source_lines(after.root)))


def test_good_cases_are_clean() -> None:
    clean = {case for case in cases() if not (CASES / case / "expected.txt").stat().st_size}
    assert clean == {case for case in cases() if case.startswith("good-")}


def text(case: str, name: str) -> str:
    """The record of a golden case."""
    return (CASES / case / name / CARDS).read_text("utf-8")


def leaves(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every scalar in a front matter."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


FRONT: dict[str, Any] = yaml.load(
    text("decided-agreement-altered", "before").split("---")[1], yaml.BaseLoader
)
DECIDED = list(leaves(decided.content(FRONT) | decided.agreement(FRONT)))


def judged(tmp_path: Path, front: dict[str, Any], style: str | None = '"') -> list[Problem]:
    """What is found where a signed record is changed to another front matter."""
    before, known = side("decided-agreement-altered", "before", tmp_path / "before")
    shutil.copytree(tmp_path / "before", tmp_path / "after")
    written = yaml.dump(front, default_style=style, allow_unicode=True)
    (tmp_path / "after" / CARDS).write_text(f"---\n{written}---\n", "utf-8")
    after, problems = load_checked(tmp_path / "after")
    new, old = judge(Sides(before, before, after), problems, known)
    assert not old
    return new


def test_what_is_decided_is_most_of_the_record() -> None:
    assert len(DECIDED) > 25
    assert {path[0] for path in DECIDED} == {
        *("id", "title", "scope", "reason", "impact", "options", "decision", "agreement")
    }


@pytest.mark.parametrize("path", DECIDED, ids=spell)
def test_one_more_character_in_what_was_decided_is_found(path: KeyPath, tmp_path: Path) -> None:
    front = deepcopy(FRONT)
    holder: Any = front
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] += "0"
    found = {problem.rule for problem in judged(tmp_path, front) if problem.severity == "error"}
    assert found & {"decided-altered", "record-renumbered"}


@pytest.mark.parametrize("path", DECIDED, ids=spell)
def test_what_is_taken_out_of_what_was_decided_is_found(path: KeyPath, tmp_path: Path) -> None:
    front = deepcopy(FRONT)
    holder: Any = front
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    found = judged(tmp_path, front)
    # Without what is always required the file is no longer a record, an error of its own.
    assert {"decided-altered", "missing-key"} & {problem.rule for problem in found}


@pytest.mark.parametrize("style", ['"', None])
def test_layout_quoting_and_order_are_no_change(style: str | None, tmp_path: Path) -> None:
    assert judged(tmp_path, dict(reversed(FRONT.items())), style) == []


ACME = "changes/acme/client.md"


AWAITING, APPROVED = text("good-approved", "before"), text("good-approved", "after")


def draft(number: int, title: str, more: str = "") -> dict[str, str]:
    """A new record as a file."""
    id = f"ACME-{number:04}"
    keys = f"id: {id}\ntitle: {title}\nstatus: draft\nvisibility: client\n{more}"
    return {f"changes/acme/2026/{id}-{title.lower()}.md": f"---\n{keys}---\n"}


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A repository with one change that awaits its decision, on the branch `main`."""
    made = Scratch.at(tmp_path / "repository")
    made.commit({ACME: PROFILE.read_text("utf-8"), CARDS: AWAITING}, "First")
    return made


@pytest.fixture
def feature(scratch: Scratch) -> Scratch:
    """The same on a branch of its own."""
    scratch.branch("feature")
    return scratch


def run(scratch: Scratch, *words: str, below: str = ".") -> Result:
    command, *rest = words
    return CliRunner().invoke(main, [command, "--workspace", str(scratch.root / below), *rest])


def rules_of(done: Result) -> list[str]:
    """The rules of the errors and warnings that were printed, in their order."""
    heads = (line.partition("]")[0] for line in done.output.splitlines())
    return [head.partition("[")[2] for head in heads if head.startswith(("error[", "warning["))]


def test_what_is_not_committed_counts(scratch: Scratch) -> None:
    (untracked,) = draft(13, "Untracked")
    scratch.write({CARDS: None, untracked: "no front matter"})
    done = run(scratch, "check", "--base", "main")
    assert (done.exit_code, rules_of(done)) == (1, ["no-front-matter", "record-deleted"])


def test_nothing_changed(scratch: Scratch) -> None:
    done = run(scratch, "check", "--base", "main")
    assert (done.exit_code, done.output) == (0, "No problems.\n")


def test_a_branch_does_not_answer_for_what_the_base_did_since(feature: Scratch) -> None:
    feature.commit(draft(13, "Ours"))
    feature.checkout("main")
    feature.commit({CARDS: APPROVED, **draft(14, "Theirs")})
    feature.checkout("feature")
    assert run(feature, "check", "--base", "main").exit_code == 0
    # Nothing that main did since is on this branch: against main itself it is all taken back.
    done = run(feature, "check", "--base", "main", "--exact")
    assert {"decided-altered", "step-not-allowed-since-base"} <= set(rules_of(done))
    feature.git("rebase", "--quiet", "main")
    assert run(feature, "check", "--base", "main", "--exact").exit_code == 0


def test_an_id_that_the_base_took_meanwhile(feature: Scratch) -> None:
    feature.commit(draft(13, "Ours"))
    feature.checkout("main")
    feature.commit(draft(13, "Theirs"))
    feature.checkout("feature")
    done = run(feature, "check", "--base", "main")
    assert (done.exit_code, rules_of(done)) == (1, ["id-taken-at-base"])


def test_a_force_push_that_rewrites_history(scratch: Scratch) -> None:
    pushed = scratch.commit({CARDS: APPROVED}, "Approve")
    scratch.git("reset", "--quiet", "--hard", "HEAD~1")
    scratch.commit({CARDS: APPROVED.replace("  amount: 54000.00\n", "  amount: 60000.00\n")})
    done = run(scratch, "check", "--base", pushed, "--exact")
    assert (done.exit_code, rules_of(done)) == (1, ["granted-differs", "decided-altered"])
    assert "`decision.amount` of ACME-0012 was `54000.00` and is now `60000.00`" in done.output
    # A pull request that starts from before the decision can't decide otherwise.
    assert rules_of(run(scratch, "check", "--base", pushed)) == [
        "granted-differs",
        "decided-altered",
    ]


def test_branches_with_nothing_in_common(scratch: Scratch) -> None:
    scratch.git("checkout", "--quiet", "--orphan", "other")
    scratch.commit({CARDS: APPROVED})
    done = run(scratch, "check", "--base", "main")
    assert done.exit_code == 2
    assert "have no commit in common" in done.output
    assert run(scratch, "check", "--base", "main", "--exact").exit_code == 0


def test_a_workspace_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    scratch = Scratch.at(tmp_path)
    scratch.commit({f"log/{ACME}": PROFILE.read_text("utf-8"), f"log/{CARDS}": AWAITING})
    scratch.write({f"log/{CARDS}": None})
    done = run(scratch, "check", "--base", "main", below="log")
    assert rules_of(done) == ["record-deleted"]
    assert f"({CARDS})" in done.output


def test_a_base_without_changes(tmp_path: Path) -> None:
    scratch = Scratch.at(tmp_path)
    first = scratch.commit({"README.md": "Nothing yet."})
    scratch.commit({ACME: PROFILE.read_text("utf-8"), CARDS: APPROVED})
    assert run(scratch, "check", "--base", first).output == "No problems.\n"


def test_a_change_that_takes_everything_away(scratch: Scratch) -> None:
    shutil.rmtree(scratch.root / "changes")
    done = run(scratch, "check", "--base", "main")
    assert done.exit_code == 2
    assert "has no folder named changes" in done.output
    (scratch.root / "changes").mkdir()
    done = run(scratch, "check", "--base", "main")
    assert (done.exit_code, rules_of(done)) == (1, ["profile-deleted"])


def test_a_link_to_what_is_deleted_in_a_file_that_is_not_touched(scratch: Scratch) -> None:
    first = draft(13, "First")
    scratch.commit({**first, **draft(14, "Second", "links: {related: [ACME-0013]}\n")})
    scratch.write(dict.fromkeys(first))
    done = run(scratch, "check", "--base", "main")
    assert (done.exit_code, rules_of(done)) == (1, ["unknown-record"])


def test_older_faults_are_counted_and_shown_on_demand(scratch: Scratch) -> None:
    scratch.commit(draft(13, "Broken", "priority: urgent\n"))
    assert run(scratch, "check").exit_code == 1
    done = run(scratch, "check", "--base", "main")
    expected = "No problems.\n1 older fault was already there at main (--all shows them).\n"
    assert (done.exit_code, done.output) == (0, expected)
    done = run(scratch, "check", "--base", "main", "--all")
    assert done.exit_code == 0
    assert "note[unknown-value]: `priority` can't be `urgent`." in done.output
    assert done.output.endswith("\n1 note\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--base", "nowhere"], "git does not know the revision `nowhere`"),
        (["--merge-with", "nowhere"], "git does not know the revision `nowhere`"),
        (["--exact"], "--exact and --all go with --base"),
        (["--all"], "--exact and --all go with --base"),
    ],
)
def test_what_can_not_run(scratch: Scratch, words: list[str], says: str) -> None:
    done = run(scratch, "check", *words)
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert says in done.output


@pytest.mark.parametrize("words", ["check --base main", "check --merge-with x", "diff main"])
def test_without_git(workspace: Path, words: str) -> None:
    done = run(Scratch(workspace), *words.split())
    assert done.exit_code == 2
    assert "is not in a git repository" in done.output


def test_a_shallow_clone(feature: Scratch, tmp_path: Path) -> None:
    feature.commit({CARDS: APPROVED})
    feature.checkout("main")
    feature.commit(draft(13, "Theirs"))
    clone = Scratch(tmp_path / "shallow")
    words = ("clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=feature")
    feature.git(*words, f"file://{feature.root}", str(clone.root))
    done = run(clone, "check", "--base", "origin/main")
    assert done.exit_code == 2
    assert "`git fetch --unshallow`" in done.output
    clone.git("fetch", "--quiet", "--unshallow")
    assert run(clone, "check", "--base", "origin/main").output == "No problems.\n"


def parted(scratch: Scratch, ours: dict[str, str], theirs: dict[str, str]) -> None:
    """Two branches from main; we stand on `ours`."""
    scratch.branch("theirs")
    scratch.commit(theirs)
    scratch.branch("ours")
    scratch.commit(ours)


def test_a_merge_of_branches_that_took_the_same_id(scratch: Scratch) -> None:
    parted(scratch, draft(13, "Ours"), draft(13, "Theirs"))
    assert run(scratch, "check").exit_code == 0
    done = run(scratch, "check", "--merge-with", "theirs")
    assert (done.exit_code, rules_of(done)) == (1, ["duplicate-id", "duplicate-id"])
    assert "error[duplicate-id]: Merged with `theirs`: ACME-0013 is also the id of" in done.output
    assert done.output.count("\n2 | id: ACME-0013\n") == 2
    scratch.git("merge", "--quiet", "--no-edit", "theirs")
    assert rules_of(run(scratch, "check")) == ["duplicate-id", "duplicate-id"]


def test_what_is_not_committed_is_merged_too(scratch: Scratch) -> None:
    parted(scratch, {}, draft(13, "Theirs"))
    scratch.write(draft(13, "Untracked"))
    done = run(scratch, "check", "--merge-with", "theirs")
    assert rules_of(done) == ["duplicate-id", "duplicate-id"]


def test_a_merge_of_two_successors_of_one_record(scratch: Scratch) -> None:
    links = "links: {supersedes: [ACME-0012], mode: replace}\n"
    parted(scratch, draft(13, "Ours", links), draft(14, "Theirs", links))
    done = run(scratch, "check", "--merge-with", "theirs")
    assert (done.exit_code, rules_of(done)) == (1, ["replaced-twice"])


def test_a_merge_of_two_approvals_that_count_from_the_same_date(scratch: Scratch) -> None:
    other = CARDS.replace("0012-split-payments", "0013-invoices")
    scratch.commit({other: AWAITING.replace("ACME-0012", "ACME-0013")})
    parted(scratch, {CARDS: APPROVED}, {other: APPROVED.replace("ACME-0012", "ACME-0013")})
    assert run(scratch, "check").output == "No problems.\n"
    done = run(scratch, "check", "--merge-with", "theirs")
    assert (done.exit_code, rules_of(done)) == (1, ["date-chain"])


def test_a_merge_that_alters_what_the_other_side_decided(scratch: Scratch) -> None:
    ours = AWAITING.replace("after: Two cards.", "after: Three cards.")
    parted(scratch, {CARDS: ours}, {CARDS: APPROVED})
    done = run(scratch, "check", "--merge-with", "theirs")
    assert (done.exit_code, rules_of(done)) == (1, ["decided-altered"])
    assert "Merged with `theirs`: `scope[0].after` of ACME-0012" in done.output


def test_a_merge_that_alters_what_our_side_decided(scratch: Scratch) -> None:
    """Only a tried merge shows it: in the merge, the approval fits what the base requests."""
    theirs = AWAITING.replace("after: Two cards.", "after: Three cards.")
    parted(scratch, {CARDS: APPROVED}, {CARDS: theirs})
    done = run(scratch, "check", "--merge-with", "theirs")
    assert (done.exit_code, rules_of(done)) == (1, ["decided-altered"])
    scratch.git("merge", "--quiet", "--no-edit", "theirs")
    assert run(scratch, "check", "--base", "theirs").output == "No problems.\n"


def test_a_merge_of_what_does_not_meet(scratch: Scratch) -> None:
    scratch.commit(draft(15, "Broken", "priority: urgent\n"))
    parted(scratch, draft(13, "Ours"), {CARDS: APPROVED, **draft(14, "Theirs")})
    done = run(scratch, "check", "--base", "main", "--merge-with", "theirs")
    assert done.exit_code == 0
    assert done.output.startswith("No problems.\n1 older fault")


def test_what_a_side_did_wrong_by_itself_is_not_the_merge(scratch: Scratch) -> None:
    scratch.commit({CARDS: APPROVED})
    parted(scratch, draft(13, "Ours"), {CARDS: APPROVED.replace("Two cards.", "Four cards.")})
    assert run(scratch, "check", "--merge-with", "theirs").output == "No problems.\n"


def test_a_conflict_is_noted_and_the_rest_is_checked(scratch: Scratch) -> None:
    parted(
        scratch,
        {CARDS: AWAITING.replace("Split payments", "Ours"), **draft(13, "Ours")},
        {CARDS: AWAITING.replace("Split payments", "Theirs"), **draft(13, "Theirs")},
    )
    done = run(scratch, "check", "--merge-with", "theirs")
    assert (done.exit_code, rules_of(done)) == (1, ["duplicate-id", "duplicate-id"])
    assert (
        "note[merge-conflict]: git can't merge this file with `theirs` on its own." in done.output
    )


def test_the_problems_of_a_merge_as_json(scratch: Scratch) -> None:
    parted(scratch, draft(13, "Ours"), draft(13, "Theirs"))
    rows = json.loads(run(scratch, "check", "--merge-with", "theirs", "--format", "json").stdout)
    assert [row["rule"] for row in rows] == ["duplicate-id", "duplicate-id"]


def test_the_page_on_pull_requests_has_every_rule() -> None:
    page = Path(__file__).parents[2] / "docs" / "pull-requests.md"
    linked = set(re.findall(r"\(rules/([a-z-]+)\.md\)", page.read_text("utf-8")))
    assert linked >= {rule.name for rule in vars(rules).values() if isinstance(rule, Rule)}


def test_attributes_do_not_hide_what_was_decided(scratch: Scratch) -> None:
    scratch.commit({CARDS: APPROVED})
    scratch.branch("sly")
    scratch.commit(
        {
            ".gitattributes": f"{CARDS} working-tree-encoding=UTF-16\n",
            CARDS: None,
            CARDS.replace("-payments", ""): APPROVED.replace("54000.00", "64000.00"),
        }
    )
    done = run(scratch, "check", "--base", "main")
    assert (done.exit_code, set(rules_of(done))) == (1, {"decided-altered"})


def test_a_difference_that_looks_like_none_is_shown() -> None:
    (change,) = differences("Split payments", "Split\u00a0 payments")
    assert change.shown == ("'Split payments'", "'Split\\xa0 payments'")


def test_a_step_in_the_future_is_told_by_the_day_where_the_client_is(
    feature: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    feature.commit({CARDS: APPROVED})
    for day, expected in ((date(2026, 3, 20), []), (date(2026, 3, 19), ["dated-ahead"])):
        monkeypatch.setattr("changebook.cli.check.today", lambda client, day=day: day)
        done = run(feature, "check", "--base", "main")
        assert (done.exit_code, rules_of(done)) == (0, expected)


def test_two_branches_that_both_sealed(feature: Scratch) -> None:
    other = "changes/acme/2026/ACME-0013-gift-cards.md"
    feature.commit({CARDS: APPROVED})
    assert run(feature, "seal").exit_code == 0
    feature.commit({})
    feature.checkout("main")
    later = APPROVED.replace("ACME-0012", "ACME-0013")
    days = "  schedule: [{milestone: go-live, days: 10}]\n"
    assert days in later
    later = later.replace(days, "  schedule: []\n").replace(", days: 10}", ", days: 0}")
    later = later.replace("  milestones: {go-live: 2026-07-10}\n", "")
    feature.commit({other: later})
    assert run(feature, "seal").exit_code == 0
    feature.commit({})
    feature.checkout("feature")
    done = run(feature, "check", "--base", "main", "--merge-with", "main")
    assert (done.exit_code, rules_of(done)) == (0, [])
    assert "note[merge-conflict]" in done.output
    assert "then run `changebook merge-seals`" in done.output

"""`changebook note` and `advance --scaffold`: what they write, and that all else stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.cli import main
from changebook.edition import urls
from changebook.edition.editions import make_edition
from changebook.model.vocabulary import Audience
from changebook.read.workspace import read_workspace
from tests.all_pages import edition_pages
from tests.scratch import Scratch

RECORD = "2026/EX-0002-gift-cards.md"


@pytest.fixture
def record(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record that awaits its decision, in the folder of its client, where the test stands."""
    monkeypatch.chdir(workspace / "changes" / "example")
    file = workspace / "changes" / "example" / RECORD
    text = file.read_text("utf-8").replace(
        "plan: []\n",
        "plan:\n  - {step: Print the cards, finish: 2026-03-10}  # by post\n  - step: Sell them\n",
    )
    file.write_text(text, "utf-8")
    return file


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def added(file: Path, before: str) -> tuple[list[str], list[str]]:
    """The lines that are new in the file, and those that are gone."""
    old, new = before.split("\n"), file.read_text("utf-8").split("\n")
    return [line for line in new if line not in old], [line for line in old if line not in new]


def test_an_objection_is_raised_and_settled(record: Path) -> None:
    before = record.read_text("utf-8")
    done = run("note", "EX-0002", "objection", "Refunds get harder.", "--by", "Ada Brown",
               "--on", "2026-02-20")  # fmt: skip
    assert (done.exit_code, done.output) == (0, f"noted in {RECORD}\n")
    assert added(record, before) == (
        [
            "objections:",
            "  - by: Ada Brown",
            "    party: client",
            "    on: 2026-02-20",
            "    concern: Refunds get harder.",
            "    outcome: open",
        ],
        [],
    )
    before = record.read_text("utf-8")
    done = run("note", "EX-0002", "settled", "refunds", "--outcome", "accepted", "--on",
               "2026-02-21", "--response", "They stay.")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert added(record, before) == (
        ["    response: They stay.", "    outcome: accepted", "    resolved: 2026-02-21"],
        ["    outcome: open"],
    )


def test_a_step_of_the_plan_is_done(record: Path) -> None:
    before = record.read_text("utf-8")
    assert run("note", "EX-0002", "plan", "print", "--on", "2026-03-09").exit_code == 0
    assert run("note", "EX-0002", "plan", "--on", "2026-03-12").exit_code == 0
    assert added(record, before) == (
        [
            "  - {step: Print the cards, finish: 2026-03-10, done: 2026-03-09}  # by post",
            "    done: 2026-03-12",
        ],
        ["  - {step: Print the cards, finish: 2026-03-10}  # by post"],
    )


def test_a_condition_is_met_and_the_seal_stays_whole(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    decided = run("advance", "EX-0002", "approved", "--on", "2026-03-01", "--by", "Ada Brown",
                  "--rationale", "Yes.", "--option", "a", "--condition", "A pilot first",
                  "--agreement", "drafting")  # fmt: skip
    assert decided.exit_code == 0, decided.output
    file = workspace / "changes" / "example" / RECORD
    before = file.read_text("utf-8")
    assert run("note", "EX-0002", "condition", "1", "--on", "2026-03-05").exit_code == 0
    assert added(file, before)[1] in ([], ["    - {text: A pilot first}"])
    assert "met: 2026-03-05" in file.read_text("utf-8")
    assert run("verify").exit_code == 0
    assert "is decided" in run("note", "EX-0002", "revision", "More", "--by", "Sam Green").output


def test_a_revision_counts_up(record: Path) -> None:
    done = run("note", "EX-0002", "revision", "For all shops now", "--by", "Sam Green")
    assert done.exit_code == 0, done.output
    text = record.read_text("utf-8")
    assert "revision: 2\n" in text
    # Nothing is in git yet, and nobody guesses what was asked for before.
    assert "was:" not in text


def test_there_is_more_time_to_decide(record: Path) -> None:
    before = record.read_text("utf-8")
    done = run("note", "EX-0002", "due", "2026-03-16")
    assert done.exit_code == 0, done.output
    assert added(record, before) == (["  due: 2026-03-16"], ["  due: 2026-03-02"])


def test_an_amendment_is_signed_without_a_paper(record: Path) -> None:
    said = ("--on", "2026-03-02", "--by", "Ada Brown", "--rationale", "It pays.", "--option", "a")
    done = run("advance", "EX-0002", "approved", *said, "--agreement", "drafting")
    assert done.exit_code == 0, done.output
    done = run("note", "EX-0002", "signed", "--on", "2026-03-05")
    assert "name it with --reference" in done.output
    done = run("note", "EX-0002", "signed", "--on", "2026-03-05", "--reference", "SOW-1 A")
    assert done.exit_code == 0, done.output
    assert "sealed entry" in done.output
    text = " ".join(record.read_text("utf-8").split())
    assert "agreement: {status: signed, reference: SOW-1 A, signed: 2026-03-05}" in text
    assert "and stays" in run("note", "EX-0002", "signed").output
    assert "does not wait for a decision" in run("note", "EX-0002", "due", "2026-03-09").output


@pytest.fixture
def committed(record: Path, workspace: Path) -> tuple[Path, Scratch]:
    """The record as the client has read it, at `main`, with a branch of its own."""
    repo = Scratch.at(workspace)
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "base")
    repo.git("switch", "--quiet", "--create", "revised")
    return record, repo


def more_expensive(file: Path) -> None:
    """Ask for more money and for ten days."""
    text = file.read_text("utf-8").replace("amount: 2400.00", "amount: 3000.00")
    text = text.replace("days: 0\n    recommended", "days: 10\n    recommended")
    assert "schedule: []" in text
    text = text.replace("schedule: []", "schedule: [{milestone: go-live, days: 10}]")
    file.write_text(text, "utf-8")


@pytest.mark.parametrize("is_committed", [False, True])
def test_a_revision_says_what_was_asked_for_before(
    committed: tuple[Path, Scratch], is_committed: bool
) -> None:
    file, repo = committed
    more_expensive(file)
    base: tuple[str, ...] = ()
    if is_committed:
        repo.git("commit", "--quiet", "--all", "-m", "more expensive")
        base = ("--base", "main")
    done = run("note", "EX-0002", "revision", "The cards are printed by post.", "--by",
               "Sam Green", *base)  # fmt: skip
    assert done.exit_code == 0, done.output
    text = " ".join(file.read_text("utf-8").split())
    assert "was: amount: 2400.00 days: {go-live: 0}" in text
    assert "revision-w" not in run("check", "--base", "main").output
    # The client's page shows both.
    client = read_workspace(repo.root)[0].client("example")
    edition = make_edition(client, Audience.CLIENT)
    page = next(p for p in edition_pages(edition) if p.path == urls.record("EX-0002")).content
    plain = re.sub(r"<[^>]*>", "", page)
    assert "What changed in revision 2" in plain
    assert "Amount: £2,400.00 before, £3,000.00 now" in plain
    assert "Go-live: 0 days before, +10 days now" in plain


def test_of_a_revision_in_words_only_nothing_is_said_of_figures(
    committed: tuple[Path, Scratch],
) -> None:
    file, _ = committed
    file.write_text(file.read_text("utf-8").replace("or a part of it", "only"), "utf-8")
    done = run("note", "EX-0002", "revision", "All of the order or nothing.", "--by", "Sam Green")
    assert done.exit_code == 0, done.output
    assert "was:" not in file.read_text("utf-8")


def test_after_a_revision_everybody_is_asked_again(record: Path, workspace: Path) -> None:
    profile = workspace / "changes" / "example" / "client.md"
    text = profile.read_text("utf-8").replace("party: vendor}", "party: vendor, approves: true}")
    text = text.replace("people:", "approval: [{by: [client, vendor]}]\npeople:")
    profile.write_text(text, "utf-8")
    done = run("advance", "EX-0002", "approved", "--by", "Ada Brown", "--on", "2026-02-24",
               "--option", "a", "--rationale", "It pays.")  # fmt: skip
    assert "Still to approve" in done.output, done.output
    done = run("note", "EX-0002", "revision", "For all shops now", "--by", "Sam Green")
    assert done.exit_code == 0, done.output
    assert "Not in the record any more: the approval of Ada Brown (2026-02-24)." in done.output
    assert "by: [{name: Ada Brown" not in record.read_text("utf-8")
    assert "option: a" not in record.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("plan",), "say which, by its number or a part of its text. There is 1: Print the cards"),
        (("plan", "cards and"), "`cards and` is not one alone"),
        (("plan", "3"), "`3` is not one alone"),
        (("condition",), "has no condition that is not met"),
        (("settled", "--outcome", "accepted"), "has no open objection"),
        (("objection", "No.", "--by", "Ada Browne"), "did you mean Ada Brown?"),
        (("objection", "No."), "say who, with --by NAME"),
        (("signed", "--reference", "SOW-1 A"), "only what is approved is signed"),
        (("plan", "1", "--on", "2999-01-01"), "is in the future"),
        (("objection", " ", "--by", "Ada Brown"), "is empty"),
    ],
)
def test_what_can_not_be_noted_is_refused(record: Path, words: tuple[str, ...], says: str) -> None:
    before = record.read_text("utf-8")
    done = run("note", "EX-0002", *words)
    assert done.exit_code in (1, 2)
    assert says in done.output, done.output
    assert record.read_text("utf-8") == before


def test_a_dry_run_writes_nothing(record: Path) -> None:
    before = record.read_text("utf-8")
    done = run("note", "EX-0002", "plan", "2", "--on", "2026-03-12", "--dry-run")
    assert "+    done: 2026-03-12\n" in done.stdout
    assert record.read_text("utf-8") == before


def test_what_a_step_needs_is_written_ready_to_fill_in(record: Path) -> None:
    file = record.parent / "EX-0003-loyalty-points.md"
    done = run("advance", "EX-0003", "submitted", "--scaffold", "--by", "Sam Green",
               "--on", "2026-02-20")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Next: fill in the empty keys of 2026/EX-0003-loyalty-points.md" in done.output
    text = file.read_text("utf-8")
    for empty, filled in (
        ("type:", "type: addition"),
        ("priority:", "priority: low"),
        ("summary:", "summary: Points."),
        ("- item:", "- item: Till"),
        ("action:", "action: add"),
        ("category:", "category: market"),
        ("  text:", "  text: Others have them."),
    ):
        text = text.replace(f"{empty}  #", f"{filled}  #")
    file.write_text(text, "utf-8")
    assert run("check").output == "No problems.\n"
    step = ("--by", "Sam Green", "--on", "2026-02-22", "--no-ask")
    assert run("advance", "EX-0003", "assessing", *step).exit_code == 0
    before = file.read_text("utf-8")
    done = run("advance", "EX-0003", "awaiting-decision", "--scaffold", *step)
    assert done.exit_code == 2, done.output
    assert "--visibility client" in done.output
    assert file.read_text("utf-8") == before
    done = run("advance", "EX-0003", "awaiting-decision", "--scaffold", "--visibility", "client",
               "--due", "2026-03-10", *step)  # fmt: skip
    assert done.exit_code == 0, done.output
    new, gone = added(file, before)
    assert gone == ["status: assessing", "visibility: internal"]
    assert "  schedule:  # calendar days, negative if earlier; [] if no date moves" in new
    assert "    - milestone:  # pilot | go-live" in new
    assert "  due: 2026-03-10" in new
    # Everything that is missing is named at its key.
    told = run("check").output
    assert "error[needed-by-status]" in told or "error[missing-key]" in told


def test_a_decision_is_not_left_for_later(record: Path) -> None:
    done = run("advance", "EX-0002", "approved", "--scaffold")
    assert done.exit_code == 2
    assert "--scaffold is for steps before the decision" in done.output


def test_several_steps_are_taken_together(record: Path) -> None:
    said = ("--by", "Sam Green", "--on", "2026-02-22")
    fill = ("--type", "addition", "--priority", "low", "--summary", "Points.")
    done = run("new", "example", "Points", "--on", "2026-02-20", "--by", "Ada Brown",
               "--from-client", *fill, "--scope", "add=Till", "--scope", "modify=Receipt",
               "--reason", "market=Others: all of them.", "--path", "normal")  # fmt: skip
    assert done.exit_code == 0, done.output
    file = Path(done.stdout.strip())
    assert '  text: "Others: all of them."\n' in file.read_text("utf-8").replace("'", '"')
    before = file.read_bytes()
    done = run("advance", "EX-0004", "assessing", "awaiting-decision", *said)
    assert done.exit_code == 2
    assert "Nothing was written, of the earlier steps neither." in done.output
    assert file.read_bytes() == before
    done = run("advance", "EX-0004", "assessing", "awaiting-decision", *said, "--scaffold",
               "--due", "2026-03-01")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert file.read_text("utf-8").count("    by: Sam Green\n") == 2
    assert "due: 2026-03-01\n" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("approved", "implementing"), "a decision is a step of its own: put `approved` last"),
        (("assessing", "withdrawn", "--dry-run"), "--dry-run shows one step"),
        ((), "Missing argument 'STATUS...'"),
    ],
)
def test_what_can_not_be_taken_together(record: Path, words: tuple[str, ...], says: str) -> None:
    before = record.read_bytes()
    done = run("advance", "EX-0002", *words)
    assert done.exit_code == 2
    assert says in done.output
    assert record.read_bytes() == before


@pytest.mark.parametrize("said", ["modify", "modify=", "change=Till"])
def test_a_scope_is_an_action_and_an_item(record: Path, said: str) -> None:
    done = run("new", "example", "Points", "--scope", said)
    assert done.exit_code == 2
    assert "add" in done.output
    assert "modify" in done.output


def test_a_fault_of_what_is_sketched_is_shown_in_its_line(record: Path) -> None:
    new = run("new", "example", "Gifts", "--from-client", "--by", "Ada Brown", "--type", "addition",
              "--priority", "low", "--summary", "Gifts are wrapped.", "--scope", "add=Shop",
              "--reason", "market=Asked for.", "--on", "2026-03-02")  # fmt: skip
    assert new.exit_code == 0, new.output
    done = run("advance", "EX-0004", "assessing", "awaiting-decision", "--by", "Sam Green", "--on",
               "2026-03-02", "--due", "2026-03-01", "--scaffold")  # fmt: skip
    assert "`due` is 2026-03-01, before the request" in done.output
    assert re.search(r"^\d+ \|   due: 2026-03-01$", done.output, re.MULTILINE), done.output


@pytest.fixture
def built(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A change that is implemented and whose acceptance was asked for."""
    monkeypatch.chdir(workspace)
    steps = (
        ("approved", "--by", "Ada Brown", "--rationale", "Yes.", "--option", "a",
         "--agreement", "not-required"),
        ("implementing", "implemented", "--by", "Sam Green"),
    )  # fmt: skip
    for step in steps:
        done = run("advance", "EX-0002", *step, "--on", "2026-03-01")
        assert done.exit_code == 0, done.output
    return workspace / "changes" / "example" / RECORD


def advanced(status: str, *, on: str) -> None:
    done = run("advance", "EX-0002", status, "--by", "Sam Green", "--on", on, "--note", "On.")
    assert done.exit_code == 0, done.output


def test_an_acceptance_is_noted_and_sealed(built: Path) -> None:
    refusal = ("note", "EX-0002", "acceptance", "refused", "--by", "Ada Brown", "--on",
               "2026-03-02")  # fmt: skip
    assert "Run `changebook advance EX-0002 implementing`" in run(*refusal).output
    advanced("implementing", on="2026-03-02")
    refused = run(*refusal)
    assert (refused.exit_code, "sealed" in refused.output) == (0, False)
    advanced("implemented", on="2026-03-03")
    before = built.read_text("utf-8")
    done = run("note", "EX-0002", "acceptance", "with-defects", "--by", "Ada Brown", "--on",
               "2026-03-04", "--defect", "Too small, in red.", "--defect", "No hint.",
               "--due", "2026-03-09")  # fmt: skip
    assert (done.exit_code, "warning" in done.output) == (0, False), done.output
    assert "EX-0002 accepted 2026-03-04" in done.output
    new, gone = added(built, before)
    assert (new, gone) == (
        [
            "  on: 2026-03-04",
            "  outcome: with-defects",
            "  defects:",
            "    - text: Too small, in red.",
            "      due: 2026-03-09",
            "    - text: No hint.",
            "      due: 2026-03-09",
        ],
        ["  on: 2026-03-02", "  outcome: refused"],
    )
    before = built.read_text("utf-8")
    assert run("note", "EX-0002", "fixed", "hint", "--on", "2026-03-05").exit_code == 0
    assert added(built, before) == (["      fixed: 2026-03-05"], [])
    assert run("verify").exit_code == 0
    again = run("note", "EX-0002", "acceptance", "accepted", "--by", "Ada Brown")
    assert "was accepted on 2026-03-04, and what is sealed stays" in again.output


def test_what_it_took_is_noted(built: Path) -> None:
    before = built.read_text("utf-8")
    for words in (
        ("--finished", "2026-03-08", "--days", "Engineer=21", "--cost", "Card printing=5050.5"),
        ("--days", "Engineer=22.5", "--days", "Tester=3", "--milestone", "go-live=2026-03-12"),
    ):
        done = run("note", "EX-0002", "actual", *words)
        assert done.exit_code == 0, done.output
    assert added(built, before) == (
        [
            "actual:",
            "  finished: 2026-03-08",
            "  milestones:",
            "    go-live: 2026-03-12",
            "    - role: Engineer",
            "      days: 22.5",
            "    - role: Tester",
            "      days: 3",
            "    - item: Card printing",
            "      amount: 5050.5",
        ],
        [],
    )
    assert "what it took" in run("note", "EX-0002", "actual").output
    twice = run("note", "EX-0002", "actual", "--days", "Tester=3", "--days", "Tester=4")
    assert "names Tester twice" in twice.output


def test_an_acceptance_before_the_work_is_refused(record: Path) -> None:
    before = record.read_text("utf-8")
    for words in (
        ("acceptance", "accepted", "--by", "Ada Brown"),
        ("acceptance", "accepted", "--by", "Ada Brown", "--due", "2026-03-01"),
        ("actual", "--finished", "2026-03-01"),
        ("fixed",),
    ):
        assert run("note", "EX-0002", *words).exit_code in (1, 2)
    assert record.read_text("utf-8") == before


def test_built_refused_and_built_again_on_one_day(record: Path) -> None:
    """The refusal of what was built first was taken for one of what is built now."""
    day = ("--on", "2026-03-02")
    said = ("--by", "Ada Brown", "--rationale", "It pays.", "--option", "a")
    run("advance", "EX-0002", "approved", *day, *said, "--agreement", "not-required")
    steps = ("implementing", "implemented", "implementing")
    assert run("advance", "EX-0002", *steps, *day, "--by", "Sam Green").exit_code == 0
    noted = run("note", "EX-0002", "acceptance", "refused", *day, "--by", "Ada Brown",
                "--remarks", "It stops.")  # fmt: skip
    assert noted.exit_code == 0, noted.output
    again = run("advance", "EX-0002", "implemented", *day, "--by", "Sam Green")
    assert again.exit_code == 0, again.output
    noted = run("note", "EX-0002", "acceptance", "accepted", *day, "--by", "Ada Brown")
    assert noted.exit_code == 0, noted.output
    assert run("advance", "EX-0002", "closed", *day, "--by", "Sam Green").exit_code == 0

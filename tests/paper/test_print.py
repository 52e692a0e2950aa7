"""`changebook print`: what it makes, and what it says where it can't."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.cli import main
from changebook.cli import print as print_command
from changebook.paper import Paper
from changebook.paper.press import Printed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> list[Paper]:
    """The papers that come to be printed, without their bytes being made."""
    seen: list[Paper] = []

    def printed(given: list[Paper], **_: object) -> list[Printed]:
        seen.extend(given)
        return [Printed(paper, b"%PDF", (), is_new=True) for paper in given]

    monkeypatch.setattr(print_command, "printed", printed)
    return seen


def run(*words: str, out: Path | None = None) -> Result:
    more = ["--out", str(out)] if out else []
    return CliRunner().invoke(main, ["print", "--workspace", str(ROOT), *words, *more])


def names(out: Path) -> list[str]:
    return sorted(file.relative_to(out).as_posix() for file in out.rglob("*.pdf"))


def test_ids_of_several_clients_go_into_their_folders(papers: list[Paper], tmp_path: Path) -> None:
    result = run("MER-0008", "YF-0011", "MER-0008", out=tmp_path)
    assert result.exit_code == 0, result.output
    assert names(tmp_path) == [
        "meridian-outdoor/MER-0008-change-order.pdf",
        "yunfan/YF-0011-change-order.pdf",
    ]
    assert len(papers) == 2


def test_without_money_gives_the_decision_record(papers: list[Paper], tmp_path: Path) -> None:
    assert run("MER-0008", "--without-money", out=tmp_path).exit_code == 0
    assert names(tmp_path) == ["meridian-outdoor/MER-0008-decision-record.pdf"]


def test_the_acceptance_certificates_of_records(papers: list[Paper], tmp_path: Path) -> None:
    assert run("MER-0005", "--acceptance", out=tmp_path).exit_code == 0
    assert names(tmp_path) == ["meridian-outdoor/MER-0005-acceptance.pdf"]


def test_all_documents_of_a_client(papers: list[Paper], tmp_path: Path) -> None:
    assert run("--client", "lakeside-clinics", "--all", out=tmp_path).exit_code == 0
    made = names(tmp_path)
    assert len(made) == len(papers) == len({paper.path for paper in papers})
    assert "lakeside-clinics/decision-log.pdf" in made
    assert "lakeside-clinics/change-order-register.pdf" in made


def test_the_report_of_a_month(papers: list[Paper], tmp_path: Path) -> None:
    assert run("--client", "yunfan", "--report", "2026-03", out=tmp_path).exit_code == 0
    assert names(tmp_path) == ["yunfan/report-2026-03.pdf"]
    assert "2026年3月" in papers[0].title


def test_language_sheet_and_day_are_chosen(papers: list[Paper], tmp_path: Path) -> None:
    words = ["MER-0008", "--language", "zh-CN", "--paper", "letter", "--as-of", "2026-05-31"]
    assert run(*words, out=tmp_path).exit_code == 0
    assert '<html lang="zh-CN">' in papers[0].html
    assert "@page { size: letter }" in papers[0].html
    assert "2026年5月31日" in papers[0].html
    # Beside the print in the client's own language, not in its place.
    assert names(tmp_path) == ["meridian-outdoor/MER-0008-change-order.zh-CN.pdf"]


def test_the_team_s_prints_are_named_so(papers: list[Paper], tmp_path: Path) -> None:
    assert run("MER-0015", "--audience", "team", out=tmp_path).exit_code == 0
    assert names(tmp_path) == ["meridian-outdoor/internal-MER-0015-change-order.pdf"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name records by their IDs"),
        (["--client", "yunfan"], "--decisions, --register, --report, --amendment, --all"),
        (["--client", "yunfan", "--all", "--register"], "one of --decisions"),
        (["--client", "nobody", "--all"], "no client `nobody`"),
        (["MER-0008", "--client", "yunfan"], "don't go together"),
        (["MER-0008", "--register"], "don't go together"),
        (["--client", "yunfan", "--without-money", "--all"], "--without-money goes with IDs"),
        (["MER-9999"], "no record has the id MER-9999"),
        (["MER-0015"], "MER-0015 is not in the client's edition"),
        (["MER-0008", "--as-of", "2025-12-01"], "not in the client's edition as of 2025-12-01"),
        (["MER-0012", "--without-money"], "MER-0012 is not decided"),
        (["MER-0008", "--audience", "team", "--as-of", "2024-01-01"], "did not exist yet"),
        (["MER-0012", "--acceptance"], "MER-0012 has no acceptance"),
        (["--client", "yunfan", "--amendment", "A 9"], "is in an amendment `A 9`"),
        (["--client", "yunfan", "--report", "month", "--as-of", "0001-01-01"], "no such period"),
        (["--client", "yunfan", "--report", "2031-01"], "2031-01 begins after"),
        (["--client", "yunfan", "--report", "spring"], "neither a week like 2026-W12"),
        (["MER-0008", "--paper", "a5"], "'a5' is not one of"),
        (["MER-0008", "--language", "fr"], "'fr' is not one of"),
        (["MER-0008", "--out", str(ROOT / "changes" / "x")], "is inside changes/"),
    ],
)
def test_what_can_t_be_printed_is_said(papers: list[Paper], words: list[str], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output
    assert papers == []


def test_a_workspace_with_errors_prints_nothing(
    workspace: Path, papers: list[Paper], tmp_path: Path
) -> None:
    record = next((workspace / "changes" / "example").rglob("EX-0001*.md"))
    record.write_text(record.read_text("utf-8").replace("status:", "statsu:", 1), "utf-8")
    out = tmp_path / "out"
    words = ["print", "--workspace", str(workspace), "EX-0002", "--out", str(out)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert "Did you mean `status`" in result.output
    assert papers == []
    assert not out.exists()
